"""How many utterances there are and how long they are, in words as transcribed."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import Example
from ...data_schemas.transcript import Kind, Utterance, Word
from ..estimates import Estimate, Value, count, extreme, mean, spread
from ..invariances import unchanged_by_all_but
from ..registry import feature

LENGTHS = (3, 5, 10, 4, 8)


@feature(
    name="syntactic.utterance_count",
    unit="count",
    low=0,
    high=None,
    definition="Participant's utterances, as the transcript divides them, that hold at least one word said.",
    citation="macwhinney2000",
    example=Example(
        {
            "utterances": (
                Utterance(speaker="PAR", words=(Word(text="yes"),)),
                Utterance(speaker="PAR", words=(Word(text="um", kind=Kind.FILLER),)),
            )
        },
        2,
        0,
        "a count",
    ),
    invariances=unchanged_by_all_but(),
)
def utterance_count(utterances: tuple[Utterance, ...]) -> Estimate:
    return count(len(utterances))


@feature(
    name="syntactic.mlu_words",
    unit="words",
    low=0,
    high=None,
    needs={"utterances": 5},
    definition="Mean words per utterance: words as transcribed (a contraction is one), no fillers, fragments or "
    "retraced material; utterances without a word are left out.",
    citation="brown1973",
    example=Example({"utterance_lengths": LENGTHS}, 6, 1e-12, "30 words in 5 utterances"),
    invariances=unchanged_by_all_but(),
)
def mlu_words(utterance_lengths: tuple[int, ...]) -> Value:
    return mean(utterance_lengths)


@feature(
    name="syntactic.utterance_length_sd",
    unit="words",
    low=0,
    high=None,
    needs={"utterances": 5},
    definition="Standard deviation (n - 1) of words per utterance, counted as for mlu_words.",
    citation="brown1973",
    example=Example(
        {"utterance_lengths": LENGTHS}, 8.5**0.5, 1e-12, "squared deviations 9, 1, 16, 4, 4 sum to 34, over 4"
    ),
    invariances=unchanged_by_all_but(),
)
def utterance_length_sd(utterance_lengths: tuple[int, ...]) -> Value:
    return spread(utterance_lengths)


@feature(
    name="syntactic.utterance_length_max",
    unit="words",
    low=0,
    high=None,
    needs={"utterances": 5},
    definition="Words in the longest utterance, counted as for mlu_words.",
    citation="bedi2015",
    example=Example({"utterance_lengths": LENGTHS}, 10, 0, "the largest of 3, 5, 10, 4, 8"),
    invariances=unchanged_by_all_but(),
)
def utterance_length_max(utterance_lengths: tuple[int, ...]) -> Value:
    return extreme(utterance_lengths, np.max)
