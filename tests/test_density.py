"""Density, topics and experts: properties, brute force, and talk that repeats itself."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Missing, Reason
from lalia.features.semantic import density, experts
from lalia.features.views.content import MOST, ContentWords, content_words
from lalia.features.views.examples import parse_of
from scipy.optimize import nnls
from scipy.stats import entropy


def words(vectors: np.ndarray, *utterances: tuple[int, ...]) -> ContentWords:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return ContentWords(tuple(f"w{k}" for k in range(len(unit))), unit, utterances)


def reachable(vectors: np.ndarray, wanted: np.ndarray, size: int) -> bool:
    """Whether some `size` vectors reach the wanted sum: every choice is tried."""
    for chosen in combinations(range(len(vectors)), size):
        basis = vectors[list(chosen)].T
        made = basis @ nnls(basis, wanted)[0]
        if (
            np.linalg.norm(made)
            and made @ wanted / np.linalg.norm(made) / np.linalg.norm(wanted) >= density.ENOUGH - 1e-9
        ):
            return True
    return False


@given(st.integers(0, 10_000), st.integers(2, 5))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_components_are_no_fewer_than_must_be_and_no_more_than_the_words(seed, size):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(7, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    utterance = tuple(int(k) for k in rng.integers(0, 7, size))
    found = density._components(vectors, utterance)
    wanted = vectors[list(utterance)].sum(axis=0)
    fewest = next(n for n in range(1, size + 1) if reachable(vectors, wanted, n))
    # A greedy search may take words that later ones make needless; the utterance's own always suffice.
    assert fewest <= found <= size


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_density_lies_between_nothing_and_one_and_ignores_the_order_of_words(seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(9, 5))
    talk = [tuple(int(k) for k in rng.integers(0, 9, rng.integers(1, 50))) for _ in range(4)]
    one = density.semantic_density(words(vectors, *talk))
    other = density.semantic_density(words(vectors, *(tuple(sorted(said)) for said in talk)))
    if isinstance(one, Missing):
        assert all(len(said) < 2 for said in talk)
        return
    assert 0 < float(one) <= 1
    if all(len(said) <= density.STRETCH for said in talk):
        assert float(one) == pytest.approx(float(other), abs=1e-12)


def test_saying_the_same_again_is_less_dense():
    vectors = np.eye(8)
    rich, poor = words(vectors, (0, 1, 2, 3), (4, 5, 6, 7)), words(vectors, (0, 0, 1, 1), (2, 2, 2, 2))
    assert float(density.semantic_density(rich)) == 1.0
    assert float(density.semantic_density(poor)) == (2 + 1) / 8
    alone = density.semantic_density(words(vectors, (0,), (1,)))
    assert alone.reason is Reason.UNDEFINED


def test_a_stretch_of_any_length_is_measured():
    rng = np.random.default_rng(3)
    long = words(rng.normal(size=(2000, 64)), tuple(int(k) for k in rng.integers(0, 2000, 5000)))
    value = density.semantic_density(long)
    assert value.n == 5000
    assert 0 < float(value) <= 1
    assert float(density.topic_count(long)) >= 0


def test_topics_are_the_clouds_that_were_planted():
    rng = np.random.default_rng(5)
    centres = np.linalg.qr(rng.normal(size=(40, 40)))[0][:4]
    vectors = np.repeat(centres, 5, axis=0) + 0.05 * rng.normal(size=(20, 40))
    talk = [(0, 5, 10, 15), (1, 6, 11, 16), (2, 7, 12, 17), tuple(range(20))]
    assert float(density.topic_count(words(vectors, *talk))) == 4
    # A cloud touched once is no topic of the sample's.
    assert (
        float(density.topic_count(words(vectors, (0, 5, 10, 15, 1, 6, 11, 16), (0, 5), (1, 6), tuple(range(15, 20)))))
        == 3
    )
    assert density.topic_count(words(np.ones((5, 3)), (0, 1, 2, 3, 4))).reason is Reason.UNDEFINED
    assert density.topic_count(words(np.eye(3)[:2], (0, 1))).reason is Reason.UNDEFINED


def test_content_words_are_counted_by_lemma_and_the_rarest_are_dropped():
    parse = parse_of("dogs/NOUN/////dog the/DET runs/VERB/////run dog/NOUN wug/NOUN quickly/ADV")
    found = content_words(
        (parse, ()),
        {"dog": np.array([0, 3], np.float32), "run": np.array([1, 0], np.float32), "the": np.ones(2, np.float32)},
    )
    assert found.lemmas == ("dog", "run")
    assert found.utterances == ((0, 1, 0),)
    np.testing.assert_allclose(found.vectors, [[0, 1], [1, 0]])
    many = tuple(parse_of(f"w{k}/NOUN") for k in range(MOST + 5))
    assert len(content_words(many, {f"w{k}": np.ones(2, np.float32) for k in range(MOST + 5)}).lemmas) == MOST
    assert content_words((), {}).lemmas == ()


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_entropy_of_one_draw_is_scipys(seed):
    rng = np.random.default_rng(seed)
    use = rng.dirichlet(np.ones(6), size=(5, 4))
    lengths = rng.integers(1, 30, 5)
    if lengths.sum() < experts.DRAWN:
        assert experts.monet_expert_entropy(use, tuple(lengths)).reason is Reason.UNDEFINED
        return
    order, left, pooled = rng.permutation(5), experts.DRAWN, np.zeros((4, 6))
    for k in order:
        taken = min(left, lengths[k])
        pooled += taken * use[k] / experts.DRAWN
        left -= taken
    assert experts._entropy(use, lengths.astype(float), order) == pytest.approx(
        np.mean([entropy(row, base=2) for row in pooled]), abs=1e-9
    )


def test_entropy_does_not_grow_with_the_sample():
    """Three times as much of the same talk: the draws hold as many words."""
    rng = np.random.default_rng(0)
    use, lengths = rng.dirichlet(np.full(32, 0.1), size=(12, 2)), tuple(int(n) for n in rng.integers(5, 15, 12))
    one = float(experts.monet_expert_entropy(use, lengths))
    three = float(experts.monet_expert_entropy(np.tile(use, (3, 1, 1)), lengths * 3))
    # 0.15 bits: a draw from the tripled talk may hold an utterance twice, and the mean of 200 draws varies.
    assert three == pytest.approx(one, abs=0.15)


@given(st.lists(st.frozensets(st.integers(0, 4), max_size=3), min_size=1, max_size=12))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_persistence_is_the_mean_of_runs_counted_by_hand(talk):
    runs = []
    for expert in range(5):
        length = 0
        for topics in [*talk, frozenset()]:
            if expert in topics:
                length += 1
            elif length:
                runs.append(length)
                length = 0
    found = experts.monet_topic_persistence(tuple(talk))
    if runs:
        assert float(found) == pytest.approx(np.mean(runs))
    else:
        assert found.reason is Reason.UNDEFINED
