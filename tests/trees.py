"""Utterances, parses and Stanza's trees for tests of constituency."""

from __future__ import annotations

from lalia.data_schemas import ModelUse, Tree, Utterance, Word
from lalia.features.views.trees import trees_of
from lalia.models import parsers

USE = ModelUse(role="constituency", name="x", sha256="0" * 64, licence="MIT", source="a test")


def tree(text: str) -> Tree:
    """The one tree of a text in brackets."""
    (found,) = trees_of(text)
    return found


def said(*texts: str) -> tuple[Utterance, ...]:
    return tuple(Utterance(speaker="PAR", words=tuple(Word(text=w) for w in text.split())) for text in texts)


def parses_of(*texts: str):
    return parsers.load("en-core-web-sm").parse(said(*texts))


def stanza_tree(text: str):
    from stanza.models.constituency.tree_reader import read_trees

    (tree,) = read_trees(text)
    return tree
