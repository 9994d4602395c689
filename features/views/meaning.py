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

BLOCK = 1024
"""Rows of the similarity matrix held at a time: 20,000 utterances need 160 MB, not 3 GB."""

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
    """Mean and standard deviation of `first_order` over all orders of the utterances, as `path_moments` gives them."""
    return path_moments(utterance_vectors)


def path_moments(vectors: Vectors) -> tuple[float, float]:
    """Mean and standard deviation, over all orders of some unit vectors, of the mean cosine of neighbours.

    The deviation is 0 where order makes no difference.

    Notes
    -----
    Of the n - 1 pairs of neighbours any is equally often any two vectors, so the mean is that of all cosines. Let c be
    the cosines less their mean, r(i) the sum of those of vector i, A the sum of c(i, j)^2 and B that of r(i)^2, over
    all i and j that differ. Two pairs of neighbours are the same (n - 1 times), share a vector (2 (n - 2) ordered
    times) or share none ((n - 2) (n - 3) times). Products of c average A / (n (n - 1)) in the first case,
    (B - A) / (n (n - 1) (n - 2)) in the second, and, since all c add up to 0, (2 A - 4 B) / (n (n - 1) (n - 2) (n - 3))
    in the third. Together the variance of the sum over the pairs is (A - 2 B / (n - 1)) / n.
    """
    n = len(vectors)
    if n < 2:
        return 0.0, 0.0
    blocks = [slice(start, start + BLOCK) for start in range(0, n, BLOCK)]
    total = sum(float(_apart(vectors, block).sum()) for block in blocks)
    average = total / (n * (n - 1))
    squares = rows = 0.0
    for block in blocks:
        centred = _apart(vectors, block, average)
        squares += float((centred**2).sum())
        rows += float((centred.sum(axis=1) ** 2).sum())
    variance = max(squares - 2 * rows / (n - 1), 0.0) / n
    deviation = variance**0.5 / (n - 1)
    # Cosines that are all alike differ by rounding alone.
    return average, 0.0 if deviation < 1e-12 else deviation


def _apart(vectors: Vectors, block: slice, less: float = 0.0) -> Vectors:
    """Cosines of some rows with all others, less a number; 0 of a row with itself."""
    found = vectors[block] @ vectors.T - less
    places = np.arange(len(vectors))[block]
    found[np.arange(len(places)), places] = 0.0
    return np.asarray(found, dtype=np.float64)


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
