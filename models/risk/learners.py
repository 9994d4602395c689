"""Fitted learners as plain arrays: what is stored, and what computes a score. Nothing here needs scikit-learn.

Every learner gives raw scores that are a sum over its inputs (linear) or over its trees, so that a score can be
taken apart exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .table import Floats

Arrays = Mapping[str, npt.NDArray[np.generic]]

_CELLS = 4_000_000
"""Rows times trees followed at a time: keeps memory below 200 MB."""


@dataclass(frozen=True, eq=False, slots=True)
class Linear:
    """Scores ``z @ coef + intercept``.

    Attributes
    ----------
    coef : ndarray of float, shape (inputs, outputs)
        One output for two classes or a severity, else one a class.
    intercept : ndarray of float, shape (outputs,)
    """

    coef: Floats
    intercept: Floats

    def scores(self, z: Floats) -> Floats:
        """Raw scores: shape (n, outputs)."""
        return np.asarray(z @ self.coef + self.intercept)

    @property
    def used(self) -> npt.NDArray[np.bool_]:
        """Which inputs can change a score."""
        return np.asarray(np.any(self.coef != 0, axis=1))

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Arrays by name, for storage."""
        return {"coef": self.coef, "intercept": self.intercept}


@dataclass(frozen=True, eq=False, slots=True)
class Trees:
    """Scores are ``start`` and the sum of one leaf of every tree.

    Attributes
    ----------
    root : ndarray of int, shape (trees,)
        Place of each tree's root among the nodes.
    feature, left, right : ndarray of int, shape (nodes,)
        Input compared, and where to go; a leaf leads to itself.
    threshold : ndarray of float, shape (nodes,)
        To the left when the input is not above it.
    value : ndarray of float, shape (nodes, outputs)
    cover : ndarray of float, shape (nodes,)
        Training weight that passed: what takes a score apart.
    start : ndarray of float, shape (outputs,)
    depth : ndarray of int, shape (1,)
    """

    root: npt.NDArray[np.int64]
    feature: npt.NDArray[np.int64]
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    threshold: Floats
    value: Floats
    cover: Floats
    start: Floats
    depth: npt.NDArray[np.int64]

    def scores(self, z: Floats) -> Floats:
        """Raw scores: shape (n, outputs)."""
        found = np.empty((len(z), len(self.start)))
        step = max(1, _CELLS // max(1, len(self.root)))
        for begin in range(0, len(z), step):
            found[begin : begin + step] = self._block(z[begin : begin + step])
        return found

    def _block(self, z: Floats) -> Floats:
        at = np.broadcast_to(self.root, (len(z), len(self.root)))
        rows = np.arange(len(z))[:, None]
        for _ in range(int(self.depth[0])):
            at = np.where(z[rows, self.feature[at]] <= self.threshold[at], self.left[at], self.right[at])
        return np.asarray(self.start + self.value[at].sum(1))

    @property
    def used(self) -> npt.NDArray[np.bool_]:
        """Which inputs are compared anywhere; shape (largest input + 1,)."""
        inner = self.left != np.arange(len(self.left))
        found = np.zeros(int(self.feature.max(initial=-1)) + 1, dtype=bool)
        found[self.feature[inner]] = True
        return found

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Arrays by name, for storage."""
        return {name: getattr(self, name) for name in self.__slots__}


Learner = Linear | Trees


def learner_of(kind: str, arrays: Arrays) -> Learner:
    """A learner from stored arrays."""
    made: Any = {"linear": Linear, "trees": Trees}[kind]
    return made(**{name: arrays[name] for name in made.__slots__})  # type: ignore[no-any-return]


def kind_of(learner: Learner) -> str:
    """The name under which `learner_of` finds it again."""
    return "linear" if isinstance(learner, Linear) else "trees"


def joined(trees: list[dict[str, Any]], start: Floats) -> Trees:
    """One `Trees` from single ones, each a mapping of its own node arrays with children numbered from its root.

    ``left`` is -1 at a leaf.
    """
    begins = np.cumsum([0, *(len(tree["left"]) for tree in trees)])
    parts: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in ("feature", "left", "right", "threshold")}
    for begin, tree in zip(begins, trees, strict=False):
        here = np.arange(len(tree["left"]))
        leaf = tree["left"] < 0
        parts["left"].append(begin + np.where(leaf, here, tree["left"]))
        parts["right"].append(begin + np.where(leaf, here, tree["right"]))
        parts["feature"].append(np.where(leaf, 0, tree["feature"]))
        parts["threshold"].append(np.where(leaf, 0.0, tree["threshold"]))
    return Trees(
        begins[:-1].astype(np.int64),
        np.concatenate(parts["feature"]).astype(np.int64),
        np.concatenate(parts["left"]).astype(np.int64),
        np.concatenate(parts["right"]).astype(np.int64),
        np.concatenate(parts["threshold"]).astype(np.float64),
        np.concatenate([_leaves(tree) for tree in trees]).astype(np.float64),
        np.concatenate([tree["cover"] for tree in trees]).astype(np.float64),
        np.asarray(start, dtype=np.float64),
        np.array([max(_depth(tree) for tree in trees)], dtype=np.int64),
    )


def _leaves(tree: dict[str, Any]) -> Floats:
    # Inner nodes hold no score of their own: a row ends in a leaf.
    return np.where((tree["left"] < 0)[:, None], tree["value"], 0.0)


def _depth(tree: dict[str, Any]) -> int:
    level = np.zeros(len(tree["left"]), dtype=np.int64)
    # Children are numbered after their parents.
    for node in np.flatnonzero(tree["left"] >= 0):
        level[tree["left"][node]] = level[tree["right"][node]] = level[node] + 1
    return int(level.max(initial=0))
