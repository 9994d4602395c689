"""Praat's analyses of one block, through parselmouth, with a silence threshold that no click can move.

Praat calls a frame silent relative to the highest peak of the sound it is given. Here the reference is the level
of the participant's speech: the threshold handed to Praat is scaled by reference / peak, which gives exactly
what Praat gives for a sound whose highest peak is the reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .blocks import FRAME, Floats

if TYPE_CHECKING:
    import parselmouth

SHORTEST, LONGEST, PERIOD_FACTOR = 0.0001, 0.02, 1.3
"""Praat's default bounds of a glottal period in seconds, and the largest ratio of neighbouring periods."""

SILENCE_PITCH, SILENCE_HNR = 0.03, 0.1
"""Praat's default silence thresholds."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A block as Praat's sound, with what its silence threshold is scaled by."""

    praat: parselmouth.Sound
    scale: float

    @classmethod
    def of(cls, samples: Floats, rate: int, reference: float) -> Sound:
        """Make one from samples and the peak that stands for the speech."""
        import parselmouth

        peak = float(np.abs(samples - samples.mean()).max())
        return cls(parselmouth.Sound(samples, sampling_frequency=rate), reference / peak if peak > 0 else 1.0)

    @property
    def seconds(self) -> float:
        """Duration."""
        return float(self.praat.duration)


def pitch(sound: Sound, floor: float, ceiling: float) -> parselmouth.Pitch:
    """F0 by autocorrelation (Boersma 1993), Praat's default costs, every 10 ms."""
    return sound.praat.to_pitch_ac(
        time_step=FRAME,
        pitch_floor=floor,
        pitch_ceiling=ceiling,
        silence_threshold=SILENCE_PITCH * sound.scale,
    )


def contour(made: parselmouth.Pitch) -> tuple[Floats, Floats]:
    """Frame times in the block, and F0 in Hz, NaN where unvoiced."""
    hz = made.selected_array["frequency"].astype(np.float64)
    return made.xs(), np.where(hz > 0, hz, np.nan)


def strengths(made: parselmouth.Pitch) -> Floats:
    """Autocorrelation of each frame's F0, 0 to 1; 0 where unvoiced."""
    found = made.selected_array
    return np.where(found["frequency"] > 0, found["strength"], 0.0)


def pulses(sound: Sound, made: parselmouth.Pitch) -> tuple[Floats, Floats, Floats]:
    """Times of glottal pulses, and the times and amplitudes of those that lie between two sound periods."""
    from parselmouth.praat import call

    points = call([sound.praat, made], "To PointProcess (cc)")
    if call(points, "Get number of points") < 3:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    times = call(points, "To Matrix").values[0]
    tier = call([points, sound.praat], "To AmplitudeTier (period)", 0, 0, SHORTEST, LONGEST, PERIOD_FACTOR)
    table = _table(tier)
    return times, table[:, 0], table[:, 1]


def _table(tier: Any) -> Floats:
    from parselmouth import PraatError
    from parselmouth.praat import call

    try:
        return np.asarray(call(call(tier, "Down to TableOfReal"), "To Matrix").values)
    except PraatError:  # a tier without points makes no table
        return np.zeros((0, 2))


def harmonicity(sound: Sound, floor: float) -> tuple[Floats, Floats]:
    """Frame times in the block, and the harmonics-to-noise ratio in dB by cross-correlation, NaN where silent."""
    made = sound.praat.to_harmonicity_cc(
        time_step=FRAME, minimum_pitch=floor, silence_threshold=SILENCE_HNR * sound.scale, periods_per_window=1.0
    )
    db = made.values[0]
    return made.xs(), np.where(db > -199, db, np.nan)


def intensity(sound: Sound, floor: float) -> tuple[Floats, Floats]:
    """Frame times in the block, and mean square of the samples (full scale 1), 0 in digital silence.

    The window is Praat's: a Kaiser window of 6.4 / `floor` seconds, the mean in it taken off.
    """
    if sound.seconds < 6.4 / floor:
        return np.zeros(0), np.zeros(0)
    made = sound.praat.to_intensity(minimum_pitch=floor, time_step=FRAME, subtract_mean=True)
    db = made.values[0]
    # Praat's reference is 2e-5 Pa, and -300 dB stands for nothing at all.
    return made.xs(), np.where(db > -299, 10 ** (db / 10) * 4e-10, 0.0)
