"""Forced alignment of English with the acoustic model and the dictionary of PocketSphinx."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...data_schemas import Kind, ModelUse, Phone
from ...data_schemas.audio import Samples
from .acoustic import AcousticModel
from .cepstra import FIRST, RATE, STEP, features
from .confidence import confidences
from .dictionary import Dictionary
from .graph import Graph, build
from .letters import Letters
from .pronounce import Pronouncer
from .search import Path as Heard
from .search import search
from .token import Aligned, Token, Window

UNTIMED = frozenset([Kind.PAUSE, Kind.NONVERBAL, Kind.UNINTELLIGIBLE])
"""Kinds that get no times: silence is what words leave, and of noises the model knows too little."""

_STEP = STEP / RATE


class PocketSphinx:
    """The aligner.

    Parameters
    ----------
    folder : Path
        Of the model: ``cmudict-en-us.dict`` and ``en-us`` with the acoustic model.
    language : str
    use : ModelUse
    """

    def __init__(self, folder: Path, language: str, use: ModelUse) -> None:
        self.language, self.use = language, use
        self._model = AcousticModel(folder / "en-us")
        self._say = Pronouncer(Dictionary(folder / "cmudict-en-us.dict"), Letters())

    def align(
        self, samples: Samples, tokens: Sequence[Token], window: Window | None = None
    ) -> tuple[Aligned | None, ...]:
        """Where each token is said; see `Aligner.align`."""
        window = window or Window()
        said = [self._numbers(token) for token in tokens]
        places = [place for place, sounds in enumerate(said) if sounds]
        found: list[Aligned | None] = [None] * len(tokens)
        if not places:
            return tuple(found)
        graph = build(self._model, [said[place] for place in places], unfinished=window.unfinished)
        path = search(self._model, graph, features(samples))
        if path is None:
            return tuple(found)
        cuts = [_cuts(graph, path, number) for number in range(len(places))]
        sure = confidences(path, cuts)
        until = window.start + len(samples) / RATE
        for edges, confidence, place in zip(cuts, sure, places, strict=True):
            if edges and tokens[place].kind not in UNTIMED:
                found[place] = self._word(graph, path, edges, confidence, (window.start, until))
        return tuple(found)

    def _numbers(self, token: Token) -> list[tuple[int, ...]]:
        if token.kind is Kind.PAUSE:
            return []
        number = self._model.number
        return [tuple(number[sound] for sound in sounds) for sounds in self._say(token)]

    def _word(
        self, graph: Graph, path: Heard, edges: Sequence[int], confidence: float, within: tuple[float, float]
    ) -> Aligned:
        times = [round(min(within[0] + FIRST + edge * _STEP, within[1]), 4) for edge in edges]
        names = [self._model.phones[graph.phone[path.unit[edge]]] for edge in edges[:-1]]
        phones = tuple(Phone(text=name, start=times[at], end=times[at + 1]) for at, name in enumerate(names))
        return Aligned(times[0], times[-1], phones, confidence)


def _cuts(graph: Graph, path: Heard, number: int) -> list[int]:
    """Frames at which the sounds of a word begin, and the one after its last; empty where it was not reached."""
    frames = np.flatnonzero(graph.word[path.unit] == number)
    if not len(frames):
        return []
    first, last = int(frames[0]), int(frames[-1]) + 1
    return [first, *(first + 1 + np.flatnonzero(np.diff(path.unit[first:last]))).tolist(), last]


__all__ = ["UNTIMED", "PocketSphinx"]
