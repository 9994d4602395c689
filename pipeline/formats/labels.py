"""Speakers named by labels at the start of lines, and who speaks where nobody is named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set

from .plain import role_of
from .source import Notes

_LABEL = re.compile(r"\*?([^\W\d_][\w.'-]{0,19}(?: [\w.'-]{1,15})?):(?:\s+|$)")


def known(lines: Iterable[str]) -> set[str]:
    """What stands before a colon at a line's start and is all capitals, names a known role or stands there twice."""
    counts = Counter(match[1] for line in lines if (match := _LABEL.match(line)))
    return {
        label for label, count in counts.items() if count > 1 or label.isupper() or role_of(label) != "Unidentified"
    }


def split(line: str, labels: Set[str]) -> tuple[str | None, str]:
    """The label of a line, None without one, and the rest of it."""
    match = _LABEL.match(line)
    return (match[1], line[match.end() :]) if match and match[1] in labels else (None, line)


def carried(speakers: Sequence[str | None], notes: Notes, what: str) -> list[str | None]:
    """Who speaks: whoever is not named is the one before, or the first who is; None where nobody is named.

    Parameters
    ----------
    speakers : sequence of str or None
        In the order of the file.
    notes : Notes
    what : str
        What names no speaker, for the note: "Cues".
    """
    first = next((speaker for speaker in speakers if speaker is not None), None)
    if first is not None and None in speakers:
        notes.add(f"{what} that name no speaker were taken for the one's before")
    told: list[str | None] = []
    for speaker in speakers:
        told.append(speaker if speaker is not None else told[-1] if told else first)
    return told
