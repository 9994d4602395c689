"""How many syllables the participant's words have."""

from __future__ import annotations

from ...data_schemas.feature import Example
from ...data_schemas.transcript import Kind, Utterance, Word
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.tongues import foreign
from .syllable_rules import syllables

EXAMPLE = tuple(
    Utterance(speaker="PAR", words=tuple(Word(text=form) for form in line.split()))
    for line in ("the little rabbit wasn't hungry", "42 elephants")
)


@feature(
    name="lexical.mean_syllables",
    unit="syllables/word",
    low=1,
    high=None,
    needs={"words": 50},
    definition="Mean syllables per word as transcribed (a contraction is one word), by lalia's spelling rules with "
    "their exceptions; fillers, fragments and retraced words left out, forms without a letter, and words marked as of "
    "another language.",
    citation="flesch1948",
    example=Example(
        {"utterances": EXAMPLE},
        (1 + 2 + 2 + 2 + 2 + 3) / 6,
        1e-12,
        "the, lit-tle, rab-bit, was-n't, hun-gry, el-e-phants; 42 has no letter",
    ),
    invariances=unchanged_by_all_but(),
    languages=frozenset(["en"]),
)
def mean_syllables(utterances: tuple[Utterance, ...]) -> Value:
    own = [[word for at, word in enumerate(u.words) if at not in away] for u in utterances for away in [foreign(u)]]
    counts = [[syllables(word.text) for word in words if word.kind is Kind.WORD] for words in own]
    return ratio(
        [sum(found) for found in counts], [sum(n > 0 for n in found) for found in counts], what="words with a letter"
    )
