"""Made-up tables for the tests of risk models: people whose answer shows in known features, or in none."""

from __future__ import annotations

from typing import Any

import numpy as np
from lalia.models.risk import Plan

QUICK = Plan(
    candidates=("elastic_net", "dummy"),
    repeats=1,
    inner=3,
    bags=4,
    permutations=0,
    learning_curve=False,
    bootstrap=40,
)


def study(
    people: int = 60, each: int = 1, features: int = 6, signal: float = 1.5, seed: int = 0, classes: int = 2
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Features and labels as columns: the answer moves f0 and f1, and every recording shows who speaks."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), each)
    answer = (np.arange(people) % classes)[person]
    x = rng.normal(size=(people, features))[person] + 0.3 * rng.normal(size=(people * each, features))
    x[:, 0] += signal * answer
    x[:, 1] -= signal * answer
    made: dict[str, Any] = {
        "recording_id": [f"r{k}" for k in range(len(person))],
        "participant_id": [f"p{k}" for k in person],
        "task": ["interview"] * len(person),
    }
    made |= {f"f{k}": x[:, k] for k in range(features)}
    names = ("well", "ill", "worse", "worst")
    labels = {
        "recording_id": made["recording_id"],
        "dx": [names[k] for k in answer],
        "language": ["en"] * len(person),
        "age": (20 + rng.permutation(people) % 50)[person].astype(float),
        "sex": [("f", "m")[k // 2 % 2] for k in person],
    }
    return made, labels
