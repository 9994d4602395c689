"""Between our parses and trees and Stanza's constituency parser: what goes in, and what its trees become."""

from __future__ import annotations

from typing import Any

from ...data_schemas.brackets import escape
from ...data_schemas.sample import Parse
from ...data_schemas.tree import ROOT, Tree
from .clues import clue, safe


def given(parse: Parse, index: int) -> tuple[str, str]:
    """A token as the model reads it: its form in lower case and its clue."""
    return escape(parse[index].text.lower()), clue(parse, index)


def taken(tree: Any, parse: Parse, first: int = 0) -> Tree:
    """Stanza's tree as ours, with the tokens' own forms and tags; `first` is the index of its first token."""
    made: dict[int, Tree] = {}
    order: list[Any] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        order.append(node)
        if not node.is_preterminal():
            waiting.extend(reversed(node.children))
    leaves = [node for node in order if node.is_preterminal()]
    for place, node in enumerate(leaves, start=first):
        made[id(node)] = Tree(safe(parse[place].tag), word=parse[place].text, token=place)
    for node in reversed(order):
        if id(node) not in made:
            made[id(node)] = Tree(node.label or ROOT, tuple(made[id(child)] for child in node.children))
    return made[id(tree)]
