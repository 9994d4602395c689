"""What becomes of words once they were looked for in the sound: believed, or moved to edges of it, and counted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from ..data_schemas import Audio, Phone, Span, TimeSource, Transcript, Utterance, Word
from ..models.aligners import Aligned
from .edges import LEAST as SHORTEST_SOUND
from .edges import fitted
from .snap import snapped
from .stretches import tokens

BELIEVED = 0.3
"""Confidence below which a word that was recognised elsewhere is not believed to be where it was found."""

AROUND, TEXT = 15, 0.3
"""A word of which nothing else says when it was said is believed where the mean confidence of so many words on either
side of it reaches this: the text is then what is said here, and a gap in it would be taken for a pause. So are all
words of 11 recordings, and 9 % of those of other recordings in them."""

TOGETHER, APART, FITS = 2.7, -12.5, 0.47
"""Log odds that a recognised word is within 100 ms of where it was found: where the recogniser has it at the same time,
for each second between, and what those of the aligner count. Fitted to 2,100 words of tiny.en with the voices of the
examples, clear and in noise. The recogniser has errors of 0.3 s at most; what lies farther apart is rarely right."""

AGREED = 0.15
"""Seconds by which a word's aligned edges may differ from given ones for its speech sounds to be kept."""

CROWDED = 0.5
"""Share of its time that a recognised word must have free for that time to be kept rather than where it was found."""

Found = Mapping[tuple[int, int], Aligned]
"""What the aligner found, by number of the utterance and of the word in it."""


def settled(transcript: Transcript, audio: Audio, found: Found) -> Transcript:
    """The transcript with all that was found and can be believed; see `align`."""
    work = _Work(list(transcript.utterances), audio, found, _text_is_said(transcript, found))
    for number in range(len(work.utterances)):
        work.settle(number)
    done = transcript.model_copy(update={"utterances": tuple(work.utterances)})
    return done.model_copy(update={"notes": (*done.notes, _count(done))})


def _text_is_said(transcript: Transcript, found: Found) -> frozenset[tuple[int, int]]:
    """Places of words amid others that are well found."""
    places = [
        (number, place)
        for number, utterance in enumerate(transcript.utterances)
        for place, _ in tokens(utterance)
        if (number, place) in found
    ]
    sums = [0.0, *accumulate(found[place].confidence for place in places)]
    near = [(max(0, at - AROUND), min(len(places), at + AROUND + 1)) for at in range(len(places))]
    means = [(sums[until] - sums[since]) / (until - since) for since, until in near]
    return frozenset(place for place, mean in zip(places, means, strict=True) if mean >= TEXT)


@dataclass(slots=True)
class _Work:
    """Utterances, settled up to some number."""

    utterances: list[Utterance]
    audio: Audio
    found: Found
    said: frozenset[tuple[int, int]]

    def settle(self, number: int) -> None:
        utterance = self.utterances[number]
        words = list(utterance.words)
        for place, _ in tokens(utterance):
            word, result = words[place], self.found.get((number, place))
            if result is None:
                continue
            if word.times is TimeSource.GIVEN:
                words[place] = _with_phones(word, result)
            elif self._believed(number, place, word, result):
                words[place] = _aligned(word, result)
        _beside_given(utterance.words, words)
        self._snap(number, words)
        moved = any(word.times in (TimeSource.ALIGNED, TimeSource.SNAPPED) for word in words)
        extent = _extent(utterance, words) if moved else {}
        self.utterances[number] = utterance.model_copy(update={"words": tuple(words), **extent})

    def _snap(self, number: int, words: list[Word]) -> None:
        """Recognised words that were not found, moved to edges of sound; in place."""
        if not any(word.times is TimeSource.ENGINE for word in words):
            return
        around = self._around(number)
        self._recall(number, words, around)
        rooms, reached = _rooms(words, around), around.start
        for recognised, run in groupby(range(len(words)), lambda place: words[place].times is TimeSource.ENGINE):
            if not recognised:
                continue
            places = list(run)
            start = max(reached, rooms[places[0]].start)
            room = Span(start, max(start, rooms[places[-1]].end))
            spans = [Span(words[place].start or 0.0, words[place].end or 0.0) for place in places]
            for place, span in zip(places, snapped(self.audio, spans, room), strict=True):
                words[place] = _moved(words[place], span, self.found.get((number, place)))
                reached = span.end

    def _recall(self, number: int, words: list[Word], around: Span) -> None:
        """Put words that have no room where they were recognised, but do where they were found, there; in place."""
        reached = around.start
        for place, (word, room) in enumerate(zip(words, _rooms(words, around), strict=True)):
            result = self.found.get((number, place))
            if word.times is not TimeSource.ENGINE or result is None:
                continue
            low, high = max(room.start, reached), room.end
            start, end = word.start or 0.0, word.end or 0.0
            crowded = min(end, high) - max(start, low) < CROWDED * (end - start)
            if crowded and low <= result.start and result.end <= high:
                words[place] = _aligned(word, result)
                reached = result.end

    def _around(self, number: int) -> Span:
        """What the speaker's nearest utterances with times leave free: the one before is settled, the one after not."""
        speaker = self.utterances[number].speaker
        low, high = 0.0, self.audio.duration
        for earlier in range(number - 1, -1, -1):
            ends = [word.end for word in self.utterances[earlier].words if word.end is not None]
            if self.utterances[earlier].speaker == speaker and ends:
                low = max(ends)
                break
        for later in range(number + 1, len(self.utterances)):
            if self.utterances[later].speaker == speaker and (starts := self._expected(later)):
                high = min(starts)
                break
        return Span(low, max(low, high))

    def _expected(self, number: int) -> list[float]:
        """Where words of an utterance begin that will be believed: as given, or as found."""
        starts = []
        for place, word in enumerate(self.utterances[number].words):
            result = self.found.get((number, place))
            if word.times is TimeSource.GIVEN and word.start is not None:
                starts.append(word.start)
            elif result is not None and self._believed(number, place, word, result):
                starts.append(result.start)
        return starts

    def _believed(self, number: int, place: int, word: Word, result: Aligned) -> bool:
        return (number, place) in self.said if word.start is None else _confidence(word, result) >= BELIEVED


def _rooms(words: Sequence[Word], around: Span) -> list[Span]:
    """For each word what those before and after it leave free that are settled."""
    settled = [word if word.times is not TimeSource.ENGINE else None for word in words]
    ends = [word.end if word is not None and word.end is not None else around.start for word in settled]
    starts = [word.start if word is not None and word.start is not None else around.end for word in settled]
    lows = [around.start, *accumulate(ends, max)]
    highs = [around.end, *accumulate(reversed(starts), min)][::-1]
    return [Span(low, max(low, high)) for low, high in zip(lows[:-1], highs[1:], strict=True)]


def _confidence(word: Word, result: Aligned | None) -> float:
    """The aligner's, less where the recogniser heard the word elsewhere."""
    if result is None:
        return 0.0
    if word.start is None or word.end is None:
        return result.confidence
    apart = min(abs(word.start - result.start), abs(word.end - result.end))
    odds = FITS * math.log(max(result.confidence, 1e-3) / max(1 - result.confidence, 1e-3)) + TOGETHER + APART * apart
    return round(1 / (1 + math.exp(-max(odds, -50.0))), 3)


def _aligned(word: Word, result: Aligned) -> Word:
    return word.model_copy(
        update={
            "start": result.start,
            "end": result.end,
            "times": TimeSource.ALIGNED,
            "phones": result.phones,
            "alignment": _confidence(word, result),
        }
    )


def _moved(word: Word, span: Span, result: Aligned | None) -> Word:
    times = {"start": span.start, "end": span.end, "times": TimeSource.SNAPPED}
    return word.model_copy(update={**times, "alignment": _confidence(word, result)})


def _with_phones(word: Word, result: Aligned) -> Word:
    """A word whose times were given: its speech sounds, fitted to them, where the sound has it there."""
    start, end = word.start or 0.0, word.end or 0.0
    phones: tuple[Phone, ...] = ()
    if max(abs(start - result.start), abs(end - result.end)) <= AGREED and end > start:
        phones = fitted(result.phones, start, end)
    return word.model_copy(update={"phones": phones, "alignment": _confidence(word, result)})


def _beside_given(before: Sequence[Word], words: list[Word]) -> None:
    """Keep aligned words out of the times of given ones: cut them off there, or leave them as they were; in place."""
    given = [place for place, word in enumerate(words) if word.times is TimeSource.GIVEN]
    for place, word in enumerate(words):
        if not given or word.times is not TimeSource.ALIGNED or word.start is None or word.end is None:
            continue
        low = max((words[other].end or 0.0 for other in given if other < place), default=0.0)
        high = min((words[other].start or 0.0 for other in given if other > place), default=math.inf)
        start, end = max(word.start, low), min(word.end, high)
        if end - start >= SHORTEST_SOUND * max(1, len(word.phones)):
            words[place] = word.model_copy(
                update={"start": start, "end": end, "phones": fitted(word.phones, start, end)}
            )
        else:
            words[place] = before[place]


def _extent(utterance: Utterance, words: Sequence[Word]) -> dict[str, float]:
    """When the utterance lasts: a transcriber's bounds stay where words lie within them."""
    starts = [word.start for word in words if word.start is not None]
    ends = [word.end for word in words if word.end is not None]
    recognised = any(word.times is TimeSource.ENGINE for word in utterance.words)
    if recognised or utterance.start is None or utterance.end is None:
        return {"start": min(starts), "end": max(ends)}
    return {"start": min(utterance.start, *starts), "end": max(utterance.end, *ends)}


def _count(done: Transcript) -> str:
    """One sentence on where word times come from."""
    times = [utterance.words[place].times for utterance in done.utterances for place, _ in tokens(utterance)]
    said = {
        TimeSource.ALIGNED: "aligned with the sound",
        TimeSource.SNAPPED: "not found there, so as recognised and moved to the nearest edge of sound",
        TimeSource.GIVEN: "as given",
        TimeSource.ENGINE: "as recognised",
        None: "without",
    }
    parts = [f"{times.count(source)} {text}" for source, text in said.items() if source in times]
    doubted = sum(
        word.times is TimeSource.ALIGNED and (word.alignment or 0.0) < BELIEVED
        for utterance in done.utterances
        for word in utterance.words
    )
    doubt = f" {doubted} of those aligned {'is' if doubted == 1 else 'are'} in doubt." if doubted else ""
    return f"Times of {len(times)} {'word' if len(times) == 1 else 'words'}: {', '.join(parts)}.{doubt}"
