"""Resonances of the vocal tract in the participant's voiced speech."""

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
    """Formants of voiced frames.

    Attributes
    ----------
    hz : ndarray, shape (frames, 3)
        F1, F2 and F3.
    run : ndarray of int, shape (frames,)
        Which voiced run each frame is in.
    times, f0 : ndarray, shape (frames,)
        Seconds from the start of the recording, and F0 in Hz.
    """

    hz: Floats
    run: npt.NDArray[np.intp]
    times: Floats
    f0: Floats

    def __getitem__(self, kept: npt.NDArray[np.bool_]) -> Formants:
        return Formants(self.hz[kept], self.run[kept], self.times[kept], self.f0[kept])


def _seconds(formants: Formants) -> float:
    return FRAME * len(formants.hz)


@view(size=_seconds, size_unit="s")
def formant_tracks(audio: Audio, heard: Spans, level: float, voiced: tuple[VoicedRun, ...]) -> Formants | Missing:
    """Formants by Burg's method in every voiced frame, those without three formants left out.

    Needs a sample rate of twice the ceiling.
    """
    if not voiced:
        return Formants(np.zeros((0, 3)), np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0))
    times, f0 = (np.concatenate([getattr(run, name) for run in voiced]) for name in ("times", "hz"))
    runs = np.repeat(np.arange(len(voiced)), [len(run.times) for run in voiced])
    ceiling = ceiling_for(f0)
    if audio.rate < 2 * ceiling:
        return Missing(Reason.UNDEFINED, f"needs a sample rate of {2 * ceiling:g} Hz, got {audio.rate} Hz")
    hz = np.full((len(times), 3), np.nan)
    for block in blocks(audio, heard):
        inside = np.flatnonzero(places(times, block.spans) >= 0)
        if len(inside):
            sound = praat.Sound.of(excerpt(audio, block, level), audio.rate, 1.0)
            hz[inside] = burg(sound, times[inside] - block.first / audio.rate, ceiling)
    return Formants(hz, runs, times, f0)[np.isfinite(hz).all(axis=1)]


@view(size=_seconds, size_unit="s")
def formants(loudness: Contour, voiced: tuple[VoicedRun, ...], formant_tracks: Formants) -> Formants:
    """Formants in the louder half of the voiced frames: vowels are louder than the other voiced sounds."""
    if not voiced or not len(loudness):
        return formant_tracks[np.zeros(len(formant_tracks.run), dtype=bool)]
    powers = np.interp(np.concatenate([run.times for run in voiced]), loudness.times, loudness.values)
    found = np.interp(formant_tracks.times, loudness.times, loudness.values)
    # Frames of a steady voice differ by roundings alone: those must not decide.
    return formant_tracks[found >= np.median(powers) * (1 - 1e-6)]


def ceiling_for(f0: Floats) -> float:
    """Highest frequency in Hz at which formants of a speaker with this F0 are sought."""
    return CEILINGS[0] if float(np.median(f0)) < LOW_VOICE else CEILINGS[1]


def burg(sound: praat.Sound, times: Floats, ceiling: float, step: float = FRAME) -> Floats:
    """F1, F2 and F3 in Hz at `times` of a block, shape (times, 3), NaN where Praat finds none."""
    made = sound.praat.to_formant_burg(
        time_step=step,
        max_number_of_formants=NUMBER,
        maximum_formant=ceiling,
        window_length=WINDOW,
        pre_emphasis_from=PRE_EMPHASIS,
    )
    found = [[made.get_value_at_time(number, time) for number in (1, 2, 3)] for time in times]
    return np.array(found, dtype=np.float64).reshape(-1, 3)
