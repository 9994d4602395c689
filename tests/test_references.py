"""The table of ordinary talk: whose it is, what it expects, and what measures make of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Measured, Missing, Reason
from lalia.data_schemas.sample import EMBEDDER, LANGUAGE_MODEL
from lalia.features import Views, evaluate
from lalia.features.semantic.reference_table import LONGEST, load
from lalia.models.weights import WEIGHTS

MONET, MINILM = (WEIGHTS[name].sha256 for name in ("monet", "minilm"))
OF_EMBEDDER = ("semantic.coherence_length_adjusted", "semantic.coherence_first_z_length_adjusted")
OF_MODEL = ("semantic.surprisal_frequency_residual", "semantic.monet_topic_persistence")
NAMES = OF_EMBEDDER + OF_MODEL
LENGTHS = st.integers(1, 200).map(float)


def test_the_table_is_of_the_weights_that_are_shipped():
    table = load()
    for sha in (MONET, MINILM):
        assert table.expected_cosines(sha, np.ones(1), np.ones(1)) is not None, "run benchmarks/make_references.py"
    assert table.expected_bits(MONET, np.ones(1)) is not None
    assert len(table.topics(MONET).experts) == len(table.topics(MONET).words) > 1000


def test_other_weights_have_no_reference(sample):
    other = replace(sample, weights={EMBEDDER: "0" * 64, LANGUAGE_MODEL: "0" * 64})
    for found in (evaluate(other, NAMES), evaluate(replace(sample, weights={}), NAMES)):
        assert all(isinstance(value, Missing) and value.reason is Reason.MODEL_ABSENT for value in found.values())
    assert all(isinstance(value, Measured) for value in evaluate(sample, NAMES).values())


@given(LENGTHS, LENGTHS)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_expected_cosines_are_cosines_and_symmetric(one, other):
    for sha in (MONET, MINILM):
        there, back = (
            float(load().expected_cosines(sha, np.array([a]), np.array([b]))[0])
            for a, b in ((one, other), (other, one))
        )
        assert there == pytest.approx(back, abs=1e-12)
        assert -0.1 < there < 0.9
        capped = load().expected_cosines(sha, np.array([min(one, LONGEST)]), np.array([min(other, LONGEST)]))
        assert there == pytest.approx(float(capped[0]), abs=1e-12)


def test_rarer_words_are_expected_to_surprise_more():
    bits = load().expected_bits(MONET, np.array([2.0, 4.0, 6.0, 7.5]))
    assert np.all(np.diff(bits) < 0)
    assert bits[-1] > 0


def test_adjusted_coherence_is_the_mean_less_what_lengths_expect(sample):
    views = Views(sample)
    vectors, lengths = views["utterance_vectors"], np.array(views["vector_lengths"], float)
    cosines = [float(a @ b) for a, b in pairwise(vectors)]
    expected = load().expected_cosines(MONET, lengths[:-1], lengths[1:])
    value = evaluate(sample, OF_EMBEDDER)[OF_EMBEDDER[0]].value
    assert value == pytest.approx(np.mean(cosines) - np.mean(expected), abs=1e-9)


def test_adjusted_z_is_z_less_what_lengths_expect(sample):
    lengths = np.array(Views(sample)["vector_lengths"], float)
    expected = load().expected_first_z(MONET, lengths)
    z, adjusted = (evaluate(sample, [name])[name].value for name in ("semantic.coherence_first_z", OF_EMBEDDER[1]))
    assert adjusted == pytest.approx(z - expected, abs=1e-12)


@given(st.lists(LENGTHS, min_size=5, max_size=60))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_ordinary_order_stands_out_more_in_more_and_longer_utterances(lengths):
    for sha in (MONET, MINILM):
        there = load().expected_first_z(sha, np.array(lengths))
        # As many again: more than by the square root of the ratio of the numbers of pairs, less than by the ratio.
        ratio, longer = (2 * len(lengths) - 1) / (len(lengths) - 1), load().expected_first_z(sha, np.array(lengths * 2))
        assert there * np.sqrt(ratio) < longer < there * ratio
        assert 0 < there <= load().expected_first_z(sha, np.array(lengths) * 2)


def test_residual_is_the_words_own_distance_from_the_line(sample):
    from wordfreq import zipf_frequency

    differences = []
    for utterance, bits in zip(sample.transcript.of_participant, sample.surprisal, strict=True):
        words = [word.text for word in utterance.words if word.kind.value == "word"]
        for word, found in zip(words, bits, strict=True):
            zipf = zipf_frequency(word.lower(), "en")
            if zipf > 0 and found is not None:
                differences.append(found - float(load().expected_bits(MONET, np.array([zipf]))[0]))
    value = evaluate(sample, OF_MODEL)[OF_MODEL[0]]
    assert value.n == len(differences)
    assert value.value == pytest.approx(np.mean(differences), abs=1e-9)
