"""Pitch: where the voice lies and how far it moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ...data_schemas.feature import NOT_MEASURED, Example, FeatureSpec, Missing
from .. import published
from ..estimates import Estimate, Value, pooled, ratio
from ..invariances import unchanged_by_all_but
from ..noise_limits import PITCH
from ..registry import family, feature
from ..views.acoustic import CEILING_FACTOR, FLOOR_FACTOR, HIGHEST, LOWEST, Contour, VoicedRun, Voicing
from ..views.blocks import FRAME
from ..views.speech import Run
from .quantiles import of_frames
from .slopes import mean_slope

SHORTEST_RUN = 10
"""Frames of the shortest voiced run that has a slope (0.1 s)."""

SHORTEST_PHRASE, PHRASE_FRAMES = 0.5, 20
"""Seconds, and voiced frames, of the shortest stretch between pauses that has a declination."""

SETTINGS: dict[str, float | str] = {
    "method": "Praat autocorrelation, default costs, two passes",
    "time_step_s": FRAME,
    "first_pass_hz": f"{LOWEST:g}-{HIGHEST:g}",
    "floor_factor_q1": FLOOR_FACTOR,
    "ceiling_factor_q3": CEILING_FACTOR,
    **PITCH.settings,
}

HOW = "Voiced frames of the participant's speech, 10 ms; Praat autocorrelation, floor 0.75 x Q1 and ceiling 2 x Q3 "
HOW += "of a first pass at 60-700 Hz."

TICKS = np.arange(11) * 0.01
OCTAVE = (VoicedRun(TICKS, np.full(11, 100.0)), VoicedRun(TICKS + 1, np.full(11, 200.0)))
RISING = (VoicedRun(TICKS, 100 * 2 ** (TICKS / 1.2)), VoicedRun(TICKS + 1, np.full(11, 200.0)))
PHRASE = np.arange(51) * 0.01


class Row(NamedTuple):
    """One feature of the table: what differs between specs, and how it is computed."""

    name: str
    unit: str
    low: float
    high: float | None
    definition: str
    citation: str
    compute: Callable[[tuple[VoicedRun, ...]], Value]
    expect: float
    why: str


def f0_mean(voiced: tuple[VoicedRun, ...]) -> Value:
    return ratio([run.hz.sum() for run in voiced], [len(run.hz) for run in voiced], what="voiced frames")


def semitone_sd(voiced: tuple[VoicedRun, ...]) -> Estimate | Missing:
    """SD over voiced frames in semitones; also part of monotony."""
    return deviation([run.semitones for run in voiced])


def deviation(groups: list[np.ndarray]) -> Estimate | Missing:
    """Standard deviation (n - 1) over all frames, redrawn by group."""
    frames = [len(group) for group in groups]
    # About the overall mean, so that sums of squares lose no digits.
    centre = float(np.concatenate([np.zeros(0), *groups]).mean()) if sum(frames) else 0.0
    first = [float((group - centre).sum()) for group in groups]
    second = [float(((group - centre) ** 2).sum()) for group in groups]
    return pooled(
        [frames, first, second],
        lambda n, s, q: np.sqrt(np.maximum(q - s * s / n, 0) / (n - 1)),
        n=sum(frames),
        what="frames - 1",
    )


def _semitones(at: list[float]) -> Callable[[tuple[VoicedRun, ...]], Value]:
    return lambda voiced: of_frames([run.semitones for run in voiced], at, lambda low, high: high - low)


ROWS = (
    Row("f0_mean", "Hz", 50, 800, "Mean F0. " + HOW, "boersma1993 hirst2011", f0_mean, 150, "as many at 100 as at 200"),
    Row(
        "f0_median", "Hz", 50, 800, "Median F0. " + HOW, "boersma1993 hirst2011",
        lambda voiced: of_frames([run.hz for run in voiced], [0.5], lambda x: x), 150, "between 100 and 200",
    ),
    Row(
        "f0_sd_semitones", "st", 0, None, "Standard deviation (n - 1) of F0 in semitones: pitch variability. " + HOW,
        "hirst2011 parola2023", semitone_sd, 6 * (22 / 21) ** 0.5, "11 frames at 0 st, 11 at 12 st",
    ),
    Row(
        "f0_range_semitones", "st", 0, None, "95th less 5th percentile of F0 in semitones. " + HOW, "hirst2011",
        _semitones([0.05, 0.95]), 12, "an octave",
    ),
    Row(
        "f0_iqr_semitones", "st", 0, None, "Third less first quartile of F0 in semitones. " + HOW, "hirst2011",
        _semitones([0.25, 0.75]), 12, "an octave",
    ),
)  # fmt: skip


@family(
    *(
        FeatureSpec(
            name=f"prosody.{row.name}",
            unit=row.unit,
            low=row.low,
            high=row.high,
            needs=PITCH.needs(voiced=2),
            version=3,
            definition=row.definition,
            citation=row.citation,
            example=Example({"voiced": OCTAVE}, row.expect, 1e-9, row.why),
            invariances=unchanged_by_all_but(),
            settings=SETTINGS,
            repeatability=published.F0 if row.name in {"f0_mean", "f0_median"} else NOT_MEASURED,
        )
        for row in ROWS
    )
)
def f0_distribution(voiced: tuple[VoicedRun, ...]) -> dict[str, Value]:
    return {f"prosody.{row.name}": row.compute(voiced) for row in ROWS}


@feature(
    name="prosody.f0_slope",
    unit="st/s",
    low=None,
    high=None,
    needs=PITCH.needs(voiced=2),
    version=3,
    definition="Least-squares slope of F0 in semitones over each voiced run of at least 0.1 s, averaged with the runs' "
    "durations as weights. " + HOW,
    citation="hirst2011",
    example=Example({"voiced": RISING}, 5, 1e-9, "10 st/s and 0, equally long"),
    invariances=unchanged_by_all_but(),
    settings=SETTINGS | {"shortest_run_s": SHORTEST_RUN * FRAME},
)
def f0_slope(voiced: tuple[VoicedRun, ...]) -> Estimate | Missing:
    long = [run for run in voiced if len(run.times) >= SHORTEST_RUN]
    return mean_slope([(run.times, run.semitones) for run in long], "voiced runs of 0.1 s")


@feature(
    name="prosody.f0_declination",
    unit="st/s",
    low=None,
    high=None,
    needs=PITCH.needs(voiced=2),
    version=3,
    definition="Least-squares slope of F0 in semitones over each stretch between silent pauses that lasts 0.5 s and "
    "holds 20 voiced frames, averaged with the stretches' durations as weights. " + HOW,
    citation="hirst2011",
    example=Example(
        {"voiced": (VoicedRun(PHRASE, 100 * 2 ** (-PHRASE / 12)),), "runs": (Run(0.0, 0.6),)},
        -1,
        1e-9,
        "a semitone lower each second",
    ),
    invariances=unchanged_by_all_but(),
    settings=SETTINGS | {"shortest_stretch_s": SHORTEST_PHRASE, "fewest_voiced_frames": PHRASE_FRAMES},
)
def f0_declination(voiced: tuple[VoicedRun, ...], runs: tuple[Run, ...]) -> Estimate | Missing:
    times = np.concatenate([np.zeros(0), *(run.times for run in voiced)])
    semitones = np.concatenate([np.zeros(0), *(run.semitones for run in voiced)])
    long = [(run.start, run.end) for run in runs if run.end - run.start >= SHORTEST_PHRASE]
    bounds = np.searchsorted(times, long).reshape(-1, 2)
    pieces = [(times[a:b], semitones[a:b]) for a, b in bounds if b - a >= PHRASE_FRAMES]
    return mean_slope(pieces, f"stretches of {SHORTEST_PHRASE} s")


@feature(
    name="prosody.voiced_fraction",
    unit="ratio",
    low=0,
    high=1,
    needs=PITCH.needs(speech=5, voiced=0),
    version=3,
    definition="Voiced frames / frames of the participant's speech, 10 ms; voiced as Praat's autocorrelation method "
    "finds it, its silence threshold taken from the level of the speech. Missing where that is no voice (whispers).",
    citation="boersma1993 hirst2011",
    example=Example(
        {
            "voicing": Voicing(
                Contour(np.arange(4) * 0.01, np.array([100, 100, 100, np.nan]), np.zeros(4, dtype=np.intp)),
                75, 150, np.zeros(0), np.zeros(0), np.zeros(0),
            )
        },
        0.75,
        1e-12,
        "3 of 4",
    ),
    invariances=unchanged_by_all_but(),
    settings=SETTINGS,
)  # fmt: skip
def voiced_fraction(voicing: Voicing) -> Estimate | Missing:
    frames = np.bincount(voicing.f0.span)
    found = np.bincount(voicing.f0.span, weights=np.isfinite(voicing.f0.values))
    return ratio(found[frames > 0], frames[frames > 0], what="frames of speech")
