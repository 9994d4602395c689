"""Mel-frequency cepstra as PocketSphinx makes them: what its acoustic model was trained on.

Every constant is the model's own (its ``feat.params``) or PocketSphinx's default; the result equals the library's to
the last digits it writes. Noise is taken off each mel band by asymmetric smoothing and temporal masking of its power,
the method of Kim & Stern (2016), IEEE/ACM TASLP 24(7), without its non-linearity.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Samples

RATE = 16_000
STEP = 160
"""Samples between frames: 10 ms."""

SIZE = 410
"""Samples of a frame: 25.625 ms."""

FFT = 512
BANDS, LOWEST, HIGHEST = 25, 130.0, 6800.0
CEPSTRA = 13
LIFTER = 22
EMPHASIS = 0.97
FLOOR = 1e-4
"""Added to a band's power before the logarithm."""

POWER, SLOW, FAST, DECAY, MASKED, GAIN, NEIGHBOURS = 0.7, 0.995, 0.5, 0.85, 0.2, 20.0, 4
"""Noise removal: smoothing of the power, of the noise floor as it rises and as it falls, of the peak; what a masked
band keeps of the peak; the greatest attenuation; bands on either side over which the gain is averaged."""

LATE = 0.005
"""Seconds by which words were found late on synthetic speech, the median of 950 starts and ends."""

FIRST = (SIZE - STEP) / 2 / RATE - LATE
"""Seconds at which frame 0 begins to speak for the signal: the middle of a frame less half a step."""

Array = npt.NDArray[np.float64]


def features(samples: Samples) -> npt.NDArray[np.float32]:
    """Cepstra, their slopes and curvatures in 10 ms frames, each cepstrum with its mean over the stretch taken off.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,), in [-1, 1]
        At 16 kHz.

    Returns
    -------
    ndarray of float32, shape (frames, 3, 13)
        No frames where there is less than one frame of sound.
    """
    found = cepstra(samples)
    if not len(found):
        return np.zeros((0, 3, CEPSTRA), np.float32)
    centred = found - found.mean(axis=0)
    count = len(centred)
    padded = np.pad(centred, ((3, 3), (0, 0)), mode="edge")
    slope = padded[5 : 5 + count] - padded[1 : 1 + count]
    curve = (padded[6 : 6 + count] - padded[2 : 2 + count]) - (padded[4 : 4 + count] - padded[:count])
    return np.stack([centred, slope, curve], axis=1).astype(np.float32)


def cepstra(samples: Samples) -> Array:
    """The 13 cepstra of each frame, shape (frames, 13); the last frame is filled up with zeros."""
    signal = np.round(np.asarray(samples, dtype=np.float64) * 32_767)
    if len(signal) < SIZE:
        return np.zeros((0, CEPSTRA))
    signal[1:] -= EMPHASIS * signal[:-1].copy()
    count = 1 + -(-(len(signal) - SIZE) // STEP)
    signal = np.pad(signal, (0, SIZE + (count - 1) * STEP - len(signal)))
    frames = np.lib.stride_tricks.sliding_window_view(signal, SIZE)[::STEP]
    spectrum = np.fft.rfft(frames * np.hamming(SIZE), FFT)
    power = (spectrum.real**2 + spectrum.imag**2) @ _filters()
    return np.asarray(np.log(_without_noise(power) + FLOOR) @ _cosines(), dtype=np.float64)


def _without_noise(bands: Array) -> Array:
    cleaned = np.empty_like(bands)
    power, noise, floor = bands[0].copy(), bands[0] / GAIN, bands[0] / GAIN
    peak = np.zeros(BANDS)
    average = _averages()
    for at, band in enumerate(bands):
        power = POWER * power + (1 - POWER) * band
        noise = _envelope(power, noise)
        signal = np.maximum(power - noise, 1.0)
        floor = _envelope(signal, floor)
        peak = DECAY * peak
        masked = np.where(signal < DECAY * peak, MASKED * peak, signal)
        peak = np.maximum(peak, signal)
        gain = np.clip(np.maximum(masked, floor) / np.maximum(power, 1e-30), 1 / GAIN, GAIN)
        cleaned[at] = band * (average @ gain)
    return cleaned


def _envelope(value: Array, low: Array) -> Array:
    weight = np.where(value >= low, SLOW, FAST)
    return np.asarray(weight * low + (1 - weight) * value)


@functools.cache
def _averages() -> Array:
    near = np.abs(np.subtract.outer(np.arange(BANDS), np.arange(BANDS))) <= NEIGHBOURS
    return np.asarray(near / near.sum(axis=1, keepdims=True))


@functools.cache
def _filters() -> Array:
    """Triangles of equal area on the mel scale, their corners on bins of the spectrum; shape (257, 25)."""
    low, high = (2595 * np.log10(1 + edge / 700) for edge in (LOWEST, HIGHEST))
    corners = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    width = RATE / FFT
    corners = np.floor(corners / width + 0.5) * width
    frequency = np.arange(FFT // 2 + 1)[:, None] * width
    left, middle, right = corners[:-2], corners[1:-1], corners[2:]
    rise, fall = (frequency - left) / (middle - left), (right - frequency) / (right - middle)
    return np.asarray(np.maximum(0.0, np.minimum(rise, fall)) * 2 / (right - left))


@functools.cache
def _cosines() -> Array:
    """Orthonormal cosine transform and liftering in one; shape (25, 13)."""
    order = np.arange(CEPSTRA)
    waves = np.cos(np.pi * np.outer(np.arange(BANDS) + 0.5, order) / BANDS) * np.sqrt(2 / BANDS)
    waves[:, 0] /= np.sqrt(2)
    return np.asarray(waves * (1 + LIFTER / 2 * np.sin(order * np.pi / LIFTER)))
