"""Captions (WebVTT, SubRip): one utterance a cue and speaker, without word times."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence, Set
from itertools import groupby
from typing import NamedTuple

from ...data_schemas.transcript import Transcript, Utterance
from . import detect, labels, languages, plain
from .about import About
from .source import Notes, Source, bad_transcript
from .textgrid_write import said

_STRICT = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{3})"
_CUE = re.compile(rf"\s*{_STRICT}\s*-->\s*{_STRICT}.*")
# What hands and some programs make of it: another arrow, fewer digits.
_LOOSE = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_LOOSE_CUE = re.compile(rf"\s*{_LOOSE}\s*(?:[-–—=]*>|→)\s*{_LOOSE}(?:\s+\w+:\S+)*\s*")
_LOST_CUE = re.compile(rf".*-->.*|\s*{_STRICT}\W+{_STRICT}\s*")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]+)>")
_TAG = re.compile(r"(?i)</?(?:[bciuv]|ruby|rt|lang|font|\d\d[\d:.]*)(?:[.\s][^<>]*)?>")
_LANGUAGE = re.compile(r"\AWEBVTT[^\n]*(?:\n[^\n]+)*?\nLanguage:\s*([A-Za-z]{2,3})\b")


class _Cue(NamedTuple):
    start: float
    end: float
    lines: tuple[str, ...]


class _Part(NamedTuple):
    """What one speaker says in a cue, None where nobody is named; the cue's times where nobody else speaks in it."""

    speaker: str | None
    text: str
    start: float | None
    end: float | None


def read(source: Source, about: About) -> Transcript:
    """Read WebVTT or SubRip captions; a cue's voice (``<v Anna>``), or a label as in plain text, is its speaker.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT when there is no cue with words, or `about.participant` is none of the speakers.
    """
    parts = list(_parts(list(_cues(source)), source.notes))
    own = _LANGUAGE.match(source.text)
    language = about.spoken(languages.short(own[1]) if own else None, (part.text for part in parts), source.notes)
    spoken = [
        (part, words) for part in parts if (words := detect.mark(plain.events(part.text, source.notes), language))
    ]
    if not spoken:
        raise bad_transcript(
            "Captions must have at least one cue (a line 00:00:01.000 --> 00:00:02.000 and text)", "none", "Check them"
        )
    speakers = labels.carried([part.speaker for part, _ in spoken], source.notes, "Cues")
    found = [
        Utterance(
            speaker=speaker or plain.ASSUMED,
            words=words,
            start=part.start,
            end=part.end,
            terminator=plain.terminator(part.text),
        )
        for speaker, (part, words) in zip(speakers, spoken, strict=True)
    ]
    named = list(dict.fromkeys(utterance.speaker for utterance in found))
    source.notes.add("Captions have no word times")
    assumed = speakers[0] is None
    return plain.assembled("captions", named, found, source, about.participant, language=language, assumed=assumed)


def _cues(source: Source) -> Iterator[_Cue]:
    start, end = 0.0, 0.0
    lines: list[str] | None = None
    for number, line in enumerate([*source.lines, ""], start=1):
        times = _CUE.fullmatch(line) or _LOOSE_CUE.fullmatch(line)
        if times is None and line.strip() and not _LOST_CUE.fullmatch(line):
            if lines is not None:
                lines.append(line.strip())
            continue
        if times and lines and lines[-1].isdigit():
            lines.pop()  # The number of the cue that begins, without a blank line before it.
        if lines:
            yield _Cue(start, end, tuple(lines))
        lines = None
        if times:
            start, end = _seconds(*times.groups()[:4]), _seconds(*times.groups()[4:])
            lines = _begun(line, number, start <= end, source.notes)
        elif line.strip():
            source.notes.add("Cues whose times could not be read were skipped", number)


def _begun(line: str, number: int, in_order: bool, notes: Notes) -> list[str] | None:
    """Where the lines of a cue go; None for one that is skipped."""
    if not in_order:
        notes.add("Cues that end before they start were skipped", number)
        return None
    if not _CUE.fullmatch(line):
        notes.add("Cue times not written like 00:00:01.000 --> 00:00:02.000 were read all the same", number)
    return []


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    thousandths = int((fraction or "0").ljust(3, "0"))
    return 3600 * int(hours or 0) + 60 * int(minutes) + int(seconds) + thousandths / 1000


def _parts(cues: Sequence[_Cue], notes: Notes) -> Iterator[_Part]:
    voiceless = [cue for cue in cues if not any(map(_VOICE.search, cue.lines))]
    known = labels.known(_plain(line) for cue in voiceless for line in cue.lines)
    for cue in cues:
        turns = _turns(cue.lines, known)
        alone = len(turns) == 1
        if len(turns) > 1:
            notes.add("Cues in which several speak gave no times")
        for speaker, text in turns:
            yield _Part(speaker, text, cue.start if alone else None, cue.end if alone else None)


def _turns(lines: Sequence[str], known: Set[str]) -> list[tuple[str | None, str]]:
    """Speaker, where one is named, and text of each turn in a cue."""
    before, *voices = _VOICE.split(" ".join(lines))
    if voices:
        said = [(None, _plain(before)), *zip(map(_plain, voices[::2]), map(_plain, voices[1::2]), strict=True)]
    else:
        said = []
        for line in lines:
            label, text = labels.split(_plain(line), known)
            said.append((label or (said[-1][0] if said else None), text))
    turns = groupby(((speaker or None, text) for speaker, text in said if text), key=lambda turn: turn[0])
    return [(speaker, " ".join(text for _, text in turn)) for speaker, turn in turns]


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).strip()


def write_vtt(transcript: Transcript) -> str:
    """WebVTT with one cue for each utterance that has times, its speaker as the cue's voice.

    Cues stand in order of their start, as the format demands; those of different speakers may overlap. A cue lasts
    at least a millisecond.
    """
    lines = ["WEBVTT", ""]
    cues = [(u.start, u.end, u) for u in transcript.utterances if u.start is not None and u.end is not None]
    for start, end, utterance in sorted(cues, key=lambda cue: cue[0]):
        text = " ".join(said(utterance).split())
        if text:
            voice = re.sub(r"[&<>\s]+", " ", utterance.speaker).strip()
            lines.append(f"{_clock(start)} --> {_clock(max(end, start + 0.001))}")
            lines += [f"<v {voice}>{html.escape(text, quote=False)}", ""]
    return "\n".join(lines)


def _clock(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
