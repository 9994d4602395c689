"""GUM's trees as the pipeline would meet them: its words cleaned, its tokens spaCy's.

A gold tree's leaves are joined to words ("do" "n't" is one word, as in a transcript), fillers, fragments and repeats
are marked by the pipeline's own rules and set aside, spaCy parses what is left as it does at run time, and the leaves
are replaced by spaCy's tokens. Phrases left without a word disappear.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ....data_schemas.brackets import read
from ....data_schemas.sample import Parse
from ....data_schemas.transcript import Kind, Utterance, Word
from ....data_schemas.tree import ROOT, Tree
from .. import Parser
from ..clues import safe

OPEN_GENRES = frozenset(["academic", "bio", "court", "interview", "news", "textbook", "vlog", "voyage"])
"""Genres whose texts may be adapted and shared, trade included: the model is trained and chosen on these alone.

GUM's LICENSE.txt: academic and court CC BY 4.0, biographies and travel guides CC BY-SA 3.0, news and interviews
CC BY 2.5. Its README: textbooks are OpenStax's (CC BY 4.0), vlogs YouTube's Creative Commons videos (CC BY 3.0).
Left out: essay, fiction, letter, podcast, whow (non-commercial), reddit (no redistribution), conversation (Santa
Barbara Corpus, CC BY-ND 3.0), speech (no licence stated).
"""

SPEECH_GENRES = ("conversation", "court", "interview", "podcast", "speech", "vlog")

_INNER = frozenset([",", ":", "``", "''", "-LRB-", "-RRB-"])
_CLITIC = re.compile(r"n['’]?t|['’](s|re|ve|ll|d|m|em|til|cause)?|na|ta", re.IGNORECASE)
_HOSTS = {"na": ("gon", "wan"), "ta": ("got",), "not": ("can",)}
_OPENING = frozenset(["``", "-LRB-", "$"])
_WRITTEN = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]"}


def genre_of(name: str) -> str:
    """Genre of a document by its name: ``GUM_vlog_wine`` is a vlog."""
    return name.split("_")[1]


@dataclass(frozen=True, slots=True)
class Document:
    """A document's gold trees, without functions and traces."""

    name: str
    trees: tuple[Tree, ...]

    @property
    def genre(self) -> str:
        """Genre of the document."""
        return genre_of(self.name)


@dataclass(frozen=True, slots=True)
class Pair:
    """An utterance's gold tree over spaCy's tokens, and spaCy's parse of it."""

    document: str
    tree: Tree
    parse: Parse

    @property
    def genre(self) -> str:
        """Genre of the document."""
        return genre_of(self.document)


def documents(folder: Path, part: str) -> tuple[Document, ...]:
    """Documents of GUM's official ``train``, ``dev``, ``test`` or ``test2``, in the order of ``splits.md``."""
    text = (folder / "splits.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {part}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    names = re.findall(r"\* (\S+)", section.group(1)) if section else []
    paths = ((name, folder / "const" / f"{name}.ptb") for name in names)
    return tuple(
        Document(name, tuple(plain(tree) for tree in read(path.read_text(encoding="utf-8"))))
        for name, path in paths
        if path.is_file()
    )


def plain(tree: Tree) -> Tree:
    """A tree without function labels and traces, and without a phrase that holds only one of its own kind."""
    return _rebuilt(tree, lambda leaf: () if leaf.label == "-NONE-" else (leaf,)) or Tree(ROOT)


def _rebuilt(tree: Tree, leaf_to: Callable[[Tree], tuple[Tree, ...]]) -> Tree | None:
    """The tree with each leaf replaced by those it is mapped to; phrases left empty are dropped."""
    made: dict[int, tuple[Tree, ...]] = {}
    for node in reversed(list(tree.nodes())):
        if node.is_leaf:
            made[id(node)] = leaf_to(node)
            continue
        children = tuple(child for below in node.children for child in made[id(below)])
        label = _label(node.label) or ROOT
        if len(children) == 1 and children[0].children and children[0].label == label:
            made[id(node)] = children
        else:
            made[id(node)] = (Tree(label, children),) if children else ()
    found = made[id(tree)]
    return found[0] if found else None


def _label(label: str) -> str:
    return label if label.startswith("-") else re.split(r"[-=|]", label)[0]


@dataclass(frozen=True, slots=True)
class _Group:
    """Leaves that make one word of a transcript, with the punctuation around it."""

    leaves: tuple[Tree, ...]

    def text(self, punctuation: bool) -> str:
        kept = [leaf for leaf in self.leaves if punctuation or leaf.label not in _INNER]
        return "".join(_WRITTEN.get(leaf.word, leaf.word) for leaf in kept)


def groups(tree: Tree) -> tuple[list[_Group], Tree | None]:
    """The words of a tree, each with its leaves, and the leaf that ends the sentence."""
    leaves = tree.leaves()
    end = leaves[-1] if leaves and leaves[-1].label == "." else None
    found: list[list[Tree]] = []
    joined = False
    for leaf in leaves[: len(leaves) - (end is not None)]:
        if found and (joined or _attaches(leaf, found[-1])):
            found[-1].append(leaf)
        else:
            found.append([leaf])
        joined = leaf.label in _OPENING or leaf.label == "HYPH"
    return [_Group(tuple(group)) for group in found], end


def _attaches(leaf: Tree, before: Sequence[Tree]) -> bool:
    if leaf.label in {"HYPH", "POS", *_INNER, "."} and leaf.label not in _OPENING:
        return True
    form = leaf.word.lower()
    if form in _HOSTS:
        return before[-1].word.lower() in _HOSTS[form]
    return _CLITIC.fullmatch(form) is not None


def utterance(tree: Tree, *, punctuation: bool, lower: bool, clean: bool) -> tuple[Utterance, list[_Group]]:
    """A gold tree as an utterance, and for each of its words the leaves it was made from.

    Parameters
    ----------
    punctuation : bool
        Keep commas, quotes and brackets on their words, as a text file has them; recognisers and CHAT have none.
    lower : bool
        Begin with a small letter, as CHAT does.
    clean : bool
        Mark fillers, fragments and repeats, which the parser then sets aside.
    """
    from ....pipeline.formats.detect import mark

    found, end = groups(tree)
    kept = [(group, group.text(punctuation)) for group in found]
    kept = [(group, text) for group, text in kept if any(map(str.isalnum, text)) or punctuation]
    words = [Word(text=text) for _, text in kept]
    if lower and words and not words[0].text.startswith(("I'", "I’")) and words[0].text != "I":
        words[0] = Word(text=words[0].text[0].lower() + words[0].text[1:])
    marked = mark(words, "en") if clean else tuple(words)
    return Utterance(
        speaker="PAR", words=marked, terminator=end.word if end is not None and end.word in "?!." else "."
    ), [group for group, _ in kept]


def retokenised(tree: Tree, parse: Parse, made_of: Sequence[_Group], *, punctuation: bool) -> Tree | None:
    """The gold tree over the tokens of `parse`; None when nothing is left of it."""
    tokens: dict[int, list[int]] = {}
    for index, token in enumerate(parse):
        tokens.setdefault(token.word, []).append(index)
    placed: dict[int, list[int]] = {}
    for word, group in enumerate(made_of):
        if word in tokens:
            _place(group, tokens[word], parse, placed, punctuation)
    leaves = tree.leaves()
    end = leaves[-1] if leaves and leaves[-1].label == "." else None
    extra = tokens.get(-1, [])
    if end is not None and extra:
        placed[end.token] = extra
        extra = []

    def leaf_to(leaf: Tree) -> tuple[Tree, ...]:
        return tuple(_leaf(parse, index) for index in placed.get(leaf.token, ()))

    made = _rebuilt(tree, leaf_to)
    if made is None or not extra:
        return made
    return _ended(made, tuple(_leaf(parse, index) for index in extra))


def _ended(tree: Tree, marks: tuple[Tree, ...]) -> Tree:
    """The tree with the terminator the pipeline adds: last in the phrase, where the root holds a single one."""
    last = tree.children[-1]
    if len(tree.children) == 1 and last.children:
        return replace(tree, children=(replace(last, children=(*last.children, *marks)),))
    return replace(tree, children=(*tree.children, *marks))


def _leaf(parse: Parse, index: int) -> Tree:
    return Tree(safe(parse[index].tag), word=parse[index].text, token=index)


def _place(group: _Group, indices: list[int], parse: Parse, placed: dict[int, list[int]], punctuation: bool) -> None:
    """Give each token of a word to the leaf in which it begins, counted in characters."""
    kept = [leaf for leaf in group.leaves if punctuation or leaf.label not in _INNER]
    ends: list[int] = []
    for leaf in kept:
        ends.append((ends[-1] if ends else 0) + len(_WRITTEN.get(leaf.word, leaf.word)))
    at = 0
    for index in indices:
        place = next((number for number, end in enumerate(ends) if at < end), len(ends) - 1)
        placed.setdefault(kept[place].token, []).append(index)
        at += len(parse[index].text)


def pairs(
    documents: Sequence[Document],
    parser: Parser,
    *,
    punctuation: float = 0.0,
    lower: float = 0.0,
    clean: bool = True,
    seed: int = 0,
) -> Iterator[Pair]:
    """Gold trees over spaCy's tokens, with spaCy's parses.

    Parameters
    ----------
    punctuation, lower : float in [0, 1]
        Share of trees that keep inner punctuation, and that begin with a small letter; drawn with `seed`.
    """
    drawn = random.Random(seed)  # noqa: S311 - which trees keep their commas is no secret
    for document in documents:
        shapes = []
        for tree in document.trees:
            commas = drawn.random() < punctuation
            made = utterance(tree, punctuation=commas, lower=drawn.random() < lower, clean=clean)
            shapes.append((tree, commas, *made))
        parses = parser.parse([shape[2] for shape in shapes])
        for (tree, commas, spoken, made_of), parse in zip(shapes, parses, strict=True):
            if not any(word.kind is Kind.WORD for word in spoken.words):
                continue
            found = retokenised(tree, parse, made_of, punctuation=commas)
            if found is not None and [leaf.token for leaf in found.leaves()] == list(range(len(parse))):
                yield Pair(document.name, found, parse)
