"""Word times: the engine's bias taken off, fitted to the voiced stretches, in order, in the recording's seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...data_schemas import Span
from .engine import RawWord
from .windows import Window

SHORTEST = 0.02
"""Seconds: one step of Whisper's own clock, the least a word may last."""

HOLE = 0.2
"""Seconds: a word does not go on through a silence as long as this; the closures of stops are shorter."""

LONGEST = 0.6
"""Seconds given at most to a word that the engine placed where nobody speaks."""


@dataclass(frozen=True, slots=True)
class Bias:
    """Seconds by which a model's word starts and ends come late (positive) or early, and where that was measured."""

    start: float
    end: float
    source: str


NONE = Bias(0.0, 0.0, "not measured for this model")


def place(words: Sequence[RawWord], window: Window, bias: Bias) -> list[Span]:
    """Times of a window's words in seconds of the recording.

    The bias is taken off, words are put in order without overlap and inside the window, mapped to the recording,
    and a word that runs through a pause found by voice activity keeps only its greater voiced part. A word placed
    where nobody speaks moves to the voiced part, if any, between its neighbours.

    Returns
    -------
    list of Span
        One a word, start < end, none beginning before the one before it ends.
    """
    if not words:
        return []
    shortest = min(SHORTEST, window.duration / len(words))
    spans = [(word.start - bias.start, word.end - bias.end) for word in words]
    spans = _ordered(spans, window.duration, shortest)
    placed = [window.to_recording(*span) for span in spans]
    return _adopted([_voiced(span, window.speech) for span in placed], window)


def _ordered(spans: Sequence[tuple[float, float]], duration: float, shortest: float) -> list[tuple[float, float]]:
    count = len(spans)
    forward: list[tuple[float, float]] = []
    earliest = 0.0
    for i, (start, end) in enumerate(spans):
        # Room is left for the words still to come.
        start = min(max(start, earliest), duration - (count - i) * shortest)
        end = min(max(end, start + shortest), duration - (count - i - 1) * shortest)
        forward.append((start, end))
        earliest = end
    return forward


def _adopted(spans: list[Span], window: Window) -> list[Span]:
    first, last = window.pieces[0], window.pieces[-1]
    for i, span in enumerate(spans):
        if _parts(span, window.speech):
            continue
        low = spans[i - 1].end if i else first.start
        high = spans[i + 1].start if i + 1 < len(spans) else last.start + last.duration
        if free := _parts(Span(low, high), window.speech):
            start, end = max(free, key=lambda part: part[1] - part[0])
            # Next to where the engine heard it, and no longer than a long word.
            start, end = (start, min(end, start + LONGEST)) if span.start <= start else (max(start, end - LONGEST), end)
            spans[i] = Span(start, end)
    return spans


def _voiced(span: Span, speech: Sequence[Span]) -> Span:
    """The greatest voiced part of `span`; `span` itself where nothing in it is voiced."""
    return Span(*max(_parts(span, speech), key=lambda part: part[1] - part[0], default=span))


def _parts(span: Span, speech: Sequence[Span]) -> list[tuple[float, float]]:
    """Voiced parts of `span` of at least `SHORTEST`, those nearer than `HOLE` joined."""
    parts: list[tuple[float, float]] = []
    for voiced in speech:
        start, end = max(span.start, voiced.start), min(span.end, voiced.end)
        if end <= start:
            continue
        if parts and start - parts[-1][1] < HOLE:
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    return [part for part in parts if part[1] - part[0] >= SHORTEST * 0.99]
