"""Plain text (.txt): one speaker, or lines that start with a speaker's label."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...data_schemas.transcript import Transcript
from . import labels, plain
from .about import About
from .source import Source, bad_transcript

_CLOCK = re.compile(r"[\[(]?\b\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\b[\])]?(?:\s*-+>?\s*(?=[\[(]?\d))?\s*")


def read(source: Source, about: About) -> Transcript:
    """Read plain text; times are absent, and fillers, fragments and repetitions are marked by rule.

    A label is what stands before a colon at the start of a line, where it is all capitals, names a known role
    or stands there at least twice. A line without one goes on with the speaker before it.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT when no word is found, or `about.participant` is none of the speakers.
    """
    known = labels.known(map(_unclocked, source.lines))
    turns = list(_turns(source, known))
    language = about.spoken(None, (text for _, text, _ in turns), source.notes)
    found = [
        utterance
        for speaker, text, number in turns
        for utterance in plain.utterances(text, speaker or plain.ASSUMED, language, source.notes, number)
    ]
    if not found:
        raise bad_transcript("A transcript must hold at least one word", "none", "Check the file")
    spoken = list(dict.fromkeys(utterance.speaker for utterance in found))
    source.notes.add("Plain text has no times")
    return plain.assembled("text", spoken, found, source, about.participant, language=language, assumed=not known)


def _turns(source: Source, known: set[str]) -> Iterator[tuple[str | None, str, int]]:
    speaker: str | None = None
    for number, line in enumerate(source.lines, start=1):
        text = _unclocked(line)
        if text != line.strip():
            source.notes.add("Clock times at the start of lines were left out", number)
        label, text = labels.split(text, known)
        speaker = label or speaker
        if known and speaker is None and text:
            source.notes.add("Lines before the first speaker's label were skipped", number)
        elif text:
            yield speaker, text, number


def _unclocked(line: str) -> str:
    """The line without a clock time before its text."""
    text = line.strip()
    while match := _CLOCK.match(text):
        text = text[match.end() :]
    return text
