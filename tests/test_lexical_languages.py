"""Talk in a language that no parser here reads: what needs no English is measured, the rest says why not."""

from __future__ import annotations

import pytest
from lalia.data_schemas import Measured, Missing, Reason, Recording, Sample, Transcript, Utterance, Word
from lalia.features import FEATURES, Views, evaluate
from lalia.models import parsers

UNREAD = Missing(Reason.WRONG_LANGUAGE, "the parser reads en, got de")
HUND = "Der Hund schläft im Garten , und der HUND träumt vom Knochen ."

COUNTED = [
    name
    for name in FEATURES
    if name.startswith(("lexical.", "syntactic.", "discourse_graph.")) and not FEATURES[name].spec.languages
]


def sample_of(*lines: str, language: str | None = "de", parses: object = UNREAD, **said: object) -> Sample:
    """Lines as utterances of the participant, their words parted at spaces."""
    utterances = tuple(Utterance(speaker="PAR", words=tuple(Word(text=w) for w in line.split())) for line in lines)
    return Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav", language=language),
        transcript=Transcript(language=language, utterances=utterances, **{"source": "text", **said}),
        parses=parses,
    )


def read(chat, body: str) -> Sample:
    said = chat(body)
    return Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav"),
        transcript=said,
        parses=parsers.load("en-core-web-sm").parse(said.of_participant) if said.language == "en" else UNREAD,
    )


# -- words without a parser -------------------------------------------------------------------------------------


def test_words_are_those_of_the_transcript_where_no_parser_reads_its_language():
    views = Views(sample_of(HUND, "„Ja“ , sagt’s Straße STRASSE « 12 » …"))
    assert views["words"] == (
        *"der hund schläft im garten und der hund träumt vom knochen".split(),
        *"ja sagt’s strasse strasse 12".split(),
    )
    assert views["words_by_turn"][-1] == ("12", 0)


def test_marks_that_belong_to_a_letter_are_no_punctuation():
    assert Views(sample_of("की दुनिया।", language="hi"))["words"] == ("की", "दुनिया")


def test_what_names_no_language_applies_to_every_language():
    result = evaluate(sample_of(*[HUND] * 12, source="chat", verbatim=True))
    missing = {name: str(result[name]) for name in COUNTED if isinstance(result[name], Missing)}
    # One word order over and over: no window differs from its shuffles in its weak component.
    assert set(missing) == {"discourse_graph.lcc_z"}, missing
    assert result["lexical.word_count"].value == 12 * 11
    assert result["lexical.type_count"].value == 9
    assert result["lexical.mean_word_length"].value == pytest.approx(48 / 11)


def test_what_needs_tags_trees_or_lists_names_its_language_and_says_so():
    result = evaluate(sample_of(*[HUND] * 12, source="chat", verbatim=True))
    for name in ("lexical.noun_rate", "lexical.lemma_type_count", "lexical.mean_zipf_frequency",
                 "syntactic.clauses_per_utterance", "syntactic.dependency_distance_mean", "syntactic.d_level_mean",
                 "syntactic.mlu_morphemes"):  # fmt: skip
        assert FEATURES[name].spec.languages == {"en"}, name
        assert result[name].reason is Reason.WRONG_LANGUAGE, name


def test_a_parser_that_is_absent_is_not_stood_in_for():
    result = evaluate(sample_of(*[HUND] * 12, parses=Missing(Reason.MODEL_ABSENT, "parses: model_absent")))
    assert result["lexical.ttr"].reason is Reason.MODEL_ABSENT


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("小猫坐在垫子上看着外面的雨", "zh"),
        ("ねこがまどのそとをみています", "ja"),
        ("แมวนั่งอยู่บนเสื่อ", "th"),
        ("con mèo ngồi trên tấm thảm", "vi"),
    ],
)
def test_words_cannot_be_told_where_spaces_do_not_part_them(line, language):
    result = evaluate(sample_of(*[line] * 60, language=language, source="chat", verbatim=True))
    for name in ("lexical.word_count", "lexical.ttr", "lexical.mean_word_length", "lexical.filler_rate",
                 "discourse_graph.nodes", "syntactic.mlu_words"):  # fmt: skip
        assert result[name].reason is Reason.WRONG_LANGUAGE, name
        assert "spaces" in result[name].detail, name
    assert result["syntactic.utterance_count"].value == 60


def test_english_words_are_still_the_parsers():
    lines = ("I don't know .", "It's the dog's")
    said = sample_of(*lines, language="en").transcript
    parses = parsers.load("en-core-web-sm").parse(said.of_participant)
    views = Views(sample_of(*lines, language="en", parses=parses))
    assert views["words"] == tuple("i do n't know it 's the dog 's".split())


def test_a_german_chat_file_has_its_fillers_and_words(chat):
    text = "@UTF8\n@Begin\n@Languages:\tdeu\n@Participants:\tPAR Participant\n"
    text += "*PAR:\tder [/] der Hund &-äh schläft im Garten unter dem alten Baum .\n" * 6 + "@End\n"
    result = evaluate(read(chat, text))
    assert result["lexical.filler_rate"].value == pytest.approx(100 * 1 / 11)
    assert result["lexical.repetition_rate"].value == pytest.approx(100 * 1 / 11)
    assert result["lexical.fragment_rate"] == Measured(0.0, 66, None, None)
    assert isinstance(result["lexical.mattr_25"], Measured)
    assert isinstance(result["discourse_graph.nodes"], Measured)
