"""Praat TextGrids as transcripts: tiers of words, utterances, or both, for one or several speakers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...data_schemas.transcript import TimeSource, Transcript, Utterance, Word
from . import detect, plain
from .about import About
from .source import Notes, Source, bad_transcript
from .textgrid_file import Interval, Tier, parse

PAUSE_SECONDS = 0.5
"""A gap of at least this length between words ends an utterance where no tier says where utterances end."""

EMPTY = frozenset(["", "sp", "sil", "<eps>", "<sil>", "<p:>", "#", "_", "silence", "<silence>"])
"""Labels, in lower case, of intervals in which nobody speaks."""

_KINDS = {
    "words": re.compile(r"(?i)\b(words?|ort|ort-mau)\b"),
    "utterances": re.compile(r"(?i)\b(utterances?|utts?|sentences?|phrases?|transcripts?|transcription|text|turns?)\b"),
    "other": re.compile(
        r"(?i)\b(phones?|phonemes?|segments?|syllables?|mau|kan|kan-mau|tones?|pos|notes?|comments?)\b"
    ),
}
_SINGLE_WORDS = 0.9
"""Share of an unnamed tier's intervals that must hold one word for it to be a tier of words."""


@dataclass
class _Speaker:
    words: list[Interval] = field(default_factory=list)
    utterances: list[Interval] = field(default_factory=list)


def read(source: Source, about: About) -> Transcript:
    """Read a TextGrid in the long or short text format.

    A tier's name says what it holds ("words", "utterances", "phones") and whose it is ("INV - words"); a name
    that says neither is a speaker's, and the tier holds words where nine in ten of its intervals are one word.
    Words belong to the utterance their middle lies in, or are grouped at gaps of `PAUSE_SECONDS`.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT when it is no TextGrid, no tier holds words, or `about.participant` is none of the speakers.
    """
    speakers = _by_speaker(parse(source.text, source.notes), source.notes)
    said = (interval.text for tiers in speakers.values() for interval in tiers.words or tiers.utterances)
    language = about.spoken(None, said, source.notes)
    found: list[Utterance] = []
    for name, tiers in speakers.items():
        found += _utterances(name or plain.ASSUMED, tiers, language, source.notes)
    if not found:
        raise bad_transcript(
            "A TextGrid must have an interval tier with words",
            "none",
            "Name the tier of words 'words' or 'PAR - words'",
        )
    order = {name or plain.ASSUMED: at for at, name in enumerate(speakers)}
    found.sort(key=lambda utterance: (utterance.start or 0.0, order[utterance.speaker]))
    labels = [label for label in order if any(utterance.speaker == label for utterance in found)]
    assumed = list(speakers) == [""]
    return plain.assembled("textgrid", labels, found, source, about.participant, language=language, assumed=assumed)


def _by_speaker(tiers: Sequence[Tier], notes: Notes) -> dict[str, _Speaker]:
    speakers: dict[str, _Speaker] = {}
    for tier in tiers:
        said = [i for i in tier.intervals if i.text.strip().lower() not in EMPTY]
        speaker, kind = _named(tier.name)
        if kind == "other" or not tier.of_intervals:
            notes.add("Tiers of points, phones or remarks were not read")
            continue
        if not kind:
            single = sum(len(i.text.split()) == 1 for i in said)
            kind = "words" if said and single >= _SINGLE_WORDS * len(said) else "utterances"
        if said:
            held = speakers.setdefault(speaker, _Speaker())
            (held.words if kind == "words" else held.utterances).extend(said)
    if "" in speakers and len(speakers) > 1:
        notes.add("A tier that names no speaker stands beside tiers that do; it is one speaker's of its own")
    return speakers


def _named(name: str) -> tuple[str, str]:
    """Speaker (empty for none) and kind (empty for unknown) that a tier's name tells."""
    for kind, pattern in _KINDS.items():
        if match := pattern.search(name.replace("_", " ")):
            rest = name[: match.start()] + name[match.end() :]
            return rest.strip(" -_:/.()[]"), kind
    return name.strip(), ""


def _utterances(speaker: str, tiers: _Speaker, language: str | None, notes: Notes) -> list[Utterance]:
    if not tiers.words:
        return [
            utterance.model_copy(update=times)
            for interval in tiers.utterances
            for utterance, times in _untimed(interval, speaker, language, notes)
        ]
    found: list[Utterance] = []
    utterances = sorted(tiers.utterances)
    inside, loose = _inside(sorted(tiers.words), utterances)
    for interval, words in zip(utterances, inside, strict=True):
        if words:
            made = _timed(words, speaker, language, plain.terminator(interval.text), notes)
            found += [made.model_copy(update={"start": interval.start, "end": interval.end})] if made else []
        else:
            notes.add("Utterances without words on the tier of words were read without word times")
            found += [u.model_copy(update=times) for u, times in _untimed(interval, speaker, language, notes)]
    for group in _groups(loose):
        made = _timed(group, speaker, language, ".", notes)
        found += [made] if made else []
    return found


def _inside(words: Sequence[Interval], utterances: Sequence[Interval]) -> tuple[list[list[Interval]], list[Interval]]:
    """Words by the utterance that their middle lies in, and those that lie in none; all in order of time."""
    inside: list[list[Interval]] = [[] for _ in utterances]
    loose: list[Interval] = []
    starts = [utterance.start for utterance in utterances]
    for word in words:
        middle = (word.start + word.end) / 2
        at = bisect_right(starts, middle) - 1
        (inside[at] if at >= 0 and middle < utterances[at].end else loose).append(word)
    return inside, loose


def _untimed(
    interval: Interval, speaker: str, language: str | None, notes: Notes
) -> list[tuple[Utterance, dict[str, float]]]:
    """Sentences of an utterance interval; only a single sentence can have its times."""
    found = plain.utterances(interval.text, speaker, language, notes)
    if len(found) == 1:
        return [(found[0], {"start": interval.start, "end": interval.end})]
    joined = tuple(word for utterance in found for word in utterance.words)
    if not joined:
        return []
    notes.add("Intervals of several sentences were kept as one utterance, so that its times are right")
    whole = Utterance(speaker=speaker, words=joined, terminator=found[-1].terminator)
    return [(whole, {"start": interval.start, "end": interval.end})]


def _timed(
    intervals: Sequence[Interval], speaker: str, language: str | None, terminator: str, notes: Notes
) -> Utterance | None:
    words: list[Word] = []
    for interval in intervals:
        times = {"start": interval.start, "end": interval.end, "times": TimeSource.GIVEN}
        words += [event.model_copy(update=times) for event in plain.events(interval.text, notes)]
    if not words:
        return None
    return Utterance(
        speaker=speaker,
        words=detect.mark(words, language),
        start=words[0].start,
        end=words[-1].end,
        terminator=terminator,
    )


def _groups(words: Sequence[Interval]) -> list[list[Interval]]:
    groups: list[list[Interval]] = []
    for word in words:
        # A microsecond of grace: 2.19 - 1.69 is a little less than 0.5 in binary.
        if groups and word.start - groups[-1][-1].end < PAUSE_SECONDS - 1e-6:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups
