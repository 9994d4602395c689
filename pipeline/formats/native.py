"""JSON transcripts: our own, and those that Whisper programs write."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from ...data_schemas.transcript import Speaker, Transcript
from . import whisper
from .about import About
from .participant import choose
from .source import Source, bad_transcript


def write_json(transcript: Transcript) -> str:
    """Every field of a transcript as JSON; the only format that loses nothing."""
    return transcript.model_dump_json(indent=1) + "\n"


def read(source: Source, about: About) -> Transcript:
    """Read our own JSON, or Whisper's (an object with ``segments``).

    Our own keeps its `source`, engine and choice of participant; `about.participant` overrides the choice.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT for anything else, or when `about.participant` is none of the speakers.
    """
    try:
        data = json.loads(source.text)
    except (ValueError, RecursionError):
        raise bad_transcript("A .json transcript must be valid JSON", "something else", "Check the file") from None
    if isinstance(data, dict) and isinstance(data.get("segments"), list):
        return whisper.read(data, source, about)
    try:
        found = Transcript.model_validate_json(source.text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise bad_transcript(
            "A .json transcript must follow the Transcript schema or Whisper's segments",
            f"{error.error_count()} faults, the first at {where} ({first['type']})",
            "Compare it with docs/schemas",
        ) from None
    return _checked(found, source, about)


def _checked(found: Transcript, source: Source, about: About) -> Transcript:
    if not found.utterances:
        raise bad_transcript("A transcript must hold at least one utterance", "none", "Check the file")
    listed = {speaker.code for speaker in found.speakers}
    missing = dict.fromkeys(u.speaker for u in found.utterances if u.speaker not in listed)
    speakers = found.speakers + tuple(Speaker(code=code) for code in missing)
    said = (word.text for utterance in found.utterances for word in utterance.words)
    language = about.spoken(found.language, said, source.notes)
    changes: dict[str, Any] = {"sha256": source.sha256, "speakers": speakers, "language": language}
    if about.participant is not None or found.participant not in listed | set(missing):
        changes["participant"], changes["participant_choice"] = choose(speakers, found.utterances, about.participant)
    notes = tuple(note for note in source.notes.told() if note not in found.notes)
    return found.model_copy(update={**changes, "notes": found.notes + notes})
