"""The likeliest way through a graph for a stretch of sound: an exact Viterbi search, with no beam to fail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .acoustic import STATES, AcousticModel, Scores
from .graph import ANYTHING, Graph

MISFIT = 4.0
"""Nats a frame by which what is not in the text fits less well than the best of all speech sounds, by definition."""

_NEVER = np.float32(-1e30)


@dataclass(frozen=True, slots=True)
class Path:
    """What is heard in each frame.

    Attributes
    ----------
    unit : ndarray of int, shape (frames,)
    fit : ndarray of float32, shape (frames,)
        Log likelihood of the frame in its state, less that of the speech sound that fits it best, in nats. A right
        word in context often fits better than any sound out of it, so the fit can be above 0.
    """

    unit: npt.NDArray[np.intp]
    fit: Scores


def search(model: AcousticModel, graph: Graph, features: Scores) -> Path | None:
    """Find the best path; None where the stretch is too short for the text.

    Parameters
    ----------
    model : AcousticModel
    graph : Graph
    features : ndarray of float32, shape (frames, 3, 13)
        Memory for the search grows with frames x units: 10 MB for 30 s of fluent speech.
    """
    if not len(features):
        return None
    sequences = np.where(graph.sequence[:, None] == ANYTHING, -1, model.sequences[graph.sequence])
    senones, column = np.unique(sequences, return_inverse=True)
    scores, best = model.score(features, np.maximum(senones, 0))
    if senones[0] < 0:
        scores[:, 0] = best - MISFIT
    column = column.reshape(-1, STATES).T
    went, chosen, final = _forward(model, graph, scores, column)
    unit = _last(graph, final)
    if unit is None:
        return None
    units, states = _back(graph, went, chosen, unit)
    fit = scores[np.arange(len(scores)), column[states, units]] - best
    return Path(units, fit)


def _forward(
    model: AcousticModel, graph: Graph, scores: Scores, column: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint8], Scores]:
    """Which states were entered from the one before, over which arc a unit was, and the final scores of units."""
    count, frames = len(graph.phone), len(scores)
    every = np.arange(count)
    stay, leave = model.stay[graph.phone].T, model.leave[graph.phone].T
    went = np.zeros((frames, STATES, count), bool)
    chosen = np.zeros((frames, count), np.uint8)
    state = np.full((STATES, count), _NEVER, np.float32)
    moved = np.full((STATES, count), _NEVER, np.float32)
    left = np.full(count + 1, _NEVER, np.float32)
    moved[0, graph.first] = 0.0
    for frame in range(frames):
        if frame:
            left[:count] = state[2] + leave[2]
            steps = left[graph.before] + graph.cost
            arc = steps.argmax(axis=1)
            chosen[frame] = arc
            moved[0] = steps[every, arc]
            moved[1:] = state[:2] + leave[:2]
        held = state + stay
        np.greater(moved, held, out=went[frame])
        # Nothing can be so unlikely that sums of it would overflow.
        state = np.maximum(np.maximum(moved, held) + scores[frame][column], _NEVER)
    return went, chosen, state[2] + leave[2]


def _last(graph: Graph, final: Scores) -> int | None:
    unit = int(graph.last[final[graph.last].argmax()])
    return unit if final[unit] > _NEVER / 2 else None


def _back(
    graph: Graph, went: npt.NDArray[np.bool_], chosen: npt.NDArray[np.uint8], unit: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    frames = len(went)
    units, states = np.empty(frames, np.intp), np.empty(frames, np.intp)
    state = STATES - 1
    for frame in range(frames - 1, -1, -1):
        units[frame], states[frame] = unit, state
        if not went[frame, state, unit]:
            continue
        if state:
            state -= 1
        elif frame:
            unit, state = int(graph.before[unit, chosen[frame, unit]]), STATES - 1
    return units, states
