"""Cosines of responses: the median of all pairs, and where chains end."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.features.fluency import similarity


@pytest.mark.parametrize("kept", [2**20, 40, 1])
@pytest.mark.parametrize("distinct", [2, 500])
def test_the_median_of_blocks_is_that_of_the_matrix(monkeypatch, kept, distinct):
    monkeypatch.setattr(similarity, "ROWS", 7)
    monkeypatch.setattr(similarity, "KEPT", kept)
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(distinct, 8))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    for count in (3, 4, 60, 61):
        vectors = rows[rng.integers(0, distinct, count)]
        whole = np.median((vectors @ vectors.T)[np.triu_indices(count, 1)])
        assert similarity._median(vectors) == pytest.approx(whole, abs=similarity.ROUNDING)


def test_neighbours_as_alike_as_the_median_end_a_chain():
    same = np.tile([[0.6, 0.8]], (5, 1))
    assert similarity._chains(same, np.ones(4)) == [1] * 5
