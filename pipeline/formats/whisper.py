"""JSON as Whisper programs write it: segments of text, with or without words, times and speakers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...data_schemas.transcript import TimeSource, Transcript, Utterance, Word
from . import detect, labels, languages, plain
from .about import About
from .source import Notes, Source, bad_transcript


class _Sentence(NamedTuple):
    """What one speaker says without a break; `text` as written, `words` without marks by rule."""

    speaker: str | None
    text: str
    words: tuple[Word, ...]


class _Said(NamedTuple):
    sentence: _Sentence
    start: float | None
    end: float | None


def read(data: dict[str, Any], source: Source, about: About) -> Transcript:
    """Read an object with ``segments``; a sentence is an utterance, and so is what another speaker says of it.

    Word times, and `speaker` on segments (whisperX) and words, are taken where there are any; a word's goes before its
    segment's.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT when no segment has words, or `about.participant` is none of the speakers.
    """
    said = [one for segment in data["segments"] for one in _segment(segment, source.notes)]
    if not said:
        raise bad_transcript("A transcript must hold at least one utterance", "no segment with words", "Check it")
    named = data.get("language")
    own = languages.short(named) if isinstance(named, str) else None
    language = about.spoken(own, (one.sentence.text for one in said), source.notes)
    speakers = labels.carried([one.sentence.speaker for one in said], source.notes, "Segments")
    found = [
        Utterance(
            speaker=speaker or plain.ASSUMED,
            words=detect.mark(one.sentence.words, language),
            start=one.start,
            end=one.end,
            terminator=plain.terminator(one.sentence.text),
        )
        for speaker, one in zip(speakers, said, strict=True)
    ]
    codes = list(dict.fromkeys(utterance.speaker for utterance in found))
    assumed = speakers[0] is None
    return plain.assembled("whisper", codes, found, source, about.participant, language=language, assumed=assumed)


def _segment(segment: object, notes: Notes) -> Iterator[_Said]:
    """Sentences of a segment with their times: a single one has the segment's, of several each its words'."""
    if not isinstance(segment, dict) or not isinstance(segment.get("text"), str):
        notes.add("Segments without text were skipped")
        return
    start, end = _times(segment)
    speaker = _speaker(segment)
    sentences = list(_of_words(segment, speaker, notes)) or list(_of_text(segment["text"], speaker, notes))
    if len(sentences) == 1:
        # The words of some programs lack the punctuation of the text.
        yield _Said(sentences[0]._replace(text=segment["text"]), start, end)
        return
    for at, sentence in enumerate(sentences):
        starts = [word.start for word in sentence.words if word.start is not None]
        ends = [word.end for word in sentence.words if word.end is not None]
        if not starts:
            notes.add("Sentences that share a segment and have no word times were left without times")
            yield _Said(sentence, None, None)
            continue
        if at == 0 and start is not None:
            starts.append(start)
        if at == len(sentences) - 1 and end is not None:
            ends.append(end)
        yield _Said(sentence, min(starts), max(ends))


def _of_text(text: str, speaker: str | None, notes: Notes) -> Iterator[_Sentence]:
    for sentence in plain.sentences(text):
        if words := plain.events(sentence, notes):
            yield _Sentence(speaker, sentence, words)


def _of_words(segment: dict[str, Any], speaker: str | None, notes: Notes) -> Iterator[_Sentence]:
    """Sentences from a segment's list of words; nothing where that holds none."""
    listed = segment.get("words")
    texts: list[str] = []
    words: list[Word] = []
    for entry in listed if isinstance(listed, list) else ():
        if not isinstance(entry, dict):
            continue
        text = str(entry.get("word", entry.get("text", ""))).strip()
        now = _speaker(entry) or speaker
        ended = bool(texts) and plain.ends_sentence(texts[-1]) and any(c.isalnum() for c in text)
        if ended or now != speaker:
            if words:
                yield _Sentence(speaker, " ".join(texts), tuple(words))
            speaker, texts, words = now, [], []
        texts.append(text)
        words += _word(text, entry, notes)
    if words:
        yield _Sentence(speaker, " ".join(texts), tuple(words))


def _word(text: str, entry: dict[str, Any], notes: Notes) -> tuple[Word, ...]:
    start, end = _times(entry)
    probability = entry.get("probability", entry.get("score"))
    sure = probability if isinstance(probability, int | float) and 0 <= probability <= 1 else None
    times = None if start is None else TimeSource.ENGINE
    # A token that holds two words ("wait—what") has one time for both.
    told = {"start": start, "end": end, "probability": sure, "times": times}
    return tuple(word.model_copy(update=told) for word in plain.events(text, notes))


def _speaker(entry: dict[str, Any]) -> str | None:
    named = entry.get("speaker")
    return (named.strip() or None) if isinstance(named, str) else None


def _times(entry: dict[str, Any]) -> tuple[float | None, float | None]:
    start, end = entry.get("start"), entry.get("end")
    if isinstance(start, int | float) and isinstance(end, int | float) and 0 <= start <= end < float("inf"):
        return float(start), float(end)
    return None, None
