"""The frozen types that stages hand to each other, and the tables they are written to."""

from .audio import Audio, AudioSummary, Flag, Span
from .base import Frozen
from .errors import Code, LaliaError
from .feature import (
    INVARIANCES,
    UNITS,
    Example,
    FeatureSpec,
    FeatureTable,
    FeatureValue,
    Measured,
    Missing,
    Reason,
)
from .language import base_language
from .recording import Manifest, Recording, Rejected, Task
from .result import Assessment, Contribution, Drawing, ModelCard, ModelUse, Score
from .sample import ContentUnit, Parse, Sample, Stimulus, Token
from .settings import Limits, Settings
from .transcript import Kind, ParticipantChoice, Phone, Speaker, TimeSource, Transcript, Utterance, Word
from .transition import ExpertUse, Transition
from .tree import Tree

__all__ = [
    "INVARIANCES",
    "UNITS",
    "Assessment",
    "Audio",
    "AudioSummary",
    "Code",
    "ContentUnit",
    "Contribution",
    "Drawing",
    "Example",
    "ExpertUse",
    "FeatureSpec",
    "FeatureTable",
    "FeatureValue",
    "Flag",
    "Frozen",
    "Kind",
    "LaliaError",
    "Limits",
    "Manifest",
    "Measured",
    "Missing",
    "ModelCard",
    "ModelUse",
    "Parse",
    "ParticipantChoice",
    "Phone",
    "Reason",
    "Recording",
    "Rejected",
    "Sample",
    "Score",
    "Settings",
    "Span",
    "Speaker",
    "Stimulus",
    "Task",
    "TimeSource",
    "Token",
    "Transcript",
    "Transition",
    "Tree",
    "Utterance",
    "Word",
    "base_language",
]
