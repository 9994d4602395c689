"""Resonances of the vocal tract in the vowels of the participant's speech."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Audio
from ...data_schemas.feature import Missing, Reason
from ..registry import view
from . import praat
from .acoustic import Contour, VoicedRun
from .blocks import FRAME, Floats, blocks, excerpt, places
from .spans import Spans

WINDOW, PRE_EMPHASIS, NUMBER = 0.025, 50.0, 5
"""Praat's defaults: effective window in seconds, pre-emphasis from this frequency in Hz, formants below the ceiling."""

LOW_VOICE, CEILINGS = 165.0, (5000.0, 5500.0)
"""Median F0 in Hz below which the first ceiling holds, else the second: Praat's advice for men and for women."""


@dataclass(frozen=True, eq=False, slots=True)
class Formants:
    """F1, F2 and F3 in Hz of each vowel-like frame, shape (frames, 3), and the index of the voiced run it is in."""

    hz: Floats
    run: npt.NDArray[np.intp]


@view(size=lambda formants: FRAME * len(formants.hz), size_unit="s")
def formants(
    audio: Audio, heard: Spans, level: float, loudness: Contour, voiced: tuple[VoicedRun, ...]
) -> Formants | Missing:
    """Formants by Burg's method in the louder half of the voiced frames, those without three formants left out.

    Vowels are louder than the other voiced sounds. Needs a sample rate of twice the ceiling.
    """
    if not voiced or not len(loudness):
        return Formants(np.zeros((0, 3)), np.zeros(0, dtype=np.intp))
    ceiling = ceiling_for(np.concatenate([run.hz for run in voiced]))
    if audio.rate < 2 * ceiling:
        return Missing(Reason.UNDEFINED, f"needs a sample rate of {2 * ceiling:g} Hz, got {audio.rate} Hz")
    times, runs = _vowel_like(loudness, voiced)
    hz = np.full((len(times), 3), np.nan)
    for block in blocks(audio, heard):
        inside = np.flatnonzero(places(times, block.spans) >= 0)
        if len(inside):
            sound = praat.Sound.of(excerpt(audio, block, level), audio.rate, 1.0)
            hz[inside] = _burg(sound, times[inside] - block.first / audio.rate, ceiling)
    found = np.isfinite(hz).all(axis=1)
    return Formants(hz[found], runs[found])


def ceiling_for(f0: Floats) -> float:
    """Highest frequency in Hz at which formants of a speaker with this F0 are sought."""
    return CEILINGS[0] if float(np.median(f0)) < LOW_VOICE else CEILINGS[1]


def _vowel_like(loudness: Contour, voiced: tuple[VoicedRun, ...]) -> tuple[Floats, npt.NDArray[np.intp]]:
    times = np.concatenate([run.times for run in voiced])
    runs = np.repeat(np.arange(len(voiced)), [len(run.times) for run in voiced])
    powers = np.interp(times, loudness.times, loudness.values)
    # Frames of a steady voice differ by roundings alone: those must not decide.
    loud = powers >= np.median(powers) * (1 - 1e-6)
    return times[loud], runs[loud]


def _burg(sound: praat.Sound, times: Floats, ceiling: float) -> Floats:
    made = sound.praat.to_formant_burg(
        time_step=FRAME,
        max_number_of_formants=NUMBER,
        maximum_formant=ceiling,
        window_length=WINDOW,
        pre_emphasis_from=PRE_EMPHASIS,
    )
    return np.array([[made.get_value_at_time(number, time) for number in (1, 2, 3)] for time in times])
