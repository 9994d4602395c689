"""Smoothed cepstral peak prominence, many frames at once.

The definition is Hillenbrand and Houde's (1996) with the settings of Maryn and Weenink (2015): the power cepstra of
short frames are averaged over quefrency, and the peak of each is measured from a straight line fitted through the
whole of it. Where those leave a choice (window, grid of frames, edges) it is Praat's, as its results show it.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor, gcd

import numpy as np
import numpy.typing as npt

from .blocks import FRAME, Floats

LOWEST, HIGHEST = 60.0, 330.0
"""Range of F0 in Hz in which a peak is sought, unless the caller asks for a higher end."""

TOP = 5000.0
"""Highest frequency in Hz: the signal is brought to twice as many samples a second."""

EMPHASIS = 50.0
"""Frequency in Hz from which the spectrum is lifted by 6 dB an octave."""

RATE = round(2 * TOP)
LENGTH = round(6 / LOWEST * RATE)
POINTS = 1024
"""Samples a second, of the window (three periods of the lowest F0, twice over), and of its Fourier transform."""

WIDTH = 10
"""Steps of 0.1 ms over which cepstra are averaged: 1 ms."""

CHUNK = 128
"""Frames computed together: few enough for all that is made of them to stay in the processor's cache."""

DEPTH = 50
"""Samples on either side that an interpolated sample is made of."""

Reals = npt.NDArray[np.float32]
"""Single precision: its rounding lies 130 dB below the signal, and is half the work."""


def prominences(samples: Floats, rate: int, *, highest: float = HIGHEST) -> Floats:
    """Prominence of the cepstral peak every 10 ms.

    Parameters
    ----------
    samples : ndarray of float, shape (n,)
        Finite, any scale.
    rate : int
        Its samples per second.
    highest : float
        Highest F0 in Hz at which the peak is sought; the lowest is 60 Hz.

    Returns
    -------
    ndarray of float32, shape (frames,)
        How far each peak stands above the line, in dB; their mean is CPPS. Empty when the signal is shorter than one
        window (0.1 s).

    Notes
    -----
    Each frame: resampled to 10 kHz, lifted from 50 Hz, mean taken off, Gaussian window of 0.1 s, log power spectrum,
    its inverse Fourier transform squared. Cepstra are averaged over 1 ms of quefrency. The line is Theil's incomplete
    one (1950) through the decibels at all quefrencies; the peak is the highest local one, by a parabola through
    three points.
    """
    starts = _starts(len(samples), rate)
    if not len(starts):
        return np.zeros(0, dtype=np.float32)
    signal = resampled(samples, rate)
    signal[1:] -= np.exp(-2 * np.pi * EMPHASIS / RATE) * signal[:-1]
    # A first frame may begin a sample early, a last one end late: nothing is there.
    scale = max(float(np.abs(signal).max()), np.finfo(np.float64).tiny)
    wide = np.pad((signal / scale).astype(np.float32), 2)
    frames = np.lib.stride_tricks.sliding_window_view(wide, LENGTH)
    work = np.zeros((CHUNK, POINTS), dtype=np.float32)
    chunks = [starts[first : first + CHUNK] + 2 for first in range(0, len(starts), CHUNK)]
    return np.concatenate([_prominence(_decibels(_pick(frames, part), work), highest) for part in chunks])


def _starts(count: int, rate: int) -> npt.NDArray[np.intp]:
    """First sample, at 10 kHz, of each frame: frames are centred on the signal, samples taken at the nearest."""
    seconds = count / rate
    frames = floor((seconds - LENGTH / RATE) / FRAME + 1e-9) + 1
    if frames < 1:
        return np.zeros(0, dtype=np.intp)
    first = (seconds - (frames - 1) * FRAME) / 2 - LENGTH / RATE / 2
    begin = (seconds - (_count(count, rate) - 1) / RATE) / 2
    # A hair, since half a sample need not come out as one.
    at = (first + np.arange(frames) * FRAME - begin) * RATE
    found: npt.NDArray[np.intp] = np.floor(at + 0.5 + 1e-7).astype(np.intp)
    return np.clip(found, -1, max(-1, _count(count, rate) - LENGTH + 1))


def _count(count: int, rate: int) -> int:
    return round(count / rate * RATE)


def _pick(frames: Reals, starts: npt.NDArray[np.intp]) -> Reals:
    # Frames a whole number of samples apart, as they mostly are, need not be copied.
    steps = np.diff(starts)
    if len(steps) and (steps == steps[0]).all():
        return frames[starts[0] : starts[-1] + 1 : steps[0]]
    return np.asarray(frames[starts])


def _decibels(frames: Reals, work: Reals) -> Reals:
    """Averaged power cepstra in dB, shape (frames, 513); `work` is room for them, zero beyond the window."""
    from scipy.fft import dct, rfft

    windowed = work[: len(frames)]
    np.multiply(frames, _window(), out=windowed[:, :LENGTH])
    spectrum = rfft(windowed, axis=1)
    # What the mean of a frame adds is the window's own spectrum, which is nothing but its first bins.
    own = _lowest_bins()
    spectrum[:, : len(own)] -= frames.mean(axis=1, keepdims=True) * own
    power = spectrum.real**2
    power += spectrum.imag**2
    # In digital silence a power too small for any sound keeps the logarithm finite.
    np.maximum(power, np.float32(1e-30), out=power)
    # A spectrum without phase is even: its inverse Fourier transform is a cosine transform.
    cepstra = dct(np.log(power, out=power), 1, axis=1)
    np.square(cepstra, out=cepstra)
    smooth = _averaged(cepstra)
    np.maximum(smooth, np.float32(1e-30), out=smooth)
    return np.asarray(10 * np.log10(smooth, out=smooth))


def _averaged(power: Reals) -> Reals:
    """Mean over 1 ms of the line drawn through the values: nine whole ones and half of one on either side."""
    count = power.shape[1]
    wide = np.zeros((len(power), count + WIDTH), dtype=np.float32)
    wide[:, WIDTH // 2 : -WIDTH // 2] = power
    pairs = wide[:, 1:] + wide[:, :-1]
    fours = pairs[:, 2:] + pairs[:, :-2]
    tens = fours[:, 4:-2] + fours[:, :-6]
    tens += pairs[:, 8:]
    total: Reals = tens[:, 1:] + tens[:, :-1]
    # Near an edge there are fewer values: their weights are brought back to 1.
    total *= _share(count)
    return total


@lru_cache(maxsize=1)
def _share(count: int) -> Reals:
    weights = np.convolve(np.ones(WIDTH), np.ones(2))
    share: Reals = (1 / np.convolve(np.ones(count), weights, mode="same")).astype(np.float32)
    return share


@lru_cache(maxsize=1)
def _window() -> Reals:
    """Gaussian of twice the effective length, brought down to zero at its ends."""
    at = np.arange(1, LENGTH + 1) / (LENGTH + 1) - 0.5
    window: Reals = ((np.exp(-48 * at**2) - np.exp(-12)) / (1 - np.exp(-12))).astype(np.float32)
    return window


@lru_cache(maxsize=1)
def _lowest_bins() -> npt.NDArray[np.complex64]:
    return np.fft.rfft(_window().astype(np.float64), POINTS)[:16].astype(np.complex64)


def _prominence(decibels: Reals, highest: float) -> Reals:
    """Height of the peak of each cepstrum above its line at the peak's quefrency."""
    count = decibels.shape[1]
    apart = ceil(count / 2)
    # Theil's incomplete line: median slope of points half the range apart, median of what that leaves.
    slope = _median(decibels[:, apart:] - decibels[:, : count - apart]) / apart
    where, height = _peaks(decibels, highest)
    intercept = _median(decibels - slope[:, None] * np.arange(count, dtype=np.float32))
    return np.asarray(height - (intercept + slope * where))


def _median(values: Reals) -> Reals:
    # A full sort of a short row is faster than a search for its middle.
    values.sort(axis=1)
    count = values.shape[1]
    return np.asarray((values[:, (count - 1) // 2] + values[:, count // 2]) / 2)


def _peaks(decibels: Reals, highest: float) -> tuple[Reals, Reals]:
    """Place (in steps of 0.1 ms) and height in dB of each cepstrum's highest peak from 1 / `highest` s to 1 / 60 s.

    A local maximum takes the height of a parabola through it and its neighbours, and stays within the range; where
    the ends of the range are higher than every local maximum, the higher end is taken.
    """
    # A hair either way, since RATE / 400 need not come out as 25.
    first, last = ceil(RATE / highest - 1e-9), floor(RATE / LOWEST + 1e-9)
    left, here, right = (decibels[:, first + k : last + 1 + k] for k in (-1, 0, 1))
    local = (here > left) & (here >= right)
    bend = np.where(local, left - 2 * here + right, np.float32(-1.0))
    fall = left - right
    shift = np.where(local, fall / (2 * bend), np.float32(0.0))
    height = here - fall * shift / 4
    row, best = np.arange(len(decibels)), height.argmax(axis=1)
    place = np.clip(first + best + shift[row, best], RATE / highest, RATE / LOWEST).astype(np.float32)
    return place, height[row, best]


def resampled(samples: Floats, rate: int) -> Floats:
    """A copy at 10 kHz as float64, sample grid centred on the signal as the one before was.

    From a higher rate all above 5 kHz is cut off sharply, by Fourier transform. From a lower one the new samples are
    interpolated by 50 samples on either side under a raised cosine.
    """
    wide = np.asarray(samples, dtype=np.float64)
    if rate == RATE:
        return wide.copy()
    count = _count(len(wide), rate)
    # Place of the first new sample among the old.
    begin = (len(wide) - 1) / 2 - (count - 1) / 2 * rate / RATE
    return _cut(wide, rate, begin, count) if rate > RATE else _interpolated(wide, rate, begin, count)


def _cut(wide: Floats, rate: int, begin: float, count: int) -> Floats:
    from scipy.fft import irfft, next_fast_len, rfft

    # Blocks of two seconds overlap by a tenth on either side, beyond which what is cut rings on at 0.1 %.
    old, new = rate // gcd(rate, RATE), RATE // gcd(rate, RATE)
    margin = ceil(rate / 10 / old)
    units = next_fast_len(ceil(2 * rate / old) + 2 * margin, real=True)
    hop = units - 2 * margin
    blocks = ceil(count / (hop * new))
    padded = np.pad(wide, (margin * old, max(0, (blocks * hop + margin) * old - len(wide))))
    ramp = np.exp(2j * np.pi * begin / (units * old) * np.arange((units * new + 1) // 2)) * (new / old)
    made = np.empty((blocks, hop * new))
    for place in range(blocks):
        part = rfft(padded[place * hop * old : (place * hop + units) * old])[: len(ramp)]
        made[place] = irfft(part * ramp, units * new)[margin * new : -margin * new]
    return np.asarray(made.ravel()[:count], dtype=np.float64)


def _interpolated(wide: Floats, rate: int, begin: float, count: int) -> Floats:
    cycle = RATE // gcd(rate, RATE)
    padded = np.pad(wide, DEPTH + 1)
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * DEPTH)
    made = np.empty(count)
    for phase in range(min(cycle, count)):
        # New samples a whole cycle apart lie at the same place between two old ones.
        at = begin + phase * rate / RATE
        base = floor(at)
        away = at - (base + np.arange(1 - DEPTH, DEPTH + 1))
        reach = DEPTH + np.where(away >= 0, at - base, base + 1 - at)
        weights = np.sinc(away) * (0.5 + 0.5 * np.cos(np.pi * away / reach))
        hits = len(range(phase, count, cycle))
        rows = views[base + 2 :: cycle * rate // RATE][:hits]
        made[phase::cycle] = rows @ weights
    return made
