"""What a feature is, and what came of measuring it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .base import Frozen
from .errors import LaliaError
from .recording import Task

UNITS = frozenset(
    [
        "", "%", "Hz", "Hz/ms", "Hz^2", "bits", "bits/tag", "bits/word", "characters", "cosine",
        "cosine/utterance", "count", "dB", "dB/octave", "dB/s", "degree", "depth", "edges", "index", "level",
        "levels", "ln s", "morphemes", "nodes", "per 100 words", "per min", "per word", "r", "rating", "ratio",
        "s", "s/word", "score", "st", "st/s", "syll/s", "syllables/word", "units/s", "units/word", "utterances",
        "words", "words/min", "words/pause", "words/s", "z", "zipf",
    ]
)  # fmt: skip

NOT_MEASURED = "not measured"
"""What a spec tells of repeatability where nothing is published."""

INVARIANCES = frozenset(["case", "utterance_order", "word_order", "gain", "polarity", "padding"])
"""Changes of a sample that may leave a feature as it was; every spec says yes or no to each.

`case`: upper-casing the transcript. `utterance_order`, `word_order`: shuffling utterances, or the words
within each. `gain`: multiplying the signal. `polarity`: its sign. `padding`: silence before and after.
"""


class Reason(StrEnum):
    """Why a value is missing: a closed list."""

    TOO_SHORT = "too_short"
    NO_AUDIO = "no_audio"
    NO_TRANSCRIPT = "no_transcript"
    NO_WORD_TIMES = "no_word_times"
    NO_SECOND_SPEAKER = "no_second_speaker"
    NO_PROMPT = "no_prompt"
    NO_STIMULUS = "no_stimulus"
    NOT_VERBATIM = "not_verbatim"
    WRONG_TASK = "wrong_task"
    WRONG_LANGUAGE = "wrong_language"
    UNDEFINED = "undefined"
    MODEL_ABSENT = "model_absent"
    TOO_NOISY = "recording_too_noisy"
    VIEW_FAILED = "view_failed"


@dataclass(frozen=True, slots=True)
class Missing:
    """No value, and why; `detail` carries the figure that fell short."""

    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.detail}" if self.detail else self.reason.value


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with the number of units it rests on and, where the statistic allows, a 95 % interval."""

    value: float
    n: int | None = None
    ci_low: float | None = None
    ci_high: float | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: views in, number out; it is the feature's first test and its documentation.

    `expect` is a number or the reason the value is missing; `why` says where the number or tolerance is from.
    """

    given: Mapping[str, Any]
    expect: float | Reason
    tolerance: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSpec:
    """Name, unit, range, definition and needs of one feature; report, dictionary and docs are made from it.

    Parameters
    ----------
    name : str
        ``family.feature``, as in the catalogue.
    unit : str
        One of `UNITS`; the empty string for a number without dimension.
    low, high : float or None
        Closed range every value lies in; None where unbounded.
    definition : str
        Formula or rule in one or two sentences, constants included.
    citation : str
        Key in docs/references.bib; several joined by a space.
    example : Example
        Worked example.
    invariances : mapping of str to bool
        One entry for each of `INVARIANCES`.
    needs : mapping of str to float
        Smallest size of a view (in the view's own size unit) for which the value means something.
    tasks, languages : frozenset
        Where the feature applies; empty means everywhere.
    verbatim : bool
        Whether the value is only meaningful on a transcript that keeps fillers and false starts.
    version : int
        Raised whenever the same input would give another number.
    settings : mapping
        Constants a reader may want as data (thresholds, window lengths).
    repeatability : str
        Published test-retest figure with its source, or "not measured".
    """

    name: str
    unit: str
    low: float | None
    high: float | None
    definition: str
    citation: str
    example: Example
    invariances: Mapping[str, bool]
    needs: Mapping[str, float] = field(default_factory=dict)
    tasks: frozenset[Task] = frozenset()
    languages: frozenset[str] = frozenset()
    verbatim: bool = False
    version: int = 1
    settings: Mapping[str, float | str] = field(default_factory=dict)
    repeatability: str = NOT_MEASURED

    def __post_init__(self) -> None:
        family, _, rest = self.name.partition(".")
        if not (family.isidentifier() and rest.isidentifier() and self.name == self.name.lower()):
            raise _bad(self.name, "name must read family.feature in lower case", repr(self.name))
        if self.unit not in UNITS:
            raise _bad(self.name, "unit must be one of data_schemas.feature.UNITS", repr(self.unit))
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise _bad(self.name, "low must be below high", f"{self.low}, {self.high}")
        if not self.definition.strip() or not self.citation.strip():
            raise _bad(self.name, "definition and citation must be given", "an empty one")
        if set(self.invariances) != INVARIANCES:
            odd = sorted(set(self.invariances) ^ INVARIANCES)
            raise _bad(
                self.name, "invariances must answer each of data_schemas.feature.INVARIANCES", f"a difference in {odd}"
            )

    @property
    def family(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    def contains(self, value: float) -> bool:
        """Whether `value` is finite and inside the closed range."""
        return (
            math.isfinite(value)
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
        )


def _bad(name: str, must: str, got: str) -> LaliaError:
    return LaliaError(f"Feature {name!r}: {must}", got, "Correct the spec beside the function")


class FeatureValue(Frozen):
    """One row of features_long.csv."""

    feature: str
    value: float | None
    unit: str
    status: str
    reason: str | None
    n: int | None
    ci_low: float | None
    ci_high: float | None
    version: int


class FeatureTable(Frozen):
    """Every feature of one recording, family by family in the order of the catalogue."""

    recording_id: str
    values: tuple[FeatureValue, ...]

    def __getitem__(self, name: str) -> FeatureValue:
        for row in self.values:
            if row.feature == name:
                return row
        raise KeyError(name)
