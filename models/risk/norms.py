"""Norms: mean and standard deviation of a feature in people without a disorder, published or a site's own."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from pydantic import Field, ValidationError

from ...data_schemas import Code, Frozen, LaliaError, base_language
from .model import Subject
from .site import NORMS, SHIPPED, folder

FEWEST = 20
"""Controls from which a site's own norm is fitted: at 20 the standard deviation is known to a sixth."""


class Norm(Frozen):
    """One norm and whom it is of; an empty tuple or None sets no bound.

    Attributes
    ----------
    feature : str
    mean, sd : float
        In the feature's unit.
    n : int, optional
        People behind it, where known.
    version : int, optional
        Version of the feature's definition it was measured with; None for a published figure.
    tasks, languages : tuple of str
    category : str, optional
        Of a fluency task.
    ages, education : pair of float, optional
        Years, both ends included.
    population, citation, note : str
    """

    feature: str
    mean: float
    sd: float = Field(gt=0)
    n: int | None = Field(default=None, ge=2)
    version: int | None = None
    tasks: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    category: str | None = None
    ages: tuple[float, float] | None = None
    education: tuple[float, float] | None = None
    population: str
    citation: str
    note: str = ""

    def fits(self, subject: Subject) -> bool:
        """Whether this norm is of people and recordings like this one; unknown schooling fits any."""
        if self.tasks and subject.task not in self.tasks:
            return False
        if self.languages and base_language(subject.language or "") not in self.languages:
            return False
        if self.category is not None and (subject.category or "").strip().lower().removesuffix("s") != self.category:
            return False
        if self.ages and (subject.age is None or not self.ages[0] <= subject.age <= self.ages[1]):
            return False
        if self.version is not None and subject.versions.get(self.feature, self.version) != self.version:
            return False
        return (
            not self.education
            or subject.education is None
            or self.education[0] <= subject.education <= self.education[1]
        )


class Norms(Frozen):
    """A file of norms."""

    format: int = 1
    entries: tuple[Norm, ...]


def read(path: Path) -> Norms:
    """Norms from a JSON file.

    Raises
    ------
    LaliaError
        When it cannot be read or is not such a file.
    """
    try:
        return Norms.model_validate_json(path.read_bytes())
    except OSError as error:
        raise LaliaError(
            "The file of norms must be readable", type(error).__name__, "Check it", code=Code.MISSING_FILE
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole file"
        raise LaliaError(
            "A file of norms must hold entries with feature, mean, sd, population and citation",
            f"{first['type']} at {place}",
            "Make it with `lalia norms fit`",
        ) from None


@cache
def _read_once(path: Path, changed: float) -> Norms:
    return read(path)


def installed() -> tuple[Norms, Norms | None]:
    """The published norms, and the site's own where it has some."""
    published, own = SHIPPED.parent / NORMS, folder() / NORMS
    site = _read_once(own, own.stat().st_mtime_ns) if own.is_file() else None
    return _read_once(published, published.stat().st_mtime_ns), site


def find(feature: str, subject: Subject, sources: Iterable[Norms | None]) -> Norm | None:
    """The norm of a feature for this recording: the first source that has one, its fitting entries pooled.

    Sources are asked in order, so a site's own norms come before published ones.
    """
    for source in sources:
        fitting = [] if source is None else [e for e in source.entries if e.feature == feature and e.fits(subject)]
        if fitting:
            return pooled(fitting)
    return None


def pooled(entries: Sequence[Norm]) -> Norm:
    """One norm from several strata of which the right one is not known, each weighing the same.

    The standard deviation is that of the mixture: within strata and between their means.
    """
    if len(entries) == 1:
        return entries[0]
    mean = sum(entry.mean for entry in entries) / len(entries)
    variance = sum(entry.sd**2 + (entry.mean - mean) ** 2 for entry in entries) / len(entries)
    counts = [entry.n for entry in entries if entry.n is not None]
    return entries[0].model_copy(
        update={
            "mean": mean,
            "sd": math.sqrt(variance),
            "n": sum(counts) if len(counts) == len(entries) else None,
            "education": None,
            "note": f"pooled over {len(entries)} strata, as schooling is not stated",
        }
    )


def fit(subjects: Sequence[Subject], population: str, *, age_bands: Sequence[tuple[float, float]] = ()) -> Norms:
    """Norms of a site's own controls, for every feature, task and language that enough people have.

    Parameters
    ----------
    subjects : sequence of Subject
        Recordings of people without a disorder; those of one person are averaged first.
    population : str
        Who they are, in words.
    age_bands : sequence of (low, high), optional
        Bands with norms of their own; one for all ages when empty.

    Raises
    ------
    LaliaError
        When no feature has `FEWEST` people.
    """
    bands: Sequence[tuple[float, float] | None] = list(age_bands) or [None]
    keys = sorted({(s.task or "", base_language(s.language or ""), s.category or "") for s in subjects})
    entries: list[Norm] = []
    for task, language, category in keys:
        for band in bands:
            chosen = [
                s
                for s in subjects
                if (s.task or "", base_language(s.language or ""), s.category or "") == (task, language, category)
                and (band is None or (s.age is not None and band[0] <= s.age <= band[1]))
            ]
            entries += _entries(chosen, task, language, category, band, population)
    if not entries:
        raise LaliaError(
            f"Norms need at least {FEWEST} people for a feature, task and language",
            f"{len({s.participant_id for s in subjects})} people in {len(keys)} combinations of task and language",
            "Record more controls, or merge what belongs together",
        )
    return Norms(entries=tuple(entries))


def _entries(
    chosen: Sequence[Subject],
    task: str,
    language: str,
    category: str,
    band: tuple[float, float] | None,
    population: str,
) -> list[Norm]:
    import numpy as np

    found = []
    for feature in sorted({name for subject in chosen for name in subject.values}):
        by_person: dict[str, list[float]] = {}
        versions = set()
        for subject in chosen:
            if feature in subject.values:
                by_person.setdefault(subject.participant_id, []).append(subject.values[feature])
                versions.add(subject.versions.get(feature))
        means = np.array([np.mean(values) for values in by_person.values()])
        sd = float(means.std(ddof=1)) if len(means) > 1 else 0.0
        if len(means) < FEWEST or not sd > 1e-9 * max(1.0, abs(float(means.mean()))) or len(versions) != 1:
            continue
        found.append(
            Norm(
                feature=feature,
                mean=float(means.mean()),
                sd=sd,
                n=len(means),
                version=next(iter(versions)),
                tasks=(task,) if task else (),
                languages=(language,) if language else (),
                category=category.strip().lower().removesuffix("s") or None,
                ages=band,
                population=population,
                citation="the site's own controls",
            )
        )
    return found


def text(norms: Norms) -> str:
    """The file's content."""
    return json.dumps(norms.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
