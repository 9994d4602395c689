"""Whether a text that names no language can be English, by its letters and by how common its words are.

Only what is clearly something else counts: English talk must never lose its measures for a few odd words.
docs/transcripts.md says how often the answer is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from heapq import nlargest
from itertools import chain, islice
from math import log10

from .detect import HESITATIONS

LEAST_WORDS = 30
"""Words, hesitations aside, below which words tell nothing."""

LEAST_LETTERS = 30
"""Letters from which on their script tells something; in scripts without blanks there are no words to count."""

MOST_WORDS = 2000
"""Words looked at, from the start."""

LATIN = 0.5
"""Share of letters that must be Latin; in English transcripts all are."""

GRAMMAR, COMMON = 100, 1 / 3
"""So many words are the commonest of English, and a third of a text's are among them: more than in 30 words of any
other language tried (0.30), and a word list has none."""

OTHERS = ("de", "fr", "es", "nl", "it", "pt", "sv")
"""Languages whose words are looked up too."""

BETTER = 0.5
"""Zipf by which the mean word may be commoner in another language: in 30 words of English talk it is rarer by 0.4."""

AS_GOOD, RARE = 0.3, 3.5
"""Zipf: where the mean word is rarer than `RARE` in English, it must be commoner there by `AS_GOOD` than in any other
language: lists of animals by English speakers are, at 0.46 and more, and languages not among `OTHERS` are not."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HESITATION = re.compile(rf"(?:{HESITATIONS['en'].pattern})|m+h+m+|hu+h")


def is_english(texts: Iterable[str]) -> bool | None:
    """Whether what is said can be English; None where there is too little to tell.

    Parameters
    ----------
    texts : iterable of str
        What is said, without labels and marks.
    """
    words = list(islice(chain.from_iterable(_WORD.findall(text) for text in texts), MOST_WORDS))
    letters = [letter for word in words for letter in word if letter.isalpha()]
    if len(letters) >= LEAST_LETTERS and sum(map(_is_latin, letters)) < LATIN * len(letters):
        return False
    words = [word.lower().replace("’", "'") for word in words]
    words = [word for word in words if not _HESITATION.fullmatch(word)]
    if len(words) < LEAST_WORDS:
        return None
    commonest = _commonest()
    if sum(word in commonest for word in words) >= COMMON * len(words):
        return True
    english = _mean_zipf(words, "en")
    lead = english - max(_mean_zipf(words, other) for other in OTHERS)
    return lead >= -BETTER and (english >= RARE or lead >= AS_GOOD)


def _is_latin(letter: str) -> bool:
    return letter < "\u0250" or "\u1e00" <= letter <= "\u1eff"


@cache
def _commonest() -> frozenset[str]:
    table = _table("en")
    return frozenset(nlargest(GRAMMAR, table, key=table.__getitem__))


def _mean_zipf(words: Sequence[str], language: str) -> float:
    """Mean Zipf frequency of words, 0 for one that the list lacks; of "l'eau" that of its rarer part."""
    table = _table(language)
    return sum(_zipf(word, table) for word in words) / len(words)


def _zipf(word: str, table: dict[str, float]) -> float:
    if word in table:
        return log10(table[word]) + 9
    parts = word.split("'")
    return min(_zipf(part, table) for part in parts) if len(parts) > 1 else 0.0


def _table(language: str) -> dict[str, float]:
    # Seven lists take half a second, and only texts without a language and without English grammar ask for them.
    from wordfreq import get_frequency_dict

    found: dict[str, float] = get_frequency_dict(language, wordlist="small")
    return found
