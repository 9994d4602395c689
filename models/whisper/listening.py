"""Decodings as words with their places in the recording, and what is known of a recording so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...data_schemas import Audio
from .engine import Decoded, Engine, Heard
from .placed import Placed
from .times import Bias, place
from .windows import Window, rest, samples

MIN_LOGPROB = -1.0
MAX_NO_SPEECH = 0.6
"""A window less sure of its words than the first and surer than the second that nobody speaks is not speech:
Whisper's own thresholds."""

UNCOVERED = 2.0
"""Seconds of voiced speech without a word that make a decoding suspect."""

UNBROKEN = 1.0
"""Seconds of voice at a stretch that no cough of the tests lasts (0.24-0.36), and all but single words do."""

_PROGRESS = 1.0
"""Seconds a decoding must have got through before the rest is decoded: less would not end."""

_CUT_OFF = 0.2
"""Seconds of speech after a sentence broken off that are worth decoding: a short word."""


@dataclass(slots=True)
class Told:
    """A recording as far as it is transcribed: its words, and what a reader must know of them.

    `refused` are words that were heard where the voice sounds like speech, and that the recogniser does not believe.
    """

    audio: Audio
    language: str
    verbatim: bool
    words: list[Placed] = field(default_factory=list)
    refused: list[Placed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Tell it once."""
        if text not in self.notes:
            self.notes.append(text)

    def refuse(self, window: Window, words: Sequence[Placed]) -> None:
        """Keep count of words that are not taken; coughs are not held against the speaker's language."""
        if any(span.end - span.start >= UNBROKEN for span in window.speech):
            self.refused += words


class Listener:
    """A model with the bias of its word times."""

    def __init__(self, engine: Engine, bias: Bias) -> None:
        self.engine, self._bias = engine, bias

    def alone(self, told: Told, window: Window, prompt: str | None = None) -> list[Placed]:
        """The words of a window heard by itself."""
        (found,) = self.engine.decode(self._heard(told, window), told.language, prompt)
        return self.through(told, window, prompt, found)

    def through(self, told: Told, window: Window, prompt: str | None, found: Decoded) -> list[Placed]:
        """Words of a window; where the engine breaks off before the end of the speech, it hears the rest anew."""
        placed = self._placed(told, window, found)
        while (left := _left(window, found)) is not None:
            window = left
            (found,) = self.engine.decode(self._heard(told, window), told.language, prompt)
            placed += self._placed(told, window, found)
        return placed

    def _heard(self, told: Told, window: Window) -> Heard:
        return self.engine.hear([samples(told.audio, window)])

    def _placed(self, told: Told, window: Window, found: Decoded) -> list[Placed]:
        spans = place(found.words, window, self._bias)
        words = [Placed(raw, span) for raw, span in zip(found.words, spans, strict=True)]
        if found.no_speech > MAX_NO_SPEECH and found.logprob < MIN_LOGPROB:
            told.refuse(window, words)
            return []
        return words


def _left(window: Window, found: Decoded) -> Window | None:
    """What is still to be decoded of a window, if anything."""
    if found.until is None or found.until < _PROGRESS or found.full:
        return None
    left = rest(window, found.until)
    least = _CUT_OFF if found.cut else UNCOVERED
    return left if left is not None and left.voiced >= least else None
