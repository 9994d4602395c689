"""Speech sounds of the participant's words, and the stretches of vowels and consonants they make."""

from __future__ import annotations

from dataclasses import dataclass

from ...data_schemas.feature import Missing, Reason
from ...data_schemas.transcript import Phone, Transcript, Word
from ..registry import view
from .speech import SOUNDED

VOWELS = frozenset("AA AE AH AO AW AX AXR AY EH ER EY IH IX IY OW OY UH UW UX".split())
"""ARPAbet symbols of vowels, diphthongs among them."""

BREAK = 0.15
"""Seconds between two sounds from which they do not belong to one stretch of talk."""


@dataclass(frozen=True, slots=True)
class SoundInterval:
    """Vowels, or consonants, one after the other without a break; `run` counts the stretches of talk."""

    start: float
    end: float
    vocalic: bool
    run: int = 0

    @property
    def seconds(self) -> float:
        """Duration."""
        return self.end - self.start


def symbol(phone: Phone) -> str:
    """ARPAbet symbol in capitals, without a mark of stress."""
    return phone.text.upper().rstrip("012")


def vowels_of(word: Word) -> int:
    """How many vowels, and so syllables, the phones of a word hold."""
    return sum(symbol(phone) in VOWELS for phone in word.phones)


@view(size=len, size_unit="sounds")
def phones(transcript: Transcript) -> tuple[Phone, ...] | Missing:
    """Sounds of the participant's aligned words by time, symbols without stress."""
    words = [word for u in transcript.of_participant for word in u.words if word.kind in SOUNDED]
    found = [phone.model_copy(update={"text": symbol(phone)}) for word in words for phone in word.phones]
    if not found:
        return Missing(Reason.NO_WORD_TIMES, f"none of {len(words)} words has the times of its sounds")
    return tuple(sorted(found, key=lambda phone: (phone.start, phone.end)))


@view(size=len, size_unit="intervals of sounds")
def sound_intervals(phones: tuple[Phone, ...]) -> tuple[SoundInterval, ...]:
    """Vocalic and consonantal intervals, across words but not across silences of 150 ms or more."""
    made: list[SoundInterval] = []
    run = 0
    for phone in phones:
        vocalic = phone.text in VOWELS
        if made and phone.start - made[-1].end >= BREAK:
            run += 1
        last = made[-1] if made else None
        if last is not None and last.run == run and last.vocalic == vocalic:
            made[-1] = SoundInterval(last.start, max(last.end, phone.end), vocalic, run)
        else:
            made.append(SoundInterval(phone.start, phone.end, vocalic, run))
    return tuple(made)
