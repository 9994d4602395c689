"""The candidates: scikit-learn estimators, fitted and turned into plain arrays."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...data_schemas import LaliaError
from .examples import Examples
from .learners import Learner, Linear, joined
from .table import Floats

Params = tuple[tuple[str, Any], ...]

CANDIDATES = ("elastic_net", "linear_svm", "random_forest", "gradient_boosting", "dummy")

LARGE = 2_000
"""People from which on the grids are short: with so many, hyper-parameters matter little and time does."""

_AGREE = 1e-6


@dataclass(frozen=True, slots=True)
class Config:
    """A candidate with its hyper-parameters; `keep` is how many features may be chosen, None for all."""

    name: str
    keep: int | None
    params: Params = ()

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value:g}" for name, value in self.params)
        kept = "all features" if self.keep is None else f"up to about {self.keep} features"
        return f"{self.name} ({', '.join(part for part in (told, kept) if part)})"


def one_thread() -> Any:
    """Context in which the numerical libraries use one thread.

    Many small fits gain nothing from more, and threads that wait for each other on a busy machine make them tens of
    times slower. One thread also gives the same bits however many cores there are.
    """
    # What is not loaded yet cannot be limited.
    import sklearn.ensemble
    import sklearn.linear_model  # noqa: F401
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    return threadpool_limits(1)


def configs(names: tuple[str, ...], features: int, people: int) -> list[Config]:
    """Every combination that the inner folds compare."""
    unknown = [name for name in names if name not in CANDIDATES]
    if unknown or not names:
        raise LaliaError(f"Candidates must be among {', '.join(CANDIDATES)}", ", ".join(unknown) or "none", "Correct")
    keeps: list[int | None] = [None] if features <= 15 else [10, None]
    if features > 200:
        keeps = [10, 40]
    short = people >= LARGE
    return [
        Config(name, None if name == "dummy" else keep, params)
        for name in names
        for keep in (keeps if name != "dummy" else [None])
        for params in _grid(name, short)
        if not (short and keep != keeps[-1] and name != "dummy")
    ]


def _grid(name: str, short: bool) -> list[Params]:
    if name == "elastic_net":
        strengths = (0.01, 0.1) if short else (0.01, 0.03, 0.1, 1.0)
        ratios = (0.5,) if short else (0.1, 0.9)
        return [(("c", c), ("l1_ratio", ratio)) for c in strengths for ratio in ratios]
    if name == "linear_svm":
        return [(("c", c),) for c in ((0.01,) if short else (0.001, 0.01, 0.1))]
    if name == "random_forest":
        return [(("leaf", leaf),) for leaf in ((10,) if short else (3, 10))]
    if name == "gradient_boosting":
        return [(("leaves", leaves),) for leaves in ((8,) if short else (3, 8))]
    return [()]


def fit(config: Config, z: Floats, made: Examples, seed: int, *, check: bool = False) -> Learner:
    """Fit a candidate on prepared rows, every person counting once.

    Parameters
    ----------
    config : Config
    z : ndarray of float, shape (n, inputs)
    made : Examples
        The same rows: target, weights, kind.
    seed : int
    check : bool
        Compare the arrays' scores with scikit-learn's own.

    Raises
    ------
    LaliaError
        When they differ.
    """
    weight = made.weight * (len(z) / made.weight.sum())
    if config.name == "dummy" or z.shape[1] == 0:
        return _constant(z, made, weight)
    params = dict(config.params)
    build = {
        "elastic_net": _elastic_net,
        "linear_svm": _linear_svm,
        "random_forest": _random_forest,
        "gradient_boosting": _gradient_boosting,
    }[config.name]
    with warnings.catch_warnings():
        # A fit that stops before its tolerance is still judged by the folds like any other.
        warnings.filterwarnings("ignore", module="sklearn")
        learner, own = build(params, z, made, weight, seed)
    if check and not np.allclose(learner.scores(z), own(z), rtol=_AGREE, atol=_AGREE):
        raise LaliaError("Stored weights must give what scikit-learn gives", "a difference", "Report this as a defect")
    return learner


def _constant(z: Floats, made: Examples, weight: Floats) -> Linear:
    if not made.by_class:
        start = np.array([np.average(made.y, weights=weight)])
    else:
        share = np.bincount(made.y.astype(int), weights=weight, minlength=len(made.classes)) / weight.sum()
        start = np.log(share)
        if len(start) == 2:
            start = start[1:] - start[:1]
    return Linear(np.zeros((z.shape[1], len(start))), start)


Fitted = tuple[Learner, Any]


def _linear(model: Any, own: Any) -> Fitted:
    coef = np.atleast_2d(model.coef_).T.astype(np.float64)
    return Linear(coef, np.atleast_1d(model.intercept_).astype(np.float64)), lambda z: own(z).reshape(len(z), -1)


def _elastic_net(params: Mapping[str, Any], z: Floats, made: Examples, weight: Floats, seed: int) -> Fitted:
    from sklearn.linear_model import ElasticNet, LogisticRegression

    if not made.by_class:
        spread = float(np.std(made.y)) or 1.0
        model = ElasticNet(alpha=0.01 * spread / params["c"] ** 0.5, l1_ratio=params["l1_ratio"], max_iter=5_000)
        model.fit(z, made.y, sample_weight=weight)
        return _linear(model, model.predict)
    # The strength is per person, as the sum over people in the loss grows with their number.
    model = LogisticRegression(
        C=params["c"], l1_ratio=params["l1_ratio"], solver="saga", max_iter=300, tol=1e-3, random_state=seed
    )
    model.fit(z, made.y.astype(int), sample_weight=weight)
    return _linear(model, model.decision_function)


def _linear_svm(params: Mapping[str, Any], z: Floats, made: Examples, weight: Floats, seed: int) -> Fitted:
    from sklearn.svm import LinearSVC, LinearSVR

    if not made.by_class:
        model = LinearSVR(C=params["c"], max_iter=5_000, random_state=seed)
        model.fit(z, made.y, sample_weight=weight)
        return _linear(model, model.predict)
    model = LinearSVC(C=params["c"], dual=False, max_iter=2_000, tol=1e-3)
    model.fit(z, made.y.astype(int), sample_weight=weight)
    return _linear(model, model.decision_function)


def _random_forest(params: Mapping[str, Any], z: Floats, made: Examples, weight: Floats, seed: int) -> Fitted:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    kind = RandomForestClassifier if made.by_class else RandomForestRegressor
    model = kind(
        100,
        min_samples_leaf=params["leaf"],
        max_features="sqrt" if z.shape[1] > 4 else 1.0,
        max_leaf_nodes=256,
        random_state=seed,
    )
    model.fit(z, made.y.astype(int) if made.by_class else made.y, sample_weight=weight)
    binary = len(made.classes) == 2
    trees = [_tree(each.tree_, binary, len(model.estimators_)) for each in model.estimators_]
    outputs = trees[0]["value"].shape[1]

    def own(rows: Floats) -> Floats:
        found = model.predict_proba(rows) if made.by_class else model.predict(rows)[:, None]
        return np.asarray(found[:, 1:] if binary else found)

    return joined(trees, np.zeros(outputs)), own


def _tree(tree: Any, binary: bool, count: int) -> dict[str, Any]:
    value = tree.value[:, 0, :]
    return {
        "left": tree.children_left,
        "right": tree.children_right,
        "feature": tree.feature,
        "threshold": tree.threshold,
        "value": (value[:, 1:] if binary else value) / count,
        "cover": tree.weighted_n_node_samples,
    }


def _gradient_boosting(params: Mapping[str, Any], z: Floats, made: Examples, weight: Floats, seed: int) -> Fitted:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if made.by_class else HistGradientBoostingRegressor
    model = kind(
        learning_rate=0.05,
        max_iter=150,
        max_leaf_nodes=params["leaves"],
        min_samples_leaf=10 if len(z) < 200 else 20,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    model.fit(z, made.y.astype(int) if made.by_class else made.y, sample_weight=weight)
    start = np.ravel(model._baseline_prediction)
    outputs = len(start)
    trees = [_boosted(each.nodes, output, outputs) for stage in model._predictors for output, each in enumerate(stage)]
    own = model.decision_function if made.by_class else model.predict
    return joined(trees, start), lambda rows: own(rows).reshape(len(rows), -1)


def _boosted(nodes: Any, output: int, outputs: int) -> dict[str, Any]:
    leaf = nodes["is_leaf"].astype(bool)
    value = np.zeros((len(nodes), outputs))
    value[:, output] = nodes["value"]
    return {
        "left": np.where(leaf, -1, nodes["left"].astype(np.int64)),
        "right": np.where(leaf, -1, nodes["right"].astype(np.int64)),
        "feature": nodes["feature_idx"].astype(np.int64),
        "threshold": nodes["num_threshold"],
        "value": value,
        "cover": nodes["count"].astype(np.float64),
    }
