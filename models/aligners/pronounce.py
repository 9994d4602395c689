"""The speech sounds of whatever a transcript holds: words, fillers, words broken off, noises."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from ...data_schemas.transcript import Kind
from .dictionary import Dictionary, Sounds
from .letters import Letters
from .spoken import letters_of, readings
from .token import Token

MOST = 6
"""Pronunciations of one word at most: more cost time and seldom differ."""

NOISE: Sounds = ("+NSN+",)
SPEECH: Sounds = ("+SPN+",)
SILENCE: Sounds = ("SIL",)

_FILLERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"u+h*m+", ("AH M", "M", "AA M", "ER M")),
    (r"a+h*m+", ("AH M", "AA M", "M")),
    (r"e+r*h*m+", ("ER M", "AH M", "EH M")),
    (r"u+h+|u+", ("AH", "AA", "ER")),
    (r"a+h*|a+w+", ("AA", "AH")),
    (r"e+r+", ("ER", "AH")),
    (r"e+h+", ("EH", "AH", "EY")),
    (r"o+h+", ("OW",)),
    (r"h+m+|h+u+m+", ("HH M", "M", "HH AH M")),
    (r"m+", ("M",)),
    (r"(m+-?h+m+|m+-?h+u+m+|u+h+-?h+u+m+)", ("M HH M", "AH M HH AH M", "AH HH AH")),
    (r"u+h+-?h+u+h+", ("AH HH AH", "M HH M")),
    (r"h+u+h+", ("HH AH",)),
)
_PATTERNS = tuple((re.compile(pattern), tuple(tuple(s.split()) for s in said)) for pattern, said in _FILLERS)

_VOICELESS = frozenset("P T K F TH".split())
_SIBILANT = frozenset("S Z SH ZH CH JH".split())
_ENDINGS = {
    "'ll": ("AH L", "L"), "'d": ("D", "AH D"), "'ve": ("V", "AH V"), "'re": ("ER",), "'m": ("M",), "'em": ("AH M",),
    "ing": ("IH NG",), "in'": ("IH N",), "ings": ("IH NG Z",), "ly": ("L IY",), "er": ("ER",), "ers": ("ER Z",),
    "ness": ("N AH S",), "ish": ("IH SH",), "less": ("L AH S",), "able": ("AH B AH L",), "y": ("IY",),
}  # fmt: skip


class Pronouncer:
    """Pronunciations from a dictionary, else by what a word is made of, else by its letters."""

    def __init__(self, dictionary: Dictionary, letters: Letters) -> None:
        self._dictionary, self._letters = dictionary, letters
        self._known: dict[Token, tuple[Sounds, ...]] = {}

    def __call__(self, token: Token) -> tuple[Sounds, ...]:
        """One to `MOST` pronunciations, likeliest first; none for what has no sound, such as a lone sign."""
        if token not in self._known:
            self._known[token] = tuple(dict.fromkeys(said for said in self._said(token) if said))[:MOST]
        return self._known[token]

    def _said(self, token: Token) -> Iterable[Sounds]:
        if token.kind is Kind.NONVERBAL:
            return (NOISE, SILENCE)
        if token.kind is Kind.UNINTELLIGIBLE:
            return (SPEECH, SILENCE)
        text = token.text.lower().replace("’", "'")
        if token.kind is Kind.FRAGMENT:
            return self._fragment(text, token.following.lower().replace("’", "'"))
        if token.kind is Kind.FILLER:
            return self._filler(text)
        return self._word(token.text.replace("’", "'"))

    def _filler(self, text: str) -> Iterable[Sounds]:
        for pattern, said in _PATTERNS:
            if pattern.fullmatch(text):
                return said
        return self._word(text)

    def _fragment(self, text: str, following: str) -> Iterator[Sounds]:
        """The beginning of the word that follows, where it may be its beginning; else as it is spelt."""
        bare = re.sub(r"[^a-z']", "", text)
        if bare and following.startswith(bare) and len(following) > len(bare):
            for whole in list(self._word(following))[:2]:
                likely = max(1, round(len(whole) * len(bare) / len(following)))
                yield from (whole[:count] for count in (likely, likely + 1, likely - 1) if 0 < count <= len(whole))
        yield self._letters(bare)
        if len(bare) > 1 and bare in self._dictionary:
            yield from self._dictionary[bare]
        if len(bare) == 1 and bare not in "aeiou":
            yield (*self._letters(bare), "AH")

    def _word(self, text: str) -> Iterable[Sounds]:
        plain = text.lower()
        written = self._dictionary.get(plain, ())
        if found := [said for reading in readings(text) for said in self._phrase(reading)]:
            return [*found[: MOST - 1], *written]
        if written:
            return written
        parts = [part for part in re.split(r"[-_+.\s/]+", plain) if part]
        if len(parts) > 1:
            joined = "".join(parts)
            known = list(self._dictionary[joined]) if joined in self._dictionary else []
            spelt = all(len(part) == 1 for part in parts)
            words = [word for part in parts for word in (*readings(part)[:1], (part,))[0]]
            return [*known, *self._phrase(letters_of(joined) if spelt else words)]
        if any(pattern.fullmatch(plain) for pattern, _ in _PATTERNS[-3:]):
            return self._filler(plain)
        return self._unknown(text)

    def _phrase(self, words: Iterable[str]) -> list[Sounds]:
        """Words said one after the other, in up to two pronunciations."""
        found: list[Sounds] = [()]
        for word in words:
            ways = self._dictionary.get(word, ())[:2] or [*itertools.islice(self._unknown(word), 2)]
            found = [(*before, *after) for before in found for after in ways][:2]
        return found

    def _unknown(self, text: str) -> Iterator[Sounds]:
        plain = re.sub(r"[^a-z']", "", text.lower())
        if (text.isupper() and len(plain) > 1) or (len(plain) > 1 and not re.search("[aeiouy]", plain)):
            yield from self._phrase(letters_of(plain))
        yield from self._inflected(plain)
        yield from self._compound(plain)
        yield self._letters(plain)

    def _inflected(self, word: str) -> Iterator[Sounds]:
        for stem in (word[:-2] if word.endswith(("'s", "s'")) else word[:-1] if word.endswith("s") else "",):
            for said in self._stem(stem):
                yield (*said, *_s(said[-1]))
        if word.endswith("ed"):
            for said in self._stem(word[:-2]) or self._stem(word[:-1]):
                yield (*said, *_d(said[-1]))
        for ending, ways in _ENDINGS.items():
            if word.endswith(ending):
                stem = word[: -len(ending)]
                for said in self._stem(stem) or self._stem(f"{stem}e"):
                    yield from ((*said, *way.split()) for way in ways)

    def _stem(self, stem: str) -> tuple[Sounds, ...]:
        if len(stem) > 1 and stem in self._dictionary:
            return self._dictionary[stem][:2]
        doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[:-1] in self._dictionary
        return self._dictionary[stem[:-1]][:2] if doubled else ()

    def _compound(self, word: str) -> Iterator[Sounds]:
        places = [
            at for at in range(3, len(word) - 2) if word[:at] in self._dictionary and word[at:] in self._dictionary
        ]
        for at in sorted(places, key=lambda at: abs(2 * at - len(word)))[:1]:
            yield (*self._dictionary[word[:at]][0], *self._dictionary[word[at:]][0])


def _s(last: str) -> Sounds:
    return ("AH", "Z") if last in _SIBILANT else ("S",) if last in _VOICELESS else ("Z",)


def _d(last: str) -> Sounds:
    return ("AH", "D") if last in ("T", "D") else ("T",) if last in _VOICELESS | {"S", "SH", "CH"} else ("D",)
