"""Composites: how far a recording is from norms, in the direction the literature links with impairment.

A composite is a weighted mean of z-values. It was not trained and is no probability of anything.
"""

from __future__ import annotations

import json
import math
from functools import cache
from typing import Any, Literal

from pydantic import Field

from ...data_schemas import Contribution, Frozen, Score
from .model import TOP, Scope, Subject, out_of_scope
from .norms import Norm, Norms, find, installed
from .site import SHIPPED

FEWEST_COVERED = 0.25
"""Share of the weight that must be measured and have a norm; below it the rest could say anything."""

NO_VALIDATION = "no clinical validation"


class Member(Frozen):
    """A feature of a composite.

    Attributes
    ----------
    feature : str
    sign : int
        1 when higher values go with impairment, -1 when lower ones do.
    weight : float
    tasks : tuple of str
        Tasks in which it counts.
    citation : str
        Keys of the literature for its direction.
    """

    feature: str
    sign: Literal[-1, 1]
    weight: float = Field(gt=0)
    tasks: tuple[str, ...]
    citation: str


class Composite(Frozen):
    """A composite and what it may be asked about."""

    name: str
    version: str
    title: str
    scope: Scope
    members: tuple[Member, ...]


@cache
def composites() -> tuple[Composite, ...]:
    """The composites shipped."""
    raw = json.loads((SHIPPED.parent / "composites.json").read_text("utf-8"))
    return tuple(Composite.model_validate_json(json.dumps(each)) for each in raw["composites"])


def score(composite: Composite, subject: Subject, sources: tuple[Norms | None, ...] | None = None) -> Score:
    """Deviation of one recording.

    Parameters
    ----------
    composite : Composite
    subject : Subject
    sources : tuple of Norms, optional
        Asked in order; the site's norms, then the published ones, when None.

    Returns
    -------
    Score
        `z` above 0 is towards impairment. `low` and `high` hold the uncertainty of the measures and of the norms where
        known, not that of the composite as a sign of anything. Refused when out of scope or too little is covered.
    """
    reason = out_of_scope(composite.scope, subject)
    apply = [member for member in composite.members if subject.task in member.tasks]
    if reason is None and not apply:
        reason = f"wrong task: no measure of this composite applies to {subject.task or 'a task that is not stated'}"
    if reason is not None:
        return _refused(composite, subject, reason, None)
    if sources is None:
        published, own = installed()
        sources = (own, published)
    found = [
        (member, norm, subject.values[member.feature])
        for member in apply
        if member.feature in subject.values and (norm := find(member.feature, subject, sources)) is not None
    ]
    covered = sum(member.weight for member, _, _ in found) / sum(member.weight for member in apply)
    if covered < FEWEST_COVERED:
        lacking = _lacking(apply, subject, len(found))
        told = f"coverage {covered:.0%}, needs {FEWEST_COVERED:.0%}: {lacking}"
        return _refused(composite, subject, told, covered)
    return _scored(composite, subject, found, covered)


def _lacking(apply: list[Member], subject: Subject, found: int) -> str:
    unmeasured = sum(member.feature not in subject.values for member in apply)
    without = len(apply) - unmeasured - found
    age = "; norms by age need the age" if subject.age is None else ""
    return f"{unmeasured} of {len(apply)} measures missing, {without} without a norm{age}"


def _refused(composite: Composite, subject: Subject, reason: str, covered: float | None) -> Score:
    return Score(
        recording_id=subject.recording_id,
        model=composite.name,
        version=composite.version,
        status="refused",
        reason=reason,
        coverage=None if covered is None else round(covered, 6),
        validation=NO_VALIDATION,
    )


def _scored(composite: Composite, subject: Subject, found: list[tuple[Member, Norm, float]], covered: float) -> Score:
    total = sum(member.weight for member, _, _ in found)
    parts: list[tuple[Member, float, float]] = []
    variance = 0.0
    for member, norm, value in found:
        z = member.sign * (value - norm.mean) / norm.sd
        error = subject.errors.get(member.feature, 0.0) / norm.sd
        # Of the norm itself: its mean, and its standard deviation to first order.
        own = math.sqrt(1 / norm.n + z * z / (2 * norm.n)) if norm.n else 0.0
        variance += (member.weight / total) ** 2 * (error**2 + own**2)
        parts.append((member, z, member.weight * z / total))
    mean, half = sum(part for _, _, part in parts), 1.96 * math.sqrt(variance)
    parts.sort(key=lambda part: (-abs(part[2]), part[0].feature))
    return Score(
        recording_id=subject.recording_id,
        model=composite.name,
        version=composite.version,
        status="ok",
        z=mean,
        low=mean - half if half else None,
        high=mean + half if half else None,
        coverage=round(covered, 6),
        validation=NO_VALIDATION,
        top=tuple(_contribution(member, z, part) for member, z, part in parts[:TOP]),
    )


def _contribution(member: Member, z: float, part: float) -> Contribution:
    above = (z > 0) == (member.sign > 0)
    towards = "towards impairment" if z > 0 else "away from impairment"
    words = f"{abs(z):.1f} SD {'above' if above else 'below'} the norm, pulls {towards}"
    return Contribution(feature=member.feature, weight=part, words=words)


def score_all(subject: Subject, **given: Any) -> tuple[Score, ...]:
    """Every composite on one recording."""
    return tuple(score(composite, subject, **given) for composite in composites())
