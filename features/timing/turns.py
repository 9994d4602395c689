"""Taking turns with another speaker."""

from __future__ import annotations

from itertools import pairwise

from ...data_schemas.audio import Span
from ...data_schemas.feature import Example, Missing, Reason
from ..estimates import Estimate, count, mean, pooled
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.spans import overlap, seconds
from ..views.speech import Timeline
from ..views.turns import Turn

ASKED = (Turn(False, 0.0, 2.0, 5), Turn(True, 2.5, 6.5, 12), Turn(False, 6.0, 7.0, 3), Turn(True, 8.0, 10.0, 6))
TWO = Timeline((Span(2.5, 6.5), Span(8.0, 10.0)), (Span(0.0, 2.0), Span(6.0, 7.0)))


@feature(
    name="timing.response_latency_mean",
    unit="s",
    low=None,
    high=None,
    definition="Mean time from the end of another speaker's turn to the start of the participant's next; negative "
    "where they overlap.",
    citation="heldner2010",
    example=Example({"turns": ASKED}, 0.75, 1e-12, "(0.5 + 1.0) / 2"),
    invariances=unchanged_by_all_but(),
)
def response_latency_mean(turns: tuple[Turn, ...]) -> Estimate | Missing:
    pairs = [(before, after) for before, after in pairwise(turns) if after.mine]
    gaps = [after.start - before.end for before, after in pairs if after.start is not None and before.end is not None]
    if pairs and not gaps:
        return Missing(Reason.NO_WORD_TIMES, f"none of {len(pairs)} responses")
    return mean(gaps)


@feature(
    name="timing.turn_length_mean",
    unit="words",
    low=0,
    high=None,
    definition="Mean words of the participant's turns; fillers and fragments do not count. By CLAN's rules (its MLT) "
    "repeated and revised words do not either.",
    citation="sacks1974",
    example=Example({"turns": ASKED}, 9, 1e-12, "(12 + 6) / 2"),
    invariances=unchanged_by_all_but(),
)
def turn_length_mean(turns: tuple[Turn, ...]) -> Estimate | Missing:
    return mean([turn.words for turn in turns if turn.mine])


@feature(
    name="timing.turn_count",
    unit="count",
    low=0,
    high=None,
    definition="The participant's turns: talk until somebody else talks.",
    citation="sacks1974",
    example=Example({"turns": ASKED}, 2, 0, "a count"),
    invariances=unchanged_by_all_but(),
)
def turn_count(turns: tuple[Turn, ...]) -> Estimate:
    return count(sum(turn.mine for turn in turns))


@feature(
    name="timing.overlap_share",
    unit="ratio",
    low=0,
    high=1,
    definition="Participant's speech during which another speaker is heard / participant's speech.",
    citation="heldner2010",
    example=Example({"timeline": TWO, "turns": ASKED}, 0.5 / 6, 1e-12, "0.5 of 6 s"),
    invariances=unchanged_by_all_but(),
)
def overlap_share(timeline: Timeline, turns: tuple[Turn, ...]) -> Estimate | Missing:
    both = [seconds(overlap([span], timeline.others)) for span in timeline.mine]
    return pooled([both, [end - start for start, end in timeline.mine]], lambda a, b: a / b, what="speech")


@feature(
    name="timing.participant_share",
    unit="ratio",
    low=0,
    high=1,
    definition="Participant's speech / participant's and other speakers' speech, overlapped time counted for both.",
    citation="heldner2010",
    example=Example({"timeline": TWO, "turns": ASKED}, 6 / 9, 1e-12, "6 of 6 + 3 s"),
    invariances=unchanged_by_all_but(),
)
def participant_share(timeline: Timeline, turns: tuple[Turn, ...]) -> Estimate | Missing:
    mine, others = seconds(timeline.mine), seconds(timeline.others)
    if mine + others == 0:
        return Missing(Reason.UNDEFINED, "speech is 0 s")
    return Estimate(mine / (mine + others), len(turns), 0)
