"""Edges of aligned words beside silence, moved to where voice activity has the sound begin and end.

An acoustic model hears in frames of 26 ms and has the first and last sounds of a stretch reach into the silence
beside them: pauses come out 45 ms too short. Levels of the signal, by which voice activity's edges are set, say more.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..data_schemas import Audio, Phone, Span
from ..models.aligners import Aligned
from ..models.vad.edges import contrast

OUT, IN = 0.12, 0.20
"""Seconds a word may be made longer, and shorter: voice activity may miss soft sounds, and a word in silence is not
where it was heard."""

NOISY_IN = 0.03
"""Seconds a word may be made shorter where speech stands out of the noise by less than `CLEAR`: there voice activity
has the sound begin late and end early, past creak, nasals and *h*, and the acoustic model knows better."""

CLEAR = 22.0
"""Decibels from noise to speech. In pink noise 20 dB below the speech (21.5 dB here) both bounds serve equally well,
at 10 dB the lower makes the median error of a pause 19 ms instead of 50 (docs/validation/alignment.md)."""

LEAST = 0.01
"""Seconds a speech sound keeps: one frame."""


def inward(audio: Audio) -> float:
    """Seconds by which voice activity may make words of a recording shorter."""
    above = contrast(audio.samples, audio.rate, audio.speech or ())
    return IN if above is None or above >= CLEAR else NOISY_IN


def moved(words: Sequence[Aligned | None], speech: Sequence[Span], within: float = IN) -> list[Aligned | None]:
    """Words with their edges beside silences moved; one that lies in a silence altogether stays.

    Parameters
    ----------
    words : sequence of (Aligned or None)
        In order, without overlap.
    speech : sequence of Span
        Voice activity, in order and disjoint.
    within : float
        Seconds an edge may move inward.
    """
    found = list(words)
    places = [place for place, word in enumerate(found) if word is not None]
    for number, place in enumerate(places):
        word = found[place]
        assert word is not None
        before = found[places[number - 1]] if number else None
        after = found[places[number + 1]] if number + 1 < len(places) else None
        low = before.end if before is not None else 0.0
        high = after.start if after is not None else float("inf")
        start, end = _start(word, speech, low, within), _end(word, speech, high, within)
        if (start, end) != (word.start, word.end) and end - start >= LEAST * len(word.phones):
            found[place] = Aligned(start, end, fitted(word.phones, start, end), word.confidence)
    return found


def _start(word: Aligned, speech: Sequence[Span], low: float, within: float) -> float:
    edges = (span.start for span in speech if span.end > word.start)
    there = [edge for edge in edges if max(low, word.start - OUT) <= edge < min(word.end, word.start + within)]
    return min(there, key=lambda edge: abs(edge - word.start), default=word.start)


def _end(word: Aligned, speech: Sequence[Span], high: float, within: float) -> float:
    edges = (span.end for span in speech if span.start < word.end)
    there = [edge for edge in edges if max(word.start, word.end - within) < edge <= min(high, word.end + OUT)]
    return min(there, key=lambda edge: abs(edge - word.end), default=word.end)


def fitted(phones: Sequence[Phone], start: float, end: float) -> tuple[Phone, ...]:
    """Speech sounds made to fill a word's new times; those inside stay where they can."""
    count = len(phones)
    if not count:
        return ()
    least = min(LEAST, (end - start) / count)
    edges = [start]
    for at, phone in enumerate(phones[1:], 1):
        edges.append(round(min(max(phone.start, edges[-1] + least), end - (count - at) * least), 4))
    edges.append(end)
    return tuple(Phone(text=phone.text, start=edges[at], end=edges[at + 1]) for at, phone in enumerate(phones))
