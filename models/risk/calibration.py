"""From raw scores to probabilities, and how far those can be taken at their word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .table import Floats

_STEPS = 50
_RIDGE = 1e-6
_MOST = 30.0


def expit(x: Floats) -> Floats:
    """Logistic function, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(np.asarray(x, dtype=float) / 2)))


def logit(p: Floats) -> Floats:
    """Log odds of probabilities kept a millionth away from 0 and 1."""
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p) - np.log1p(-p))


def logistic_line(x: Floats, y: Floats, weight: Floats) -> tuple[float, float]:
    """Intercept and slope of a logistic regression of `y` (0 or 1) on `x`, by Newton's method.

    A ridge of a millionth of the weight keeps it finite where the classes separate.
    """
    keep = weight > 0
    x, y, weight = x[keep], y[keep], weight[keep] / weight[keep].sum()
    centre = float((x * weight).sum())
    scale = float(np.sqrt(((x - centre) ** 2 * weight).sum())) or 1.0
    design = np.column_stack([np.ones(len(x)), (x - centre) / scale])
    at = np.array([float(logit(np.array([(y * weight).sum()]))[0]), 0.0])
    ridge = np.diag([0.0, _RIDGE])
    for _ in range(_STEPS):
        p = expit(design @ at)
        slope = design.T @ (weight * (y - p)) - ridge @ at
        bend = (design * (weight * np.maximum(p * (1 - p), 1e-9))[:, None]).T @ design + ridge
        step = np.linalg.solve(bend, slope)
        at = np.clip(at + np.clip(step, -2, 2), -_MOST, _MOST)
        if np.abs(step).max() < 1e-9:
            break
    return float(at[0] - at[1] * centre / scale), float(at[1] / scale)


def intercept_at_slope_one(x: Floats, y: Floats, weight: Floats) -> float:
    """Calibration in the large: the intercept of a logistic regression with `x` as offset."""
    low, high = -_MOST, _MOST
    for _ in range(60):
        middle = (low + high) / 2
        if (weight * (y - expit(x + middle))).sum() > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probability or severity from raw scores: ``intercept + slope * score``, through a logistic or a softmax.

    The slope is never negative: folds in which a learner was worse than chance must not teach it to be trusted
    the other way round.
    """

    intercept: tuple[float, ...]
    slope: float

    def margins(self, scores: Floats) -> Floats:
        """Calibrated log odds (two classes), log weights (more) or severity: shape of `scores`."""
        return np.asarray(np.array(self.intercept) + self.slope * scores)


def calibrate(scores: Floats, y: Floats, weight: Floats, classes: int) -> Calibration:
    """Fit on scores of rows that the learner has not seen.

    Parameters
    ----------
    scores : ndarray of float, shape (n, outputs)
    y, weight : ndarray of float, shape (n,)
    classes : int
        0 for a severity.
    """
    if classes == 0:
        return _straight(scores[:, 0], y, weight)
    if classes == 2:
        intercept, slope = logistic_line(scores[:, 0], y, weight)
        if slope > 0 and np.ptp(scores[:, 0]) > 1e-12:
            return Calibration((intercept,), slope)
        share = float((y * weight).sum() / weight.sum())
        return Calibration((float(logit(np.array([share]))[0]),), 0.0)
    return _softmax(scores, y, weight, classes)


def _straight(score: Floats, y: Floats, weight: Floats) -> Calibration:
    weight = weight / weight.sum()
    centre, middle = (score * weight).sum(), (y * weight).sum()
    spread = ((score - centre) ** 2 * weight).sum()
    slope = 0.0 if spread < 1e-12 else max(0.0, float(((score - centre) * (y - middle) * weight).sum() / spread))
    return Calibration((float(middle - slope * centre),), slope)


def _softmax(scores: Floats, y: Floats, weight: Floats, classes: int) -> Calibration:
    from scipy.optimize import minimize

    hot = np.eye(classes)[y.astype(int)]
    weight = weight / weight.sum()
    scale = float(np.std(scores)) or 1.0
    scaled = scores / scale

    def loss(at: Floats) -> tuple[float, Floats]:
        margins = at[:-1] + at[-1] * scaled
        logs = margins - _log_sum(margins)
        gap = (np.exp(logs) - hot) * weight[:, None]
        slope = np.append(gap.sum(0), (gap * scaled).sum())
        return float(-(hot * logs * weight[:, None]).sum() + 1e-6 * (at**2).sum()), slope + 2e-6 * at

    start = np.append(np.log(np.maximum((hot * weight[:, None]).sum(0), 1e-6)), 0.0)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(-_MOST, _MOST)] * classes + [(0, _MOST)])
    return Calibration(tuple(float(value) for value in found.x[:-1]), float(found.x[-1] / scale))


def _log_sum(margins: Floats) -> Floats:
    top = margins.max(1, keepdims=True)
    return np.asarray(top + np.log(np.exp(margins - top).sum(1, keepdims=True)))


def probabilities(margins: Floats) -> Floats:
    """Probabilities of every class from calibrated margins: shape (n, classes); two for one margin."""
    if margins.shape[1] == 1:
        one = expit(margins[:, 0])
        return np.column_stack([1 - one, one])
    return np.asarray(np.exp(margins - _log_sum(margins)))


def log_loss(p: Floats, y: Floats, weight: Floats) -> float:
    """Weighted mean of minus the log probability of what was so."""
    chosen = np.clip(p[np.arange(len(p)), y.astype(int)], 1e-6, 1)
    return float(-(np.log(chosen) * weight).sum() / weight.sum())


def curve(p: Floats, y: Floats, weight: Floats, points: int = 10) -> list[tuple[float, float, float]]:
    """Smoothed calibration curve: mean predicted, mean observed and share of people, in equal-count bins."""
    order = np.argsort(p, kind="stable")
    cut = np.cumsum(weight[order]) / weight.sum()
    bins: npt.NDArray[np.int64] = np.minimum((cut * points - 1e-9).astype(np.int64), points - 1)
    found = []
    for k in range(points):
        rows = order[bins == k]
        if len(rows):
            w = weight[rows]
            found.append(
                (
                    float((p[rows] * w).sum() / w.sum()),
                    float((y[rows] * w).sum() / w.sum()),
                    float(w.sum() / weight.sum()),
                )
            )
    return found
