"""What two neighbouring utterances have in common and what they have not, in the experts of the language model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...data_schemas.errors import LaliaError
from ...data_schemas.feature import Missing
from ...data_schemas.sample import LANGUAGE_MODEL, Routing, Sample
from ...data_schemas.transition import ExpertUse, Transition
from ..views.reading import affinity, half_expert_use
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
    found = {step.first: step for step in _steps(sample, routing)}
    if i not in found:
        raise LaliaError(
            "A transition must begin at an utterance of the participant's with words and another after it",
            f"utterance {i} of {len(routing)}",
            f"Take one of {_some(list(found))}",
        )
    return _explained(found[i], sample, routing)


def least_coherent(sample: Sample, most: int) -> tuple[Transition, ...]:
    """The transitions with the lowest cosine (without embeddings: the lowest overlap), lowest first."""
    routing = sample.routing
    if isinstance(routing, Missing):
        return ()
    steps = sorted(_steps(sample, routing), key=lambda step: step.overlap if step.cosine is None else step.cosine)
    return tuple(_explained(step, sample, routing) for step in steps[:most])


def _steps(sample: Sample, routing: Routing) -> list[Transition]:
    """Every transition, without its experts."""
    use = half_expert_use(routing)
    pairs = pairwise(int(place) for place in np.flatnonzero(routing.used))
    return [
        Transition(first=one, second=other, cosine=_cosine(sample, one, other), overlap=float(overlap))
        for (one, other), overlap in zip(pairs, affinity(use[:-1], use[1:]), strict=True)
    ]


def _some(places: list[int]) -> str:
    if not places:
        return "none: there are no two utterances with words"
    return ", ".join(map(str, places[:10])) + (" and later ones" if len(places) > 10 else "")


def _cosine(sample: Sample, one: int, other: int) -> float | None:
    if isinstance(sample.embeddings, Missing):
        return None
    rows = np.asarray(sample.embeddings[[one, other]], dtype=np.float64)
    # A zero row is an utterance in which the embedder knew no word.
    return float(np.clip(rows[0] @ rows[1], -1.0, 1.0)) if np.all(np.any(rows, axis=1)) else None


def _explained(step: Transition, sample: Sample, routing: Routing) -> Transition:
    topics = load().topics(sample.weights.get(LANGUAGE_MODEL))
    before, after = (_named(routing, utterance, topics) for utterance in (step.first, step.second))
    both = {expert: (before.get(expert, 0.0), after.get(expert, 0.0)) for expert in {*before, *after}}
    return step.model_copy(
        update={
            "shared": _most({expert: min(use) for expert, use in both.items()}, both, routing, topics),
            "lost": _most({expert: use[0] - use[1] for expert, use in both.items()}, both, routing, topics),
            "gained": _most({expert: use[1] - use[0] for expert, use in both.items()}, both, routing, topics),
        }
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
