"""Moving a word's edges to where the sound begins or ends, for words that could not be aligned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..data_schemas import Audio, Span
from .stretches import near

REACH = 0.15
"""Seconds an edge may move to where speech begins or ends: half as much again as a recogniser's usual error."""

NEAR = 0.06
"""Seconds an edge between two words may move to where the sound is weakest."""

FRAME, HOP = 0.020, 0.005
"""Seconds of a level, and between two."""

LEAST = 0.03
"""Seconds: three frames of an acoustic model, the shortest a word can be."""

KEPT = 0.5
"""Share of its length that a word keeps where those beside it leave less than it had."""

Levels = npt.NDArray[np.float64]


def snapped(audio: Audio, spans: Sequence[Span], room: Span) -> list[Span]:
    """Words' times moved to edges of speech, or to the weakest sound near by, within a stretch that is free for them.

    Parameters
    ----------
    audio : Audio
        Checked: `speech` says where somebody speaks.
    spans : sequence of Span
        Times of words that follow one another, in seconds.
    room : Span
        What the words before and after leave free.

    Returns
    -------
    list of Span
        As many, in order, without overlap, inside `room`.
    """
    speech = near(audio.speech or (), spans[0].start - REACH, spans[-1].end + REACH) if spans else ()
    starts = [_edge(audio, span.start, [one.start for one in speech]) for span in spans]
    ends = [_edge(audio, span.end, [one.end for one in speech]) for span in spans]
    for at in range(len(spans) - 1):
        if spans[at + 1].start - spans[at].end < HOP:  # they touch, and go on touching
            ends[at] = starts[at + 1]
    return in_order([Span(*times) for times in zip(starts, ends, strict=True)], room)


def in_order(spans: Sequence[Span], room: Span) -> list[Span]:
    """Spans pushed into `room` and apart; none shorter than `KEPT` of what it was, or `LEAST`, where there is room."""
    least = [max(LEAST, KEPT * (span.end - span.start)) for span in spans]
    scale = min(1.0, max(0.0, room.end - room.start) / max(LEAST, sum(least)))
    earliest, ends, starts = room.start, [], []
    for span, length in zip(spans, least, strict=True):
        starts.append(max(span.start, earliest))
        earliest = max(span.end, starts[-1] + scale * length)
        ends.append(earliest)
    latest = room.end
    for at in range(len(spans) - 1, -1, -1):
        ends[at] = min(ends[at], latest)
        latest = starts[at] = max(room.start, min(starts[at], ends[at] - scale * least[at]))
    return [Span(*times) for times in zip(starts, ends, strict=True)]


def _edge(audio: Audio, time: float, edges: Sequence[float]) -> float:
    nearest = min(edges, key=lambda edge: abs(edge - time), default=None)
    if nearest is not None and abs(nearest - time) <= REACH:
        return nearest
    return _weakest(audio, time)


def _weakest(audio: Audio, time: float) -> float:
    size, hop = round(FRAME * audio.rate), max(1, round(HOP * audio.rate))
    first = max(0, round((time - NEAR) * audio.rate) - size // 2)
    block = np.asarray(audio.samples[first : round((time + NEAR) * audio.rate) + size // 2], dtype=np.float64)
    if len(block) < 2 * size:
        return time
    energy = np.concatenate([[0.0], np.cumsum(block * block)])
    begins = np.arange(0, len(block) - size, hop)
    weakest = begins[int(np.argmin(energy[begins + size] - energy[begins]))]
    return round(float(first + weakest + size / 2) / audio.rate, 4)
