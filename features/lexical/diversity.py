"""Lexical diversity: how varied the participant's words are."""

from __future__ import annotations

from collections import Counter

from ...data_schemas.feature import Example
from ..estimates import Estimate, count
from ..invariances import unchanged_by_all_but
from ..registry import feature

ALICE = tuple("the cat sat on the mat and the dog sat too".split())


@feature(
    name="lexical.word_count",
    unit="count",
    low=0,
    high=None,
    definition="Participant's word tokens N: words only (no punctuation, fillers, fragments, retraced material); "
    "contractions split as the parser splits them.",
    citation="voleti2020",
    example=Example({"words": ALICE}, 11, 0, "a count"),
    invariances=unchanged_by_all_but(),
)
def word_count(words: tuple[str, ...]) -> Estimate:
    return count(len(words))


@feature(
    name="lexical.ttr",
    unit="ratio",
    low=0,
    high=1,
    needs={"words": 50},
    definition="V / N: distinct lower-cased forms over tokens. Falls with N, so read it beside word_count.",
    citation="johnson1944",
    example=Example({"words": ALICE}, 8 / 11, 1e-12, "eight types in eleven tokens"),
    invariances=unchanged_by_all_but(),
)
def ttr(words: tuple[str, ...]) -> float:
    return len(Counter(words)) / len(words)
