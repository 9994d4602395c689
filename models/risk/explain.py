"""Taking a score apart: what each input added to it, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...data_schemas import Code, LaliaError
from .learners import Learner, Linear, Trees
from .table import Floats

_CLOSE = 1e-4
"""shap adds in single precision in places; a larger gap than this share of the score is a defect."""


def can_explain(learner: Learner) -> bool:
    """Whether contributions can be computed here: always for a linear model, for trees where shap is installed."""
    from importlib.util import find_spec

    return isinstance(learner, Linear) or find_spec("shap") is not None


def contributions(learner: Learner, z: Floats) -> Floats:
    """What each input adds to each output, relative to the average training person: shape (n, inputs, outputs).

    For a linear model coefficient times standardised value; for trees Shapley values by path-dependent TreeSHAP
    (Lundberg et al. 2020). Their sum and the average score are the score.

    Raises
    ------
    LaliaError
        ``model_absent`` for trees without the package shap.
    """
    if isinstance(learner, Linear):
        return np.asarray(z[:, :, None] * learner.coef[None, :, :])
    if not can_explain(learner):
        raise LaliaError(
            "What moved the score of a model of trees is computed by the package shap",
            "none installed",
            'Install it: pip install "lalia[explain]"',
            code=Code.MODEL_ABSENT,
        )
    return np.stack([_tree_shap(learner, z, output) for output in range(len(learner.start))], axis=2)


def _tree_shap(learner: Trees, z: Floats, output: int) -> Floats:
    from importlib import import_module

    shap: Any = import_module("shap")

    explainer = shap.TreeExplainer(_as_shap(learner, output), feature_perturbation="tree_path_dependent")
    found = np.asarray(explainer.shap_values(z, check_additivity=False)).reshape(len(z), z.shape[1])
    base = float(np.ravel(explainer.expected_value)[0])
    score = learner.scores(z)[:, output] - learner.start[output]
    if not np.allclose(base + found.sum(1), score, rtol=_CLOSE, atol=_CLOSE):
        raise LaliaError(
            "Contributions must add up to the score", "a difference", "Report this as a defect", code=Code.STAGE_FAILED
        )
    return found


def _as_shap(learner: Trees, output: int) -> dict[str, Any]:
    ends = np.append(learner.root[1:], len(learner.left))
    trees = []
    for begin, end in zip(learner.root, ends, strict=True):
        here = slice(begin, end)
        own = np.arange(end - begin)
        left, right = learner.left[here] - begin, learner.right[here] - begin
        leaf = left == own
        left, right = np.where(leaf, -1, left), np.where(leaf, -1, right)
        trees.append(
            {
                "children_left": left.astype(np.int32),
                "children_right": right.astype(np.int32),
                "children_default": right.astype(np.int32),
                "features": np.where(leaf, -2, learner.feature[here]).astype(np.int32),
                "thresholds": learner.threshold[here],
                "values": _filled(left, right, learner.value[here, output], learner.cover[here]),
                "node_sample_weight": learner.cover[here],
            }
        )
    return {"trees": trees, "base_offset": 0.0, "tree_output": "raw_value", "objective": None}


def _filled(left: Any, right: Any, value: Floats, cover: Floats) -> Floats:
    """Values with those of inner nodes as the average of what lies below: shape (nodes, 1)."""
    value = value.copy()
    # Children are numbered after their parents.
    for node in range(len(left) - 1, -1, -1):
        if left[node] >= 0:
            a, b = left[node], right[node]
            value[node] = (value[a] * cover[a] + value[b] * cover[b]) / (cover[a] + cover[b])
    return value[:, None]
