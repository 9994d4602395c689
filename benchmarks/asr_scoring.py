"""Errors of a transcript against what was said: every word, fillers, repetitions and fragments apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

FILLERS = {
    "uh": "uh", "er": "uh", "ah": "uh", "uhh": "uh", "um": "um", "umm": "um", "erm": "um", "uhm": "um",
    "hm": "hm", "hmm": "hm", "hmmm": "hm", "mm": "hm", "mmm": "hm",
}  # fmt: skip
"""Spellings of a filled pause by the one they are compared as."""

_HEARD = frozenset(FILLERS.values())
_SPELLINGS = {"wake up": "wakeup", "wake-up": "wakeup", "yknow": "you know", "y'know": "you know"}


@dataclass
class Score:
    """Counts, to be added up over recordings.

    `words` of the reference with everything said, `errors` against them; `clean_words` and `clean_errors` the same
    after Whisper's own normaliser, without fillers, fragments and immediate repetitions; of fillers `fillers` said,
    `kept` and `invented`; of words said again at once `repeats` and `repeats_kept`; of words cut off `fragments` and
    `fragments_kept` (anything written there that begins so); of words the reference does not have `wrong`, and of them
    `wrong_marked`; `marked` words in all.
    """

    words: int = 0
    errors: int = 0
    clean_words: int = 0
    clean_errors: int = 0
    fillers: int = 0
    kept: int = 0
    invented: int = 0
    repeats: int = 0
    repeats_kept: int = 0
    fragments: int = 0
    fragments_kept: int = 0
    wrong: int = 0
    wrong_marked: int = 0
    marked: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def tokens(text: str) -> list[str]:
    """Words in lower case; a fragment keeps its hyphen at the end, other hyphens part words."""
    text = text.lower().replace("’", "'")
    for spelling, one in _SPELLINGS.items():
        text = text.replace(spelling, one)
    found: list[str] = []
    for word in re.sub(r"[^\w' -]", " ", text).split():
        parts = [part.strip("'") for part in word.split("-") if part.strip("'")]
        parts = [FILLERS.get(part, part) for part in parts]
        if parts and word.endswith("-"):
            parts[-1] += "-"
        found += parts
    return found


def score(said: Iterable[tuple[str, bool]], reference: str) -> Score:
    """Compare words, each with whether it is marked as unsure, with what was said."""
    heard, marks = [], []
    for text, unsure in said:
        pieces = tokens(text)
        heard += pieces
        marks += [unsure] * len(pieces)
    truth = tokens(reference)
    pairs = aligned(heard, truth)
    right = [(i, j) for i, j in pairs if i is not None and j is not None and _alike(heard[i], truth[j])]
    result = Score(words=len(truth), errors=len(pairs) - len(right), marked=sum(marks))
    spoken = {i for i, _ in right}
    result.wrong = len(heard) - len(spoken)
    result.wrong_marked = sum(mark for i, mark in enumerate(marks) if i not in spoken)
    result.fillers = sum(word in _HEARD for word in truth)
    result.kept = sum(truth[j] in _HEARD for _, j in right)
    result.invented = sum(word in _HEARD for word in heard) - result.kept
    again = {j for j in range(1, len(truth)) if truth[j] == truth[j - 1]}
    result.repeats, result.repeats_kept = len(again), sum(j in again for _, j in right)
    cut = {j for j, word in enumerate(truth) if word.endswith("-")}
    result.fragments = len(cut)
    result.fragments_kept = sum(j in cut and i is not None and _begins(heard[i], truth[j]) for i, j in pairs)
    cleaned, expected = _clean(heard), _clean(truth)
    result.clean_words = len(expected)
    result.clean_errors = sum(
        i is None or j is None or cleaned[i] != expected[j] for i, j in aligned(cleaned, expected)
    )
    return result


def _alike(one: str, other: str) -> bool:
    return one == other or (one in _HEARD and other in _HEARD)


def _begins(heard: str, fragment: str) -> bool:
    return heard.rstrip("-").startswith(fragment.rstrip("-")[:2])


def _clean(words: Sequence[str]) -> list[str]:
    from whisper.normalizers import EnglishTextNormalizer

    kept: list[str] = []
    for word in words:
        if word not in _HEARD and not word.endswith("-") and (not kept or kept[-1] != word):
            kept.append(word)
    return list(EnglishTextNormalizer()(" ".join(kept)).split())


def aligned(heard: Sequence[str], truth: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Pairs of positions with the fewest edits; a filler is rather paired with a filler than with a word."""
    rows = [[float(j) for j in range(len(truth) + 1)]]
    for i, word in enumerate(heard, 1):
        row = [float(i)]
        for j, other in enumerate(truth, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + _cost(word, other)))
        rows.append(row)
    pairs: list[tuple[int | None, int | None]] = []
    i, j = len(heard), len(truth)
    while i or j:
        if i and j and rows[i][j] == rows[i - 1][j - 1] + _cost(heard[i - 1], truth[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return pairs[::-1]


def _cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in _HEARD or other in _HEARD:
        return 0.25 if one in _HEARD and other in _HEARD else 1.5
    return 1.0
