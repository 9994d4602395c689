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
    # To full scale before it is rounded to single precision, so that the same voice at any level gives the same digits.
    scale = max(float(samples.max()), -float(samples.min()), float(np.finfo(np.float32).tiny))
    signal = resampled(samples / scale, rate)
    signal[1:] -= np.float32(np.exp(-2 * np.pi * EMPHASIS / RATE)) * signal[:-1]
    # A first frame may begin a sample early, a last one end late: nothing is there.
    wide = np.pad(signal, 2)
    frames = np.lib.stride_tricks.sliding_window_view(wide, LENGTH)
    work = np.zeros((CHUNK, POINTS), dtype=np.float32)
    chunks = [starts[first : first + CHUNK] + 2 for first in range(0, len(starts), CHUNK)]
    return np.concatenate([_prominence(_logarithms(_pick(frames, part), work), highest) for part in chunks])


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


def _logarithms(frames: Reals, work: Reals) -> Reals:
    """Logarithms of averaged power cepstra, shape (frames, 513); `work` is room, zero beyond the window."""
    from scipy.fft import dct, rfft

    windowed = work[: len(frames)]
    np.multiply(frames, _window(), out=windowed[:, :LENGTH])
    spectrum = rfft(windowed, axis=1)
    # What the mean of a frame adds is the window's own spectrum, which is nothing but its first bins.
    own = _lowest_bins()
    spectrum[:, : len(own)] -= frames.mean(axis=1, keepdims=True) * own
    power = np.square(spectrum.real)
    power += np.square(spectrum.imag)
    # In digital silence a power too small for any sound keeps the logarithm finite.
    np.maximum(power, np.float32(1e-30), out=power)
    # A spectrum without phase is even: its inverse Fourier transform is a cosine transform.
    smooth = _averaged(dct(np.log(power, out=power), 1, axis=1))
    np.maximum(smooth, np.float32(1e-30), out=smooth)
    # NumPy's decadic logarithm takes six times as long as its natural one.
    return np.asarray(np.log(smooth, out=smooth))


def _averaged(cepstra: Reals) -> Reals:
    """Twenty times the mean over 1 ms of the line drawn through their squares: nine whole ones, half a one either side.

    A factor is nothing to a height above a line of logarithms. All rows are added up as one, zeros between them: what
    is added across them is left behind.
    """
    rows, count = cepstra.shape
    wide = np.zeros((rows, count + WIDTH), dtype=np.float32)
    np.square(cepstra, out=wide[:, WIDTH // 2 : -WIDTH // 2])
    ones = wide.ravel()
    pairs = ones[1:] + ones[:-1]
    fours = pairs[2:] + pairs[:-2]
    total = np.empty_like(ones)
    tens = fours[4:-2] + fours[:-6]
    tens += pairs[8:]
    np.add(tens[1:], tens[:-1], out=total[:-WIDTH])
    averaged: Reals = total.reshape(wide.shape)[:, :count]
    # Near an edge there are fewer values: their weights are brought up to those of the others.
    averaged[:, : WIDTH // 2] *= _share()
    averaged[:, -WIDTH // 2 :] *= _share()[::-1]
    return averaged


@lru_cache(maxsize=1)
def _share() -> Reals:
    """Weight of all values over that of those there are, at the first five quefrencies."""
    weights = np.convolve(np.ones(WIDTH), np.ones(2))
    share: Reals = (2 * WIDTH / np.cumsum(weights)[WIDTH // 2 : WIDTH]).astype(np.float32)
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


def _prominence(logarithms: Reals, highest: float) -> Reals:
    """Height in dB of the peak of each cepstrum above its line at the peak's quefrency."""
    count = logarithms.shape[1]
    apart = ceil(count / 2)
    # Theil's incomplete line: median slope of points half the range apart, median of what that leaves.
    slope = _median(logarithms[:, apart:] - logarithms[:, : count - apart]) / apart
    where, height = _peaks(logarithms, highest)
    line = np.multiply.outer(slope, np.arange(count, dtype=np.float32))
    intercept = _median(np.subtract(logarithms, line, out=line))
    return np.asarray((height - (intercept + slope * where)) * np.float32(10 / np.log(10)))


def _median(values: Reals) -> Reals:
    # A full sort of a short row is faster than a search for its middle.
    values.sort(axis=1)
    count = values.shape[1]
    return np.asarray((values[:, (count - 1) // 2] + values[:, count // 2]) / 2)


def _peaks(logarithms: Reals, highest: float) -> tuple[Reals, Reals]:
    """Place (in steps of 0.1 ms) and height of each cepstrum's highest peak from 1 / `highest` s to 1 / 60 s.

    A local maximum takes the height of a parabola through it and its neighbours, and stays within the range; where
    the ends of the range are higher than every local maximum, the higher end is taken.
    """
    # A hair either way, since RATE / 400 need not come out as 25.
    first, last = ceil(RATE / highest - 1e-9), floor(RATE / LOWEST + 1e-9)
    # One row after another, which is fastest; what lies between the end of one and the start of the next is left out.
    part = np.ascontiguousarray(logarithms[:, first - 1 : last + 2])
    flat = part.ravel()
    left, here, right = flat[:-2], flat[1:-1], flat[2:]
    local = (here > left) & (here >= right)
    fall = left - right
    bend = np.where(local, left + right - 2 * here, np.float32(-np.inf))
    shift = np.zeros_like(flat)
    np.divide(fall, 2 * bend, out=shift[:-2])
    height = np.empty_like(flat)
    np.subtract(here, fall * shift[:-2] / 4, out=height[:-2])
    row, best = np.arange(len(part)), height.reshape(part.shape)[:, :-2].argmax(axis=1)
    place = first + best + shift.reshape(part.shape)[row, best]
    inside = np.clip(place, RATE / highest, RATE / LOWEST).astype(np.float32)
    return inside, height.reshape(part.shape)[row, best]


def resampled(samples: Floats, rate: int) -> Reals:
    """A copy at 10 kHz, sample grid centred on the signal as the one before was.

    From a higher rate all above 5 kHz is cut off sharply, by Fourier transform. From a lower one the new samples are
    interpolated by 50 samples on either side under a raised cosine.
    """
    if rate == RATE:
        return np.array(samples, dtype=np.float32)
    count = _count(len(samples), rate)
    # Place of the first new sample among the old.
    begin = (len(samples) - 1) / 2 - (count - 1) / 2 * rate / RATE
    wide = np.asarray(samples, dtype=np.float32)
    return _cut(wide, rate, begin, count) if rate > RATE else _interpolated(wide, rate, begin, count)


def _cut(wide: Reals, rate: int, begin: float, count: int) -> Reals:
    from scipy.fft import irfft, next_fast_len, rfft

    # Blocks of two seconds overlap by a tenth on either side, beyond which what is cut rings on at 0.1 %.
    old, new = rate // gcd(rate, RATE), RATE // gcd(rate, RATE)
    margin = ceil(rate / 10 / old)
    units = next_fast_len(ceil(2 * rate / old) + 2 * margin, real=True)
    hop = units - 2 * margin
    blocks = ceil(count / (hop * new))
    padded = np.pad(wide, (margin * old, max(0, (blocks * hop + margin) * old - len(wide))))
    views = np.lib.stride_tricks.sliding_window_view(padded, units * old)[:: hop * old]
    ramp = np.exp(2j * np.pi * begin / (units * old) * np.arange((units * new + 1) // 2)) * (new / old)
    ramp = ramp.astype(np.complex64)
    made = np.empty((blocks, hop * new), dtype=np.float32)
    # Four at once: the transform works on as many side by side.
    for place in range(0, blocks, 4):
        part = rfft(views[place : min(blocks, place + 4)], axis=1)[:, : len(ramp)]
        part *= ramp
        made[place : place + 4] = irfft(part, units * new, axis=1)[:, margin * new : -margin * new]
    return made.ravel()[:count]


def _interpolated(wide: Reals, rate: int, begin: float, count: int) -> Reals:
    cycle = RATE // gcd(rate, RATE)
    padded = np.pad(wide, DEPTH + 1)
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * DEPTH)
    made = np.empty(count, dtype=np.float32)
    for phase in range(min(cycle, count)):
        # New samples a whole cycle apart lie at the same place between two old ones.
        at = begin + phase * rate / RATE
        base = floor(at)
        away = at - (base + np.arange(1 - DEPTH, DEPTH + 1))
        reach = DEPTH + np.where(away >= 0, at - base, base + 1 - at)
        weights = (np.sinc(away) * (0.5 + 0.5 * np.cos(np.pi * away / reach))).astype(np.float32)
        hits = len(range(phase, count, cycle))
        rows = views[base + 2 :: cycle * rate // RATE][:hits]
        made[phase::cycle] = rows @ weights
    return made
