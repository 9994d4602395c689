"""Loudness of the participant's speech, and monotony of loudness and pitch together."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..estimates import Estimate, Value, pooled
from ..invariances import unchanged_by_all_but
from ..noise_limits import INTENSITY_SPREAD
from ..registry import family, feature
from ..views.acoustic import Contour, VoicedRun
from ..views.blocks import FRAME, Floats
from ..views.speech import Run
from .pitch import OCTAVE, deviation, semitone_sd
from .quantiles import of_frames
from .slopes import mean_slope

SETTINGS: dict[str, float | str] = {"time_step_s": FRAME, "window_s": 0.064, "reference": "full scale"}
SHORTEST_PHRASE = 0.5

HOW = "Frames of the participant's speech, 10 ms, Praat's 64 ms window; decibels relative to full scale, not "
HOW += "calibrated to sound pressure."

STEP = Contour(np.arange(22) * 0.01, np.repeat([0.01, 0.0001], 11), np.repeat([0, 1], 11))
FADING = Contour(np.arange(61) * 0.01, 10 ** (-np.arange(61) * 0.01 / 10), np.zeros(61, dtype=np.intp))

ROWS = {
    "intensity_mean": (
        "dB", None, "Intensity of the mean power. " + HOW, 10 * np.log10(0.00505), "half at 0.01, half at 0.0001",
    ),
    "intensity_sd": (
        "dB", 0, "Standard deviation (n - 1) of intensity. " + HOW, 10 * (22 / 21) ** 0.5, "11 at -20 dB, 11 at -40 dB",
    ),
    "intensity_range": ("dB", 0, "95th less 5th percentile of intensity. " + HOW, 20, "-20 to -40 dB"),
}  # fmt: skip


@family(
    *(
        FeatureSpec(
            name=f"prosody.{name}",
            unit=unit,
            low=low,
            high=None,
            needs={"speech": 5} if name == "intensity_mean" else INTENSITY_SPREAD.needs(speech=5),
            version=2,
            definition=definition,
            citation="boersma2001",
            example=Example({"loudness": STEP}, float(expect), 1e-9, why),
            invariances=unchanged_by_all_but(*(["gain"] if name == "intensity_mean" else [])),
            settings=SETTINGS if name == "intensity_mean" else SETTINGS | INTENSITY_SPREAD.settings,
        )
        for name, (unit, low, definition, expect, why) in ROWS.items()
    )
)
def intensity_distribution(loudness: Contour) -> dict[str, Value]:
    levels, powers = decibels_by_span(loudness), _by_span(loudness, loudness.values)
    frames = [len(group) for group in levels]
    mean = pooled(
        [[group.sum() for group in powers], frames], lambda p, n: 10 * np.log10(p / n), n=sum(frames), what="frames"
    )
    return {
        "prosody.intensity_mean": mean,
        "prosody.intensity_sd": deviation(levels),
        "prosody.intensity_range": of_frames(levels, [0.05, 0.95], lambda low, high: high - low),
    }


def decibels_by_span(loudness: Contour) -> list[Floats]:
    """Intensity of the frames of each span of speech, in dB relative to full scale."""
    return _by_span(loudness, 10 * np.log10(loudness.values))


def _by_span(loudness: Contour, values: Floats) -> list[Floats]:
    return np.split(values, np.flatnonzero(np.diff(loudness.span)) + 1) if len(values) else []


@feature(
    name="prosody.intensity_slope",
    unit="dB/s",
    low=None,
    high=None,
    needs={"speech": 5},
    definition="Least-squares slope of intensity over each stretch of at least 0.5 s between silent pauses, averaged "
    "with the stretches' durations as weights. " + HOW,
    citation="boersma2001",
    example=Example({"loudness": FADING, "runs": (Run(0.0, 0.605),)}, -1, 1e-9, "a decibel less each second"),
    invariances=unchanged_by_all_but(),
    settings=SETTINGS | {"shortest_stretch_s": SHORTEST_PHRASE},
)
def intensity_slope(loudness: Contour, runs: tuple[Run, ...]) -> Estimate | Missing:
    long = [(run.start, run.end) for run in runs if run.end - run.start >= SHORTEST_PHRASE]
    levels = 10 * np.log10(loudness.values)
    bounds = np.searchsorted(loudness.times, long).reshape(-1, 2)
    pieces = [(loudness.times[a:b], levels[a:b]) for a, b in bounds if b - a > 2]
    return mean_slope(pieces, f"stretches of {SHORTEST_PHRASE} s")


@feature(
    name="prosody.monotony",
    unit="index",
    low=0,
    high=None,
    needs=INTENSITY_SPREAD.needs(voiced=2),
    version=3,
    definition="1 / sqrt(f0_sd_semitones x intensity_sd): the inverse geometric mean of both standard deviations; "
    "1 / sqrt(3 st x 6 dB) = 0.24, and half the variability of both doubles it. Our own definition.",
    citation="parola2023",
    example=Example(
        {"voiced": OCTAVE, "loudness": STEP}, float((60 * 22 / 21) ** -0.5), 1e-9, "1 / sqrt(6 x 10 x 22 / 21)"
    ),
    invariances=unchanged_by_all_but(),
    settings=INTENSITY_SPREAD.settings,
)
def monotony(voiced: tuple[VoicedRun, ...], loudness: Contour) -> Estimate | Missing:
    pitch, level = semitone_sd(voiced), deviation(decibels_by_span(loudness))
    if isinstance(pitch, Missing) or isinstance(level, Missing):
        return Missing(Reason.UNDEFINED, "no frames")
    if pitch.value * level.value == 0:
        return Missing(Reason.UNDEFINED, "no variability at all")
    return Estimate((pitch.value * level.value) ** -0.5, min(pitch.n, level.n), 0)
