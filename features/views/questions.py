"""Which turns of other speakers are questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ...data_schemas.transcript import Transcript, Utterance
from .language import spoken

_MARKS = ("?", "？", "؟")
_LEADING = frozenset("and but or so then now well okay ok right yeah yes no oh um uh".split())
_ASKING = frozenset(
    "what who whom whose which when where why how what's whats who's where's when's why's how's what're".split()
)
_VERBS = frozenset(
    "am is are was were do does did have has had can could will would shall should may might must".split()
)
_DENIED = {f"{verb}n't": verb for verb in _VERBS} | {"can't": "can", "won't": "will", "shan't": "shall"}
_PEOPLE = frozenset("i you he she it we they".split())
_SUBJECTS = _PEOPLE | frozenset(
    "this that these those there the a an any my your his her our their anybody anyone anything everybody everyone "
    "somebody someone something".split()
)


def asks(transcript: Transcript) -> tuple[bool, ...]:
    """Whether each turn of another speaker that the participant answers holds a question, in order.

    A question ends in a question mark. In a transcript that holds none at all, of whichever speaker, it begins as
    English questions do: with a question word, or with an auxiliary before its subject.
    """
    marked = any(map(_is_marked, transcript.utterances))
    turns = [
        (mine, tuple(said))
        for mine, said in groupby(transcript.utterances, key=lambda u: u.speaker == transcript.participant)
    ]
    answered = turns[:-1] if turns and not turns[-1][0] else turns
    return tuple(any(map(_is_marked if marked else _is_formed, said)) for mine, said in answered if not mine)


def _is_marked(utterance: Utterance) -> bool:
    last = utterance.words[-1].text if utterance.words else ""
    return any(mark in utterance.terminator for mark in _MARKS) or last.rstrip("\"'”’»)").endswith(_MARKS)


def _is_formed(utterance: Utterance) -> bool:
    words = list(_from_its_start(spoken(utterance).lower().replace("’", "'").split()))
    first, second = (*words, "", "")[:2]
    if first in _ASKING:
        # `What you said` and `when you are ready` ask nothing, and `what a day` exclaims.
        return second not in {*_PEOPLE, "a", "an"}
    return _DENIED.get(first, first) in _VERBS and second in _SUBJECTS


def _from_its_start(words: Sequence[str]) -> Iterator[str]:
    begun = False
    for word in words:
        begun = begun or word not in _LEADING
        if begun:
            yield word.strip(",")
