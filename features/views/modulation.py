"""Envelope modulation spectrum of the participant's talk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...data_schemas.audio import Audio, Span
from ..registry import view
from .blocks import Floats, between, limited
from .spans import Spans, overlap, without
from .speech import Timeline

CUTOFF, ORDER = 30.0, 4
"""Low-pass filter of the envelope: Butterworth, run forwards and backwards so that nothing is delayed."""

RATE = 80
"""Samples of the envelope a second."""

WINDOW, STEP = 5.0, 2.5
"""Seconds of each spectrum, and from one to the next."""

POINTS = 512
"""Length of the Fourier transform: bins are 0.156 Hz apart."""

TOP = 10.0
"""Highest modulation frequency in Hz."""

MARGIN = 0.5
"""Seconds on both sides of windows for the filter to settle in."""

TOGETHER = 16
"""Windows filtered at once: 42.5 s."""


@dataclass(frozen=True, eq=False, slots=True)
class Modulation:
    """Modulation frequencies in Hz, above 0 and to 10, and the power at each: shape (windows, bins)."""

    hz: Floats
    power: Floats


@view(size=lambda modulation: float(len(modulation.power)), size_unit="windows of 5 s")
def modulation(audio: Audio, timeline: Timeline, level: float) -> Modulation:
    """Power spectra of the envelope in windows of 5 s of the participant's talk, pauses within it included.

    The signal is full-wave rectified, low-passed at 30 Hz and read 80 times a second; the mean of each window is
    taken off and a Hann window applied. A window holds nobody else's speech.
    """
    hz = np.arange(POINTS // 2 + 1) * RATE / POINTS
    kept = (hz > 0) & (hz <= TOP)
    shape = np.hanning(round(WINDOW * RATE) + 1)[:-1]
    spectra = [np.zeros((0, int(kept.sum())))]
    for stretch in _own(audio, timeline):
        for windows in _windows(audio, stretch, level):
            centred = (windows - windows.mean(axis=1, keepdims=True)) * shape
            spectra.append((np.abs(np.fft.rfft(centred, POINTS, axis=1)) ** 2)[:, kept])
    return Modulation(hz[kept], np.concatenate(spectra))


def _own(audio: Audio, timeline: Timeline) -> Spans:
    return overlap(without(timeline.stretches, timeline.others), [Span(0.0, audio.duration)])


def _windows(audio: Audio, stretch: Span, level: float) -> Iterator[Floats]:
    count = int((stretch.end - stretch.start - WINDOW) / STEP + 1e-9) + 1
    if stretch.end - stretch.start < WINDOW - 1e-9:
        return
    for first in range(0, count, TOGETHER):
        number = min(TOGETHER, count - first)
        start = stretch.start + first * STEP
        found = envelope_of(audio, start, (number - 1) * STEP + WINDOW, level)
        yield np.lib.stride_tricks.sliding_window_view(found, round(WINDOW * RATE))[:: round(STEP * RATE)]


def envelope_of(audio: Audio, start: float, seconds: float, level: float) -> Floats:
    """Envelope of `seconds` from `start`, 80 samples a second; filtered with a margin where there is one."""
    from scipy.signal import butter, sosfiltfilt

    begun = max(0.0, start - MARGIN)
    samples = limited(between(audio, begun, start + seconds + MARGIN), level)
    smooth = sosfiltfilt(butter(ORDER, CUTOFF, fs=audio.rate, output="sos"), np.abs(samples - samples.mean()))
    at = start + np.arange(round(seconds * RATE)) / RATE - round(begun * audio.rate) / audio.rate
    return np.asarray(np.interp(at, np.arange(len(smooth)) / audio.rate, smooth), dtype=np.float64)
