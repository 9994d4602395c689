"""Content units of a stimulus that the participant mentioned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...data_schemas.feature import Missing, Reason
from ...data_schemas.sample import ContentUnit, Embeddings, Parse, Stimulus
from ..registry import view
from .denial import affirmed

NEAR = 0.6
"""Least cosine at which a word that is in no list counts as a mention; chosen in benchmarks/information_units.py, for
both of lalia's embedders."""

_OPEN = frozenset(["NOUN", "PROPN", "VERB", "ADJ"])


@dataclass(frozen=True, slots=True)
class Mention:
    """A word that names a content unit: places of unit, utterance and token, and how they were matched."""

    unit: int
    utterance: int
    token: int
    listed: bool


@view(size=len, size_unit="units")
def unit_mentions(
    stimulus: Stimulus | None, parses: tuple[Parse, ...], word_vectors: Mapping[str, Embeddings]
) -> tuple[Mention, ...] | Missing:
    """Mentions of the content units of the stimulus, in order of speech; several of one unit are all kept.

    A word mentions a unit when its lemma or form is in the unit's list. One that is in no unit's list mentions the
    unit whose words are nearest in meaning, if the cosine is at least 0.6. Words that are denied (see
    `denial`) mention nothing.
    """
    if stimulus is None or not stimulus.content_units:
        return Missing(Reason.NO_STIMULUS, "needs a stimulus with content units")
    lists = _by_word(stimulus.content_units)
    near = _Nearest(stimulus.content_units, word_vectors)
    found = []
    for place, parse in enumerate(parses):
        for index, token in affirmed(parse):
            units = lists.get(token.lemma.lower()) or lists.get(token.text.lower())
            if units is not None:
                found += [Mention(unit, place, index, True) for unit in units]
            elif token.pos in _OPEN and (unit := near(token.lemma.lower())) is not None:
                found.append(Mention(unit, place, index, False))
    return tuple(found)


def _by_word(units: tuple[ContentUnit, ...]) -> dict[str, list[int]]:
    lists: dict[str, list[int]] = {}
    for number, unit in enumerate(units):
        for word in dict.fromkeys(word.lower() for word in unit.words):
            lists.setdefault(word, []).append(number)
    return lists


class _Nearest:
    """The unit whose words are nearest to a word in meaning."""

    def __init__(self, units: tuple[ContentUnit, ...], vectors: Mapping[str, Embeddings]) -> None:
        self._vectors = vectors
        known = [(number, word.lower()) for number, unit in enumerate(units) for word in unit.words]
        kept = [(number, vectors[word]) for number, word in known if word in vectors and np.any(vectors[word])]
        self._units = [number for number, _ in kept]
        self._rows = np.array([row for _, row in kept], dtype=np.float64)
        self._known: dict[str, int | None] = {}

    def __call__(self, word: str) -> int | None:
        if word not in self._known:
            self._known[word] = self._find(word)
        return self._known[word]

    def _find(self, word: str) -> int | None:
        vector = self._vectors.get(word)
        if vector is None or not self._units:
            return None
        cosines = self._rows @ np.asarray(vector, dtype=np.float64)
        best = int(np.argmax(cosines))
        return self._units[best] if cosines[best] >= NEAR else None
