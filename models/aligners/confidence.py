"""How far a word's place is to be trusted: what is not said has no room between what is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .search import Path

AROUND = 3
"""Words on either side that a word is judged with: a text that is not said here may fit for a single one."""

BASE, SQUEEZED, FREE, SQUEEZED_AROUND, FIT, FIT_AROUND = 3.1, -1.16, 0.50, -7.1, 0.19, 0.31
"""Log odds that a word is within 100 ms of its time: for each of its speech sounds that is squeezed into the least time
it can have, for each that is not, by the share of squeezed sounds in the words around it, and by the mean fit of its
frames and of theirs in nats. Fitted to 3,900 words aligned with their own sound, 6 % of them put in at random, and as
much weight of words of other recordings, with the voices of the examples; figures of other voices are in
docs/validation/alignment.md."""

LEAST = 3
"""Frames of a squeezed sound: one for each state."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a word, or several, tell: the sum of the fit of their frames, and counts."""

    fit: float
    frames: int
    squeezed: int
    sounds: int


_NOTHING = _Told(0.0, 1, 0, 1)


def confidences(path: Path, cuts: Sequence[Sequence[int]]) -> list[float]:
    """How far each word is to be trusted, by how it and the words around it fit.

    Parameters
    ----------
    path : Path
    cuts : sequence of sequences of int
        For each word the frames at which its sounds begin, and the one after its last; empty for one not reached.

    Returns
    -------
    list of float
        Between 0 and 1; 0 for a word that was not reached.
    """
    fits = np.concatenate([[0.0], np.cumsum(path.fit, dtype=np.float64)])
    told = {number: _told(fits, edges) for number, edges in enumerate(cuts) if edges}
    said = list(told)
    found = [0.0] * len(cuts)
    for at, number in enumerate(said):
        near = [told[other] for other in said[max(0, at - AROUND) : at + AROUND + 1] if other != number]
        found[number] = _confidence(told[number], _sum(near) if near else _NOTHING)
    return found


def _told(fits: npt.NDArray[np.float64], edges: Sequence[int]) -> _Told:
    squeezed = sum(after - one <= LEAST for one, after in pairwise(edges))
    return _Told(float(fits[edges[-1]] - fits[edges[0]]), edges[-1] - edges[0], squeezed, len(edges) - 1)


def _sum(words: Sequence[_Told]) -> _Told:
    return _Told(
        sum(word.fit for word in words),
        sum(word.frames for word in words),
        sum(word.squeezed for word in words),
        sum(word.sounds for word in words),
    )


def _confidence(word: _Told, around: _Told) -> float:
    odds = BASE + SQUEEZED * word.squeezed + FREE * (word.sounds - word.squeezed)
    odds += SQUEEZED_AROUND * around.squeezed / around.sounds
    odds += FIT * word.fit / word.frames + FIT_AROUND * around.fit / around.frames
    return round(1 / (1 + math.exp(-max(odds, -50.0))), 3)
