"""Vectors of content words, by utterance and by lemma."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...data_schemas.sample import Embeddings, Parse, Token
from ..registry import view
from .language import counts
from .meaning import Vectors, unit_rows

CONTENT = frozenset(["NOUN", "PROPN", "VERB", "ADJ"])
"""Classes of words that carry a topic; adverbs are as often function words as not."""

MOST = 2000
"""Different lemmas kept, the commonest of the sample: pairs of more would not fit in memory."""


@dataclass(frozen=True, eq=False, slots=True)
class ContentWords:
    """The participant's content words.

    Attributes
    ----------
    lemmas : tuple of str
        Different ones, commonest first.
    vectors : ndarray of float64, shape (lemmas, d)
        Unit rows.
    utterances : tuple of tuple of int
        For each utterance with a content word the places in `lemmas` of those it holds, repeated ones too.
    """

    lemmas: tuple[str, ...]
    vectors: Vectors
    utterances: tuple[tuple[int, ...], ...]


@view(size=lambda found: len(found.lemmas), size_unit="lemmas")
def content_words(parses: tuple[Parse, ...], word_vectors: Mapping[str, Embeddings]) -> ContentWords:
    """Nouns, names, verbs and adjectives that have a vector; the 2000 commonest lemmas of longer samples."""

    def has_vector(token: Token) -> bool:
        return token.pos in CONTENT and counts(token) and bool(np.any(word_vectors.get(token.lemma.lower(), 0)))

    said = [[token.lemma.lower() for token in parse if has_vector(token)] for parse in parses]
    kept = sorted(Counter(lemma for words in said for lemma in words).items(), key=lambda item: (-item[1], item[0]))
    lemmas = tuple(lemma for lemma, _ in kept[:MOST])
    place = {lemma: number for number, lemma in enumerate(lemmas)}
    vectors = unit_rows(np.array([word_vectors[lemma] for lemma in lemmas])) if lemmas else np.zeros((0, 0))
    numbered = (tuple(place[lemma] for lemma in words if lemma in place) for words in said)
    return ContentWords(lemmas, vectors, tuple(words for words in numbered if words))
