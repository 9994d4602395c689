"""Harmonics against noise: HNR and the smoothed cepstral peak prominence."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import NOT_MEASURED, Example, FeatureSpec, Missing
from .. import published
from ..estimates import Estimate, Value, pooled, ratio
from ..invariances import unchanged_by_all_but
from ..noise_limits import CEPSTRUM, HARMONICITY
from ..registry import family, feature
from ..views.acoustic import Contour
from ..views.blocks import FRAME, Floats
from ..views.cepstrum import EMPHASIS, HIGHEST, LENGTH, LOWEST, RATE, TOP, WIDTH

HOW = "Praat's cross-correlation method, 10 ms, voiced frames of the participant's speech; floor as for F0."
TWO = Contour(np.array([0.0, 0.01, 1.0, 1.01]), np.array([10.0, 12.0, 18.0, 20.0]), np.array([0, 0, 1, 1]))


def _spec(name: str, low: float | None, definition: str, expect: float, why: str) -> FeatureSpec:
    return FeatureSpec(
        name=f"voice.{name}",
        unit="dB",
        low=low,
        high=None,
        needs=HARMONICITY.needs(voiced=2),
        version=3,
        definition=definition + HOW,
        citation="boersma1993",
        example=Example({"harmonicity": TWO}, expect, 1e-9, why),
        invariances=unchanged_by_all_but(),
        settings={"time_step_s": FRAME, "periods_per_window": 1.0} | HARMONICITY.settings,
        repeatability=published.HNR if name == "hnr_mean" else NOT_MEASURED,
    )


@family(
    _spec("hnr_mean", None, "Mean harmonics-to-noise ratio. ", 15.0, "(10 + 12 + 18 + 20) / 4"),
    _spec(
        "hnr_sd", 0, "Standard deviation (n - 1) of the harmonics-to-noise ratio. ", (68 / 3) ** 0.5, "25 + 9 + 9 + 25"
    ),
)
def harmonics_to_noise(harmonicity: Contour) -> dict[str, Value]:
    edges = np.flatnonzero(np.diff(harmonicity.times) > 1.5 * FRAME) + 1
    runs = [run for run in np.split(harmonicity.values, edges) if len(run)]
    frames = np.array([len(run) for run in runs])
    first = np.array([run.sum() for run in runs])
    second = np.array([(run**2).sum() for run in runs])
    return {
        "voice.hnr_mean": ratio(first, frames, what="frames with a period"),
        "voice.hnr_sd": pooled(
            [frames, first, second],
            lambda n, s, q: np.sqrt(np.maximum(q - s * s / n, 0) / (n - 1)),
            n=int(frames.sum()),
            what="frames with a period - 1",
        ),
    }


@feature(
    name="voice.cpps",
    unit="dB",
    low=0,
    high=None,
    needs=CEPSTRUM.needs(voiced=2),
    definition="Smoothed cepstral peak prominence: voiced stretches of each block of up to 60 s put end to end, "
    "resampled to 10 kHz and lifted from 50 Hz; cepstra of Gaussian windows of 0.1 s every 10 ms, none smoothed over "
    "time, quefrency smoothing 1 ms; peak sought from 60 Hz to 330 Hz or 1.5 x Q3 of F0 if that is higher, by a "
    "parabola; robust straight trend (Theil) over all quefrencies, tilt not subtracted; blocks averaged by their "
    "voiced time. Our own code; Praat's CPPS with these settings differs by less than 0.1 dB on recorded voices.",
    citation="hillenbrand1996 maryn2015 theil1950",
    example=Example({"prominences": (np.array([10.0, 16.0]), np.array([20.0, 10.0]))}, 12, 1e-9, "10 twice, 16 once"),
    invariances=unchanged_by_all_but(),
    settings={
        "time_step_s": FRAME,
        "window_s": LENGTH / RATE,
        "lowest_hz": LOWEST,
        "least_highest_hz": HIGHEST,
        "highest_frequency_hz": TOP,
        "pre_emphasis_from_hz": EMPHASIS,
        "quefrency_smoothing_s": WIDTH / RATE,
        "time_smoothing_s": 0.0,
        "trend": "straight, robust, over all quefrencies",
    }
    | CEPSTRUM.settings,
    version=4,
    repeatability=published.CPPS,
)
def cpps(prominences: tuple[Floats, Floats]) -> Estimate | Missing:
    decibels, seconds = prominences
    found = pooled([decibels * seconds, seconds], lambda a, b: a / b, what="voiced seconds")
    # Blocks of a minute are too few to be drawn again.
    return found if isinstance(found, Missing) else Estimate(found.value, found.n, 0)
