"""Labelled bracketing scored by EVALB's rules.

Rules are those of EVALB with ``COLLINS.prm`` [1]_ [2]_: punctuation (tags ``, : `` '' .``) is deleted before spans are
counted, the node above the sentence (TOP, ROOT) does not count, ADVP and PRT are one label, and brackets are a
multiset: a unary chain of equal labels counts as often as it has nodes.

References
----------
.. [1] Sekine, Collins (1997). EVALB, a bracket scoring program.
.. [2] Collins (1997). Three generative, lexicalised models for statistical parsing. ACL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ...data_schemas.errors import LaliaError
from ...data_schemas.tree import Tree

PUNCTUATION = frozenset([",", ":", "``", "''", "."])
UNCOUNTED = frozenset(["TOP", "ROOT", "S1", "-NONE-", "", *PUNCTUATION])
EQUAL = {"PRT": "ADVP"}

Bracket = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Score:
    """Brackets that match, brackets of the gold trees, brackets of the trees under test, and trees that match whole."""

    matched: int = 0
    gold: int = 0
    test: int = 0
    exact: int = 0
    trees: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.matched + other.matched,
            self.gold + other.gold,
            self.test + other.test,
            self.exact + other.exact,
            self.trees + other.trees,
        )

    @property
    def recall(self) -> float:
        """Share of gold brackets found, 0 to 1."""
        return self.matched / self.gold if self.gold else 0.0

    @property
    def precision(self) -> float:
        """Share of brackets under test that are right, 0 to 1."""
        return self.matched / self.test if self.test else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both, 0 to 1."""
        return 2 * self.matched / (self.gold + self.test) if self.gold + self.test else 0.0


def brackets(tree: Tree) -> tuple[Counter[Bracket], int]:
    """Labelled spans over words without punctuation, and how many such words there are."""
    spans: Counter[Bracket] = Counter()
    at = 0
    starts: list[tuple[Tree, int]] = []
    waiting: list[tuple[Tree, bool]] = [(tree, False)]
    while waiting:
        node, closing = waiting.pop()
        if closing:
            _, start = starts.pop()
            if at > start and node.label not in UNCOUNTED:
                spans[EQUAL.get(node.label, node.label), start, at] += 1
        elif node.is_leaf:
            at += node.label not in PUNCTUATION
        else:
            starts.append((node, at))
            waiting.append((node, True))
            waiting.extend((child, False) for child in reversed(node.children))
    return spans, at


def score(gold: Tree, test: Tree) -> Score:
    """Score of one tree against its gold tree.

    Raises
    ------
    LaliaError
        When both do not hold the same number of words.
    """
    right, length = brackets(gold)
    found, other = brackets(test)
    if length != other:
        raise LaliaError(
            "Gold and test tree must hold the same words", f"{length} and {other}", "Parse the same tokens"
        )
    return Score((right & found).total(), right.total(), found.total(), int(right == found), 1)


def score_all(pairs: Iterable[tuple[Tree, Tree]]) -> Score:
    """Sum over (gold, test) pairs, as EVALB sums before it divides."""
    return sum((score(gold, test) for gold, test in pairs), Score())
