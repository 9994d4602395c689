"""Syllables of the words said, in all and in each run of talk between pauses."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Missing, Reason
from ...data_schemas.transcript import Transcript, Word
from ..lexical.syllable_rules import syllables as by_spelling
from ..registry import view
from .phones import vowels_of
from .speech import COUNTED, Run, TimedWord


def syllables(word: Word) -> int:
    """Syllables of a word: the vowels among its aligned phones; without those, as lalia's spelling rules say."""
    return vowels_of(word) or by_spelling(word.text)


@view()
def syllables_said(counted_words: tuple[Word, ...]) -> int:
    """Syllables of all words said, repeated and revised ones with them; fillers and fragments have none."""
    return sum(syllables(word) for word in counted_words)


@view(size=len, size_unit="runs")
def run_syllables(
    transcript: Transcript, word_times: tuple[TimedWord, ...], runs: tuple[Run, ...], counted_words: tuple[Word, ...]
) -> npt.NDArray[np.int_] | Missing:
    """Syllables of each run: of the words whose middle lies in it, as `runs` counts words."""
    mine = transcript.of_participant
    timed = [word for word in word_times if word.kind in COUNTED]
    if len(timed) < len(counted_words):
        return Missing(Reason.NO_WORD_TIMES, f"{len(counted_words) - len(timed)} of {len(counted_words)} words")
    found = np.zeros(len(runs), dtype=np.int_)
    middles = [run.end + run.pause / 2 for run in runs]
    for word in timed:
        at = min(bisect_right(middles, word.middle), len(runs) - 1)
        if at >= 0:
            found[at] += syllables(mine[word.utterance].words[word.index])
    return found
