"""Contours and cycles of the participant's voice, each computed once, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Audio
from ...data_schemas.feature import Missing, Reason
from ..registry import view
from . import cepstrum, praat
from .blocks import FRAME, HEADROOM, Block, Floats, between, blocks, excerpt, frame_peaks, limited, places
from .signal import NOT_FINITE
from .spans import Spans

LOWEST, HIGHEST = 60.0, 700.0
"""First pass: the widest range of F0 in Hz."""

FLOOR_FACTOR, CEILING_FACTOR = 0.75, 2.0
"""Second pass: floor 0.75 x Q1 of the first pass (Hirst 2011), and ceiling 2 x Q3.

Hirst's 1.5 x Q3 cuts off what a lively speaker reaches, and Praat then gives half of it: 138 of 12,972 frames of 77
recordings were an octave too low, 24 of 12,986 with 2 x Q3 (`benchmarks/octaves.py`).
"""

CEPSTRAL_FACTOR = 1.5
"""Times the third quartile of F0, up to which a cepstral peak is sought."""

SHORTEST_RUN, SHORT_RUN, CLEAR = 5, 10, 0.75
"""Frames of voiced runs below which they are never a voice's, or are none where autocorrelation is lower than this.

Half of all voiced frames lie in runs of at most 5 to 7 frames in whispers, with a median autocorrelation of 0.59 to
0.66; of 3 in creak that has no F0; of 12 and more in recordings of speech, of 16 in noise as loud as the voice. Fast
syllables have runs of 8 or so, with an autocorrelation of 0.9.
"""

ENOUGH = 50
"""Voiced frames from which that can be told."""

SOFTEST = 100.0
"""Pitch floor in Hz that sets the window of the intensity contour (64 ms)."""

SYLLABIC = 50.0
"""The same for the contour in which syllables are sought (128 ms)."""

SPECTRUM_WINDOW = 0.04
"""Seconds of each spectrum: bins are 25 Hz apart."""


@dataclass(frozen=True, eq=False, slots=True)
class Contour:
    """Frames of 10 ms inside the participant's speech, and the index of the speech span each is in."""

    times: Floats
    values: Floats
    span: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True, eq=False, slots=True)
class Voicing:
    """F0 in Hz (NaN where unvoiced), the range it was sought in, the glottal pulses, and how clear F0 is.

    `clarity` is the median autocorrelation of the voiced frames, 0 to 1; 1 where nothing is voiced.
    """

    f0: Contour
    floor: float
    ceiling: float
    pulses: Floats
    amplitude_times: Floats
    amplitudes: Floats
    clarity: float = 1.0


@dataclass(frozen=True, eq=False, slots=True)
class VoicedRun:
    """Voiced frames without a break: times in seconds, F0 in Hz."""

    times: Floats
    hz: Floats

    @property
    def semitones(self) -> Floats:
        """F0 in semitones above 100 Hz."""
        return np.asarray(12 * np.log2(self.hz / 100), dtype=np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class Spectra:
    """Summed power spectra of the frames of each voiced run: `power` of shape (runs, bins), frames of each run."""

    hz: Floats
    power: Floats
    frames: Floats


@view()
def level(audio: Audio, heard: Spans) -> float | Missing:
    """Level of the participant's speech: 90th percentile of the peaks of 10 ms frames, full scale 1.

    A click of some milliseconds or a cough of less than a tenth of the speech hardly moves it.
    """
    peaks = frame_peaks(audio, heard)
    if not len(peaks):
        return Missing(Reason.TOO_SHORT, "speech in the signal: needs 0.01 s, got none")
    if not np.isfinite(peaks).all():
        return Missing(Reason.UNDEFINED, NOT_FINITE)
    return float(np.percentile(peaks, 90))


def _sounds(audio: Audio, heard: Spans, level: float) -> Iterator[tuple[Block, float, praat.Sound]]:
    for block in blocks(audio, heard):
        sound = praat.Sound.of(excerpt(audio, block, level), audio.rate, HEADROOM * level)
        yield block, block.first / audio.rate, sound


class _Collected:
    """Frames of many blocks, those outside the spans left out."""

    def __init__(self, heard: Spans) -> None:
        self._heard = heard
        self._parts: list[tuple[Floats, Floats]] = []

    def add(self, block: Block, offset: float, frames: tuple[Floats, Floats]) -> None:
        times = frames[0] + offset
        inside = places(times, block.spans) >= 0
        self._parts.append((times[inside], frames[1][inside]))

    def contour(self) -> Contour:
        times, values = (np.concatenate(column) for column in zip((np.zeros(0),) * 2, *self._parts, strict=True))
        return Contour(times, values, places(times, self._heard))


@view(size=lambda voicing: FRAME * len(voicing.f0), size_unit="s")
def voicing(audio: Audio, heard: Spans, level: float) -> Voicing:
    """F0 and glottal pulses by Praat's autocorrelation method in two passes, adapted to the speaker."""
    first = _Collected(heard)
    for block, offset, sound in _sounds(audio, heard, level):
        first.add(block, offset, praat.contour(praat.pitch(sound, LOWEST, HIGHEST)))
    floor, ceiling = f0_range(first.contour().values)
    second, strengths, cycles = _Collected(heard), _Collected(heard), [_Collected(heard), _Collected(heard)]
    for block, offset, sound in _sounds(audio, heard, level):
        made = praat.pitch(sound, floor, ceiling)
        second.add(block, offset, praat.contour(made))
        strengths.add(block, offset, (made.xs(), praat.strengths(made)))
        times, amplitude_times, amplitudes = praat.pulses(sound, made)
        cycles[0].add(block, offset, (times, times))
        cycles[1].add(block, offset, (amplitude_times, amplitudes))
    amplitude, strength = cycles[1].contour(), strengths.contour().values
    clarity = float(np.median(strength[strength > 0])) if strength.any() else 1.0
    pulses = cycles[0].contour().times
    return Voicing(second.contour(), floor, ceiling, pulses, amplitude.times, amplitude.values, clarity)


def f0_range(hz: Floats) -> tuple[float, float]:
    """Floor and ceiling of the second pass from the F0 of the first; the first's own when nothing is voiced."""
    found = hz[np.isfinite(hz)]
    if not len(found):
        return LOWEST, HIGHEST
    low, high = np.quantile(found, [0.25, 0.75])
    return max(LOWEST, FLOOR_FACTOR * float(low)), min(HIGHEST, CEILING_FACTOR * float(high))


@view(size=lambda voiced: FRAME * sum(len(run.times) for run in voiced), size_unit="s")
def voiced(voicing: Voicing) -> tuple[VoicedRun, ...] | Missing:
    """Voiced stretches of the participant's speech; missing where they are what Praat makes of whispers or noise."""
    keep = np.isfinite(voicing.f0.values)
    times, hz, span = voicing.f0.times[keep], voicing.f0.values[keep], voicing.f0.span[keep]
    if not len(times):
        return ()
    breaks = np.flatnonzero((np.diff(times) > 1.5 * FRAME) | (np.diff(span) != 0)) + 1
    runs = tuple(map(VoicedRun, np.split(times, breaks), np.split(hz, breaks)))
    usual = _usual_length(runs)
    least = SHORTEST_RUN if voicing.clarity >= CLEAR else SHORT_RUN
    if len(times) >= ENOUGH and usual < least:
        needs, got = (f"{FRAME * frames:.2f} s" for frames in (least, usual))
        return Missing(Reason.UNDEFINED, f"voiced runs: needs {needs} (weighted median), got {got}, as in whispers")
    return runs


def _usual_length(runs: tuple[VoicedRun, ...]) -> int:
    """Frames of the run in which the median voiced frame lies, runs being ordered by length."""
    lengths = np.sort([len(run.times) for run in runs])
    return int(lengths[np.searchsorted(np.cumsum(lengths), lengths.sum() / 2)])


@view(size=lambda loudness: FRAME * len(loudness), size_unit="s")
def loudness(audio: Audio, heard: Spans, level: float) -> Contour:
    """Mean square of the samples (full scale 1) every 10 ms, 64 ms window; frames of digital silence left out."""
    found = _intensity(audio, heard, level, SOFTEST)
    sounding = found.values > 0
    return Contour(found.times[sounding], found.values[sounding], found.span[sounding])


@view(size=lambda envelope: FRAME * len(envelope), size_unit="s")
def envelope(audio: Audio, heard: Spans, level: float) -> Contour:
    """Mean square of the samples (full scale 1) every 10 ms, 128 ms window: smooth enough to show syllables."""
    return _intensity(audio, heard, level, SYLLABIC)


def _intensity(audio: Audio, heard: Spans, level: float, floor: float) -> Contour:
    found = _Collected(heard)
    for block, offset, sound in _sounds(audio, heard, level):
        found.add(block, offset, praat.intensity(sound, floor))
    return found.contour()


@view(size=lambda harmonicity: FRAME * len(harmonicity), size_unit="s")
def harmonicity(audio: Audio, heard: Spans, level: float, voicing: Voicing, voiced: tuple[VoicedRun, ...]) -> Contour:
    """Harmonics-to-noise ratio in dB of the voiced frames that have one.

    All but the voiced runs and what their windows reach is silenced first: Praat spends up to 1.7 s on a second
    of noise, and its result is not wanted there.
    """
    found = _Collected(heard)
    edges = tuple((run.times[0] - FRAME / 2, run.times[-1] + FRAME / 2) for run in voiced)
    reach = 3 / voicing.floor
    for block in blocks(audio, heard):
        samples, offset = excerpt(audio, block, level), block.first / audio.rate
        kept = np.zeros(len(samples), dtype=bool)
        for start, end in edges:
            first, last = ((round(at * audio.rate) - block.first) for at in (start - reach, end + reach))
            kept[max(0, first) : max(0, last)] = True
        if kept.any():
            sound = praat.Sound.of(np.where(kept, samples, 0.0), audio.rate, HEADROOM * level)
            times, db = praat.harmonicity(sound, voicing.floor)
            defined = np.isfinite(db) & (places(times + offset, edges) >= 0)
            found.add(block, offset, (times[defined], db[defined]))
    return found.contour()


@view(size=lambda prominences: float(prominences[1].sum()), size_unit="s")
def prominences(
    audio: Audio, heard: Spans, level: float, voicing: Voicing, voiced: tuple[VoicedRun, ...]
) -> tuple[Floats, Floats]:
    """CPPS in dB of the voiced stretches of each block put end to end, and their seconds."""
    made = []
    starts = np.array([run.times[0] for run in voiced])
    third = float(np.quantile(np.concatenate([run.hz for run in voiced]), 0.75)) if voiced else 0.0
    highest = max(cepstrum.HIGHEST, min(voicing.ceiling, CEPSTRAL_FACTOR * third))
    for block in blocks(audio, heard):
        samples = excerpt(audio, block, level)
        runs = np.flatnonzero(places(starts, block.spans) >= 0)
        edges = [(voiced[at].times[0] - FRAME / 2, voiced[at].times[-1] + FRAME / 2) for at in runs]
        parts = [samples[round(a * audio.rate) - block.first : round(b * audio.rate) - block.first] for a, b in edges]
        joined = np.concatenate([np.zeros(0), *parts])
        found = cepstrum.prominences(joined, audio.rate, highest=highest)
        if len(found):
            made.append((float(found.mean(dtype=np.float64)), len(joined) / audio.rate))
    columns = np.array(made).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


@view(size=lambda spectra: FRAME * float(spectra.frames.sum()), size_unit="s")
def spectra(audio: Audio, level: float, voiced: tuple[VoicedRun, ...]) -> Spectra:
    """Summed power spectra to 5 kHz of 40 ms Hann windows around every voiced frame, for each voiced run."""
    length = round(SPECTRUM_WINDOW * audio.rate)
    window = np.hanning(length)
    hz = np.fft.rfftfreq(length, 1 / audio.rate)
    kept = hz <= 5000 + 1e-6
    power = np.zeros((len(voiced), int(kept.sum())))
    for place, run in enumerate(voiced):
        for times in np.array_split(run.times, max(1, len(run.times) // 1000)):
            power[place] += _power(audio, times, window, level)[kept]
    return Spectra(hz[kept], power, np.array([len(run.times) for run in voiced], dtype=np.float64))


def _power(audio: Audio, times: Floats, window: Floats, level: float) -> Floats:
    frames = frames_at(audio, times, window, level)
    return np.asarray((np.abs(np.fft.rfft(frames, axis=1)) ** 2).sum(axis=0), dtype=np.float64)


def frames_at(audio: Audio, times: Floats, window: Floats, level: float) -> Floats:
    """Windowed frames around `times`, which lie near each other, each with its mean taken off."""
    reach = len(window) / 2 / audio.rate
    signal = limited(between(audio, times[0] - reach, times[-1] + reach + 2 / audio.rate), level)
    origin = max(0, round((times[0] - reach) * audio.rate))
    starts = np.clip(np.round((times - reach) * audio.rate).astype(int) - origin, 0, max(0, len(signal) - len(window)))
    if len(signal) < len(window):
        signal = np.pad(signal, (0, len(window) - len(signal)))
    frames = signal[starts[:, None] + np.arange(len(window))]
    return np.asarray((frames - frames.mean(axis=1, keepdims=True)) * window, dtype=np.float64)
