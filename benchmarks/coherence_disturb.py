"""Ways to spoil a document, each by a dose: the share of its utterances or words that is spoilt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from coherence_text import Document, Said

Random = np.random.Generator
Disturb = Callable[[Document, float, Random, "Others"], Document]


class Others:
    """What the other texts of a corpus lend: whole utterances by length, and words.

    Parameters
    ----------
    documents : sequence of Document
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._words = [
            (said.forms[k], said.tokens[k]) for d in documents for said in d.said for k in range(len(said.forms))
        ]

    def document(self, than: Document, random: Random) -> Document:
        """A document of another text of the same corpus."""
        there = [other for other in self._documents if other.corpus == than.corpus and other.text != than.text]
        return there[int(random.integers(len(there)))]

    def words(self, said: Said, random: Random) -> Said:
        """As many words of anybody's, drawn at random."""
        drawn = [self._words[int(k)] for k in random.integers(len(self._words), size=len(said.forms))]
        return Said(tuple(form for form, _ in drawn), tuple(tokens for _, tokens in drawn))


def shuffled(document: Document, dose: float, random: Random, others: Others) -> Document:
    """That share of the utterances change places among themselves."""
    del others
    places = _some(len(document.said), dose, random)
    said = list(document.said)
    for place, source in zip(places, random.permutation(places), strict=True):
        said[place] = document.said[source]
    return replace(document, said=tuple(said))


def derailed(document: Document, dose: float, random: Random, others: Others) -> Document:
    """That share of the utterances are replaced by those of another text that are nearest in length."""
    other = others.document(document, random)
    said = list(document.said)
    for place in _some(len(said), dose, random):
        said[place] = _like(said[place], other, random)
    return replace(document, said=tuple(said))


def salad(document: Document, dose: float, random: Random, others: Others) -> Document:
    """In every utterance that share of the words change places."""
    del others
    return replace(document, said=tuple(_mixed(said, dose, random) for said in document.said))


def drifting(document: Document, dose: float, random: Random, others: Others) -> Document:
    """Utterances are replaced by those of another text, the likelier the later: at the end with a chance of `dose`."""
    other = others.document(document, random)
    last = len(document.said) - 1
    said = [
        _like(one, other, random) if random.random() < dose * place / last else one
        for place, one in enumerate(document.said)
    ]
    return replace(document, said=tuple(said))


def perseverating(document: Document, dose: float, random: Random, others: Others) -> Document:
    """That share of the utterances are replaced by the nearest in length of the five before them."""
    del others
    said = list(document.said)
    for place in sorted(_some(len(said), dose, random)):
        before = said[max(0, place - 5) : place]
        if before:
            said[place] = min(before, key=lambda one: abs(one.length - said[place].length))
    return replace(document, said=tuple(said))


def random_words(document: Document, dose: float, random: Random, others: Others) -> Document:
    """That share of the utterances become as many words drawn from all texts (the control of Hitczenko and others)."""
    said = list(document.said)
    for place in _some(len(said), dose, random):
        said[place] = others.words(said[place], random)
    return replace(document, said=tuple(said))


DISTURBANCES: dict[str, tuple[Disturb, tuple[float, ...]]] = {
    "shuffled order": (shuffled, (0.25, 0.5, 1.0)),
    "derailment": (derailed, (0.1, 0.2, 0.4)),
    "word salad": (salad, (0.25, 0.5, 1.0)),
    "drift": (drifting, (0.25, 0.5, 1.0)),
    "perseveration": (perseverating, (0.1, 0.2, 0.4)),
    "random words": (random_words, (0.2, 0.5, 1.0)),
}
"""Each with its doses."""


def _some(count: int, share: float, random: Random) -> list[int]:
    return [int(place) for place in random.permutation(count)[: max(1, round(share * count))]]


def _like(said: Said, other: Document, random: Random) -> Said:
    """One of the three utterances of `other` that are nearest in length, so that length tells nothing."""
    near = sorted(other.said, key=lambda one: abs(one.length - said.length))[:3]
    return near[int(random.integers(len(near)))]


def _mixed(said: Said, share: float, random: Random) -> Said:
    places = [int(place) for place in random.permutation(len(said.forms))[: round(share * len(said.forms))]]
    order = list(range(len(said.forms)))
    for place, source in zip(places, random.permutation(places), strict=True):
        order[place] = int(source)
    return Said(tuple(said.forms[k] for k in order), tuple(said.tokens[k] for k in order))
