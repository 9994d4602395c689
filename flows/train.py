"""The flow `train`: one risk model from two tables, as `lalia train` makes it.

Prefect stores parameters and state messages. The paths are parameters, so they must not name a person; messages hold
counts and codes only.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import prefect
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import Field

from ..data_schemas import LaliaError
from .assess import _absolute, _kind


@prefect.task(name="train-model", cache_policy=NO_CACHE, persist_result=False, log_prints=False)
def train_model(given: dict[str, Any]) -> str:
    """Train, write the bundle, and say how many people stand behind it and what came of it."""
    from ..models.risk.training import train as run

    try:
        card = run(**given).card
    except Exception as error:  # its words would be stored, and may name a column of the study
        raise RuntimeError(_kind(error)) from None
    figure = "auc" if card.classes else "spearman"
    low, high = card.intervals[figure]
    people = ", ".join(str(count) for count in card.people.values())
    enough = "" if card.established else "; not established"
    return f"{figure} {card.numbers[figure]:.3f} ({low:.3f} to {high:.3f}), people {people}{enough}"


@prefect.flow(name="train", persist_result=False, log_prints=False, validate_parameters=True)
def train(
    features: str,
    labels: str,
    out: str,
    target: str,
    group: str = "participant_id",
    name: str = "model",
    version: str = "1",
    kind: Literal["binary", "multiclass", "ordinal", "regression"] | None = None,
    positive: str | None = None,
    only: list[str] | None = None,
    adjust_age: bool = False,
    repeats: Annotated[int | None, Field(ge=1)] = None,
    permutations: Annotated[int | None, Field(ge=0)] = None,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> State[Any]:
    """Train a risk model and write its bundle.

    Parameters
    ----------
    features, labels, out : str
        Absolute paths of the two tables and of the model's folder. Stored by Prefect: choose neutral names.
    target, group, name, version, kind, positive, only
        As in `lalia.models.risk.train`.
    adjust_age, repeats, permutations, seed
        As in `lalia.models.risk.Plan`.
    """
    from ..models.risk.plan import Plan

    try:
        given = {
            "features": _absolute(features, "features"),
            "labels": _absolute(labels, "labels"),
            "out": _absolute(out, "out"),
            "target": target,
            "group": group,
            "name": name,
            "version": version,
            "kind": kind,
            "positive": positive,
            "only": tuple(only or ()),
            "plan": Plan(adjust_age=adjust_age, repeats=repeats, permutations=permutations, seed=seed),
        }
        return Completed(message=train_model(given))
    except LaliaError as error:  # fixed words, nothing of the tables
        return Failed(message=str(error))
    except RuntimeError as error:
        return Failed(message=f"{error}. `lalia train` with the same tables says more.")
