"""Filled pauses, and hesitation of both kinds together."""

from __future__ import annotations

from collections.abc import Mapping

from ...data_schemas.feature import Example, Missing, Reason
from ...data_schemas.transcript import Kind, Word
from ..estimates import Estimate, mean
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.speech import PAUSE, Run
from .pauses import SAID, Talk

UM = (
    Word(text="um", kind=Kind.FILLER, start=0.5, end=0.7),
    Word(text="uh", kind=Kind.FILLER, start=3.0, end=3.6),
)


@feature(
    name="timing.filled_pause_rate",
    unit="per min",
    low=0,
    high=None,
    needs={"speech": 5},
    verbatim=True,
    version=2,
    definition="Filled pauses (um, uh, er, …) per minute of speech_duration.",
    citation="goldmaneisler1968",
    example=Example({"runs": SAID, "fillers": UM, "unkept": {}}, 15, 1e-12, "60 x 2 / 8"),
    invariances=unchanged_by_all_but(),
)
def filled_pause_rate(
    runs: tuple[Run, ...], fillers: tuple[Word, ...], unkept: Mapping[Kind, Missing]
) -> Estimate | Missing:
    if Kind.FILLER in unkept:
        return unkept[Kind.FILLER]
    whole = float(Talk(runs).whole.sum())
    if whole == 0:
        return Missing(Reason.UNDEFINED, "talk is 0 s")
    return Estimate(60 * len(fillers) / whole, len(fillers), 0)


@feature(
    name="timing.filled_pause_mean",
    unit="s",
    low=0,
    high=None,
    needs={"speech": 5},
    verbatim=True,
    version=2,
    definition="Mean duration of the filled pauses that have times.",
    citation="goldmaneisler1968",
    example=Example({"fillers": UM, "unkept": {}}, 0.4, 1e-12, "(0.2 + 0.6) / 2"),
    invariances=unchanged_by_all_but(),
)
def filled_pause_mean(fillers: tuple[Word, ...], unkept: Mapping[Kind, Missing]) -> Estimate | Missing:
    if Kind.FILLER in unkept:
        return unkept[Kind.FILLER]
    lengths = _lengths(fillers)
    if fillers and not lengths:
        return Missing(Reason.NO_WORD_TIMES, f"none of {len(fillers)} filled pauses")
    return mean(lengths)


@feature(
    name="timing.hesitation_ratio",
    unit="ratio",
    low=0,
    high=1,
    needs={"speech": 5},
    verbatim=True,
    version=2,
    definition="(Silent pauses of at least 0.25 s + timed filled pauses) / speech_duration.",
    citation="toth2018",
    example=Example({"runs": SAID, "fillers": UM, "unkept": {}}, 2.8 / 8, 1e-12, "(2 + 0.8) / 8"),
    invariances=unchanged_by_all_but(),
    settings={"minimum_pause_s": PAUSE},
)
def hesitation_ratio(
    runs: tuple[Run, ...], fillers: tuple[Word, ...], unkept: Mapping[Kind, Missing]
) -> Estimate | Missing:
    if Kind.FILLER in unkept:
        return unkept[Kind.FILLER]
    lengths, talk = _lengths(fillers), Talk(runs)
    if len(lengths) < len(fillers):
        return Missing(Reason.NO_WORD_TIMES, f"{len(fillers) - len(lengths)} of {len(fillers)} filled pauses")
    whole = float(talk.whole.sum())
    if whole == 0:
        return Missing(Reason.UNDEFINED, "talk is 0 s")
    return Estimate((float(talk.silent.sum()) + sum(lengths)) / whole, len(talk.pauses) + len(lengths), 0)


def _lengths(fillers: tuple[Word, ...]) -> list[float]:
    return [word.end - word.start for word in fillers if word.start is not None and word.end is not None]
