"""Constituency trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ROOT = "ROOT"
"""Label of the node above a whole utterance."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A node of a constituency tree, and with its children the tree below it.

    A phrase has children. A leaf has none: its `label` is the part of speech (Penn tag), `word` the form and `token`
    the index into the utterance's parse. A tree of an utterance without a word is a `ROOT` without children.

    Walks are loops and not recursion: a long right-branching utterance is deeper than Python's stack.
    """

    label: str
    children: tuple[Tree, ...] = ()
    word: str = ""
    token: int = -1

    @property
    def is_leaf(self) -> bool:
        """Whether this is a word with its tag, and not a phrase."""
        return not self.children and self.token >= 0

    def nodes(self) -> Iterator[Tree]:
        """Yield this node and every one below it, parents before children, left before right."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def leaves(self) -> list[Tree]:
        """The words, left to right."""
        return [node for node in self.nodes() if node.is_leaf]

    def phrases(self) -> Iterator[Tree]:
        """Every node with children below and including this one, parents first; `ROOT` is no phrase."""
        return (node for node in self.nodes() if node.children and node.label != ROOT)
