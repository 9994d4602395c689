"""Coherence made from the words themselves, and answers set against their questions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...data_schemas.feature import Example, Missing, Reason
from ..estimates import Value, mean
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.meaning import Vectors, cosines, unit_rows
from ..views.word_meaning import SMOOTHING, WINDOW
from .coherence import AXES, NEEDS

LEAST = 1e-9
"""Length below which a vector is nothing but rounding."""


@feature(
    name="semantic.word_window_coherence",
    unit="cosine",
    low=-1,
    high=1,
    needs={"words": 50},
    definition=f"Mean cosine of adjacent stretches of {WINDOW} words, each the sum of its words' vectors (lemmas "
    "embedded alone); utterance boundaries are passed over.",
    citation="elvevag2007",
    example=Example({"word_windows": 3 * AXES}, 3.4 / 4, 1e-12, "neighbours 1, 0.6, 0.8, 1 whatever the lengths"),
    invariances=unchanged_by_all_but("utterance_order", "word_order"),
    settings={"window_words": WINDOW},
)
def word_window_coherence(word_windows: Vectors) -> Value:
    return _adjacent(word_windows, "stretches")


@feature(
    name="semantic.sif_coherence_mean",
    unit="cosine",
    low=-1,
    high=1,
    needs=NEEDS,
    languages=frozenset(["en"]),
    definition=f"Mean cosine of adjacent utterances as smooth-inverse-frequency vectors: word vectors weighted "
    f"{SMOOTHING:g} / ({SMOOTHING:g} + the word's frequency), the first singular vector of the sample's utterances "
    "removed. Near 0 by construction when utterances have nothing of their own in common.",
    citation="arora2017 iter2018",
    example=Example({"sif_vectors": 0.5 * AXES}, 3.4 / 4, 1e-12, "neighbours 1, 0.6, 0.8, 1 whatever the lengths"),
    invariances=unchanged_by_all_but("utterance_order"),
    settings={"a": SMOOTHING, "wordlist": "wordfreq en best"},
)
def sif_coherence_mean(sif_vectors: Vectors) -> Value:
    return _adjacent(sif_vectors, "utterances")


@feature(
    name="semantic.response_relevance",
    unit="cosine",
    low=-1,
    high=1,
    needs={"exchanges": 3},
    version=2,
    definition="Mean cosine of the embeddings of a turn in which another speaker asks something and the participant's "
    "turn that follows. A turn asks when an utterance of it ends in a question mark; in a transcript without any "
    "question mark, when one begins as English questions do (a question word, or an auxiliary before its subject). "
    "Other exchanges, and those in which either has no words, are not counted.",
    citation="voleti2019 reimers2019",
    example=Example(
        {"exchanges": np.stack([AXES[:-1], AXES[1:]], axis=1)}, 3.4 / 4, 1e-12, "answers 1, 0.6, 0.8, 1 from questions"
    ),
    invariances=unchanged_by_all_but("utterance_order", "word_order"),
)
def response_relevance(exchanges: Vectors) -> Value:
    if not len(exchanges):
        return Missing(Reason.UNDEFINED, "exchanges: none")
    return mean(cosines(unit_rows(exchanges[:, 0]), unit_rows(exchanges[:, 1])))


def _adjacent(vectors: Vectors, what: str) -> Value:
    pairs = [
        (one, other) for one, other in pairwise(vectors) if min(np.linalg.norm(one), np.linalg.norm(other)) > LEAST
    ]
    if not pairs:
        return Missing(Reason.UNDEFINED, f"neighbouring {what} with a direction: none")
    one, other = (unit_rows(np.array(side)) for side in zip(*pairs, strict=True))
    return mean(cosines(one, other))
