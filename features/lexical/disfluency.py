"""Fillers and false starts: what a speaker says that is not part of the sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ...data_schemas.feature import Example, FeatureSpec
from ...data_schemas.transcript import Kind, Utterance, Word
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.language import SAID

MAZES = frozenset([Kind.FILLER, Kind.FRAGMENT, Kind.REPEATED, Kind.REVISED])


def _utterance(text: str) -> Utterance:
    """An utterance from forms, with a mark for all but words: &filler, ~fragment, *repeated, /revised."""
    kinds = {"&": Kind.FILLER, "~": Kind.FRAGMENT, "*": Kind.REPEATED, "/": Kind.REVISED}
    return Utterance(
        speaker="PAR",
        words=tuple(Word(text=item.lstrip("&~*/"), kind=kinds.get(item[0], Kind.WORD)) for item in text.split()),
    )


EXAMPLE = (
    _utterance("&um *the *the the boy *is *on is on the stool"),
    _utterance("and /he /wants &uh he took ~coo cookies now"),
)
"""Twenty words said: 2 fillers, 4 repeated words in 3 repetitions, 2 revised words in 1 revision, 1 fragment."""


def fillers(words: Sequence[Word]) -> int:
    """Filled pauses."""
    return sum(word.kind is Kind.FILLER for word in words)


def fragments(words: Sequence[Word]) -> int:
    """Words broken off."""
    return sum(word.kind is Kind.FRAGMENT for word in words)


def maze_words(words: Sequence[Word]) -> int:
    """Words that are no part of the final sentence."""
    return sum(word.kind in MAZES for word in words)


def revisions(words: Sequence[Word]) -> int:
    """Stretches said otherwise afterwards."""
    return sum(1 for _ in _runs(words, Kind.REVISED))


def repetitions(words: Sequence[Word]) -> int:
    """Times a word or phrase was said again.

    A stretch of repeated words is as many repetitions as its shortest period goes into it, the last perhaps cut
    short: "the the the boy" is two repetitions of a word, "is on is on the stool" one of a phrase.
    """
    return sum(math.ceil(len(run) / _period(run)) for run in _runs(words, Kind.REPEATED))


def _runs(words: Sequence[Word], kind: Kind) -> Iterator[list[str]]:
    run: list[str] = []
    for word in words:
        if word.kind is kind:
            run.append(word.text.lower())
        elif word.kind in {Kind.WORD, Kind.REPEATED, Kind.REVISED} and run:
            # A filler, fragment or pause inside does not end a stretch; another word does.
            yield run
            run = []
    if run:
        yield run


def _period(run: Sequence[str]) -> int:
    """Smallest p with run[i] == run[i - p] throughout, by the prefix function, in linear time."""
    border = [0] * len(run)
    for index in range(1, len(run)):
        length = border[index - 1]
        while length and run[index] != run[length]:
            length = border[length - 1]
        border[index] = length + (run[index] == run[length])
    return len(run) - border[-1]


class Row(NamedTuple):
    """One share of all words said."""

    name: str
    unit: str
    scale: float
    count: Callable[[Sequence[Word]], int]
    definition: str
    citation: str
    expect: float
    ordered: bool = False


ROWS = (
    Row(
        "filler_rate",
        "per 100 words",
        100,
        fillers,
        "Filled pauses (um, uh, er, erm, hm) per 100 words said, themselves and all of a maze included.",
        "clark2002",
        10,
    ),
    Row(
        "repetition_rate",
        "per 100 words",
        100,
        repetitions,
        "Immediate word or phrase repetitions (retracings, CHAT [/]) per 100 words said; each time a word or phrase "
        "is said again is one.",
        "macwhinney2000",
        15,
        ordered=True,
    ),
    Row(
        "revision_rate",
        "per 100 words",
        100,
        revisions,
        "Self-corrections (CHAT [//], or detected) per 100 words said; a stretch of corrected words is one.",
        "macwhinney2000",
        5,
        ordered=True,
    ),
    Row(
        "fragment_rate",
        "per 100 words",
        100,
        fragments,
        "Word fragments per 100 words said.",
        "macwhinney2000",
        5,
    ),
    Row(
        "maze_rate",
        "ratio",
        1,
        maze_words,
        "(Fillers + repeated + revised + fragment words) / all words said.",
        "loban1976",
        9 / 20,
    ),
)


def _spec(row: Row) -> FeatureSpec:
    return FeatureSpec(
        name=f"lexical.{row.name}",
        unit=row.unit,
        low=0,
        high=row.scale,
        needs={"words": 20},
        definition=row.definition,
        citation=row.citation,
        example=Example({"utterances": EXAMPLE}, row.expect, 1e-12, "counted by hand in twenty words said"),
        invariances=unchanged_by_all_but(*(["word_order"] if row.ordered else [])),
        verbatim=True,
    )


@family(*(_spec(row) for row in ROWS))
def disfluency_rates(utterances: tuple[Utterance, ...]) -> dict[str, Value]:
    said = [[word for word in utterance.words if word.kind in SAID] for utterance in utterances]
    lengths = [len(words) for words in said]
    return {
        f"lexical.{row.name}": ratio([row.count(words) for words in said], lengths, row.scale, what="words said")
        for row in ROWS
    }
