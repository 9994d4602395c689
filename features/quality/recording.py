"""Whether a recording can bear its measures: level, clipping, bandwidth, rate, share of speech."""

from __future__ import annotations

import numpy as np

from ...data_schemas.audio import Audio, Span
from ...data_schemas.feature import Example, Missing, Reason
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.signal import BLOCK, LongTermSpectrum, SignalLevels
from ..views.spans import seconds, union

FULL = 0.99
"""Share of full scale from which equal samples in a row are clipping."""

RUN = 3
"""Samples that must stand still together: a clean tone at full scale has two, even at 100 Hz and 48 kHz."""

STILL = 2.0**-15
"""Difference up to which neighbours count as equal: one step of 16-bit sound."""

EDGE = 0.99
"""Share of the energy below the bandwidth."""

PASSED, CUT = (2000.0, 3400.0), (4200.0, 7500.0)
"""Bands in Hz that a telephone line (300-3400 Hz) passes and cuts."""

CUT_SLACK = 2000.0
"""Hz of the upper band that may be missing: sound sampled at 11 025 Hz still holds fricatives."""


def _silence(seconds_: float, rate: int, speech: tuple[Span, ...] = ()) -> Audio:
    return Audio(np.zeros(round(seconds_ * rate), dtype=np.float32), rate, speech=speech)


@feature(
    name="quality.snr",
    unit="dB",
    low=None,
    high=None,
    definition="10 log10(S / N): S the mean square of 20 ms frames of speech, N the median of those at least 50 ms "
    "from speech. Frames of digital silence are left out. Missing without non-speech.",
    citation="itu_p56",
    example=Example(
        {"signal_levels": SignalLevels(np.array([1.0, 3.0, 2.0]), np.array([0.02, 0.01, 5.0]))},
        20.0,
        1e-9,
        "mean 2 over median 0.02 is 100; the cough of 5 does not count",
    ),
    invariances=unchanged_by_all_but("padding"),
    settings={"frame_s": 0.02, "guard_s": 0.05},
)
def snr(signal_levels: SignalLevels) -> float | Missing:
    if not len(signal_levels.speech):
        return Missing(Reason.UNDEFINED, "no speech")
    if not len(signal_levels.rest):
        return Missing(Reason.UNDEFINED, "no sound outside speech")
    return float(10 * np.log10(signal_levels.speech.mean() / np.median(signal_levels.rest)))


@feature(
    name="quality.clipping",
    unit="ratio",
    low=0,
    high=1,
    definition="Clipped samples / samples: those beyond full scale, and those in a row of 3 or more at 0.99 of full "
    "scale or above that differ by at most one 16-bit step. Clipping before a later change of gain is not seen.",
    citation="laguna2016",
    example=Example(
        {"audio": Audio(np.array([0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 1.0, -1.0, -1.0, 0.0], dtype=np.float32), 10)},
        0.3,
        0,
        "one row of three; two in a row may be a clean peak",
    ),
    invariances=unchanged_by_all_but("gain", "padding"),
    settings={"full": FULL, "run": RUN},
)
def clipping(audio: Audio) -> float | Missing:
    if not len(audio.samples):
        return Missing(Reason.UNDEFINED, "no samples")
    return clipped_samples(audio) / len(audio.samples)


def clipped_samples(audio: Audio) -> int:
    """Number of clipped samples; see `quality.clipping`."""
    total = 0
    for start in range(0, len(audio.samples), BLOCK):
        # Rows that cross a border are seen whole from both sides, and each side counts its own samples.
        low, high = max(0, start - RUN), min(len(audio.samples), start + BLOCK + RUN)
        total += int(_clipped(audio.samples[low:high])[start - low : start - low + BLOCK].sum())
    return total


def _clipped(block: np.ndarray[tuple[int], np.dtype[np.float32]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    high = np.abs(block) >= FULL
    found = np.abs(block) > 1
    if not high.any():
        return found
    still = np.zeros(len(block) + 1, dtype=np.int8)
    still[1:-1] = high[1:] & high[:-1] & (np.abs(np.diff(block)) <= STILL)
    edges = np.flatnonzero(np.diff(still, prepend=0))
    for first, last in edges.reshape(-1, 2):
        # Links first..last-1 join samples first-1..last-1.
        if last - first + 1 >= RUN:
            found[first - 1 : last] = True
    return found


@feature(
    name="quality.bandwidth",
    unit="Hz",
    low=0,
    high=None,
    needs={"long_term_spectrum": 1},
    definition="Frequency below which 99 % of the energy of the long-term spectrum lies, between bins by linear "
    "interpolation: reveals telephone lines and low-rate codecs.",
    citation="peeters2011",
    example=Example(
        {
            "long_term_spectrum": LongTermSpectrum(
                np.array([0.0, 100.0, 200.0, 300.0]), np.array([0.0, 50.0, 48.0, 2.0])
            )
        },
        250.0,
        1e-9,
        "98 % up to 200 Hz, and half of the last 2 % reaches 99 %",
    ),
    invariances=unchanged_by_all_but("padding"),
)
def bandwidth(long_term_spectrum: LongTermSpectrum) -> float | Missing:
    energy = np.cumsum(long_term_spectrum.power)
    if not energy[-1] > 0:
        return Missing(Reason.UNDEFINED, "digital silence")
    return float(np.interp(EDGE * energy[-1], energy, long_term_spectrum.frequencies))


def band_drop(spectrum: LongTermSpectrum) -> float:
    """Decibels by which mean power falls from 2-3.4 kHz to 4.2-7.5 kHz: large where a telephone cut the sound.

    Infinite when the sample rate leaves nothing up there. Unlike the bandwidth it does not depend on how much
    of the energy sits in the vowels: it is -1 to 18 dB for 15 clips of full-band speech, 90 dB and more for the same
    sent through 8 kHz, and 20-40 dB when noise 60 dB below the peak fills the gap again.
    """
    frequencies, power = spectrum.frequencies, spectrum.power
    passed = power[(frequencies >= PASSED[0]) & (frequencies < PASSED[1])]
    cut = power[(frequencies >= CUT[0]) & (frequencies < CUT[1])]
    if frequencies[-1] < CUT[1] - CUT_SLACK or not passed.any():
        return float("inf")
    return float(10 * np.log10(passed.mean() / max(cut.mean(), 1e-12 * passed.mean())))


@feature(
    name="quality.sample_rate",
    unit="Hz",
    low=0,
    high=None,
    definition="Samples per second of the file, before any resampling.",
    citation="definition",
    example=Example({"audio": _silence(0.01, 16_000)}, 16_000, 0, "as stored"),
    invariances=unchanged_by_all_but(),
)
def sample_rate(audio: Audio) -> float:
    return float(audio.rate)


@feature(
    name="quality.speech_share",
    unit="ratio",
    low=0,
    high=1,
    definition="Seconds of voice activity, of any speaker, over seconds of recording.",
    citation="silero2024",
    example=Example({"audio": _silence(10, 100, (Span(1, 3), Span(6, 8.5)))}, 0.45, 1e-12, "4.5 s of speech in 10 s"),
    invariances=unchanged_by_all_but("padding"),
)
def speech_share(audio: Audio) -> float | Missing:
    if audio.speech is None:
        return Missing(Reason.UNDEFINED, "voice activity was not looked for")
    if not len(audio.samples):
        return Missing(Reason.UNDEFINED, "no samples")
    return min(1.0, seconds(union(audio.speech)) / audio.duration)
