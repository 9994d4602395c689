"""What a language model makes of the utterances: bits of each word, and use of experts."""

from __future__ import annotations

import numpy as np

from ...data_schemas.sample import Routing
from ..registry import view
from .meaning import Vectors


@view(size=lambda bits: sum(map(len, bits)), size_unit="words")
def word_bits(surprisal: tuple[tuple[float | None, ...], ...]) -> tuple[tuple[float, ...], ...]:
    """Surprisal of the words the language model knows, for each utterance that has one, in bits."""
    known = (tuple(bits for bits in words if bits is not None) for words in surprisal)
    return tuple(words for words in known if words)


@view(size=len, size_unit="utterances")
def half_expert_use(routing: Routing) -> Vectors:
    """Use of half-experts by the utterances with words; shape (utterances, routers x sides, n), rows that sum to 1."""
    use = np.asarray(routing.halves, dtype=np.float64)
    _, routers, sides, n = use.shape
    use = use.reshape(len(use), routers * sides, n)  # -1 is refused where there are no utterances
    used = use[routing.used]
    # Stored in single precision, so a row sums to 1 within its rounding only.
    return np.asarray(used / used.sum(axis=2, keepdims=True), dtype=np.float64)


@view(size=len, size_unit="utterances")
def use_lengths(routing: Routing, surprisal: tuple[tuple[float | None, ...], ...]) -> tuple[int, ...]:
    """Words of the utterances behind `half_expert_use`, one number for each."""
    return tuple(len(words) for words, there in zip(surprisal, routing.used, strict=True) if there)


def affinity(one: Vectors, other: Vectors) -> Vectors:
    """Hellinger affinity of two uses of half-experts, rows of `half_expert_use`, averaged over routers and sides."""
    return np.asarray(np.clip(np.sqrt(one * other).sum(axis=2).mean(axis=1), 0.0, 1.0), dtype=np.float64)
