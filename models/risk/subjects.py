"""What models are told of recordings: from a finished feature table and its sample, or from CSV files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...data_schemas import FeatureTable, FeatureValue, LaliaError, Missing, Sample
from .examples import IDENTITY
from .model import Subject
from .table import Floats, Table

ABOUT = ("participant_id", "session", "task", "language", "codec", "category", "sex")
YEARS = ("age", "education")


def of_sample(table: FeatureTable, sample: Sample) -> Subject:
    """The subject of one recording as the pipeline has it."""
    recording, audio, said = sample.recording, sample.audio, sample.transcript
    measured = [row for row in table.values if row.value is not None]
    return Subject(
        recording_id=recording.recording_id,
        participant_id=recording.participant_id,
        session=recording.session,
        values={row.feature: row.value for row in measured if row.value is not None},
        versions={row.feature: row.version for row in table.values},
        errors={row.feature: error for row in measured if (error := _error(row)) is not None},
        task=recording.task,
        language=recording.language if isinstance(said, Missing) else said.language or recording.language,
        codec=None if isinstance(audio, Missing) else audio.codec,
        age=recording.age,
        education=recording.education,
        sex=recording.sex,
        category=recording.category,
        flags=() if isinstance(audio, Missing) else tuple(flag.value for flag in audio.flags),
    )


def _error(row: FeatureValue) -> float | None:
    if row.ci_low is None or row.ci_high is None:
        return None
    return (row.ci_high - row.ci_low) / (2 * 1.96)


def of_tables(
    features: Table, about: Table | None = None, versions: Mapping[str, int] | None = None, **given: Any
) -> tuple[Subject, ...]:
    """Subjects from features.csv.

    Parameters
    ----------
    features : Table
        With ``recording_id``.
    about : Table, optional
        Manifest, labels or recordings.csv by ``recording_id``: participant, session, task, language, codec, category,
        sex, age, education, flags.
    versions : mapping of str to int, optional
        Versions of the features' definitions; those of this installation when None.
    **given
        Any of the same for recordings of which neither table says it.

    Raises
    ------
    LaliaError
        When an identifier is absent or stands twice, or a feature of lalia is no number.

    Notes
    -----
    Columns that are no feature of lalia are taken where they hold numbers, without a version: a model may have been
    trained on a site's own measures.
    """
    if "recording_id" not in features:
        raise LaliaError("The features must have a column recording_id", "none", "Use features.csv of a run")
    ids = features.texts("recording_id")
    if None in ids or len(set(ids)) < len(ids):
        raise LaliaError("Every row of the features must have its own recording_id", "gaps or doubles", "Correct them")
    versions = _versions() if versions is None else versions
    names = [name for name in features.columns if name not in (*IDENTITY, *ABOUT, *YEARS, "flags")]
    columns = {name: x for name in names if (x := _numbers(features, name, known=name in versions)) is not None}
    told = [_told(features, row) for row in range(len(ids))]
    if about is not None:
        places = {name: row for row, name in enumerate(about.texts("recording_id"))} if "recording_id" in about else {}
        told = [
            known | (_told(about, places[name]) if name in places else {})
            for name, known in zip(ids, told, strict=True)
        ]
    return tuple(
        Subject(
            recording_id=str(name),
            values={feature: float(x[row]) for feature, x in columns.items() if x[row] == x[row]},
            versions=dict(versions),
            **_typed(given | known),
        )
        for row, (name, known) in enumerate(zip(ids, told, strict=True))
    )


def _numbers(features: Table, name: str, *, known: bool) -> Floats | None:
    try:
        return features.numbers(name)
    except LaliaError:
        if known:
            raise
        return None


def _versions() -> dict[str, int]:
    from ...features import specs

    return {name: spec.version for name, spec in specs().items()}


def _told(source: Table, row: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column in (*ABOUT, *YEARS, "flags"):
        if column in source and (cell := source.columns[column][row]) is not None:
            found[column] = cell
    return found


def _typed(known: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {name: str(known[name]) for name in ABOUT if known.get(name) is not None}
    for name in YEARS:
        if known.get(name) is not None:
            try:
                made[name] = float(known[name])
            except ValueError:
                raise LaliaError(f"Column {name} must hold numbers of years", "text", "Correct it") from None
    if known.get("flags"):
        made["flags"] = tuple(str(known["flags"]).split())
    return made
