"""Which words begin a subordinate clause, and whether it is an adverbial one."""

from __future__ import annotations

from ..views.branches import VERBS, Branches

CLAUSES = frozenset(["S", "SINV", "SQ", "SBARQ"])

ADVERBIAL = frozenset(
    "because cause cuz 'cause although though while since after before until till unless as once so whereas lest "
    "when whenever wherever if".split()
)
"""Words that begin adverbial clauses, whatever stands before them: *even* though, *just* because, *right* after."""

PAIRED = {
    "that": frozenset(["so", "order", "now", "except"]),
    "as": frozenset(["soon", "long", "far"]),
}
"""Words that begin an adverbial clause right after one of some words: in order that, as soon as."""

ASKING = frozenset("ask asked asking know knew known knows wonder wondered see saw tell told say said".split())
"""Verbs after which *if* and *when* begin an object clause."""


def subordinator(tree: Branches, index: int) -> str:
    """The word that begins a clause: the first preposition or wh-word before its sentence, else its first word.

    With the word before it where they go together (`PAIRED`).
    """
    leaves = []
    for below in tree.below(index):
        if tree.label(below) in {*CLAUSES, "VP"}:
            break
        if tree.nodes[below].is_leaf:
            leaves.append(below)
    at = next((leaf for leaf in leaves if tree.label(leaf) in {"IN", "WDT", "WP", "WP$", "WRB"}), None)
    if at is None:
        return first_word(tree, index)
    word = tree.word(at)
    before = next((tree.word(leaf) for leaf in range(at - 1, 0, -1) if tree.nodes[leaf].is_leaf), "")
    return f"{before} {word}" if before in PAIRED.get(word, ()) else word


def begins_adverbial(first: str) -> bool:
    """Whether `subordinator` gave a word or words that begin adverbial clauses."""
    return first in ADVERBIAL or " " in first


def is_adverbial(tree: Branches, index: int, first: str) -> bool:
    """Whether a clause that begins with `first` is adverbial where it stands, and not what a verb asks or says."""
    if not begins_adverbial(first) or (first == "so" and tree.above(index) in {"ADJP", "ADVP"}):
        return False
    asked = first in {"if", "when", "as", "now that"} and verb_before(tree, index) in ASKING
    return not asked


def first_word(tree: Branches, index: int) -> str:
    """The first word of a phrase in lower case."""
    return next((tree.word(below) for below in tree.below(index) if tree.nodes[below].is_leaf), "")


def verb_before(tree: Branches, index: int) -> str:
    """The nearest word to the left of a node within its phrase that is a verb; empty where there is none."""
    verbs = [tree.word(sister) for sister in tree.before(index) if tree.label(sister) in VERBS]
    return verbs[-1] if verbs else ""
