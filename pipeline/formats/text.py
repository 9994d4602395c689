"""Plain text (.txt): one speaker, or lines that start with a speaker's label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ...data_schemas.transcript import Transcript
from . import plain
from .source import Source, bad_transcript

_LABEL = re.compile(r"\*?([A-Za-z][\w.'-]{0,19}(?: [\w.'-]{1,15})?):(?:\s+|$)")
_CLOCK = re.compile(r"[\[(]?\b\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\b[\])]?(?:\s*-+>?\s*(?=[\[(]?\d))?\s*")


def read(source: Source, participant: str | None = None) -> Transcript:
    """Read plain text; times are absent, and fillers, fragments and repetitions are marked by rule (English).

    A label is what stands before a colon at the start of a line, where it is all capitals, names a known role
    or stands there at least twice. A line without one goes on with the speaker before it.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT when no word is found, or `participant` is none of the speakers.
    """
    labels = _labels(source.lines)
    found = [
        utterance
        for speaker, text in _turns(source, labels)
        for utterance in plain.utterances(text, speaker or plain.ASSUMED)
    ]
    if not found:
        raise bad_transcript("A transcript must hold at least one word", "none", "Check the file")
    spoken = list(dict.fromkeys(utterance.speaker for utterance in found))
    source.notes.add("Plain text has no times")
    return plain.assembled("text", spoken, found, source, participant, assumed=not labels)


def _labels(lines: list[str]) -> set[str]:
    counts = Counter(match[1] for line in lines if (match := _LABEL.match(_unclocked(line))))
    return {
        label
        for label, count in counts.items()
        if count > 1 or label.isupper() or plain.role_of(label) != "Unidentified"
    }


def _turns(source: Source, labels: set[str]) -> Iterator[tuple[str | None, str]]:
    speaker: str | None = None
    for number, line in enumerate(source.lines, start=1):
        text = _unclocked(line)
        if text != line.strip():
            source.notes.add("Clock times at the start of lines were left out", number)
        match = _LABEL.match(text)
        if match and match[1] in labels:
            speaker, text = match[1], text[match.end() :]
        elif labels and speaker is None and text:
            source.notes.add("Lines before the first speaker's label were skipped", number)
            continue
        if text:
            yield speaker, text


def _unclocked(line: str) -> str:
    """The line without a clock time before its text."""
    text = line.strip()
    while match := _CLOCK.match(text):
        text = text[match.end() :]
    return text
