"""Which stretches of talk are one voice: bottom-up clustering that says "one speaker" where evidence is weak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

ALIKE = 0.5
"""Cosine similarity of two voices' means from which on they are one voice, whatever else there is."""

APART = 0.2
"""Similarity below which they are two, even where the network took them for one or never heard both in one window."""

MEETINGS = 2
"""Windows in which the network must have told both apart, for voices between the two bounds to stay apart."""

TALK = 2.0
"""Seconds of clear speech a voice needs to be a speaker of its own."""

MOST = 4
"""Speakers at most: an interview has two or three."""

BLOCK = 256
"""Stretches clustered at once; the groups of all blocks are then clustered together, so that hours take minutes."""

Vectors = npt.NDArray[np.floating[Any]]
_NONE, _BARRED = -2.0, -3.0


class Stretch(NamedTuple):
    """Talk without a break of one local speaker.

    `window` and `speaker` say which local speaker; `middle` is the time of its middle in seconds, `seconds` how long
    it is with nobody else in it; `voice` has unit length, None where it is too short for one.
    """

    window: int
    speaker: int
    middle: float
    seconds: float
    voice: npt.NDArray[np.float32] | None


class Voices(NamedTuple):
    """A label for each stretch, from 0, and for each how much nearer its own voice is than the next (0 to 1)."""

    labels: tuple[int, ...]
    margins: tuple[float, ...]


@dataclass(slots=True)
class _Group:
    """Stretches taken for one voice: their indices, seconds, sum of voices by seconds, and local speakers."""

    members: list[int]
    seconds: float
    total: Vectors
    keys: set[tuple[int, int]]


def tell_apart(stretches: Sequence[Stretch]) -> Voices:
    """Give stretches of the same voice the same label.

    Groups are joined from the bottom up, most alike first, by the cosine similarity of their means, weighted by
    seconds. Two stay apart when they differ by more than `APART`; or by more than `ALIKE`, and the network told them
    apart in at least `MEETINGS` windows and in more windows than it took them for one. What has less than `TALK`
    seconds in all, or comes after the `MOST` longest, is given stretch by stretch to the voice it is most like. A
    stretch without a voice goes with the nearest one of its local speaker, else with the nearest in time.

    Returns
    -------
    Voices
        One label only where nothing proves a second voice.
    """
    heard = [at for at, stretch in enumerate(stretches) if stretch.voice is not None]
    if not heard:
        return Voices((0,) * len(stretches), (1.0,) * len(stretches))
    voices = np.stack([np.asarray(stretches[at].voice, dtype=np.float64) for at in heard])
    groups = [
        _Group([place], s.seconds, s.seconds * voices[place], {(s.window, s.speaker)})
        for place, s in enumerate(stretches[at] for at in heard)
    ]
    while len(groups) > BLOCK:
        fewer = [group for at in range(0, len(groups), BLOCK) for group in _joined(groups[at : at + BLOCK])]
        if len(fewer) == len(groups):
            break
        groups = fewer
    groups = sorted(_joined(groups), key=lambda group: -group.seconds)
    kept = [group for group in groups if group.seconds >= TALK][:MOST] or groups[:1]
    alike = voices @ _means(kept).T
    labels = alike.argmax(axis=1)
    for number, group in enumerate(kept):
        labels[group.members] = number
    return _spread(stretches, heard, labels, _margins(alike, labels))


def _joined(groups: Sequence[_Group]) -> list[_Group]:
    held: list[_Group | None] = list(groups)
    means = _means(groups)
    alike = means @ means.T
    np.fill_diagonal(alike, _NONE)
    while True:
        first, second = sorted(int(place) for place in divmod(int(alike.argmax()), len(held)))
        one, other = held[first], held[second]
        if alike[first, second] <= _NONE or one is None or other is None:
            return [group for group in held if group is not None]
        if _differ(float(alike[first, second]), one, other):
            alike[first, second] = alike[second, first] = _BARRED
            continue
        merged = _Group(
            one.members + other.members, one.seconds + other.seconds, one.total + other.total, one.keys | other.keys
        )
        held[first], held[second] = merged, None
        means[first] = _means([merged])[0]
        row = means @ means[first]
        row[[at for at, group in enumerate(held) if group is None or at == first]] = _NONE
        alike[first] = alike[:, first] = row
        alike[second] = alike[:, second] = _NONE


def _differ(alike: float, one: _Group, other: _Group) -> bool:
    if alike >= ALIKE or alike < APART:
        return alike < APART
    speakers: dict[int, set[int]] = {}
    for window, speaker in one.keys:
        speakers.setdefault(window, set()).add(speaker)
    met = {window for window, speaker in other.keys if speakers.get(window, {speaker}) != {speaker}}
    return len(met) >= MEETINGS and len(met) > len(one.keys & other.keys)


def _means(groups: Sequence[_Group]) -> Vectors:
    totals = np.stack([group.total for group in groups])
    lengths = np.linalg.norm(totals, axis=1, keepdims=True)
    means: Vectors = totals / np.where(lengths > 0, lengths, 1.0)
    return means


def _margins(alike: Vectors, labels: npt.NDArray[np.intp]) -> list[float]:
    if alike.shape[1] == 1:
        return [1.0] * len(alike)
    rows = np.arange(len(alike))
    own = alike[rows, labels]
    others = alike.copy()
    others[rows, labels] = _NONE
    return [float(value) for value in np.clip((1 + own - others.max(axis=1)) / 2, 0.0, 1.0)]


def _spread(
    stretches: Sequence[Stretch], heard: Sequence[int], labels: npt.NDArray[np.intp], margins: Sequence[float]
) -> Voices:
    """Labels for all stretches from those of the stretches with a voice."""
    place_of = {at: place for place, at in enumerate(heard)}
    by_speaker: dict[tuple[int, int], list[int]] = {}
    for at in heard:
        by_speaker.setdefault((stretches[at].window, stretches[at].speaker), []).append(at)
    middles = np.array([stretches[at].middle for at in heard])
    found, sure = [], []
    for at, stretch in enumerate(stretches):
        place = place_of.get(at)
        if place is None:
            same = by_speaker.get((stretch.window, stretch.speaker))
            if same:
                place = place_of[min(same, key=lambda other: abs(stretches[other].middle - stretch.middle))]
            else:
                place = int(np.abs(middles - stretch.middle).argmin())
        found.append(int(labels[place]))
        sure.append(margins[place])
    return Voices(tuple(found), tuple(sure))


__all__ = ["ALIKE", "APART", "BLOCK", "MEETINGS", "MOST", "TALK", "Stretch", "Voices", "tell_apart"]
