"""Clauses of L2SCA on GUM's gold trees, against Lu's Tregex patterns read anew with the Stanford head rules.

``S|SINV|SQ [> ROOT <, (VP <# VB) | <# MD|VBZ|VBP|VBD | < (VP [<# MD|VBP|VBZ|VBD | < CC < (VP <# MD|VBP|VBZ|VBD)])]``
"""

from __future__ import annotations

import re

import pytest
from lalia.data_schemas.brackets import read
from lalia.data_schemas.tree import ROOT, Tree
from lalia.features.syntactic import l2sca
from lalia.features.views.branches import Branches
from lalia.features.views.trees import PUNCTUATION

FINITE = {"MD", "VBZ", "VBP", "VBD"}
RULES = {
    "S": "TO IN VP S SBAR ADJP UCP NP",
    "SINV": "VBZ VBD VBP VB MD VP S SINV ADJP NP",
    "SQ": "VBZ VBD VBP VB MD VP SQ",
    "VP": "TO VBD VBN MD VBZ VB VBG VBP VP ADJP NN NNS NP",
}


def bare(node: Tree) -> Tree | None:
    """Without function labels and punctuation."""
    if node.is_leaf:
        return None if node.label in PUNCTUATION else node
    below = tuple(child for child in map(bare, node.children) if child is not None)
    return Tree(re.split(r"[-=|]", node.label)[0], below) if below else None


def head(node: Tree) -> str:
    """Label of the head child."""
    labels = [child.label for child in node.children]
    if not labels:
        return ""
    place = next((labels.index(one) for one in RULES.get(node.label, "").split() if one in labels), 0)
    return labels[place - 2] if place > 1 and labels[place - 1] in {"CC", "CONJP"} else labels[place]


def matches(node: Tree, above: str) -> bool:
    phrases = [child for child in node.children if child.label == "VP"]
    first = node.children[0] if node.children else node
    if (above == ROOT and first.label == "VP" and head(first) == "VB") or head(node) in FINITE:
        return True
    joined = [inner for phrase in phrases if any(c.label == "CC" for c in phrase.children) for inner in phrase.children]
    return any(head(phrase) in FINITE for phrase in [*phrases, *(one for one in joined if one.label == "VP")])


def clauses(tree: Tree) -> tuple[int, int]:
    """Clauses of a tree, FRAG apart, and those right below an SBAR, one an SBAR."""
    found = dependent = 0
    for node in tree.nodes():
        kinds = [child for child in node.children if child.label in {"S", "SINV", "SQ"} and matches(child, node.label)]
        found += len(kinds)
        dependent += bool(kinds) and node.label == "SBAR"
    return found, dependent


@pytest.mark.parametrize("genre", ["conversation", "court", "interview", "podcast", "speech", "vlog"])
def test_clauses_are_those_of_lus_patterns(shared, genre):
    files = sorted((shared / "data" / "gum_constituency" / "const").glob(f"GUM_{genre}_*.ptb"))
    if not files:
        pytest.skip("GUM's trees are not present")
    total = 0
    for file in files:
        for whole in read(file.read_text("utf-8")):
            tree = bare(whole)
            if tree is None:
                continue
            tree = tree if tree.label == ROOT else Tree(ROOT, (tree,))
            ours = Branches(tree)
            here, dependent = clauses(tree)
            alone = sum(child.label == "FRAG" for child in tree.children)
            assert l2sca.clauses(ours) == (here or alone), tree
            assert l2sca.dependent_clauses(ours) == dependent, tree
            total += here
    assert total > 500
