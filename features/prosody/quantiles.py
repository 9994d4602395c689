"""Quantiles of frames whose uncertainty is that of the runs they come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Missing, Reason
from ..estimates import Estimate
from ..views.blocks import Floats

BINS = 400
"""Histogram bins between smallest and largest frame in which redrawn quantiles are read, by interpolation."""


def of_frames(
    groups: Sequence[Floats], at: Sequence[float], combine: Callable[..., Floats | float]
) -> Estimate | Missing:
    """`combine` of the quantiles `at` of all frames, redrawn by group.

    Parameters
    ----------
    groups : sequence of arrays
        Frames of each unit (voiced run, stretch of speech): neighbouring frames are no independent evidence.
    at : sequence of float in [0, 1]
        Quantiles, linear interpolation.
    combine : callable
        Takes one number (or array over draws) a quantile.
    """
    frames = np.concatenate([np.zeros(0), *groups])
    if not len(frames):
        return Missing(Reason.UNDEFINED, "no frames")
    value = float(combine(*np.quantile(frames, at)))
    low, high = float(frames.min()), float(frames.max())
    if low == high:
        return Estimate(value, len(frames), len(groups))
    # Whole numbers below 2 ** 24 in float32: sums are exact, whatever their order.
    counts = np.array([np.histogram(group, BINS, (low, high))[0] for group in groups], dtype=np.float32)

    def replicate(draws: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        weights = np.array([np.bincount(draw, minlength=len(groups)) for draw in draws], dtype=np.float32)
        cumulative = np.cumsum((weights @ counts).astype(np.float64), axis=1)
        return np.asarray(combine(*(_read(cumulative, q, low, high) for q in at)), dtype=np.float64)

    return Estimate(value, len(frames), len(groups), replicate)


def _read(cumulative: Floats, q: float, low: float, high: float) -> Floats:
    sought = q * cumulative[:, -1:]
    place = np.argmax(cumulative >= np.maximum(sought, 0.5), axis=1)[:, None]
    below = np.where(place > 0, np.take_along_axis(cumulative, np.maximum(place - 1, 0), axis=1), 0.0)
    inside = np.take_along_axis(cumulative, place, axis=1) - below
    return np.asarray(low + (high - low) / BINS * (place + np.clip((sought - below) / inside, 0, 1)))[:, 0]
