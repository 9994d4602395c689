"""How repeatable a measure is, from people recorded in two sessions or more: ICC, SEM and MDC95.

Intraclass correlations after Shrout & Fleiss (1979) and McGraw & Wong (1996); sessions are the raters.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from ...data_schemas import Code, Frozen, LaliaError
from .model import Subject
from .site import RELIABILITY, folder
from .table import Floats

FEWEST = 10
"""People recorded repeatedly below which nothing is computed: an interval would span all there is."""

SCORE = "score:"
"""Before a model's name, where an entry is of a score and not of a feature; in log odds where it is a probability."""


class Repeatability(Frozen):
    """Repeatability of one measure in one task.

    Attributes
    ----------
    measure, task : str
    version : int
        Of the feature's definition; 0 for a score.
    people, sessions : int
    icc2, icc3 : float
        ICC(2,1), absolute agreement of single sessions, and ICC(3,1), consistency.
    icc2_low, icc2_high, icc3_low, icc3_high : float
        95 % bounds.
    sd, sem, mdc95 : float
        Standard deviation over people and sessions, standard error of measurement (agreement) and the smallest change
        that exceeds it in 95 of 100 unchanged people: 1.96 times the root of 2 times SEM; in the measure's unit.
    """

    measure: str
    task: str
    version: int
    people: int
    sessions: int
    icc2: float
    icc2_low: float
    icc2_high: float
    icc3: float
    icc3_low: float
    icc3_high: float
    sd: float
    sem: float
    mdc95: float

    def told(self) -> str:
        """In words, as the report shows it."""
        return (
            f"ICC(2,1) {self.icc2:.2f} ({self.icc2_low:.2f} to {self.icc2_high:.2f}), SEM {self.sem:.3g}, "
            f"MDC95 {self.mdc95:.3g}; this site's {self.people} people in {self.sessions} sessions"
        )


class Reliability(Frozen):
    """A file of repeatabilities."""

    format: int = 1
    entries: tuple[Repeatability, ...]

    def find(self, measure: str, task: str | None) -> Repeatability | None:
        """The entry of a measure in a task."""
        return next((e for e in self.entries if e.measure == measure and e.task == (task or "")), None)


def icc(values: Floats) -> dict[str, float]:
    """Intraclass correlations and measurement error of a complete table.

    Parameters
    ----------
    values : ndarray of float, shape (people, sessions)
        No gaps; at least 2 of each.

    Returns
    -------
    dict of str to float
        icc2, icc3 with bounds (``_low``, ``_high``), sd, sem, mdc95.
    """
    n, k = values.shape
    grand = values.mean()
    between = k * ((values.mean(1) - grand) ** 2).sum() / (n - 1)
    session = n * ((values.mean(0) - grand) ** 2).sum() / (k - 1)
    rest = values - values.mean(1, keepdims=True) - values.mean(0, keepdims=True) + grand
    error = (rest**2).sum() / ((n - 1) * (k - 1))
    shift = max(0.0, (session - error) / n)
    sem = math.sqrt(shift + error)
    found = {"sem": sem, "mdc95": 1.96 * math.sqrt(2) * sem, "sd": math.sqrt(max(0.0, (between - error) / k) + sem**2)}
    return found | _icc3(between, error, n, k) | _icc2(between, session, error, n, k)


def _icc3(between: float, error: float, n: int, k: int) -> dict[str, float]:
    from scipy.stats import f

    if error <= 1e-12 * max(between, 1e-300):
        return {"icc3": 1.0, "icc3_low": 1.0, "icc3_high": 1.0}
    ratio, free, rest = between / error, n - 1, (n - 1) * (k - 1)
    low = ratio / float(f.ppf(0.975, free, rest))
    high = ratio * float(f.ppf(0.975, rest, free))
    return {
        "icc3": float((between - error) / (between + (k - 1) * error)),
        "icc3_low": (low - 1) / (low + k - 1),
        "icc3_high": (high - 1) / (high + k - 1),
    }


def _icc2(between: float, session: float, error: float, n: int, k: int) -> dict[str, float]:
    from scipy.stats import f

    if error <= 1e-12 * max(between, session, 1e-300):
        value = between / (between + k * session / n) if between + session > 0 else 0.0
        return {"icc2": value, "icc2_low": value, "icc2_high": value}
    value = (between - error) / (between + (k - 1) * error + k * (session - error) / n)
    ratio = session / error
    a = n * (1 + (k - 1) * value) - k * value
    free = (k - 1) * (n - 1) * (k * value * ratio + a) ** 2 / ((n - 1) * k**2 * value**2 * ratio**2 + a**2)
    up, down = float(f.ppf(0.975, n - 1, free)), float(f.ppf(0.975, free, n - 1))
    common = k * session + (k * n - k - n) * error
    return {
        "icc2": float(value),
        "icc2_low": n * (between - up * error) / (up * common + n * between),
        "icc2_high": n * (down * between - error) / (common + n * down * between),
    }


def repeatability(subjects: Sequence[Subject], scores: Mapping[str, Mapping[str, float]] | None = None) -> Reliability:
    """Repeatability of every feature, and of scores where given, task by task.

    Recordings of one person and session are averaged; people with fewer sessions than most repeated people have are
    left out, and further sessions of the others.

    Parameters
    ----------
    subjects : sequence of Subject
        With participant and session.
    scores : mapping of model to (mapping of recording_id to float), optional
        In log odds or z.

    Raises
    ------
    LaliaError
        When no task has `FEWEST` people in two sessions.
    """
    entries: list[Repeatability] = []
    most = 0
    for task in sorted({subject.task or "" for subject in subjects}):
        chosen = [subject for subject in subjects if (subject.task or "") == task]
        people = _sessions(chosen)
        most = max(most, sum(len(sessions) > 1 for sessions in people.values()))
        measures = sorted({name for subject in chosen for name in subject.values})
        entries += [e for name in measures if (e := _entry(name, task, people, _feature(name))) is not None]
        for model, values in sorted((scores or {}).items()):
            made = _entry(SCORE + model, task, people, _score(values))
            entries += [made] if made is not None else []
    if not entries:
        raise LaliaError(
            f"Repeatability needs at least {FEWEST} people recorded in two sessions in the same task",
            f"{most} such people" + (", and no measure that varies in both" if most >= FEWEST else ""),
            "Fill the session column of the manifest, and record people again",
        )
    return Reliability(entries=tuple(entries))


def _feature(name: str) -> Callable[[Subject], float | None]:
    return lambda subject: subject.values.get(name)


def _score(values: Mapping[str, float]) -> Callable[[Subject], float | None]:
    return lambda subject: values.get(subject.recording_id)


def _sessions(subjects: Sequence[Subject]) -> dict[str, dict[str, list[Subject]]]:
    people: dict[str, dict[str, list[Subject]]] = {}
    for subject in subjects:
        people.setdefault(subject.participant_id, {}).setdefault(subject.session or "", []).append(subject)
    return people


def order(session: str) -> tuple[float, str]:
    """Sessions in order: by the first number in their name, then by name.

    >>> sorted(["s10", "s2", "baseline"], key=order)
    ['baseline', 's2', 's10']
    """
    digits = "".join(char if char.isdigit() else " " for char in session).split()
    return (float(digits[0]) if digits else -1.0, session)


def _entry(
    measure: str,
    task: str,
    people: Mapping[str, Mapping[str, Sequence[Subject]]],
    value_of: Callable[[Subject], float | None],
) -> Repeatability | None:
    rows: list[list[float]] = []
    versions: set[int] = set()
    for sessions in people.values():
        means = []
        for name in sorted(sessions, key=order):
            there = [x for subject in sessions[name] if (x := value_of(subject)) is not None]
            if there:
                means.append(float(np.mean(there)))
                versions |= {subject.versions.get(measure, 0) for subject in sessions[name]}
        if len(means) > 1:
            rows.append(means)
    if len(rows) < FEWEST or len(versions) != 1:
        return None
    counts = [len(row) for row in rows]
    k = max(set(counts), key=lambda count: (counts.count(count), count))
    table = np.array([row[:k] for row in rows if len(row) >= k])
    if len(table) < FEWEST or np.ptp(table) <= 1e-12 * max(1.0, float(np.abs(table).max())):
        return None
    found = {name: round(value, 9) for name, value in icc(table).items()}
    return Repeatability(measure=measure, task=task, version=versions.pop(), people=len(table), sessions=k, **found)


def text(found: Reliability) -> str:
    """The file's content."""
    return json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def installed() -> Reliability | None:
    """The site's repeatability, or None where it has measured none.

    Raises
    ------
    LaliaError
        When its file cannot be read.
    """
    path = folder() / RELIABILITY
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else None


@cache
def _read(path: Path, changed: int) -> Reliability:
    from pydantic import ValidationError

    try:
        return Reliability.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise LaliaError(
            "The site's repeatability must be a file that `lalia reliability` made",
            type(error).__name__,
            "Make it again",
            code=Code.BAD_SETTING,
        ) from None
