"""Formants in the middle of the participant's vowels, where alignment says which vowel was said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Audio
from ...data_schemas.feature import Missing, Reason
from ...data_schemas.transcript import Phone
from ..registry import view
from . import praat
from .acoustic import VoicedRun
from .blocks import FRAME, Floats, between, limited, places
from .formants import burg, ceiling_for
from .spans import Spans

MONOPHTHONGS = frozenset("AA AE AH AO EH ER IH IY UH UW".split())

SHORTEST = 0.05
"""Seconds of the shortest vowel that is measured: its middle would be all transition."""

CEILINGS = {5000.0: (4500.0, 5000.0, 5500.0), 5500.0: (5000.0, 5500.0, 6000.0, 6500.0)}
"""Highest frequencies in Hz among which the speaker's is chosen (after Escudero and others 2009), for low and for high
voices: those of `ceiling_for` and their neighbours."""

WORTH = 0.9
"""Another ceiling than that of `ceiling_for` is taken where it brings the spread to this share or less."""

CHOOSING, ENOUGH = 200, 20
"""Most vowels by which the ceiling is chosen, and fewest."""

STEADY = (1.25, 1.15)
"""Largest ratio of F1, and of F2, among three frames in the middle; more is an error of tracking."""

RANGE = np.array([[150.0, 1300.0], [500.0, 3500.0]])
"""F1 and F2 in Hz that vowels can have."""

OUTLYING, FEWEST, CLOSE = 3.5, 5, 0.03
"""Robust standard deviations from a vowel's median beyond which a token is left out, if the vowel has at least five
tokens; the deviation counts as 3 % at least."""


@dataclass(frozen=True, eq=False, slots=True)
class Vowels:
    """Monophthongs that could be measured: symbols, F1 and F2 in Hz of shape (vowels, 2), and the ceiling used."""

    symbols: npt.NDArray[np.str_]
    hz: Floats
    ceiling: float

    def of(self, symbol: str) -> npt.NDArray[np.bool_]:
        """Which are this vowel."""
        return np.asarray(self.symbols == symbol)


@view(size=lambda vowels: float(len(vowels.symbols)), size_unit="vowels")
def vowels(
    audio: Audio, heard: Spans, level: float, voiced: tuple[VoicedRun, ...], phones: tuple[Phone, ...]
) -> Vowels | Missing:
    """F1 and F2 at the middle of the participant's monophthongs, by Burg's method under the speaker's own ceiling.

    The ceiling is that of `ceiling_for`, unless tokens of one vowel differ clearly less under another near it. Left
    out are vowels of less than 50 ms, those unvoiced in the middle, and errors of tracking: formants that jump within
    20 ms or lie far from the others of their vowel.
    """
    times = np.concatenate([np.zeros(0), *(run.times for run in voiced)])
    kept = [phone for phone in phones if phone.text in MONOPHTHONGS and phone.end - phone.start >= SHORTEST]
    middles = np.array([(phone.start + phone.end) / 2 for phone in kept])
    usable = (places(middles, heard) >= 0) & _near(middles, times)
    symbols, middles = np.array([phone.text for phone in kept], dtype=np.str_)[usable], middles[usable]
    if not len(middles):
        return Vowels(symbols, np.zeros((0, 2)), float("nan"))
    low = 2 * min(CEILINGS[5000.0])
    if audio.rate < low:
        return Missing(Reason.UNDEFINED, f"needs a sample rate of {low:g} Hz, got {audio.rate} Hz")
    voice = ceiling_for(np.concatenate([run.hz for run in voiced]))
    ceiling = _ceiling(audio, level, symbols, middles, voice)
    hz = _middle(audio, level, middles, ceiling)
    sound = np.isfinite(hz).all(axis=1)
    symbols, hz = symbols[sound], hz[sound]
    alike = ~_outlying(symbols, hz)
    return Vowels(symbols[alike], hz[alike], ceiling)


def _near(middles: Floats, times: Floats) -> npt.NDArray[np.bool_]:
    if not len(times) or not len(middles):
        return np.zeros(len(middles), dtype=bool)
    after = np.clip(np.searchsorted(times, middles), 1, max(1, len(times) - 1))
    pairs = np.stack([times[after - 1], times[np.minimum(after, len(times) - 1)]])
    return np.asarray(np.abs(pairs - middles).min(axis=0) <= FRAME)


def _middle(audio: Audio, level: float, middles: Floats, ceiling: float) -> Floats:
    """F1 and F2 of each vowel, median of three frames 10 ms apart; NaN where they jump or cannot be."""
    found = np.array([_frames(audio, level, middle, ceiling) for middle in middles])[:, :, :2]
    ratio = found.max(axis=1) / found.min(axis=1)
    hz = np.median(found, axis=1)
    good = (ratio <= STEADY).all(axis=1) & ((hz >= RANGE[:, 0]) & (hz <= RANGE[:, 1])).all(axis=1)
    return np.where(good[:, None], hz, np.nan)


def _frames(audio: Audio, level: float, middle: float, ceiling: float) -> Floats:
    # Praat's window is 50 ms from end to end; a little more on both sides holds the three frames.
    start = max(0.0, middle - 0.06)
    samples = limited(between(audio, start, middle + 0.06), level)
    sound = praat.Sound.of(samples, audio.rate, 1.0)
    begun = round(start * audio.rate) / audio.rate
    return burg(sound, middle - begun + np.array([-FRAME, 0.0, FRAME]), ceiling)


def _ceiling(audio: Audio, level: float, symbols: npt.NDArray[np.str_], middles: Floats, voice: float) -> float:
    """The ceiling under which logarithms of F1 and F2 vary least within vowels; `voice`'s own with too few vowels."""
    chosen = np.unique(np.linspace(0, len(middles) - 1, min(CHOOSING, len(middles))).astype(int))
    counts = {name: int((symbols[chosen] == name).sum()) for name in np.unique(symbols[chosen])}
    chosen = np.array([at for at in chosen if counts[symbols[at]] >= 3], dtype=int)
    possible = [ceiling for ceiling in CEILINGS[voice] if audio.rate >= 2 * ceiling] or [audio.rate / 2]
    usual = min(voice, possible[-1])
    if len(chosen) < ENOUGH:
        return usual
    costs = {hz: _spread(symbols[chosen], _middle(audio, level, middles[chosen], hz)) for hz in possible}
    best = min(possible, key=costs.__getitem__)
    return best if costs[best] <= WORTH * costs[usual] else usual


def _spread(symbols: npt.NDArray[np.str_], hz: Floats) -> float:
    """Median absolute deviation of log F1 and log F2 from their vowel's median, summed; a token lost counts as far."""
    logs = np.log(hz)
    away = np.full(hz.shape, np.nan)
    for name in np.unique(symbols):
        rows = symbols == name
        if np.isfinite(logs[rows, 0]).any():
            away[rows] = np.abs(logs[rows] - np.nanmedian(logs[rows], axis=0))
    return float(np.median(np.nan_to_num(away, nan=1.0), axis=0).sum())


def _outlying(symbols: npt.NDArray[np.str_], hz: Floats) -> npt.NDArray[np.bool_]:
    logs, found = np.log(hz), np.zeros(len(hz), dtype=bool)
    for name in np.unique(symbols):
        rows = symbols == name
        if rows.sum() >= FEWEST:
            away = np.abs(logs[rows] - np.median(logs[rows], axis=0))
            # 1.4826 median deviations are a standard deviation where values are normal.
            scale = np.maximum(1.4826 * np.median(away, axis=0), CLOSE)
            found[rows] = (away > OUTLYING * scale).any(axis=1)
    return found
