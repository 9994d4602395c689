"""Misspelt words of a closed list: "aligator" is no other animal, and no word at all."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from .lists import LISTS

SHORTEST, MIDDLING = 5, 7
"""Letters from which one edit is allowed, and from which two are between words with the same consonants."""

RAREST = 1.5
"""Zipf frequency from which a form is taken for a word. wordfreq lists common misspellings too ("aligator" has 1.3);
of the words that lie near a listed name, few that people say are as rare ("skulk" and "tiler" have 1.9)."""

_VOWELS = re.compile("[aeiouy]")
_DOUBLED = re.compile(r"(.)\1+")


def corrected(form: str, asked: str) -> str | None:
    """The word of a category's names that a form misspells.

    Parameters
    ----------
    form : str
        One word in lower case.
    asked : str
        A category of `LISTS`.

    Returns
    -------
    str or None
        The nearest word with the same first letter, within one insertion, deletion, substitution or exchange of
        neighbours; within two for seven letters or more with the same consonants, doublings apart. None where the
        form is in a name itself, where words of two different names are equally near, and where English has the form
        by wordfreq.

    >>> [corrected(form, "animal") for form in ("aligator", "leapord", "tiger", "tiler", "sofa")]
    ['alligator', 'leopard', None, None, None]
    """
    listed = _words(asked).get(form[:1], {})
    if len(form) < SHORTEST or form in listed:
        return None
    forms, near = LISTS[asked].forms, sorted(_near(form, listed))
    nearest = [word for edits, word in near if edits == near[0][0]]
    # Singular and plural of one name are no two names.
    if len({forms.get(word, word) for word in nearest}) != 1 or _is_english(form):
        return None
    return nearest[0]


def _is_english(form: str) -> bool:
    from wordfreq import zipf_frequency

    return bool(zipf_frequency(form, "en") >= RAREST)


@functools.cache
def _words(asked: str) -> Mapping[str, Mapping[str, str]]:
    """Every word of every name of a category with its consonants, by first letter."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for form in LISTS[asked].forms:
        for word in form.split():
            found[word[0]][word] = _consonants(word)
    return found


def _near(form: str, listed: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    letters, consonants = set(form), _consonants(form)
    for word, others in listed.items():
        allowed = 2 if len(form) >= MIDDLING and others == consonants else 1
        # An edit changes two letters at most; this is told sooner than the edits.
        if abs(len(word) - len(form)) > allowed or len(letters.symmetric_difference(word)) > 2 * allowed:
            continue
        edits = distance(form, word, allowed)
        if edits <= allowed:
            yield edits, word


def _consonants(word: str) -> str:
    """In the order of the alphabet, for exchanged ones are a common slip; doublings are one."""
    return "".join(sorted(_DOUBLED.sub(r"\1", _VOWELS.sub("", word))))


def distance(one: str, other: str, enough: int) -> int:
    """Edits between two words: insertions, deletions, substitutions and exchanges of neighbouring letters.

    Letters that were exchanged are not edited again (optimal string alignment). The count ends above `enough`.

    >>> distance("weasle", "weasel", 2), distance("ardvark", "aardvark", 2), distance("dog", "elephant", 2)
    (1, 1, 3)
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        row = [at]
        for place, facing in enumerate(other, 1):
            edits = min(last[place] + 1, row[-1] + 1, last[place - 1] + (letter != facing))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == facing:
                edits = min(edits, before[place - 2] + 1)
            row.append(edits)
        if min(row) > enough:
            return enough + 1
        before, last = last, row
    return min(last[-1], enough + 1)
