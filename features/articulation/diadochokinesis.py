"""Rapid repetition of syllables: how many a second, and how evenly."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ...data_schemas.recording import Task
from ..estimates import Value, pooled
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..timing.syllables import DIP, FAINTEST, nuclei
from ..views.acoustic import Contour, VoicedRun
from ..views.blocks import FRAME, Floats

BREATH = 0.5
"""Seconds between syllables from which the train is broken, by a breath or a false start."""

FEWEST = 8
"""Fewest intervals between syllables."""

_AT = np.arange(300) * FRAME
# Five cycles a second between -10 and -30 dB for 3 s.
_TRAIN = Contour(_AT, 10 ** (-2 - np.cos(2 * np.pi * 5 * _AT)), np.zeros(300, dtype=np.intp))
_VOICE = (VoicedRun(_AT, np.full(300, 120.0)),)

HOW = (
    "Syllables are voiced peaks of intensity (64 ms window, every 10 ms, placed by a parabola) that rise and fall by "
    "at least 2 dB and lie no more than 25 dB below the 99th percentile; intervals of 0.5 s and more, breaths, are "
    "left out. Needs 8 intervals."
)

ROWS = {
    "ddk_rate": ("syll/s", "Syllables per second: intervals between syllables over their summed length. ", 5.0, "5 Hz"),
    "ddk_regularity": (
        "ratio",
        "Coefficient of variation (standard deviation, n - 1, over mean) of the intervals between syllables: 0 is "
        "perfectly even. ",
        0.0,
        "even to the rounding of the parabola",
    ),
}


@family(
    *(
        FeatureSpec(
            name=f"articulation.{name}",
            unit=unit,
            low=0,
            high=None,
            tasks=frozenset([Task.DDK]),
            definition=definition + HOW,
            citation="fletcher1972 dejong2009",
            example=Example({"loudness": _TRAIN, "voiced": _VOICE}, expect, 0.01, why),
            version=2,
            invariances=unchanged_by_all_but(),
            settings={"dip_db": DIP, "faintest_db": FAINTEST, "breath_s": BREATH, "time_step_s": FRAME},
        )
        for name, (unit, definition, expect, why) in ROWS.items()
    )
)
def diadochokinesis(loudness: Contour, voiced: tuple[VoicedRun, ...]) -> dict[str, Value]:
    intervals = np.diff(_placed(loudness, nuclei(loudness, voiced)))
    intervals = intervals[intervals < BREATH]
    if len(intervals) < FEWEST:
        short = Missing(Reason.TOO_SHORT, f"intervals between syllables: needs {FEWEST}, got {len(intervals)}")
        return {f"articulation.{name}": short for name in ROWS}
    ones = np.ones(len(intervals))
    return {
        "articulation.ddk_rate": pooled([ones, intervals], lambda n, s: n / s),
        "articulation.ddk_regularity": pooled([ones, intervals, intervals**2], _variation),
    }


def _variation(n: Floats, total: Floats, squares: Floats) -> Floats:
    # Equal intervals may leave a difference of rounding below 0.
    return np.asarray(np.sqrt(np.maximum(squares - total**2 / n, 0) / (n - 1)) / (total / n))


def _placed(loudness: Contour, at: Floats) -> Floats:
    """Times of peaks between frames, by a parabola through the levels of three."""
    places = np.searchsorted(loudness.times, at - FRAME / 2)
    places = places[(places > 0) & (places < len(loudness) - 1)]
    left, here, right = (np.log(loudness.values[places + k]) for k in (-1, 0, 1))
    bend = left - 2 * here + right
    # Where three levels are alike the peak is at the frame; next to a gap neighbours are not 10 ms away.
    shift = np.where(bend < -1e-12, (left - right) / (2 * np.where(bend < -1e-12, bend, -1)), 0)
    return np.asarray(loudness.times[places] + FRAME * np.clip(shift, -0.5, 0.5), dtype=np.float64)
