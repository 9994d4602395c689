"""Rows of the feature tables: what was measured first, then what was not and why, family by family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from ...data_schemas import Assessment, Contribution, FeatureSpec, FeatureValue, Score, Task
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
    notes: tuple[str, ...] = ()


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
    rows = [_row(value, about, task) for value in values]
    return Family(
        key=key,
        title=title,
        sentence=sentence,
        measured=tuple(row for row in rows if row.value is not None),
        missing=tuple(row for row in rows if row.value is None),
    )


def _row(value: FeatureValue, about: Mapping[str, About], task: Task | None) -> Row:
    reason, detail = ("", "") if value.value is not None else plain.reason(value.reason)
    return Row(
        name=value.feature,
        label=shown.label(value.feature),
        unit=shown.unit(value.unit),
        value=shown.value(value),
        reason=reason,
        detail=detail,
        about=_as_measured_here(about.get(value.feature), value, task),
        version=value.version,
    )


def _as_measured_here(about: About | None, value: FeatureValue, task: Task | None) -> About | None:
    """The description with this site's own repeatability, where it has measured it for this task and version."""
    from ...models.risk import reliability

    known = reliability.installed()
    entry = None if known is None else known.find(value.feature, task)
    if about is None or entry is None or entry.version != value.version:
        return about
    return replace(about, repeatability=entry.told())


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
        # A likeness to the people of a training set, never a statement about this person.
        likeness = f"likeness to the training group {score.label}: " if score.label else ""
        text = f"{likeness}probability {shown.number(score.probability, 2)}"
    elif score.status == "ok" and score.value is not None:
        text = f"severity {shown.number(score.value, 2)}"
    elif score.status == "ok" and score.z is not None:
        text = f"{shown.number(score.z, 2)} standard deviations from the model's norms"
    if text and score.low is not None and score.high is not None:
        interval = f"{shown.number(score.low, 2)} to {shown.number(score.high, 2)}"
    refused = "" if text else (score.reason or "no reason was recorded")
    notes = [f"{score.validation[:1].upper()}{score.validation[1:]}"] if score.validation else []
    if score.coverage is not None:
        notes.append(f"{score.coverage:.0%} of the model's weight could be measured and has a norm".replace("%", " %"))
    if score.change:
        notes.append(score.change)
    return Scored(f"{score.model} {score.version}", text, interval, refused, tuple(map(_pull, score.top)), tuple(notes))


def _pull(item: Contribution) -> str:
    weight = f"{item.weight:+.2g}".replace("-", "\u2212")
    return f"{shown.label(item.feature)} ({weight})" + (f": {item.words}" if item.words else "")
