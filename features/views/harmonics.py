"""Levels of single harmonics of the voice, freed of what the formants add to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Audio
from ..registry import view
from .acoustic import SPECTRUM_WINDOW, frames_at
from .blocks import FRAME, Floats
from .formants import Formants

NEAR = 0.1
"""The third formant's amplitude is that of the strongest bin within this share of its frequency."""

LOW = (165.327516, -6.73636734e-1, 1.80874446e-3, -4.52201682e-6, 7.49514000e-9, -4.70219241e-12)
HIGH = (15.8146139, 8.10159009e-2, -9.79728215e-5, 5.28725064e-8, -1.07099364e-11, 7.91528509e-16)
"""Bandwidth in Hz as a polynomial of a formant below, and from, 500 Hz (Hawks and Miller 1995)."""

PITCH, SLOPE = 132.0, 0.25 / 88
"""F0 in Hz for which those hold, and the share by which bandwidths grow with each hertz above it."""

CHUNK = 500
"""Frames held at once."""


@dataclass(frozen=True, eq=False, slots=True)
class Harmonics:
    """H1 - H2 and H1 - A3 in dB of each vowel-like frame, corrected for formants, and the voiced run it is in."""

    h1_h2: Floats
    h1_a3: Floats
    run: npt.NDArray[np.intp]


@view(size=lambda harmonics: FRAME * len(harmonics.run), size_unit="s")
def harmonics(audio: Audio, level: float, formants: Formants) -> Harmonics:
    """Harmonic levels from 40 ms Hann windows around the vowel-like frames whose F1 lies above F0.

    From each level the gain of the first two (for the third formant's amplitude: three) resonances is taken off
    (Iseli, Shue and Alwan 2007), with bandwidths after Hawks and Miller (1995).
    """
    formants = formants[formants.hz[:, 0] > formants.f0]
    window = np.hanning(round(SPECTRUM_WINDOW * audio.rate))
    found: list[Floats] = [np.zeros((0, 2))]
    for part in np.array_split(np.arange(len(formants.run)), len(formants.run) // CHUNK + 1):
        # Frames of one chunk may lie minutes apart: each stretch is read by itself.
        for near in np.split(part, np.flatnonzero(np.diff(formants.times[part]) > 1) + 1):
            if len(near):
                frames = frames_at(audio, formants.times[near], window, level)
                found.append(_levels(frames, audio.rate, formants.f0[near], formants.hz[near]))
    levels = np.concatenate(found)
    kept = np.isfinite(levels).all(axis=1)
    return Harmonics(levels[kept, 0], levels[kept, 1], formants.run[kept])


def _levels(frames: Floats, rate: int, f0: Floats, hz: Floats) -> Floats:
    """H1 - H2 and H1 - A3 of each frame, shape (frames, 2)."""
    step = rate / frames.shape[1]
    with np.errstate(divide="ignore"):
        decibels = 20 * np.log10(np.abs(np.fft.rfft(frames, axis=1)))
    widths = bandwidths(hz, f0)

    def corrected(level: Floats, at: Floats, number: int) -> Floats:
        gains = [gain(at, hz[:, k], widths[:, k], rate) for k in range(number)]
        return np.asarray(level - sum(gains), dtype=np.float64)

    first, second = (corrected(_at(decibels, step, k * f0), k * f0, 2) for k in (1, 2))
    peak, where = _strongest(decibels, step, hz[:, 2])
    return np.column_stack([first - second, first - corrected(peak, where, 3)])


def _at(decibels: Floats, step: float, hz: Floats) -> Floats:
    """Level of a tone of known frequency: that of the nearest bin, with what a Hann window loses between bins."""
    near = np.round(hz / step).astype(int)
    away = hz / step - near
    return np.asarray(decibels[np.arange(len(hz)), near] - 20 * np.log10(np.sinc(away) / (1 - away**2)))


def _strongest(decibels: Floats, step: float, hz: Floats) -> tuple[Floats, Floats]:
    """Level and frequency of the strongest bin near `hz`, both by a parabola through it and its neighbours."""
    at = np.arange(decibels.shape[1]) * step
    inside = np.abs(at - hz[:, None]) <= np.maximum(NEAR * hz, step)[:, None]
    place = np.clip(np.argmax(np.where(inside, decibels, -np.inf), axis=1), 1, decibels.shape[1] - 2)
    rows = np.arange(len(hz))
    left, here, right = (decibels[rows, place + k] for k in (-1, 0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.clip(np.nan_to_num((left - right) / (2 * (left - 2 * here + right))), -0.5, 0.5)
    return here - (left - right) * shift / 4, (place + shift) * step


def bandwidths(hz: Floats, f0: Floats) -> Floats:
    """Bandwidth in Hz of formants at `hz`, shape (frames, formants), of a voice with this F0."""
    low, high = (np.polynomial.polynomial.polyval(hz, np.array(row)) for row in (LOW, HIGH))
    scale = 1 + SLOPE * (f0 - PITCH)
    return np.asarray(np.maximum(np.where(hz < 500, low, high) * scale[:, None], 10.0), dtype=np.float64)


def gain(at: Floats, formant: Floats, width: Floats, rate: int) -> Floats:
    """Gain in dB at frequency `at` of a digital resonator whose gain at 0 Hz is 1."""
    radius, omega, centre = np.exp(-np.pi * width / rate), 2 * np.pi * at / rate, 2 * np.pi * formant / rate
    still = (1 - 2 * radius * np.cos(centre) + radius**2) ** 2
    moving = (1 - 2 * radius * np.cos(omega + centre) + radius**2) * (
        1 - 2 * radius * np.cos(omega - centre) + radius**2
    )
    return np.asarray(10 * np.log10(still / moving), dtype=np.float64)
