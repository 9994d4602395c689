"""Captions (WebVTT, SubRip): one utterance a cue, without word times."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ...data_schemas.transcript import Transcript, Utterance
from . import detect, plain
from .about import About
from .source import Source, bad_transcript
from .textgrid_write import said

_CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{3})"
_CUE = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}.*")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?[^<>]*>")


def read(source: Source, about: About) -> Transcript:
    """Read WebVTT or SubRip captions; a cue's voice (``<v Anna>``) is its speaker.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT when there is no cue with words, or `about.participant` is none of the speakers.
    """
    cues = list(_cues(source))
    language = about.spoken(None, (text for *_, text in cues), source.notes)
    found = [utterance for cue in cues for utterance in _utterance(*cue, language)]
    if not found:
        raise bad_transcript(
            "Captions must have at least one cue (a line 00:00:01.000 --> 00:00:02.000 and text)", "none", "Check them"
        )
    labels = list(dict.fromkeys(utterance.speaker for utterance in found))
    source.notes.add("Captions have no word times")
    return plain.assembled(
        "captions", labels, found, source, about.participant, language=language, assumed=labels == [plain.ASSUMED]
    )


def _cues(source: Source) -> Iterator[tuple[float, float, str]]:
    start, end = 0.0, 0.0
    text: list[str] | None = None
    for number, line in enumerate([*source.lines, ""], start=1):
        if match := _CUE.fullmatch(line):
            start, end = _seconds(*match.groups()[:4]), _seconds(*match.groups()[4:])
            text = [] if start <= end else None
            if text is None:
                source.notes.add("Cues that end before they start were skipped", number)
        elif not line.strip():
            if text:
                yield start, end, " ".join(text)
            text = None
        elif text is not None:
            text.append(line.strip())


def _seconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> float:
    return 3600 * int(hours or 0) + 60 * int(minutes) + int(seconds) + int(thousandths) / 1000


def _utterance(start: float, end: float, text: str, language: str | None) -> Iterator[Utterance]:
    voice = _VOICE.search(text)
    plain_text = html.unescape(_TAG.sub("", text)).strip()
    words = detect.mark(plain.events(plain_text), language)
    if words:
        speaker = html.unescape(voice[1]).strip() if voice else ""
        yield Utterance(
            speaker=speaker or plain.ASSUMED,
            words=words,
            start=start,
            end=end,
            terminator=plain.terminator(plain_text),
        )


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
