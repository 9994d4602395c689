"""A trigram model of part-of-speech tags in spontaneous speech, read from the counts that ship with it.

benchmarks/train_tags.py makes the counts from the AMI meeting transcripts (CC BY 4.0; Carletta 2007), tagged by the
default parser.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

TABLE = Path(__file__).with_name("tags.npz")


class TagModel:
    """Trigrams interpolated with shorter contexts by Witten and Bell's estimate.

    P(t | context) = (c(context, t) + d(context) P(t | shorter context)) / (c(context) + d(context)), c being counts and
    d how many different tags followed the context; at the end of the chain every tag, the boundary and one unseen tag
    are equally likely.

    Parameters
    ----------
    names : sequence of str
        Tags; the first, the empty string, is the boundary of an utterance.
    rows : ndarray of int, shape (n, 3)
        Trigrams as indices into `names`.
    times : ndarray of int, shape (n,)
        How often each was counted.
    """

    def __init__(self, names: Sequence[str], rows: npt.NDArray[np.integer], times: npt.NDArray[np.integer]) -> None:
        self.place = {tag: index for index, tag in enumerate(names)}
        size = len(names) + 1  # one more for tags never seen
        cube = np.zeros((size, size, size))
        cube[tuple(np.asarray(rows, np.int64).T)] = times
        lower = np.full(size, 1 / size)
        unigrams = _interpolated(cube.sum(axis=(0, 1)), lower)
        bigrams = _interpolated(cube.sum(axis=0), unigrams)
        self._bits = -np.log2(_interpolated(cube, bigrams))

    def bits(self, tags: Sequence[str]) -> float:
        """Information of an utterance's tags and of its end, in bits."""
        unseen = len(self.place)
        codes = np.array([0, 0, *(self.place.get(tag, unseen) for tag in tags), 0])
        return math.fsum(self._bits[codes[:-2], codes[1:-1], codes[2:]])


def _interpolated(counts: npt.NDArray[np.float64], shorter: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    total = counts.sum(axis=-1, keepdims=True)
    different = (counts > 0).sum(axis=-1, keepdims=True)
    # A context that was never seen says nothing beside the shorter one.
    mixed = np.broadcast_to(shorter, counts.shape).copy()
    np.divide(counts + different * shorter, total + different, where=total > 0, out=mixed)
    return mixed


@functools.cache
def load() -> TagModel:
    """The model that ships with lalia."""
    with np.load(TABLE, allow_pickle=False) as file:
        return TagModel(str(file["names"]).split("\n"), file["rows"], file["times"])
