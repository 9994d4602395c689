"""From raw features to what a learner reads: gaps filled and marked, standardised, the stable ones chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .examples import Examples
from .table import Floats

CLIP = 5.0
"""Standard deviations beyond which a value counts as that far: one wild measurement must not decide a score."""

SHOWN_GAPS = 0.05
"""A gap is a signal of its own where at least this share of the training people has it, and this share has not."""

SUBSAMPLES = 50
STABLE = 0.6
"""Stability selection (Meinshausen & Bühlmann 2010): halves of the people drawn, and the share of them in which a
feature must be among the strongest."""


@dataclass(frozen=True, eq=False, slots=True)
class Preparation:
    """Fitted on training rows only; `apply` does the same to any row.

    Attributes
    ----------
    columns : ndarray of int
        Features that vary in training; the others are left out.
    age : ndarray of float, shape (4,) or (0,)
        Lowest, highest, mean and standard deviation of the training ages, where features are adjusted for age.
    curve : ndarray of float, shape (3, columns) or (0, columns)
        Parabola in standardised age that is taken off each feature: what people of the first class of that age have.
    fill, mean, sd : ndarray of float
        Median to fill gaps with, then the mean and the standard deviation to standardise by; one for each of `columns`.
    marked : ndarray of int
        Places in `columns` whose gaps are an input of their own, after the columns.
    marked_mean, marked_sd : ndarray of float
    chosen : ndarray of int
        Places among columns and marks that the learner reads.
    """

    columns: npt.NDArray[np.int64]
    age: Floats
    curve: Floats
    fill: Floats
    mean: Floats
    sd: Floats
    marked: npt.NDArray[np.int64]
    marked_mean: Floats
    marked_sd: Floats
    chosen: npt.NDArray[np.int64]

    def standardised(self, x: Floats, age: Floats) -> Floats:
        """Every column and mark in standard deviations, unclipped: shape (n, columns + marked)."""
        x = x[:, self.columns]
        if len(self.age):
            x = x - _parabola(age, self.age) @ self.curve
        gap = ~np.isfinite(x)
        z = (np.where(gap, self.fill, x) - self.mean) / self.sd
        marks = (gap[:, self.marked] - self.marked_mean) / self.marked_sd
        return np.hstack([z, marks])

    def apply(self, x: Floats, age: Floats) -> Floats:
        """What the learner reads: shape (n, len(chosen)), clipped, at single precision as forests compare."""
        z = np.clip(self.standardised(x, age)[:, self.chosen], -CLIP, CLIP)
        return z.astype(np.float32).astype(np.float64)

    @property
    def feature_of(self) -> npt.NDArray[np.int64]:
        """Which raw feature each input of the learner comes from: shape (len(chosen),)."""
        return np.concatenate([self.columns, self.columns[self.marked]])[self.chosen]

    @property
    def is_mark(self) -> npt.NDArray[np.bool_]:
        """Which inputs of the learner mark a gap: shape (len(chosen),)."""
        return self.chosen >= len(self.columns)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Arrays by name, for storage."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> Preparation:
        """From stored arrays."""
        return cls(**{name: arrays[name] for name in cls.__slots__})  # type: ignore[arg-type]


def prepare(made: Examples, keep: int | None, seed: int, *, adjust: bool = False) -> Preparation:
    """Fit on the rows of `made`, every person counting once.

    Parameters
    ----------
    made : Examples
        Training rows.
    keep : int, optional
        How many features are among the strongest of a half; all are kept when None.
    seed : int
    adjust : bool
        Whether to take off each feature what people of the first class (of all, for a severity) have at that age.
    """
    there = np.isfinite(made.x)
    columns = np.flatnonzero(_varies(made.x, there))
    age, curve = _age_curve(made, columns) if adjust else (np.empty(0), np.empty((0, len(columns))))
    x, gap = made.x[:, columns], ~there[:, columns]
    if adjust:
        x = x - _parabola(made.age, age) @ curve
    fill = np.nanmedian(x, axis=0) if len(columns) else np.empty(0)
    x = np.where(gap, fill, x)
    weight = made.weight
    mean, sd = _moments(x, weight)
    share = (gap * weight[:, None]).sum(0) / weight.sum()
    marked = np.flatnonzero((share >= SHOWN_GAPS) & (share <= 1 - SHOWN_GAPS))
    marked_mean, marked_sd = _moments(gap[:, marked].astype(float), weight)
    every = np.arange(len(columns) + len(marked))
    whole = Preparation(columns, age, curve, fill, mean, sd, marked, marked_mean, marked_sd, every)
    if keep is None or keep >= len(every):
        return whole
    chosen = stable(np.clip(whole.standardised(made.x, made.age), -CLIP, CLIP), made, keep, seed)
    return replace(whole, chosen=chosen)


def _parabola(age: Floats, known: Floats) -> Floats:
    # Beyond the ages of training the curve is not known; the nearest age stands in.
    low, high, mean, sd = known
    z = (np.clip(age, low, high) - mean) / sd
    return np.column_stack([np.ones(len(z)), z, z * z])


def _age_curve(made: Examples, columns: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    known = np.array([made.age.min(), made.age.max(), made.age.mean(), made.age.std() or 1.0])
    rows = made.y == 0 if made.by_class else np.ones(len(made.y), dtype=bool)
    basis, root = _parabola(made.age[rows], known), np.sqrt(made.weight[rows])[:, None]
    curve = np.zeros((3, len(columns)))
    for place, column in enumerate(columns):
        x = made.x[rows, column]
        there = np.isfinite(x)
        if there.sum() >= 10:
            curve[:, place] = np.linalg.lstsq(basis[there] * root[there], x[there] * root[there, 0], rcond=None)[0]
    return known, curve


def _varies(x: Floats, there: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    low = np.where(there, x, np.inf).min(0)
    high = np.where(there, x, -np.inf).max(0)
    return np.asarray((there.sum(0) >= 2) & (high > low))


def _moments(x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    total = weight.sum()
    mean = (x * weight[:, None]).sum(0) / total
    sd = np.sqrt((((x - mean) ** 2) * weight[:, None]).sum(0) / total)
    return mean, np.where(sd > 1e-12 * np.maximum(1, abs(mean)), sd, 1.0)


def stable(z: Floats, made: Examples, keep: int, seed: int) -> npt.NDArray[np.int64]:
    """Features that are among the `keep` strongest in most random halves of the people.

    Strength is the share of the target's variance that the feature explains: between classes, or by a straight line.
    """
    people, inverse = np.unique(made.people, return_inverse=True)
    target = np.eye(len(made.classes))[made.y.astype(int)] if made.by_class else _unit(made.y)[:, None]
    weight = made.weight
    rng = np.random.default_rng([seed, keep, len(people)])
    often = np.zeros(z.shape[1])
    halves = np.zeros((SUBSAMPLES, len(people)))
    for half in halves:
        half[rng.permutation(len(people))[: max(2, len(people) // 2)]] = 1
    for strength in _strengths(z, target, halves[:, inverse] * weight):
        often[np.argsort(-strength, kind="stable")[:keep]] += 1 / SUBSAMPLES
    found = np.flatnonzero(often >= STABLE)
    # With nothing stable, the most frequent few are still better than nothing; the outer folds judge it.
    return found if len(found) >= 2 else np.sort(np.argsort(-often, kind="stable")[:2])


def _unit(y: Floats) -> Floats:
    return np.asarray((y - y.mean()) / (y.std() or 1.0))


def _strengths(z: Floats, target: Floats, weights: Floats) -> Floats:
    """Explained variance of each column under each row of weights: shape (draws, columns).

    Sums of products: all draws in a few matrix products, which columns near 0 with an SD near 1 bear without loss.
    """
    total = weights.sum(1)[:, None]
    mean, mean_t = weights @ z / total, weights @ target / total
    var_z = weights @ (z * z) / total - mean**2
    var_t = weights @ (target * target) / total - mean_t**2
    found = np.zeros(mean.shape)
    for place in range(target.shape[1]):
        cross = weights @ (z * target[:, place, None]) / total - mean * mean_t[:, place, None]
        varies = (var_z > 1e-9) & (var_t[:, place, None] > 1e-9)
        found += np.where(varies, cross**2 / np.where(varies, var_z * var_t[:, place, None], 1.0), 0.0)
    return np.asarray(found)
