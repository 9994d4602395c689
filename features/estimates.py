"""Statistics that know how they were made, so that one bootstrap serves every feature.

A feature that is a ratio, mean, spread or quantile over units (utterances, pauses, voiced runs) returns an
`Estimate`; the measure stage takes its value, its number of units and a seeded percentile interval. A
statistic for which resampling units means nothing (type counts: a word drawn twice is no new type) returns a
plain float and has no interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..data_schemas.feature import Missing, Reason

Numbers = Sequence[float] | npt.NDArray[np.floating] | npt.NDArray[np.integer]
Replicate = Callable[[npt.NDArray[np.intp]], npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, the units it rests on, and how it comes out when those units are drawn again.

    `replicate` maps an index matrix of shape (draws, units) to `draws` values; None gives no interval.
    """

    value: float
    n: int
    units: int
    replicate: Replicate | None = None

    def __float__(self) -> float:
        return float(self.value)


Value = float | int | Estimate | Missing


def ratio(
    numerators: Numbers, denominators: Numbers, scale: float = 1.0, *, what: str = "denominator"
) -> Estimate | Missing:
    """`scale` x sum(numerators) / sum(denominators), one entry of each per unit.

    Missing (undefined) when the denominators sum to zero; `n` is that sum when the entries are counts.
    """
    top = np.asarray(numerators, dtype=np.float64)
    bottom = np.asarray(denominators, dtype=np.float64)
    total = bottom.sum()
    if len(bottom) == 0 or total == 0:
        return Missing(Reason.UNDEFINED, f"{what} is 0")

    def replicate(draws: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(scale * top[draws].sum(axis=1) / bottom[draws].sum(axis=1), dtype=np.float64)

    return Estimate(float(scale * top.sum() / total), round(total), len(bottom), replicate)


def pooled(
    columns: Sequence[Numbers], combine: Callable[..., Any], *, n: int | None = None, what: str = "denominator"
) -> Estimate | Missing:
    """`combine` of each column's sum over units: variances, ratios of ratios, whatever sums decide.

    Parameters
    ----------
    columns : sequence of k arrays, one entry a unit each
    combine : callable
        Takes k sums (numbers, or arrays with one entry a draw) and gives the statistic; a result that is not
        finite is Missing (undefined).
    n : int, optional
        What the value rests on; the number of units when not given.
    """
    rows = [np.asarray(column, dtype=np.float64) for column in columns]
    units = len(rows[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        value = float(combine(*(row.sum() for row in rows))) if units else float("nan")
    if not np.isfinite(value):
        return Missing(Reason.UNDEFINED, f"{what} is 0")

    def replicate(draws: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(combine(*(row[draws].sum(axis=1) for row in rows)), dtype=np.float64)

    return Estimate(value, units if n is None else n, units, replicate)


def mean(values: Numbers) -> Estimate | Missing:
    """Arithmetic mean over units."""
    return _over(values, lambda x, axis: np.mean(x, axis=axis), 1)


def spread(values: Numbers) -> Estimate | Missing:
    """Sample standard deviation (n - 1) over units; undefined for one."""
    return _over(values, lambda x, axis: np.std(x, axis=axis, ddof=1), 2)


def quantile(values: Numbers, q: float) -> Estimate | Missing:
    """Quantile `q` in [0, 1] over units, by linear interpolation."""
    return _over(values, lambda x, axis: np.quantile(x, q, axis=axis), 1)


def extreme(values: Numbers, which: Callable[..., float]) -> Estimate | Missing:
    """Minimum or maximum over units; the bootstrap cannot see past an extreme, so there is no interval."""
    found = np.asarray(values, dtype=np.float64)
    if len(found) == 0:
        return Missing(Reason.UNDEFINED, "no units")
    return Estimate(float(which(found)), len(found), len(found))


def count(number: int, n: int | None = None) -> Estimate:
    """A plain count, resting on `n` units (itself when not given)."""
    return Estimate(float(number), number if n is None else n, 0)


def _over(values: Numbers, statistic: Callable[..., Any], least: int) -> Estimate | Missing:
    found = np.asarray(values, dtype=np.float64)
    if len(found) < least:
        return Missing(Reason.UNDEFINED, f"units: needs {least}, got {len(found)}")
    return Estimate(float(statistic(found, None)), len(found), len(found), lambda draws: statistic(found[draws], 1))
