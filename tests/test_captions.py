"""Captions: whose each cue is, and what becomes of cues that are not written as they should be."""

from __future__ import annotations

import pytest
from lalia.data_schemas import Code, LaliaError, ParticipantChoice
from lalia.tests.timed import said


def vtt(*cues: str) -> str:
    """Cues of two seconds, one after the other."""
    body = "".join(
        f"{at}\n00:00:{2 * at:02}.000 --> 00:00:{2 * at + 2:02}.000\n{cue}\n\n" for at, cue in enumerate(cues)
    )
    return f"WEBVTT\n\n{body}"


def turns(transcript) -> list[tuple[str, str, float | None]]:
    return [(u.speaker, text, u.start) for u, text in zip(transcript.utterances, said(transcript), strict=True)]


@pytest.mark.parametrize("suffix", [".vtt", ".srt"])
def test_labels_name_speakers_as_in_plain_text(reading, suffix):
    transcript = reading(f"a{suffix}", vtt("Interviewer: what do you see?", "PAR: I see <i>a boy</i>", "and a girl"))
    assert turns(transcript) == [
        ("Interviewer", "what do you see", 0.0), ("PAR", "I see a boy", 2.0), ("PAR", "and a girl", 4.0),
    ]  # fmt: skip
    assert (transcript.participant, transcript.participant_choice) == ("PAR", ParticipantChoice.ROLE)
    assert [speaker.role for speaker in transcript.speakers] == ["Investigator", "Participant"]
    assert "Cues that name no speaker were taken for the one's before." in transcript.notes


def test_names_as_conference_programs_write_them(reading):
    transcript = reading(
        "a.vtt", vtt("Anna Smith: Hello.", "Élise: Hi &amp; welcome.", "Anna Smith: So.", "Élise: Oh.")
    )
    assert [speaker.code for speaker in transcript.speakers] == ["Anna Smith", "Élise"]
    assert transcript.participant == "Élise"


def test_a_colon_alone_is_no_label(reading):
    transcript = reading("a.vtt", vtt("one thing: a cat", "and that is it"))
    assert turns(transcript) == [("PAR", "one thing a cat", 0.0), ("PAR", "and that is it", 2.0)]
    assert transcript.participant_choice is ParticipantChoice.ASSUMED


def test_a_voice_goes_before_labels_and_may_change_within_a_cue(reading):
    transcript = reading("a.vtt", vtt("<v Anna>Note: yes</v>", "<v Anna>Is it? <v Ben>No.", "Ben: Note: no"))
    assert turns(transcript) == [
        ("Anna", "Note yes", 0.0), ("Anna", "Is it", None), ("Ben", "No", None), ("Ben", "Ben Note no", 4.0),
    ]  # fmt: skip
    assert "Cues in which several speak gave no times." in transcript.notes


def test_speakers_of_one_cue_have_no_times_of_their_own(reading):
    transcript = reading("a.vtt", vtt("INV: Is it?\nPAR: It is\nso.", "PAR: Yes.\nPAR: Yes."))
    assert turns(transcript) == [
        ("INV", "Is it", None), ("PAR", "It is so", None), ("PAR", "Yes Yes", 2.0),
    ]  # fmt: skip


def test_one_voice_called_participant_is_named(reading):
    transcript = reading("a.vtt", vtt("<v PAR>yes", "<v PAR>no"))
    assert transcript.participant_choice is ParticipantChoice.ROLE
    assert not any("assumed" in note for note in transcript.notes if "speaker" in note)


@pytest.mark.parametrize(
    ("line", "start", "note"),
    [
        ("00:00:01,000 -> 00:00:03,000", 1.0, "were read all the same (line 2)."),
        ("00:00:01.000 —> 00:00:03.000", 1.0, "were read all the same (line 2)."),
        ("0:01 --> 0:03", 1.0, "were read all the same (line 2)."),
        ("00:00:01.5 --> 00:00:03.25 align:start", 1.5, "were read all the same (line 2)."),
        ("00:00:01,000 00:00:03,000", None, "Cues whose times could not be read were skipped (line 2)."),
        ("00:00:0l.000 --> 00:00:03.000", None, "Cues whose times could not be read were skipped (line 2)."),
        ("00:00:03.000 --> 00:00:01.000", None, "Cues that end before they start were skipped (line 2)."),
    ],
)
def test_times_that_are_not_as_they_should_be_are_noted_by_line(reading, line, start, note):
    transcript = reading("a.srt", f"1\n{line}\nhello there\n\n2\n00:00:04,000 --> 00:00:05,000\nbye\n")
    assert said(transcript) == (["bye"] if start is None else ["hello there", "bye"])
    assert transcript.utterances[0].start == (4.0 if start is None else start)
    assert any(told.endswith(note) for told in transcript.notes)


def test_a_cue_without_a_blank_line_before_it_is_a_cue_of_its_own(reading):
    text = "00:00:01,000 --> 00:00:02,000\nhello\n2\n00:00:03,000 --> 00:00:04,000\nbye\n"
    text += "00:00:05,000 00:00:06,000\nlost\n"
    assert said(reading("a.srt", text)) == ["hello", "bye"]


def test_the_header_s_language_is_the_file_s_own(reading):
    text = vtt("er hat äh den Hund").replace("WEBVTT\n", "WEBVTT\nKind: captions\nLanguage: de-DE\n")
    transcript = reading("a.vtt", text)
    assert transcript.language == "de"
    assert [word.text for word in transcript.utterances[0].words if word.detected] == ["äh"]


def test_cues_of_interviewers_only_are_refused(reading):
    with pytest.raises(LaliaError, match="participant_speaker") as caught:
        reading("a.vtt", vtt("Interviewer: what do you see?", "Interviewer: and then?"))
    assert caught.value.code is Code.BAD_TRANSCRIPT
