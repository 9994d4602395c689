"""From a table of features and a table of labels to what is learnt from: one row a recording, grouped by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import numpy.typing as npt

from ...data_schemas import LaliaError
from .table import Floats, Table
from .targets import Kind, answers_of

IDENTITY = ("recording_id", "participant_id", "session", "task")
"""Columns of features.csv that are no feature."""

SUBGROUPS = ("sex", "age", "education", "language", "accent", "device", "codec", "site", "task", "severity")
"""Columns of the labels by which results are broken down."""

COVARIATES = ("age", "sex", "education", "lexical.word_count")
"""What the baseline beside every model may use: who speaks and how much, never how."""

FEWEST_PEOPLE = 10
"""Below this no fold holds enough people to choose anything."""


@dataclass(frozen=True, eq=False, slots=True)
class Examples:
    """What a model is trained on.

    Attributes
    ----------
    ids : ndarray of str, shape (n,)
        Recordings.
    people : ndarray of str, shape (n,)
        Who speaks in each; never on both sides of a split.
    names : tuple of str
    x : ndarray of float, shape (n, len(names))
        Features; NaN where missing.
    y : ndarray of float, shape (n,)
        Index into `classes`, or the severity.
    kind : str
    classes : tuple of str
        Empty for a severity; the last of two is the one a probability is of.
    covariates : ndarray of float, shape (n, k)
    covariate_names : tuple of str
    about : mapping of str to tuple
        Columns that describe a recording, for subgroups and scope.
    notes : tuple of str
        What was set aside, in plain words.
    """

    ids: npt.NDArray[np.str_]
    people: npt.NDArray[np.str_]
    names: tuple[str, ...]
    x: Floats
    y: Floats
    kind: Kind
    classes: tuple[str, ...]
    covariates: Floats
    covariate_names: tuple[str, ...]
    about: Mapping[str, tuple[str | None, ...]]
    notes: tuple[str, ...] = ()

    @property
    def weight(self) -> Floats:
        """Every person counts once, however many recordings there are: shape (n,)."""
        count = Counter(self.people.tolist())
        return np.array([1 / count[person] for person in self.people.tolist()])

    @property
    def age(self) -> Floats:
        """Age of the speaker of each recording in years, NaN where not given: shape (n,)."""
        cells = self.about.get("age") or (None,) * len(self.ids)
        return np.array([np.nan if cell is None else float(cell) for cell in cells])

    @property
    def by_class(self) -> bool:
        """Whether the target is a class and not a severity."""
        return bool(self.classes)

    def part(self, rows: npt.NDArray[np.intp]) -> Examples:
        """Some of the rows."""
        about = {name: tuple(cells[row] for row in rows) for name, cells in self.about.items()}
        kept = {name: getattr(self, name)[rows] for name in ("ids", "people", "x", "y", "covariates")}
        return replace(self, **kept, about=about)


def examples(
    features: Table,
    labels: Table,
    target: str,
    group: str,
    *,
    kind: Kind | None = None,
    positive: str | None = None,
    only: Sequence[str] = (),
    covariates: Sequence[str] = COVARIATES,
) -> Examples:
    """Join features with labels and check both.

    Parameters
    ----------
    features : Table
        With ``recording_id``, the group column (here or in the labels) and one column a feature.
    labels : Table
        With the target and ``recording_id``, or the group column where a label is of a person.
    target, group : str
        Columns.
    kind : str, optional
        Told from the target when None: two values are binary, up to ten texts multiclass, up to ten whole numbers
        ordinal, other numbers regression.
    positive : str, optional
        The class a probability is of; the rarer one when None.
    only : sequence of str
        Features to use, as patterns (``fluency.*``); all when empty.
    covariates : sequence of str
        Columns of either table for the baseline.

    Raises
    ------
    LaliaError
        When there is nothing to learn from, naming the column at fault and never a cell's content.
    """
    key = _key(features, labels, group, target)
    _once(features, "recording_id")
    found = _matched(features, labels, key, target)
    rows, at = found.rows, found.label_rows
    people = _people(features, labels, group, rows, at)
    answers = _at(labels.texts(target), at)
    y, classes, decided = answers_of(labels, target, answers, at, kind, positive)
    names = _feature_names(features, group, target, only)
    values = np.column_stack([features.numbers(name)[rows] for name in names])
    about = {
        name: tuple(_at(source.texts(name), places))
        for source, places in ((features, rows), (labels, at))
        for name in (*SUBGROUPS, "session", "language", "category", "audio_sha256")
        if name in source
    }
    base, base_names = _covariates(features, labels, rows, at, covariates)
    made = Examples(
        np.array(_at(features.texts("recording_id"), rows)),
        people,
        names,
        values,
        y,
        decided,
        classes,
        base,
        base_names,
        about,
        found.notes,
    )
    _enough(made)
    return made


@dataclass(frozen=True, slots=True)
class _Matched:
    rows: list[int]
    label_rows: list[int]
    notes: tuple[str, ...]


def _key(features: Table, labels: Table, group: str, target: str) -> str:
    if "recording_id" not in features:
        raise LaliaError("The features must have a column recording_id", "none", "Use features.csv of a run")
    if target not in labels:
        raise LaliaError(f"The labels must have the target column {target}", "none of that name", "Correct --target")
    if group not in features and group not in labels:
        raise LaliaError(
            f"The features or the labels must have the group column {group}", "none of that name", "Correct --group"
        )
    key = "recording_id" if "recording_id" in labels else group
    if key not in labels or key not in features:
        raise LaliaError(
            f"Labels must name recordings (recording_id) or people ({group}), as the features do",
            "no column that both tables have",
            "Add one of them",
        )
    _once(labels, key)
    return key


def _once(found: Table, column: str) -> None:
    cells = found.texts(column)
    empty = sum(cell is None for cell in cells)
    twice = sum(count > 1 for cell, count in Counter(cells).items() if cell is not None)
    if empty or twice:
        raise LaliaError(
            f"Every row of the {found.name} must have its own {column}",
            f"{twice} identifiers more than once and {empty} empty cells",
            "Keep one row for each",
        )


def _matched(features: Table, labels: Table, key: str, target: str) -> _Matched:
    places = {name: row for row, name in enumerate(labels.texts(key))}
    answers = labels.texts(target)
    keys = features.texts(key)
    rows = [row for row, name in enumerate(keys) if name in places and answers[places[name]] is not None]
    known = set(keys)
    told = [
        (sum(name not in places for name in keys), "recordings without a label were left out"),
        (sum(name in places and answers[places[name]] is None for name in keys), "recordings with an empty label "
         "were left out"),
        (sum(name not in known for name in places), f"labels name a {key} that is not among the features"),
    ]  # fmt: skip
    if not rows:
        raise LaliaError(
            f"Features and labels must share values of {key}",
            f"{len(known)} in the features, {len(places)} in the labels, none with a label in both",
            "Check that both name the same recordings or people",
        )
    notes = tuple(f"{count} {what}" for count, what in told if count)
    return _Matched(rows, [places[keys[row]] for row in rows], notes)


def _people(features: Table, labels: Table, group: str, rows: list[int], at: list[int]) -> npt.NDArray[np.str_]:
    here = group in features
    chosen = _at(features.texts(group), rows) if here else _at(labels.texts(group), at)
    if any(cell is None for cell in chosen):
        raise LaliaError(
            f"Every recording must name its speaker in {group}",
            f"{sum(cell is None for cell in chosen)} empty cells",
            "Fill them: without the speaker, a test person may have been trained on",
        )
    return np.array(chosen)


def _feature_names(features: Table, group: str, target: str, only: Sequence[str]) -> tuple[str, ...]:
    aside = {*IDENTITY, *SUBGROUPS, "category", "audio_sha256", group, target}
    names = tuple(
        name
        for name in features.columns
        if name not in aside and (not only or any(fnmatchcase(name, pattern) for pattern in only))
    )
    if not names:
        raise LaliaError("There must be at least one feature to learn from", "none", "Check --only and the columns")
    return names


def _covariates(
    features: Table, labels: Table, rows: list[int], at: list[int], wanted: Sequence[str]
) -> tuple[Floats, tuple[str, ...]]:
    columns: list[Floats] = []
    names: list[str] = []
    for name in wanted:
        source, places = (labels, at) if name in labels else (features, rows)
        if name not in source:
            continue
        for label, column in _numeric(source, name, places):
            names.append(label)
            columns.append(column)
    return (np.column_stack(columns) if columns else np.empty((len(rows), 0))), tuple(names)


def _numeric(source: Table, name: str, places: list[int]) -> list[tuple[str, Floats]]:
    try:
        return [(name, source.numbers(name)[places])]
    except LaliaError:
        cells = _at(source.texts(name), places)
        values = sorted({cell for cell in cells if cell is not None})
        return [
            (f"{name}={value}", np.array([np.nan if cell is None else float(cell == value) for cell in cells]))
            for value in values[1:]
        ]


def _at(cells: Sequence[str | None], places: Sequence[int]) -> list[str | None]:
    return [cells[place] for place in places]


def _enough(made: Examples) -> None:
    people = len(set(made.people.tolist()))
    fewest = _fewest_in_a_class(made)
    if people < FEWEST_PEOPLE or fewest < 4:
        raise LaliaError(
            f"Training needs at least {FEWEST_PEOPLE} people, and 4 of each class",
            f"{people} people" + (f", {fewest} in the smallest class" if made.by_class else ""),
            "Record more people; fewer cannot show what a model is worth",
        )
    if not np.isfinite(made.x).any():
        raise LaliaError("At least one feature must have values", "only empty columns", "Check the features")


def _fewest_in_a_class(made: Examples) -> int:
    if not made.by_class:
        return len(set(made.people.tolist()))
    sets: list[set[Any]] = [set(made.people[made.y == place].tolist()) for place in range(len(made.classes))]
    return min(len(found) for found in sets)
