"""The participant's words as walks through a graph of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ...data_schemas.transcript import Transcript
from ..registry import view

WINDOW = 30
"""Words in a window: Mota et al. (2014) found measures of 30-word windows free of verbosity."""


@dataclass(frozen=True, slots=True)
class Walks:
    """Every window of `WINDOW` successive words, step 1.

    Attributes
    ----------
    nodes : ndarray of int, shape (windows, WINDOW)
        Word of each place, numbered from 0 within the window in order of first mention.
    linked : ndarray of bool, shape (windows, WINDOW - 1)
        Whether a place is followed by the next one; not across another speaker's turn.
    """

    nodes: npt.NDArray[np.int64]
    linked: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.nodes)


@view(size=len, size_unit="words")
def words_by_turn(
    transcript: Transcript, words_by_utterance: tuple[tuple[str, ...], ...]
) -> tuple[tuple[str, int], ...]:
    """Words without regard to case, each with the number of its turn; a turn ends when somebody else speaks."""
    turn, mine, found = 0, 0, []
    for before, utterance in pairwise((None, *transcript.utterances)):
        if before is not None and utterance is not None and before.speaker != utterance.speaker:
            turn += 1
        if utterance is not None and utterance.speaker == transcript.participant:
            found += [(form.casefold(), turn) for form in words_by_utterance[mine]]
            mine += 1
    return tuple(found)


@view(size=len, size_unit="windows")
def word_walks(words_by_turn: tuple[tuple[str, int], ...]) -> Walks:
    """All windows of `WINDOW` words; none when there are fewer words than that."""
    return walks_of([word for word, _ in words_by_turn], [turn for _, turn in words_by_turn])


def walks_of(words: Sequence[str], turns: Sequence[int] | None = None) -> Walks:
    """Windows over a list of words, all of one turn unless said otherwise."""
    firsts = np.arange(max(len(words) - WINDOW + 1, 0))
    last: dict[str, int] = {}
    before = np.array([_replaced(last, word, at) for at, word in enumerate(words)], np.int64)
    nodes = np.empty((len(firsts), WINDOW), np.int64)
    seen = np.zeros(len(firsts), np.int64)
    for place in range(WINDOW):
        # Where the word stood last, in places of the window; below 0 it is new to the window.
        earlier = before[firsts + place] - firsts
        nodes[:, place] = np.where(earlier < 0, seen, nodes[firsts, np.maximum(earlier, 0)])
        seen += earlier < 0
    same = np.ones(max(len(words) - 1, 0), bool) if turns is None else np.diff(np.asarray(turns)) == 0
    return Walks(nodes, same[firsts[:, None] + np.arange(WINDOW - 1)])


def _replaced(last: dict[str, int], word: str, at: int) -> int:
    """Where a word was mentioned last, -1 if nowhere; from now on it is `at`."""
    found = last.get(word, -1)
    last[word] = at
    return found
