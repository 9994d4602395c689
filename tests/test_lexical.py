"""Lexical measures against published values, brute force and the properties they must have."""

from __future__ import annotations

import json
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import (
    Kind,
    Measured,
    Missing,
    Parse,
    Reason,
    Recording,
    Sample,
    Token,
    Transcript,
    Utterance,
    Word,
)
from lalia.features import FEATURES, evaluate
from lalia.features.lexical import disfluency, diversity, frequency, windows, word_lists
from lalia.features.views.examples import parse_of
from scipy.stats import hypergeom

LETTERS = st.lists(st.sampled_from("abcdefghijklmnop"), min_size=60, max_size=200).map(tuple)
BAGS = ["type_count", "ttr", "root_ttr", "log_ttr", "maas_a2", "brunet_w", "yule_k", "simpson_d", "honore_r"]
BAGS += ["hapax_ratio", "entropy", "hdd_42"]


def sample_of(words: list[str], per_utterance: int = 10, language: str = "en") -> Sample:
    """A sample whose utterances hold these words, each tagged a noun."""
    groups = [words[i : i + per_utterance] for i in range(0, len(words), per_utterance)]
    utterances = tuple(Utterance(speaker="PAR", words=tuple(Word(text=w) for w in group)) for group in groups)
    parses = tuple(
        tuple(
            Token(text=w, lemma=w, pos="NOUN", tag="NN", dep="root" if i == 0 else "dep", head=0, word=i)
            for i, w in enumerate(group)
        )
        for group in groups
    )
    return Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav", language=language),
        transcript=Transcript(source="text", language=language, verbatim=True, utterances=utterances),
        parses=parses,
    )


def value(name: str, words: tuple[str, ...]) -> float | Missing:
    """A lexical measure of bare words, by hand."""
    made = FEATURES[f"lexical.{name}"].function(words)
    return made[f"lexical.{name}"] if isinstance(made, dict) else made


# -- published values -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reference(shared):
    folder = shared / "reference" / "language_values"
    if not folder.is_dir():
        pytest.skip("the reference language values are not present")
    tokens = tuple(json.loads((folder / "reftext_tokens.json").read_text(encoding="utf-8"))["tokens"])
    return tokens, json.loads((folder / "lang_reference_values.json").read_text(encoding="utf-8"))["same_tokens"]


@pytest.mark.parametrize(
    ("name", "tool", "key"),
    [
        ("type_count", "lexicalrichness_0.5.1", "terms"),
        ("ttr", "lexicalrichness_0.5.1", "ttr"),
        ("root_ttr", "lexicalrichness_0.5.1", "rttr"),
        ("corrected_ttr", "lexicalrichness_0.5.1", "cttr"),
        ("log_ttr", "lexicalrichness_0.5.1", "Herdan"),
        ("maas_a2", "lexicalrichness_0.5.1", "Maas"),
        ("yule_k", "lexicalrichness_0.5.1", "yulek"),
        ("mattr_10", "lexicalrichness_0.5.1", "mattr(10)"),
        ("mattr_25", "lexicalrichness_0.5.1", "mattr(25)"),
        ("mattr_50", "lexicalrichness_0.5.1", "mattr(50)"),
        ("mattr_50", "taaled_0.32", "mattr"),
        ("msttr_50", "lexicalrichness_0.5.1", "msttr(50)"),
        ("hdd_42", "lexicalrichness_0.5.1", "hdd(42)"),
        ("hdd_42", "taaled_0.32", "hdd"),
        ("mtld", "lexicalrichness_0.5.1", "mtld(0.72)"),
        ("mtld", "taaled_0.32", "mtldo"),
        ("brunet_w", "independent_formulas", "brunet_a0.165"),
        ("honore_r", "independent_formulas", "honore_100lnN"),
    ],
)
def test_diversity_equals_published_tools_on_the_same_tokens(reference, name, tool, key):
    tokens, tools = reference
    # 1e-6 of the value: the tools agree among themselves to 1e-9, and Yule's K and Honoré's R are in the hundreds.
    assert float(value(name, tokens)) == pytest.approx(tools[tool][key], rel=1e-6)


def test_simpson_equals_its_definition_by_counting_pairs(reference):
    tokens = reference[0][:300]
    pairs = [(i, j) for i in range(300) for j in range(300) if i != j]
    same = sum(tokens[i] == tokens[j] for i, j in pairs)
    assert value("simpson_d", tokens) == pytest.approx(same / len(pairs), rel=1e-12)


# -- brute force ------------------------------------------------------------------------------------------------


@given(LETTERS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_windows_equal_brute_force(words):
    for size in windows.WINDOWS:
        slow = [len(set(words[i : i + size])) / size for i in range(len(words) - size + 1)]
        assert windows.mattr(words, size) == pytest.approx(sum(slow) / len(slow), rel=1e-12)
    if len(words) >= 100:
        slow = [len(set(words[i : i + 50])) / 50 for i in range(0, len(words) // 50 * 50, 50)]
        assert windows.msttr_50(words) == pytest.approx(sum(slow) / len(slow), rel=1e-12)


@given(LETTERS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_hdd_equals_scipys_hypergeometric(words):
    slow = sum(1 - hypergeom.pmf(0, len(words), times, 42) for times in Counter(words).values()) / 42
    # 1e-9: SciPy goes through logarithms of gamma functions.
    assert windows.hdd_42(words) == pytest.approx(slow, rel=1e-9)


def _slow_factors(words):
    whole, start = 0.0, 0
    for end in range(1, len(words) + 1):
        if len(set(words[start:end])) / (end - start) < 0.72:
            whole, start = whole + 1, end
    rest = words[start:]
    return whole + ((1 - len(set(rest)) / len(rest)) / 0.28 if rest else 0)


@given(LETTERS)
@settings(max_examples=20, deadline=None, derandomize=True)
def test_mtld_equals_brute_force(words):
    slow = (len(words) / _slow_factors(words) + len(words) / _slow_factors(words[::-1])) / 2
    assert windows.mtld(words) == pytest.approx(slow, rel=1e-12)
    ring, lengths = words + words, []
    for start in range(len(words)):
        lengths += [next(n for n in range(1, len(words) + 1) if len(set(ring[start : start + n])) / n < 0.72)]
    assert windows.mtld_wrap(words) == pytest.approx(sum(lengths) / len(lengths), rel=1e-12)


# -- properties -------------------------------------------------------------------------------------------------


@given(LETTERS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_bags_of_words_do_not_see_order(words, random):
    mixed = list(words)
    random.shuffle(mixed)
    for name in BAGS:
        one, other = value(name, words), value(name, tuple(mixed))
        # Sums run over types in another order.
        assert isinstance(one, Missing) == isinstance(other, Missing)
        if not isinstance(one, Missing):
            assert float(one) == pytest.approx(float(other), rel=1e-12), name


@given(LETTERS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_ranges_that_follow_from_the_definitions(words):
    assert 0 < value("ttr", words) <= 1
    assert 0 <= value("entropy", words) <= math.log2(len(set(words))) + 1e-12
    assert value("mattr_10", words) >= value("mattr_50", words) - 1e-12
    assert 0 < windows.hdd_42(words) <= 1


@pytest.mark.parametrize("size", windows.WINDOWS)
def test_distinct_words_fill_every_window(size):
    assert windows.mattr([str(i) for i in range(120)], size) == 1


def test_one_word_said_over_and_over():
    words = ("no",) * 100
    assert windows.mtld(words) == 2
    assert windows.mtld_wrap(words) == 2
    assert value("entropy", words) == 0
    assert value("simpson_d", words) == 1
    assert value("log_ttr", words) == 0
    assert value("hdd_42", words) == pytest.approx(1 / 42)


# -- short and degenerate samples -------------------------------------------------------------------------------


def test_distinct_words_have_no_factor_and_no_honore_rather_than_zero():
    result = evaluate(sample_of([f"w{i}" for i in range(120)]))
    for name in ("mtld", "mtld_wrap", "honore_r"):
        assert isinstance(result[f"lexical.{name}"], Missing), name
        assert result[f"lexical.{name}"].reason is Reason.UNDEFINED
    assert result["lexical.mattr_50"].value == 1


def test_sixty_distinct_words_are_too_few_for_mtld_and_its_ring():
    result = evaluate(sample_of([f"w{i}" for i in range(60)]))
    assert result["lexical.mtld"].reason is Reason.TOO_SHORT
    assert "needs 100 words, got 60" in result["lexical.mtld"].detail
    assert result["lexical.mtld_wrap"].reason is Reason.TOO_SHORT


def test_forty_one_words_are_too_few_for_hdd():
    result = evaluate(sample_of(["word", *(f"w{i}" for i in range(40))]))
    assert result["lexical.hdd_42"].reason is Reason.TOO_SHORT
    assert result["lexical.word_count"] == Measured(41.0, 41)


def test_a_sample_without_a_word_of_a_class_has_no_ratio_over_it():
    result = evaluate(sample_of(["dog", "cat"] * 30))
    assert result["lexical.noun_rate"].value == 100
    assert result["lexical.noun_verb_ratio"].reason is Reason.UNDEFINED
    assert "VERB" in result["lexical.noun_verb_ratio"].detail


def test_english_lists_are_not_read_over_another_language():
    result = evaluate(sample_of(["chien", "chat"] * 30, language="fr"))
    assert result["lexical.mean_zipf_frequency"].reason is Reason.WRONG_LANGUAGE
    assert result["lexical.deictic_rate"].reason is Reason.WRONG_LANGUAGE
    assert isinstance(result["lexical.ttr"], Measured)


def test_twenty_thousand_words_take_seconds_and_not_minutes():
    # Factors thousands of words long are the slow case of a ring: 10,000 / 13,889 is the first ratio below 0.72.
    words = tuple(f"w{i % 10_000}" for i in range(20_000))
    assert windows.mtld_wrap(words) == 13_889


# -- intervals --------------------------------------------------------------------------------------------------


def test_rates_carry_intervals_and_type_counts_do_not(sample):
    result = evaluate(sample, ["lexical.noun_rate", "lexical.word_count", "lexical.ttr"])
    noun = result["lexical.noun_rate"]
    assert noun.ci_low < noun.value < noun.ci_high
    assert noun.n == result["lexical.word_count"].value
    assert result["lexical.ttr"].ci_low is None
    assert evaluate(sample, ["lexical.noun_rate"], seed=1)["lexical.noun_rate"] != noun


# -- word lists and frequency -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("I/PRON mean/VERB/parataxis/3 go/VERB", 1),
        ("I/PRON mean/VERB that/PRON/obj/2", 0),
        ("You/PRON know/VERB", 1),
        ("well/ADV yes/INTJ", 1),
        ("very/ADV well/ADV", 0),
        ("very/ADV well/INTJ", 1),
        ("like/ADP me/PRON", 0),
        ("so/ADV so/ADV", 1),
    ],
)
def test_discourse_markers(text, expect):
    parse = parse_of(text)
    assert float(word_lists.discourse_marker_rate((parse,))) == pytest.approx(100 * expect / len(parse))


def test_there_and_that_point_only_where_they_are_deictic():
    def rate(text: str) -> float:
        return float(word_lists.word_list_rates((parse_of(text),))["lexical.deictic_rate"])

    assert rate("there/PRON/expl/2/EX is/VERB/root/0/VBZ") == 0
    assert rate("I/PRON/x/0/PRP know/VERB/x/0/VBP that/SCONJ/mark/0/IN") == 0
    assert rate("that/DET/det/2/DT dog/NOUN/root/0/NN") == 50
    assert rate("Over/ADV/x/0/RB There/ADV/x/0/RB") == 50


def test_unlisted_words_are_rare_and_do_not_drag_the_mean_down():
    parses = (parse_of("word/NOUN qzxvkwj/NOUN"),)
    rates = frequency.zipf_frequency_rates(parses)
    assert float(rates["lexical.mean_zipf_frequency"]) == pytest.approx(5.26)
    assert float(rates["lexical.low_frequency_rate"]) == 0.5


# -- disfluency -------------------------------------------------------------------------------------------------


def _said(text: str) -> list[Word]:
    return list(disfluency._utterance(text).words)


@pytest.mark.parametrize(
    ("text", "repetitions", "revisions"),
    [
        ("the boy", 0, 0),
        ("*the the boy", 1, 0),
        ("*the *the the boy", 2, 0),
        ("*is *on is on", 1, 0),
        ("*is *on *is *on is on", 2, 0),
        ("*is *on *is is on", 2, 0),
        ("*the &um *the the boy", 2, 0),
        ("*I I *want *to want to", 2, 0),
        ("/he /wants &uh he took", 0, 1),
        ("/he she /ran went", 0, 2),
        ("*the *The the", 2, 0),
        ("*the", 1, 0),
    ],
)
def test_repetitions_and_revisions_are_counted_as_stretches(text, repetitions, revisions):
    assert disfluency.repetitions(_said(text)) == repetitions
    assert disfluency.revisions(_said(text)) == revisions


@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=12))
@settings(deadline=None, derandomize=True)
def test_period_equals_brute_force(run):
    slow = next(p for p in range(1, len(run) + 1) if all(run[i] == run[i - p] for i in range(p, len(run))))
    assert disfluency._period(run) == slow


def test_disfluency_needs_a_verbatim_transcript():
    made = sample_of(["word"] * 60)
    plain = Sample(
        recording=made.recording,
        transcript=made.transcript.model_copy(update={"verbatim": False}),
        parses=made.parses,
    )
    assert evaluate(plain, ["lexical.filler_rate"])["lexical.filler_rate"].reason is Reason.NOT_VERBATIM
    assert evaluate(made, ["lexical.filler_rate"])["lexical.filler_rate"].value == 0


def test_only_fillers_are_too_few_words():
    utterance = Utterance(speaker="PAR", words=tuple(Word(text="um", kind=Kind.FILLER) for _ in range(40)))
    made = Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav"),
        transcript=Transcript(source="text", verbatim=True, utterances=(utterance,)),
        parses=((),),
    )
    result = evaluate(made)
    assert result["lexical.filler_rate"].reason is Reason.TOO_SHORT
    assert result["lexical.word_count"].value == 0
    assert result["syntactic.utterance_count"].value == 1


def test_lemmas_are_counted_without_case():
    parse: Parse = parse_of("Dogs/NOUN/////Dog dog/NOUN/////dog")
    assert float(diversity.lemma_type_count(parse)) == 1


def test_word_length_counts_letters_of_any_script():
    words = (("été", "你好", "42"), ())
    assert float(frequency.mean_word_length(words)) == pytest.approx(np.mean([3, 2]))
