"""What the recogniser needs of an engine, whichever library does the arithmetic."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]

BEAM = 5
"""Beam width, OpenAI's default: with the prompt for fillers, greedy search keeps 8 of the 10 that a beam of 5 keeps."""

BATCH = 8
"""Windows heard at once on CUDA."""

FRAMES = 3000
"""Frames of log-mel spectrum in a window: 30 s in steps of 10 ms."""

NEW_TOKENS = 224
"""Tokens decoded at most from one window: half of Whisper's text context, as its own decoder allows."""

PREPENDED, APPENDED = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"
"""Punctuation joined to the word after or before it; both libraries' own lists."""


@dataclass(frozen=True, slots=True)
class RawWord:
    """A word as the engine gives it: leading space and punctuation attached, seconds within its window."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """One decoding of one window.

    `logprob` is the mean log probability per token, `no_speech` the probability of the no-speech token,
    `full` whether decoding stopped only because `NEW_TOKENS` were used up. `until` is how far, in seconds, the engine
    says it got (None: to the end), and `cut` whether it broke off there in the middle of a sentence.
    """

    words: tuple[RawWord, ...]
    text: str
    logprob: float
    no_speech: float
    full: bool = False
    until: float | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Text tokens of a decoding, and where its timestamps say it ends."""

    tokens: list[int]
    until: float | None
    cut: bool

    def frames(self, frames: int) -> int:
        """Frames the text can lie in: what the engine left undecoded must not be shared out among its words."""
        if self.until is None:
            return frames
        return min(frames, max(round(self.until * 100), 2 * len(self.tokens) + 2))


def split(tokens: Sequence[int], end: int, first_timestamp: int) -> Text:
    """Text of a sequence with timestamps (Radford et al. 2022, section 2.3).

    A pair of timestamps, or a text after the last one, means a sentence that goes on beyond what was decoded: it is
    left for the next decoding to begin with. `end` is the first token that is no text.
    """
    stamps = [index for index, token in enumerate(tokens) if token >= first_timestamp]
    pairs = [after for before, after in itertools.pairwise(stamps) if after == before + 1]
    closed = bool(stamps) and stamps[-1] == len(tokens) - 1 and (len(stamps) < 2 or stamps[-2] != stamps[-1] - 1)
    cut = bool(pairs) and not closed
    kept = tokens[: pairs[-1]] if cut else tokens
    last = tokens[pairs[-1]] if cut else tokens[stamps[-1]] if stamps else first_timestamp
    until = (last - first_timestamp) * 0.02
    return Text([token for token in kept if token < end], until if until > 0 else None, cut)


@dataclass(frozen=True, slots=True)
class Heard:
    """Windows as the encoder heard them, to be decoded more than once: encoding is half the work.

    `encoded` is the engine's own; `frames` are those of log-mel spectrum that hold each window's sound.
    """

    encoded: Any
    frames: tuple[int, ...]


class Engine(Protocol):
    """One loaded model on one device; `batch` windows are best heard at once.

    Nothing is sampled: CTranslate2 draws from a generator that cannot be seeded again within a process.
    """

    name: str
    batch: int
    languages: tuple[str, ...]

    def hear(self, sounds: Sequence[Sound]) -> Heard:
        """Encode windows of at most 30 s, 16 kHz."""
        ...

    def detect(self, heard: Heard) -> list[Mapping[str, float]]:
        """Probability of each language the model knows, for each window."""
        ...

    def decode(self, heard: Heard, language: str, prompt: str | None) -> list[Decoded]:
        """Decode windows, each on its own; the same input gives the same bits."""
        ...
