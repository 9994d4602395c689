"""Everything a model card says of how well a model does: figures, subgroups, curves, chance, sample size."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from . import calibration as cal
from .examples import SUBGROUPS, Examples
from .fitting import Config
from .folds import apart, grouped
from .metrics import auc_of, figures, with_intervals
from .nested import Judged, judge, train_one
from .people import combined, mean_by_unit
from .plan import Plan, Sized
from .table import Floats

ESTABLISHED = 100
"""People of each class (or in all, for a severity) below which no figure is called established."""

AGE_BANDS = (0, 18, 30, 45, 60, 75, 200)

FRACTIONS = (0.25, 0.5, 0.75, 1.0)
"""Shares of the training people in the learning curve."""

COVERAGES = tuple(round(0.05 * step, 2) for step in range(20, 7, -1))


@dataclass(frozen=True, eq=False, slots=True)
class Evaluation:
    """Figures with intervals, and tables for the card.

    Attributes
    ----------
    numbers : mapping of str to (value, low, high)
    people : mapping of str to int
        Speakers of each class, or of all.
    established : bool
    subgroups : list of mapping
    curves : mapping of str to list of points
    chosen : mapping of str to int
    """

    numbers: dict[str, tuple[float, float, float]]
    people: dict[str, int]
    established: bool
    subgroups: list[dict[str, Any]]
    curves: dict[str, list[list[float]]]
    chosen: dict[str, int]


def evaluate(made: Examples, judged: Judged, plan: Plan, strange: Floats | None = None) -> Evaluation:
    """Figures by person from out-of-fold results by recording.

    `strange`, shape (n,), is 1 for recordings that the model would refuse as unlike those of training.
    """
    one, each = combined(made, judged)
    refused = None if strange is None else mean_by_unit(made, strange)
    people = head_count(made)
    return Evaluation(
        numbers=with_intervals(one, each, plan.bootstrap, plan.seed),
        people=people,
        established=min(people.values()) >= ESTABLISHED,
        subgroups=subgroups(one, each, refused),
        curves=curves(one, each),
        chosen=dict(judged.chosen.most_common()),
    )


def head_count(made: Examples) -> dict[str, int]:
    """Speakers of each class; of all for a severity."""
    if not made.by_class:
        return {"all": len(set(made.people.tolist()))}
    return {name: len(set(made.people[made.y == place].tolist())) for place, name in enumerate(made.classes)}


def subgroups(made: Examples, judged: Judged, refused: Floats | None = None) -> list[dict[str, Any]]:
    """One row for each value of each column that describes people; figures where every class has someone.

    Beside the figures stand two rates of abstention: recordings refused as unlike those of training (`refused`, by
    person), and people among the least certain fifth of all, who would be left to a human first.
    """
    rows = []
    away = {} if refused is None else {"refused": refused}
    if len(made.classes) == 2:
        away["least_certain_fifth"] = least_certain(judged)
    for column in SUBGROUPS:
        cells = made.about.get(column)
        if cells is None:
            continue
        labels = np.array([_band(cell) if column == "age" else cell or "not stated" for cell in cells])
        values = sorted(set(labels.tolist()))
        if len(values) > 1:
            for value in values:
                inside = np.flatnonzero(labels == value)
                told = {name: round(float(share[inside].mean()), 4) for name, share in away.items()}
                rows.append(_subgroup(made, judged, f"{column} {value}", inside) | told)
    return rows


def least_certain(judged: Judged, share: float = 0.2) -> Floats:
    """How often, over repeats, each unit is among the least certain `share` of all: shape (n,)."""
    count = judged.margins.shape[1]
    found = np.zeros(count)
    for each in judged.margins:
        found[np.argsort(np.abs(each[:, 0]), kind="stable")[: round(share * count)]] += 1 / len(judged.margins)
    return found


def _band(cell: str | None) -> str:
    if cell is None:
        return "not stated"
    age = float(cell)
    low, high = next((a, b) for a, b in pairwise(AGE_BANDS) if age < b)
    return f"{low}-{high - 1}" if high < AGE_BANDS[-1] else f"{low} and over"


def _subgroup(made: Examples, judged: Judged, name: str, rows: np.ndarray) -> dict[str, Any]:
    part = made.part(rows)
    own = Judged(judged.margins[:, rows], judged.flagged[:, rows], judged.chosen, judged.fold[:, rows])
    people = head_count(part)
    row: dict[str, Any] = {"group": name, "people": people, "established": min(people.values()) >= ESTABLISHED}
    if min(people.values()) < 2:
        return row
    names, statistic = figures(part, own)
    found = dict(zip(names, statistic(np.ones(len(rows))), strict=True))
    kept = ("auc", "sensitivity", "specificity", "calibration_intercept", "mean_absolute_error", "spearman")
    return row | {key: round(float(found[key]), 4) for key in kept if key in found}


def curves(made: Examples, judged: Judged) -> dict[str, list[list[float]]]:
    """Calibration curve and risk against coverage, as points."""
    if len(made.classes) != 2:
        return {}
    repeats = len(judged.margins)
    p = np.concatenate([cal.probabilities(each)[:, 1] for each in judged.margins])
    y = np.tile(made.y, repeats)
    points = cal.curve(p, y, np.ones(len(y)))
    return {
        "calibration": [list(point) for point in points],
        "risk_coverage": risk_coverage(made, judged),
    }


def risk_coverage(made: Examples, judged: Judged) -> list[list[float]]:
    """Share of wrong decisions when the least certain people are left to a human: coverage, risk.

    Certainty is how far the log odds are from 0; a decision is the likelier class. Mean of repeats.
    """
    found = []
    for each in judged.margins:
        margin = each[:, 0]
        wrong = (margin > 0) != (made.y == 1)
        order = np.argsort(-np.abs(margin), kind="stable")
        risk = np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)
        found.append([risk[max(1, round(share * len(order))) - 1] for share in COVERAGES])
    return [[share, float(risk)] for share, risk in zip(COVERAGES, np.mean(found, axis=0), strict=True)]


def main_figure(made: Examples, judged: Judged) -> float:
    """The figure that one model is compared with another by: AUC, or Spearman correlation for a severity."""
    one, each = combined(made, judged)
    if len(made.classes) == 2:
        return auc_of(each.margins[:, :, 0], one.y)
    names, statistic = figures(one, each)
    return float(statistic(np.ones(len(one.y)))[names.index("auc" if made.by_class else "spearman")])


def permutation_p(
    made: Examples, plan: Plan, sized: Sized, config: Config, seed: int
) -> tuple[float, float, list[float]] | None:
    """How often labels shuffled among people do as well: p, the true figure, those of chance.

    Both are of the same procedure, one repeat of the outer folds in which the learner's own hyper-parameters are
    chosen inside, so that what choosing gains is gained by chance too.
    """
    if sized.permutations == 0:
        return None
    from .fitting import configs

    tried = [
        each for each in configs((config.name,), made.x.shape[1], len(set(made.people))) if each.keep == config.keep
    ]
    small = plan.model_copy(update={"inner": 3, "leave_site_out": False})
    once = sized.model_copy(update={"repeats": 1})
    true = main_figure(made, judge(made, small, once, [grouped(made, plan.outer, seed)], tried))
    rng = np.random.default_rng([seed, 7])
    chance = []
    for _ in range(sized.permutations):
        other = _shuffled(made, rng)
        chance.append(main_figure(other, judge(other, small, once, [grouped(other, plan.outer, seed)], tried)))
    reached = sum(each >= true - 1e-12 for each in chance)
    return (1 + reached) / (1 + len(chance)), true, chance


def _shuffled(made: Examples, rng: np.random.Generator) -> Examples:
    from dataclasses import replace

    people, first, inverse = np.unique(made.people, return_index=True, return_inverse=True)
    # Whole people change places: what recordings of one person share stays together.
    return replace(made, y=made.y[first][rng.permutation(len(people))][inverse])


def learning_curve(made: Examples, plan: Plan, config: Config, seed: int) -> list[list[float]]:
    """Main figure against the number of people trained on, hyper-parameters as chosen: people, figure."""
    points = []
    for fraction in FRACTIONS:
        outputs = len(made.classes) if len(made.classes) > 2 else 1
        margins, sizes = np.zeros((1, len(made.y), outputs)), []
        for number, (train, test) in enumerate(apart(made, grouped(made, plan.outer, seed))):
            taught = _drawn(made.part(train), fraction, seed + number)
            sizes.append(len(set(taught.people.tolist())))
            margins[0, test] = train_one(taught, config, seed, plan).scores(made.x[test], made.age[test])
        empty: Any = np.zeros((1, len(made.y)))
        judged = Judged(margins, empty, _no_choice(), empty.astype(np.intp))
        points.append([float(np.mean(sizes)), main_figure(made, judged)])
    return points


def _no_choice() -> Any:
    from collections import Counter

    return Counter()


def _drawn(made: Examples, fraction: float, seed: int) -> Examples:
    if fraction >= 1:
        return made
    folds = grouped(made, max(2, round(1 / min(fraction, 1 - fraction))), seed)
    return made.part(folds[0][1] if fraction <= 0.5 else folds[0][0])
