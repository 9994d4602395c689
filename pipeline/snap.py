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
    """Spans pushed into `room` and apart, each of at least `LEAST` or an equal share of the room."""
    count = len(spans)
    least = min(LEAST, max(0.0, room.end - room.start) / max(1, count))
    found: list[Span] = []
    earliest = room.start
    for at, span in enumerate(spans):
        latest = room.end - (count - at) * least
        start = min(max(span.start, earliest), max(earliest, latest))
        end = min(max(span.end, start + least), max(start, room.end - (count - at - 1) * least))
        found.append(Span(start, end))
        earliest = end
    return found


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
