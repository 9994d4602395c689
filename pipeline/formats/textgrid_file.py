"""The TextGrid file format itself, both text forms; see "TextGrid file formats" in Praat's manual."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from .source import MAX_TOKENS, Notes, bad_transcript, too_many

MAX_TIERS = 1000


class Interval(NamedTuple):
    """A labelled stretch of time, in seconds."""

    start: float
    end: float
    text: str


class Tier(NamedTuple):
    """A tier; one of points has no intervals."""

    name: str
    of_intervals: bool
    intervals: tuple[Interval, ...]


# Praat reads free-standing numbers, quoted strings and flags in order, and skips everything else.
_VALUE = re.compile(
    r'"((?:[^"]|"")*)"|(?<![^\s])([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d{1,3})?)(?![^\s])|<(exists|absent)>|![^\n]*'
)


class _Ended(Exception):
    pass


def parse(text: str, notes: Notes) -> list[Tier]:
    """Tiers of a TextGrid; a file cut short gives what stands before the cut, with a note.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT when it is no TextGrid in a text format.
    """
    values = _values(text)
    try:
        header = next(values, None), next(values, None)
        if header != ("ooTextFile", "TextGrid"):
            raise bad_transcript(
                "A .TextGrid must start with the header of a Praat TextGrid in a text format",
                "another header",
                "Save it in Praat with 'Save as text file...'",
            )
        return _tiers(values, notes)
    except _Ended:
        raise bad_transcript("A TextGrid must list its tiers", "none", "Check the file") from None


def _values(text: str) -> Iterator[str | float]:
    for match in _VALUE.finditer(text):
        if match[1] is not None:
            yield match[1].replace('""', '"')
        elif match[2] is not None:
            yield float(match[2])
        elif match[3] is not None:
            yield f"<{match[3]}>"


def _tiers(values: Iterator[str | float], notes: Notes) -> list[Tier]:
    _number(values), _number(values)
    if next(values, None) != "<exists>":
        raise _Ended
    tiers: list[Tier] = []
    for _ in range(min(int(_number(values)), MAX_TIERS)):
        found: list[Interval] = []
        name, of_intervals, whole = "", True, True
        try:
            of_intervals, name = _text(values) == "IntervalTier", _text(values)
            _number(values), _number(values)
            _fill(found, of_intervals, values, notes)
        except _Ended:
            notes.add("The TextGrid ends before its last interval")
            whole = False
        tiers.append(Tier(name, of_intervals, tuple(found)))
        if not whole:
            break
    return tiers


def _fill(found: list[Interval], of_intervals: bool, values: Iterator[str | float], notes: Notes) -> None:
    """Append a tier's intervals; points are read past."""
    for _ in range(int(_number(values))):
        start = _number(values)
        end = _number(values) if of_intervals else start
        text = _text(values)
        if len(found) > MAX_TOKENS:
            raise too_many()
        if of_intervals and 0 <= start < end:
            found.append(Interval(start, end, text))
        elif of_intervals:
            notes.add("Intervals that start before 0 or end before they start were skipped")


def _number(values: Iterator[str | float]) -> float:
    value = next(values, None)
    if not isinstance(value, float) or not math.isfinite(value):
        raise _Ended
    return value


def _text(values: Iterator[str | float]) -> str:
    value = next(values, None)
    if not isinstance(value, str):
        raise _Ended
    return value
