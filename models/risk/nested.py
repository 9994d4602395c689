"""Nested cross-validation by speaker: the inner folds choose everything, the outer ones only judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .calibration import Calibration, calibrate, log_loss, probabilities
from .examples import Examples
from .fitting import Config, configs, fit
from .folds import Rows, Split, apart, by_site, grouped, has_sites
from .learners import Learner
from .plan import Plan, Sized
from .preparation import Preparation, prepare
from .table import Floats

FEWEST_SITES = 3
"""Sites in the training rows from which on the inner folds are sites too."""


@dataclass(frozen=True, eq=False, slots=True)
class Recipe:
    """What the inner folds chose, and what they were told by.

    `loss` is the log loss (mean squared error of a severity) of each configuration on inner rows it had not seen,
    `apart` the same as mean over features' own names.
    """

    config: Config
    calibration: Calibration
    threshold: float
    loss: dict[Config, float]


@dataclass(frozen=True, eq=False, slots=True)
class Fitted:
    """A preparation with its learner."""

    preparation: Preparation
    learner: Learner

    def scores(self, x: Floats, age: Floats) -> Floats:
        """Raw scores of rows: shape (n, outputs)."""
        return self.learner.scores(self.preparation.apply(x, age))


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """Out-of-fold results of every repeat.

    Attributes
    ----------
    margins : ndarray of float, shape (repeats, n, outputs)
        Calibrated by the inner folds; log odds, log weights or severity.
    flagged : ndarray of float, shape (repeats, n)
        Whether the chosen threshold was passed; for a severity all 0.
    chosen : counter of str
        How often each configuration was chosen.
    fold : ndarray of int, shape (repeats, n)
        Which fold tested the row.
    """

    margins: Floats
    flagged: Floats
    chosen: Counter[str]
    fold: Rows


def train_one(made: Examples, config: Config, seed: int, plan: Plan, *, check: bool = False) -> Fitted:
    """Prepare and fit on all rows of `made`."""
    preparation = prepare(made, config.keep, seed, adjust=plan.adjust_age)
    z = preparation.apply(made.x, made.age)
    return Fitted(preparation, fit(config, z, made, seed, check=check))


def choose(made: Examples, plan: Plan, sized: Sized, seed: int, tried: Sequence[Config] | None = None) -> Recipe:
    """Configuration, calibration and threshold, all from folds inside `made`."""
    inside = _fewer(made, sized.inner_people, seed)
    tried = tried or configs(plan.candidates, made.x.shape[1], len(set(made.people.tolist())))
    splits = by_site(inside) if plan.leave_site_out and _sites_serve(inside) else grouped(inside, plan.inner, seed)
    outputs = len(made.classes) if len(made.classes) > 2 else 1
    scores = {config: np.zeros((len(inside.y), outputs)) for config in tried}
    for train, test in apart(inside, splits):
        _score_inner(inside, train, test, tried, scores, plan, seed)
    weight, classes = inside.weight, len(made.classes)
    fitted = {config: calibrate(scores[config], inside.y, weight, classes) for config in tried}
    loss = {config: _loss(fitted[config].margins(scores[config]), inside.y, weight, made.by_class) for config in tried}
    best = min(tried, key=lambda config: (loss[config], tried.index(config)))
    margins = fitted[best].margins(scores[best])
    threshold = _threshold(plan.threshold, margins, inside) if classes == 2 else 0.0
    return Recipe(best, fitted[best], threshold, loss)


def _score_inner(
    inside: Examples,
    train: Rows,
    test: Rows,
    tried: Sequence[Config],
    scores: dict[Config, Floats],
    plan: Plan,
    seed: int,
) -> None:
    taught = inside.part(train)
    prepared: dict[int | None, tuple[Floats, Floats]] = {}
    for config in tried:
        if config.keep not in prepared:
            preparation = prepare(taught, config.keep, seed, adjust=plan.adjust_age)
            prepared[config.keep] = (
                preparation.apply(taught.x, taught.age),
                preparation.apply(inside.x[test], inside.age[test]),
            )
        z, z_test = prepared[config.keep]
        scores[config][test] = fit(config, z, taught, seed).scores(z_test)


def _fewer(made: Examples, most: int, seed: int) -> Examples:
    people = np.unique(made.people)
    if len(people) <= most:
        return made
    drawn = np.random.default_rng([seed, most]).permutation(people)[:most]
    return made.part(np.flatnonzero(np.isin(made.people, drawn)))


def _sites_serve(made: Examples) -> bool:
    """Whether sites can be the inner folds: with two, each would be judged by a model of the other alone."""
    pairs = Counter(zip(made.about.get("site", ()), made.y.tolist(), strict=False))
    sites = {site for site, _ in pairs}
    if len(sites) < FEWEST_SITES or None in sites:
        return False
    return not made.by_class or all(
        pairs[site, float(place)] >= 4 for site in sites for place in range(len(made.classes))
    )


def _loss(margins: Floats, y: Floats, weight: Floats, by_class: bool) -> float:
    if by_class:
        return log_loss(probabilities(margins), y, weight)
    return float((((margins[:, 0] - y) ** 2) * weight).sum() / weight.sum())


def _threshold(rule: str, margins: Floats, made: Examples) -> float:
    """A probability: the rule applied to rows of the inner folds, every person counting once."""
    p, weight, sick = probabilities(margins)[:, 1], made.weight, made.y == 1
    name, _, given = rule.partition(":")
    if name == "fixed":
        return float(given)
    cuts = np.unique(p)
    cuts = np.concatenate([(cuts[1:] + cuts[:-1]) / 2, [(cuts[-1] + 1) / 2, cuts[0] / 2]])
    above = p[None, :] >= cuts[:, None]
    sensitivity = (above * (weight * sick)).sum(1) / (weight * sick).sum()
    specificity = (~above * (weight * ~sick)).sum(1) / (weight * ~sick).sum()
    if name == "youden":
        return float(cuts[np.argmax(sensitivity + specificity)])
    aim, other = (sensitivity, specificity) if name == "sensitivity" else (specificity, sensitivity)
    good = aim >= float(given)
    return float(cuts[np.argmax(np.where(good, other + 1, aim - 1))])


def outer_splits(made: Examples, plan: Plan, sized: Sized) -> list[list[Split]]:
    """Splits of every repeat; leaving sites out is done once, for it has no chance in it."""
    if plan.leave_site_out and has_sites(made):
        return [by_site(made)]
    return [grouped(made, plan.outer, plan.seed + 1000 * repeat) for repeat in range(sized.repeats)]


def judge(
    made: Examples,
    plan: Plan,
    sized: Sized,
    splits: list[list[Split]] | None = None,
    tried: Sequence[Config] | None = None,
) -> Judged:
    """Run the outer loop: on each training side everything is chosen and fitted anew."""
    splits = splits or outer_splits(made, plan, sized)
    outputs = len(made.classes) if len(made.classes) > 2 else 1
    margins = np.zeros((len(splits), len(made.y), outputs))
    flagged = np.zeros((len(splits), len(made.y)))
    fold = np.zeros((len(splits), len(made.y)), dtype=np.intp)
    chosen: Counter[str] = Counter()
    for repeat, parts in enumerate(splits):
        for number, (train, test) in enumerate(apart(made, parts)):
            taught, seed = made.part(train), plan.seed + 1000 * repeat + number
            recipe = choose(taught, plan, sized, seed, tried)
            chosen[str(recipe.config)] += 1
            fitted = train_one(taught, recipe.config, seed, plan)
            margins[repeat, test] = recipe.calibration.margins(fitted.scores(made.x[test], made.age[test]))
            fold[repeat, test] = number
            if len(made.classes) == 2:
                flagged[repeat, test] = probabilities(margins[repeat, test])[:, 1] >= recipe.threshold
    return Judged(margins, flagged, chosen, fold)
