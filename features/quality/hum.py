"""Mains hum: lines at multiples of 50 or 60 Hz in what is recorded between the speech."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...data_schemas.audio import Audio, Span
from ..views.blocks import Floats, between
from ..views.signal import GUARD, SignalLevels
from ..views.spans import union, without

MAINS = (50.0, 60.0)
"""Frequency in Hz of the mains, in most of the world and in the Americas."""

LINES = 6
"""Multiples that are looked at."""

WINDOW = 0.5
"""Seconds of each spectrum: a line is then 8 Hz wide."""

OUT = 15.0
"""Decibels by which a line stands out from what is beside it, to be one."""

MOST = 400
"""Windows read at most, evenly over the recording."""


def hum(audio: Audio, levels: SignalLevels) -> float:
    """Level of mains hum in dB relative to the speech; -inf where none stands out or nothing lies between speech.

    Hum needs two lines among the first six multiples of 50 or of 60 Hz, one of them of the first three.
    """
    windows = list(_windows(audio))
    if not windows or not len(levels.speech):
        return float("-inf")
    size = len(windows[0])
    shape = np.hanning(size)
    frames = np.stack([(window - window.mean()) * shape for window in windows])
    # Power of a tone in full: all its bins, the window's own power taken out.
    power = 2 * np.median(np.abs(np.fft.rfft(frames, axis=1)) ** 2, axis=0) / (size * (shape**2).sum())
    hz = np.fft.rfftfreq(size, 1 / audio.rate)
    found = max(_lines(hz, power, mains) for mains in MAINS)
    return float(10 * np.log10(found / levels.speech.mean())) if found > 0 else float("-inf")


def _windows(audio: Audio) -> Iterator[Floats]:
    spoken = union(audio.speech or ())
    near = [Span(span.start - GUARD, span.end + GUARD) for span in spoken]
    rest = without([Span(0.0, audio.duration)], near)
    starts = [
        start + k * WINDOW for start, end in rest for k in range(int((end - start) / WINDOW + 1e-9)) if end > start
    ]
    size = round(WINDOW * audio.rate)
    for place in np.unique(np.linspace(0, len(starts) - 1, min(MOST, len(starts))).astype(int)):
        window = between(audio, starts[place], starts[place] + 2 * WINDOW)[:size].astype(np.float64)
        if len(window) == size and np.ptp(window) > 0:
            yield window


def _lines(hz: Floats, power: Floats, mains: float) -> float:
    """Summed power of the lines at multiples of `mains`, 0 where they are no hum."""
    heard = []
    for multiple in range(1, LINES + 1):
        away = np.abs(hz - multiple * mains)
        line, beside = power[away <= 4].sum(), power[(away > 8) & (away <= mains / 2)]
        if len(beside) and line > 10 ** (OUT / 10) * np.median(beside):
            heard.append((multiple, float(line)))
    hummed = len(heard) >= 2 and heard[0][0] <= 3
    return sum(line for _, line in heard) if hummed else 0.0
