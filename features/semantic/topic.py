"""Topic: how close utterances stay to the prompt, to the first of them, to their centre and to each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Example, Missing, Reason
from ...data_schemas.sample import Embeddings
from ..estimates import Estimate, Value, mean
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.meaning import BLOCK, Vectors, cosines, unit_rows
from .coherence import AXES, NEEDS


@feature(
    name="semantic.centroid_similarity",
    unit="cosine",
    low=-1,
    high=1,
    needs=NEEDS,
    definition="Mean cosine of an utterance's embedding to the centroid of all (itself among them).",
    citation="bedi2015 reimers2019",
    example=Example(
        {"utterance_vectors": np.array([[1.0, 0.0], [0.0, 1.0]])},
        0.5**0.5,
        1e-12,
        "the centroid of two orthogonal vectors is 45 degrees from each",
    ),
    invariances=unchanged_by_all_but("word_order"),
)
def centroid_similarity(utterance_vectors: Vectors) -> Value:
    centroid = utterance_vectors.sum(axis=0, keepdims=True)
    if not np.linalg.norm(centroid) > 1e-12:
        return Missing(Reason.UNDEFINED, "the centroid is the zero vector")
    return mean(cosines(utterance_vectors, unit_rows(centroid)))


@feature(
    name="semantic.tangentiality_slope",
    unit="cosine/utterance",
    low=None,
    high=None,
    needs=NEEDS,
    definition="Least-squares slope of the cosine (prompt, or first utterance where there is no prompt; utterance i) "
    "on i; the first utterance is not compared with itself. Negative when talk drifts away.",
    citation="elvevag2007 iter2018",
    example=Example({"topic_cosines": np.array([0.9, 0.7, 0.5, 0.3])}, -0.2, 1e-12, "a straight line"),
    invariances=unchanged_by_all_but("utterance_order", "word_order"),
)
def tangentiality_slope(topic_cosines: Vectors) -> Estimate | Missing:
    n = len(topic_cosines)
    if n < 3:
        return Missing(Reason.UNDEFINED, f"cosines: needs 3, got {n}")
    at = np.arange(n, dtype=np.float64)

    def replicate(draws: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        return _slope(at[draws], topic_cosines[draws])

    return Estimate(float(_slope(at, topic_cosines)), n, n, replicate)


def _slope(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    x = x - x.mean(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((x * y).sum(axis=-1) / (x * x).sum(axis=-1), dtype=np.float64)


@feature(
    name="semantic.on_topic_mean",
    unit="cosine",
    low=-1,
    high=1,
    needs={"utterances": 3},
    definition="Mean cosine of the embeddings of prompt and utterance.",
    citation="morgan2021 reimers2019",
    example=Example(
        {"utterance_vectors": AXES, "prompt_embedding": np.array([1.0, 0.0], np.float32)},
        2.6 / 5,
        1e-7,
        "cosines 1, 1, 0.6, 0, 0; the prompt is in single precision",
    ),
    invariances=unchanged_by_all_but("word_order"),
)
def on_topic_mean(utterance_vectors: Vectors, prompt_embedding: Embeddings) -> Value:
    if not np.any(prompt_embedding):
        return Missing(Reason.NO_PROMPT, "the prompt has no words")
    return mean(cosines(utterance_vectors, unit_rows(prompt_embedding[None, :])))


@feature(
    name="semantic.max_similarity",
    unit="cosine",
    low=-1,
    high=1,
    needs=NEEDS,
    definition="Largest cosine of the embeddings of two different utterances: near 1 when something was said again.",
    citation="morgan2021 reimers2019",
    example=Example({"utterance_vectors": AXES[1:4]}, 0.8, 1e-12, "of cosines 0.6, 0 and 0.8"),
    invariances=unchanged_by_all_but("word_order"),
)
def max_similarity(utterance_vectors: Vectors) -> Estimate | Missing:
    n = len(utterance_vectors)
    if n < 2:
        return Missing(Reason.UNDEFINED, f"utterances with words: needs 2, got {n}")
    largest = -1.0
    for start in range(0, n, BLOCK):
        block = utterance_vectors[start : start + BLOCK] @ utterance_vectors[start:].T
        # Only pairs in order: an utterance is not compared with itself.
        block[np.tril_indices_from(block)] = -1.0
        largest = max(largest, float(block.max()))
    return Estimate(min(largest, 1.0), n, 0)
