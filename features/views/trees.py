"""Constituency trees of the participant's utterances, words only."""

from __future__ import annotations

from ...data_schemas.brackets import read
from ...data_schemas.sample import Parse
from ...data_schemas.transcript import Transcript
from ...data_schemas.tree import ROOT, Tree
from ..registry import view
from .language import counts
from .tongues import is_foreign

PUNCTUATION = frozenset([",", ":", "``", "''", ".", "-LRB-", "-RRB-", "HYPH", "NFP", "#"])
"""Tags of leaves that are no word; a tree written by hand has no parse to ask."""


@view(size=len, size_unit="utterances")
def word_trees(transcript: Transcript, trees: tuple[Tree, ...], parses: tuple[Parse, ...]) -> tuple[Tree, ...]:
    """Trees of the utterances that hold a word, without punctuation; a phrase left without a word is left out.

    Utterances marked as of another language are left out too.
    """
    read = zip(transcript.of_participant, trees, parses, strict=True)
    kept = (pruned(tree, parse) for utterance, tree, parse in read if not is_foreign(utterance))
    return tuple(tree for tree in kept if tree.children)


def pruned(tree: Tree, parse: Parse) -> Tree:
    """The tree over the parse's words alone; a `ROOT` without children when there is none."""
    return _over(tree, {index for index, token in enumerate(parse) if counts(token)})


def trees_of(text: str) -> tuple[Tree, ...]:
    """Trees written by hand as bracketed text, punctuation left out, each under a ``ROOT``.

    >>> [leaf.word for leaf in trees_of("(S (NP (PRP she)) (VP (VBD sang)) (. .))")[0].leaves()]
    ['she', 'sang']
    """
    found = []
    for tree in read(text):
        rooted = tree if tree.label == ROOT else Tree(ROOT, (tree,))
        found.append(_over(rooted, {leaf.token for leaf in rooted.leaves() if leaf.label not in PUNCTUATION}))
    return tuple(found)


def _over(tree: Tree, keep: set[int]) -> Tree:
    made: dict[int, Tree | None] = {}
    for node in reversed(list(tree.nodes())):
        if node.is_leaf:
            made[id(node)] = node if node.token in keep else None
            continue
        children = tuple(child for below in node.children if (child := made[id(below)]) is not None)
        made[id(node)] = Tree(node.label, children) if children else None
    return made[id(tree)] or Tree(ROOT)
