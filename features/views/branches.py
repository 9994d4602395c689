"""A constituency tree laid out in a list, so that parents, sisters and what lies below are one look away."""

from __future__ import annotations

from collections.abc import Container, Iterator

from ...data_schemas.tree import ROOT, Tree

VERBS = frozenset(["MD", "VB", "VBD", "VBG", "VBN", "VBP", "VBZ"])
FINITE = frozenset(["MD", "VBD", "VBP", "VBZ"])

_HEADS = {
    "S": ("TO", "IN", "VP", "S", "SBAR", "ADJP", "UCP", "NP"),
    "SINV": ("VBZ", "VBD", "VBP", "VB", "MD", "VP", "S", "SINV", "ADJP", "NP"),
    "SQ": ("VBZ", "VBD", "VBP", "VB", "MD", "VP", "SQ"),
    "VP": ("TO", "VBD", "VBN", "MD", "VBZ", "VB", "VBG", "VBP", "VP", "ADJP", "NN", "NNS", "NP"),
    "SBAR": ("WHNP", "WHPP", "WHADVP", "WHADJP", "IN", "DT", "S", "SQ", "SINV", "SBAR"),
}
"""Labels of head children by phrase, best first, of each the leftmost (after Collins 1999, appendix A)."""

AFTER_CONJUNCTION = 2
"""Places between what a conjunction joins."""


class Branches:
    """Nodes of a tree in preorder; every node is named by its index, 0 is the top.

    Parameters
    ----------
    tree : Tree
    """

    def __init__(self, tree: Tree) -> None:
        self.nodes: list[Tree] = []
        self.parent: list[int] = []
        self.children: list[list[int]] = []
        waiting = [(tree, -1)]
        while waiting:
            node, above = waiting.pop()
            index = len(self.nodes)
            self.nodes.append(node)
            self.parent.append(above)
            self.children.append([])
            if above >= 0:
                self.children[above].append(index)
            waiting.extend((child, index) for child in reversed(node.children))
        self.end = list(range(1, len(self.nodes) + 1))
        for index in range(len(self.nodes) - 1, 0, -1):
            above = self.parent[index]
            self.end[above] = max(self.end[above], self.end[index])

    def label(self, index: int) -> str:
        """Label of a node; of what is above the top, the empty string."""
        return self.nodes[index].label if index >= 0 else ""

    def word(self, index: int) -> str:
        """Form of a leaf in lower case; of a phrase, the empty string."""
        return self.nodes[index].word.lower()

    def above(self, index: int) -> str:
        """Label of the parent."""
        return self.label(self.parent[index])

    def all(self, labels: Container[str]) -> Iterator[int]:
        """Nodes with one of these labels, in order."""
        return (index for index, node in enumerate(self.nodes) if node.label in labels)

    def below(self, index: int) -> range:
        """Every node below one."""
        return range(index + 1, self.end[index])

    def has_above(self, index: int, labels: Container[str]) -> bool:
        """Whether a node lies anywhere below one with such a label."""
        at = self.parent[index]
        while at >= 0:
            if self.label(at) in labels:
                return True
            at = self.parent[at]
        return False

    def before(self, index: int) -> list[int]:
        """Sisters to the left, in order."""
        sisters = self.children[self.parent[index]] if self.parent[index] >= 0 else [index]
        return sisters[: sisters.index(index)]

    def after(self, index: int) -> list[int]:
        """Sisters to the right, in order."""
        sisters = self.children[self.parent[index]] if self.parent[index] >= 0 else [index]
        return sisters[sisters.index(index) + 1 :]

    def labels_of(self, indices: list[int]) -> list[str]:
        """Labels of several nodes."""
        return [self.label(index) for index in indices]

    def head(self, index: int) -> int:
        """Head child of a clause or VP; of any other phrase, and where the table knows none, the first child.

        What stands after a conjunction is no head: then it is what stands before.
        """
        children = self.children[index]
        if not children:
            return index
        labels = self.labels_of(children)
        place = next((labels.index(label) for label in _HEADS.get(self.label(index), ()) if label in labels), 0)
        if place >= AFTER_CONJUNCTION and labels[place - 1] in {"CC", "CONJP"}:
            place -= AFTER_CONJUNCTION
        return children[place]

    def is_finite(self, index: int) -> bool:
        """Whether an S, SINV or SQ is finite: see `features.syntactic.l2sca`."""
        children = self.children[index]
        first = children[0] if children else index
        if self.above(index) == ROOT and self.label(first) == "VP" and self.label(self.head(first)) == "VB":
            return True
        return self.label(self.head(index)) in FINITE or any(map(self._is_finite_phrase, children))

    def _is_finite_phrase(self, index: int) -> bool:
        if self.label(index) != "VP":
            return False
        if self.label(self.head(index)) in FINITE:
            return True
        inner = self.children[index]
        coordinated = "CC" in self.labels_of(inner)
        return coordinated and any(self.label(c) == "VP" and self.label(self.head(c)) in FINITE for c in inner)
