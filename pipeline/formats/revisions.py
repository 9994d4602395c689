"""Self-corrections found by rule: what a speaker breaks off and says otherwise.

Only patterns that fluent English hardly ever makes are taken; the others need more than rules. docs/validation/
language.md says how many of a transcriber's marks they find.
"""

from __future__ import annotations

from collections.abc import Sequence

SUBJECTS = frozenset(["i", "you", "he", "she", "it", "we", "they", "there"])
ARTICLES = frozenset(["a", "an", "the"])
AUXILIARIES = frozenset(
    "am is are was were have has had do does did will would can could should might must isn't aren't wasn't weren't "
    "haven't hasn't hadn't don't doesn't didn't won't wouldn't can't couldn't shouldn't".split()
)
CONTRACTED = ("'s", "'m", "'re", "'ve", "'ll", "'d")
EDITING = (("i", "mean"), ("or", "rather"), ("no", "wait"), ("i'm", "sorry"), ("sorry",), ("no",))
"""Words that announce a correction; they stay words."""

ASIDE = frozenset(["know", "mean", "guess", "think", "say", "suppose"])
"""What follows a pronoun in "you know", "I mean", "I guess"."""

LOOK_BACK = 4
"""Words a correction may take back."""


def revised(forms: Sequence[str], interrupted: Sequence[bool]) -> set[int]:
    """Places of the words that are said otherwise afterwards.

    Parameters
    ----------
    forms : sequence of str
        Plain words of one sentence in lower case.
    interrupted : sequence of bool
        Whether a filler, fragment or pause stands before each word.

    Returns
    -------
    set of int
        Where one of these is found: an article before another article or a subject pronoun ("the a dog", "the he");
        a pronoun before its contraction ("it it's"); pronoun and auxiliary before the same pronoun ("he was he had");
        after an interruption, a clause begun anew with the same pronoun ("I wouldn't uh I definitely wouldn't"); a
        phrase after "I mean" and the like that begins as the one before ("the man I mean the woman").
    """
    found: set[int] = set()
    for at in range(len(forms) - 1):
        found.update(range(at, at + _broken_off(forms, at)))
        if interrupted[at + 1]:
            found.update(_begun_anew(forms, at + 1))
    for at in range(1, len(forms)):
        found.update(_announced(forms, at))
    return found


def _broken_off(forms: Sequence[str], at: int) -> int:
    """How many words from `at` on are taken back, by what follows them alone."""
    form, following = forms[at], forms[at + 1]
    # "the, you know, window" and "a, I guess, good idea" go on.
    aside = at + 2 < len(forms) and forms[at + 2] in ASIDE
    anew = (following in ARTICLES and following != form) or (following in SUBJECTS - {"it"} and not aside)
    if form in ARTICLES and anew:
        return 1
    if form in SUBJECTS:
        if following.startswith(form + "'") and following[len(form) :] in CONTRACTED:
            return 1
        if at + 2 < len(forms) and following in AUXILIARIES and _subject(forms[at + 2]) == form:
            return 2 if at + 3 == len(forms) or forms[at + 3] != following else 0
    stem = _subject(form)
    contracted = stem != form and stem in SUBJECTS
    if contracted and _subject(following) == stem and following != form:
        return 1
    return 0


def _begun_anew(forms: Sequence[str], at: int) -> range:
    start = _subject(forms[at])
    if start not in SUBJECTS or start == "there":
        return range(0)
    for back in range(at - 1, max(-1, at - 1 - LOOK_BACK), -1):
        if _subject(forms[back]) == start:
            # "I think uh I went" goes on; "I wouldn't uh I ..." does not.
            open_ended = forms[at - 1] in AUXILIARIES | ARTICLES | SUBJECTS or "'" in forms[at - 1]
            return range(back, at) if open_ended else range(0)
    return range(0)


def _announced(forms: Sequence[str], at: int) -> range:
    for term in EDITING:
        after = at + len(term)
        if tuple(forms[at:after]) != term or after + 1 >= len(forms):
            continue
        first = forms[after]
        if first not in ARTICLES | {"in", "on", "at", "to", "with", "my", "his", "her", "their"}:
            continue
        for back in range(at - 1, max(-1, at - 1 - LOOK_BACK), -1):
            if forms[back] == first:
                return range(back, at)
    return range(0)


def _subject(form: str) -> str:
    return next((form.removesuffix(end) for end in CONTRACTED if form.endswith(end)), form)
