"""CHAT's marks in formats that have none of their own mean what they mean in CHAT; broken ones are no words."""

from __future__ import annotations

import time

import pytest
from lalia.data_schemas import Kind
from lalia.pipeline.formats import write_chat
from lalia.tests.chat_text import RECORDING, kinds, told


def lines(transcript) -> list[str]:
    return [kinds(utterance) for utterance in transcript.utterances]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("I saw &-um a &+d dog.", "I saw um/f a d/g dog"),
        ("<the boy> [/] the boy ran.", "the/r boy/r the boy ran"),
        ("the [/] the boy", "the/r the boy"),
        ("<<a b> [/] a c> [//] d", "a/r b/r a/v c/v d"),
        ("no [x 3]!", "no/r no/r no"),
        ("gonna [: going to] go &=laughs", "gonna go laughs/n"),
        ("a (.) boy (..) and", "a (.)/p boy (..)/p and"),
        ("&~gaga (be)cause xxx", "gaga/g because xxx/u"),
        # What plain text says in its own way is still understood beside such marks.
        ("[laughs] &-uh he, (coughs) the [inaudible] “dog” (pause) wh- what (my own)?",
         "laughs/n uh/f he coughs/n the xxx/u dog (.)/p wh/g what my own"),
        ("&-um so — yes; it's Dr. Smith's 3.5 m dog...", "um/f so yes it's Dr Smith's 3.5 m dog"),
        ("um I I &+s saw", "um/f I/r I s/g saw"),
    ],
)  # fmt: skip
def test_marks_in_plain_text(reading, text, events):
    transcript = reading("a.txt", f"PAR: {text}\n")
    assert lines(transcript) == [events]
    assert "CHAT's marks were read as in a .cha file (line 1)." in transcript.notes


def test_what_a_person_marked_is_not_said_to_be_found_by_rule(reading):
    words = reading("a.txt", "um &-um <the> [/] the wh- &+w what").utterances[0].words
    assert [word.text for word in words if word.detected] == ["um", "wh"]
    assert "<the> [/]" not in write_chat(reading("a.txt", "&-um <the> [/] the"), RECORDING)
    assert "&-um the [/] the ." in write_chat(reading("a.txt", "&-um <the> [/] the"), RECORDING)


@pytest.mark.parametrize(
    "text", ["AT&T & sons", "a -[b]- c", "<cutoff-dog> cat", "(see below) [laughs]", "R &c.", "x [3] y", "1 (2) 3"]
)
def test_other_text_is_not_taken_for_chat(reading, text):
    assert "CHAT" not in told(reading("a.txt", text))


def test_a_pause_does_not_end_a_sentence(reading):
    assert lines(reading("a.txt", "He (.) is here. She (...) too (..) is. (What?) No.")) == [
        "He (.)/p is here", "She (...)/p too (..)/p is", "What", "No",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v PAR>&-um the [/] the dog\n"),
        ("a.json", '{"segments": [{"start": 0, "end": 1, "text": "&-um the [/] the dog"}]}'),
        (
            "a.eaf",
            '<ANNOTATION_DOCUMENT><TIER TIER_ID="PAR"><ANNOTATION><ALIGNABLE_ANNOTATION><ANNOTATION_VALUE>&amp;-um the '
            "[/] the dog</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>",
        ),
        (
            "a.TextGrid",
            '"ooTextFile"\n"TextGrid"\n0 1\n<exists>\n1\n"IntervalTier" "PAR" 0 1\n1\n0 1 "&-um the [/] the dog"',
        ),
    ],
)
def test_marks_in_other_formats(reading, name, text):
    transcript = reading(name, text)
    assert lines(transcript) == ["um/f the/r the dog"]
    assert "CHAT's marks were read as in a .cha file." in transcript.notes


def test_counts_cannot_swell_plain_text(reading):
    transcript = reading("a.txt", "a [x 50].\n" * 1000)
    assert 10_000 < sum(len(u.words) for u in transcript.utterances) < 12_000
    assert "were kept as codes only" in told(transcript)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "x &-um " + " " * 100_000 + "b"),
        ("a.txt", "x " + "." * 100_000 + "b"),
        ("a.txt", "x &-um " + "[" * 100_000),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nx " + "<v " * 30_000),
        ("a.cha", "@Begin\n@Participants:\tPAR Participant\n*PAR:\tx [* " + "+" * 100_000 + " .\n@End\n"),
    ],
    ids=["blanks", "stops", "brackets", "voices", "signs"],
)
def test_long_runs_of_marks_take_no_quadratic_time(reading, name, text):
    begun = time.process_time()
    assert reading(name, text).utterances
    assert time.process_time() - begun < 10, "seconds; with time that grows as the square of the length, minutes"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("ok ok [x 3 .", "ok ok"),
        ("ok [x 3 ok .", "ok ok"),
        ("the [/ the dog .", "the the dog"),
        ("the [// the dog [/] dog .", "the the dog/r dog"),
        ("gonna [: going to .", "gonna"),
        ("goed [* m:=ed . \x15100_200\x15", "goed"),
        ("two [= the big one +/.", "two"),
        ("so [! yes [>] no .", "so yes no"),
        ("dog . [+ exc", "dog"),
        ("a [b c .", "a b c"),
    ],
)
def test_codes_that_are_never_closed_are_no_words(chat, body, said):
    transcript = chat(f"*PAR:\t{body}\n")
    assert lines(transcript) == [said]
    assert "(line 7)." in told(transcript)
    assert {word.kind for word in transcript.utterances[0].words} <= {Kind.WORD, Kind.REPEATED}
