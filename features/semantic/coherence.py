"""Coherence: how close in meaning an utterance is to the one before it, and to the one before that."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..estimates import Estimate, Value, extreme, mean, quantile, spread
from ..invariances import unchanged_by_all_but
from ..registry import family, feature
from ..views.meaning import Vectors, cosines, first_order

NEEDS = {"utterances": 5, "words": 50}

_ORDERED = unchanged_by_all_but("utterance_order", "word_order")

AXES = np.array([[1.0, 0.0], [1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [0.0, 1.0]])
"""Unit vectors whose neighbours have cosines 1, 0.6, 0.8, 1 and whose next-but-one have 0.6, 0, 0.8."""


def _spec(
    name: str, low: float, high: float | None, definition: str, citation: str, expect: float, why: str
) -> FeatureSpec:
    return FeatureSpec(
        name=f"semantic.{name}",
        unit="cosine",
        low=low,
        high=high,
        needs=NEEDS,
        definition=definition,
        citation=citation + " reimers2019",
        example=Example({"utterance_vectors": AXES}, expect, 1e-12, why),
        invariances=_ORDERED,
    )


@family(
    _spec(
        "coherence_first_mean",
        -1,
        1,
        "Mean cosine of the embeddings of adjacent utterances (the participant's, those without words left out).",
        "elvevag2007 bedi2015",
        3.4 / 4,
        "neighbours 1, 0.6, 0.8, 1",
    ),
    _spec(
        "coherence_first_min",
        -1,
        1,
        "Minimum of the cosines of adjacent utterances.",
        "bedi2015",
        0.6,
        "neighbours 1, 0.6, 0.8, 1",
    ),
    _spec(
        "coherence_first_sd",
        0,
        None,
        "Standard deviation (n - 1) of the cosines of adjacent utterances.",
        "corcoran2018",
        (0.11 / 3) ** 0.5,
        "neighbours 1, 0.6, 0.8, 1: squared deviations 0.0225, 0.0625, 0.0025, 0.0225 over three",
    ),
    _spec(
        "coherence_first_p10",
        -1,
        1,
        "10th percentile (linear interpolation) of the cosines of adjacent utterances.",
        "bedi2015",
        0.66,
        "rank 0.3 between 0.6 and 0.8",
    ),
    _spec(
        "coherence_second_mean",
        -1,
        1,
        "Mean cosine of the embeddings of utterances two apart.",
        "bedi2015",
        1.4 / 3,
        "next but one 0.6, 0, 0.8",
    ),
    _spec(
        "coherence_second_min",
        -1,
        1,
        "Minimum cosine of the embeddings of utterances two apart.",
        "bedi2015",
        0.0,
        "next but one 0.6, 0, 0.8",
    ),
)
def coherence(utterance_vectors: Vectors) -> dict[str, Value]:
    first = cosines(utterance_vectors[:-1], utterance_vectors[1:])
    second = cosines(utterance_vectors[:-2], utterance_vectors[2:])
    return {
        "semantic.coherence_first_mean": mean(first),
        "semantic.coherence_first_min": extreme(first, np.min),
        "semantic.coherence_first_sd": spread(first),
        "semantic.coherence_first_p10": quantile(first, 0.1),
        "semantic.coherence_second_mean": mean(second),
        "semantic.coherence_second_min": extreme(second, np.min),
    }


@feature(
    name="semantic.coherence_first_z",
    unit="z",
    low=None,
    high=None,
    needs=NEEDS,
    version=2,
    definition="(Mean cosine of adjacent utterances - its mean over all orders of the utterances) / its standard "
    "deviation over all orders, both in closed form, nothing is drawn: what order adds to these very utterances. "
    "Cosines of longer utterances are less noisy, so it grows with their length all the same "
    "(docs/validation/coherence.md). Missing when order changes nothing.",
    citation="hitczenko2021",
    example=Example(
        {"utterance_vectors": np.repeat(np.eye(2), 3, axis=0), "shuffled_first": (0.4, 1.2**0.5 / 5)},
        2 / 1.2**0.5,
        1e-12,
        "A A A B B B: two runs; the runs test's mean 4 and variance 1.2 of their number, 1 - (runs - 1)/5 of which is "
        "the mean cosine: 0.8, 0.4 and 1.2 / 25",
    ),
    invariances=_ORDERED,
)
def coherence_first_z(utterance_vectors: Vectors, shuffled_first: tuple[float, float]) -> Estimate | Missing:
    expected, deviation = shuffled_first
    if len(utterance_vectors) < 2:
        return Missing(Reason.UNDEFINED, f"utterances with words: needs 2, got {len(utterance_vectors)}")
    if deviation == 0:
        return Missing(Reason.UNDEFINED, "the order of utterances makes no difference")
    return Estimate((first_order(utterance_vectors) - expected) / deviation, len(utterance_vectors) - 1, 0)


@feature(
    name="semantic.coherence_first_z_length_adjusted",
    unit="z",
    low=None,
    high=None,
    needs=NEEDS,
    languages=frozenset(["en"]),
    version=2,
    definition="coherence_first_z less what open conversation of as many utterances of as many words has: a power of "
    "the number of pairs times a line on the mean logarithm of an utterance's words (made by "
    "benchmarks/make_references.py on stretches of 7 to 120 utterances): 0 is as coherent as those. Known for lalia's "
    "own embedders only, each with its own curve.",
    citation="hitczenko2021",
    example=Example(
        {
            "utterance_vectors": np.repeat(np.eye(2), 3, axis=0),
            "shuffled_first": (0.4, 1.2**0.5 / 5),
            "expected_first_z": 1.5,
        },
        2 / 1.2**0.5 - 1.5,
        1e-12,
        "the example of coherence_first_z less 1.5",
    ),
    invariances=_ORDERED,
    settings={"table": "references.npz"},
)
def coherence_first_z_length_adjusted(
    utterance_vectors: Vectors, shuffled_first: tuple[float, float], expected_first_z: float
) -> Estimate | Missing:
    observed = coherence_first_z(utterance_vectors, shuffled_first)
    if isinstance(observed, Missing):
        return observed
    return Estimate(observed.value - expected_first_z, observed.n, 0)


@feature(
    name="semantic.coherence_length_adjusted",
    unit="cosine",
    low=-1,
    high=1,
    needs=NEEDS,
    languages=frozenset(["en"]),
    definition="Mean over adjacent utterances of their cosine less the one that utterances of as many words have in "
    "open conversation (a regression on the words of both; made by benchmarks/make_references.py, which names the "
    "corpora): 0 is as coherent as those. Known for lalia's own embedders only, each with its own regression.",
    citation="hitczenko2021",
    example=Example(
        {"utterance_vectors": AXES, "expected_cosines": np.array([0.5, 0.4, 0.3, 0.2])},
        2.0 / 4,
        1e-12,
        "cosines 1, 0.6, 0.8, 1 less the expected: 0.5, 0.2, 0.5, 0.8",
    ),
    invariances=_ORDERED,
    settings={"table": "references.npz"},
)
def coherence_length_adjusted(utterance_vectors: Vectors, expected_cosines: Vectors) -> Value:
    return mean(cosines(utterance_vectors[:-1], utterance_vectors[1:]) - expected_cosines)


@feature(
    name="semantic.coherence_length_correlation",
    unit="r",
    low=-1,
    high=1,
    needs=NEEDS,
    definition="Spearman correlation, within the sample, of the cosine of adjacent utterances with the words of the "
    "two together: how far to trust the raw values. Missing when either is constant.",
    citation="hitczenko2021",
    example=Example(
        {"utterance_vectors": AXES, "vector_lengths": (9, 8, 2, 4, 6)},
        2.25 / 4.5,
        1e-12,
        "cosine ranks 3.5, 1, 2, 3.5; lengths 17, 10, 6, 10 with ranks 4, 2.5, 1, 2.5; both variances sum to 4.5",
    ),
    invariances=_ORDERED,
)
def coherence_length_correlation(utterance_vectors: Vectors, vector_lengths: tuple[int, ...]) -> Estimate | Missing:
    pairs = cosines(utterance_vectors[:-1], utterance_vectors[1:])
    lengths = np.asarray(vector_lengths, dtype=np.float64)
    one, other = ranks(np.round(pairs, 12)), ranks(lengths[:-1] + lengths[1:])
    if len(pairs) < 3 or one.std() == 0 or other.std() == 0:
        return Missing(Reason.UNDEFINED, f"{len(pairs)} pairs, or all alike")
    return Estimate(float(np.clip(np.corrcoef(one, other)[0, 1], -1, 1)), len(pairs), 0)


def ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Ranks from 1, ties sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[inverse], dtype=np.float64)
