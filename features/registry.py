"""How a function becomes a feature or a view, and where both are found."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from ..data_schemas.errors import LaliaError
from ..data_schemas.feature import FeatureSpec, Reason

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Feature:
    """A registered feature: `function(*views)` gives a value, or a mapping of values for a family."""

    spec: FeatureSpec
    function: Callable[..., Any]
    views: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A registered view: something derived from a sample, computed once and shared.

    `size` says how much there is of it, in `size_unit`; specs compare their `needs` with it.
    """

    name: str
    function: Callable[..., Any]
    views: tuple[str, ...]
    size: Callable[[Any], float] | None
    size_unit: str
    short: Reason = Reason.TOO_SHORT


FAMILIES = (
    "lexical",
    "syntactic",
    "semantic",
    "discourse_graph",
    "fluency",
    "timing",
    "prosody",
    "voice",
    "articulation",
    "spectral",
    "quality",
)
"""Families in the order of the catalogue, which is the order of every table and report."""

ROOTS = (
    "sample",
    "recording",
    "audio",
    "transcript",
    "parses",
    "trees",
    "embeddings",
    "word_vectors",
    "exchange_embeddings",
    "prompt_embedding",
    "response_embeddings",
    "stimulus",
    "routing",
    "surprisal",
    "weights",
)
"""What views are made from: the sample and its fields."""

FEATURES: dict[str, Feature] = {}
VIEWS: dict[str, View] = {}


def feature(**fields: Any) -> Callable[[F], F]:
    """Register a function as one feature; the fields are those of `FeatureSpec`.

    The function's parameters name the views it reads. It is returned unchanged, to be called by hand.
    """
    return family(FeatureSpec(**fields))


def family(*specs: FeatureSpec) -> Callable[[F], F]:
    """Register a function that gives several features at once, as a mapping from their names to values.

    With a single spec the function may return the value itself.
    """

    def register(function: F) -> F:
        views = _parameters(function)
        for spec in specs:
            if spec.name in FEATURES and not _same(FEATURES[spec.name].function, function):
                raise LaliaError(f"Feature {spec.name!r} must be defined once", "a second definition", "Rename one")
            FEATURES[spec.name] = Feature(spec, function, views)
        function.__doc__ = function.__doc__ or "\n\n".join(_describe(spec) for spec in specs)
        return function

    return register


def _describe(spec: FeatureSpec) -> str:
    low = "-inf" if spec.low is None else f"{spec.low:g}"
    high = "inf" if spec.high is None else f"{spec.high:g}"
    return f"{spec.definition}\n\nUnit: {spec.unit or 'none'}, range [{low}, {high}]. Source: {spec.citation}."


def view(
    *, size: Callable[[Any], float] | None = None, size_unit: str = "", short: Reason = Reason.TOO_SHORT
) -> Callable[[F], F]:
    """Register a function as a view; parameters name the views or roots of the sample it is made from.

    `short` is the reason of a value that is missing because there is less of the view than its spec needs.
    """

    def register(function: F) -> F:
        name = function.__name__
        if name in VIEWS and not _same(VIEWS[name].function, function):
            raise LaliaError(f"View {name!r} must be defined once", "a second definition", "Rename one")
        VIEWS[name] = View(name, function, _parameters(function), size, size_unit, short)
        return function

    return register


def discover(package: ModuleType) -> None:
    """Import every module below `package`, so that its decorators run."""
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(found.name)
    for name, spec in sorted(specs().items(), key=lambda item: FAMILIES.index(item[1].family)):
        found_feature = FEATURES.pop(name)
        unknown = {*found_feature.views, *spec.needs} - {*VIEWS, *ROOTS}
        if unknown:
            raise LaliaError(
                f"Feature {name!r} must name known views", f"{sorted(unknown)}", "Declare them in features.views"
            )
        FEATURES[name] = found_feature


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _same(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    # A module that is reloaded defines the same function anew.
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


def specs() -> Mapping[str, FeatureSpec]:
    """Every registered spec by name, in order of registration."""
    return {name: found.spec for name, found in FEATURES.items()}
