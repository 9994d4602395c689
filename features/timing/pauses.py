"""Silent pauses: how many, how long, and how much of the talk they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec, Missing
from ..estimates import Estimate, Value, count, extreme, mean, pooled, quantile, spread
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.speech import PAUSE, SHORT_PAUSE, Run

LONG = 1.0
"""Shortest long pause in seconds."""

SAID = (Run(0.0, 2.0, 0.5, 4), Run(2.5, 5.5, 1.5, 8), Run(7.0, 8.0, 0.0, 2))
"""Worked example: 8 s of talk, pauses of 0.5 and 1.5 s, 14 words."""


class Talk:
    """Seconds of each run, of the pause after it, and of the pauses alone."""

    def __init__(self, runs: tuple[Run, ...]) -> None:
        self.spoken = np.array([run.end - run.start for run in runs])
        self.silent = np.array([run.pause for run in runs])
        self.whole = self.spoken + self.silent
        self.pauses = self.silent[self.silent > 0]
        self.words = np.array([run.words for run in runs], dtype=np.float64)

    def share(self, part: np.ndarray, scale: float = 1.0) -> Value:
        """`scale` x the part over all the talk, by run."""
        return pooled([part, self.whole], lambda top, all_: scale * top / all_, n=len(self.whole), what="talk")


class Row(NamedTuple):
    """One feature of the table: what differs between specs, and how it is computed."""

    name: str
    unit: str
    high: float | None
    definition: str
    citation: str
    compute: Callable[[Talk], Value]
    expect: float
    why: str
    low: float | None = 0


def _total(seconds: np.ndarray) -> Estimate:
    return Estimate(float(seconds.sum()), len(seconds), 0)


def _log(statistic: Callable[[np.ndarray], Estimate | Missing]) -> Callable[[Talk], Value]:
    return lambda talk: statistic(np.log(talk.pauses))


ROWS = (
    Row(
        "speech_duration", "s", None,
        "Participant's time from first to last word, pauses included, other speakers' turns left out; from first "
        "to last voice activity where no word is timed.",
        "roark2011", lambda t: _total(t.whole), 8, "2 + 0.5 + 3 + 1.5 + 1",
    ),
    Row(
        "phonation_time", "s", None, "speech_duration less silent pauses of at least 0.25 s.",
        "roark2011", lambda t: _total(t.spoken), 6, "2 + 3 + 1",
    ),
    Row(
        "pause_count", "count", None,
        "Silent pauses of at least 0.25 s inside the participant's talk: gaps with neither voice activity nor a "
        "timed word. A recogniser's word times count only where voice activity heard nothing.",
        "goldmaneisler1968", lambda t: count(len(t.pauses)), 2, "a count",
    ),
    Row(
        "pause_rate", "per min", None, "60 x pause_count / speech_duration.",
        "goldmaneisler1968", lambda t: t.share(t.silent > 0, 60), 15, "60 x 2 / 8",
    ),
    Row(
        "pause_mean", "s", None, "Mean duration of silent pauses of at least 0.25 s.",
        "goldmaneisler1968", lambda t: mean(t.pauses), 1.0, "(0.5 + 1.5) / 2",
    ),
    Row(
        "pause_median", "s", None, "Median duration of silent pauses of at least 0.25 s.",
        "goldmaneisler1968", lambda t: quantile(t.pauses, 0.5), 1.0, "between 0.5 and 1.5",
    ),
    Row(
        "pause_sd", "s", None, "Standard deviation (n - 1) of silent pauses of at least 0.25 s.",
        "goldmaneisler1968", lambda t: spread(t.pauses), 0.5**0.5, "two values 1 apart: 1 / sqrt(2)",
    ),
    Row(
        "pause_max", "s", None, "Longest silent pause.",
        "goldmaneisler1968", lambda t: extreme(t.pauses, np.max), 1.5, "the longer of two",
    ),
    Row(
        "pause_total", "s", None, "Summed silent pauses of at least 0.25 s.",
        "roark2011", lambda t: _total(t.pauses), 2.0, "0.5 + 1.5",
    ),
    Row(
        "pause_proportion", "ratio", 1, "pause_total / speech_duration.",
        "roark2011", lambda t: t.share(t.silent), 0.25, "2 / 8",
    ),
    Row(
        "long_pause_count", "count", None, "Silent pauses of at least 1 s.",
        "goldmaneisler1968", lambda t: count(int((t.pauses >= LONG).sum()), len(t.pauses)), 1, "1.5 s only",
    ),
    Row(
        "long_pause_rate", "per min", None, "60 x long_pause_count / speech_duration.",
        "goldmaneisler1968", lambda t: t.share(t.silent >= LONG, 60), 7.5, "60 x 1 / 8",
    ),
    Row(
        "pause_log_mean", "ln s", None,
        "Mean of the natural logarithm of silent pauses in seconds; pause durations are about log-normal.",
        "campione2002", _log(mean), np.log(0.75) / 2, "(ln 0.5 + ln 1.5) / 2", None,
    ),
    Row(
        "pause_log_sd", "ln s", None, "Standard deviation (n - 1) of the natural logarithm of silent pauses.",
        "campione2002", _log(spread), np.log(3) / 2**0.5, "two values ln 3 apart: ln 3 / sqrt(2)",
    ),
    Row(
        "phonation_rate", "ratio", 1, "phonation_time / speech_duration.",
        "roark2011", lambda t: t.share(t.spoken), 0.75, "6 / 8",
    ),
)  # fmt: skip


def _spec(row: Row) -> FeatureSpec:
    return FeatureSpec(
        name=f"timing.{row.name}",
        unit=row.unit,
        low=row.low,
        high=row.high,
        needs={"speech": 5},
        definition=row.definition,
        citation=row.citation,
        example=Example({"runs": SAID}, float(row.expect), 1e-12, row.why),
        invariances=unchanged_by_all_but(),
        settings={"minimum_pause_s": PAUSE} | ({"long_pause_s": LONG} if row.name.startswith("long") else {}),
    )


@family(*map(_spec, ROWS))
def pauses_and_talk(runs: tuple[Run, ...]) -> dict[str, Value]:
    talk = Talk(runs)
    return {f"timing.{row.name}": row.compute(talk) for row in ROWS}


SHORT = ("pause_count", "pause_rate", "pause_mean", "pause_total", "pause_proportion")
"""Features that are also given for pauses of at least 150 ms; `long_pause_count` and `_rate` are those of 1 s."""


def _short_spec(row: Row) -> FeatureSpec:
    definition = row.definition.replace("0.25 s", "0.15 s")
    for name in SHORT:
        definition = definition.replace(f"{name} /", f"{name}_150 /")
    return FeatureSpec(
        name=f"timing.{row.name}_150",
        unit=row.unit,
        low=row.low,
        high=row.high,
        needs={"speech": 5},
        definition=definition + " Closures of stops last up to 0.15 s and may count.",
        citation="campione2002 " + row.citation,
        example=Example({"short_runs": SAID}, float(row.expect), 1e-12, row.why),
        invariances=unchanged_by_all_but(),
        settings={"minimum_pause_s": SHORT_PAUSE},
    )


@family(*(_short_spec(row) for row in ROWS if row.name in SHORT))
def short_pauses_too(short_runs: tuple[Run, ...]) -> dict[str, Value]:
    talk = Talk(short_runs)
    return {f"timing.{row.name}_150": row.compute(talk) for row in ROWS if row.name in SHORT}
