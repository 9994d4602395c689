"""Surprisal and expert use: against loops and other libraries' statistics, and on real sentences."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Missing, Reason
from lalia.features.semantic import reading
from lalia.features.views.reading import half_expert_use, word_bits
from lalia.models.monet import embedded

TALK = ("the boy is on a stool", "he takes a cookie", "", "zxqv wug blick", "the boy is on a stool")


@pytest.fixture(scope="module")
def read():
    return embedded.load("monet", "cpu").read(TALK, surprisal=True, routing=True)


@given(st.lists(st.lists(st.floats(0, 40), min_size=1, max_size=6), min_size=2, max_size=8))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_values_and_replicates_equal_numpys(talk):
    bits = tuple(map(tuple, talk))
    flat = np.concatenate(talk)
    assert float(reading.surprisal_mean(bits)) == pytest.approx(flat.mean(), abs=1e-9)
    spread = reading.surprisal_sd(bits)
    assert float(spread) == pytest.approx(flat.std(ddof=1), abs=1e-9)
    draws = np.random.default_rng(1).integers(0, len(bits), (5, len(bits)))
    drawn = [np.concatenate([talk[i] for i in draw]).std(ddof=1) for draw in draws]
    # 1e-5: the replicates go through sums of squares, which lose digits where the spread is small.
    np.testing.assert_allclose(spread.replicate(draws), drawn, atol=1e-5)


def test_words_without_bits_are_left_out():
    assert word_bits(((1.0, None), (None,), (), (2.0,))) == ((1.0,), (2.0,))
    one = reading.surprisal_sd(((1.0,),))
    assert isinstance(one, Missing)
    assert one.reason is Reason.UNDEFINED


def test_unlikely_words_surprise_more(read):
    bits = word_bits(read.surprisal)
    assert [len(words) for words in bits] == [6, 4, 3, 6]
    assert np.mean(bits[2]) > 1.5 * np.mean(bits[0])


def test_the_same_utterance_uses_the_same_experts(read):
    use = half_expert_use(read.routing)
    assert len(use) == 4
    np.testing.assert_allclose(use.sum(axis=2), 1.0, atol=1e-12)
    # 1e-6: single precision.
    assert float(reading.monet_expert_overlap(use[[0, 3]])) == pytest.approx(1.0, abs=1e-6)
    assert float(reading.monet_expert_overlap(use[[0, 2]])) < 0.95
    expected = np.mean([np.sqrt(a * b).sum(axis=1).mean() for a, b in pairwise(use)])
    assert float(reading.monet_expert_overlap(use)) == pytest.approx(expected, abs=1e-12)
    nobody = embedded.load("monet", "cpu").read((), surprisal=True, routing=True)
    assert len(half_expert_use(nobody.routing)) == 0
    assert reading.monet_expert_overlap(use[:1]).reason is Reason.UNDEFINED
