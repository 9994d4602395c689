"""The columns of every CSV, stated once: checked by pandera, described as Frictionless Table Schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .feature import FeatureSpec

if TYPE_CHECKING:
    import pandera.pandas as pandera

TOP = 5
"""Contributions listed with a score."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `kind` is string, integer or number; an optional one may hold empty cells."""

    name: str
    kind: str
    description: str
    optional: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    extra: tuple[tuple[str, Any], ...] = ()


IDENTITY = (
    Column("recording_id", "string", "Identifier of the recording, from the manifest or the file's name."),
    Column("participant_id", "string", "Identifier of the participant, from the manifest."),
    Column("session", "string", "Session of the participant, from the manifest.", optional=True),
    Column("task", "string", "Elicitation task, from the manifest.", optional=True),
)

FEATURES_LONG = (
    IDENTITY[0],
    Column("feature", "string", "Name of the feature; see the fields of features.csv for its definition."),
    Column("value", "number", "The value; empty when missing.", optional=True),
    Column("unit", "string", "Unit of value, ci_low and ci_high; empty for a number without dimension.", optional=True),
    Column("status", "string", "Whether there is a value.", values=("ok", "missing")),
    Column("reason", "string", "Why the value is missing, with the figure that fell short.", optional=True),
    Column(
        "n", "integer", "Number of units (words, utterances, pauses, ...) the value rests on.", optional=True, low=0
    ),
    Column("ci_low", "number", "Lower bound of the 95 % bootstrap interval over those units.", optional=True),
    Column("ci_high", "number", "Upper bound of the same.", optional=True),
    Column("version", "integer", "Version of the feature's definition.", low=1),
)

SCORES = (
    IDENTITY[0],
    Column("model", "string", "Name of the risk model."),
    Column("version", "string", "Version of the model."),
    Column("status", "string", "Whether the model gave a number.", values=("ok", "refused")),
    Column("probability", "number", "Calibrated probability, where the model gives one.", optional=True, low=0, high=1),
    Column("low", "number", "Lower bound of its 95 % interval.", optional=True),
    Column("high", "number", "Upper bound of the same.", optional=True),
    Column("z", "number", "Deviation from the model's norms in standard deviations.", optional=True),
    Column("reason", "string", "Why the model refused.", optional=True),
    *(
        Column(f"top_{rank}", "string", f"Feature number {rank} by weight, what it added, and how.", optional=True)
        for rank in range(1, TOP + 1)
    ),
    Column("label", "string", "Class that probability is of.", optional=True),
    Column("value", "number", "Severity in the target's own unit, where the model gives one.", optional=True),
    Column(
        "coverage",
        "number",
        "Share of the model's weight that could be measured and has a norm.",
        optional=True,
        low=0,
        high=1,
    ),
    Column("validation", "string", "What is known of the model's worth.", optional=True),
    Column("change", "string", "What may be said of the same person's session before.", optional=True),
)

PERSON_SCORES = (
    IDENTITY[1],
    Column("session", "string", "Session, where there are several.", optional=True),
    Column("task", "string", "Elicitation task.", optional=True),
    SCORES[1],
    SCORES[2],
    Column("recordings", "integer", "Recordings of the session and task.", low=1),
    Column("refused", "integer", "Those of them that the model refused.", low=0),
    Column("probability", "number", "From the mean of the log odds.", optional=True, low=0, high=1),
    Column("low", "number", "From the mean of the lower bounds.", optional=True),
    Column("high", "number", "From the mean of the upper bounds.", optional=True),
    Column("z", "number", "Mean deviation.", optional=True),
    Column("value", "number", "Mean severity.", optional=True),
    Column("label", "string", "Class that probability is of.", optional=True),
    Column("change", "string", "What may be said of the session before; only beyond MDC95 a change.", optional=True),
    Column("validation", "string", "What is known of the model's worth.", optional=True),
)

RELIABILITY = (
    Column("measure", "string", "Feature, or score: and a model."),
    Column("task", "string", "Elicitation task.", optional=True),
    Column("version", "integer", "Version of the feature's definition; 0 for a score.", low=0),
    Column("people", "integer", "People behind it.", low=2),
    Column("sessions", "integer", "Sessions of each.", low=2),
    Column("icc2", "number", "ICC(2,1): absolute agreement of single sessions."),
    Column("icc2_low", "number", "Lower 95 % bound."),
    Column("icc2_high", "number", "Upper 95 % bound."),
    Column("icc3", "number", "ICC(3,1): consistency of single sessions."),
    Column("icc3_low", "number", "Lower 95 % bound."),
    Column("icc3_high", "number", "Upper 95 % bound."),
    Column("sd", "number", "Standard deviation over people and sessions.", low=0),
    Column("sem", "number", "Standard error of measurement (agreement).", low=0),
    Column("mdc95", "number", "Smallest change beyond measurement error: 1.96 x root 2 x SEM.", low=0),
)

RECORDINGS = (
    *IDENTITY,
    Column("language", "string", "Language of the transcript.", optional=True),
    Column("duration", "number", "Seconds.", optional=True, low=0),
    Column("rate", "integer", "Samples per second in the file.", optional=True, low=1),
    Column(
        "flags", "string", "What limits the recording, separated by blanks; docs/input.md lists them.", optional=True
    ),
    Column("transcript", "string", "Where the words come from: a format when given, else whisper.", optional=True),
    Column("model", "string", "Recogniser's model.", optional=True),
    Column("verbatim", "string", "Whether fillers and false starts are kept.", optional=True, values=("yes", "no")),
    Column("participant_choice", "string", "How the participant was told from other speakers.", optional=True),
    Column("notes", "string", "What a reader of the transcript must know.", optional=True),
    Column("key", "string", "Content hash of the recording, its settings and the models."),
)

ERRORS = (
    Column("recording_id", "string", "Identifier of the rejected item, as given."),
    Column("stage", "string", "Stage of the line that rejected it."),
    Column("code", "string", "Kind of error; docs/input.md lists them."),
    Column("message", "string", "What must hold, what was found, what to do."),
)


def features_columns(
    specs: Iterable[FeatureSpec], references: Callable[[str], tuple[str, ...]] = lambda keys: ()
) -> tuple[Column, ...]:
    """Columns of features.csv: identity, then one number per feature; `references` gives a citation's full text."""
    return IDENTITY + tuple(_feature_column(spec, references(spec.citation)) for spec in specs)


def _feature_column(spec: FeatureSpec, references: tuple[str, ...]) -> Column:
    extra = {
        "unit": spec.unit,
        "citation": spec.citation,
        "references": list(references),
        "version": spec.version,
        "needs": dict(spec.needs),
        "tasks": sorted(spec.tasks),
        "languages": sorted(spec.languages),
        "verbatim": spec.verbatim,
        "settings": dict(spec.settings),
        "invariances": {name: spec.invariances[name] for name in sorted(spec.invariances)},
        "repeatability": spec.repeatability,
    }
    return Column(
        spec.name, "number", spec.definition, optional=True, low=spec.low, high=spec.high, extra=tuple(extra.items())
    )


def schema(columns: Iterable[Column], name: str) -> pandera.DataFrameSchema:
    """A pandera schema that refuses unknown columns, wrong types and values out of range."""
    import pandera.pandas as pandera

    kinds = {"string": "str", "integer": "Int64", "number": "Float64"}
    return pandera.DataFrameSchema(
        {
            column.name: pandera.Column(
                kinds[column.kind], checks=_checks(column), nullable=column.optional, required=True
            )
            for column in columns
        },
        strict=True,
        ordered=True,
        name=name,
    )


def _checks(column: Column) -> list[Any]:
    import pandera.pandas as pandera

    checks = []
    if column.low is not None:
        checks.append(pandera.Check.ge(column.low))
    if column.high is not None:
        checks.append(pandera.Check.le(column.high))
    if column.values:
        checks.append(pandera.Check.isin(list(column.values)))
    return checks


def table_schema(columns: Iterable[Column], key: tuple[str, ...] = ()) -> dict[str, Any]:
    """The same as a Frictionless Table Schema; empty cells are the only missing value."""
    described: dict[str, Any] = {"fields": [_field(column) for column in columns], "missingValues": [""]}
    if key:
        described["primaryKey"] = list(key)
    return described


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {} if column.optional else {"required": True}
    if column.low is not None:
        constraints["minimum"] = column.low
    if column.high is not None:
        constraints["maximum"] = column.high
    if column.values:
        constraints["enum"] = list(column.values)
    field: dict[str, Any] = {"name": column.name, "type": column.kind, "description": column.description}
    return field | ({"constraints": constraints} if constraints else {}) | dict(column.extra)


def data_package(
    specs: Mapping[str, FeatureSpec], references: Callable[[str], tuple[str, ...]] = lambda keys: ()
) -> dict[str, Any]:
    """data_dictionary.json: a Frictionless Data Package describing every table of a run."""
    tables = {
        "features": (features_columns(specs.values(), references), ("recording_id",)),
        "features_long": (FEATURES_LONG, ("recording_id", "feature")),
        "recordings": (RECORDINGS, ("recording_id",)),
        "scores": (SCORES, ("recording_id", "model")),
        "scores_by_participant": (PERSON_SCORES, ()),
        "errors": (ERRORS, ()),
    }
    return {
        "name": "lalia-run",
        "title": "Speech and language measures",
        "resources": [
            {
                "name": name,
                "path": f"{name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": table_schema(columns, key),
            }
            for name, (columns, key) in tables.items()
        ],
    }
