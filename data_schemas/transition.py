"""What changes from one utterance to the next, in the experts of a language model that read them."""

from __future__ import annotations

from .base import Frozen


class ExpertUse(Frozen):
    """How much two utterances used an expert.

    `before` and `after` are the means over each utterance's tokens of the expert's gate, from 0 to 1. `topic` holds the
    words on which the expert acted most in open text, most first; it is empty for experts of which that is not known.
    """

    router: int
    expert: int
    before: float
    after: float
    topic: tuple[str, ...] = ()


class Transition(Frozen):
    """Two neighbouring utterances of the participant, and the experts they share, lose and gain.

    `first` and `second` are the utterances' places among the participant's, from 0. `cosine` is that of their
    embeddings, None where there are none; `overlap` the Hellinger affinity of their use of half-experts, from 0 to 1.
    `shared` holds the experts both used, by the lesser of the two uses; `lost` and `gained` those of which the second
    used less or more than the first, by the difference; most first in each.
    """

    first: int
    second: int
    cosine: float | None
    overlap: float
    shared: tuple[ExpertUse, ...] = ()
    lost: tuple[ExpertUse, ...] = ()
    gained: tuple[ExpertUse, ...] = ()
