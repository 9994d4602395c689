"""What is looked up in lists of English: words as they are, not pieces of them, and no words of another language."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import Measured, Missing, Recording, Sample, Token, Utterance, Word
from lalia.features import FEATURES, Views, evaluate, measured
from lalia.features.lexical import frequency
from lalia.features.lexical.norm_table import load
from lalia.features.lexical.norms import word_ratings
from lalia.features.views.catenatives import written_out
from lalia.features.views.examples import parse_of
from lalia.features.views.tongues import foreign
from lalia.models import parsers
from wordfreq import zipf_frequency


def parsed(text: str) -> tuple[Token, ...]:
    words = tuple(Word(text=form) for form in text.split())
    (parse,) = parsers.load("en-core-web-sm").parse([Utterance(speaker="PAR", words=words)])
    return tuple(token for token in parse if token.pos != "PUNCT")


def mean_zipf(*parses: tuple[Token, ...]) -> float:
    return float(frequency.zipf_frequency_rates(parses)["lexical.mean_zipf_frequency"])


# -- words that parsers cut -------------------------------------------------------------------------------------


def test_gonna_is_going_and_not_the_rare_word_gon():
    parse = parsed("I 'm gonna")
    assert [token.text for token in parse][-2:] == ["gon", "na"]
    assert [token.text for token in written_out(parse)][-2:] == ["going", "to"]
    assert mean_zipf(parse) == pytest.approx(zipf_frequency("going", "en"))
    assert float(frequency.zipf_frequency_rates((parse,))["lexical.low_frequency_rate"]) == 0


def test_pieces_are_put_right_in_any_case_and_only_where_they_are_one_word():
    gonna = parse_of("Gon/VERB na/PART")
    apart = tuple(gonna)
    glued = tuple(token.model_copy(update={"word": 0}) for token in gonna)
    assert written_out(apart) == apart
    assert [token.text for token in written_out(glued)] == ["going", "to"]
    wanna = tuple(token.model_copy(update={"word": 3}) for token in parse_of("wan/VERB na/PART"))
    assert [token.text for token in written_out(wanna)] == ["want", "to"]


def test_norms_of_a_cut_word_are_those_of_the_whole():
    glued = tuple(t.model_copy(update={"word": 0}) for t in parse_of("gon/VERB///VBG//go na/PART///TO//to"))
    going = parse_of("going/VERB///VBG//go")
    for name in ("mean_concreteness", "norm_coverage"):
        one, other = (word_ratings((parse,))[f"lexical.{name}"] for parse in (glued, going))
        assert float(one) == float(other), name


# -- verbs whose form is another word ---------------------------------------------------------------------------


def test_a_verb_is_rated_by_its_lemma_and_no_flower_rises():
    rose, rise = (load().of(form, form)[0][0] for form in ("rose", "rise"))
    assert rose - rise > 1
    found = word_ratings((parse_of("sun/NOUN rose/VERB///VBD//rise"),))["lexical.mean_concreteness"]
    assert float(found) == pytest.approx((load().of("sun", "sun")[0][0] + rise) / 2)
    flower = word_ratings((parse_of("rose/NOUN///NN//rose"),))["lexical.mean_concreteness"]
    assert float(flower) == pytest.approx(rose)


def test_a_plural_that_was_rated_apart_keeps_its_rating():
    found = word_ratings((parse_of("glasses/NOUN///NNS//glass"),))["lexical.mean_concreteness"]
    assert float(found) == pytest.approx(load().of("glasses", "glasses")[0][0])
    assert float(found) != pytest.approx(load().of("glass", "glass")[0][0])


def test_a_verb_whose_lemma_has_no_rating_keeps_that_of_its_form():
    found = word_ratings((parse_of("glasses/VERB///VBZ//qqzx"),))
    assert float(found["lexical.mean_concreteness"]) == pytest.approx(load().of("glasses", "glasses")[0][0])
    assert float(found["lexical.norm_coverage"]) == 1


# -- resampling utterances --------------------------------------------------------------------------------------


def test_the_spread_of_zipf_frequencies_is_resampled_by_utterance():
    name = "lexical.sd_zipf_frequency"
    forms = ["dog", "cat", "house", "aardvark", "zipf", "word"]
    parses = tuple(parse_of(f"{form}/NOUN {form}/NOUN the/DET") for form in forms)
    zipfs = np.array([zipf_frequency(form, "en") for form in forms])
    found = FEATURES[name].function(parses)
    assert (found.n, found.units) == (12, 6)
    assert float(found) == pytest.approx(np.std(np.repeat(zipfs, 2), ddof=1), rel=1e-12)
    draws = np.random.default_rng(0).integers(0, 6, (50, 6))
    slow = [np.std(np.repeat(zipfs[row], 2), ddof=1) for row in draws]
    assert found.replicate(draws) == pytest.approx(slow, rel=1e-9, abs=1e-9)
    result = measured(FEATURES[name].spec, found)
    assert isinstance(result, Measured)
    assert result.ci_low < result.value < result.ci_high


def test_one_content_word_has_no_spread():
    found = FEATURES["lexical.sd_zipf_frequency"].function((parse_of("dog/NOUN the/DET"),))
    assert isinstance(found, Missing)


# -- words of another language ----------------------------------------------------------------------------------

ENGLISH = "*PAR:\tthe little dog ran to the old house in the garden .\n"


def sample_of(chat, *lines: str) -> Sample:
    said = chat("".join(lines))
    parses = parsers.load("en-core-web-sm").parse(said.of_participant)
    return Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav"), transcript=said, parses=parses
    )


LOOKED_UP = ("lexical.mean_zipf_frequency", "lexical.low_frequency_rate", "lexical.mean_concreteness",
             "lexical.norm_coverage", "lexical.mean_syllables", "lexical.first_person_singular_rate")  # fmt: skip


def test_words_marked_as_of_another_language_are_counted_and_not_looked_up(chat):
    plain = sample_of(chat, ENGLISH * 6)
    mixed = sample_of(chat, ENGLISH * 6, "*PAR:\tme@s:spa zapatilla@s:spa cochecito@s mariposa@s:spa$n .\n")
    before, after = (
        evaluate(made, [*LOOKED_UP, "lexical.word_count", "lexical.type_count"]) for made in (plain, mixed)
    )
    for name in LOOKED_UP:
        assert after[name].value == pytest.approx(before[name].value), name
    assert after["lexical.word_count"].value == before["lexical.word_count"].value + 4
    assert after["lexical.type_count"].value == before["lexical.type_count"].value + 4


def test_an_utterance_marked_as_of_another_language_is_not_parsed_as_english(chat):
    spanish = "*PAR:\t[- spa] el perro corre por la casa vieja sin parar .\n"
    syntax = ["syntactic.clauses_per_utterance", "syntactic.dependency_distance_mean", "syntactic.mlu_morphemes",
              "lexical.noun_rate"]  # fmt: skip
    plain, mixed = sample_of(chat, ENGLISH * 6), sample_of(chat, ENGLISH * 6, spanish)
    before, after = (evaluate(made, [*LOOKED_UP, *syntax, "syntactic.utterance_count"]) for made in (plain, mixed))
    for name in (*LOOKED_UP, *syntax):
        assert after[name].value == pytest.approx(before[name].value), name
    assert after["syntactic.utterance_count"].value == 7


def test_english_words_within_another_language_are_english(chat):
    made = sample_of(chat, "*PAR:\t[- spa] el dog@s:eng corre house@s .\n", "*PAR:\tthe dog@s:eng runs .\n",
                     "*PAR:\t[- eng] the cat sleeps .\n")  # fmt: skip
    found = [[token.text for token in parse] for parse in Views(made)["english_by_utterance"]]
    assert found == [["dog", "house"], ["the", "dog", "runs"], ["the", "cat", "sleeps"]]
    assert [len(parse) for parse in Views(made)["sentences"]] == [4, 4]


@pytest.mark.parametrize(
    ("codes", "other"),
    [("@s", True), ("@s:spa", True), ("@s:eng", False), ("@s:eng&spa", False), ("@s:eng+spa", True), ("@s:spa$n", True),
     ("@l", False), ("@si", False), ("[/]", False)],
)  # fmt: skip
def test_marks_of_another_language(codes, other):
    said = Utterance(speaker="PAR", words=(Word(text="me", codes=("form:me", codes)),))
    assert foreign(said) == ({0} if other else set())
