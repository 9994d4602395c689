"""Scores of people: recordings of one session combined, and sessions compared beyond measurement error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ...data_schemas import Score
from .model import Subject
from .reliability import SCORE, Reliability, order

UNKNOWN = "change not assessable: repeatability not measured"


@dataclass(frozen=True, slots=True)
class PersonScore:
    """One row of scores_by_participant.csv."""

    participant_id: str
    session: str | None
    task: str | None
    model: str
    version: str
    recordings: int
    refused: int
    probability: float | None
    low: float | None
    high: float | None
    z: float | None
    value: float | None
    label: str | None
    change: str | None
    validation: str | None


def log_odds(probability: float) -> float:
    """Log odds of a probability kept a millionth away from 0 and 1."""
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def number_of(score: Score) -> float | None:
    """A score on the scale on which scores are averaged and compared: log odds, severity or z."""
    if score.probability is not None:
        return log_odds(score.probability)
    return score.value if score.value is not None else score.z


def by_person(
    scored: Sequence[tuple[Subject, Score]], reliability: Reliability | None = None
) -> tuple[PersonScore, ...]:
    """Combine recordings of a person, session, task and model, and compare each session with the one before.

    The combined score is the mean on the scale of log odds, severity or z; so are its bounds, which makes no claim
    that two recordings are twice as sure as one. Refused recordings are counted and not averaged.
    """
    groups: dict[tuple[str, str, str, str], list[tuple[Subject, Score]]] = {}
    for subject, score in scored:
        key = (subject.participant_id, score.model, subject.task or "", subject.session or "")
        groups.setdefault(key, []).append((subject, score))
    rows: list[PersonScore] = []
    before: tuple[str, str, str] | None = None
    last: float | None = None
    for key in sorted(groups, key=lambda key: (*key[:3], order(key[3]))):
        if key[:3] != before:
            before, last = key[:3], None
        row, level = _row(key, groups[key], last, reliability)
        rows.append(row)
        last = level if level is not None else last
    return tuple(rows)


def _row(
    key: tuple[str, str, str, str],
    found: Sequence[tuple[Subject, Score]],
    last: float | None,
    reliability: Reliability | None,
) -> tuple[PersonScore, float | None]:
    participant, model, task, session = key
    labels = {score.label for _, score in found if score.status == "ok"}
    good = [score for _, score in found if score.status == "ok"] if len(labels) < 2 else []
    level = _mean([number_of(score) for score in good])
    low, high = (
        _mean([_bound(score, score.low) for score in good]),
        _mean([_bound(score, score.high) for score in good]),
    )
    likely = any(score.probability is not None for score in good)
    row = PersonScore(
        participant_id=participant,
        session=session or None,
        task=task or None,
        model=model,
        version=found[0][1].version,
        recordings=len(found),
        refused=sum(score.status != "ok" for _, score in found),
        probability=_back(level) if likely else None,
        low=_back(low) if likely else low,
        high=_back(high) if likely else high,
        z=level if good and good[0].z is not None else None,
        value=level if good and good[0].value is not None else None,
        label=next(iter(labels)) if len(labels) == 1 else None,
        change=change(model, task, last, level, reliability),
        validation=found[0][1].validation,
    )
    return row, level


def change(
    model: str, task: str, last: float | None, level: float | None, reliability: Reliability | None
) -> str | None:
    """What may be said of two sessions; None where there are not two."""
    if last is None or level is None:
        return None
    known = None if reliability is None else reliability.find(SCORE + model, task)
    if known is None:
        return UNKNOWN
    moved = level - last
    if abs(moved) <= known.mdc95:
        return f"no change beyond measurement error ({moved:+.2f}, MDC95 {known.mdc95:.2f})"
    return f"{'higher' if moved > 0 else 'lower'} beyond measurement error ({moved:+.2f}, MDC95 {known.mdc95:.2f})"


def _bound(score: Score, bound: float | None) -> float | None:
    return bound if bound is None or score.probability is None else log_odds(bound)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None


def _back(level: float | None) -> float | None:
    return None if level is None else 0.5 * (1 + math.tanh(level / 2))
