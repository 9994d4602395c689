"""How long the recording is."""

from __future__ import annotations

import numpy as np

from ...data_schemas.audio import Audio
from ...data_schemas.feature import Example
from ..invariances import unchanged_by_all_but
from ..registry import feature


@feature(
    name="timing.recording_duration",
    unit="s",
    low=0,
    high=None,
    definition="Samples / sample rate.",
    citation="roark2011",
    example=Example({"audio": Audio(np.zeros(4000, np.float32), 8000)}, 0.5, 0, "4000 samples at 8 kHz"),
    invariances=unchanged_by_all_but("padding"),
)
def recording_duration(audio: Audio) -> float:
    return audio.duration
