"""The transcript as the report sets it: turns of speakers, each word marked for what it is, long pauses in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...data_schemas import Kind, Transcript, Utterance, Word
from ..formats.chat_marks import UNSURE as DISPUTED
from . import plain, shown

LONG_PAUSE = 1.0
"""Seconds without a word from which a pause is written into the transcript."""

UNSURE = 0.5
"""Word probability below which the recogniser's guess is marked; quality.low_confidence_share uses the same."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, event or pause as set: `mark` names its style, empty for a plain word."""

    text: str
    mark: str = ""
    title: str = ""
    intended: str = ""
    unsure: bool = False
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance: its pieces and the stop at its end."""

    pieces: tuple[Piece, ...]
    stop: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Utterances of one speaker in a row; `before` is the pause that precedes them."""

    speaker: str
    participant: bool
    start: float | None
    clock: str
    before: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The whole transcript with the legend of the marks that occur in it."""

    turns: tuple[Turn, ...]
    legend: tuple[tuple[str, str, str], ...]
    timed: bool


_LEGEND = (
    ("filler", "um", "filler"),
    ("fragment", "th–", "fragment: a word broken off"),
    ("repeated", "the", "repeated: said again at once"),
    ("revised", "he went", "revised: corrected in the words after"),
    ("unsure", "river", f"the recogniser gives the word a probability under {UNSURE}, or heard it in two ways"),
    ("unintelligible", "[not understood]", "words that could not be understood"),
    ("nonverbal", "[laughs]", "a sound or gesture"),
    ("pause", "[1.4 s]", f"no word for {LONG_PAUSE:g} s or more, or a pause the transcriber wrote"),
)


def spoken(transcript: Transcript) -> Spoken:
    """Set a transcript for reading.

    Parameters
    ----------
    transcript : Transcript
        Utterances in order of time; words without times are set without pauses between them.
    """
    names = speaker_names(transcript)
    turns: list[Turn] = []
    last: float | None = None
    for group in _runs(transcript.utterances):
        first = _start(group[0])
        before = _pause(last, _begin(group[0]))
        lines = []
        for place, utterance in enumerate(group):
            pieces, last = _pieces(utterance, last, follows=place > 0)
            lines.append(Line(pieces, _stop(utterance)))
        speaker = group[0].speaker
        mine = speaker == transcript.participant
        at = "" if first is None else shown.clock(first)
        turns.append(Turn(names.get(speaker, speaker), mine, first, at, before, tuple(lines)))
    pieces_of = [piece for turn in turns for line in turn.lines for piece in line.pieces]
    marks = {piece.mark for piece in pieces_of} | {"unsure" for piece in pieces_of if piece.unsure}
    marks |= {"pause" for turn in turns if turn.before}
    legend = tuple(row for row in _LEGEND if row[0] in marks)
    return Spoken(tuple(turns), legend, any(piece.start is not None for piece in pieces_of))


def speaker_names(transcript: Transcript) -> dict[str, str]:
    """What each speaker is called: the participant, else the role, else the code."""
    roles = {s.code: s.role.replace("_", " ") for s in transcript.speakers if s.role not in {"", "Unidentified"}}
    names = {utterance.speaker: roles.get(utterance.speaker, utterance.speaker) for utterance in transcript.utterances}
    return {code: "Participant" if code == transcript.participant else name for code, name in names.items()}


def participant_words(transcript: Transcript | None) -> int | None:
    """Words of the participant: no fillers, fragments, repeated or revised ones."""
    if transcript is None:
        return None
    return sum(word.kind is Kind.WORD for utterance in transcript.of_participant for word in utterance.words)


def sentence(word: Word) -> str:
    """A word's text without the marks a format puts round an event."""
    return re.sub(r"^&[=~*+-]?", "", word.text).replace("_", " ").strip()


def _runs(utterances: Iterable[Utterance]) -> list[list[Utterance]]:
    runs: list[list[Utterance]] = []
    for utterance in utterances:
        if runs and runs[-1][0].speaker == utterance.speaker:
            runs[-1].append(utterance)
        else:
            runs.append([utterance])
    return runs


def _pieces(utterance: Utterance, last: float | None, *, follows: bool) -> tuple[tuple[Piece, ...], float | None]:
    """Pieces of an utterance, and when its last word ended; the pause before a turn is the turn's own.

    Words without times may fill any gap, so no pause is written beside them.
    """
    made: list[Piece] = []
    told = not follows
    for word in utterance.words:
        if word.kind is Kind.PAUSE:
            made.append(Piece(_written_pause(word), "pause", "Pause written by the transcriber"))
            told = True
            continue
        gap = "" if told else _pause(last, word.start)
        if gap:
            made.append(Piece(gap, "pause", "No word in this time"))
        told = _hidden(word)
        made.append(_piece(word))
        last = _later(last, word.end)
    said = _said(utterance)
    if said and _hidden(said[-1]):
        last = None if utterance.end is None else _later(last, utterance.end)
    return tuple(made), last


def _said(utterance: Utterance) -> list[Word]:
    return [word for word in utterance.words if word.kind not in {Kind.PAUSE, Kind.NONVERBAL}]


def _hidden(word: Word) -> bool:
    """Whether speech is known to be there but not when."""
    return word.start is None and word.kind is not Kind.NONVERBAL


def _later(a: float | None, b: float | None) -> float | None:
    return max((at for at in (a, b) if at is not None), default=None)


def _piece(word: Word) -> Piece:
    text = sentence(word)
    if word.kind is Kind.NONVERBAL:
        text = f"[{text or 'sound'}]"
    elif word.kind is Kind.UNINTELLIGIBLE:
        text = "[not understood]" if text in {"", "xxx", "xx", "yyy", "www"} else f"[{text}?]"
    elif word.kind is Kind.FRAGMENT:
        text = text.rstrip("-–") + "–"
    improbable = word.probability is not None and word.probability < UNSURE
    unsure = improbable or DISPUTED in word.codes
    title = plain.KINDS[word.kind].capitalize() if word.kind is not Kind.WORD else ""
    if unsure:
        why = f"probability {word.probability:.2f}" if improbable else "the recogniser's two hearings differ"
        title = f"{title}; {why}" if title else why.capitalize()
    mark = "" if word.kind is Kind.WORD else word.kind.value
    return Piece(text, mark, title, word.target or "", unsure, word.start, word.end)


def _start(utterance: Utterance) -> float | None:
    return next((word.start for word in utterance.words if word.start is not None), utterance.start)


def _begin(utterance: Utterance) -> float | None:
    """When speech begins, as far as it is known for certain: no pause can be told from a later word."""
    said = _said(utterance)
    return utterance.start if said and _hidden(said[0]) else _start(utterance)


def _pause(end: float | None, start: float | None) -> str:
    if end is None or start is None or start - end < LONG_PAUSE:
        return ""
    return f"[{start - end:.1f} s]"


def _written_pause(word: Word) -> str:
    length = word.duration
    if length is None and word.start is not None and word.end is not None:
        length = word.end - word.start
    return "[pause]" if length is None else f"[{length:.1f} s]"


def _stop(utterance: Utterance) -> str:
    mark: str = utterance.terminator.strip()
    last: Sequence[str] = [sentence(word) for word in utterance.words[-1:]]
    if last and last[0].endswith((".", "?", "!", "…")):
        return ""
    if mark.startswith("+"):
        # CHAT: trailing off is +..., every other is some break.
        return "…" if "..." in mark else " –"
    return mark if mark in {".", "?", "!", "…", "。", "؟"} else ""
