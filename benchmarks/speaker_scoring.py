"""Diarisation error: speech that is missed, invented, or given to the wrong speaker, as a share of all speech."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FRAME = 0.01
"""Seconds."""

Stretch = tuple[str, float, float]


class Error(NamedTuple):
    """Seconds of speech in the reference, missed, false and confused; speakers in the reference and found."""

    speech: float
    missed: float
    false: float
    confused: float
    speakers: int
    found: int

    @property
    def rate(self) -> float:
        """The diarisation error rate, as a share."""
        return (self.missed + self.false + self.confused) / self.speech if self.speech else 0.0


def diarisation_error(truth: Iterable[Stretch], found: Iterable[Stretch], duration: float, collar: float) -> Error:
    """Diarisation error as NIST defines it (md-eval), overlapping speech included.

    Parameters
    ----------
    truth, found : iterable of (speaker, start, end)
        Seconds; stretches of different speakers may overlap.
    duration : float
        Seconds of the recording.
    collar : float
        Seconds before and after each boundary of the reference that are not scored.
    """
    from scipy.optimize import linear_sum_assignment

    reference, names = _frames(truth, duration)
    system, others = _frames(found, duration)
    scored = _scored(truth, reference.shape[1], collar)
    reference, system = reference[:, scored], system[:, scored]
    shared = reference.astype(float) @ system.T.astype(float)
    rows, columns = linear_sum_assignment(-shared) if shared.size else ((), ())
    correct = np.zeros(reference.shape[1], dtype=int)
    for row, column in zip(rows, columns, strict=True):
        correct += reference[row] & system[column]
    wanted, got = reference.sum(axis=0), system.sum(axis=0)
    return Error(
        speech=float(wanted.sum()) * FRAME,
        missed=float(np.maximum(wanted - got, 0).sum()) * FRAME,
        false=float(np.maximum(got - wanted, 0).sum()) * FRAME,
        confused=float((np.minimum(wanted, got) - correct).sum()) * FRAME,
        speakers=len(names),
        found=len(others),
    )


def _frames(stretches: Iterable[Stretch], duration: float) -> tuple[npt.NDArray[np.bool_], list[str]]:
    listed = list(stretches)
    names = sorted({speaker for speaker, _, _ in listed})
    frames = np.zeros((len(names), round(duration / FRAME)), dtype=np.bool_)
    for speaker, start, end in listed:
        frames[names.index(speaker), round(start / FRAME) : round(end / FRAME)] = True
    return frames, names


def _scored(truth: Iterable[Stretch], count: int, collar: float) -> npt.NDArray[np.bool_]:
    scored = np.ones(count, dtype=np.bool_)
    for _, start, end in truth if collar else ():
        for edge in (start, end):
            scored[max(0, round((edge - collar) / FRAME)) : round((edge + collar) / FRAME)] = False
    return scored


def most_talk(stretches: Sequence[Stretch]) -> str | None:
    """Who speaks longest; None where nobody does."""
    total: dict[str, float] = {}
    for speaker, start, end in stretches:
        total[speaker] = total.get(speaker, 0.0) + end - start
    return max(total, key=lambda speaker: total[speaker]) if total else None
