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
    used = use[use.sum(axis=(1, 2)) > 0]
    # Stored in single precision, so a row sums to 1 within its rounding only.
    return np.asarray(used / used.sum(axis=2, keepdims=True), dtype=np.float64)
