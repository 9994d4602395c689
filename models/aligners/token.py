"""What is aligned, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from ...data_schemas.transcript import Kind, Phone


@dataclass(frozen=True, slots=True)
class Token:
    """Something said.

    Attributes
    ----------
    text : str
        As the transcript writes it.
    kind : Kind
        Noises and unintelligible stretches take their place in the sound, but get no times.
    following : str
        For a fragment, the word after it, of which it may be the beginning; else empty.
    """

    text: str
    kind: Kind = Kind.WORD
    following: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch that a text lies in.

    Attributes
    ----------
    start : float
        Seconds of the recording at which the samples given begin; added to all times.
    unfinished : bool
        The text goes on after the sound ends: words that are not reached get no times.
    """

    start: float = 0.0
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Aligned:
    """A word in the sound.

    Attributes
    ----------
    start, end : float
        Seconds of the recording.
    phones : tuple of Phone
        Its sounds, one after the other from start to end.
    confidence : float
        Between 0 and 1: how likely its times are to be right.
    """

    start: float
    end: float
    phones: tuple[Phone, ...]
    confidence: float
