"""What a sustained vowel shows: how long it lasts and how often the voice breaks."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import Example, Missing, Reason
from ...data_schemas.recording import Task
from ..estimates import Estimate
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.acoustic import Contour, VoicedRun, Voicing
from ..views.blocks import FRAME

LONGEST_GAP = 1.25 / 75
"""Seconds between pulses beyond which Praat's voice report counts a break (16.67 ms)."""

_NONE = np.zeros(0)
BROKEN = Voicing(
    Contour(_NONE, _NONE, np.zeros(0, dtype=np.intp)), 75, 150,
    np.concatenate([np.arange(51) * 0.01, 0.6 + np.arange(41) * 0.01]), _NONE, _NONE,
)  # fmt: skip


@feature(
    name="voice.voice_breaks",
    unit="ratio",
    low=0,
    high=1,
    tasks=frozenset([Task.SUSTAINED_VOWEL]),
    definition="Degree of voice breaks: summed gaps of more than 16.67 ms between glottal pulses / time from the first "
    "pulse to the last.",
    citation="boersma2001",
    example=Example({"voicing": BROKEN}, 0.1, 1e-9, "one gap of 0.1 s in 1 s"),
    version=2,
    invariances=unchanged_by_all_but(),
    settings={"longest_gap_s": LONGEST_GAP},
)
def voice_breaks(voicing: Voicing) -> Estimate | Missing:
    if len(voicing.pulses) < 2:
        return Missing(Reason.UNDEFINED, f"glottal pulses: needs 2, got {len(voicing.pulses)}")
    gaps = np.diff(voicing.pulses)
    return Estimate(float(gaps[gaps > LONGEST_GAP].sum() / gaps.sum()), len(voicing.pulses), 0)


@feature(
    name="voice.maximum_phonation_time",
    unit="s",
    low=0,
    high=None,
    tasks=frozenset([Task.SUSTAINED_VOWEL]),
    definition="Longest voiced run: consecutive voiced frames of 10 ms.",
    citation="boersma1993",
    example=Example(
        {
            "voiced": (
                VoicedRun(np.arange(200) * 0.01, np.full(200, 100.0)),
                VoicedRun(np.arange(50) + 3.0, np.full(50, 100.0)),
            )
        },
        2.0,
        1e-9,
        "200 frames",
    ),
    version=2,
    invariances=unchanged_by_all_but(),
)
def maximum_phonation_time(voiced: tuple[VoicedRun, ...]) -> Estimate | Missing:
    if not voiced:
        return Missing(Reason.UNDEFINED, "no voiced frame")
    return Estimate(FRAME * max(len(run.times) for run in voiced), len(voiced), 0)
