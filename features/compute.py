"""Measuring a sample: each view once, each feature a value or the reason there is none."""

from __future__ import annotations

import functools
import hashlib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..data_schemas.feature import FeatureSpec, Measured, Missing, Reason
from ..data_schemas.language import base_language
from ..data_schemas.sample import Sample
from .estimates import Estimate
from .registry import FEATURES, ROOTS, VIEWS, Feature

DRAWS = 1000
"""Bootstrap draws of an interval: the Monte-Carlo error of a 95 % bound is then about 3 % of its width."""

INDICES = 1 << 20
"""Resampled indices made at once, 8 MiB; two such tables are kept for the next features over as many units."""


class Views:
    """Views of one sample, each computed when first asked for and kept.

    A view that cannot be made is the `Missing` that says why, and so is every view made from it.
    """

    def __init__(self, sample: Sample) -> None:
        self._made: dict[str, Any] = {"sample": sample}
        for root in ROOTS[1:]:
            self._made[root] = getattr(sample, root)

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Any:
        view = VIEWS[name]
        given = []
        for needed in view.views:
            value = self[needed]
            if isinstance(value, Missing):
                return value
            given.append(value)
        try:
            return view.function(*given)
        except Exception as error:  # a view of one sample must not end the batch
            return Missing(Reason.VIEW_FAILED, f"{name}: {type(error).__name__}")

    def size(self, name: str) -> float | Missing:
        """How much there is of a view, in its size unit."""
        value = self[name]
        if isinstance(value, Missing):
            return value
        size = VIEWS[name].size
        return float(len(value) if size is None else size(value))


def evaluate(
    sample: Sample, names: Iterable[str] | None = None, *, seed: int = 0, views: Views | None = None
) -> dict[str, Measured | Missing]:
    """Measure `names` (every registered feature when None) on a sample.

    Parameters
    ----------
    sample : Sample
    names : iterable of str, optional
        Feature names; an unknown one raises KeyError.
    seed : int
        Seed of the bootstrap intervals; the same seed gives the same bits.
    views : Views, optional
        Views of this very sample, to share what was computed before or will be needed after.

    Returns
    -------
    dict of str to Measured or Missing
        In the order of `names`.
    """
    views = views or Views(sample)
    language = getattr(sample.transcript, "language", None) or sample.recording.language
    made: dict[Any, Any] = {}
    results: dict[str, Measured | Missing] = {}
    for name in dict.fromkeys(FEATURES if names is None else names):
        found = FEATURES[name]
        short = _unmet(found, views, sample, language)
        results[name] = short if short is not None else _settle(found, views, made, seed)
    return results


def _unmet(found: Feature, views: Views, sample: Sample, language: str | None) -> Missing | None:
    spec = found.spec
    if spec.tasks and sample.recording.task not in spec.tasks:
        return Missing(Reason.WRONG_TASK, f"needs {' or '.join(sorted(spec.tasks))}, {_got(sample.recording.task)}")
    if spec.languages and language and base_language(language) not in spec.languages:
        return Missing(Reason.WRONG_LANGUAGE, f"needs {', '.join(sorted(spec.languages))}, got {language}")
    for name in found.views:
        value = views[name]
        if isinstance(value, Missing):
            return value
    for name, least in spec.needs.items():
        size = views.size(name)
        if isinstance(size, Missing):
            return size
        if size < least:
            unit = VIEWS[name].size_unit
            return Missing(VIEWS[name].short, f"{name}: needs {least:g}{unit and ' ' + unit}, got {size:.4g}")
    verbatim = getattr(sample.transcript, "verbatim", False)
    if spec.verbatim and not verbatim:
        return Missing(Reason.NOT_VERBATIM, "the transcript does not keep fillers and false starts")
    return None


def _got(task: str | None) -> str:
    return "no task is given" if task is None else f"got {task}"


def _settle(found: Feature, views: Views, made: dict[Any, Any], seed: int) -> Measured | Missing:
    if found.function not in made:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                value = found.function(*(views[name] for name in found.views))
                made[found.function] = dict(value) if isinstance(value, Mapping) else value
            except Exception as error:  # one feature must not take its neighbours with it
                made[found.function] = Missing(Reason.VIEW_FAILED, f"{found.spec.name}: {type(error).__name__}")
    return measured(found.spec, _taken(made, found), seed)


def _taken(made: dict[Any, Any], found: Feature) -> Any:
    """What the function gave for this feature. It is no longer held then: bootstraps of an hour's frames are large."""
    value = made[found.function]
    if isinstance(value, Missing):
        return value
    if not isinstance(value, dict):
        return made.pop(found.function)
    one = value.pop(found.spec.name)
    if not value:
        del made[found.function]
    return one


def measured(spec: FeatureSpec, value: float | Estimate | Missing, seed: int = 0) -> Measured | Missing:
    """Turn what a feature function returned into a value with its interval, or the reason there is none."""
    if isinstance(value, Missing):
        return value
    number = float(value)
    if not spec.contains(number):
        return Missing(Reason.UNDEFINED, f"{number:.6g} is outside [{spec.low}, {spec.high}]")
    if not isinstance(value, Estimate):
        return Measured(number)
    low, high = _interval(spec, value, seed)
    return Measured(number, value.n, low, high)


def _interval(spec: FeatureSpec, estimate: Estimate, seed: int) -> tuple[float | None, float | None]:
    if estimate.replicate is None or estimate.units < 2:
        return None, None
    drawn = np.concatenate([estimate.replicate(rows) for rows in _draws(estimate.units, seed)])
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < DRAWS // 2:
        return None, None
    low, high = np.quantile(drawn, [0.025, 0.975])
    # Units that are all alike say nothing of how others would vary: no interval, not one of no width.
    return (float(low), float(high)) if low < high else (None, None)


def _draws(units: int, seed: int) -> Iterator[npt.NDArray[np.intp]]:
    # Features over the same units are resampled alike, so that their intervals can be compared. An hour holds
    # ten thousand voiced runs: all draws at once would be the largest thing in memory.
    rows = max(1, INDICES // units)
    if rows >= DRAWS:
        yield _all_draws(units, seed)
        return
    rng = _drawer(units, seed)
    for first in range(0, DRAWS, rows):
        yield rng.integers(0, units, size=(min(rows, DRAWS - first), units))


@functools.lru_cache(maxsize=2)
def _all_draws(units: int, seed: int) -> npt.NDArray[np.intp]:
    found = _drawer(units, seed).integers(0, units, size=(DRAWS, units))
    found.setflags(write=False)
    return found


def _drawer(units: int, seed: int) -> np.random.Generator:
    digest = hashlib.sha256(f"{units}:{seed}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))
