"""A recognised word with its place in the recording, and what supports it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...data_schemas import Span
from .engine import RawWord

REACH = 0.5
"""Seconds around a word's times that count as covered: twice the worst bias of word times, and a breath."""

LONG = 1.0
"""Seconds of speech that one word accounts for at most."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A word as the engine wrote it, its times in seconds of the recording, and whether it is in doubt."""

    raw: RawWord
    span: Span
    unsure: bool = False

    @property
    def key(self) -> str:
        """The word without case and punctuation, by which two decodings are compared."""
        return "".join(letter for letter in self.raw.text.lower() if letter.isalnum() or letter == "'")


def text_of(words: Iterable[Placed]) -> str:
    """The words as the engine wrote them."""
    return "".join(word.raw.text for word in words)


def overlap(one: Span, others: Iterable[Span]) -> float:
    """Seconds that a span shares with others, which are disjoint."""
    return sum(max(0.0, min(one.end, other.end) - max(one.start, other.start)) for other in others)


def wordless(words: Sequence[Placed], speech: Sequence[Span], least: float) -> list[Span]:
    """Parts of the speech, each of at least so many seconds, that no word comes near."""
    found: list[Span] = []
    for voiced in speech:
        at = voiced.start
        for span in sorted(word.span for word in words):
            end = min(span.end, span.start + LONG) + REACH
            if end <= at or span.start - REACH >= voiced.end:
                continue
            found.append(Span(at, span.start - REACH))
            at = max(at, end)
        found.append(Span(at, voiced.end))
    return [span for span in found if span.end - span.start >= least]


def in_order(words: Iterable[Placed], shortest: float) -> list[Placed]:
    """The words by their starts, each beginning where the one before has ended and lasting a little at least."""
    ordered: list[Placed] = []
    for word in sorted(words, key=lambda word: word.span):
        start = max(word.span.start, ordered[-1].span.end if ordered else 0.0)
        ordered.append(Placed(word.raw, Span(start, max(word.span.end, start + shortest)), word.unsure))
    return ordered
