"""Jitter and shimmer: how unlike neighbouring glottal cycles are, in length and in amplitude.

Sums are taken over runs of cycles, so that a recording read in blocks has the value it would have in one piece;
in one piece it is Praat's.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import NOT_MEASURED, Example, FeatureSpec
from .. import published
from ..estimates import Value, pooled
from ..invariances import unchanged_by_all_but
from ..noise_limits import JITTER as JITTER_BEARS
from ..noise_limits import SHIMMER as SHIMMER_BEARS
from ..noise_limits import Bears
from ..registry import family
from ..views.acoustic import Contour, Voicing
from ..views.blocks import Floats
from ..views.praat import LONGEST, PERIOD_FACTOR, SHORTEST

AMPLITUDE_FACTOR = 1.6
"""Praat's default: the largest ratio of neighbouring amplitudes that counts."""

Whole = npt.NDArray[np.intp]

SETTINGS: dict[str, float | str] = {
    "shortest_period_s": SHORTEST,
    "longest_period_s": LONGEST,
    "period_factor": PERIOD_FACTOR,
    "pulses": "Praat, cross-correlation",
}

_NONE = np.zeros(0)
_EMPTY = Contour(_NONE, _NONE, np.zeros(0, dtype=np.intp))
# Periods of 10, 11, 10, 11, 10 and 11 ms; amplitudes 1.0 and 1.2 in turn at the pulses between two periods.
TRILL = Voicing(
    _EMPTY, 75, 150, np.cumsum([0, 0.010, 0.011] + [0.010, 0.011] * 2),
    np.cumsum([0.010] + [0.010] * 12), np.array([1.0, 1.2] * 6 + [1.0]),
)  # fmt: skip

JITTER = {
    "jitter_local": ("Mean |T(i) - T(i+1)| / mean T, in percent.", 2, 1, 100 / 10.5, "1 ms of 10.5 ms"),
    "jitter_rap": ("Mean |T(i) - mean of T(i-1..i+1)| / mean T, in percent.", 3, 1, 200 / 31.5, "2/3 ms of 10.5 ms"),
    "jitter_ppq5": ("Mean |T(i) - mean of T(i-2..i+2)| / mean T, in percent.", 5, 1, 40 / 10.5, "2/5 ms of 10.5 ms"),
    "jitter_ddp": ("Mean |(T(i+1) - T(i)) - (T(i) - T(i-1))| / mean T, in percent.", 3, 3, 200 / 10.5, "2 of 10.5 ms"),
}
SHIMMER = {
    "shimmer_local": ("Mean |A(i) - A(i+1)| / mean A, in percent.", 2, 1, 20 / 1.1, "0.2 of 1.1"),
    "shimmer_apq3": ("Mean |A(i) - mean of A(i-1..i+1)| / mean A, in percent.", 3, 1, 40 / 3.3, "2/15 of 1.1"),
    "shimmer_apq5": ("Mean |A(i) - mean of A(i-2..i+2)| / mean A, in percent.", 5, 1, 8 / 1.1, "0.08 of 1.1"),
    "shimmer_apq11": (
        "Mean |A(i) - mean of A(i-5..i+5)| / mean A, in percent.", 11, 1, 120 / 11 / 1.1, "1.2/11 of 1.1",
    ),
    "shimmer_dda": ("Mean |(A(i+1) - A(i)) - (A(i) - A(i-1))| / mean A, in percent.", 3, 3, 40 / 1.1, "0.4 of 1.1"),
}  # fmt: skip


_REPEATS = {"jitter_local": published.JITTER, "shimmer_local": published.SHIMMER}


def _specs(
    rows: dict[str, tuple[str, int, int, float, str]], how: str, more: dict[str, float | str], bears: Bears
) -> list[FeatureSpec]:
    return [
        FeatureSpec(
            name=f"voice.{name}",
            unit="%",
            low=0,
            high=None,
            needs=bears.needs(voiced=2),
            version=3,
            definition=f"{definition} {how}",
            citation="boersma2009",
            example=Example({"voicing": TRILL}, expect, 1e-9, why),
            invariances=unchanged_by_all_but(),
            settings=SETTINGS | more | bears.settings,
            repeatability=_REPEATS.get(name, NOT_MEASURED),
        )
        for name, (definition, _, _, expect, why) in rows.items()
    ]


@family(
    *_specs(
        JITTER,
        "Periods T of the participant's voiced speech as Praat finds them, 0.1-20 ms, neighbours within a factor 1.3.",
        {},
        JITTER_BEARS,
    )
)
def jitter(voicing: Voicing) -> dict[str, Value]:
    periods = np.diff(voicing.pulses)
    sound = (periods >= SHORTEST) & (periods <= LONGEST)
    alike = _factor(periods) <= PERIOD_FACTOR
    # A period stands alone when it is unlike both its neighbours; at the ends one neighbour is enough.
    lonely = np.concatenate([[False], ~alike]) & np.concatenate([~alike, [False]]) if len(periods) else sound
    counted = sound & ~lonely
    run = np.cumsum(periods > LONGEST).astype(np.intp)
    units = int(run[-1]) + 1 if len(run) else 0
    lengths = _sums(run[counted], periods[counted], units)
    return {
        f"voice.{name}": _perturbation(periods, sound, alike, run, width, 100 * times, lengths)
        for name, (_, width, times, _, _) in JITTER.items()
    }


@family(
    *_specs(
        SHIMMER,
        "Amplitudes A (Praat: root mean square around each pulse) of the participant's voiced speech, neighbours "
        "within a factor 1.6.",
        {"amplitude_factor": AMPLITUDE_FACTOR},
        SHIMMER_BEARS,
    )
)
def shimmer(voicing: Voicing) -> dict[str, Value]:
    amplitudes, gaps = voicing.amplitudes, np.diff(voicing.amplitude_times)
    alike = (gaps >= SHORTEST) & (gaps <= LONGEST) & (_factor(amplitudes) <= AMPLITUDE_FACTOR)
    run = np.concatenate([np.zeros(min(1, len(amplitudes))), np.cumsum(gaps > LONGEST)]).astype(np.intp)
    units = int(run[-1]) + 1 if len(run) else 0
    # As in Praat, the mean amplitude leaves out the very last one.
    heights = _sums(run[:-1], amplitudes[:-1], units)
    every = np.ones(len(amplitudes), dtype=bool)
    return {
        f"voice.{name}": _perturbation(amplitudes, every, alike, run, width, 100 * times, heights)
        for name, (_, width, times, _, _) in SHIMMER.items()
    }


def _factor(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.maximum(values[1:] / values[:-1], values[:-1] / values[1:]))


def _sums(run: Whole, values: Floats, units: int) -> tuple[Floats, Floats]:
    return np.bincount(run, values, units).astype(np.float64), np.bincount(run, minlength=units).astype(np.float64)


def _perturbation(
    values: Floats,
    sound: npt.NDArray[np.bool_],
    alike: npt.NDArray[np.bool_],
    run: Whole,
    width: int,
    scale: float,
    means: tuple[Floats, Floats],
) -> Value:
    """Mean deviation in windows of `width` cycles, all sound and alike, over the mean cycle.

    Of two cycles the difference is taken; of more, that of the middle one from their mean.
    """
    units = len(means[0])
    if len(values) < width:
        deviations = pooled([np.zeros(units)] * 2, lambda a, b: a / b, what=f"runs of {width} cycles")
        return deviations
    windows = np.lib.stride_tricks.sliding_window_view(values, width)
    good = np.lib.stride_tricks.sliding_window_view(sound, width).all(axis=1)
    good &= np.lib.stride_tricks.sliding_window_view(alike, width - 1).all(axis=1)
    windows, where = windows[good], run[: len(run) - width + 1][good]
    unlike = windows[:, 0] - windows[:, 1] if width == 2 else windows[:, width // 2] - windows.mean(axis=1)
    sums = _sums(where, np.abs(unlike), units)
    return pooled(
        [*sums, *means],
        lambda top, n, whole, m: scale * (top / n) / (whole / m),
        n=int(good.sum()),
        what=f"runs of {width} cycles",
    )
