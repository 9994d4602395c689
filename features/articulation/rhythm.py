"""Rhythm of speech from the lengths of its vocalic and consonantal intervals."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec
from ..estimates import Value, pooled, spread
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.phones import BREAK, SoundInterval

FEWEST = 40
"""Intervals: some five seconds of talk."""

HOW = (
    "Intervals are vowels, or consonants, one after the other, across words but not across silences of 150 ms or more, "
    "by forced alignment; glides count as consonants."
)


def _intervals() -> tuple[SoundInterval, ...]:
    clock, made = 0.0, []
    for place in range(40):
        length = (0.06, 0.10, 0.10, 0.15)[place % 4]
        made.append(SoundInterval(clock, clock + length, bool(place % 2), place // 20))
        clock += length + (1.0 if place == 19 else 0.0)
    return tuple(made)


# Consonants of 60 and 100 ms, vowels of 100 and 150 ms in turn, in two stretches.
_TURNS = _intervals()

ROWS = {
    "npvi_vocalic": (
        "index",
        None,
        "Normalised pairwise variability of vocalic intervals: 100 x mean of |d(k) - d(k+1)| over their mean, of "
        "neighbours within a stretch. ",
        "grabe2002",
        40.0,
        "100 x 50 / 125",
    ),
    "percent_v": ("ratio", 1, "Vocalic intervals' share of the summed intervals. ", "ramus1999", 25 / 41, "250 of 410"),
    "delta_c": (
        "s",
        None,
        "Standard deviation (n - 1) of consonantal intervals. ",
        "ramus1999",
        0.02 * (20 / 19) ** 0.5,
        "60 and 100 ms, ten of each",
    ),
}


@family(
    *(
        FeatureSpec(
            name=f"articulation.{name}",
            unit=unit,
            low=0,
            high=high,
            needs={"sound_intervals": FEWEST},
            definition=definition + HOW,
            citation=citation,
            example=Example({"sound_intervals": _TURNS}, expect, 1e-9, why),
            invariances=unchanged_by_all_but(),
            settings={"break_s": BREAK},
        )
        for name, (unit, high, definition, citation, expect, why) in ROWS.items()
    )
)
def interval_rhythm(sound_intervals: tuple[SoundInterval, ...]) -> dict[str, Value]:
    run = np.array([interval.run for interval in sound_intervals], dtype=np.intp)
    seconds = np.array([interval.seconds for interval in sound_intervals])
    vocalic = np.array([interval.vocalic for interval in sound_intervals], dtype=bool)
    units = int(run.max()) + 1
    whole = np.bincount(run, seconds, units)
    lengths, where = seconds[vocalic], run[vocalic]
    pairs = where[1:] == where[:-1]
    unlike = np.abs(np.diff(lengths)) / np.maximum((lengths[1:] + lengths[:-1]) / 2, 1e-9)
    counts = np.bincount(where[1:][pairs], minlength=units)
    return {
        "articulation.npvi_vocalic": pooled(
            [np.bincount(where[1:][pairs], unlike[pairs], units), counts],
            lambda a, b: 100 * a / b,
            n=int(counts.sum()),
            what="pairs of vocalic intervals",
        ),
        "articulation.percent_v": pooled(
            [np.bincount(where, lengths, units), whole], lambda a, b: a / b, n=len(seconds), what="intervals"
        ),
        "articulation.delta_c": spread(seconds[~vocalic]),
    }
