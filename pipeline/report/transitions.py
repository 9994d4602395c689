"""The participant's least coherent transitions as the report sets them: both utterances and their topics."""

from __future__ import annotations

from dataclasses import dataclass

from ...data_schemas import Assessment, ExpertUse, Transition, Utterance
from ...features.views.language import spoken
from . import shown

WORDS, TOPICS = 3, 3
"""Words told of a topic, and topics of each kind."""


@dataclass(frozen=True, slots=True)
class Step:
    """Two utterances as set: words, how alike they are, and topics as a few words each."""

    before: str
    after: str
    clock: str
    cosine: str
    other_speaks: bool
    shared: tuple[str, ...]
    lost: tuple[str, ...]
    gained: tuple[str, ...]


def steps(assessment: Assessment) -> tuple[Step, ...]:
    """The transitions kept with an assessment, in the order of the talk."""
    said = assessment.transcript
    if said is None or not assessment.transitions:
        return ()
    mine = [place for place, one in enumerate(said.utterances) if one.speaker == said.participant]
    return tuple(
        _step(transition, said.utterances[mine[transition.first] : mine[transition.second] + 1])
        for transition in sorted(assessment.transitions, key=lambda transition: transition.first)
    )


def _step(transition: Transition, talk: tuple[Utterance, ...]) -> Step:
    before, *between, after = talk
    start = next((word.start for word in before.words if word.start is not None), before.start)
    return Step(
        before=spoken(before),
        after=spoken(after),
        clock="" if start is None else shown.clock(start),
        cosine="" if transition.cosine is None else shown.number(transition.cosine, 2),
        other_speaks=any(one.speaker != before.speaker for one in between),
        shared=_topics(transition.shared),
        lost=_topics(transition.lost),
        gained=_topics(transition.gained),
    )


def _topics(uses: tuple[ExpertUse, ...]) -> tuple[str, ...]:
    named = (", ".join(use.topic[:WORDS]) for use in uses if use.topic)
    return tuple(dict.fromkeys(named))[:TOPICS]
