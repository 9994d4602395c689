"""How much meaning an utterance's content words carry together, and how many topics the sample's words make."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Example, Missing, Reason
from ..estimates import Estimate, Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.content import MOST, ContentWords
from ..views.meaning import Vectors
from .coherence import NEEDS

ENOUGH = 0.95
"""Cosine at which the components are taken to hold the utterance's meaning."""

STRETCH = 20
"""Content words unpacked together; a longer utterance is cut."""

APART, LEAST = 3.0, 0.1
"""Robust standard deviations (1.4826 x median absolute deviation) by which the words of a topic are, on average, more
alike than the sample's median pair, and the least difference of cosines that counts as such."""

_KING = ContentWords(("king", "queen", "dog"), np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), ((0, 1, 0, 1), (0, 2)))
_AXES = np.repeat(np.eye(5), [2, 2, 1, 1, 1], axis=0)
_FIVE = ContentWords(tuple("abcdefg"), _AXES, ((0, 2, 4), (1, 3, 5), (6,)))


@feature(
    name="semantic.semantic_density",
    unit="ratio",
    low=0,
    high=1,
    needs=NEEDS,
    definition="Meaning components / content words (NOUN, PROPN, VERB, ADJ) of utterances with two or more. "
    "Components are the fewest word vectors, found greedily among all the sample's content words, whose sum with "
    f"weights above 0 has a cosine of at least {ENOUGH} with the sum of the utterance's own (stretches of at most "
    f"{STRETCH} words): words that say the same share one. Rezaii unpacks by gradient descent over a whole "
    f"vocabulary, so values are not theirs. Of samples with more than {MOST:,} content lemmas the commonest count.",
    citation="rezaii2019",
    example=Example(
        {"content_words": _KING},
        (1 + 2) / (4 + 2),
        1e-12,
        "four words of one meaning need one component, two of two meanings two",
    ),
    invariances=unchanged_by_all_but(),
    settings={"least_cosine": ENOUGH, "stretch_words": STRETCH},
)
def semantic_density(content_words: ContentWords) -> Value:
    components, words = [], []
    for utterance in content_words.utterances:
        stretches = [stretch for stretch in _stretches(utterance) if len(stretch) > 1]
        components.append(sum(_components(content_words.vectors, stretch) for stretch in stretches))
        words.append(sum(map(len, stretches)))
    return ratio(components, words, what="content words in company")


def _stretches(utterance: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    pieces = -(-len(utterance) // STRETCH)
    for piece in range(pieces):
        # Pieces as equal as can be, so that none is left with a word alone.
        yield utterance[piece * len(utterance) // pieces : (piece + 1) * len(utterance) // pieces]


def _components(vectors: Vectors, words: tuple[int, ...]) -> int:
    """Non-negative orthogonal matching pursuit (after Pati, Rezaiifar, Krishnaprasad 1993), at most a word for each."""
    from scipy.optimize import nnls

    wanted = vectors[list(words)].sum(axis=0)
    length = float(np.linalg.norm(wanted))
    if length < 1e-9:
        return len(words)
    chosen: list[int] = []
    rest = wanted
    while len(chosen) < len(words):
        likeness = vectors @ rest
        likeness[chosen] = -np.inf
        chosen.append(int(np.argmax(likeness)))
        basis = vectors[chosen].T
        rest = wanted - basis @ nnls(basis, wanted)[0]
        # The fit is orthogonal to what is left of it, so the cosine follows from the length of the rest.
        if float(rest @ rest) <= (1 - ENOUGH**2) * length**2:
            break
    return len(chosen)


@feature(
    name="semantic.topic_count",
    unit="count",
    low=0,
    high=None,
    needs=NEEDS,
    definition="Clusters of content lemmas (NOUN, PROPN, VERB, ADJ) by average linkage, cut where the words of a "
    f"cluster are no longer {APART:g} robust standard deviations (and a cosine of {LEAST:g}) more alike than the "
    "sample's median pair; a cluster counts when it has two lemmas or more and was touched in two utterances or "
    f"more. Of samples with more than {MOST:,} lemmas the commonest count. It grows with the number of words: compare "
    "samples of like length.",
    citation="rezaii2019 yancheva2016",
    example=Example(
        {"content_words": _FIVE},
        2,
        0,
        "two pairs of words with one vector each, said in two utterances; the others stand alone",
    ),
    invariances=unchanged_by_all_but(),
    settings={"deviations": APART, "least_difference": LEAST},
)
def topic_count(content_words: ContentWords) -> Estimate | Missing:
    n = len(content_words.lemmas)
    if n < 3:
        return Missing(Reason.UNDEFINED, f"content lemmas: needs 3, got {n}")
    clusters = _clusters(content_words.vectors)
    if clusters is None:
        return Missing(Reason.UNDEFINED, "content lemmas differ too much in likeness, or are all alike")
    sizes = np.bincount(clusters)
    touched = np.zeros_like(sizes)
    for utterance in content_words.utterances:
        touched[np.unique(clusters[list(utterance)])] += 1
    return Estimate(float(((sizes >= 2) & (touched >= 2)).sum()), n, 0)


def _clusters(vectors: Vectors) -> npt.NDArray[np.int64] | None:
    from scipy.cluster.hierarchy import fcluster, linkage

    upper = np.triu_indices(len(vectors), 1)
    distances = np.clip(1.0 - (vectors @ vectors.T)[upper], 0.0, 2.0)
    middle = float(np.median(distances))
    cut = middle - max(LEAST, APART * 1.4826 * float(np.median(np.abs(distances - middle))))
    if cut < 0:
        return None
    return np.asarray(fcluster(linkage(distances, "average"), cut, "distance"), dtype=np.int64)
