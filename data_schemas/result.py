"""What one finished unit of work holds, and what a run writes beside its tables."""

from __future__ import annotations

from pydantic import Field

from .audio import AudioSummary, Span
from .base import Frozen
from .feature import FeatureTable
from .recording import Recording
from .transcript import Transcript


class Contribution(Frozen):
    """How much one feature moved a score, in the score's own unit, and which way."""

    feature: str
    weight: float


class Score(Frozen):
    """One row of scores.csv: a number with its interval, or the reason a model refused."""

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


class ModelCard(Frozen):
    """What a model is for, what it was made from and what it must not be used for."""

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


class Drawing(Frozen):
    """What the report draws: a thinned waveform envelope, the F0 contour and the pauses.

    `peaks` are the largest absolute sample of equal slices of the recording, full scale 1; `f0_times` and
    `f0_hz` hold voiced frames only.
    """

    duration: float
    peaks: tuple[float, ...]
    f0_times: tuple[float, ...] = ()
    f0_hz: tuple[float, ...] = ()
    pauses: tuple[Span, ...] = ()


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
    nothing that could change a number has changed.
    """

    key: str
    recording: Recording
    audio: AudioSummary | None
    transcript: Transcript | None
    features: FeatureTable
    scores: tuple[Score, ...] = ()
    drawing: Drawing | None = None
    models: tuple[ModelUse, ...] = ()
