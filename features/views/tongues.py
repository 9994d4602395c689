"""Words and utterances that a CHAT transcript marks as of another language: ``hola@s:spa``, ``[- spa]``.

They are words said, so they count as words wherever words are only counted or told apart. What is looked up in lists of
English leaves them out; a parser of English reads a marked word in an English sentence, but no marked utterance.
"""

from __future__ import annotations

import re

from ...data_schemas.transcript import Utterance, Word

ENGLISH = frozenset(["en", "eng"])

_WORD = re.compile(r"@s(?::([a-z]{2,3}(?:[+&][a-z]{2,3})*))?(?:[$@].*)?")
_UTTERANCE = re.compile(r"\[- ([a-z]{2,3})\b.*\]")


def is_foreign(utterance: Utterance) -> bool:
    """Whether an utterance is marked as of another language than English."""
    return any((mark := _UTTERANCE.fullmatch(code)) and mark[1] not in ENGLISH for code in utterance.codes)


def foreign(utterance: Utterance) -> set[int]:
    """Places of the words that are marked, alone or with their utterance, as of another language than English.

    ``@s`` alone is the other of two languages: English within an utterance of another one.
    """
    whole = is_foreign(utterance)
    return {place for place, word in enumerate(utterance.words) if _is_other(word, whole)}


def _is_other(word: Word, whole: bool) -> bool:
    mark = next((mark for code in word.codes if (mark := _WORD.fullmatch(code))), None)
    if mark is None:
        return whole
    # A word of two languages at once (&) may be English; one made of both (+) is in no list.
    return not (ENGLISH & set(mark[1].split("&")) if mark[1] else whole)
