"""Mean and spread of the short-term spectrum over the participant's speech."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec
from ..estimates import Value, pooled
from ..invariances import unchanged_by_all_but
from ..noise_limits import SPECTRUM
from ..registry import family
from ..views.blocks import FRAME, Floats
from ..views.spectral import BANDS, CEPSTRA, LEAST, MEASURES, ROLLOFF, TOP, WINDOW, Moments

HOW = "Hann windows of 25 ms every 10 ms, wholly in the participant's speech, frames of digital silence left out; "
HOW += "spectrum to 8 kHz at the recording's own sample rate, which must be at least 16 kHz."

SETTINGS: dict[str, float | str] = {
    "window_s": WINDOW,
    "time_step_s": FRAME,
    "highest_hz": TOP,
    "sample_rate": "native, at least 16000 Hz",
}

WHAT: dict[str, tuple[str, int | None, str, str, dict[str, float | str]]] = {
    **{
        f"mfcc_{k}": (
            "",
            None,
            f"mel-frequency cepstral coefficient {k}: entry {k}, entry 0 being the level, of the orthonormal DCT-II of "
            "the decibels in 40 mel bands (Slaney's scale and areas) from 0 to 8 kHz",
            "davis1980 mcfee2015",
            {"mel_bands": BANDS, "liftering": "none", "pre_emphasis": "none", "floor": LEAST},
        )
        for k in range(1, CEPSTRA + 1)
    },
    "centroid": ("Hz", 0, "spectral centroid, the mean of frequency weighted by magnitude", "mcfee2015", {}),
    "bandwidth": (
        "Hz",
        0,
        "spectral bandwidth, the standard deviation of frequency weighted by magnitude",
        "mcfee2015",
        {},
    ),
    "rolloff_85": (
        "Hz",
        0,
        "spectral roll-off, the lowest frequency at or below which lies 85 % of the summed magnitude",
        "tzanetakis2002 mcfee2015",
        {"share": ROLLOFF},
    ),
    "flatness": (
        "ratio",
        0,
        "spectral flatness, the geometric over the arithmetic mean of power",
        "mcfee2015",
        {"floor": LEAST},
    ),
    "flux": (
        "",
        0,
        "spectral flux, the squared distance of a frame's magnitude spectrum, scaled to unit length, from that of the "
        "frame measured before in the same run of speech (0 to 2)",
        "tzanetakis2002",
        {},
    ),
}
"""Unit, lowest value, what it is, source and settings of each measure of a frame."""


def _mean(count: Floats, total: Floats, square: Floats) -> Floats:
    return total / count


def _sd(count: Floats, total: Floats, square: Floats) -> Floats:
    # A constant measure may come out a rounding below nothing.
    return np.asarray(np.sqrt(np.maximum(square - total**2 / count, 0) / (count - 1)))


STATISTICS: dict[str, tuple[str, Callable[[Floats, Floats, Floats], Floats], float, str]] = {
    "mean": ("Mean", _mean, 2.5, "the mean of 1 to 4 is 2.5"),
    "sd": ("Standard deviation (n - 1)", _sd, float((5 / 3) ** 0.5), "the variance of 1 to 4 is 5 / 3"),
}

# Frames of 1, and of 2, 3 and 4, in two runs; measure k is k times that, to tell the columns apart.
_SCALE = np.arange(1.0, len(MEASURES) + 1)
RAMP = Moments(
    np.outer([1.0, 3.0], np.ones(len(MEASURES))), np.outer([1.0, 9.0], _SCALE), np.outer([1.0, 29.0], _SCALE**2)
)


def _specs() -> list[FeatureSpec]:
    return [
        FeatureSpec(
            name=f"spectral.{measure}_{suffix}",
            unit=unit,
            low=0 if suffix == "sd" and measure[:4] != "mfcc" else low,
            high=None,
            needs=SPECTRUM.needs(speech=5),
            version=2,
            definition=f"{name} over frames of the {what}. {HOW}",
            citation=source,
            example=Example({"timbre": RAMP}, expect * (column + 1), 1e-9, f"{why}, times {column + 1}"),
            invariances=unchanged_by_all_but(),
            settings=SETTINGS | settings | SPECTRUM.settings,
        )
        for column, (measure, (unit, low, what, source, settings)) in enumerate(WHAT.items())
        for suffix, (name, _, expect, why) in STATISTICS.items()
    ]


@family(*_specs())
def spectral_distribution(timbre: Moments) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for column, measure in enumerate(MEASURES):
        sums = [timbre.counts[:, column], timbre.sums[:, column], timbre.squares[:, column]]
        for suffix, (_, statistic, _, _) in STATISTICS.items():
            found[f"spectral.{measure}_{suffix}"] = pooled(sums, statistic, n=round(sums[0].sum()), what="frames")
    return found
