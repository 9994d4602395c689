"""Cutting a transcript and its recording into stretches short enough to align, at silences that both agree on."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..data_schemas import Kind, Span, Transcript, Utterance
from ..models.aligners.token import Token

SHORTEST, LONGEST = 6.0, 20.0
"""Seconds of a stretch: enough for the channel's mean to be known, and few enough words for the search to be quick.
Only speech without a pause makes longer ones."""

SILENCE = 0.2
"""Seconds: a shorter silence may be a stop consonant, and is no place to cut."""

SURE = 0.05
"""Seconds: words whose middle lies nearer to a silence than this may belong on its other side."""

FARTHEST = 40.0
"""Seconds without a silence after which a stretch is cut between two words all the same."""

MARGIN = 1.0
"""Seconds kept around the speech of a stretch: what is said softly, voice activity may miss."""

LOOSE = 0.3
"""Seconds by which a transcriber's bounds of an utterance may cut its words off."""


@dataclass(frozen=True, slots=True)
class Item:
    """A word to align: its place in the transcript, and when it is said as far as is known before."""

    utterance: int
    word: int
    token: Token
    start: float
    end: float

    @property
    def middle(self) -> float:
        """Seconds."""
        return (self.start + self.end) / 2


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words, and the part of the recording that holds all of them and no other."""

    items: tuple[Item, ...]
    start: float
    end: float


def tokens(utterance: Utterance) -> Iterator[tuple[int, Token]]:
    """Everything in an utterance that has a sound, with its place."""
    words = utterance.words
    for place, word in enumerate(words):
        if word.kind is Kind.PAUSE:
            continue
        following = ""
        if word.kind is Kind.FRAGMENT:
            following = next((other.text for other in words[place + 1 :] if other.kind is Kind.WORD), "")
        yield place, Token(word.text, word.kind, following)


def untimed(transcript: Transcript) -> Iterator[tuple[int, int]]:
    """Runs of utterances, from first to last and one more, of which nothing says when they are."""
    begun: int | None = None
    for number, utterance in enumerate(transcript.utterances):
        if bounds(utterance) is None:
            begun = number if begun is None else begun
        elif begun is not None:
            yield begun, number
            begun = None
    if begun is not None:
        yield begun, len(transcript.utterances)


def bounds(utterance: Utterance) -> Span | None:
    """From when to when an utterance lasts, by its own times or those of its words; None when it has none."""
    starts = [word.start for word in utterance.words if word.start is not None]
    ends = [word.end for word in utterance.words if word.end is not None]
    if utterance.start is not None and utterance.end is not None:
        return Span(min([utterance.start, *starts]), max([utterance.end, *ends]))
    return Span(min(starts), max(ends)) if starts else None


def timed(transcript: Transcript, speech: Sequence[Span], duration: float) -> list[Stretch]:
    """Stretches of all utterances that have times.

    Parameters
    ----------
    transcript : Transcript
    speech : sequence of Span
        Voice activity, in order and disjoint.
    duration : float
        Of the recording in seconds.
    """
    chains: list[list[list[Item]]] = []
    latest = 0.0
    for number, utterance in enumerate(transcript.utterances):
        span = bounds(utterance)
        items = [] if span is None else list(_guessed(number, utterance, span, speech))
        if not items:
            continue
        # Two speakers at once are aligned apart: the sound of one is noise to the other.
        if not chains or items[0].start < latest - LOOSE:
            chains.append([])
        chains[-1].append(items)
        latest = max(item.end for item in items)
    return [stretch for chain in chains for stretch in _divided(chain, transcript, speech, duration)]


def _guessed(number: int, utterance: Utterance, span: Span, speech: Sequence[Span]) -> Iterator[Item]:
    """Words with their times; those without share out what lies between the words beside them by their letters."""
    found = list(tokens(utterance))
    known = [utterance.words[place] for place, _ in found]
    at = 0
    while at < len(found):
        word = known[at]
        if word.start is not None and word.end is not None:
            yield Item(number, found[at][0], found[at][1], word.start, word.end)
            at += 1
            continue
        until = next((n for n in range(at, len(found)) if known[n].start is not None), len(found))
        low = known[at - 1].end if at else span.start
        high = known[until].start if until < len(found) else span.end
        yield from shared_out(number, found[at:until], Span(low or 0.0, max(low or 0.0, high or 0.0)), speech)
        at = until


def near(speech: Sequence[Span], start: float, end: float) -> Sequence[Span]:
    """Stretches of speech that touch a time span."""
    first = bisect_left(speech, start, key=lambda span: span.end)
    return speech[first : bisect_right(speech, end, key=lambda span: span.start)]


def shared_out(number: int, found: Sequence[tuple[int, Token]], span: Span, speech: Sequence[Span]) -> Iterator[Item]:
    """Words laid end to end over the voiced parts of a span, each as long as its letters."""
    parts = [Span(max(span.start, one.start), min(span.end, one.end)) for one in near(speech, span.start, span.end)]
    parts = [part for part in parts if part.end > part.start] or [span]
    letters = [max(1, len(token.text)) for _, token in found]
    per_letter = sum(part.end - part.start for part in parts) / max(1, sum(letters))
    done = 0.0
    for (place, token), count in zip(found, letters, strict=True):
        start, done = done, done + count * per_letter
        yield Item(number, place, token, _along(parts, start), _along(parts, done))


def _along(parts: Sequence[Span], seconds: float) -> float:
    for part in parts:
        if seconds <= part.end - part.start:
            return part.start + seconds
        seconds -= part.end - part.start
    return parts[-1].end


@dataclass(frozen=True, slots=True)
class _Cut:
    after: int
    at: float
    silence: float


def _divided(
    chain: Sequence[Sequence[Item]], transcript: Transcript, speech: Sequence[Span], duration: float
) -> Iterator[Stretch]:
    items = [item for utterance in chain for item in utterance]
    cuts = list(_cuts(items, transcript, speech))
    begun, since = 0, max(0.0, items[0].start - MARGIN)
    last = min(duration, items[-1].end + MARGIN)
    while begun < len(items):
        cut = _chosen(cuts, begun, since, last) or _forced(items, begun, since, last)
        if cut is None:
            yield Stretch(tuple(items[begun:]), since, last)
            return
        yield Stretch(tuple(items[begun : cut.after]), since, min(cut.at, items[cut.after - 1].end + MARGIN))
        begun, since = cut.after, max(cut.at, items[cut.after].start - MARGIN)


def _cuts(items: Sequence[Item], transcript: Transcript, speech: Sequence[Span]) -> Iterator[_Cut]:
    """Silences that no word may lie on the wrong side of, and bounds of utterances that are all there is to go by."""
    middles = [item.middle for item in items]
    quiet = [Span(one.end, other.start) for one, other in itertools.pairwise(speech)]
    for silence in quiet:
        if silence.end - silence.start < SILENCE:
            continue
        after = bisect_right(middles, (silence.start + silence.end) / 2)
        if not 0 < after < len(items):
            continue
        one, other = items[after - 1], items[after]
        if not (_timed(one, transcript) and _timed(other, transcript)) and one.utterance == other.utterance:
            continue
        if one.middle <= silence.start - SURE and other.middle >= silence.end + SURE:
            yield _Cut(after, (silence.start + silence.end) / 2, silence.end - silence.start)


def _timed(item: Item, transcript: Transcript) -> bool:
    return transcript.utterances[item.utterance].words[item.word].start is not None


def _chosen(cuts: Sequence[_Cut], begun: int, since: float, last: float) -> _Cut | None:
    """The longest silence within reach; the first one after it where there is none."""
    if last - since <= LONGEST:
        return None
    later = [cut for cut in cuts if cut.after > begun and cut.at - since >= SHORTEST]
    near = [cut for cut in later if cut.at - since <= LONGEST]
    if near:
        return max(near, key=lambda cut: (cut.silence, -cut.at))
    first = min(later, key=lambda cut: cut.at, default=None)
    return first if first is not None and first.at - since <= FARTHEST else None


def _forced(items: Sequence[Item], begun: int, since: float, last: float) -> _Cut | None:
    """Between two words, where no silence is near: at the longest gap, however short."""
    if last - since <= FARTHEST:
        return None
    low, high = since + SHORTEST, since + LONGEST
    places = [n for n in range(begun + 1, len(items)) if low <= items[n].start <= high] or [begun + 1]
    after = max(places, key=lambda n: items[n].start - items[n - 1].end)
    return _Cut(after, (items[after - 1].end + items[after].start) / 2, 0.0) if after < len(items) else None


def joined(one: Stretch, other: Stretch) -> Stretch:
    """Two stretches that follow each other as one."""
    return Stretch((*one.items, *other.items), min(one.start, other.start), max(one.end, other.end))
