"""What one finished unit of work holds, and what a run writes beside its tables."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from .audio import AudioSummary, Span
from .base import Frozen
from .feature import FeatureTable
from .recording import Recording
from .transcript import Transcript
from .transition import Transition


class Contribution(Frozen):
    """How much one feature moved a score, in the score's own unit, and which way."""

    feature: str
    weight: float
    words: str | None = None


class Score(Frozen):
    """One row of scores.csv: a number with its interval, or the reason a model refused.

    `label` is the class that `probability` is of; `value` a severity in the target's own unit; `z` a mean deviation
    from norms, for a model that gives no probability. `coverage` is the share of the model's weight that could be
    measured, `validation` what is known of the model's worth, `change` what may be said of the sessions before.
    """

    recording_id: str
    model: str
    version: str
    status: str
    probability: float | None = None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    reason: str | None = None
    top: tuple[Contribution, ...] = ()
    label: str | None = None
    value: float | None = None
    coverage: float | None = None
    validation: str | None = None
    change: str | None = None


class ModelCard(Frozen):
    """What a model is for, what it was made from and what it must not be used for.

    `numbers` are figures on people the model had not seen, `intervals` their 95 % bounds over speakers, `baseline`
    the same of age, sex, education and word count alone; `established` says whether enough people stand behind them.
    `subgroups` and `curves` are tables of the same.
    """

    name: str
    version: str
    intended_use: str
    out_of_scope: str
    data: str
    licence: str
    limits: str
    numbers: dict[str, float] = Field(default_factory=dict)
    features: dict[str, int] = Field(default_factory=dict)
    software: dict[str, str] = Field(default_factory=dict)
    sha256: dict[str, str] = Field(default_factory=dict)
    kind: str = ""
    target: str = ""
    classes: tuple[str, ...] = ()
    people: dict[str, int] = Field(default_factory=dict)
    recordings: int = 0
    established: bool = False
    validation: str = ""
    learner: str = ""
    intervals: dict[str, tuple[float, float]] = Field(default_factory=dict)
    baseline: dict[str, float] = Field(default_factory=dict)
    baseline_intervals: dict[str, tuple[float, float]] = Field(default_factory=dict)
    baseline_inputs: tuple[str, ...] = ()
    subgroups: tuple[dict[str, Any], ...] = ()
    curves: dict[str, list[list[float]]] = Field(default_factory=dict)
    chosen: dict[str, int] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    plan: dict[str, Any] = Field(default_factory=dict)


class Spectrogram(Frozen):
    """A stretch of the recording as a picture.

    `png` holds an 8-bit grey PNG in base64: time from `start` to `end` in seconds, 0 Hz at the bottom and `highest` at
    the top, the loudest point black and 60 dB below it white.
    """

    start: float
    end: float
    highest: float
    png: str


class Drawing(Frozen):
    """What the report draws: a thinned waveform envelope, the F0 contour and the pauses.

    `peaks` are the largest absolute sample of equal slices of the recording, full scale 1; `f0_times` and
    `f0_hz` hold voiced frames only. `modulation_power` is the envelope's power at `modulation_hz`; `formants` holds
    (F1, F2) of some vowel-like frames, `vowels` the symbol and median (F1, F2) of each vowel that alignment found.
    `intensity` holds (seconds, dB re full scale) of some frames of the participant's speech, `spectrogram` ten seconds
    of it.
    """

    duration: float
    peaks: tuple[float, ...]
    f0_times: tuple[float, ...] = ()
    f0_hz: tuple[float, ...] = ()
    pauses: tuple[Span, ...] = ()
    modulation_hz: tuple[float, ...] = ()
    modulation_power: tuple[float, ...] = ()
    formants: tuple[tuple[float, float], ...] = ()
    vowels: tuple[tuple[str, float, float], ...] = ()
    intensity: tuple[tuple[float, float], ...] = ()
    spectrogram: Spectrogram | None = None


class ModelUse(Frozen):
    """A model that took part, and exactly which."""

    role: str
    name: str
    sha256: str
    licence: str
    source: str


class Assessment(Frozen):
    """Everything known of one recording after the line has run; the unit kept in the ledger.

    `key` is the content hash of the inputs and of what decided the result: it is the same exactly when
    nothing that could change a number has changed. `transitions` are the participant's least coherent ones.
    """

    key: str
    recording: Recording
    audio: AudioSummary | None
    transcript: Transcript | None
    features: FeatureTable
    scores: tuple[Score, ...] = ()
    drawing: Drawing | None = None
    transitions: tuple[Transition, ...] = ()
    models: tuple[ModelUse, ...] = ()
