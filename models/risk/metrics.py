"""Figures of a classifier or a severity from out-of-fold results, with intervals from resampled speakers.

Every figure is a weighted statistic, so that a bootstrap of speakers is a change of weights; over repeats a figure is
the mean of the repeats' figures.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .calibration import intercept_at_slope_one, logistic_line, probabilities
from .examples import Examples
from .nested import Judged
from .table import Floats

DECISIONS = tuple(round(0.05 * step, 2) for step in range(1, 13))
"""Threshold probabilities of the decision curve, fixed beforehand: 5 to 60 %."""

Statistic = Callable[[Floats], Floats]


def figures(made: Examples, judged: Judged) -> tuple[tuple[str, ...], Statistic]:
    """Names of the figures, and a function from weights of the units, shape (n,), to their values."""
    if not made.by_class:
        return _severity(made, judged)
    if len(made.classes) == 2:
        return _binary(made, judged)
    return _multiclass(made, judged)


def people_weights(made: Examples, draws: int, seed: int) -> Floats:
    """Bootstrap weights, shape (draws, n): how often each unit's speaker was drawn; no class is ever lost."""
    people, inverse = np.unique(made.people, return_inverse=True)
    rng = np.random.default_rng([seed, draws])
    found = np.empty((draws, len(made.y)))
    for draw in range(draws):
        while True:
            count = np.bincount(rng.integers(len(people), size=len(people)), minlength=len(people))
            weight = count[inverse].astype(float)
            if not made.by_class or all(weight[made.y == place].sum() > 0 for place in range(len(made.classes))):
                break
        found[draw] = weight
    return found


def with_intervals(made: Examples, judged: Judged, draws: int, seed: int) -> dict[str, tuple[float, float, float]]:
    """Each figure with its 95 % percentile interval over speakers: value, low, high."""
    names, statistic = figures(made, judged)
    point = statistic(np.ones(len(made.y)))
    spread = np.array([statistic(weight) for weight in people_weights(made, draws, seed)])
    low, high = np.nanquantile(spread, [0.025, 0.975], axis=0)
    return {name: (float(point[k]), float(low[k]), float(high[k])) for k, name in enumerate(names)}


def pairs_won(margin: Floats, sick: np.ndarray) -> Floats:
    """For every sick and every well unit, how often the sick one scores higher: shape (sick, well), mean of repeats."""
    won = np.zeros((int(sick.sum()), int((~sick).sum())), dtype=np.float32)
    for each in margin:
        gap = each[sick][:, None] - each[~sick][None, :]
        won += (gap > 0) + 0.5 * (gap == 0).astype(np.float32)
    return won / len(margin)


def auc_of(margin: Floats, y: Floats) -> float:
    """Area under the ROC curve, mean of repeats: `margin` of shape (repeats, n), `y` 0 or 1."""
    return float(pairs_won(margin, y == 1).mean())


def _binary(made: Examples, judged: Judged) -> tuple[tuple[str, ...], Statistic]:
    margin, sick = judged.margins[:, :, 0], made.y == 1
    won = pairs_won(margin, sick)
    p = np.stack([probabilities(each)[:, 1] for each in judged.margins])
    brier = ((p - made.y) ** 2).mean(0)
    flagged = judged.flagged.mean(0)
    above = np.stack([(p >= cut).mean(0) for cut in DECISIONS])
    repeats = len(margin)
    stacked, truth = margin.ravel(), np.tile(made.y, repeats)
    names = (
        "auc", "balanced_accuracy", "sensitivity", "specificity", "brier", "brier_skill", "calibration_intercept",
        "calibration_slope", "observed_to_expected",
        *(f"net_benefit_{cut:.2f}" for cut in DECISIONS), *(f"net_benefit_all_{cut:.2f}" for cut in DECISIONS),
    )  # fmt: skip

    def statistic(weight: Floats) -> Floats:
        ill, well = weight * sick, weight * ~sick
        share = ill.sum() / weight.sum()
        sensitivity, specificity = (flagged * ill).sum() / ill.sum(), 1 - (flagged * well).sum() / well.sum()
        loss = (brier * weight).sum() / weight.sum()
        spread = np.tile(weight, repeats)
        slope = logistic_line(stacked, truth, spread)[1]
        odds = np.array(DECISIONS) / (1 - np.array(DECISIONS))
        benefit = ((above * ill).sum(1) - (above * well).sum(1) * odds) / weight.sum()
        return np.array(
            [
                float(ill[sick] @ won @ well[~sick]) / (ill.sum() * well.sum()),
                (sensitivity + specificity) / 2,
                sensitivity,
                specificity,
                loss,
                1 - loss / (share * (1 - share)),
                intercept_at_slope_one(stacked, truth, spread),
                slope,
                ill.sum() / (p.mean(0) * weight).sum(),
                *benefit,
                *(share - (1 - share) * odds),
            ]
        )

    return names, statistic


def _multiclass(made: Examples, judged: Judged) -> tuple[tuple[str, ...], Statistic]:
    p = np.stack([probabilities(each) for each in judged.margins])
    count = len(made.classes)
    hot = np.eye(count)[made.y.astype(int)]
    won = [pairs_won(p[:, :, place], made.y == place) for place in range(count)]
    right = (p.argmax(2) == made.y).mean(0)
    brier = ((p - hot) ** 2).sum(2).mean(0)
    names = ("auc", "balanced_accuracy", "brier", *(f"auc_{name}" for name in made.classes))

    def statistic(weight: Floats) -> Floats:
        aucs = []
        for place in range(count):
            mine = made.y == place
            a, b = weight[mine], weight[~mine]
            aucs.append(float(a @ won[place] @ b) / (a.sum() * b.sum()))
        recall = [(right * weight)[made.y == k].sum() / weight[made.y == k].sum() for k in range(count)]
        return np.array([np.mean(aucs), np.mean(recall), (brier * weight).sum() / weight.sum(), *aucs])

    return names, statistic


def _severity(made: Examples, judged: Judged) -> tuple[tuple[str, ...], Statistic]:
    said, y = judged.margins[:, :, 0], made.y
    names = ("mean_absolute_error", "r2", "spearman", "calibration_slope") + (
        ("weighted_kappa",) if made.kind == "ordinal" else ()
    )

    def statistic(weight: Floats) -> Floats:
        rows = np.repeat(np.arange(len(y)), weight.astype(int))
        each = np.array([_severity_once(one[rows], y[rows]) for one in said]).mean(0)
        return np.append(each, _kappa(said[:, rows], y[rows])) if made.kind == "ordinal" else each

    return names, statistic


def _severity_once(said: Floats, y: Floats) -> Floats:
    from scipy.stats import rankdata

    spread = ((y - y.mean()) ** 2).sum()
    gap = said - said.mean()
    moved = (gap**2).sum()
    varied = moved > 1e-12 * max(1.0, abs(said.mean())) and spread > 0
    ranks = float(np.corrcoef(rankdata(said), rankdata(y))[0, 1]) if varied else 0.0
    slope = float((gap * (y - y.mean())).sum() / moved) if varied else 0.0
    return np.array([np.abs(said - y).mean(), 1 - ((said - y) ** 2).sum() / spread if spread else 0.0, ranks, slope])


def _kappa(said: Floats, y: Floats) -> float:
    """Quadratically weighted kappa of severities rounded to the nearest one that occurs, mean of repeats."""
    levels = np.unique(y)
    found = []
    for each in said:
        near = levels[np.abs(each[:, None] - levels[None, :]).argmin(1)]
        chance = (near**2).mean() + (y**2).mean() - 2 * near.mean() * y.mean()
        found.append(1 - ((near - y) ** 2).mean() / chance if chance else 0.0)
    return float(np.mean(found))
