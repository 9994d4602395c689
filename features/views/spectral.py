"""Short-term spectra of the participant's speech, kept as sums of what is measured on each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from ...data_schemas.audio import Audio
from ...data_schemas.feature import Missing, Reason
from ..registry import view
from .blocks import FRAME, Floats, blocks, excerpt
from .spans import Spans

WINDOW = 0.025
"""Seconds of each spectrum: bins are 40 Hz apart."""

TOP = 8000.0
"""Highest frequency in Hz that is read, so that recordings of every rate from 16 kHz are measured alike."""

BANDS, CEPSTRA = 40, 13
"""Mel bands, and cepstral coefficients after the one that is the level."""

ROLLOFF = 0.85
"""Share of the summed magnitude below the roll-off."""

LEAST = 1e-10
"""Power that stands for none, the level of speech being 1."""

MEASURES = (*(f"mfcc_{k}" for k in range(1, CEPSTRA + 1)), "centroid", "bandwidth", "rolloff_85", "flatness", "flux")
"""What is measured on every frame, in the order of the columns."""

CHUNK = 1000
"""Frames held at once."""


@dataclass(frozen=True, eq=False, slots=True)
class Moments:
    """Number, sum and sum of squares of each measure in each run of speech: arrays of shape (runs, measures)."""

    counts: Floats
    sums: Floats
    squares: Floats


@view(size=lambda timbre: FRAME * float(timbre.counts[:, 0].sum()), size_unit="s")
def timbre(audio: Audio, heard: Spans, level: float) -> Moments | Missing:
    """Measures of the spectra of 25 ms Hann windows every 10 ms that lie wholly in the participant's speech.

    Each run of speech has its own frames, counted from its start, and its mean is taken off. Frames of digital
    silence are left out. Needs a sample rate of 16 kHz.
    """
    if audio.rate < 2 * TOP:
        return Missing(Reason.UNDEFINED, f"needs a sample rate of {2 * TOP:g} Hz, got {audio.rate} Hz")
    made: list[Floats] = [np.zeros((0, 3, len(MEASURES)))]
    for block in blocks(audio, heard):
        samples = excerpt(audio, block, level) / level
        for span in block.spans:
            first, last = (round(at * audio.rate) - block.first for at in span)
            found = _summed(samples[first:last], audio.rate)
            if found[0, 0]:
                made.append(found[None])
    sums = np.concatenate(made)
    return Moments(sums[:, 0], sums[:, 1], sums[:, 2])


def _summed(run: Floats, rate: int) -> Floats:
    total = np.zeros((3, len(MEASURES)))
    before = np.zeros((0, 0))
    for frames in _frames(run, rate):
        spectra = np.abs(np.fft.rfft(frames * hann(frames.shape[1]), axis=1))[:, : len(bins(rate))]
        columns = [*measures(spectra, rate).T, flux(np.concatenate([before, spectra]) if len(before) else spectra)]
        total += [[part(column) for column in columns] for part in (len, np.sum, _squared)]
        before = spectra[-1:]
    return total


def _squared(column: Floats) -> float:
    return float((column**2).sum())


def _frames(run: Floats, rate: int) -> Iterator[Floats]:
    size, step = round(WINDOW * rate), FRAME * rate
    if len(run) < size:
        return
    windows = np.lib.stride_tricks.sliding_window_view(run - run.mean(), size)
    starts = np.round(np.arange(int((len(run) - size) / step + 1e-9) + 1) * step).astype(int)
    for chunk in np.array_split(starts, len(starts) // CHUNK + 1):
        frames = windows[chunk]
        sounding = frames[np.ptp(frames, axis=1) > 0]
        if len(sounding):
            yield sounding


@cache
def hann(size: int) -> Floats:
    """Periodic Hann window."""
    return np.hanning(size + 1)[:-1]


@cache
def bins(rate: int) -> Floats:
    """Frequencies in Hz of the spectrum's bins up to 8 kHz."""
    size = round(WINDOW * rate)
    hz = np.arange(size // 2 + 1) * rate / size
    return np.asarray(hz[hz <= TOP + 1e-6], dtype=np.float64)


@cache
def _mel(rate: int) -> Floats:
    from librosa.filters import mel

    bank = mel(sr=rate, n_fft=round(WINDOW * rate), n_mels=BANDS, fmin=0.0, fmax=TOP, dtype=np.float64)
    return np.asarray(bank[:, : len(bins(rate))], dtype=np.float64)


def measures(spectra: Floats, rate: int) -> Floats:
    """Cepstral coefficients, centroid, bandwidth, roll-off and flatness of each magnitude spectrum.

    Parameters
    ----------
    spectra : ndarray, shape (frames, bins), the level of speech being 1

    Returns
    -------
    ndarray, shape (frames, 17)
        As librosa's functions of the same names give them; coefficients 1 to 13 of an orthonormal DCT-II of the
        decibels in 40 mel bands (Slaney's), coefficient 0 being the level.
    """
    from scipy.fft import dct

    hz, power = bins(rate), spectra**2
    cepstra = dct(10 * np.log10(np.maximum(power @ _mel(rate).T, LEAST)), axis=1, norm="ortho")
    share = spectra / spectra.sum(axis=1, keepdims=True)
    centroid = share @ hz
    bandwidth = np.sqrt((share * (hz - centroid[:, None]) ** 2).sum(axis=1))
    rolloff = hz[np.argmax(np.cumsum(spectra, axis=1) >= ROLLOFF * spectra.sum(axis=1, keepdims=True), axis=1)]
    floored = np.maximum(power, LEAST)
    flatness = np.exp(np.log(floored).mean(axis=1)) / floored.mean(axis=1)
    return np.column_stack([cepstra[:, 1 : CEPSTRA + 1], centroid, bandwidth, rolloff, flatness])


def flux(spectra: Floats) -> Floats:
    """Squared distance of each magnitude spectrum, scaled to unit length, from the one before it: 0 to 2."""
    unit = spectra / np.linalg.norm(spectra, axis=1, keepdims=True)
    return np.asarray((np.diff(unit, axis=0) ** 2).sum(axis=1))
