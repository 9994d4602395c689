"""Which utterances, tokens and words of a transcript count."""

from __future__ import annotations

from ...data_schemas.sample import Parse, Token
from ...data_schemas.transcript import Kind, Transcript, Utterance, Word
from ..registry import view

SAID = frozenset([Kind.WORD, Kind.FILLER, Kind.FRAGMENT, Kind.REPEATED, Kind.REVISED])
"""Kinds that are words said aloud; unintelligible stretches, noises and pauses are not."""


@view(size=len, size_unit="utterances")
def utterances(transcript: Transcript) -> tuple[Utterance, ...]:
    """The participant's utterances that hold at least one word said, in order."""
    return tuple(u for u in transcript.of_participant if any(w.kind in SAID for w in u.words))


@view(size=len, size_unit="utterances")
def sentences(parses: tuple[Parse, ...]) -> tuple[Parse, ...]:
    """Parses of the participant's utterances that hold at least one word, punctuation left in."""
    return tuple(parse for parse in parses if any(_counts(token) for token in parse))


@view(size=len, size_unit="words")
def tokens(parses: tuple[Parse, ...]) -> tuple[Token, ...]:
    """The participant's tokens: words only, no punctuation; contractions split as the parser splits them."""
    return tuple(token for parse in parses for token in parse if _counts(token))


@view(size=len, size_unit="words")
def words(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    """Lower-cased forms of `tokens`: the participant's words, without fillers, fragments and retraced material."""
    return tuple(token.text.lower() for token in tokens)


@view(size=len, size_unit="words")
def words_said(utterances: tuple[Utterance, ...]) -> tuple[Word, ...]:
    """Everything the participant said as transcribed, with fillers, fragments, repeated and revised words."""
    return tuple(word for utterance in utterances for word in utterance.words if word.kind in SAID)


def _counts(token: Token) -> bool:
    return token.pos not in {"PUNCT", "SPACE", "SYM"}
