"""How alike in meaning successive responses are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..estimates import Value, mean
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.meaning import Vectors, cosines
from .responses import TASKS

_TURNS = np.deg2rad([0.0, 10.0, 90.0, 20.0, 30.0])
EXAMPLE = np.stack([np.cos(_TURNS), np.sin(_TURNS)], axis=1)
"""Five responses at 0, 10, 90, 20 and 30 degrees; pairs are 10, 10, 10, 20, 20, 30, 60, 70, 80 and 90 apart."""


def _spec(name: str, unit: str, low: float, definition: str, expect: float, why: str, **more: Any) -> FeatureSpec:
    return FeatureSpec(
        name=f"fluency.{name}",
        unit=unit,
        low=low,
        high=1.0 if unit == "cosine" else None,
        definition=definition + " Sentence-embedding vectors of each response alone, errors and repetitions included.",
        example=Example({"response_vectors": EXAMPLE}, expect, 1e-12, why),
        tasks=TASKS,
        languages=frozenset(["en"]),
        invariances=unchanged_by_all_but("word_order", "utterance_order"),
        **more,
    )


@family(
    _spec(
        "semantic_cluster_size",
        "words",
        0,
        "Mean length of chains of responses: a chain goes on while the cosine of neighbours is above the median cosine "
        "of all pairs of the list; a response alone is a chain of 1.",
        5 / 3,
        "the median lies between the cosines of 20 and 30 degrees: chains 0-10, 90, 20-30",
        citation="pakhomov2013",
    ),
    _spec(
        "pair_similarity_mean",
        "cosine",
        -1,
        "Mean cosine of each response with the next.",
        float(np.mean(np.cos(np.deg2rad([10, 80, 70, 10])))),
        "neighbours are 10, 80, 70 and 10 degrees apart",
        citation="pakhomov2012",
    ),
)
def semantic_similarity(response_vectors: Vectors) -> dict[str, Value]:
    count = len(response_vectors)
    short = Missing(Reason.UNDEFINED, f"responses: needs 3, got {count}")
    if count < 2:
        return dict.fromkeys(("fluency.semantic_cluster_size", "fluency.pair_similarity_mean"), short)
    beside = cosines(response_vectors[1:], response_vectors[:-1])
    return {
        "fluency.semantic_cluster_size": mean(_chains(response_vectors, beside)) if count > 2 else short,
        "fluency.pair_similarity_mean": mean(beside),
    }


def _chains(vectors: Vectors, beside: Vectors) -> list[int]:
    first, second = np.triu_indices(len(vectors), 1)
    threshold = float(np.median((vectors @ vectors.T)[first, second]))
    ends = np.flatnonzero(beside <= threshold)
    edges = np.concatenate([[-1], ends, [len(vectors) - 1]])
    return [int(length) for length in np.diff(edges)]
