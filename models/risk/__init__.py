"""Risk models: trained by nested cross-validation over speakers, stored without pickle, refusing before scoring.

>>> from lalia.models.risk import load, train
>>> model = train("features.csv", "labels.csv", target="diagnosis", out="model")  # doctest: +SKIP
>>> load("model").score(subjects)  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bundle import load, save
    from .model import Model, Scope, Subject
    from .plan import Plan
    from .training import train

_WHERE = {
    "Model": "model",
    "Plan": "plan",
    "Scope": "model",
    "Subject": "model",
    "load": "bundle",
    "save": "bundle",
    "train": "training",
}

__all__ = ["Model", "Plan", "Scope", "Subject", "load", "save", "train"]


def __getattr__(name: str) -> Any:
    # Scoring must not wait for what only training needs.
    if name in _WHERE:
        return getattr(import_module(f".{_WHERE[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
