"""Trees as bracketed text, the way treebanks write them: ``(ROOT (S (NP (PRP she)) (VP (VBD sang))))``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .errors import Code, LaliaError
from .tree import Tree

_PIECE = re.compile(r"[()]|[^\s()]+")


def read(text: str) -> tuple[Tree, ...]:
    """Trees from bracketed text; leaves are numbered from 0 within each tree.

    Raises
    ------
    LaliaError
        ``bad_transcript`` for brackets that do not close or words outside brackets.
    """
    return tuple(_read(text))


def _read(text: str) -> Iterator[Tree]:
    # Each open bracket keeps its label, its word and its children so far.
    open_nodes: list[tuple[list[str], list[Tree]]] = []
    count = 0
    for piece in _PIECE.findall(text):
        if piece == "(":
            open_nodes.append(([], []))
        elif not open_nodes:
            raise _broken(f"{piece[:20]!r} outside brackets")
        elif piece != ")":
            open_nodes[-1][0].append(piece)
        else:
            atoms, children = open_nodes.pop()
            node = _node(atoms, children, count)
            count += node.is_leaf
            if open_nodes:
                open_nodes[-1][1].append(node)
            else:
                count = 0
                yield node
    if open_nodes:
        raise _broken(f"{len(open_nodes)} brackets left open")


def _node(atoms: list[str], children: list[Tree], count: int) -> Tree:
    if len(atoms) == 2 and not children:
        return Tree(atoms[0], word=atoms[1], token=count)
    if len(atoms) <= 1 and (atoms or children):
        return Tree(atoms[0] if atoms else "", tuple(children))
    raise _broken(f"a node of {len(atoms)} words and {len(children)} children")


def write(tree: Tree) -> str:
    """A tree as one line of bracketed text; a bracket that is a word is written -LRB- or -RRB-."""
    pieces: list[str] = []
    waiting: list[Tree | str] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            pieces.append(node)
        elif node.is_leaf:
            pieces.append(f" ({node.label} {escape(node.word)})")
        else:
            pieces.append(f" ({node.label}")
            waiting.append(")")
            waiting.extend(reversed(node.children))
    return "".join(pieces).strip()


def escape(word: str) -> str:
    """A form that may stand as a leaf: no bracket, no space, not empty."""
    return re.sub(r"\s", "_", word.replace("(", "-LRB-").replace(")", "-RRB-")) or "_"


def _broken(got: str) -> LaliaError:
    return LaliaError(
        "Trees must be bracketed text such as (S (NP (PRP she)) (VP (VBD sang)))",
        got,
        "Correct the brackets",
        code=Code.BAD_TRANSCRIPT,
    )
