"""Fillers, cut-off words, repetitions and self-corrections found by rule, for transcripts that do not annotate them.

Pure functions on the words of one utterance. Only plain words are looked at; what they change carries
``detected=True``, so that a reader can tell a rule's guess from a transcriber's mark. English is complete; other
languages listed in `HESITATIONS` get fillers and fragments only, because which doubled words are grammar
("that that", "die die") is known here for English alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ...data_schemas.language import base_language
from ...data_schemas.transcript import Kind, Word
from .revisions import revised

HESITATIONS = {
    # Back-channels (mhm, uh-huh) and discourse markers (like, you know) are words, not fillers.
    "en": re.compile(r"u+h*m+|u+h+|er|er{3,}|e+rm+|e+h+|a+h+|h+m+|m{2,}"),
    "de": re.compile(r"ä+h*m*|ö+h*m*|e+hm*|h+m+|m{2,}"),
    "fr": re.compile(r"e+u+h+m*|h+e+u+|h+m+|m{2,}"),
    "es": re.compile(r"e+h*m+|e+h+|m{2,}"),
}
"""Sounds of hesitation by language, matched against a whole lower-cased word ("er" is a pronoun in German)."""

RESPONSES = re.compile(r"h+m+|m{2,}|a+h+")
"""Sounds that answer or acknowledge when they are all that is said in an utterance."""

LONGEST_REPEAT = 6
"""Longest sequence of words whose immediate repetition is looked for."""

DOUBLES = frozenset(
    # Grammar: "I know that that dog", "she had had enough", "what it is is", "in in-patients".
    "that had is do "
    # Emphasis: said twice to mean more.
    "very really so too much many more long big far way never ever again really little lots round up down "
    # Answers, greetings, feedback, said twice by custom.
    "no yes yeah yep nope okay ok right sure well please thanks oh ooh hey hello hi bye now there come go wait stop "
    "good alright ha haha mhm mm-hmm uh-huh "
    # Words made of two halves.
    "night knock blah la choo tick tock woof meow quack moo ding dong boo tut chop hush "
    # Digits are dictated one by one.
    "zero one two three four five six seven eight nine ten hundred double".split()
)
"""Words whose doubling is no repetition: grammar, emphasis, feedback, reduplication, dictated numbers."""

_EDGES = re.compile(r"^[\W_]+|(?<![\W_])[\W_]+$")
_CUT_OFF = re.compile(r"^\W*(\w[\w'’]*)-[^\w-]*$")
_ENDS_SENTENCE = re.compile(r"[.?!…][\"'”’)]*$")
_BRIDGES = frozenset([Kind.FILLER, Kind.FRAGMENT, Kind.PAUSE, Kind.NONVERBAL])


def mark(words: Sequence[Word], language: str | None = None) -> tuple[Word, ...]:
    """Mark fillers, fragments, repetitions and self-corrections in the words of one utterance.

    Parameters
    ----------
    words : sequence of Word
        One utterance, in order. Events of any kind but `Kind.WORD` are left as they are.
    language : str or None
        ISO 639-1 code, region ignored; None means English.

    Returns
    -------
    tuple of Word
        As many as given, in the same order; texts, times and codes unchanged, but for the hyphen that
        ends a cut-off word.
    """
    marked = mark_fragments(mark_fillers(words, language))
    # With inner copies set aside, an outer one may stand free: the the dog, the dog.
    while (again := mark_revisions(mark_repetitions(marked, language), language)) != marked:
        marked = again
    return marked


def mark_fillers(words: Sequence[Word], language: str | None = None) -> tuple[Word, ...]:
    """Turn words that are a sound of hesitation of `language` into `Kind.FILLER`.

    An utterance that is nothing but one of `RESPONSES` ("Mm.") keeps it as a word: there it is a back-channel.
    """
    pattern = HESITATIONS.get(_primary(language))
    alone = len(words) == 1 and RESPONSES.fullmatch(bare(words[0].text))
    if pattern is None or alone:
        return tuple(words)
    return tuple(
        _become(word, Kind.FILLER) if word.kind is Kind.WORD and pattern.fullmatch(bare(word.text)) else word
        for word in words
    )


def mark_fragments(words: Sequence[Word]) -> tuple[Word, ...]:
    """Turn words that end in a hyphen ("wh-") into `Kind.FRAGMENT`, without the hyphen."""
    return tuple(_cut_off(word) for word in words)


def mark_repetitions(words: Sequence[Word], language: str | None = None) -> tuple[Word, ...]:
    """Turn the earlier copies of immediately repeated sequences into `Kind.REPEATED`.

    Sequences of one to `LONGEST_REPEAT` words, longest first; fillers, fragments, pauses and noises may stand
    between the copies, the end of a sentence may not. A sequence made only of `DOUBLES`, "you know", single letters
    and "years and years" are left alone.
    """
    if _primary(language) != "en":
        return tuple(words)
    marked = list(words)
    for stretch in _stretches(words):
        forms = [bare(words[index].text) for index in stretch]
        at = 0
        while at < len(stretch):
            size = _repeat_at(forms, at)
            for index in stretch[at : at + size]:
                marked[index] = _become(marked[index], Kind.REPEATED)
            at += max(size, 1)
    return tuple(marked)


def mark_revisions(words: Sequence[Word], language: str | None = None) -> tuple[Word, ...]:
    """Turn words that are said otherwise afterwards into `Kind.REVISED`; see `revisions.revised`."""
    if _primary(language) != "en":
        return tuple(words)
    marked = list(words)
    for stretch in _stretches(words):
        forms = [bare(words[index].text) for index in stretch]
        gaps = [False, *(after - before > 1 for before, after in pairwise(stretch))]
        for place in revised(forms, gaps):
            marked[stretch[place]] = _become(marked[stretch[place]], Kind.REVISED)
    return tuple(marked)


def bare(text: str) -> str:
    """The word in lower case without punctuation at its edges."""
    return _EDGES.sub("", text).lower().replace("’", "'")


def _primary(language: str | None) -> str:
    return base_language(language or "en")


def _become(word: Word, kind: Kind) -> Word:
    return word.model_copy(update={"kind": kind, "detected": True})


def _cut_off(word: Word) -> Word:
    match = _CUT_OFF.match(word.text) if word.kind is Kind.WORD else None
    if match is None:
        return word
    return word.model_copy(update={"kind": Kind.FRAGMENT, "detected": True, "text": match[1]})


def _stretches(words: Sequence[Word]) -> list[list[int]]:
    """Indices of plain words, cut where a sentence ends or something other than a bridge stands between."""
    stretches: list[list[int]] = [[]]
    for index, word in enumerate(words):
        if word.kind is Kind.WORD:
            stretches[-1].append(index)
        elif word.kind not in _BRIDGES and word.kind is not Kind.REPEATED:
            stretches.append([])
        if word.kind not in (Kind.PAUSE, Kind.NONVERBAL) and _ENDS_SENTENCE.search(word.text):
            stretches.append([])
    return [stretch for stretch in stretches if len(stretch) > 1]


def _repeat_at(forms: Sequence[str], at: int) -> int:
    """How many words from `at` on are said again at once; 0 for none."""
    for size in range(LONGEST_REPEAT, 0, -1):
        copy = forms[at : at + size]
        if len(copy) == size and copy == forms[at + size : at + 2 * size] and not _licensed(copy):
            return size
    return 0


def _licensed(forms: Sequence[str]) -> bool:
    # "you know you know" goes on talking; "years and years", "U S S R" and numbers are said so.
    fixed = tuple(forms) == ("you", "know") or (
        len(forms) == 2 and (forms[1] == "and" or (forms[0] == "and" and forms[1] in {"on", "over", "again", "up"}))
    )
    return fixed or all(form in DOUBLES or form.isdigit() or (len(form) < 2 and form not in "ai") for form in forms)
