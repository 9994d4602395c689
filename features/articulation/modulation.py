"""Rhythm of speech: where the power of the envelope's slow modulations lies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..estimates import Estimate, Value
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.blocks import Floats
from ..views.modulation import CUTOFF, ORDER, POINTS, RATE, STEP, TOP, WINDOW, Modulation

HOW = "Power spectrum of the full-band envelope above 0 and to 10 Hz: full-wave rectified (for sound without energy "
HOW += "below 30 Hz twice the half-wave envelope of the source), low-passed at 30 Hz, 80 samples a second, mean of "
HOW += "Hann windows of 5 s every 2.5 s (the source transforms whole sentences) of the participant's talk, its pauses "
HOW += "included and nobody else talking."

# Bins at 2, 3.5, 5 and 8 Hz, in two windows.
PLAIN = Modulation(np.array([2.0, 3.5, 5.0, 8.0]), np.array([[1.0, 3.0, 2.0, 0.0], [0.0, 3.0, 1.0, 2.0]]))

ROWS: dict[str, tuple[str, str, float, str]] = {
    "ems_peak_frequency": ("Hz", "Modulation frequency of the strongest bin. ", 3.5, "powers are 1, 6, 3, 2"),
    "ems_peak_amplitude": ("ratio", "Power of the strongest bin over that of all. ", 6 / 12, "6 of 1 + 6 + 3 + 2"),
    "ems_energy_3_6": ("ratio", "Power from 3 to 6 Hz over all power. ", 9 / 12, "6 + 3 of 12"),
    "ems_energy_below_4": ("ratio", "Power below 4 Hz over all power. ", 7 / 12, "1 + 6 of 12"),
    "ems_ratio_4": ("ratio", "Power below 4 Hz over power from 4 to 10 Hz. ", 7 / 5, "1 + 6 over 3 + 2"),
    "ems_energy_4_10": ("ratio", "Power from 4 to 10 Hz over all power. ", 5 / 12, "3 + 2 of 12"),
}

SETTINGS: dict[str, float | str] = {
    "window_s": WINDOW,
    "time_step_s": STEP,
    "envelope": "full-wave rectified",
    "envelope_cutoff_hz": CUTOFF,
    "envelope_filter": f"Butterworth, order {ORDER}, forwards and backwards",
    "envelope_rate_hz": RATE,
    "fourier_points": POINTS,
    "highest_hz": TOP,
}


@family(
    *(
        FeatureSpec(
            name=f"articulation.{name}",
            unit=unit,
            low=0,
            high=None,
            needs={"speech": 5},
            definition=definition + HOW,
            citation="liss2010",
            example=Example({"modulation": PLAIN}, expect, 1e-12, why),
            invariances=unchanged_by_all_but(),
            settings=SETTINGS,
        )
        for name, (unit, definition, expect, why) in ROWS.items()
    )
)
def modulation_spectrum(modulation: Modulation) -> dict[str, Value]:
    hz = modulation.hz
    low, high, middle = hz < 4, hz >= 4, (hz >= 3) & (hz <= 6)
    statistics: dict[str, Callable[[Floats], Floats]] = {
        "ems_peak_frequency": lambda power: np.where(power.sum(axis=-1) > 0, hz[power.argmax(axis=-1)], np.nan),
        "ems_peak_amplitude": lambda power: power.max(axis=-1) / power.sum(axis=-1),
        "ems_energy_3_6": lambda power: power[..., middle].sum(axis=-1) / power.sum(axis=-1),
        "ems_energy_below_4": lambda power: power[..., low].sum(axis=-1) / power.sum(axis=-1),
        "ems_ratio_4": lambda power: power[..., low].sum(axis=-1) / power[..., high].sum(axis=-1),
        "ems_energy_4_10": lambda power: power[..., high].sum(axis=-1) / power.sum(axis=-1),
    }
    return {f"articulation.{name}": _of(modulation, statistic) for name, statistic in statistics.items()}


def _of(modulation: Modulation, statistic: Callable[[Floats], Floats]) -> Estimate | Missing:
    windows = len(modulation.power)
    if not windows:
        return Missing(Reason.TOO_SHORT, f"talk without a break by others: needs {WINDOW:g} s, got less")
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(modulation.power.sum(axis=0)))
    if not np.isfinite(value):
        return Missing(Reason.UNDEFINED, "the envelope does not change")

    def replicate(draws: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        weights = np.array([np.bincount(draw, minlength=windows) for draw in draws], dtype=np.float64)
        return np.asarray(statistic(weights @ modulation.power), dtype=np.float64)

    return Estimate(value, windows, windows, replicate)
