"""Telling a recogniser that repeats itself from a person who does, and cutting its loops short."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence

from ...data_schemas import Span
from .placed import Placed, overlap, text_of

MAX_COMPRESSION = 2.4
"""Text that zlib shrinks more than this is a loop (Radford et al. 2022, section 4.5)."""

REPEATS = ((1, 5), (4, 5), (12, 3))
"""Words in a phrase at most, and how often in a row it may be said at most before it is looked into."""

MAX_RATE = 9.0
"""Words a second of voiced speech; the fastest talkers stay below 7."""

TWICE = 2
"""How often three words in a row may be said in a window whose text is a loop."""

OTHERS = 3
"""Other words that another decoding hears in the same place: then the repeats are the recogniser's."""


def loops(text: str) -> bool:
    """Whether text repeats itself as recognisers do: it compresses too well, or a phrase recurs in a row."""
    return _squeezes(text) or _run([word.strip(".,?!;:").lower() for word in text.split()]) is not None


def looped(words: Sequence[Placed], speech: Sequence[Span]) -> bool:
    """Whether there is a loop in the words: no more than a person may repeat a phrase, and no faster."""
    return _squeezes(text_of(words)) or too_fast(words, speech) or len(unlooped(words, None, speech)) < len(words)


def too_fast(words: Sequence[Placed], speech: Sequence[Span]) -> bool:
    """Whether so many words cannot have been said in the time there is."""
    return len(words) > max(3.0, MAX_RATE * sum(span.end - span.start for span in speech))


def unlooped(words: Sequence[Placed], other: Sequence[Placed] | None, speech: Sequence[Span]) -> list[Placed]:
    """The words with each loop cut down to its first round.

    A phrase said many times in a row is a loop where the text compresses too well, where it goes faster than anyone
    speaks or where nobody does, or where the `other` decoding hears other words. Else it stays, in doubt.
    """
    left = list(words)
    done = 0
    while (found := _run([word.key for word in left[done:]])) is not None:
        first, size, last = done + found[0], found[1], done + found[2]
        said = left[first:last]
        if _looped(said, other, speech):
            del left[first + size : last]
            done = first + size
        else:
            left[first:last] = [Placed(word.raw, word.span, unsure=True) for word in said]
            done = last
    return left


def thinned(words: Sequence[Placed]) -> list[Placed]:
    """The words without what makes their text compress too well: three words in a row stay twice, and then no more.

    For loops that vary a little from round to round, of which no phrase recurs word by word.
    """
    if not _squeezes(text_of(words)):
        return list(words)
    kept: list[Placed] = []
    seen: Counter[tuple[str, ...]] = Counter()
    for index, word in enumerate(words):
        three = tuple(other.key for other in words[max(0, index - 2) : index + 1])
        seen[three] += 1
        if seen[three] <= TWICE:
            kept.append(Placed(word.raw, word.span, unsure=True))
    return kept


def _run(keys: Sequence[str]) -> tuple[int, int, int] | None:
    """First phrase said too often in a row: where it begins, how many words it has, and where its repeats end."""
    for size in range(1, REPEATS[-1][0] + 1):
        most = next(repeats for words, repeats in REPEATS if size <= words)
        run = 0
        for index in range(size, len(keys) + 1):
            if index < len(keys) and keys[index] == keys[index - size]:
                run += 1
                continue
            if run // size + 1 >= most and run >= size:
                return index - size - run, size, index
            run = 0
    return None


def _looped(said: Sequence[Placed], other: Sequence[Placed] | None, speech: Sequence[Span]) -> bool:
    if _squeezes(text_of(said)) or _hurried(said, speech):
        return True
    where, keys = Span(said[0].span.start, said[-1].span.end), {word.key for word in said}
    heard = [word for word in other or () if overlap(word.span, [where]) > 0 and word.key not in keys]
    return len(heard) >= OTHERS


def _squeezes(text: str) -> bool:
    data = text.encode()
    return bool(data) and len(data) / len(zlib.compress(data)) > MAX_COMPRESSION


def _hurried(said: Sequence[Placed], speech: Sequence[Span]) -> bool:
    voiced = sum(overlap(word.span, speech) for word in said)
    return len(said) > MAX_RATE * voiced
