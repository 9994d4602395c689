"""Words of a transcript whose language no parser reads: told by the spaces between them, where there are any."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from ...data_schemas.language import base_language

UNSPACED = ("CJK ", "HIRAGANA", "KATAKANA", "BOPOMOFO", "THAI ", "LAO ", "KHMER ", "MYANMAR ", "TIBETAN ")
"""First words of the Unicode names of letters that are written without a space between words."""

SYLLABLES = frozenset(["vi"])
"""Languages whose spaces part syllables and not words."""


def parted(texts: Iterable[str]) -> Iterator[str]:
    """Stretches between spaces that hold a letter or digit, without punctuation and symbols at their ends."""
    for text in texts:
        for part in text.split():
            if any(map(str.isalnum, part)):
                yield _bare(part)


def _bare(part: str) -> str:
    # Vowel signs and accents after a letter are no letters by Python's rule, and yet part of the word.
    kept = [at for at, char in enumerate(part) if unicodedata.category(char)[0] in "LMN"]
    return part[kept[0] : kept[-1] + 1]


def letters_apart(forms: Iterable[str], language: str | None) -> str | None:
    """Why words cannot be told by their spaces; None where they can.

    Parameters
    ----------
    forms : iterable of str
        What stands between spaces.
    language : str or None
        ISO 639-1 code.
    """
    if language is not None and base_language(language) in SYLLABLES:
        return f"words cannot be told: in {language} spaces part syllables"
    letters = [char for form in forms for char in form if char.isalpha()]
    unspaced = sum(unicodedata.name(char, "").startswith(UNSPACED) for char in letters)
    if 2 * unspaced > len(letters):
        return "words cannot be told: the script has no spaces between them"
    return None
