"""What the report shows of a sample: envelope, contours, pauses, rhythm, vowels, spectrogram, transitions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..data_schemas.audio import Audio, Span
from ..data_schemas.feature import Missing
from ..data_schemas.recording import LIST_TASKS
from ..data_schemas.result import Drawing
from ..data_schemas.sample import Sample
from ..data_schemas.transition import Transition
from ..features import Views
from ..features.semantic import transitions
from ..features.semantic.coherence import NEEDS
from .spectrogram import spectrogram

PEAKS, POINTS = 2000, 4000
"""Most slices of the waveform, and most points of the pitch contour."""

FRAMES, LEVELS, TOKENS = 300, 300, 3
"""Most frames of the vowel space, most points of the intensity contour, and fewest tokens of a vowel named."""

TRANSITIONS = 3
"""Most transitions the report tells of."""


def draw(sample: Sample, views: Views | None = None) -> Drawing | None:
    """Thin a sample to what fits on a page.

    Parameters
    ----------
    sample : Sample
    views : Views, optional
        Views of the same sample that are made already, so that nothing is computed twice.

    Returns
    -------
    Drawing or None
        At most 2000 peaks (largest absolute sample of equal slices, full scale 1), at most 4000 voiced frames
        (evenly thinned), every pause, the mean envelope modulation spectrum as shares of its power, at most 300
        vowel-like frames, the vowels with three tokens, at most 300 levels and a spectrogram of ten seconds. None for
        a sample without audio.
    """
    if isinstance(sample.audio, Missing):
        return None
    views = Views(sample) if views is None else views
    times, hz = _contour(views)
    pauses, heard = views["pauses"], views["heard"]
    modulation_hz, modulation_power = _modulation(views)
    return Drawing(
        duration=sample.audio.duration,
        peaks=_peaks(sample.audio),
        f0_times=times,
        f0_hz=hz,
        pauses=() if isinstance(pauses, Missing) else tuple(Span(*pause) for pause in pauses),
        modulation_hz=modulation_hz,
        modulation_power=modulation_power,
        formants=_formants(views),
        vowels=_vowels(views),
        intensity=_intensity(views),
        spectrogram=None if isinstance(heard, Missing) or not heard else spectrogram(sample.audio, heard),
    )


def least_coherent(sample: Sample, views: Views) -> tuple[Transition, ...]:
    """The transitions that the report tells of: of talk long enough for its coherence to be measured, the lowest."""
    if sample.recording.task in LIST_TASKS:
        # Words of a list are no talk that could cohere.
        return ()
    said = views.size("utterance_vectors")
    if isinstance(said, Missing) or said < NEEDS["utterances"]:
        return ()
    return transitions.least_coherent(sample, TRANSITIONS)


def _peaks(audio: Audio) -> tuple[float, ...]:
    total = len(audio.samples)
    edges = np.linspace(0, total, min(PEAKS, total) + 1).astype(int)
    # Slice by slice: the samples may be mapped from disk and longer than memory.
    slices = (audio.samples[a:b] for a, b in pairwise(edges))
    return tuple(round(float(max(part.max(), -part.min())), 5) for part in slices)


def _contour(views: Views) -> tuple[tuple[float, ...], tuple[float, ...]]:
    voiced = views["voiced"]
    if isinstance(voiced, Missing) or not voiced:
        return (), ()
    times = np.concatenate([run.times for run in voiced])
    hz = np.concatenate([run.hz for run in voiced])
    kept = np.unique(np.linspace(0, len(times) - 1, min(POINTS, len(times))).astype(int))
    return tuple(np.round(times[kept], 3).tolist()), tuple(np.round(hz[kept], 2).tolist())


def _modulation(views: Views) -> tuple[tuple[float, ...], tuple[float, ...]]:
    found = views["modulation"]
    if isinstance(found, Missing) or not found.power.sum() > 0:
        return (), ()
    share = found.power.sum(axis=0) / found.power.sum()
    return tuple(np.round(found.hz, 3).tolist()), tuple(np.round(share, 5).tolist())


def _formants(views: Views) -> tuple[tuple[float, float], ...]:
    found = views["formants"]
    if isinstance(found, Missing) or not len(found.hz):
        return ()
    kept = np.unique(np.linspace(0, len(found.hz) - 1, min(FRAMES, len(found.hz))).astype(int))
    return tuple((round(float(f1)), round(float(f2))) for f1, f2 in found.hz[kept, :2])


def _intensity(views: Views) -> tuple[tuple[float, float], ...]:
    found = views["loudness"]
    if isinstance(found, Missing) or not len(found):
        return ()
    # The median of each piece: a thinned contour would show whichever frames it happened to keep.
    pieces = np.array_split(np.arange(len(found)), min(LEVELS, len(found)))
    levels = 10 * np.log10(np.maximum(found.values, 1e-12))
    return tuple(
        (round(float(found.times[piece[len(piece) // 2]]), 2), round(float(np.median(levels[piece])), 1))
        for piece in pieces
    )


def _vowels(views: Views) -> tuple[tuple[str, float, float], ...]:
    found = views["vowels"]
    if isinstance(found, Missing):
        return ()
    named = [(str(symbol), found.hz[found.of(symbol)]) for symbol in np.unique(found.symbols)]
    middles = [(symbol, np.median(hz, axis=0)) for symbol, hz in named if len(hz) >= TOKENS]
    return tuple((symbol, round(float(f1)), round(float(f2))) for symbol, (f1, f2) in middles)
