"""Plain text, JSON, captions and ELAN as transcripts."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import (
    Code,
    Kind,
    LaliaError,
    ParticipantChoice,
    TimeSource,
)
from lalia.pipeline.formats import READERS, read, write_json, write_vtt
from lalia.tests.timed import is_read_or_refused, said, transcript_of

# Plain text.


def test_one_speaker_is_assumed_and_said(reading):
    transcript = reading("a.txt", "Well, um, I I saw it. Did you?\nYes! It was Dr. Smith's 3.5 m dog...\n")
    assert said(transcript) == ["Well um I I saw it", "Did you", "Yes", "It was Dr Smith's 3.5 m dog"]
    assert [u.terminator for u in transcript.utterances] == [".", "?", "!", "+..."]
    assert (transcript.participant, transcript.participant_choice) == ("PAR", ParticipantChoice.ASSUMED)
    assert (transcript.source, transcript.verbatim) == ("text", True)
    assert {word.start for u in transcript.utterances for word in u.words} == {None}
    assert any("no times" in note for note in transcript.notes)
    assert any("was assumed" in note for note in transcript.notes)


def test_text_without_disfluencies_is_not_verbatim(reading):
    assert not reading("a.txt", "I saw it.").verbatim


def test_speakers_of_plain_text(reading):
    text = "INV: Tell me: what is it?\nPAR: A dog.\nIt runs.\n*INV:\tAnd?\nHere is one thing: a cat.\n"
    transcript = reading("a.txt", text)
    assert [u.speaker for u in transcript.utterances] == ["INV", "PAR", "PAR", "INV", "INV"]
    assert transcript.participant == "PAR"
    assert transcript.participant_choice is ParticipantChoice.ROLE
    assert reading("a.txt", text, "inv").participant == "INV"
    named = reading("a.txt", "[00:01] Anna: Hi.\n[00:02] Ben: Hello you.\n[00:04] Anna: Ok.\n[00:05] Ben: So.\n")
    assert [(s.code, s.role) for s in named.speakers] == [("Anna", "Unidentified"), ("Ben", "Unidentified")]
    assert (named.participant, named.participant_choice) == ("Ben", ParticipantChoice.MOST_WORDS)
    assert "Clock times at the start of lines were left out (lines 1, 2, 3, 4)." in named.notes


def test_an_unknown_label_names_the_speakers(reading):
    with pytest.raises(LaliaError) as caught:
        reading("a.txt", "INV: Yes.\nPAR: No.\n", "SUB")
    assert caught.value.code is Code.BAD_TRANSCRIPT
    assert "INV, PAR" in str(caught.value)


def test_remarks_in_brackets(reading):
    words = (
        reading("a.txt", "I [laughs] saw (coughing) the [inaudible] (pause) dog (my own) <cutoff-cat>.")
        .utterances[0]
        .words
    )
    assert [(w.text, w.kind.value) for w in words] == [
        ("I", "word"), ("laughs", "nonverbal"), ("saw", "word"), ("coughing", "nonverbal"), ("the", "word"),
        ("xxx", "unintelligible"), ("(.)", "pause"), ("dog", "word"), ("my", "word"), ("own", "word"),
        ("cat", "fragment"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["...\n", "— !\n", "\x07\x1b\n"])
def test_text_without_words_is_refused(reading, text):
    with pytest.raises(LaliaError) as caught:
        reading("a.txt", text)
    assert caught.value.code in (Code.BAD_TRANSCRIPT, Code.EMPTY_FILE)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=150), suffix=st.sampled_from(sorted(READERS)))
def test_any_text_is_read_or_refused(tmp_path_factory, text, suffix):
    is_read_or_refused(tmp_path_factory.getbasetemp() / f"any{suffix}", text)


def test_meeting_transcripts(shared):
    transcript = read(shared / "data/ami_transcripts/txt/IS1000a.transcript.txt")
    words = [word for u in transcript.utterances for word in u.words]
    tokens = (shared / "data/ami_transcripts/txt/IS1000a.transcript.txt").read_text().split()
    # One event for each blank-delimited token that has a letter or digit; punctuation is in none of them.
    assert len(words) == sum(any(c.isalnum() for c in token) for token in tokens)
    assert not any(set(word.text) & set(".?!,") for word in words)
    assert sum(word.kind is Kind.FILLER and word.text.lower() == "um" for word in words) == sum(
        token.lower().strip(".,?!") == "um" for token in tokens
    )


# JSON.


def test_our_json_loses_nothing(reading):
    transcript = transcript_of(("PAR", [(0.1, 0.30000000000000004, "um")], "+..."), ("INV", [(1.0, 2.0, "yes")], "."))
    words = (
        transcript.utterances[0]
        .words[0]
        .model_copy(update={"kind": Kind.FILLER, "detected": True, "probability": 0.1}),
    )
    transcript = transcript.model_copy(
        update={
            "language": "en",
            "utterances": (transcript.utterances[0].model_copy(update={"words": words}), transcript.utterances[1]),
        }
    )
    text = write_json(transcript)
    back = reading("a.json", text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert back == transcript.model_copy(update={"sha256": digest})
    other = reading("a.json", text, "inv")
    assert (other.participant, other.participant_choice) == ("INV", ParticipantChoice.MANIFEST)


WHISPER = {
    "text": "…",
    "language": "en",
    "segments": [
        {"start": 0.0, "end": 2.0, "text": " Um, the the dog?", "words": [
            {"word": " Um,", "start": 0.0, "end": 0.4, "probability": 0.5},
            {"word": " the", "start": 0.4, "end": 0.6, "probability": 0.9},
            {"word": " the", "start": 0.6, "end": 0.8, "probability": 0.9},
            {"word": " dog?", "start": 1.0, "end": 2.0, "probability": 0.8}]},
        {"start": 2.5, "end": 3.0, "text": " Yes."},
        {"start": 3.0},
    ],
}  # fmt: skip


def test_whisper_json(reading):
    transcript = reading("a.json", json.dumps(WHISPER))
    assert said(transcript) == ["Um the the dog", "Yes"]
    first = transcript.utterances[0]
    assert [w.kind.value for w in first.words] == ["filler", "repeated", "word", "word"]
    assert (first.words[3].start, first.words[3].end, first.words[3].probability) == (1.0, 2.0, 0.8)
    assert first.words[0].times is TimeSource.ENGINE
    assert (first.start, first.end, first.terminator) == (0.0, 2.0, "?")
    assert transcript.utterances[1].words[0].start is None
    assert (transcript.language, transcript.source) == ("en", "whisper")
    assert "Segments without text were skipped." in transcript.notes


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", "{}", "[" * 100_000, '{"segments": []}', '{"segments": [3, {"text": 1}, {"text": "..."}]}', "NaN",
        '{"source": "whisper"}', '{"source": "x", "secret": "private words"}',
    ],
)  # fmt: skip
def test_json_that_is_refused(reading, text):
    with pytest.raises(LaliaError) as caught:
        reading("a.json", text)
    assert caught.value.code is Code.BAD_TRANSCRIPT
    assert "private" not in str(caught.value)


# Captions and ELAN.

VTT = """WEBVTT

NOTE made by hand

1
00:00:01.000 --> 00:00:02.500 align:start
<v Anna>Um, the <i>dog</i> &amp; cat

00:01:02,500 --> 01:00:03,000
<v Ben>Is it?

00:00:05.000 --> 00:00:04.000
Backwards
"""


def test_captions(reading):
    transcript = reading("a.vtt", VTT)
    assert said(transcript) == ["Um the dog cat", "Is it"]
    assert [(u.speaker, u.start, u.end, u.terminator) for u in transcript.utterances] == [
        ("Anna", 1.0, 2.5, "."), ("Ben", 62.5, 3603.0, "?"),
    ]  # fmt: skip
    assert any("Cues that end before they start were skipped" in note for note in transcript.notes)
    srt = reading(
        "a.srt", "1\n00:00:01,000 --> 00:00:02,000\nhello there\nyou\n\n2\n00:00:03,000 --> 00:00:04,000\nbye"
    )
    assert said(srt) == ["hello there you", "bye"]
    assert srt.participant_choice is ParticipantChoice.ASSUMED


def test_captions_survive_writing_and_reading(reading):
    transcript = transcript_of(
        ("PAR", [(0.25, 1.0, "a"), (1.0, 3.5, "dog")], "?"), ("INV", [(3700.0, 3701.0, "b")], ".")
    )
    written = write_vtt(transcript)
    assert "01:01:40.000 --> 01:01:41.000\n<v INV>b." in written
    back = reading("a.vtt", written)
    assert said(back) == said(transcript)
    assert [(u.speaker, u.start, u.end, u.terminator) for u in back.utterances] == [
        (u.speaker, u.start, u.end, u.terminator) for u in transcript.utterances
    ]


EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT><TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="500"/><TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="1500"/>
<TIME_SLOT TIME_SLOT_ID="ts3"/><TIME_SLOT TIME_SLOT_ID="ts4" TIME_VALUE="100"/></TIME_ORDER>
<TIER TIER_ID="a" PARTICIPANT="PAR"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1"
 TIME_SLOT_REF2="ts2"><ANNOTATION_VALUE>Um, a dog?</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="INV"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts4" TIME_SLOT_REF2="ts3">
<ANNOTATION_VALUE>Yes.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="gloss" PARENT_REF="a"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a3" ANNOTATION_REF="a1">
<ANNOTATION_VALUE>Hund</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>
"""


def test_elan(reading):
    transcript = reading("a.eaf", EAF)
    assert [(u.speaker, u.start, u.end, u.terminator) for u in transcript.utterances] == [
        ("INV", None, None, "."), ("PAR", 0.5, 1.5, "?"),
    ]  # fmt: skip
    assert said(transcript) == ["Yes", "Um a dog"]
    assert transcript.participant == "PAR"


@pytest.mark.parametrize(
    "text",
    [
        "<a>", "<html></html>", "<ANNOTATION_DOCUMENT/>",
        '<!DOCTYPE a [<!ENTITY b "bb">]><ANNOTATION_DOCUMENT>&b;</ANNOTATION_DOCUMENT>',
    ],
)  # fmt: skip
def test_elan_that_is_refused(reading, text):
    with pytest.raises(LaliaError) as caught:
        reading("a.eaf", text)
    assert caught.value.code is Code.BAD_TRANSCRIPT
