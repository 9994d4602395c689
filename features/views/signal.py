"""Levels and long-term spectrum of the signal, read in blocks so that memory does not grow with its length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Audio, Samples, Span
from ...data_schemas.feature import Missing, Reason
from ...data_schemas.recording import Task
from ...data_schemas.sample import Sample
from ..registry import view
from .spans import union, without

Powers = npt.NDArray[np.float64]

LEVEL_FRAME = 0.020
"""Seconds of one level: two periods of the lowest voice."""

GUARD = 0.050
"""Seconds around speech that count as neither: breath onsets and echoes."""

BLOCK = 1 << 20
"""Samples read at a time."""

NOT_FINITE = "samples that are no finite numbers"

FFT_SECONDS = 0.032
"""Length of a spectral window: 31 Hz resolution."""


@dataclass(frozen=True, eq=False, slots=True)
class SignalLevels:
    """Mean square of 20 ms frames inside speech, and of frames at least 50 ms away from any.

    Frames of digital silence are in neither: nobody records exact zeros; they were edited or gated in.
    """

    speech: Powers
    rest: Powers


@dataclass(frozen=True, eq=False, slots=True)
class LongTermSpectrum:
    """Mean power at each frequency over the recording, its mean taken off (Welch, Hann windows, half overlapped)."""

    frequencies: Powers
    power: Powers


@view(size=lambda levels: len(levels.speech) * LEVEL_FRAME, size_unit="s of speech")
def signal_levels(audio: Audio) -> SignalLevels | Missing:
    """Levels of speech and of what is not speech, by voice activity."""
    if audio.speech is None:
        return Missing(Reason.UNDEFINED, "voice activity was not looked for")
    spoken = union(audio.speech)
    near = [Span(span.start - GUARD, span.end + GUARD) for span in spoken]
    rest = without([Span(0.0, audio.duration)], near)
    found = SignalLevels(_powers(audio, spoken), _powers(audio, rest))
    if not all(np.isfinite(powers).all() for powers in (found.speech, found.rest)):
        return Missing(Reason.UNDEFINED, NOT_FINITE)
    return found


def _powers(audio: Audio, spans: tuple[Span, ...]) -> Powers:
    size = round(LEVEL_FRAME * audio.rate)
    step = max(size, BLOCK // size * size)
    found = [np.zeros(0)]
    for span in spans:
        first, last = max(0, round(span.start * audio.rate)), round(span.end * audio.rate)
        for start in range(first, last, step):
            block = audio.samples[start : min(start + step, last)].astype(np.float64)
            frames = block[: len(block) // size * size].reshape(-1, size)
            with np.errstate(invalid="ignore", over="ignore"):
                found.append(np.var(frames, axis=1))
    powers = np.concatenate(found)
    return powers[~(powers <= 0)]


@view(size=float, size_unit="dB", short=Reason.TOO_NOISY)
def signal_to_noise(sample: Sample) -> float | Missing:
    """Speech over what lies between it, in dB (quality.snr); infinite where nothing lies between or it is not known.

    Of a sustained vowel it is not known: voice activity detection is made for running speech.
    """
    if isinstance(sample.audio, Missing):
        return sample.audio
    if sample.recording.task is Task.SUSTAINED_VOWEL:
        return float("inf")
    levels = signal_levels(sample.audio)
    if isinstance(levels, Missing) or not len(levels.speech) or not len(levels.rest):
        return float("inf")
    return float(10 * np.log10(levels.speech.mean() / np.median(levels.rest)))


@view(size=lambda spectrum: float(spectrum.power.sum() > 0), size_unit="signal")
def long_term_spectrum(audio: Audio) -> LongTermSpectrum | Missing:
    """Long-term average spectrum of the whole recording, up to half the sample rate."""
    size = 1 << round(np.log2(FFT_SECONDS * audio.rate))
    if len(audio.samples) < size:
        return Missing(Reason.TOO_SHORT, f"needs {size / audio.rate:.3f} s, got {audio.duration:.3f} s")
    window = np.hanning(size + 1)[:-1]
    power, count = np.zeros(size // 2 + 1), 0
    mean = mean_of(audio.samples)
    if not np.isfinite(mean):
        return Missing(Reason.UNDEFINED, NOT_FINITE)
    # Blocks overlap by half a window so that no window is lost between them.
    for start in range(0, len(audio.samples) - size + 1, BLOCK):
        block = audio.samples[start : start + BLOCK + size // 2].astype(np.float64) - mean
        if len(block) < size:
            break
        frames = np.lib.stride_tricks.sliding_window_view(block, size)[:: size // 2]
        for part in range(0, len(frames), 512):
            power += (np.abs(np.fft.rfft(frames[part : part + 512] * window)) ** 2).sum(axis=0)
        count += len(frames)
    frequencies = np.arange(size // 2 + 1, dtype=np.float64) * audio.rate / size
    return LongTermSpectrum(frequencies, power / count)


def mean_of(samples: Samples) -> float:
    """Mean of a signal of any length, summed in double precision block by block."""
    with np.errstate(invalid="ignore", over="ignore"):
        total = _total(samples)
    return total / max(1, len(samples))


def _total(samples: Samples) -> float:
    return sum(float(samples[start : start + BLOCK].sum(dtype=np.float64)) for start in range(0, len(samples), BLOCK))
