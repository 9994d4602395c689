"""Where pauses fall: inside utterances, and before which words."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import Example, Missing
from ...data_schemas.sample import Parse, Token
from ..estimates import Estimate, pooled
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.speech import PAUSE, TimedWord

OPEN_CLASS = frozenset(["NOUN", "PROPN", "VERB", "ADJ", "ADV"])
"""Universal part-of-speech tags of content words."""

Neighbours = tuple[tuple[TimedWord, TimedWord], ...]

INSIDE = (TimedWord(0, 0.4), TimedWord(1, 1.4, index=1))
BETWEEN = (TimedWord(1, 1.4, index=1), TimedWord(2, 2.4, utterance=1))
THE = Token(text="the", lemma="the", pos="DET", tag="DT", dep="det", head=1, word=0)
DOG = Token(text="dog", lemma="dog", pos="NOUN", tag="NN", dep="root", head=1, word=1)


@feature(
    name="timing.within_utterance_pause_share",
    unit="ratio",
    low=0,
    high=1,
    needs={"speech": 5},
    definition="Silent pauses of at least 0.25 s whose neighbouring words are of one utterance / those that have "
    "neighbouring words.",
    citation="goldmaneisler1968",
    example=Example({"pause_neighbours": (INSIDE, BETWEEN)}, 0.5, 1e-12, "one inside, one between"),
    invariances=unchanged_by_all_but(),
    settings={"minimum_pause_s": PAUSE},
)
def within_utterance_pause_share(pause_neighbours: Neighbours) -> Estimate | Missing:
    inside = [before.utterance == after.utterance for before, after in pause_neighbours]
    return _share(np.array(inside, dtype=float), np.ones(len(inside)))


@feature(
    name="timing.pause_before_content_share",
    unit="ratio",
    low=0,
    high=1,
    needs={"speech": 5},
    definition="Silent pauses of at least 0.25 s followed by a noun, proper noun, verb, adjective or adverb / those "
    "followed by a parsed word. A contraction has the class of its first part.",
    citation="goldmaneisler1968",
    example=Example(
        {"pause_neighbours": (INSIDE, BETWEEN), "parses": ((THE, DOG), (THE, DOG))},
        0.5,
        1e-12,
        "one before dog, one before the",
    ),
    invariances=unchanged_by_all_but("word_order"),
    settings={"minimum_pause_s": PAUSE},
)
def pause_before_content_share(pause_neighbours: Neighbours, parses: tuple[Parse, ...]) -> Estimate | Missing:
    first: dict[tuple[int, int], str] = {}
    for place, parse in enumerate(parses):
        for token in parse:
            if token.word >= 0:
                first.setdefault((place, token.word), token.pos)
    classes = [first.get((after.utterance, after.index)) for _, after in pause_neighbours]
    known = np.array([pos is not None for pos in classes], dtype=float)
    return _share(np.array([pos in OPEN_CLASS for pos in classes], dtype=float), known)


def _share(part: np.ndarray, whole: np.ndarray) -> Estimate | Missing:
    return pooled([part, whole], lambda a, b: a / b, n=int(whole.sum()), what="pauses with a neighbouring word")
