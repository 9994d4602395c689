"""Rows and cells of the CSV files: numbers stay numbers, text is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..data_schemas import Assessment, FeatureSpec, LaliaError, Rejected, Score
from ..data_schemas.tables import (
    ERRORS,
    FEATURES_LONG,
    PERSON_SCORES,
    RECORDINGS,
    SCORES,
    TOP,
    Column,
    features_columns,
    schema,
)

if TYPE_CHECKING:
    from ..models.risk import Subject

Cell = str | int | float | None
Row = Sequence[Cell]

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
"""First characters that make a spreadsheet run a text cell as a formula (OWASP ASVS 5, 1.2.10)."""


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula: NUL removed, an apostrophe put before a dangerous start.

    >>> safe_text("=HYPERLINK(1)"), safe_text("plain")
    ("'=HYPERLINK(1)", 'plain')
    """
    text = text.replace("\0", "")
    return "'" + text if text.lstrip(" ").startswith(_DANGEROUS) else text


def number_text(value: float) -> str:
    """A number with 10 significant digits: more than any measure has, few enough to be equal across machines."""
    return f"{value:.10g}"


def csv_text(columns: Sequence[Column], rows: Iterable[Row]) -> str:
    """CSV after RFC 4180: header, comma, CRLF, empty cell for a missing value."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return stream.getvalue()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_text(value)
    return number_text(value) if isinstance(value, float) else str(value)


def wide_rows(assessments: Iterable[Assessment], specs: Mapping[str, FeatureSpec]) -> list[Row]:
    """Rows of features.csv, one per recording."""
    rows: list[Row] = []
    for done in assessments:
        values = {value.feature: value.value for value in done.features.values}
        rec = done.recording
        rows.append(
            [rec.recording_id, rec.participant_id, rec.session, rec.task, *(values.get(name) for name in specs)]
        )
    return rows


def long_rows(assessments: Iterable[Assessment]) -> list[Row]:
    """Rows of features_long.csv, one per recording and feature."""
    return [
        [
            done.recording.recording_id,
            value.feature,
            value.value,
            value.unit or None,
            value.status,
            value.reason,
            value.n,
            value.ci_low,
            value.ci_high,
            value.version,
        ]
        for done in assessments
        for value in done.features.values
    ]


def recording_rows(assessments: Iterable[Assessment]) -> list[Row]:
    """Rows of recordings.csv: what to filter by before looking at a number."""
    return [_recording_row(done) for done in assessments]


def _recording_row(done: Assessment) -> Row:
    rec, audio, said = done.recording, done.audio, done.transcript
    return [
        rec.recording_id,
        rec.participant_id,
        rec.session,
        rec.task,
        said.language if said else rec.language,
        audio.duration if audio else None,
        audio.rate if audio else None,
        " ".join(audio.flags) or None if audio else None,
        said.source if said else None,
        said.model if said else None,
        ("yes" if said.verbatim else "no") if said else None,
        said.participant_choice if said else None,
        " ".join(said.notes) or None if said else None,
        done.key,
    ]


def score_rows(assessments: Iterable[Assessment]) -> list[Row]:
    """Rows of scores.csv, one per recording and model."""
    return [score_row(score) for _, score in scored(assessments)]


def scored(assessments: Iterable[Assessment]) -> list[tuple[Subject, Score]]:
    """Every score with whose it is."""
    from ..models.risk import Subject

    return [
        (
            Subject(
                recording_id=done.recording.recording_id,
                values={},
                participant_id=done.recording.participant_id,
                session=done.recording.session,
                task=done.recording.task,
            ),
            score,
        )
        for done in assessments
        for score in done.scores
    ]


def person_rows(found: Sequence[tuple[Subject, Score]]) -> list[Row]:
    """Rows of scores_by_participant.csv, one per person, task, session and model."""
    from dataclasses import astuple

    from ..models.risk import reliability
    from ..models.risk.sessions import by_person

    return [list(astuple(row)) for row in by_person(found, reliability.installed())]


def score_row(score: Score) -> Row:
    """One row of scores.csv."""
    top = [f"{item.feature} {item.weight:+.3g}" + (f": {item.words}" if item.words else "") for item in score.top[:TOP]]
    return [
        score.recording_id,
        score.model,
        score.version,
        score.status,
        score.probability,
        score.low,
        score.high,
        score.z,
        score.reason,
        *top,
        *[None] * (TOP - len(top)),
        score.label,
        score.value,
        score.coverage,
        score.validation,
        score.change,
    ]


def error_rows(rejected: Iterable[Rejected]) -> list[Row]:
    """Rows of errors.csv, one per rejected item."""
    return [[item.recording_id, item.stage, item.code, item.message] for item in rejected]


def tables(
    assessments: Sequence[Assessment], rejected: Sequence[Rejected], specs: Mapping[str, FeatureSpec]
) -> dict[str, tuple[Sequence[Column], list[Row]]]:
    """Every table of a run by file name, with its columns."""
    return {
        "features.csv": (features_columns(specs.values()), wide_rows(assessments, specs)),
        "features_long.csv": (FEATURES_LONG, long_rows(assessments)),
        "recordings.csv": (RECORDINGS, recording_rows(assessments)),
        "scores.csv": (SCORES, score_rows(assessments)),
        "scores_by_participant.csv": (PERSON_SCORES, person_rows(scored(assessments))),
        "errors.csv": (ERRORS, error_rows(rejected)),
    }


def frame(columns: Sequence[Column], rows: Sequence[Row], name: str) -> Any:
    """The table as a pandas DataFrame with nullable types, checked against its pandera schema.

    Raises
    ------
    LaliaError
        When a value breaks the table's own schema: a defect of a feature, never of the data.
    """
    import pandas as pd
    from pandera.errors import SchemaErrors

    kinds = {"string": "str", "integer": "Int64", "number": "Float64"}
    raw = pd.DataFrame([list(row) for row in rows], columns=[column.name for column in columns], dtype="object")
    typed = raw.astype({column.name: kinds[column.kind] for column in columns})
    try:
        return schema(columns, name).validate(typed, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases[["column", "check", "failure_case"]].head(3).to_dict("records")
        raise LaliaError(
            f"Every value of {name} must fit its column's schema",
            json.dumps(cases, default=str),
            "Report this as a defect of the feature named",
        ) from None
