"""Whether a recording is like those a model was trained on: the distance that makes it refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .examples import Examples
from .preparation import Preparation
from .table import Floats

REFUSED = 0.025
"""Share of recordings like those of training that is refused: few enough to be of use, enough to notice others."""

_FOLDS = 10
_BEYOND = 1.0


@dataclass(frozen=True, eq=False, slots=True)
class Novelty:
    """Mahalanobis distance from the training people over the inputs a model reads, divided by their number.

    Attributes
    ----------
    whiten : ndarray of float, shape (inputs, inputs)
        Inverse of the shrunk covariance (Ledoit & Wolf 2004).
    limit : ndarray of float, shape (1,)
        The distance above which a recording is refused.
    """

    whiten: Floats
    limit: Floats

    def distance(self, z: Floats) -> Floats:
        """Root mean squared distance in standard deviations, 1 for a typical recording: shape (n,)."""
        return np.asarray(np.sqrt(np.maximum(0, ((z @ self.whiten) * z).sum(1)) / max(1, z.shape[1])))

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Arrays by name, for storage."""
        return {"whiten": self.whiten, "limit": self.limit}

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> Novelty:
        """From stored arrays."""
        return cls(arrays["whiten"], arrays["limit"])  # type: ignore[arg-type]


def novelty(made: Examples, preparation: Preparation, distances: Floats) -> Novelty:
    """Fit on training rows; the limit is told from `left_out`'s distances, of people whom a covariance has not seen.

    The limit is the quantile that leaves `REFUSED` of them outside, but at least `_BEYOND` times the largest seen
    where there are too few to tell a quantile.
    """
    few = len(set(made.people.tolist())) * REFUSED < 5
    limit = distances.max() * _BEYOND if few else np.quantile(distances, 1 - REFUSED)
    z = preparation.standardised(made.x, made.age)[:, preparation.chosen]
    return Novelty(_fit(z), np.array([limit]))


def left_out(made: Examples, preparation: Preparation) -> Floats:
    """Distance of every training recording from people without its own speaker: shape (n,)."""
    z = preparation.standardised(made.x, made.age)[:, preparation.chosen]
    people, inverse = np.unique(made.people, return_inverse=True)
    fold = np.random.default_rng(len(people)).permutation(len(people))[inverse] % min(_FOLDS, len(people))
    distances = np.empty(len(z))
    for each in np.unique(fold):
        away = _fit(z[fold != each])
        distances[fold == each] = Novelty(away, np.zeros(1)).distance(z[fold == each])
    return distances


def _fit(z: Floats) -> Floats:
    from sklearn.covariance import ledoit_wolf

    if z.shape[1] == 0:
        return np.empty((0, 0))
    covariance, _ = ledoit_wolf(z, assume_centered=True)
    return np.asarray(np.linalg.pinv(covariance + 1e-6 * np.eye(z.shape[1])))
