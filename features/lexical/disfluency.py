"""Fillers and false starts: what a speaker says that is not part of the sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from ...data_schemas.feature import Example, FeatureSpec, Missing
from ...data_schemas.transcript import Kind, Utterance, Word
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.language import SAID

MAZES = frozenset([Kind.FILLER, Kind.FRAGMENT, Kind.REPEATED, Kind.REVISED])

MARKS = {Kind.REPEATED: frozenset(["[/]"]), Kind.REVISED: frozenset(["[//]", "[///]", "[/-]", "[/?]"])}
"""Marks of CHAT in `Word.codes`, by the kind they make of words."""


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
    """Stretches said otherwise afterwards: each mark of CHAT is one, and each stretch that has none."""
    marked, inside = _marked(words, Kind.REVISED)
    return marked + sum(1 for _ in _runs(words, Kind.REVISED, inside))


def repetitions(words: Sequence[Word]) -> int:
    """Times a word or phrase was said again: each mark of CHAT is one.

    A stretch of repeated words without a mark is as many repetitions as its shortest period goes into it, the last
    perhaps cut short: "the the the boy" is two repetitions of a word, "is on is on the stool" one of a phrase.
    """
    marked, inside = _marked(words, Kind.REPEATED)
    runs = _runs(words, Kind.REPEATED, inside)
    return marked + sum(math.ceil(len(run) / _period(run)) for run in runs)


def _marked(words: Sequence[Word], kind: Kind) -> tuple[int, set[int]]:
    """How many marks of CHAT hold a word of this kind, and the places of those words.

    A mark stands with the last event it is about: what it is about begins there, or where the bracket opened that ends
    there. Retracings that follow one another (``he [//] she [//] it``) are told apart by nothing else.
    """
    found, inside, opened = 0, set[int](), list[int]()
    for index, word in enumerate(words):
        start = index
        for code in word.codes:
            if code == "<":
                opened.append(index)
            elif code == ">" and opened:
                start = opened.pop()
            elif code in MARKS[kind]:
                scope = {at for at in range(start, index + 1) if words[at].kind is kind} - inside
                found += bool(scope)
                inside |= scope
    return found, inside


def _runs(words: Sequence[Word], kind: Kind, marked: Container[int]) -> Iterator[list[str]]:
    """Stretches of words of a kind that bear no mark."""
    run: list[str] = []
    for index, word in enumerate(words):
        if word.kind is kind and index not in marked:
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
    """One share of all words said; `kinds` must be kept in the transcript, or none of them would not mean 0."""

    name: str
    unit: str
    scale: float
    count: Callable[[Sequence[Word]], int]
    kinds: tuple[Kind, ...]
    definition: str
    citation: str
    expect: float
    ordered: bool = False


KEPT = (
    "Missing where fillers are not known to be kept: they are in CHAT, in what lalia's recogniser was asked to write "
    "them in (English), and where one is written."
)

ROWS = (
    Row(
        "filler_rate",
        "per 100 words",
        100,
        fillers,
        (Kind.FILLER,),
        "Filled pauses (um, uh, er, erm, hm) per 100 words said, themselves and all of a maze included.",
        "clark2002",
        10,
    ),
    Row(
        "repetition_rate",
        "per 100 words",
        100,
        repetitions,
        (Kind.REPEATED,),
        "Immediate word or phrase repetitions (retracings, CHAT [/]) per 100 words said; each [/] is one, and by rule "
        "(English) each time a word or phrase is said again.",
        "macwhinney2000",
        15,
        ordered=True,
    ),
    Row(
        "revision_rate",
        "per 100 words",
        100,
        revisions,
        (Kind.REVISED,),
        "Self-corrections per 100 words said; each CHAT [//], [///], [/-] or [/?] is one, and each stretch of words "
        "found corrected by rule (English).",
        "macwhinney2000",
        5,
        ordered=True,
    ),
    Row(
        "fragment_rate",
        "per 100 words",
        100,
        fragments,
        (Kind.FRAGMENT,),
        "Word fragments per 100 words said. Missing where fragments are not known to be kept: they are in CHAT and "
        "where one is written, but in a recogniser's words only where a person marked one.",
        "macwhinney2000",
        5,
    ),
    Row(
        "maze_rate",
        "ratio",
        1,
        maze_words,
        (Kind.FILLER, Kind.REPEATED, Kind.REVISED),
        "(Fillers + repeated + revised + fragment words) / all words said; without the fragments where the transcript "
        "keeps none.",
        "loban1976",
        9 / 20,
    ),
)


def _spec(row: Row) -> FeatureSpec:
    fillers_needed = Kind.FRAGMENT not in row.kinds
    return FeatureSpec(
        name=f"lexical.{row.name}",
        unit=row.unit,
        low=0,
        high=row.scale,
        needs={"words": 20},
        version=2,
        definition=f"{row.definition} {KEPT}" if fillers_needed else row.definition,
        citation=row.citation,
        example=Example(
            {"utterances": EXAMPLE, "unkept": {}}, row.expect, 1e-12, "counted by hand in twenty words said"
        ),
        invariances=unchanged_by_all_but(*(["word_order"] if row.ordered else [])),
        verbatim=fillers_needed,
    )


@family(*(_spec(row) for row in ROWS))
def disfluency_rates(utterances: tuple[Utterance, ...], unkept: Mapping[Kind, Missing]) -> dict[str, Value]:
    words = [utterance.words for utterance in utterances]
    lengths = [sum(word.kind in SAID for word in said) for said in words]

    def rate(row: Row) -> Value:
        why = next((unkept[kind] for kind in row.kinds if kind in unkept), None)
        return why or ratio([row.count(said) for said in words], lengths, row.scale, what="words said")

    return {f"lexical.{row.name}": rate(row) for row in ROWS}
