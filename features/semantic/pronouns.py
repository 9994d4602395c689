"""Pronouns that stand for something nobody named."""

from __future__ import annotations

from ...data_schemas.feature import Example
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.antecedents import REACH, Pronoun, of_utterances


@feature(
    name="semantic.ambiguous_pronoun_rate",
    unit="ratio",
    low=0,
    high=1,
    needs={"words": 50},
    languages=frozenset(["en"]),
    definition="Third-person pronouns without an antecedent / third-person pronouns (he, she, it, they and their "
    "forms; *it* that stands for nothing left out). By rule: an antecedent is a noun, name or resolved pronoun "
    f"that agrees in number, person or thing, and known gender, earlier in the utterance or in the {REACH} before "
    "it, turns of others and the prompt among them; a noun that tells when (two years ago, that summer) is none. It "
    "cannot tell which of two people is meant. Against one reader the rules found 7 of 16 and were right in 7 of 10, "
    "so the rate is too low (docs/validation/coherence.md). Missing without such a pronoun.",
    citation="iter2018",
    version=2,
    example=Example(
        {
            "third_persons": (
                Pronoun(0, 3, True),
                Pronoun(1, 0, False),
                Pronoun(1, 4, False),
                Pronoun(2, 2, True),
            )
        },
        2 / 4,
        1e-12,
        "two of four pronouns were resolved",
    ),
    invariances=unchanged_by_all_but("utterance_order", "word_order"),
    settings={"reach_utterances": REACH},
)
def ambiguous_pronoun_rate(third_persons: tuple[Pronoun, ...]) -> Value:
    counted = list(of_utterances(third_persons))
    return ratio([without for _, without in counted], [all_of for all_of, _ in counted], what="third-person pronouns")
