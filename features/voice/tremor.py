"""Tremor of the voice in a sustained vowel."""

from __future__ import annotations

from math import comb

import numpy as np

from ...data_schemas.feature import Example, Missing, Reason
from ...data_schemas.recording import Task
from ..estimates import Estimate
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.acoustic import VoicedRun
from ..views.blocks import FRAME, Floats

LOWEST, HIGHEST = 2.0, 15.0
"""Frequencies in Hz among which tremor is sought."""

SHORTEST = 1.5
"""Seconds of the shortest voiced run: three cycles of the slowest tremor."""

CHANCE = 0.01
"""Probability, in a contour without rhythm, of a line as strong as the one that is called tremor."""

LEAST = 0.01
"""Semitones that the contour must deviate (root mean square): less is the rounding of the pitch analysis."""

FINE = 8
"""Points of the spectrum between two Fourier frequencies, for reading the peak's place."""

_AT = np.arange(400) * FRAME
QUAVER = (VoicedRun(_AT, 150 * (1 + 0.02 * np.sin(2 * np.pi * 5.3 * _AT))),)


@feature(
    name="voice.tremor_frequency",
    unit="Hz",
    low=0,
    high=None,
    tasks=frozenset([Task.SUSTAINED_VOWEL]),
    definition="Frequency of the strongest modulation of F0 at 2-15 Hz: F0 in semitones over the longest voiced run "
    "(at least 1.5 s), straight trend taken off, Hann window, peak of the spectrum. Missing where no line stands out: "
    "Fisher's test of the largest among the Fourier lines at 2-15 Hz, p < 0.01; where the peak is at the edge; or "
    "where F0 moves by less than 0.01 st.",
    citation="fisher1929 boersma1993",
    example=Example({"voiced": QUAVER}, 5.3, 0.02, "5.3 Hz planted; the trend that is taken off moves it by a hair"),
    version=2,
    invariances=unchanged_by_all_but(),
    settings={"lowest_hz": LOWEST, "highest_hz": HIGHEST, "shortest_s": SHORTEST, "p": CHANCE, "least_st": LEAST},
)
def tremor_frequency(voiced: tuple[VoicedRun, ...]) -> Estimate | Missing:
    longest = max(voiced, key=lambda run: len(run.times), default=None)
    seconds = 0.0 if longest is None else FRAME * len(longest.times)
    if longest is None or seconds < SHORTEST:
        return Missing(Reason.TOO_SHORT, f"voiced run: needs {SHORTEST:g} s, got {seconds:.3g} s")
    contour = _straightened(longest)
    if float(contour.std()) < LEAST:
        return Missing(Reason.UNDEFINED, f"F0 moves by {contour.std():.2g} st, less than {LEAST:g}")
    lines = np.abs(np.fft.rfft(contour)) ** 2
    hz = np.fft.rfftfreq(len(contour), FRAME)
    inside = lines[(hz >= LOWEST) & (hz <= HIGHEST)]
    chance = fisher(inside)
    if chance > CHANCE:
        return Missing(Reason.UNDEFINED, f"no modulation stands out: p is {chance:.2g}")
    found = _peak(contour)
    if not LOWEST < found < HIGHEST:
        return Missing(Reason.UNDEFINED, f"the strongest modulation is at the edge of {LOWEST:g}-{HIGHEST:g} Hz")
    return Estimate(found, len(contour), 0)


def _straightened(run: VoicedRun) -> Floats:
    centred = run.times - run.times.mean()
    values = run.semitones - run.semitones.mean()
    return np.asarray(values - centred * (centred @ values) / (centred @ centred), dtype=np.float64)


def _peak(contour: Floats) -> float:
    size = FINE * len(contour)
    power = np.abs(np.fft.rfft(contour * np.hanning(len(contour)), size)) ** 2
    hz = np.fft.rfftfreq(size, FRAME)
    inside = np.flatnonzero((hz >= LOWEST) & (hz <= HIGHEST))
    return float(hz[inside[np.argmax(power[inside])]])


def fisher(lines: Floats) -> float:
    """Probability that the largest of as many exponential variables is as large a share of their sum (Fisher 1929).

    1 where there is nothing to test.
    """
    total, count = float(lines.sum()), len(lines)
    if count < 2 or total <= 0:
        return 1.0
    share = float(lines.max()) / total
    # Terms beyond the first few are far below the first; alternating sums of huge terms would lose all digits.
    if count * (1 - share) ** (count - 1) < 0.5:
        terms = [
            (-1) ** (k - 1) * comb(count, k) * (1 - k * share) ** (count - 1)
            for k in range(1, min(count, 10) + 1)
            if k * share < 1
        ]
        return float(np.clip(sum(terms), 0, 1))
    return 1.0
