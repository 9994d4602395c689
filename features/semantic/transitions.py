"""What two neighbouring utterances have in common and what they have not, in the experts of the language model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...data_schemas.errors import LaliaError
from ...data_schemas.feature import Missing
from ...data_schemas.sample import LANGUAGE_MODEL, Routing, Sample
from ...data_schemas.transition import ExpertUse, Transition
from .reference_table import Topics, load

SHOWN = 5
"""Experts named of each kind."""


def explain(sample: Sample, i: int) -> Transition | Missing:
    """The transition from the participant's utterance `i` to the next one with words; see `Sample.explain_transition`.

    Where the topic experts of the language model are known, only those are named: the others act on function words,
    which any two utterances share.
    """
    routing = sample.routing
    if isinstance(routing, Missing):
        return routing
    following = dict(pairwise(_with_words(routing)))
    if i not in following:
        raise LaliaError(
            "A transition must begin at an utterance of the participant's with words and another after it",
            f"utterance {i} of {len(routing)}",
            f"Take one of {_some(list(following))}",
        )
    return _explained(sample, routing, i, following[i])


def least_coherent(sample: Sample, most: int) -> tuple[Transition, ...]:
    """The transitions with the lowest cosine (without embeddings: the lowest overlap), lowest first."""
    routing = sample.routing
    if isinstance(routing, Missing):
        return ()
    pairs = list(pairwise(_with_words(routing)))
    likeness = [_likeness(sample, routing, *pair) for pair in pairs]
    order = sorted(range(len(pairs)), key=lambda k: (likeness[k], k))
    return tuple(_explained(sample, routing, *pairs[k]) for k in order[:most])


def _with_words(routing: Routing) -> list[int]:
    return [int(k) for k in np.flatnonzero(routing.halves.sum(axis=(1, 2, 3)) > 0)]


def _some(places: list[int]) -> str:
    if not places:
        return "none: there are no two utterances with words"
    return ", ".join(map(str, places[:10])) + (" and later ones" if len(places) > 10 else "")


def _likeness(sample: Sample, routing: Routing, one: int, other: int) -> float:
    cosine = _cosine(sample, one, other)
    return _overlap(routing, one, other) if cosine is None else cosine


def _cosine(sample: Sample, one: int, other: int) -> float | None:
    if isinstance(sample.embeddings, Missing):
        return None
    rows = np.asarray(sample.embeddings[[one, other]], dtype=np.float64)
    # A zero row is an utterance in which the embedder knew no word.
    return float(np.clip(rows[0] @ rows[1], -1.0, 1.0)) if np.all(np.any(rows, axis=1)) else None


def _overlap(routing: Routing, one: int, other: int) -> float:
    use = np.asarray(routing.halves[[one, other]], dtype=np.float64)
    use = use / use.sum(axis=3, keepdims=True)
    return float(np.clip(np.sqrt(use[0] * use[1]).sum(axis=2).mean(), 0.0, 1.0))


def _explained(sample: Sample, routing: Routing, one: int, other: int) -> Transition:
    topics = load().topics(sample.weights.get(LANGUAGE_MODEL))
    before, after = (_named(routing, utterance, topics) for utterance in (one, other))
    both = {expert: (before.get(expert, 0.0), after.get(expert, 0.0)) for expert in {*before, *after}}
    return Transition(
        first=one,
        second=other,
        cosine=_cosine(sample, one, other),
        overlap=_overlap(routing, one, other),
        shared=_most({expert: min(use) for expert, use in both.items()}, both, routing, topics),
        lost=_most({expert: use[0] - use[1] for expert, use in both.items()}, both, routing, topics),
        gained=_most({expert: use[1] - use[0] for expert, use in both.items()}, both, routing, topics),
    )


def _named(routing: Routing, utterance: int, topics: Topics | None) -> dict[int, float]:
    use = routing.of(utterance)
    if topics is None:
        return use
    _, known = topics.places(np.array(list(use), dtype=np.int64))
    return {expert: share for (expert, share), there in zip(use.items(), known, strict=True) if there}


def _most(
    amounts: dict[int, float], both: dict[int, tuple[float, float]], routing: Routing, topics: Topics | None
) -> tuple[ExpertUse, ...]:
    size = routing.halves.shape[3] ** 2
    order = sorted((expert for expert, amount in amounts.items() if amount > 0), key=lambda e: (-amounts[e], e))
    return tuple(
        ExpertUse(
            router=expert // size,
            expert=expert % size,
            before=both[expert][0],
            after=both[expert][1],
            topic=() if topics is None else topics.words[int(np.searchsorted(topics.experts, expert))],
        )
        for expert in order[:SHOWN]
    )
