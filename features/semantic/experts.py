"""How many experts of the language model a sample uses, and how long it stays with those of a topic."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Example, Missing, Reason
from ..estimates import Estimate, Value
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.meaning import Vectors
from ..views.references import TOP
from .coherence import NEEDS

DRAWN, DRAWS, SEED = 50, 200, 2025
"""Words of a draw, number of draws, and their seed."""


@feature(
    name="semantic.monet_expert_entropy",
    unit="bits",
    low=0,
    high=None,
    needs=NEEDS,
    languages=frozenset(["en"]),
    definition=f"Entropy of the use of the language model's half-experts over {DRAWN} words, averaged over routers, "
    f"sides and {DRAWS} seeded draws of whole utterances in random order (the last one of a draw weighs as many "
    "words as are wanted): samples of any length are compared over as many words. The model is named in "
    "provenance.json; values of two models are not comparable.",
    citation="park2025",
    example=Example(
        {"half_expert_use": np.array([[[1.0, 0.0]], [[0.0, 1.0]]]), "use_lengths": (25, 25)},
        1.0,
        1e-12,
        "two utterances that fill every draw, each with an expert of its own: one bit",
    ),
    invariances=unchanged_by_all_but("utterance_order", "word_order"),
    settings={"words": DRAWN, "draws": DRAWS, "seed": SEED},
)
def monet_expert_entropy(half_expert_use: Vectors, use_lengths: tuple[int, ...]) -> Estimate | Missing:
    lengths = np.asarray(use_lengths, dtype=np.float64)
    if lengths.sum() < DRAWN:
        return Missing(Reason.UNDEFINED, f"words the language model reads: needs {DRAWN}, got {lengths.sum():.0f}")
    rng = np.random.default_rng(SEED)
    found = [_entropy(half_expert_use, lengths, rng.permutation(len(lengths))) for _ in range(DRAWS)]
    return Estimate(float(np.mean(found)), len(lengths), 0)


def _entropy(use: Vectors, lengths: npt.NDArray[np.float64], order: npt.NDArray[np.intp]) -> float:
    taken = np.cumsum(lengths[order])
    last = int(np.searchsorted(taken, DRAWN))
    chosen = order[: last + 1]
    weights = lengths[chosen]
    weights[-1] -= taken[last] - DRAWN
    shares = np.tensordot(weights / DRAWN, use[chosen], axes=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = np.where(shares > 0, -shares * np.log2(shares), 0.0)
    # Rows add up to 1 within rounding, so a single expert may give a hair below nothing.
    return max(0.0, float(bits.sum(axis=1).mean()))


@feature(
    name="semantic.monet_topic_persistence",
    unit="utterances",
    low=0,
    high=None,
    needs=NEEDS,
    languages=frozenset(["en"]),
    definition=f"Mean number of utterances in a row that have a topic expert among their top {TOP}. Topic experts "
    "are those of the language model that act on content words and on few texts (benchmarks/make_references.py); "
    "the top of an utterance are those it uses most beyond ordinary talk. At least 1. Known for the Monet that "
    "comes with lalia only.",
    citation="park2025",
    version=2,
    example=Example(
        {"top_topics": (frozenset([1, 2]), frozenset([1]), frozenset([1, 3]), frozenset([2]))},
        6 / 4,
        1e-12,
        "runs of 3 (expert 1), 1 and 1 (expert 2) and 1 (expert 3)",
    ),
    invariances=unchanged_by_all_but("utterance_order", "word_order"),
    settings={"table": "references.npz", "top": TOP},
)
def monet_topic_persistence(top_topics: tuple[frozenset[int], ...]) -> Value:
    uses = sum(map(len, top_topics))
    begun = uses - sum(len(one & other) for one, other in pairwise(top_topics))
    if not begun:
        return Missing(Reason.UNDEFINED, "topic experts: none")
    return Estimate(uses / begun, begun, 0)
