"""Who takes turns with whom, and how many words each turn holds."""

from __future__ import annotations

from dataclasses import dataclass

from ...data_schemas.feature import Missing, Reason
from ...data_schemas.sample import Sample
from ...data_schemas.transcript import Transcript, Utterance
from ..registry import view
from .language import CLAN, forms
from .speech import COUNTED, SOUNDED, extents_of


@dataclass(frozen=True, slots=True)
class Turn:
    """Utterances of one side without the other in between; times are None when the transcript has none."""

    mine: bool
    start: float | None
    end: float | None
    words: int


@view(size=len, size_unit="turns")
def turns(sample: Sample, transcript: Transcript) -> tuple[Turn, ...] | Missing:
    """Turns of the participant and of everybody else, in turn; by time when every utterance is timed.

    By CLAN's rules repeated and revised words are no words of a turn, and replaced ones are as many as replace them.
    """
    spoken = [u for u in transcript.utterances if any(word.kind in SOUNDED for word in u.words)]
    sides = {u.speaker == transcript.participant for u in spoken}
    if len(sides) < 2:
        return Missing(Reason.NO_SECOND_SPEAKER)
    single = [_single_turn(u, u.speaker == transcript.participant, sample.match) for u in spoken]
    if all(turn.start is not None for turn in single):
        single.sort(key=lambda turn: (turn.start or 0.0, turn.mine))
    merged: list[Turn] = []
    for turn in single:
        if merged and merged[-1].mine == turn.mine:
            merged[-1] = _one_turn(merged[-1], turn)
        else:
            merged.append(turn)
    return tuple(merged)


def _single_turn(utterance: Utterance, mine: bool, match: str) -> Turn:
    said = forms(utterance, CLAN) if match == CLAN else [word for word in utterance.words if word.kind in COUNTED]
    words = len(said)
    for span in extents_of([utterance]):
        return Turn(mine, span.start, span.end, words)
    return Turn(mine, None, None, words)


def _one_turn(first: Turn, second: Turn) -> Turn:
    ends = [end for end in (first.end, second.end) if end is not None]
    start = first.start if first.start is not None else second.start
    return Turn(first.mine, start, max(ends, default=None), first.words + second.words)
