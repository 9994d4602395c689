"""The transcript of a recording: the one that came with it, else the recogniser's."""

from __future__ import annotations

from pathlib import Path

from ..data_schemas import Audio, ParticipantChoice, Settings, Speaker, Task, Transcript
from .ingest import Located

WORDLESS = frozenset([Task.SUSTAINED_VOWEL, Task.DDK])
"""Tasks without words: a recogniser can only invent some."""

READ = frozenset([Task.READING])
"""Tasks in which fillers are rare, so the recogniser is not asked for them."""


def transcribe(item: Located, audio: Audio, settings: Settings) -> Transcript:
    """Take the transcript given with a recording, or recognise the speech in it.

    Parameters
    ----------
    item : Located
        With `transcript` set, that file is read, and `participant_speaker` of the manifest names the participant in
        it. Otherwise the language is the manifest's, else that of `settings`.
    audio : Audio
        Checked: `speech` is set.
    settings : Settings
        Which recogniser, and whether verbatim: ``auto`` asks for fillers in every task but reading.

    Returns
    -------
    Transcript
        Empty, with a note, for tasks without words (vowel, ddk) and where nobody speaks.

    Raises
    ------
    LaliaError
        What `pipeline.formats.read` and `models.whisper.load` raise.
    """
    if item.transcript is not None:
        return _given(item.transcript, item.recording.participant_speaker)
    recording = item.recording
    if recording.task in WORDLESS:
        return _wordless(recording.task)
    from ..models import whisper

    recogniser = whisper.load(settings.model, settings.engine, settings.device)
    transcript = recogniser.transcribe(
        audio, language=recording.language or settings.language, verbatim=_verbatim(recording.task, settings)
    )
    if recording.participant_speaker is None:
        return transcript
    note = "The manifest names a speaker, but without a transcript no voice has a name: one speaker is assumed."
    return transcript.model_copy(update={"notes": (*transcript.notes, note)})


def _given(path: Path, participant: str | None) -> Transcript:
    from .formats import read

    transcript = read(path, participant=participant)
    if any(word.start is not None for utterance in transcript.utterances for word in utterance.words):
        return transcript
    note = "The transcript given has no word times, so measures of timing that need them are missing."
    return transcript.model_copy(update={"notes": (*transcript.notes, note)})


def _wordless(task: Task | None) -> Transcript:
    name = "vowel" if task is Task.SUSTAINED_VOWEL else "syllable repetition"
    return Transcript(
        source="none",
        speakers=(Speaker(code="PAR", role="Participant"),),
        participant_choice=ParticipantChoice.ASSUMED,
        notes=(f"The task is a {name}, without words: no recogniser was used.",),
    )


def _verbatim(task: Task | None, settings: Settings) -> bool:
    return settings.verbatim == "on" or (settings.verbatim == "auto" and task not in READ)
