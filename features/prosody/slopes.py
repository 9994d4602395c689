"""Straight lines through contours."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...data_schemas.feature import Missing
from ..estimates import Estimate, pooled
from ..views.blocks import Floats


def mean_slope(pieces: Iterable[tuple[Floats, Floats]], what: str) -> Estimate | Missing:
    """Least-squares slope of each (times, values) piece, averaged with the pieces' durations as weights."""
    slopes, weights = [], []
    for times, values in pieces:
        centred = times - times.mean()
        slopes.append(float((centred * values).sum() / (centred**2).sum()))
        weights.append(float(times[-1] - times[0]))
    products = np.array(slopes) * np.array(weights)
    return pooled([products, weights], lambda a, b: a / b, what=what)
