"""Semantic measures on vectors with known angles, against independent statistics, and on real sentences."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from lalia.data_schemas import Measured, Missing, Reason, Recording, Sample, Token, Transcript, Utterance, Word
from lalia.data_schemas.sample import EMBEDDER
from lalia.features import FEATURES, evaluate
from lalia.features.semantic import coherence, topic
from lalia.features.views import meaning, word_meaning
from lalia.models.weights import WEIGHTS
from scipy.stats import spearmanr
from wordfreq import word_frequency

VECTORS = arrays(
    np.float64, st.tuples(st.integers(5, 30), st.just(6)), elements=st.floats(-1, 1).map(lambda x: round(x, 3))
).filter(lambda v: bool(np.all(np.linalg.norm(v, axis=1) > 0.01)))


SEMANTIC = [
    name for name, found in FEATURES.items() if found.function.__module__ in {coherence.__name__, topic.__name__}
]
"""Measures of utterances' vectors."""


def sample_of(vectors: np.ndarray, prompt: np.ndarray | None = None, words: int = 12) -> Sample:
    """A sample with one utterance of `words` words for each vector, none for a zero vector."""
    lengths = [words if np.any(vector) else 0 for vector in vectors]
    utterances = tuple(
        Utterance(speaker="PAR", words=tuple(Word(text="word") for _ in range(max(n, 1)))) for n in lengths
    )
    token = Token(text="word", lemma="word", pos="NOUN", tag="NN", dep="root", head=0, word=0)
    given = {} if prompt is None else {"prompt_embedding": prompt.astype(np.float32)}
    return Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav"),
        transcript=Transcript(source="text", language="en", utterances=utterances),
        parses=tuple(tuple(token.model_copy(update={"head": i}) for i in range(n)) for n in lengths),
        embeddings=np.asarray(vectors, dtype=np.float32),
        weights={EMBEDDER: WEIGHTS["minilm"].sha256},
        **given,
    )


def measures(sample: Sample) -> dict:
    return {name.partition(".")[2]: result for name, result in evaluate(sample, SEMANTIC).items()}


@given(VECTORS)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_cosines_equal_the_whole_matrix(vectors):
    units = meaning.unit_rows(vectors)
    matrix = units @ units.T
    made = coherence.coherence(units)
    assert float(made["semantic.coherence_first_mean"]) == pytest.approx(np.diag(matrix, 1).mean(), abs=1e-12)
    assert float(made["semantic.coherence_second_min"]) == pytest.approx(np.diag(matrix, 2).min(), abs=1e-12)
    upper = matrix[np.triu_indices(len(units), 1)]
    assert float(topic.max_similarity(units)) == pytest.approx(min(upper.max(), 1), abs=1e-12)


@given(VECTORS, st.lists(st.integers(1, 9), min_size=30, max_size=30))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_length_correlation_equals_scipys_spearman(vectors, lengths):
    units = meaning.unit_rows(vectors)
    lengths = np.array(lengths[: len(units)], dtype=float)
    made = coherence.coherence_length_correlation(units, tuple(lengths))
    pairs = np.round(meaning.cosines(units[:-1], units[1:]), 12)
    slow = (
        spearmanr(pairs, lengths[:-1] + lengths[1:]).statistic
        if np.ptp(pairs) and np.ptp(lengths[:-1] + lengths[1:])
        else None
    )
    if slow is None:
        assert made.reason is Reason.UNDEFINED
    else:
        assert float(made) == pytest.approx(slow, abs=1e-9)


TOUCHY = {"coherence_first_z", "coherence_first_z_length_adjusted", "coherence_length_correlation"}


@given(VECTORS)
@settings(max_examples=15, deadline=None, derandomize=True)
def test_turning_the_space_changes_nothing(vectors):
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))
    one, other = measures(sample_of(vectors)), measures(sample_of(vectors @ turn))
    for name, before in one.items():
        after = other[name]
        # Rows are kept in single precision, and z divides by a spread that may be tiny.
        if isinstance(before, Measured) and name not in TOUCHY:
            assert after.value == pytest.approx(before.value, abs=1e-5), name


def test_utterances_without_words_are_left_out():
    vectors = np.array([[1, 0], [0, 0], [1, 0], [0.6, 0.8], [0, 0], [0, 1], [0, 1]], dtype=float)
    result = measures(sample_of(vectors))
    assert result["coherence_first_mean"].value == pytest.approx(0.85, abs=1e-7)
    assert result["coherence_first_mean"].n == 4


def test_talk_in_order_stands_out_from_its_shuffles_and_shuffled_talk_does_not():
    rng = np.random.default_rng(7)
    drift = np.cumsum(rng.normal(size=(60, 20)), axis=0)
    ordered = measures(sample_of(drift))["coherence_first_z"].value
    mixed = measures(sample_of(rng.permutation(drift)))["coherence_first_z"].value
    assert ordered > 5
    assert abs(mixed) < 4


def test_orders_of_two_blocks_have_the_moments_of_the_runs_test():
    # A A A B B B: 4 runs on average with variance 1.2; a change of run is a cosine of 0, the other of 5 pairs are 1.
    expected, deviation = meaning.shuffled_first(np.repeat(np.eye(2), 3, axis=0))
    assert expected == pytest.approx(0.4, abs=1e-12)
    assert deviation == pytest.approx(1.2**0.5 / 5, abs=1e-12)


@pytest.mark.parametrize("n", range(2, 8))
def test_moments_over_all_orders_equal_those_of_every_order_written_out(n):
    units = meaning.unit_rows(np.random.default_rng(n).normal(size=(n, 3)) + 0.5)
    every = [meaning.first_order(units[list(order)]) for order in permutations(range(n))]
    expected, deviation = meaning.shuffled_first(units)
    assert expected == pytest.approx(np.mean(every), abs=1e-12)
    assert deviation == pytest.approx(np.std(every) if n > 2 else 0.0, abs=1e-12)


def test_moments_over_all_orders_are_near_those_of_many_draws(monkeypatch):
    rng = np.random.default_rng(5)
    units = meaning.unit_rows(np.cumsum(rng.normal(size=(40, 12)), axis=0))
    drawn = np.array([meaning.first_order(units[rng.permutation(40)]) for _ in range(20_000)])
    found = meaning.shuffled_first(units)
    # Four standard errors.
    assert found[0] == pytest.approx(drawn.mean(), abs=4 * drawn.std() / 20_000**0.5)
    assert found[1] == pytest.approx(drawn.std(), rel=4 / 40_000**0.5)
    monkeypatch.setattr(meaning, "BLOCK", 7)
    assert meaning.shuffled_first(units) == pytest.approx(found, abs=1e-12)


def test_orders_of_utterances_that_are_all_alike_make_no_difference():
    apart = np.eye(6) - 1 / 6
    for vectors in (np.ones((6, 4)), np.eye(6), apart):
        assert meaning.shuffled_first(meaning.unit_rows(vectors))[1] == 0


def test_z_is_the_same_every_time():
    vectors = np.random.default_rng(1).normal(size=(12, 5))
    assert measures(sample_of(vectors)) == measures(sample_of(vectors))


def test_an_utterance_said_again_is_the_largest_similarity():
    vectors = np.random.default_rng(2).normal(size=(2100, 8))
    vectors[2050] = vectors[3]
    assert measures(sample_of(vectors, words=1))["max_similarity"].value == pytest.approx(1, abs=1e-7)


def test_slope_equals_polyfit_and_drops_the_first_utterance_without_a_prompt():
    vectors = np.random.default_rng(3).normal(size=(9, 4))
    units = meaning.unit_rows(vectors.astype(np.float32))
    bare = measures(sample_of(vectors))
    assert bare["tangentiality_slope"].value == pytest.approx(np.polyfit(np.arange(8), units[1:] @ units[0], 1)[0])
    assert bare["on_topic_mean"].reason is Reason.NO_PROMPT
    prompt = np.array([1.0, 2, 0, 0]) / 5**0.5
    asked = measures(sample_of(vectors, prompt))
    assert asked["tangentiality_slope"].value == pytest.approx(np.polyfit(np.arange(9), units @ prompt, 1)[0])
    assert asked["on_topic_mean"].value == pytest.approx(np.mean(units @ prompt))
    assert asked["tangentiality_slope"].ci_low < asked["tangentiality_slope"].value


SINGLE = {"centroid_similarity"}
PAIR = SINGLE | {
    "coherence_first_mean",
    "coherence_first_min",
    "coherence_first_p10",
    "coherence_length_adjusted",
    "max_similarity",
}


@pytest.mark.parametrize(("rows", "there"), [(0, set()), (1, SINGLE), (2, PAIR)])
def test_too_few_vectors_are_missing(rows, there):
    vectors = np.zeros((8, 3))
    vectors[:rows] = np.eye(3)[:rows]
    result = measures(sample_of(vectors, words=60))
    if rows:
        assert {name for name, value in result.items() if isinstance(value, Measured)} == there
    reasons = {value.reason for value in result.values() if isinstance(value, Missing)}
    assert reasons <= {Reason.UNDEFINED, Reason.NO_PROMPT, Reason.TOO_SHORT}


def test_real_sentences_on_one_topic_cohere_more_than_a_jumble(sample):
    from lalia.models import embedders

    kitchen = [
        "the mother is washing the dishes in the kitchen",
        "the water in the sink is running over onto the floor",
        "she does not notice that the sink is overflowing",
        "the boy is standing on a stool beside his mother",
        "he is taking cookies from the jar in the cupboard",
        "the girl reaches up to take a cookie from her brother",
    ]
    jumble = [
        "the mother is washing the dishes in the kitchen",
        "interest rates were raised by the central bank",
        "my bicycle has a flat tyre again",
        "whales sing for hours under the ice",
        "the committee voted against the amendment",
        "add two spoons of flour to the butter",
    ]
    embedder = embedders.load("minilm")
    one, other = (measures(sample_of(embedder.embed(texts))) for texts in (kitchen, jumble))
    for name in ("coherence_first_mean", "coherence_second_mean", "centroid_similarity", "max_similarity"):
        assert one[name].value > other[name].value + 0.1, name


def test_sif_vectors_follow_the_published_steps():
    rng = np.random.default_rng(5)
    words = ("the", "garden", "zipf", "house")
    vectors = {word: rng.normal(size=6) for word in words}
    said = [("the", "garden"), ("zipf", "the", "house"), ("house",), ()]
    parses = tuple(
        tuple(Token(text=w, lemma=w, pos="NOUN", tag="NN", dep="root", head=i, word=i) for i, w in enumerate(u))
        for u in said
    )
    weight = {word: 1e-3 / (1e-3 + word_frequency(word, "en")) for word in words}
    means = np.array([np.mean([weight[w] * vectors[w] for w in u], axis=0) for u in said if u])
    # The first right singular vector is the leading eigenvector of the rows' second moments.
    common = np.linalg.eigh(means.T @ means)[1][:, -1]
    expected = means - np.outer(means @ common, common)
    # 1e-10: two ways to the same eigenvector.
    np.testing.assert_allclose(word_meaning.sif_vectors(parses, vectors), expected, atol=1e-10)


def test_stretches_of_words_drop_what_is_left_over_and_pass_unknown_words():
    rows = {f"w{i}": np.eye(20)[i] for i in range(19)}
    tokens = tuple(
        Token(text=w, lemma=w, pos="NOUN", tag="NN", dep="root", head=i, word=i)
        for i, w in enumerate(["w0", "unknown", *(f"w{i}" for i in range(1, 19))])
    )
    made = word_meaning.word_windows(tokens, rows)
    assert len(word_meaning.word_windows((), rows)) == len(word_meaning.word_windows(tokens[:5], rows)) == 0
    np.testing.assert_array_equal(made, [np.eye(20)[:8].sum(axis=0), np.eye(20)[8:16].sum(axis=0)])


def answered(*lines: str) -> Measured | Missing:
    """Response relevance of turns; ``INV:`` begins the interviewer's lines, answers have cosines 0.1, 0.2, ..."""
    said = tuple(
        Utterance(
            speaker="INV" if line.startswith("INV:") else "PAR",
            words=tuple(Word(text=word) for word in line.removeprefix("INV:").split()[:-1]),
            terminator=line.split()[-1],
        )
        for line in lines
    )
    turns = sum(one.speaker == "INV" and two.speaker == "PAR" for one, two in pairwise(said))
    pairs = np.array([[[1.0, 0.0], [k / 10, (1 - k * k / 100) ** 0.5]] for k in range(1, turns + 1)], np.float32)
    made = Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav"),
        transcript=Transcript(source="text", language="en", utterances=said, participant="PAR"),
        exchange_embeddings=pairs,
    )
    return evaluate(made, ["semantic.response_relevance"])["semantic.response_relevance"]


def test_only_answers_to_questions_are_relevant():
    found = answered(
        *("INV:where do you live ?", "here .", "INV:oh no .", "yes .", "INV:with whom ?", "alone ."),
        *("INV:that sounds lovely .", "it is .", "INV:I see .", "INV:since when +..?", "years .", "INV:bye ?"),
    )
    assert (found.value, found.n) == (pytest.approx((0.1 + 0.3 + 0.5) / 3), 3)
    few = answered("INV:where ?", "here .", "INV:oh no .", "yes .", "INV:lovely .", "it is .")
    assert few.reason is Reason.TOO_SHORT


def test_without_question_marks_questions_begin_as_english_ones_do():
    found = answered(
        *(
            "INV:and where do you live .",
            "here .",
            "INV:what you said is lovely .",
            "yes .",
            "INV:Isn't that far .",
            "no .",
        ),
        *("INV:do sit down .", "thanks .", "INV:well did anybody help .", "my son .", "INV:what a son .", "yes ."),
    )
    assert (found.value, found.n) == (pytest.approx((0.1 + 0.3 + 0.5) / 3), 3)
