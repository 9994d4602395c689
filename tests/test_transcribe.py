"""Which transcript a recording gets: the given one, none, or the recogniser's with the right settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lalia.data_schemas import (
    Audio,
    Kind,
    ParticipantChoice,
    Recording,
    Settings,
    Span,
    Task,
    Transcript,
)
from lalia.models import whisper
from lalia.pipeline.ingest import Located
from lalia.pipeline.transcribe import transcribe

AUDIO = Audio(samples=np.zeros(16_000, dtype=np.float32), rate=16_000, speech=(Span(0.2, 0.8),))


def _item(transcript: Path | None = None, **fields: object) -> Located:
    recording = Recording(recording_id="r1", participant_id="p1", path="r1.wav", **fields)
    return Located(recording=recording, audio=Path("r1.wav"), transcript=transcript)


class Asked:
    """A recogniser that only notes what it was asked."""

    def transcribe_all(self, audios, *, languages, verbatim: bool) -> list[Transcript]:
        (self.language,), self.verbatim = languages, verbatim
        return [Transcript(source="whisper", verbatim=verbatim, notes=("one",)) for _ in audios]


@pytest.fixture
def asked(monkeypatch):
    recogniser = Asked()

    def load(*which: str) -> Asked:
        recogniser.which = which
        return recogniser

    monkeypatch.setattr(whisper, "load", load)
    return recogniser


@pytest.fixture
def refused(monkeypatch):
    def load(*which: str) -> None:
        pytest.fail("a recogniser was loaded")

    monkeypatch.setattr(whisper, "load", load)


@pytest.mark.parametrize(
    ("task", "setting", "verbatim"),
    [
        (None, "auto", True),
        (Task.INTERVIEW, "auto", True),
        (Task.SEMANTIC_FLUENCY, "auto", True),
        (Task.READING, "auto", False),
        (Task.READING, "on", True),
        (Task.INTERVIEW, "off", False),
    ],
)
def test_verbatim_follows_the_task_unless_set(asked, task, setting, verbatim):
    transcribe(_item(task=task), AUDIO, Settings(verbatim=setting, model="base", engine="ctranslate2", device="cpu"))
    assert asked.verbatim is verbatim
    assert asked.which == ("base", "ctranslate2", "cpu")


@pytest.mark.parametrize(("row", "setting", "language"), [("de", "en", "de"), (None, "en", "en"), (None, None, None)])
def test_the_manifest_s_language_comes_first(asked, row, setting, language):
    transcribe(_item(language=row), AUDIO, Settings(language=setting))
    assert asked.language == language


def test_a_named_speaker_without_a_transcript_is_said_to_have_no_voice(asked):
    notes = transcribe(_item(participant_speaker="S1"), AUDIO, Settings()).notes
    assert notes[0] == "one"
    assert "no voice has a name" in notes[1]


@pytest.mark.parametrize("task", [Task.SUSTAINED_VOWEL, Task.DDK])
def test_tasks_without_words_use_no_recogniser(refused, task):
    transcript = transcribe(_item(task=task), AUDIO, Settings())
    assert transcript.utterances == ()
    assert transcript.engine is None
    assert "no recogniser was used" in transcript.notes[0]


CHAT = """@UTF8
@Begin
@Languages:\teng
@Participants:\tPAR Participant, INV Investigator
@ID:\teng|x|PAR|||||Participant|||
@ID:\teng|x|INV|||||Investigator|||
*INV:\twhat do you see ?
*PAR:\ta &-um boy .
@End
"""


def test_a_given_transcript_is_used_and_its_missing_times_are_noted(refused, tmp_path):
    path = tmp_path / "r1.cha"
    path.write_text(CHAT, encoding="utf-8")
    transcript = transcribe(_item(path), AUDIO, Settings(aligner="none"))
    assert [word.kind for word in transcript.of_participant[0].words] == [Kind.WORD, Kind.FILLER, Kind.WORD]
    assert transcript.engine is None
    assert "no word times" in transcript.notes[-1]
    # Where words are aligned with the sound, what is missing is told afterwards.
    assert transcribe(_item(path), AUDIO, Settings()).notes == transcript.notes[:-1]


def test_the_manifest_s_participant_is_respected(refused, tmp_path):
    path = tmp_path / "r1.cha"
    path.write_text(CHAT, encoding="utf-8")
    transcript = transcribe(_item(path, participant_speaker="INV"), AUDIO, Settings())
    assert transcript.participant == "INV"
    assert transcript.participant_choice is ParticipantChoice.MANIFEST


def test_given_times_are_kept_without_a_note(refused, shared):
    path = shared / "data" / "audio_chat_demo" / "test.cha"
    if not path.is_file():
        pytest.skip("audio_chat_demo is not present")
    transcript = transcribe(_item(path), AUDIO, Settings())
    words = [word for utterance in transcript.of_participant for word in utterance.words if word.kind is Kind.WORD]
    assert words[0].start == pytest.approx(0.125)
    assert not any("no word times" in note for note in transcript.notes)
