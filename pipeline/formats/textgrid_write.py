"""Transcripts as Praat TextGrids: for each speaker tiers of words, of phones where there are any, and of utterances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...data_schemas.transcript import Kind, Transcript, Utterance, Word
from .textgrid_file import Interval

_ENDS = {"?": "?", "!": "!", "+...": "...", "+..?": "?", "+!?": "!?", "+/?": "?", "+//?": "?"}


def write_textgrid(transcript: Transcript, duration: float | None = None) -> str:
    """TextGrid in Praat's long text format.

    Parameters
    ----------
    transcript : Transcript
    duration : float or None
        Length of the recording in seconds; None, or a length shorter than the talk, means where the last word ends.

    Returns
    -------
    str
        Tiers "CODE - words", "CODE - phones" where forced alignment found any, and "CODE - utterances", in the order
        of the speakers. What has no times is left out. Intervals of one tier cannot overlap in Praat: a later one
        starts where the earlier ends.
    """
    listed = [speaker.code for speaker in transcript.speakers] + [u.speaker for u in transcript.utterances]
    tiers: list[tuple[str, list[Interval]]] = []
    for code in dict.fromkeys(listed or [transcript.participant]):
        spoken = [utterance for utterance in transcript.utterances if utterance.speaker == code]
        tiers.append((f"{code} - words", _apart(_words(spoken))))
        phones = _apart(_phones(spoken))
        if phones:
            tiers.append((f"{code} - phones", phones))
        tiers.append((f"{code} - utterances", _apart(_utterances(spoken))))
    end = max([duration or 0.0, *(tier[-1].end for _, tier in tiers if tier)])
    # Praat refuses an empty time domain.
    end = end if end > 0 else 1.0
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {_seconds(end)}"]
    lines += ["tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for number, (name, intervals) in enumerate(tiers, start=1):
        lines += _tier(number, name, _filled(intervals, end), end)
    return "\n".join([*lines, ""])


def _tier(number: int, name: str, intervals: Sequence[Interval], end: float) -> Iterable[str]:
    yield f"    item [{number}]:"
    yield '        class = "IntervalTier"'
    yield f"        name = {_quoted(name)}"
    yield "        xmin = 0"
    yield f"        xmax = {_seconds(end)}"
    yield f"        intervals: size = {len(intervals)}"
    for at, interval in enumerate(intervals, start=1):
        yield f"        intervals [{at}]:"
        yield f"            xmin = {_seconds(interval.start)}"
        yield f"            xmax = {_seconds(interval.end)}"
        yield f"            text = {_quoted(interval.text)}"


def _words(utterances: Iterable[Utterance]) -> list[Interval]:
    return [
        Interval(word.start, word.end, label(word))
        for utterance in utterances
        for word in utterance.words
        if word.start is not None and word.end is not None and word.kind is not Kind.PAUSE
    ]


def _phones(utterances: Iterable[Utterance]) -> list[Interval]:
    return [
        Interval(phone.start, phone.end, phone.text)
        for utterance in utterances
        for word in utterance.words
        for phone in word.phones
    ]


def _utterances(utterances: Iterable[Utterance]) -> list[Interval]:
    return [Interval(u.start, u.end, said(u)) for u in utterances if u.start is not None and u.end is not None]


def label(word: Word) -> str:
    """How a word is shown in plain text: a hyphen ends what was cut off, brackets hold noises."""
    if word.kind is Kind.FRAGMENT:
        return f"{word.text}-"
    return f"[{word.text}]" if word.kind is Kind.NONVERBAL else word.text


def said(utterance: Utterance) -> str:
    """What was said in plain text, with the punctuation its terminator stands for."""
    text = " ".join(label(word) for word in utterance.words if word.kind is not Kind.PAUSE)
    return text + _ENDS.get(utterance.terminator, ".") if text else ""


def _apart(intervals: Iterable[Interval]) -> list[Interval]:
    """In order of time and without overlap; one that lies wholly under an earlier one is joined to its label."""
    apart: list[Interval] = []
    for start, end, text in sorted(intervals, key=lambda interval: (interval.start, interval.end)):
        begin = max(start, apart[-1].end) if apart else start
        if end > begin:
            apart.append(Interval(begin, end, text))
        elif apart:
            apart[-1] = apart[-1]._replace(text=f"{apart[-1].text} {text}")
    return apart


def _filled(intervals: Sequence[Interval], end: float) -> list[Interval]:
    """Intervals from 0 to `end` without a gap, as Praat demands."""
    filled: list[Interval] = []
    at = 0.0
    for interval in intervals:
        if interval.start > at:
            filled.append(Interval(at, interval.start, ""))
        filled.append(interval)
        at = interval.end
    if at < end:
        filled.append(Interval(at, end, ""))
    return filled


def _seconds(value: float) -> str:
    return repr(float(value))


def _quoted(text: str) -> str:
    return '"' + " ".join(text.split()).replace('"', '""') + '"'
