"""How deep a word lies in its constituency tree, branching to the left, branching to the right, and in all.

Yngve's depth grows with branching to the left: what a speaker must keep in mind of phrases begun. Frazier's score
grows where phrases begin together: it is high for a word that opens several at once. Neither counts punctuation.

References
----------
.. [1] Yngve (1960). A model and an hypothesis for language structure. Proc. American Philosophical Society 104(5).
.. [2] Frazier (1985). Syntactic complexity. In: Natural Language Parsing. Cambridge University Press.
.. [3] Roark, Mitchell, Hosom, Hollingshead, Kaye (2011). Spoken language derived measures for detecting mild
   cognitive impairment. IEEE Trans. Audio, Speech and Language Processing 19(7).
"""

from __future__ import annotations

from ...data_schemas.feature import Example, FeatureSpec
from ...data_schemas.tree import ROOT, Tree
from ..estimates import Value, mean, ratio
from ..invariances import unchanged_by_all_but
from ..registry import family, feature
from ..views.trees import trees_of

SENTENCES = frozenset(["S", "SBAR", "SBARQ", "SINV", "SQ"])
"""Labels of sentence nodes."""

SPAN = 3
"""Words over which Frazier's scores are summed."""

COOK = trees_of(
    "(S (NP (PRP she)) (VP (VBD was) (NP (NP (DT a) (NN cook)) (PP (IN in) (NP (DT a) (NN school) (NN cafeteria))))))"
    "(S (VP (VB stop)))"
)
"""Roark's sentence, Yngve depths 1 1 2 1 1 2 1 0 and Frazier scores 2.5 1 2 0 1 1 0 0; and one word, 0 and 2.5."""

_SHAPE = unchanged_by_all_but("word_order")


def yngve(tree: Tree) -> list[int]:
    """Yngve depth of each word.

    At each node the children are numbered from the right, beginning with 0; a word's depth is the sum of the numbers
    on the way down to it.
    """
    depths: list[int] = []
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if node.is_leaf:
            depths.append(depth)
        # The rightmost child has number 0 and is put down first, so that the leftmost is taken up first.
        waiting.extend((child, depth + number) for number, child in enumerate(reversed(node.children)))
    return depths


def frazier(tree: Tree) -> list[float]:
    """Frazier score of each word.

    From the word upwards, as long as what is left behind is a leftmost child, each phrase gives 1 and each sentence
    node 1.5; a sentence node right under another gives nothing.
    """
    scores: list[float] = []
    waiting = [(tree, 0.0, "")]
    while waiting:
        node, carried, above = waiting.pop()
        if node.is_leaf:
            scores.append(carried)
        here = carried + _points(node.label, above)
        waiting.extend((child, 0.0, node.label) for child in reversed(node.children[1:]))
        waiting.extend((child, here, node.label) for child in node.children[:1])
    return scores


def _points(label: str, above: str) -> float:
    if label == ROOT:
        return 0.0
    if label in SENTENCES:
        return 0.0 if above in SENTENCES else 1.5
    return 1.0


def frazier_span(scores: list[float]) -> float:
    """Largest sum over `SPAN` words that follow one another; of all words where there are fewer."""
    return max(sum(scores[start : start + SPAN]) for start in range(max(1, len(scores) - SPAN + 1)))


def height(tree: Tree) -> int:
    """Phrases from the top to the deepest word, both ends counted, `ROOT` not; 0 for a bare word."""
    deepest = 0
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        depth += bool(node.children) and node.label != ROOT
        deepest = max(deepest, depth)
        waiting.extend((child, depth) for child in node.children)
    return deepest


def _spec(name: str, unit: str, definition: str, citation: str, expect: float, why: str) -> FeatureSpec:
    return FeatureSpec(
        name=f"syntactic.{name}",
        unit=unit,
        low=0,
        high=None,
        needs={"word_trees": 5},
        languages=frozenset(["en"]),
        definition=definition,
        citation=citation,
        example=Example({"word_trees": COOK}, expect, 1e-12, why),
        invariances=_SHAPE,
    )


@family(
    _spec(
        "yngve_mean",
        "depth",
        "Mean Yngve depth over words: children numbered from right to left from 0, a word's depth the sum on its way "
        "down; punctuation left out.",
        "yngve1960",
        9 / 9,
        "depths 1 1 2 1 1 2 1 0 and 0: 9 in nine words",
    ),
    _spec(
        "yngve_max",
        "depth",
        "Mean over utterances of the largest Yngve depth of a word.",
        "yngve1960",
        1.0,
        "largest 2 and 0",
    ),
    _spec(
        "yngve_total",
        "depth",
        "Mean over utterances of the sum of Yngve depths; grows with the length of utterances.",
        "yngve1960",
        4.5,
        "sums 9 and 0",
    ),
)
def yngve_depths(word_trees: tuple[Tree, ...]) -> dict[str, Value]:
    found = [yngve(tree) for tree in word_trees]
    return {
        "syntactic.yngve_mean": ratio([sum(d) for d in found], [len(d) for d in found], what="words"),
        "syntactic.yngve_max": mean([max(d) for d in found]),
        "syntactic.yngve_total": mean([sum(d) for d in found]),
    }


@family(
    _spec(
        "frazier_mean",
        "score",
        "Mean Frazier score over words: from the word upwards while the node left is a leftmost child, 1 a phrase, 1.5 "
        "a sentence node (S, SBAR, SBARQ, SINV, SQ), 0 a sentence node under another; punctuation left out.",
        "frazier1985",
        10 / 9,
        "scores 2.5 1 2 0 1 1 0 0 and 2.5 in nine words",
    ),
    _spec(
        "frazier_max",
        "score",
        "Mean over utterances of the largest sum of Frazier scores over three words in a row (over all words of a "
        "shorter utterance).",
        "frazier1985 roark2011",
        4.0,
        "2.5 + 1 + 2 and 2.5",
    ),
)
def frazier_scores(word_trees: tuple[Tree, ...]) -> dict[str, Value]:
    found = [frazier(tree) for tree in word_trees]
    return {
        "syntactic.frazier_mean": ratio([sum(s) for s in found], [len(s) for s in found], what="words"),
        "syntactic.frazier_max": mean([frazier_span(s) for s in found]),
    }


@feature(
    **{
        "name": "syntactic.parse_tree_height",
        "unit": "levels",
        "low": 0,
        "high": None,
        "needs": {"word_trees": 5},
        "languages": frozenset(["en"]),
        "definition": "Mean over utterances of the height of the constituency tree: phrases from the top to the "
        "deepest word, the root node and the words' tags not counted.",
        "citation": "roark2011",
        "example": Example({"word_trees": COOK}, 3.5, 1e-12, "S VP NP PP NP, and S VP"),
        "invariances": _SHAPE,
    }
)
def parse_tree_height(word_trees: tuple[Tree, ...]) -> Value:
    return mean([height(tree) for tree in word_trees])
