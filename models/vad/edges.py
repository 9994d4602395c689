"""Moving the edges of speech from the detector's 32 ms grid to where the sound begins and ends.

The detector hangs on: on splices with exact pauses its ends come 30-120 ms late, the more the noisier, which
would shorten every pause. The level of the signal around each edge says where speech meets the local noise.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Samples, Span

FRAME = 0.010
"""Seconds over which a level is taken."""

HOP = 0.001
"""Seconds between levels: the resolution of an edge."""

BEFORE_END, AFTER_END = 0.25, 0.10
BEFORE_START, AFTER_START = 0.15, 0.15
"""How far an edge may move, in seconds: the detector's errors on splices, 95th percentile, rounded up."""

RUMBLE = 0.005
"""Seconds of the moving average that is taken off before levels are measured."""

THINNED = 10
"""Of the levels of whole stretches every tenth is enough for a median."""

HELD = 0.015
"""Seconds a level must last to be speech: shorter ones are clicks and the flutter of noise."""

ABOVE_NOISE = 5.0
"""Decibels above the noise where speech is taken to begin; noise in 10 ms frames flutters by 3-4 dB."""

SHARE = 0.2
"""The same as a share of the distance from noise to speech, where that gives more: echoes decay into noise."""

LEAST = 10.0
"""Decibels between noise and speech below which levels say nothing and the detector's edge is kept."""

DEEPEST = 45.0
"""Decibels below speech at which noise is taken to lie when the gap is digitally silent."""

Levels = npt.NDArray[np.float64]


def refine(samples: Samples, rate: int, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Spans with each edge moved to where the level crosses from noise to speech.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
    rate : int
    spans : tuple of Span
        In order and disjoint, as the detector gives them.

    Returns
    -------
    tuple of Span
        As many, in order and disjoint. An edge with no clear crossing nearby stays where it is.
    """
    if not spans:
        return ()
    duration = len(samples) / rate
    bounds = [0.0, *(time for span in spans for time in span), duration]
    starts, ends = [], []
    for index, span in enumerate(spans):
        gap_before = (bounds[2 * index], span.start)
        gap_after = (span.end, bounds[2 * index + 3])
        starts.append(_start(samples, rate, span, gap_before))
        ends.append(_end(samples, rate, span, gap_after))
    moved = [Span(start, max(start, end)) for start, end in zip(starts, ends, strict=True)]
    # Two edges of one gap are found separately; they may meet but not cross.
    for index, (one, other) in enumerate(pairwise(moved)):
        if one.end > other.start:
            middle = (spans[index].end + spans[index + 1].start) / 2
            moved[index], moved[index + 1] = Span(one.start, middle), Span(middle, max(middle, other.end))
    return tuple(moved)


def contrast(samples: Samples, rate: int, spans: tuple[Span, ...]) -> float | None:
    """Decibels from the median level between voiced stretches to that within them; None where nothing lies between."""
    gaps = [Span(one.end, other.start) for one, other in pairwise(spans)]
    loud, soft = ([_levels(samples, rate, span.start, span.end)[::THINNED] for span in part] for part in (spans, gaps))
    if not any(map(len, soft)) or not any(map(len, loud)):
        return None
    return float(np.median(np.concatenate(loud)) - np.median(np.concatenate(soft)))


def _start(samples: Samples, rate: int, span: Span, gap: tuple[float, float]) -> float:
    low, high = max(gap[0], span.start - BEFORE_START), min(span.end, span.start + AFTER_START)
    loud = _levels(samples, rate, span.start, min(span.end, span.start + 0.4))
    threshold = _threshold(_levels(samples, rate, max(gap[0], gap[1] - 1.0), gap[1]), loud)
    found = _runs(_levels(samples, rate, low, high), threshold)
    return span.start if found is None else min(low + found[0] * HOP + FRAME / 2, span.end)


def _end(samples: Samples, rate: int, span: Span, gap: tuple[float, float]) -> float:
    low, high = max(span.start, span.end - BEFORE_END), min(gap[1], span.end + AFTER_END)
    loud = _levels(samples, rate, max(span.start, span.end - 0.5), span.end)
    threshold = _threshold(_levels(samples, rate, gap[0], min(gap[1], gap[0] + 1.0)), loud)
    found = _runs(_levels(samples, rate, low, high), threshold)
    return span.end if found is None else max(low + found[1] * HOP + FRAME / 2, span.start)


def _levels(samples: Samples, rate: int, start: float, end: float) -> Levels:
    """Levels in dB of overlapping frames that lie within a stretch; the k-th begins k x HOP after its start."""
    stretch = _without_rumble(samples[max(0, round(start * rate)) : round(end * rate)].astype(np.float64), rate)
    size = max(1, round(FRAME * rate))
    if len(stretch) < size:
        return np.zeros(0)
    energy = np.concatenate([[0.0], np.cumsum(stretch * stretch)])
    first = np.round(np.arange(0, (len(stretch) - size) / rate + HOP / 2, HOP) * rate).astype(np.intp)
    first = first[first + size <= len(stretch)]
    power = np.maximum(energy[first + size] - energy[first], 0.0) / size
    return np.asarray(10 * np.log10(power + 1e-20), dtype=np.float64)


def _without_rumble(stretch: Levels, rate: int) -> Levels:
    # Less its moving average: a high-pass at about 100 Hz. Below it rooms and handling are loudest, and
    # their level flutters most, since a frame holds less than one period of it.
    half = round(RUMBLE * rate / 2)
    total = np.concatenate([[0.0], np.cumsum(np.pad(stretch, half, mode="edge"))]) if len(stretch) else np.zeros(1)
    return stretch - (total[2 * half + 1 :] - total[: -2 * half - 1]) / (2 * half + 1)


def _threshold(noise: Levels, speech: Levels) -> float | None:
    if not len(noise) or not len(speech):
        return None
    above = float(np.quantile(speech, 0.9))
    # The detector's gap may still hold the end of a word: a low quantile is the noise all the same.
    below = max(float(np.quantile(noise, 0.2)), above - DEEPEST)
    if above - below < LEAST:
        return None
    return below + max(ABOVE_NOISE, SHARE * (above - below))


def _runs(levels: Levels, threshold: float | None) -> tuple[int, int] | None:
    """First and last frame of the stretches above `threshold` that are long enough, from the first to the last."""
    if threshold is None:
        return None
    above = np.concatenate([[False], levels > threshold, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1]).reshape(-1, 2)
    # A frame may stand at the border of the window in the middle of longer speech: it counts whatever its length.
    held = (edges[:, 1] - edges[:, 0]) * HOP >= HELD
    held |= (edges[:, 0] == 0) | (edges[:, 1] == len(levels))
    edges = edges[held]
    return (int(edges[0, 0]), int(edges[-1, 1]) - 1) if len(edges) else None
