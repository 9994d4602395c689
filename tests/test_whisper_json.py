"""JSON as Whisper programs write it: sentences become utterances, and words keep their own speakers."""

from __future__ import annotations

import json

import pytest
from lalia.data_schemas import LaliaError, ParticipantChoice
from lalia.tests.timed import said


def word(text: str, at: float | None, **more) -> dict:
    return {"word": text, **({} if at is None else {"start": at, "end": at + 0.25}), **more}


def segment(text: str, start: float, *, timed: bool = True, **more) -> dict:
    """A segment whose words follow each other twice a second."""
    words = [word(part, start + 0.5 * at) for at, part in enumerate(text.split())] if timed else None
    end = start + 0.5 * len(text.split())
    return {"start": start, "end": end, "text": text, **({"words": words} if timed else {}), **more}


@pytest.fixture
def whisper(reading):
    def from_segments(*segments: dict, **named):
        return reading("a.json", json.dumps({"language": "en", "segments": segments}), **named)

    return from_segments


def test_a_segment_of_several_sentences_becomes_as_many_utterances(whisper):
    transcript = whisper(segment("I see Dr. Smith. He runs! Why?", 1.0))
    assert said(transcript) == ["I see Dr Smith", "He runs", "Why"]
    assert [(u.start, u.end, u.terminator) for u in transcript.utterances] == [
        (1.0, 2.75, "."), (3.0, 3.75, "!"), (4.0, 4.5, "?"),
    ]  # fmt: skip


def test_a_sentence_over_two_segments_stays_two_utterances(whisper):
    assert said(whisper(segment("and then the", 0.0), segment("dog ran. Yes", 2.0))) == [
        "and then the",
        "dog ran",
        "Yes",
    ]


def test_a_sentence_has_the_times_of_its_words_that_have_some(whisper):
    listed = [word("In", 0.0), word("all.", 0.5), word("2014.", None), word("Yes", None), word("it", 3.0)]
    transcript = whisper({"start": 0.0, "end": 4.0, "text": "In all. 2014. Yes it", "words": listed})
    assert [(u.start, u.end) for u in transcript.utterances] == [(0.0, 0.75), (None, None), (3.0, 4.0)]


def test_sentences_without_word_times_are_split_by_the_rule_of_plain_text(whisper):
    transcript = whisper(segment("I see. He runs", 1.0, timed=False), segment("Yes.", 3.0, timed=False))
    assert said(transcript) == ["I see", "He runs", "Yes"]
    assert [(u.start, u.end) for u in transcript.utterances] == [(None, None), (None, None), (3.0, 3.5)]
    assert "Sentences that share a segment and have no word times were left without times." in transcript.notes


def test_a_repetition_does_not_reach_over_the_end_of_a_sentence(whisper):
    kinds = [w.kind.value for u in whisper(segment("I saw it. It it was", 0.0)).utterances for w in u.words]
    assert kinds == ["word", "word", "word", "repeated", "word", "word"]


def test_words_keep_their_own_speakers(whisper):
    listed = [
        word("Well", 0.0, speaker="A"), word("what?", 0.5, speaker="A"), word("A", 1.0, speaker="B"),
        word("boy", None), word("see", 2.0, speaker="A"),
    ]  # fmt: skip
    transcript = whisper({"start": 0.0, "end": 2.5, "text": "Well what? A boy see", "speaker": "A", "words": listed})
    assert said(transcript) == ["Well what", "A boy", "see"]
    assert [(u.speaker, u.start, u.end) for u in transcript.utterances] == [
        ("A", 0.0, 0.75), ("B", 1.0, 1.25), ("A", 2.0, 2.5),
    ]  # fmt: skip


def test_a_segment_without_a_speaker_is_the_one_s_before(whisper):
    transcript = whisper(
        segment("hello there you", 0.0, speaker="SPEAKER_00"),
        segment("mhm", 2.0),
        segment("a", 3.0, speaker="SPEAKER_01"),
    )
    assert [u.speaker for u in transcript.utterances] == ["SPEAKER_00", "SPEAKER_00", "SPEAKER_01"]
    assert (transcript.participant, transcript.participant_choice) == ("SPEAKER_00", ParticipantChoice.MOST_WORDS)
    assert "Segments that name no speaker were taken for the one's before." in transcript.notes


def test_one_speaker_called_participant_is_named(whisper):
    assert whisper(segment("yes", 0.0, speaker="PAR")).participant_choice is ParticipantChoice.ROLE
    assert whisper(segment("yes", 0.0)).participant_choice is ParticipantChoice.ASSUMED


def test_words_without_text_cost_only_themselves(whisper):
    listed = [3, {"start": 0.0}, word("yes.", 0.5), {"word": "...", "start": 1.0, "end": 1.5}]
    transcript = whisper({"start": 0.0, "end": 2.0, "text": "yes.", "words": listed})
    assert said(transcript) == ["yes"]
    with pytest.raises(LaliaError):
        whisper({"start": 0.0, "end": 2.0, "text": "...", "words": [{"word": "..."}]})
