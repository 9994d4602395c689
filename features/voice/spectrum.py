"""Balance of the voice's long-term average spectrum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..estimates import Estimate, Value
from ..invariances import unchanged_by_all_but
from ..noise_limits import SOURCE
from ..registry import family
from ..views.acoustic import SPECTRUM_WINDOW, Spectra
from ..views.blocks import Floats

TOP = 5000.0
"""Highest frequency in Hz that the measures read."""

WIDTH = 500.0
CENTRES = np.arange(500.0, 4501.0, WIDTH)
"""Bands of the tilt, 250-4750 Hz: each is wide enough to hold a harmonic of any voice."""

HOW = "Mean power spectrum of 40 ms Hann windows around the voiced frames of the participant's speech, uncalibrated; "
HOW += "needs a sample rate of 10 kHz."

_HZ = np.arange(0, 5001, 25.0)
# Power falls as 1 / f^2, 6.02 dB an octave, in runs of one and of three frames.
FALLING = Spectra(_HZ, np.outer([1.0, 3.0], 1e6 / np.maximum(_HZ, 25.0) ** 2), np.array([1.0, 3.0]))

ROWS = {
    "spectral_tilt": (
        "dB/octave",
        "Least-squares slope of the level of mean power in bands of 500 Hz centred at 500, 1000, ... 4500 Hz against "
        "log2 frequency. ",
        "hammarberg1980",
        float(np.polyfit(np.log2(CENTRES), -10 * np.log10((CENTRES - WIDTH / 2) * (CENTRES + WIDTH / 2)), 1)[0]),
        0.15,
        "the mean of 1 / f^2 from a to b is 1 / (a b); bins of 25 Hz are uneven in the lowest band by under 0.5 dB",
    ),
    "alpha_ratio": (
        "dB",
        "Energy at 50-1000 Hz over energy at 1-5 kHz. ",
        "eyben2016",
        float(10 * np.log10((1 / _HZ[2:41] ** 2).sum() / (1 / _HZ[41:] ** 2).sum())),
        1e-9,
        "the sums of 1 / f^2 over both bands",
    ),
    "hammarberg_index": (
        "dB",
        "Strongest bin at 0-2 kHz over the strongest at 2-5 kHz. ",
        "hammarberg1980",
        float(10 * np.log10((2025 / 25) ** 2)),
        1e-9,
        "1 / f^2 at 25 Hz and at 2025 Hz",
    ),
}


@family(
    *(
        FeatureSpec(
            name=f"voice.{name}",
            unit=unit,
            low=None,
            high=None,
            needs=SOURCE.needs(voiced=2),
            version=3,
            definition=definition + HOW,
            citation=citation,
            example=Example({"spectra": FALLING}, expect, tolerance, why),
            invariances=unchanged_by_all_but(),
            settings={"window_s": SPECTRUM_WINDOW, "highest_hz": TOP} | SOURCE.settings,
        )
        for name, (unit, definition, citation, expect, tolerance, why) in ROWS.items()
    )
)
def spectral_balance(spectra: Spectra) -> dict[str, Value]:
    if spectra.hz[-1] < TOP - 1 / SPECTRUM_WINDOW:
        short = Missing(Reason.UNDEFINED, f"needs a spectrum to {TOP:g} Hz, got {spectra.hz[-1]:g} Hz")
        return {f"voice.{name}": short for name in ROWS}
    return {
        "voice.spectral_tilt": _of(spectra, _tilt(spectra.hz)),
        "voice.alpha_ratio": _of(spectra, _alpha(spectra.hz)),
        "voice.hammarberg_index": _of(spectra, _hammarberg(spectra.hz)),
    }


def _of(spectra: Spectra, statistic: Callable[[Floats], Floats]) -> Estimate | Missing:
    value = float(statistic(spectra.power.sum(axis=0)))
    if not np.isfinite(value):
        return Missing(Reason.UNDEFINED, "no energy in one of the bands")
    runs = len(spectra.frames)

    def replicate(draws: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        weights = np.array([np.bincount(draw, minlength=runs) for draw in draws], dtype=np.float64)
        return np.asarray(statistic(weights @ spectra.power), dtype=np.float64)

    return Estimate(value, int(spectra.frames.sum()), runs, replicate)


def _tilt(hz: Floats) -> Callable[[Floats], Floats]:
    bands = [(hz >= centre - WIDTH / 2) & (hz < centre + WIDTH / 2) for centre in CENTRES]
    octaves = np.log2(CENTRES) - np.log2(CENTRES).mean()

    def slope(power: Floats) -> Floats:
        levels = np.stack([_decibels(power[..., band].mean(axis=-1)) for band in bands], axis=-1)
        return np.asarray(levels @ octaves / (octaves @ octaves))

    return slope


def _alpha(hz: Floats) -> Callable[[Floats], Floats]:
    low, high = (hz >= 50) & (hz <= 1000), (hz > 1000) & (hz <= TOP)
    return lambda power: _decibels(power[..., low].sum(axis=-1) / power[..., high].sum(axis=-1))


def _hammarberg(hz: Floats) -> Callable[[Floats], Floats]:
    low, high = hz <= 2000, (hz > 2000) & (hz <= TOP)
    return lambda power: _decibels(power[..., low].max(axis=-1) / power[..., high].max(axis=-1))


def _decibels(power: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(10 * np.log10(power), dtype=np.float64)
