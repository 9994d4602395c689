"""Synthetic voices whose truth is known: vowels of planted F0, jitter, shimmer and noise, and gaps between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from lalia.data_schemas import Audio, Missing, Reason, Recording, Sample, Span, Transcript

FORMANTS = ((700.0, 80.0), (1200.0, 90.0), (2500.0, 120.0), (3500.0, 150.0))
"""Resonances of the vowel in Hz, and their bandwidths."""


def harmonic(f0: float | np.ndarray, seconds: float, rate: int = 16_000, level: float = 0.1) -> np.ndarray:
    """Harmonics of a constant or given F0 (one value a sample), 6 dB an octave down, none near half the rate."""
    track = np.broadcast_to(np.asarray(f0, dtype=float), round(seconds * rate))
    phase = 2 * np.pi * np.cumsum(track) / rate
    highest = max(1, int(min(0.45 * rate, 5000) / track.max()))
    tone = sum(np.cos(k * phase + k * k) / k for k in range(1, highest + 1))
    return level * tone / np.sqrt(np.mean(tone**2))


def with_noise(tone: np.ndarray, hnr: float, seed: int = 1) -> np.ndarray:
    """White noise added at a harmonics-to-noise ratio in dB."""
    noise = np.random.default_rng(seed).normal(size=len(tone))
    return tone + noise * np.sqrt(np.mean(tone**2) / 10 ** (hnr / 10))


def pulsed(periods: np.ndarray, amplitudes: np.ndarray, rate: int = 44_100) -> np.ndarray:
    """A vowel whose cycles have exactly these periods (s) and strengths: every resonance is rung at every pulse.

    Pulses fall between samples, where they should: nothing is rounded to the sampling grid.
    """
    at = np.cumsum(periods) - periods[0] + 0.01
    total = np.zeros(round((at[-1] + 0.05) * rate))
    for begin, strength in zip(at, amplitudes, strict=True):
        first = int(np.ceil(begin * rate))
        time = np.arange(first, min(first + round(0.04 * rate), len(total))) / rate - begin
        ring = sum(np.exp(-np.pi * width * time) * np.sin(2 * np.pi * hz * time) for hz, width in FORMANTS)
        total[first : first + len(time)] += strength * ring
    return 0.1 * total / np.sqrt(np.mean(total**2))


def bursts(lengths: Sequence[float], gaps: Sequence[float], rate: int = 16_000, f0: float = 120.0):
    """Vowels of given lengths with digital silence between; the samples and where the vowels are."""
    parts, spans, clock = [], [], 0.0
    for length, gap in zip(lengths, [*gaps, 0.0], strict=True):
        parts += [harmonic(f0, length, rate), np.zeros(round(gap * rate))]
        spans.append(Span(clock, clock + length))
        clock += length + gap
    return np.concatenate(parts), tuple(spans)


def sample_of(
    samples: np.ndarray,
    rate: int = 16_000,
    speech: tuple[Span, ...] | None = None,
    transcript: Transcript | Missing | None = None,
    task: str | None = None,
) -> Sample:
    """A sample with audio; all of it is speech unless spans are given."""
    found = (Span(0.0, len(samples) / rate),) if speech is None else speech
    return Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav", task=task),
        audio=Audio(samples.astype(np.float32), rate, speech=found),
        transcript=Missing(Reason.NO_TRANSCRIPT) if transcript is None else transcript,
    )
