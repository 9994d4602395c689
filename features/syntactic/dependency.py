"""Dependency trees: how far words stand from their heads, on which side, and how deep the trees are.

Positions are counted over words alone, so that a transcriber's commas lengthen nothing.
"""

from __future__ import annotations

import math

from ...data_schemas.feature import Example, FeatureSpec
from ...data_schemas.sample import Parse
from ..estimates import Value, mean, ratio
from ..invariances import unchanged_by_all_but
from ..registry import family, feature
from ..views.examples import parse_of

BOYS = (
    parse_of("the/DET/det/2 boy/NOUN/nsubj/4 quickly/ADV/advmod/4 took/VERB/root/0 a/DET/det/6 cookie/NOUN/obj/4"),
    parse_of("it/PRON/nsubj/2 fell/VERB/root/0"),
)
"""Arcs of 1, 2, 1 words to the right-hand head and 1, 2 to the left-hand one; then one arc of 1 to the right."""

_SHAPE = unchanged_by_all_but("word_order")


def arcs(parse: Parse) -> list[int]:
    """Signed distances head - dependent of every arc; a root has none."""
    return [token.head - index for index, token in enumerate(parse) if token.head != index]


def _spec(
    name: str, unit: str, low: float, high: float | None, definition: str, expect: float, why: str
) -> FeatureSpec:
    return FeatureSpec(
        name=f"syntactic.{name}",
        unit=unit,
        low=low,
        high=high,
        needs={"utterances": 5},
        definition=definition,
        citation="liu2008",
        example=Example({"tokens_by_utterance": BOYS}, expect, 1e-12, why),
        invariances=_SHAPE,
        languages=frozenset(["en"]),
    )


@family(
    _spec(
        "dependency_distance_mean",
        "words",
        1,
        None,
        "Mean |head - dependent| over all arcs of the sample, roots and punctuation apart.",
        8 / 6,
        "distances 1, 2, 1, 1, 2, 1",
    ),
    _spec(
        "dependency_distance_max",
        "words",
        1,
        None,
        "Mean over utterances of the longest arc; utterances without an arc are left out.",
        3 / 2,
        "longest arcs 2 and 1",
    ),
    _spec(
        "left_dependency_share",
        "ratio",
        0,
        1,
        "Arcs whose head is to the right / arcs.",
        5 / 6,
        "all but cookie precede their heads",
    ),
)
def dependency_distances(tokens_by_utterance: tuple[Parse, ...]) -> dict[str, Value]:
    found = [arcs(parse) for parse in tokens_by_utterance]
    totals = [len(distances) for distances in found]
    return {
        "syntactic.dependency_distance_mean": ratio([sum(map(abs, d)) for d in found], totals, what="arcs"),
        "syntactic.dependency_distance_max": mean([max(map(abs, d)) for d in found if d]),
        "syntactic.left_dependency_share": ratio([sum(x > 0 for x in d) for d in found], totals, what="arcs"),
    }


@feature(
    name="syntactic.dependency_distance_normalised",
    unit="index",
    low=0,
    high=None,
    needs={"utterances": 5},
    definition="Mean over trees of |ln(MDD / sqrt(root position x length))|: MDD the tree's mean dependency distance, "
    "positions counted from 1, length in words; trees of one word are left out.",
    citation="lei2020",
    example=Example(
        {"dependency_trees": BOYS},
        (abs(math.log(7 / 5 / math.sqrt(4 * 6))) + abs(math.log(1 / math.sqrt(2 * 2)))) / 2,
        1e-12,
        "MDD 7/5, root 4 of 6; MDD 1, root 2 of 2",
    ),
    invariances=_SHAPE,
    languages=frozenset(["en"]),
)
def dependency_distance_normalised(dependency_trees: tuple[Parse, ...]) -> Value:
    return mean([_normalised(tree) for tree in dependency_trees if len(tree) > 1])


def _normalised(tree: Parse) -> float:
    distances = [abs(distance) for distance in arcs(tree)]
    root = next(index for index, token in enumerate(tree) if token.head == index) + 1
    return abs(math.log(sum(distances) / len(distances) / math.sqrt(root * len(tree))))


@feature(
    name="syntactic.dependency_tree_height",
    unit="edges",
    low=0,
    high=None,
    needs={"utterances": 5},
    definition="Mean height of dependency trees: edges on the longest path from the root; a tree of one word has 0.",
    citation="demarneffe2021",
    example=Example({"dependency_trees": BOYS}, 3 / 2, 1e-12, "took - cookie - a is 2 edges, fell - it is 1"),
    invariances=unchanged_by_all_but(),
    languages=frozenset(["en"]),
)
def dependency_tree_height(dependency_trees: tuple[Parse, ...]) -> Value:
    return mean([height(tree) for tree in dependency_trees])


def height(tree: Parse) -> int:
    """Edges on the longest path from a root; without recursion, for a tree can be thousands of words deep."""
    depth: dict[int, int] = {}
    for start in range(len(tree)):
        path = []
        at = start
        while at not in depth and tree[at].head != at:
            path.append(at)
            at = tree[at].head
        depth.setdefault(at, 0)
        for step in reversed(path):
            depth[step] = depth[tree[step].head] + 1
    return max(depth.values(), default=0)
