"""Voice activity: where in a recording somebody speaks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Samples, Span
from ..resample import RATE
from .edges import refine
from .evidence import STEP, Evidence, anew, at_steps, gather
from .silero import FRAME

Heard = npt.NDArray[np.float32]

ONSET, OFFSET = 0.5, 0.5
"""Probabilities at which speech begins and ends. With the usual 0.35 for its end the detector's hang-over swallows
pauses of 250 ms in noise (23 of 300 at 10 dB, against 2); levels at the edges undo what 0.5 cuts too early."""

MIN_SILENCE = 0.10
"""Seconds: shorter silences are stop closures and joined. Whisper's usual 2 s would hide three pauses in four."""

MIN_SPEECH = 0.09
"""Seconds: shorter sounds are clicks; a short syllable lasts 0.1 s."""


ABOVE_FLOOR = 15.0
"""Decibels above the local noise at which a sound the detector doubts may still be speech: whispers, soft voices."""

DOUBTED, GLIMPSED = 0.15, 0.25
"""Mean and greatest probability of such a sound. Measured: they let in three whispered clips (95 % of the time in
words; none without) and falsetto, and none of breaths, typing, music, applause, tones and steady noise."""

MIN_DOUBTED = 0.12
"""Seconds: shorter sounds are only speech if the detector says so itself."""

MIN_ANEW, TOGETHER = 0.6, 0.5
"""Seconds of sound, and of what may lie between its parts, that the detector, not believing in it, hears once more with
nothing before it. A cough is shorter (0.5 s), and is half believed in then."""

Again = Callable[[float, float], Heard]
"""Gives the detector's probabilities between two times when it has heard nothing before."""


def speech_spans(samples: Samples, rate: int) -> tuple[Span, ...]:
    """Stretches of speech, of any speaker, whispered or not, without padding.

    What the detector finds in the recording as it is or with its level evened out, and sounds well above the local
    noise that it half believes in, at once or heard by themselves. Of 180 spliced pauses of 0.25-2 s between synthetic
    phrases, clean and in pink noise of 20 and 10 dB, 178 are found and none is invented; the median error of their
    length is 4, 2 and 71 ms (benchmarks/results/vad.md; a part is repeated in tests/test_vad.py). Coughs are mostly
    taken for speech, and so are other people's voices less than 20 dB below the speaker's.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        At any rate and of any length; may be a memory map, which is read in blocks.
    rate : int
        Samples per second.

    Returns
    -------
    tuple of Span
        In order and disjoint, inside the recording, each edge at a sample; empty where nobody speaks.
    """
    duration = len(samples) / rate
    evidence = gather(samples, rate)
    sure = _spans(evidence.probability, duration)

    ends = [0.0, *(span.end for span in sure)]

    def again(start: float, end: float) -> Heard:
        return anew(evidence, samples, rate, start, end, after=ends[bisect_right(ends, start + STEP) - 1])

    doubted = _doubted(evidence, sure, duration, again)
    rough = _joined(_merged(sure, doubted))
    return tuple(_at_samples(span, rate) for span in _joined(refine(samples, rate, rough)))


def _doubted(evidence: Evidence, sure: tuple[Span, ...], duration: float, again: Again) -> list[Span]:
    """Sounds that stand out of the noise, outside the sure spans, and that the detector half believes in."""
    count = len(evidence.level)
    loud = evidence.level > evidence.floor + ABOVE_FLOOR
    _close(loud, round(MIN_SILENCE / STEP) - 1)
    for span in sure:
        loud[round(span.start / STEP) : round(span.end / STEP)] = False
    probability = at_steps(evidence.probability, count)
    runs = [run for run in _runs(loud) if (run[1] - run[0]) * STEP >= MIN_DOUBTED]
    found = [run for run in runs if _half_believed(probability[slice(*run)])]
    believed = set(found)
    for group in _groups([run for run in runs if run not in believed]):
        if sum(last - first for first, last in group) * STEP >= MIN_ANEW:
            begin = group[0][0]
            heard = at_steps(again(begin * STEP, group[-1][1] * STEP), group[-1][1] - begin)
            if _half_believed(np.concatenate([heard[first - begin : last - begin] for first, last in group])):
                found += group
    return [Span(first * STEP, min(last * STEP, duration)) for first, last in sorted(found)]


def _groups(runs: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Runs with less than `TOGETHER` between them."""
    groups: list[list[tuple[int, int]]] = []
    for run in runs:
        if groups and (run[0] - groups[-1][-1][1]) * STEP < TOGETHER:
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _half_believed(heard: Heard) -> bool:
    return bool(len(heard) and heard.mean() >= DOUBTED and heard.max() >= GLIMPSED)


def _runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _close(mask: npt.NDArray[np.bool_], most: int) -> None:
    """Fill gaps of up to `most` between what is set."""
    for first, last in _runs(~mask):
        if last - first <= most and first > 0 and last < len(mask):
            mask[first:last] = True


def _merged(one: tuple[Span, ...], other: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted([*one, *other]):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def _at_samples(span: Span, rate: int) -> Span:
    return Span(round(span.start * rate) / rate, round(span.end * rate) / rate)


def _spans(probability: npt.NDArray[np.float32], duration: float) -> tuple[Span, ...]:
    """Hysteresis: speech from the first frame at ONSET to the first below OFFSET that MIN_SILENCE follows."""
    step = FRAME / RATE
    found: list[Span] = []
    start: int | None = None
    quiet: int | None = None
    for index, value in enumerate(probability.tolist()):
        if start is None:
            start = index if value >= ONSET else None
        elif value >= OFFSET:
            quiet = None
        else:
            quiet = index if quiet is None else quiet
            if (index - quiet + 1) * step >= MIN_SILENCE - step:
                found.append(Span(start * step, quiet * step))
                start = quiet = None
    if start is not None:
        found.append(Span(start * step, duration))
    return tuple(span for span in found if span.end - span.start >= MIN_SPEECH)


def _joined(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start - joined[-1].end < MIN_SILENCE:
            joined[-1] = Span(joined[-1].start, span.end)
        elif span.end > span.start:
            joined.append(span)
    return tuple(joined)


__all__ = ["MIN_SILENCE", "MIN_SPEECH", "OFFSET", "ONSET", "speech_spans"]
