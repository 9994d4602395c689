"""Families of words that sound alike, told from their spelling, for clusters in letter fluency."""

from __future__ import annotations

import re

_VOWELS = re.compile("[aeiouy]+")


def families(form: str) -> frozenset[str]:
    """What a word may share with its neighbours after Troyer et al. (1997).

    Words are related that begin with the same two letters (``fl-``), that rhyme (here: are spelled alike from their
    last vowel on, one consonant at least) or that differ in a vowel alone (``fat``, ``fit``, ``foot``). Homonyms, which
    spelling does not tell, are the rule that is left out.

    >>> sorted(families("stand")), sorted(families("Sand") & families("stand"))
    (['begins st', 'frame st.nd', 'rhymes and'], ['rhymes and'])
    """
    word = re.sub("[^a-z]", "", form.lower())
    if len(word) < 2:
        return frozenset()
    found = {f"begins {word[:2]}"}
    last = list(_VOWELS.finditer(word.removesuffix("e") if len(word) > 3 else word))
    if last and last[-1].start() > 0 and len(word) - last[-1].start() >= 2:
        found.add(f"rhymes {word[last[-1].start() :]}")
    frame = _VOWELS.sub(".", word.removesuffix("e"))
    if frame.count(".") == 1 and not frame.endswith("."):
        found.add(f"frame {frame}")
    return frozenset(found)
