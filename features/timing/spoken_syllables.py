"""How much is said in the time, by syllables of the transcript's words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Example, FeatureSpec, Missing
from ..estimates import Estimate, Value, pooled
from ..invariances import unchanged_by_all_but
from ..registry import family, feature
from ..views.speech import PAUSE, Run
from .pauses import SAID, Talk

COUNTS = (
    "Syllables are those of words said, repeated and revised ones with them: vowels of the sounds found by forced "
    "alignment, else by lalia's spelling rules; fillers and fragments have none, though their time counts."
)


class Row(NamedTuple):
    """One rate of syllables."""

    name: str
    definition: str
    expect: float
    why: str


ROWS = (
    Row("speech_rate_syllables", "Syllables / speech_duration. " + COUNTS, 24 / 8, "24 syllables, 8 s"),
    Row("articulation_rate", "Syllables / phonation_time. " + COUNTS, 24 / 6, "24 syllables, 6 s"),
)


@family(
    *(
        FeatureSpec(
            name=f"timing.{row.name}",
            unit="syll/s",
            low=0,
            high=None,
            needs={"speech": 5},
            definition=row.definition,
            citation="goldmaneisler1968",
            example=Example({"runs": SAID, "syllables_said": 24}, row.expect, 1e-12, row.why),
            invariances=unchanged_by_all_but(),
            languages=frozenset(["en"]),
            settings={"minimum_pause_s": PAUSE},
        )
        for row in ROWS
    )
)
def syllable_rates(runs: tuple[Run, ...], syllables_said: int) -> dict[str, Value]:
    talk = Talk(runs)
    return {
        "timing.speech_rate_syllables": _over(syllables_said, talk.whole),
        "timing.articulation_rate": _over(syllables_said, talk.spoken),
    }


def _over(syllables: int, seconds: npt.NDArray[np.float64]) -> Value:
    made = pooled([np.full(len(seconds), syllables / max(1, len(seconds))), seconds], lambda a, b: a / b, what="talk")
    # Words may lack times, so how many syllables a run holds is not always known: runs are not drawn again.
    return made if isinstance(made, Missing) else Estimate(made.value, syllables, 0)


@feature(
    name="timing.articulation_rate_variability",
    unit="ratio",
    low=0,
    high=None,
    needs={"speech": 5},
    definition="Coefficient of variation (standard deviation, n - 1, over mean) of syllables per second over runs of "
    "talk between silent pauses of at least 0.25 s; runs without a syllable are left out. " + COUNTS,
    citation="goldmaneisler1968",
    example=Example(
        {"runs": SAID, "run_syllables": np.array([8, 15, 6])},
        1 / 5,
        1e-12,
        "4, 5 and 6 syllables a second: standard deviation 1, mean 5",
    ),
    invariances=unchanged_by_all_but(),
    languages=frozenset(["en"]),
    settings={"minimum_pause_s": PAUSE},
)
def articulation_rate_variability(runs: tuple[Run, ...], run_syllables: npt.NDArray[np.int_]) -> Value:
    spoken = Talk(runs).spoken
    kept = (run_syllables > 0) & (spoken > 0)
    rates = run_syllables[kept] / spoken[kept]
    return pooled([np.ones(len(rates)), rates, rates**2], _variation, what="runs less one")


def _variation(n: np.ndarray, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    # Equal rates may leave a difference of rounding below 0.
    variance = np.maximum(squares - total**2 / n, 0) / np.where(n > 1, n - 1, np.nan)
    return np.asarray(np.sqrt(variance) / (total / n))
