"""How alike in meaning successive responses are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..estimates import Value, mean
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.meaning import Vectors, cosines
from .responses import TASKS

ROUNDING = 1e-9
"""Difference of two cosines that arithmetic may make."""

ROWS, PARTS, KEPT = 256, 4096, 2**20
"""Rows multiplied at a time, parts an interval is cut into, cosines kept: 80 MB for 8,000 responses."""

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
        version=2,
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
    # The median may be the cosine of two neighbours itself: above it is what is so by more than a rounding.
    ends = np.flatnonzero(beside <= _median(vectors) + ROUNDING)
    edges = np.concatenate([[-1], ends, [len(vectors) - 1]])
    return [int(length) for length in np.diff(edges)]


def _median(vectors: Vectors) -> float:
    """Median cosine of all pairs."""
    pairs = len(vectors) * (len(vectors) - 1) // 2
    return (_ranked(vectors, (pairs - 1) // 2, pairs) + _ranked(vectors, pairs // 2, pairs)) / 2


def _ranked(vectors: Vectors, rank: int, pairs: int) -> float:
    """The cosine that `rank` of all `pairs` are below, without all of them in memory.

    The interval that holds it is narrowed until what lies in it can be kept, or differs by no more than a rounding.
    """
    low, high, below, inside = -2.0, 2.0, 0, pairs
    while inside > KEPT and high - low > ROUNDING:
        edges = np.linspace(low, high, PARTS + 1)
        counts = np.zeros(PARTS, np.int64)
        for block in _blocks(vectors):
            counts += np.histogram(block, PARTS, (low, high))[0]
        part = int(np.searchsorted(np.cumsum(counts), rank - below, side="right"))
        low, high, below, inside = edges[part], edges[part + 1], below + int(counts[:part].sum()), int(counts[part])
    if inside > KEPT:
        return float(low + high) / 2
    kept = np.concatenate([block[(block >= low) & (block <= high)] for block in _blocks(vectors)])
    return float(np.partition(kept, rank - below)[rank - below])


def _blocks(vectors: Vectors) -> Iterator[Vectors]:
    """Cosines of every two rows, each pair once, those of `ROWS` rows with the rows after them at a time."""
    for start in range(0, len(vectors), ROWS):
        block = vectors[start : start + ROWS] @ vectors[start:].T
        yield block[np.triu_indices(len(block), 1, block.shape[1])]
