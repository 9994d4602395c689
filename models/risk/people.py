"""From recordings to people: repeated recordings combined, and change told from measurement error."""

from __future__ import annotations

import numpy as np

from .examples import Examples
from .nested import Judged
from .table import Floats


def units(made: Examples) -> np.ndarray:
    """Which recordings are judged together: those of a person, or each alone where a person's target changes."""
    people, inverse = np.unique(made.people, return_inverse=True)
    low, high = np.full(len(people), np.inf), np.full(len(people), -np.inf)
    np.minimum.at(low, inverse, made.y)
    np.maximum.at(high, inverse, made.y)
    return inverse if bool(np.all(low == high)) else np.arange(len(made.y))


def combined(made: Examples, judged: Judged) -> tuple[Examples, Judged]:
    """One row a unit: margins averaged, flagged where most of its recordings are.

    A person's recordings are always tested by the same fold, so the average mixes no two models.
    """
    unit = units(made)
    count = np.bincount(unit)
    if len(count) == len(made.y):
        return made, judged
    first = np.array([np.flatnonzero(unit == each)[0] for each in range(len(count))])
    margins = np.stack([_mean(each, unit, count) for each in judged.margins])
    flagged = np.stack([_mean(each[:, None], unit, count)[:, 0] >= 0.5 for each in judged.flagged]).astype(float)
    return made.part(first), Judged(margins, flagged, judged.chosen, judged.fold[:, first])


def mean_by_unit(made: Examples, values: Floats) -> Floats:
    """Average over the recordings that are judged together, in the order of `combined`: shape (units,)."""
    unit = units(made)
    count = np.bincount(unit)
    return values if len(count) == len(made.y) else np.asarray(np.bincount(unit, weights=values) / count)


def _mean(values: Floats, unit: np.ndarray, count: np.ndarray) -> Floats:
    return np.column_stack([np.bincount(unit, weights=column) / count for column in values.T])
