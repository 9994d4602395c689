"""Syllables found in the signal alone."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import Example, Missing
from ..estimates import Estimate, pooled
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.acoustic import Contour, VoicedRun
from ..views.blocks import FRAME, Floats
from ..views.speech import PAUSE, Run

DIP = 2.0
"""Decibels by which intensity must rise to a nucleus and fall after it."""

FAINTEST = 25.0
"""Decibels below the 99th percentile of intensity under which a peak is no nucleus."""

_AT = np.arange(100) * 0.01
# Two cycles a second between -10 and -20 dB, wholly voiced.
_BEATS = Contour(_AT, 10 ** (-1.5 - 0.5 * np.cos(2 * np.pi * 2 * _AT)), np.zeros(100, dtype=np.intp))


@feature(
    name="timing.articulation_rate_acoustic",
    unit="syll/s",
    low=0,
    high=None,
    needs={"speech": 5},
    definition="Syllable nuclei / phonation_time, without a transcript: voiced peaks of intensity (128 ms window) that "
    "rise and fall by at least 2 dB and lie no more than 25 dB below the 99th percentile.",
    citation="dejong2009",
    example=Example(
        {"envelope": _BEATS, "voiced": (VoicedRun(_AT, np.full(100, 120.0)),), "runs": (Run(0.0, 1.0),)},
        2,
        1e-9,
        "two peaks in a second",
    ),
    version=2,
    invariances=unchanged_by_all_but(),
    settings={"dip_db": DIP, "faintest_db": FAINTEST, "minimum_pause_s": PAUSE},
)
def articulation_rate_acoustic(
    envelope: Contour, voiced: tuple[VoicedRun, ...], runs: tuple[Run, ...]
) -> Estimate | Missing:
    at = nuclei(envelope, voiced)
    bounds = np.array([(run.start, run.end) for run in runs]).reshape(-1, 2)
    counts = np.diff(np.searchsorted(at, bounds), axis=1)[:, 0]
    return pooled(
        [counts, np.diff(bounds, axis=1)[:, 0]], lambda a, b: a / b, n=int(counts.sum()), what="phonation_time"
    )


def nuclei(envelope: Contour, voiced: tuple[VoicedRun, ...]) -> Floats:
    """Times of syllable nuclei in seconds."""
    sounding = envelope.values > 0
    if not sounding.any():
        return np.zeros(0)
    levels = np.full(len(envelope), -np.inf)
    levels[sounding] = 10 * np.log10(envelope.values[sounding])
    faintest = np.percentile(levels[sounding], 99) - FAINTEST
    edges = np.flatnonzero(np.diff(envelope.times) > 1.5 * FRAME) + 1
    pieces = zip(np.split(envelope.times, edges), np.split(levels, edges), strict=True)
    found = [times[at] for times, piece in pieces for at in _peaks(piece) if piece[at] >= faintest]
    voiced_times = np.concatenate([np.zeros(0), *(run.times for run in voiced)])
    return np.array([at for at in found if _near(at, voiced_times)])


def _near(time: float, times: Floats) -> bool:
    place = int(np.searchsorted(times, time))
    return any(abs(other - time) <= FRAME for other in times[max(0, place - 1) : place + 1])


def _peaks(levels: Floats) -> list[int]:
    """Places of the maxima between which levels fall and rise by at least 2 dB; the ends count as silent."""
    found: list[int] = []
    rising, best, lowest = True, 0, 0
    for place, level in enumerate(levels):
        if rising:
            if level > levels[best]:
                best = place
            elif level <= levels[best] - DIP:
                found.append(best)
                rising, lowest = False, place
        elif level < levels[lowest]:
            lowest = place
        elif level >= levels[lowest] + DIP:
            rising, best = True, place
    return [*found, best] if rising and len(levels) else found
