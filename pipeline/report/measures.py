"""Rows of the feature tables: what was measured first, then what was not and why, family by family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from ...data_schemas import Assessment, FeatureSpec, FeatureValue, Score, Task
from ...features.references import full
from . import plain, shown
from .shown import Shown


@dataclass(frozen=True, slots=True)
class About:
    """What a feature is, in words; the same on every page."""

    definition: str
    range: str
    sources: tuple[str, ...]
    repeatability: str
    constants: str
    version: int


@dataclass(frozen=True, slots=True)
class Row:
    """One feature of one recording: a value, or why there is none."""

    name: str
    label: str
    unit: str
    value: Shown | None
    reason: str
    detail: str
    about: About | None
    version: int

    @property
    def differs(self) -> bool:
        """Whether the value was made by another version of the definition than the one shown."""
        return self.about is not None and self.about.version != self.version


@dataclass(frozen=True, slots=True)
class Family:
    """A family's features: `measured` in catalogue order, then `missing`."""

    key: str
    title: str
    sentence: str
    measured: tuple[Row, ...]
    missing: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """A score as shown: a number with its interval, or the refusal."""

    model: str
    text: str
    interval: str
    reason: str
    top: tuple[str, ...]


def families(assessment: Assessment) -> tuple[Family, ...]:
    """The feature table of an assessment, by family in catalogue order."""
    from ...features.registry import FAMILIES

    known = list(FAMILIES)
    values = sorted(
        assessment.features.values,
        key=lambda row: known.index(_family(row)) if _family(row) in known else len(known),
    )
    task = assessment.recording.task
    return tuple(_made(key, list(rows), task) for key, rows in groupby(values, key=_family))


def scores(found: Sequence[Score]) -> tuple[Scored, ...]:
    """Scores in the order of the assessment."""
    return tuple(_scored(score) for score in found)


def _family(row: FeatureValue) -> str:
    return row.feature.partition(".")[0]


def _made(key: str, values: Sequence[FeatureValue], task: Task | None) -> Family:
    title, sentence = plain.FAMILIES.get(key, (key.replace("_", " ").capitalize(), ""))
    if key == "voice" and task is not Task.SUSTAINED_VOWEL:
        sentence += f" {plain.TASK_UNKNOWN if task is None else plain.RUNNING_SPEECH}"
    about = _abouts()
    rows = [_row(value, about) for value in values]
    return Family(
        key=key,
        title=title,
        sentence=sentence,
        measured=tuple(row for row in rows if row.value is not None),
        missing=tuple(row for row in rows if row.value is None),
    )


def _row(value: FeatureValue, about: Mapping[str, About]) -> Row:
    reason, detail = ("", "") if value.value is not None else plain.reason(value.reason)
    return Row(
        name=value.feature,
        label=shown.label(value.feature),
        unit=shown.unit(value.unit),
        value=shown.value(value),
        reason=reason,
        detail=detail,
        about=about.get(value.feature),
        version=value.version,
    )


@cache
def _abouts() -> Mapping[str, About]:
    from ...features import specs

    return {name: _about(spec) for name, spec in specs().items()}


def _about(spec: FeatureSpec) -> About:
    constants = "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in spec.settings.items())
    bounds = shown.bounds(spec.low, spec.high)
    sources = tuple(_unlinked(reference) for reference in full(spec.citation))
    return About(spec.definition, bounds, sources, spec.repeatability, constants, spec.version)


def _unlinked(reference: str) -> str:
    # A page holds no address at all: nothing in it can tell a server that it is being read.
    return reference.replace("https://doi.org/", "doi:").replace("https://", "")


def _scored(score: Score) -> Scored:
    text = interval = ""
    if score.status == "ok" and score.probability is not None:
        text = f"probability {shown.number(score.probability, 2)}"
    elif score.status == "ok" and score.z is not None:
        text = f"{shown.number(score.z, 2)} standard deviations from the model's norms"
    if text and score.low is not None and score.high is not None:
        interval = f"{shown.number(score.low, 2)} to {shown.number(score.high, 2)}"
    top = tuple(f"{shown.label(item.feature)} ({item.weight:+.2g})".replace("-", "\u2212") for item in score.top)
    refused = "" if text else (score.reason or "no reason was recorded")
    return Scored(f"{score.model} {score.version}", text, interval, refused, top)
