"""Word times from the %wor tier."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...data_schemas.transcript import Kind, TimeSource, Word
from .chat_marks import MADE_COPY, TIME_MARK, UNTRANSCRIBED

Timed = tuple[str, float | None, float | None]

_TOKEN = re.compile(r"\x15[^\x15]*\x15|[^\s\x15]+")
_FULL = frozenset([Kind.WORD, Kind.FILLER, Kind.FRAGMENT, Kind.REPEATED, Kind.REVISED, Kind.UNINTELLIGIBLE])

# Programs differ in what they align; each set is tried whole, so that a word is never matched by guess.
_ALIGNED = (
    _FULL,
    _FULL - {Kind.UNINTELLIGIBLE},
    _FULL - {Kind.FRAGMENT},
    _FULL - {Kind.UNINTELLIGIBLE, Kind.FRAGMENT},
    _FULL - {Kind.UNINTELLIGIBLE, Kind.FRAGMENT, Kind.FILLER},
    frozenset([Kind.WORD, Kind.FILLER]),
    frozenset([Kind.WORD]),
)


def parse(text: str) -> list[Timed]:
    """Words of the tier with start and end in seconds; None, None for a word without a time mark."""
    timed: list[Timed] = []
    for token in _TOKEN.findall(text):
        if token[0] != "\x15":
            word = bare(token)
            if word:
                timed.append((word, None, None))
            continue
        mark = TIME_MARK.search(token.strip("\x15").strip())
        if mark and timed and timed[-1][1] is None and int(mark[1]) <= int(mark[2]):
            timed[-1] = (timed[-1][0], int(mark[1]) / 1000, int(mark[2]) / 1000)
    return timed


def bare(text: str) -> str:
    """Letters and digits only, in lower case: what a word of the tier and of the main line must share."""
    return "".join(c for c in text.lower() if c.isalnum())


def time(words: Sequence[Word], tier: Sequence[Timed]) -> tuple[Word, ...] | None:
    """The words with the tier's times, or None when the tier does not say the same words."""
    for kinds in _ALIGNED:
        chosen = [i for i, word in enumerate(words) if word.kind in kinds and MADE_COPY not in word.codes]
        times = _matched([words[i] for i in chosen], tier)
        if times is not None:
            by_index = dict(zip(chosen, times, strict=True))
            return tuple(_with_times(word, by_index.get(i)) for i, word in enumerate(words))
    return None


def _matched(words: Sequence[Word], tier: Sequence[Timed]) -> list[tuple[float | None, float | None]] | None:
    """One time per word when tier and words agree from first to last; a replaced word may stand as its target."""
    times, at = [], 0
    for word in words:
        size = next((len(form) for form in _forms(word) if [t[0] for t in tier[at : at + len(form)]] == form), 0)
        if not size:
            return None
        times.append((tier[at][1], tier[at + size - 1][2]))
        at += size
    return times if at == len(tier) else None


def _forms(word: Word) -> list[list[str]]:
    forms = [[bare(word.text)]]
    if word.target:
        forms.append([bare(part) for part in word.target.split() if bare(part)] or forms[0])
    if word.kind is Kind.UNINTELLIGIBLE:
        forms += [[other] for other in sorted(UNTRANSCRIBED)]
    return forms


def _with_times(word: Word, times: tuple[float | None, float | None] | None) -> Word:
    if times is None or times[0] is None or times[1] is None or times[1] < times[0]:
        return word
    return word.model_copy(update={"start": times[0], "end": times[1], "times": TimeSource.GIVEN})
