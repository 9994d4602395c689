"""When each word and speech sound was said: the transcript's text found anew in the sound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..data_schemas import Audio, Code, LaliaError, Missing, Settings, Span, Transcript
from ..data_schemas.language import base_language
from ..models.aligners import LANGUAGES, NONE, Aligned, Window
from .edges import inward, moved
from .settle import BELIEVED, TEXT, settled
from .stretches import MARGIN, Item, Stretch, bounds, joined, near, shared_out, timed, tokens, untimed

if TYPE_CHECKING:
    from ..models.aligners import Aligner

AT_ONCE = 24.0
"""Seconds heard at once where nothing says when anything is said."""

LARGEST, UNITS = 100_000.0, 7
"""Seconds times speech sounds up to which a text is looked for in all of the sound at once (40 MB); and how many more
sounds than letters a word has, those that differ by what is beside them counted apart."""

KEPT = 0.75
"""Share of that which is kept: towards its end the text heard may not be the text said."""

FASTEST = 7.0
"""Words a second; nobody speaks faster for long."""

LOST = 2
"""Stretches in a row without a believable word after which an untimed text is given up."""

CONTEXT = 0.1
"""Seconds of sound taken before and after a stretch, so that resampling has settled at its ends."""


@dataclass(slots=True)
class _Work:
    """What is known so far: results by (utterance, word)."""

    transcript: Transcript
    audio: Audio
    aligner: Aligner
    inward: float
    found: dict[tuple[int, int], Aligned] = field(default_factory=dict)


def align(transcript: Transcript, audio: Audio, settings: Settings, language: str | None = None) -> Transcript:
    """Give words the times at which the sound has them, and their speech sounds.

    Parameters
    ----------
    transcript : Transcript
    audio : Audio
        Checked: `speech` is set.
    settings : Settings
        Which aligner; ``none`` leaves the transcript as it is.
    language : str, optional
        Of the recording, where the transcript names none.

    Returns
    -------
    Transcript
        The same words, whatever happens. Those found have `times` ``aligned``, `phones` and `alignment`. Times given
        with the transcript stay, and get speech sounds where the sound agrees with them. Recognised words that were
        not found, or not where the recogniser heard them, keep its times, moved to the nearest edge of sound
        (``snapped``). `notes` says how many there are of each.

    Raises
    ------
    LaliaError
        For an unknown aligner, or weights that are not the published ones. Where they are not installed, a note says
        so.
    """
    if settings.aligner == NONE or not any(True for u in transcript.utterances for _ in tokens(u)):
        return transcript
    spoken = transcript.language or language or settings.language
    known = LANGUAGES.get(settings.aligner)
    if known is not None and spoken is not None and base_language(spoken) not in (known, _THREE.get(known)):
        done = _noted(transcript, f"Words were not aligned with the sound: {settings.aligner} knows only {known}.")
    else:
        done = _aligned(transcript, audio, settings.aligner)
    if any(word.start is not None for utterance in done.utterances for word in utterance.words):
        return done
    return _noted(done, "No word has times, so measures of timing that need them are missing.")


def _aligned(transcript: Transcript, audio: Audio, name: str) -> Transcript:
    from ..models import aligners

    try:
        aligner = aligners.load(name)
    except LaliaError as error:
        if error.code is not Code.MODEL_ABSENT:
            raise
        return _noted(transcript, f"Words were not aligned with the sound: the weights of {name} are not installed.")
    work = _Work(transcript, audio, aligner, inward(audio))
    _align_timed(work)
    for begun, until in untimed(transcript):
        _follow(work, begun, until)
    return settled(transcript, audio, work.found)


def is_aligned(transcript: Transcript | Missing) -> bool:
    """Whether an aligner had a part in a transcript."""
    if isinstance(transcript, Missing):
        return False
    return any(word.alignment is not None for utterance in transcript.utterances for word in utterance.words)


_THREE = {"en": "eng"}


def _align_timed(work: _Work) -> None:
    """Stretch by stretch; two that meet at a doubtful word are aligned again as one."""
    stretches = timed(work.transcript, work.audio.speech or (), work.audio.duration)
    results = [_heard(work, stretch) for stretch in stretches]
    for (one, first), (other, second) in pairwise(zip(stretches, results, strict=True)):
        if other.start > one.end + 2 * MARGIN or other.end < one.start or not _doubtful(first, second):
            continue
        again = _heard(work, joined(one, other))
        if _sum(again) > _sum([*first, *second]):
            first[:], second[:] = again[: len(first)], again[len(first) :]
    for stretch, result in zip(stretches, results, strict=True):
        _keep(work, stretch.items, result)


def _doubtful(first: Sequence[Aligned | None], second: Sequence[Aligned | None]) -> bool:
    beside = [*first[-1:], *second[:1]]
    return any(word is None or word.confidence < BELIEVED for word in beside)


def _sum(results: Sequence[Aligned | None]) -> float:
    return sum(word.confidence for word in results if word is not None)


def _heard(work: _Work, stretch: Stretch, *, unfinished: bool = False) -> list[Aligned | None]:
    from ..models.resample import RATE, to_16k

    audio = work.audio
    start, end = max(0.0, stretch.start - CONTEXT), min(audio.duration, stretch.end + CONTEXT)
    first = round(start * audio.rate)
    part = to_16k(np.ascontiguousarray(audio.samples[first : round(end * audio.rate)]), audio.rate)
    skipped = round((stretch.start - start) * RATE)
    part = part[skipped : skipped + round((stretch.end - stretch.start) * RATE)]
    window = Window(first / audio.rate + skipped / RATE, unfinished)
    results = work.aligner.align(part, [item.token for item in stretch.items], window)
    return moved(results, near(audio.speech or (), stretch.start - MARGIN, stretch.end + MARGIN), work.inward)


def _keep(work: _Work, items: Sequence[Item], results: Sequence[Aligned | None]) -> None:
    work.found.update(
        {(item.utterance, item.word): result for item, result in zip(items, results, strict=True) if result is not None}
    )


def _follow(work: _Work, begun: int, until: int) -> None:
    """Find text of which nothing says when it is said, from the front, as much as the sound heard at once can hold."""
    utterances = work.transcript.utterances
    before = [span.end for u in utterances[:begun] if (span := bounds(u)) is not None]
    after = [span.start for u in utterances[until:] if (span := bounds(u)) is not None]
    start, end = max(before, default=0.0), min(after, default=work.audio.duration)
    speech = [Span(max(start, s.start), min(end, s.end)) for s in work.audio.speech or () if s.start < end]
    speech = [span for span in speech if span.end > span.start]
    left = [
        item
        for number in range(begun, until)
        for item in shared_out(number, list(tokens(utterances[number])), Span(start, max(start, end)), speech)
    ]
    missed = 0
    while left and speech and missed < LOST:
        kept, at = _ahead(work, left, speech, end)
        missed = 0 if any(word is not None and word.confidence >= BELIEVED for word in kept) else missed + 1
        _keep(work, left[: len(kept)], kept)
        left = left[len(kept) :]
        speech = [Span(max(at, span.start), span.end) for span in speech if span.end > at]


def _ahead(work: _Work, left: Sequence[Item], speech: Sequence[Span], end: float) -> tuple[list[Aligned | None], float]:
    """The next words, and until when the sound is accounted for; more sound is heard at once where few fit."""
    best: list[Aligned | None] = []
    trust, until = -1.0, speech[0].start + KEPT * AT_ONCE
    for seconds in (AT_ONCE, 2 * AT_ONCE):
        stretch, unfinished = _next(left, speech, end, seconds)
        results = _heard(work, stretch, unfinished=unfinished)
        kept = results[: _reached(results, stretch)] if unfinished else results
        mean = _sum(kept) / max(1, len(kept))
        if mean > trust:
            best, trust = kept, mean
            until = max((word.end for word in kept if word is not None), default=stretch.start + KEPT * seconds)
        if mean >= TEXT or not unfinished:
            break
    return best, until


def _next(left: Sequence[Item], speech: Sequence[Span], end: float, seconds: float) -> tuple[Stretch, bool]:
    """What is heard next, and whether the text goes on after it; all of it where that is not too much."""
    start = max(0.0, speech[0].start - MARGIN / 2)
    whole = min(end, speech[-1].end + MARGIN) - start
    if whole <= seconds / KEPT or whole * sum(UNITS + len(item.token.text) for item in left) <= LARGEST:
        return Stretch(tuple(left), start, start + whole), False
    stop = start + seconds
    gaps = [Span(one.end, other.start) for one, other in pairwise(speech) if start + KEPT * seconds < one.end < stop]
    if gaps:
        longest = max(gaps, key=lambda gap: gap.end - gap.start)
        stop = min((longest.start + longest.end) / 2, longest.start + MARGIN)
    voiced = sum(max(0.0, min(stop, span.end) - span.start) for span in speech)
    return Stretch(tuple(left[: 4 + math.ceil(voiced * FASTEST)]), start, stop), True


def _reached(results: Sequence[Aligned | None], stretch: Stretch) -> int:
    """How many words to keep of text that runs on: to the longest gap in the later part of the stretch."""
    low = stretch.start + KEPT / 2 * (stretch.end - stretch.start)
    high = stretch.start + KEPT * (stretch.end - stretch.start)
    said = [(number, word) for number, word in enumerate(results) if word is not None]
    places = [(after[1].start - one[1].end, after[0]) for one, after in pairwise(said) if low <= one[1].end <= high]
    if places:
        return max(places)[1]
    return next((number for number, word in said if word.end > high), len(results) if not said else said[-1][0] + 1)


def _noted(transcript: Transcript, note: str) -> Transcript:
    return transcript.model_copy(update={"notes": (*transcript.notes, note)})


__all__ = ["align", "is_aligned"]
