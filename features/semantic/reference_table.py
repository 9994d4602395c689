"""What the embedder and the language model make of ordinary talk, so that a sample can be set against it.

benchmarks/make_references.py makes the table from open conversation. Every entry belongs to weights with one SHA-256:
what one model finds ordinary says nothing of another.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

TABLE = Path(__file__).with_name("references.npz")

SHORTEST, LONGEST = 1, 40
"""Words of an utterance between which expected cosine and z were fitted; shorter and longer ones count as these."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Topics:
    """Experts that stand for topics.

    Attributes
    ----------
    experts : ndarray of int32
        Numbers as in `Routing.experts`, rising.
    base : ndarray of float64
        Each one's mean share over the words of open talk.
    words : tuple of tuple of str
        The words on which each acts most.
    """

    experts: npt.NDArray[np.int32]
    base: Floats
    words: tuple[tuple[str, ...], ...]

    def places(self, experts: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Where each of some experts stands in `experts`, and whether it does."""
        at = np.minimum(np.searchsorted(self.experts, experts), len(self.experts) - 1)
        return at, np.asarray(self.experts[at] == experts)


class References:
    """Reference values by the weights they hold for.

    Parameters
    ----------
    file : mapping of str to ndarray
        The arrays of ``references.npz``; names are ``kind:sha256``.
    """

    def __init__(self, file: Mapping[str, Any]) -> None:
        self._cosines = {name.partition(":")[2]: file[name] for name in file if name.startswith("cosine:")}
        self._order = {name.partition(":")[2]: file[name] for name in file if name.startswith("order:")}
        self._surprisal = {name.partition(":")[2]: file[name] for name in file if name.startswith("surprisal:")}
        self._topics = {
            sha: Topics(
                np.asarray(file[f"experts:{sha}"]),
                np.asarray(file[f"base:{sha}"], dtype=np.float64),
                tuple(tuple(line.split()) for line in str(file[f"words:{sha}"]).split("\n")),
            )
            for sha in (name.partition(":")[2] for name in file if name.startswith("experts:"))
        }

    def expected_cosines(self, weights: str | None, one: Floats, other: Floats) -> Floats | None:
        """Cosine of two neighbouring utterances of so many words in ordinary talk; None for other weights."""
        found = self._cosines.get(weights or "")
        return None if found is None else length_terms(one, other) @ found

    def expected_first_z(self, weights: str | None, lengths: Floats) -> float | None:
        """What order adds to the coherence of ordinary utterances of so many words, as a z; None for other weights."""
        found = self._order.get(weights or "")
        return None if found is None else float(order_terms(lengths, found[0]) @ found[1:])

    def expected_bits(self, weights: str | None, zipf: Floats) -> Floats | None:
        """Surprisal of a word of that Zipf frequency in ordinary talk; None for other weights."""
        found = self._surprisal.get(weights or "")
        return None if found is None else np.asarray(found[0] + found[1] * zipf, dtype=np.float64)

    def topics(self, weights: str | None) -> Topics | None:
        """The experts of those weights that stand for topics; None for other weights."""
        return self._topics.get(weights or "")


def length_terms(one: npt.ArrayLike, other: npt.ArrayLike) -> Floats:
    """Columns of the regression of the cosine on the words of the two utterances, the same for either order."""
    x, y = (np.log(np.clip(np.asarray(side, dtype=np.float64), SHORTEST, LONGEST)) for side in (one, other))
    total, apart = x + y, np.abs(x - y)
    return np.stack([np.ones_like(total), total, total**2, total**3, apart, apart**2, total * apart], axis=-1)


def order_terms(lengths: npt.ArrayLike, power: float) -> Floats:
    """The two terms of the curve of `coherence_first_z` on the number of a sample's utterances and their words.

    A mean over pairs of neighbours stands out by about the square root of their number, and by more as talk goes on to
    other topics: by a power of it. Without a pair both terms are 0.
    """
    if np.size(lengths) < 2:
        return np.zeros(2)
    words = np.clip(np.asarray(lengths, dtype=np.float64), SHORTEST, LONGEST)
    return np.asarray((len(words) - 1) ** power * np.array([1.0, np.log(words).mean()]))


@functools.cache
def load() -> References:
    """The table that ships with lalia."""
    with np.load(TABLE, allow_pickle=False) as file:
        return References(file)
