"""Word classes: how much of the talk is nouns, verbs, pronouns and the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ...data_schemas.feature import Example, FeatureSpec
from ...data_schemas.sample import Parse
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.examples import parse_of

NOUNS = frozenset(["NOUN", "PROPN"])
OPEN = frozenset(["NOUN", "PROPN", "VERB", "ADJ", "ADV"])
CLOSED = frozenset(["ADP", "AUX", "CCONJ", "DET", "NUM", "PART", "PRON", "SCONJ"])
"""Closed classes of Universal Dependencies; interjections and X are neither."""

PROPOSITIONAL = frozenset(["VERB", "ADJ", "ADV", "ADP", "CCONJ", "SCONJ"])

EXAMPLE = (
    parse_of("the/DET old/ADJ dog/NOUN slowly/ADV ate/VERB two/NUM small/ADJ biscuits/NOUN"),
    parse_of(
        "oh/INTJ and/CCONJ Rex/PROPN has/AUX seen/VERB it/PRON in/ADP the/DET garden/NOUN because/SCONJ she/PRON "
        "barked/VERB"
    ),
)
"""Twenty words: 4 nouns (1 proper), 3 verbs, 1 auxiliary, 2 adjectives, 1 adverb, 2 pronouns, and so on."""


class Row(NamedTuple):
    """One share of word classes: 100 x `over` per word when `under` is None, else `over` / `under`."""

    name: str
    over: frozenset[str]
    expect: float
    citation: str = "bucks2000"
    unit: str = "per 100 words"
    under: frozenset[str] | None = None
    high: float | None = 100
    definition: str = ""


def _rate(name: str, classes: str, expect: float) -> Row:
    return Row(
        f"{name}_rate", frozenset(classes.split("+")), expect, definition=f"100 x {classes} tokens / N, N all tokens."
    )


ROWS = (
    _rate("noun", "NOUN+PROPN", 20),
    _rate("verb", "VERB", 15),
    _rate("auxiliary", "AUX", 5),
    _rate("adjective", "ADJ", 10),
    _rate("adverb", "ADV", 5),
    _rate("pronoun", "PRON", 10),
    _rate("determiner", "DET", 10),
    _rate("adposition", "ADP", 5),
    _rate("conjunction", "CCONJ+SCONJ", 10),
    _rate("interjection", "INTJ", 5),
    _rate("numeral", "NUM", 5),
    _rate("proper_noun", "PROPN", 5),
    Row(
        "pronoun_noun_ratio",
        frozenset(["PRON"]),
        2 / 4,
        "fraser2016",
        "ratio",
        NOUNS,
        None,
        "PRON tokens / NOUN+PROPN tokens; missing without a noun.",
    ),
    Row(
        "noun_verb_ratio",
        NOUNS,
        4 / 3,
        "fraser2016",
        "ratio",
        frozenset(["VERB"]),
        None,
        "NOUN+PROPN tokens / VERB tokens (auxiliaries apart); missing without a verb.",
    ),
    Row(
        "pronoun_ratio",
        frozenset(["PRON"]),
        2 / 6,
        "fraser2016",
        "ratio",
        NOUNS | {"PRON"},
        1,
        "PRON tokens / (NOUN+PROPN+PRON tokens); missing without either.",
    ),
    Row(
        "lexical_density",
        OPEN,
        10 / 20,
        "ure1971",
        "ratio",
        None,
        1,
        "Open-class tokens (NOUN, PROPN, VERB, ADJ, ADV) / N.",
    ),
    Row(
        "content_density",
        OPEN,
        10 / 9,
        "voleti2020",
        "ratio",
        CLOSED,
        None,
        "Open-class tokens (NOUN, PROPN, VERB, ADJ, ADV) / closed-class tokens (ADP, AUX, CCONJ, DET, NUM, PART, "
        "PRON, SCONJ); missing without a closed-class token.",
    ),
    Row(
        "idea_density_crude",
        PROPOSITIONAL,
        9 / 20,
        "snowdon1996",
        "per word",
        None,
        1,
        "(VERB + ADJ + ADV + ADP + CCONJ + SCONJ tokens) / N: propositions counted by word class alone, without the "
        "corrections of the CPIDR rules.",
    ),
)


def _spec(row: Row) -> FeatureSpec:
    return FeatureSpec(
        name=f"lexical.{row.name}",
        unit=row.unit,
        low=0,
        high=row.high,
        needs={"words": 50},
        definition=row.definition,
        citation=row.citation,
        example=Example({"tokens_by_utterance": EXAMPLE}, row.expect, 1e-12, "counted by hand in twenty words"),
        invariances=unchanged_by_all_but(),
        languages=frozenset(["en"]),
    )


@family(*(_spec(row) for row in ROWS))
def word_class_shares(tokens_by_utterance: tuple[Parse, ...]) -> dict[str, Value]:
    tallies = [Counter(token.pos for token in parse) for parse in tokens_by_utterance]
    return {f"lexical.{row.name}": _share(tallies, row) for row in ROWS}


def _share(tallies: Sequence[Counter[str]], row: Row) -> Value:
    scale = 100.0 if row.unit == "per 100 words" else 1.0
    over = [sum(tally[pos] for pos in row.over) for tally in tallies]
    under = [tally.total() if row.under is None else sum(tally[pos] for pos in row.under) for tally in tallies]
    what = "words" if row.under is None else "+".join(sorted(row.under)) + " tokens"
    return ratio(over, under, scale, what=what)
