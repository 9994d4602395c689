"""Embeddings as features read them: utterances without words left out, rows of unit length."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Missing
from ...data_schemas.sample import Embeddings, Parse, Sample
from ...data_schemas.transcript import Transcript
from ..registry import view
from .language import counts
from .questions import asks

PERMUTATIONS = 200
SEED = 2017

Vectors = npt.NDArray[np.float64]


@view(size=len, size_unit="utterances")
def utterance_vectors(embeddings: Embeddings) -> Vectors:
    """Unit vectors of the participant's utterances that have one, in order, in double precision."""
    return unit_rows(embeddings[_present(embeddings)])


@view(size=len, size_unit="utterances")
def vector_lengths(embeddings: Embeddings, parses: tuple[Parse, ...]) -> tuple[int, ...]:
    """Words of the utterances behind `utterance_vectors`, one number for each."""
    present = _present(embeddings)
    return tuple(sum(map(counts, parse)) for parse, there in zip(parses, present, strict=True) if there)


@view()
def shuffled_first(utterance_vectors: Vectors) -> tuple[float, float]:
    """Mean and standard deviation (n - 1) of `first_order` over seeded random orders of the utterances.

    The deviation is 0 where order makes no difference.
    """
    n = len(utterance_vectors)
    if n < 2:
        return 0.0, 0.0
    rng = np.random.default_rng(SEED)
    shuffled = np.array([first_order(utterance_vectors[rng.permutation(n)]) for _ in range(PERMUTATIONS)])
    deviation = float(shuffled.std(ddof=1))
    # Means of the same cosines in another order differ by rounding alone.
    return float(shuffled.mean()), 0.0 if deviation < 1e-12 else deviation


@view(size=len, size_unit="responses")
def response_vectors(response_embeddings: Embeddings) -> Vectors:
    """Unit vectors of the responses of a fluency task that have one, in order, in double precision."""
    return unit_rows(response_embeddings[_present(response_embeddings)])


@view(size=len, size_unit="exchanges")
def exchanges(exchange_embeddings: Embeddings, transcript: Transcript) -> Vectors:
    """Vectors of each turn of another speaker that asks something and the answer to it, where both have one.

    Shape (exchanges, 2, d).
    """
    there = np.any(exchange_embeddings != 0, axis=2).all(axis=1) & np.array(asks(transcript), dtype=np.bool_)
    return np.asarray(exchange_embeddings[there], dtype=np.float64)


@view()
def topic_cosines(sample: Sample, utterance_vectors: Vectors) -> Vectors:
    """Cosine of each utterance with the prompt; without a prompt, of each later utterance with the first."""
    prompt = sample.prompt_embedding
    if isinstance(prompt, Missing):
        return cosines(utterance_vectors[1:], utterance_vectors[:1])
    return cosines(utterance_vectors, unit_rows(prompt[None, :]))


def first_order(vectors: Vectors) -> float:
    """Mean cosine of neighbouring unit vectors."""
    return float(cosines(vectors[:-1], vectors[1:]).mean())


def unit_rows(vectors: npt.NDArray[np.floating]) -> Vectors:
    """Rows scaled to length 1 in double precision."""
    rows = np.asarray(vectors, dtype=np.float64)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float64)


def cosines(one: Vectors, other: Vectors) -> Vectors:
    """Cosine of each row of `one` with the same row (or the only row) of `other`, kept inside [-1, 1]."""
    # A rounding can take the product of a unit vector with itself past 1.
    return np.asarray(np.clip((one * other).sum(axis=1), -1.0, 1.0), dtype=np.float64)


def _present(embeddings: Embeddings) -> npt.NDArray[np.bool_]:
    return np.asarray(np.any(embeddings != 0, axis=1))
