"""What may be heard, in order: the sounds of each word, however it is said, with or without silence between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .acoustic import BEGIN, END, INSIDE, SINGLE, AcousticModel

GAP = -1
"""Stands for the word of a unit that is silence."""

SILENCE = -3.0
"""Nats that a silence between two words costs. From -5 to 0 the starts within 50 ms of recordings differ by 2 %."""

NOISE = -20.0
"""Nats that a noise or untold speech between two words costs to begin with."""

ANYTHING = -1
"""Stands for the senones of a unit that any sound fits."""

Pronunciation = tuple[int, ...]
"""Speech sounds of a word, as numbers of the model's phones."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Units (speech sounds in context, each with three states) and which may follow which.

    Attributes
    ----------
    phone, sequence, word, place : ndarray of int, shape (units,)
        Speech sound, senones (a row of the model's `sequences`), word or GAP, and place within the word.
    before : ndarray of int, shape (units, widest)
        Units that may come before each; filled up with `units`.
    cost : ndarray of float32, shape (units, widest)
        Log probability of that step.
    first, last : ndarray of int
        Units with which the sound may begin and end.
    """

    phone: npt.NDArray[np.intp]
    sequence: npt.NDArray[np.intp]
    word: npt.NDArray[np.intp]
    place: npt.NDArray[np.intp]
    before: npt.NDArray[np.intp]
    cost: npt.NDArray[np.float32]
    first: npt.NDArray[np.intp]
    last: npt.NDArray[np.intp]


@dataclass(slots=True)
class _Exit:
    """The last unit of a pronunciation: its sound, and the sound it expects to follow."""

    unit: int
    phone: int
    expects: int


@dataclass(slots=True)
class _Builder:
    model: AcousticModel
    units: list[tuple[int, int, int, int]] = field(default_factory=list)
    arcs: list[tuple[int, int, float]] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)

    def unit(self, phone: int, left: int, right: int, position: int, word: int, place: int) -> int:
        self.units.append((phone, self.model.sequence(phone, left, right, position), word, place))
        return len(self.units) - 1

    def gap(self) -> tuple[int, ...]:
        """Silence, and noises in it, each of which may follow the other."""
        silence = self.model.silence
        quiet = self.unit(silence, silence, silence, SINGLE, GAP, 0)
        self.units.append((silence, ANYTHING, GAP, 0))
        noise = len(self.units) - 1
        self.arcs += [(quiet, noise, NOISE), (noise, quiet, 0.0)]
        return quiet, noise

    def into(self, gap: tuple[int, ...], units: Iterable[int]) -> None:
        """Let a gap follow units."""
        quiet, noise = gap
        for unit in units:
            self.arcs += [(unit, quiet, SILENCE), (unit, noise, SILENCE + NOISE)]

    def heads(
        self, sounds: Pronunciation, word: int, rights: Sequence[int], gap: tuple[int, ...], exits: Sequence[_Exit]
    ) -> list[_Exit]:
        """Units of a word's first sound, one for each sound that may come before it and after it."""
        silence = self.model.silence
        alone = len(sounds) == 1
        found = []
        for left in [silence, *sorted({leaving.phone for leaving in exits})]:
            for right in rights if alone else [sounds[1]]:
                unit = self.unit(sounds[0], left, right, SINGLE if alone else BEGIN, word, 0)
                if left == silence:
                    self.arcs += [(quiet, unit, 0.0) for quiet in gap]
                self.arcs += [(e.unit, unit, 0.0) for e in exits if e.phone == left and e.expects == sounds[0]]
                if word == 0:
                    self.first.append(unit)
                found.append(_Exit(unit, sounds[0], right))
        return found

    def tail(self, sounds: Pronunciation, word: int, rights: Sequence[int], heads: Iterable[_Exit]) -> list[_Exit]:
        """Units of a word's other sounds; the last, one for each sound that may follow."""
        current = [head.unit for head in heads]
        for place in range(1, len(sounds) - 1):
            unit = self.unit(sounds[place], sounds[place - 1], sounds[place + 1], INSIDE, word, place)
            self.arcs += [(before, unit, 0.0) for before in current]
            current = [unit]
        found = []
        for right in rights:
            unit = self.unit(sounds[-1], sounds[-2], right, END, word, len(sounds) - 1)
            self.arcs += [(before, unit, 0.0) for before in current]
            found.append(_Exit(unit, sounds[-1], right))
        return found


def build(model: AcousticModel, words: Sequence[Sequence[Pronunciation]], *, unfinished: bool = False) -> Graph:
    """The graph of a text.

    Parameters
    ----------
    model : AcousticModel
    words : sequence of sequences of Pronunciation
        The pronunciations of each word in turn; at least one word, each with at least one pronunciation.
    unfinished : bool
        The sound may end after any word, for there is more text than sound.
    """
    made = _Builder(model)
    gap = made.gap()
    made.first.append(gap[0])
    exits: list[_Exit] = []
    for number, pronunciations in enumerate(words):
        following = words[number + 1] if number + 1 < len(words) else []
        rights = [model.silence, *sorted({sounds[0] for sounds in following})]
        leaving: list[_Exit] = []
        for sounds in pronunciations:
            heads = made.heads(sounds, number, rights, gap, exits)
            leaving += heads if len(sounds) == 1 else made.tail(sounds, number, rights, heads)
        gap = made.gap()
        to_gap = [e.unit for e in leaving if e.expects == model.silence]
        made.into(gap, to_gap)
        if unfinished or number == len(words) - 1:
            made.last += [*gap, *to_gap]
        exits = leaving
    return _frozen(made)


def _frozen(made: _Builder) -> Graph:
    before: list[list[tuple[int, float]]] = [[] for _ in made.units]
    for start, end, cost in made.arcs:
        before[end].append((start, cost))
    widest = max(1, *(len(steps) for steps in before))
    units = np.asarray(made.units, np.intp)
    from_units = np.full((len(units), widest), len(units), np.intp)
    costs = np.zeros((len(units), widest), np.float32)
    for unit, steps in enumerate(before):
        for column, (start, cost) in enumerate(steps):
            from_units[unit, column], costs[unit, column] = start, cost
    return Graph(
        phone=units[:, 0],
        sequence=units[:, 1],
        word=units[:, 2],
        place=units[:, 3],
        before=from_units,
        cost=costs,
        first=np.unique(made.first),
        last=np.unique(made.last),
    )
