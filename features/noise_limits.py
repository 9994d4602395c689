"""How much noise each group of speech measures bears, read from benchmarks/results/sensitivity.md.

A value is given down to the SNR at which, over real recordings with pink noise added, it has moved by about a quarter
(or 2.5 dB), and is missing below (recording_too_noisy). `advised` is where it has moved by about a tenth (1 dB):
values below that should not be compared with those of quieter recordings.
"""

from __future__ import annotations

from typing import NamedTuple


class Bears(NamedTuple):
    """Least and advised signal-to-noise ratio in dB."""

    least: float
    advised: float

    def needs(self, **more: float) -> dict[str, float]:
        """A spec's `needs` with this one among them."""
        return {**more, "signal_to_noise": self.least}

    @property
    def settings(self) -> dict[str, float | str]:
        """What a spec tells of it."""
        return {"advised_snr_db": self.advised}


PITCH = Bears(5, 10)
INTENSITY_SPREAD = Bears(15, 20)
JITTER = Bears(10, 15)
SHIMMER = Bears(15, 20)
HARMONICITY = Bears(15, 20)
CEPSTRUM = Bears(15, 30)
SOURCE = Bears(5, 15)
FORMANTS = Bears(5, 15)
SPECTRUM = Bears(15, 30)
