"""Vectors of single words, and of stretches and utterances made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...data_schemas.sample import Embeddings, Parse, Token
from ..registry import view
from .language import counts
from .meaning import Vectors

WINDOW = 8
"""Words of a stretch, as Elvevåg and others found to tell best."""

SMOOTHING = 1e-3
"""The constant a of smooth inverse frequency: a word as frequent as this weighs half."""


@view(size=len, size_unit="windows")
def word_windows(tokens: tuple[Token, ...], word_vectors: Mapping[str, Embeddings]) -> Vectors:
    """Sum of the word vectors of each stretch of 8 consecutive words; words left over at the end are dropped.

    Words without a vector are passed over before the stretches are cut, so that each has eight.
    """
    rows = _rows(tokens, word_vectors)
    whole = len(rows) // WINDOW
    stretches = rows[: whole * WINDOW].reshape(whole, WINDOW, rows.shape[1])
    return np.asarray(stretches.sum(axis=1), dtype=np.float64)


@view(size=len, size_unit="utterances")
def sif_vectors(parses: tuple[Parse, ...], word_vectors: Mapping[str, Embeddings]) -> Vectors:
    """Smooth-inverse-frequency vectors of the utterances with words (Arora, Liang & Ma 2017).

    Each is a weighted mean of word vectors, from which the first singular vector of all of them is taken away.
    """
    from wordfreq import word_frequency

    made = []
    for parse in parses:
        said = [t for t in parse if counts(t) and np.any(word_vectors.get(t.lemma.lower(), 0))]
        if not said:
            continue
        weights = np.array([SMOOTHING / (SMOOTHING + word_frequency(t.lemma.lower(), "en")) for t in said])
        made.append(weights @ _rows(said, word_vectors) / len(said))
    if not made:
        return np.zeros((0, 0))
    rows = np.array(made)
    common = np.linalg.svd(rows, full_matrices=False)[2][:1]
    return np.asarray(rows - (rows @ common.T) @ common, dtype=np.float64)


def _rows(tokens: Sequence[Token], vectors: Mapping[str, Embeddings]) -> Vectors:
    found = (vectors.get(token.lemma.lower()) for token in tokens)
    known = [row for row in found if row is not None and np.any(row)]
    return np.array(known, dtype=np.float64) if known else np.zeros((0, 1))
