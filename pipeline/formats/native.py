"""JSON transcripts: our own, and those that Whisper programs write."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from ...data_schemas.transcript import Speaker, TimeSource, Transcript, Utterance, Word
from . import detect, languages, plain
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
        return _whisper(data, source, about)
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


def _whisper(data: dict[str, Any], source: Source, about: About) -> Transcript:
    language = data.get("language")
    own = languages.short(language) if isinstance(language, str) else None
    said = (str(segment.get("text")) for segment in data["segments"] if isinstance(segment, dict))
    language = about.spoken(own, said, source.notes)
    utterances: list[Utterance] = []
    for segment in data["segments"]:
        utterances += _segment(segment, language, source)
    if not utterances:
        raise bad_transcript("A transcript must hold at least one utterance", "no segment with words", "Check it")
    labels = list(dict.fromkeys(utterance.speaker for utterance in utterances))
    return plain.assembled(
        "whisper", labels, utterances, source, about.participant, language=language, assumed=labels == [plain.ASSUMED]
    )


def _segment(segment: object, language: str | None, source: Source) -> list[Utterance]:
    """One segment as one utterance; word times where the segment has them."""
    if not isinstance(segment, dict) or not isinstance(segment.get("text"), str):
        source.notes.add("Segments without text were skipped")
        return []
    start, end = _times(segment)
    listed = segment.get("words")
    words = [w for entry in listed for w in _word(entry)] if isinstance(listed, list) else []
    if not words:
        words = list(plain.events(segment["text"]))
    if not words:
        return []
    speaker = segment.get("speaker")
    return [
        Utterance(
            speaker=speaker if isinstance(speaker, str) and speaker.strip() else plain.ASSUMED,
            words=detect.mark(words, language),
            start=start,
            end=end,
            terminator=plain.terminator(segment["text"]),
        )
    ]


def _word(entry: object) -> list[Word]:
    if not isinstance(entry, dict):
        return []
    events = plain.events(str(entry.get("word", entry.get("text", ""))))
    start, end = _times(entry)
    probability = entry.get("probability", entry.get("score"))
    sure = probability if isinstance(probability, int | float) and 0 <= probability <= 1 else None
    times = None if start is None else TimeSource.ENGINE
    # A token that holds two words ("wait—what") has one time for both.
    return [w.model_copy(update={"start": start, "end": end, "probability": sure, "times": times}) for w in events]


def _times(entry: dict[str, Any]) -> tuple[float | None, float | None]:
    start, end = entry.get("start"), entry.get("end")
    if isinstance(start, int | float) and isinstance(end, int | float) and 0 <= start <= end < float("inf"):
        return float(start), float(end)
    return None, None
