"""Two decodings of one window made one: what either heard is kept, once, and where they differ is marked.

Asked for fillers, Whisper keeps them, but now and then loses a sentence or writes another word; not asked, it keeps
the sentence and drops the fillers. Neither is right alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from ...data_schemas import Span
from .placed import Placed, in_order, overlap
from .times import SHORTEST
from .words import is_filler

APART = 2.0
"""Seconds between the times of one word in two decodings at most."""

NEAR = 0.75
"""Seconds between the starts of two words at most for them to be two hearings of one."""

TAKEN = 0.5
"""Share of a word's time that other words may hold before it counts as another hearing of the same sound."""

BELIEVED = 0.3
"""How much more probable the other hearing must be to be taken instead."""

HOLDS = 0.2
"""Probability below which a word does not keep another decoding's words out of its time."""

VOICED = 0.3
"""Share of a word's time in which somebody must speak for a word that only one decoding heard."""

ALONE = 0.01
"""Probability that a word must have for one decoding to be believed alone; fillers written for a cough have less."""

NEITHER = 0.3
"""Mean probability below which two decodings that share no word have heard none: coughs have 0.03 to 0.17."""

FEW = 2
"""Words in a row that only a suspect decoding has and that may stay: a short word or two are easily missed."""

MISSED = 0.2
"""How many such words there may be for each that was heard again; a loop that is part speech has more."""


def shared_by_none(prompted: Sequence[Placed], plain: Sequence[Placed]) -> bool:
    """Whether two decodings of a window have no word in common, and the engine believes neither: coughs, not speech."""
    heard = [word.raw.probability for word in (*prompted, *plain)]
    return bool(heard) and not _same(prompted, plain) and float(np.mean(heard)) < NEITHER


def confirmed(suspect: Sequence[Placed], again: Sequence[Placed]) -> list[Placed]:
    """What may stay of a decoding that looks like a loop, when its parts were heard `again`, each without the other.

    Words that were heard again, and the few between them that may have been missed, unless there are too many of them.
    """
    blocks = list(_blocks(suspect, again, _same(suspect, again)))
    heard = sum(len(words) for words, _, same in blocks if same)
    missed = sum(len(words) for words, _, same in blocks if not same and len(words) <= FEW)
    few = FEW if missed <= MISSED * heard else 0
    return [word for words, _, same in blocks if same or len(words) <= few for word in words]


def union(prompted: Sequence[Placed], plain: Sequence[Placed], speech: Sequence[Span]) -> tuple[list[Placed], int]:
    """The words of both decodings, in order.

    Parameters
    ----------
    prompted, plain : sequence of Placed
        The decoding that was asked for fillers, which is preferred where both heard something, and the other.
    speech : sequence of Span
        Where somebody speaks.

    Returns
    -------
    list of Placed
        Unsure where the decodings differ, except for fillers that only the prompted one has: that is what it is for.
    int
        How many words were left out because only one decoding heard them, and nobody speaks there.
    """
    pairs = _same(prompted, plain)
    mine, others = list(prompted), list(plain)
    for i, j in pairs:
        mine[i] = _surer(prompted[i], plain[j])
    merged: list[Placed] = []
    left_out = 0
    for words, alternatives, same in _blocks(mine, others, pairs):
        if same:
            merged += words
            continue
        heard, besides = _reconciled(words, alternatives, mine)
        kept = [word for word in (*heard, *besides) if _supported(word, speech)]
        left_out += len(heard) + len(besides) - len(kept)
        merged += kept
    return in_order(merged, SHORTEST), left_out


def _surer(word: Placed, other: Placed) -> Placed:
    """Of two hearings of one word the preferred one's, unless the engine hardly believed it: then its times are bad."""
    better = word.raw.probability < HOLDS and other.raw.probability - word.raw.probability > BELIEVED
    one = other if better else word
    return Placed(one.raw, one.span, word.unsure and other.unsure)


def _reconciled(
    words: Sequence[Placed], others: Sequence[Placed], prompted: Sequence[Placed]
) -> tuple[list[Placed], list[Placed]]:
    """Where two decodings differ: the preferred one's words, and what the other heard besides where there is time.

    A word against a word nearby is one sound heard in two ways. The preferred decoding's is kept unless the engine
    believed the other far more.
    """
    left, heard = list(others), []
    for word in words:
        near = [other for other in left if not is_filler(other.key) and _apart(word, other) <= NEAR]
        if not near:
            heard.append(Placed(word.raw, word.span, word.unsure or not is_filler(word.key)))
            continue
        other = min(near, key=lambda other: _apart(word, other))
        better = other.raw.probability - word.raw.probability > BELIEVED
        if is_filler(word.key):
            # A filler where the other heard a word may stand for that word; beside it, it is what was asked for.
            clash = overlap(word.span, [other.span]) > TAKEN * _length(word)
            heard.append(Placed(word.raw, word.span, word.unsure or clash))
            continue
        left.remove(other)
        heard.append(Placed(other.raw, other.span, unsure=True) if better else Placed(word.raw, word.span, unsure=True))
    holding = [word.span for word in prompted if word.raw.probability >= HOLDS]
    free = [other for other in left if overlap(other.span, holding) <= TAKEN * _length(other)]
    return heard, [Placed(other.raw, other.span, unsure=True) for other in free]


def _apart(one: Placed, other: Placed) -> float:
    return abs(one.span.start - other.span.start)


def _supported(word: Placed, speech: Sequence[Span]) -> bool:
    return word.raw.probability >= ALONE and overlap(word.span, speech) >= VOICED * _length(word)


def _length(word: Placed) -> float:
    return word.span.end - word.span.start


def _blocks(
    prompted: Sequence[Placed], plain: Sequence[Placed], pairs: Sequence[tuple[int, int]]
) -> Iterator[tuple[Sequence[Placed], Sequence[Placed], bool]]:
    """Words that both have, one by one (and true), and between them what only one has."""
    for (i, j), (k, m) in itertools.pairwise([(-1, -1), *pairs, (len(prompted), len(plain))]):
        if i >= 0:
            yield prompted[i : i + 1], plain[j : j + 1], True
        if i + 1 < k or j + 1 < m:
            yield prompted[i + 1 : k], plain[j + 1 : m], False


def _same(one: Sequence[Placed], other: Sequence[Placed]) -> list[tuple[int, int]]:
    """Longest common sequence of words heard at about the same time; of equals the one that is nearest in time."""
    n, m = len(one), len(other)
    best = np.zeros((n + 1, m + 1))
    for i, j in itertools.product(range(n - 1, -1, -1), range(m - 1, -1, -1)):
        here = best[i + 1, j + 1] + _likeness(one[i], other[j])
        best[i, j] = max(here, best[i + 1, j], best[i, j + 1])
    pairs, i, j = [], 0, 0
    while i < n and j < m:
        if best[i, j] == best[i + 1, j]:
            i += 1
        elif best[i, j] == best[i, j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _likeness(one: Placed, other: Placed) -> float:
    apart = _apart(one, other)
    return 1.0 - 0.2 * apart / APART if one.key == other.key and apart <= APART else 0.0
