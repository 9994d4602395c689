"""The shipped constituency model: Stanza's in-order shift-reduce parser over spaCy's tokens, tags and relations.

References
----------
.. [1] Liu, Zhang (2017). In-order transition-based constituent parsing. TACL 5.
.. [2] Qi, Zhang, Zhang, Bolton, Manning (2020). Stanza: a Python natural language processing toolkit for many human
   languages. ACL demonstrations.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...data_schemas.errors import Code, LaliaError
from ...data_schemas.result import ModelUse
from ...data_schemas.sample import Parse
from ...data_schemas.tree import ROOT, Tree
from .bridge import given, taken
from .clues import safe

BATCH = 64
"""Utterances parsed at once."""

PIECE = 150
"""Tokens parsed at once. A longer utterance is parsed in pieces, put side by side below one root."""

MODEL, VECTORS = "constituency.pt", "vectors.pt"


class ShiftReduceParser:
    """The model behind the interface.

    Parameters
    ----------
    folder : Path
        Holds the model and the word vectors, both in Stanza's format.
    language : str
        ISO 639-1 code.
    use : ModelUse
        What provenance says of it.
    """

    def __init__(self, folder: Path, language: str, use: ModelUse) -> None:
        self.language = language
        self.use = use
        self._model = _model(folder)

    def parse(self, parses: Sequence[Parse]) -> tuple[Tree, ...]:
        """One tree per parse, in order.

        Parameters
        ----------
        parses : sequence of Parse
            As the spaCy parser makes them.

        Returns
        -------
        tuple of Tree
            Leaves are the parse's tokens, punctuation included. A stretch the model finds no tree for, which has not
            been seen, is left as words below an ``X``.
        """
        pieces = [(number, start) for number, parse in enumerate(parses) for start in range(0, len(parse), PIECE)]
        # Utterances of one length together: little is padded, and the order of the recording decides nothing.
        pieces.sort(key=lambda piece: (len(parses[piece[0]][piece[1] :][:PIECE]), piece))
        made: dict[tuple[int, int], Tree] = {}
        for first in range(0, len(pieces), BATCH):
            batch = pieces[first : first + BATCH]
            sentences = [
                [given(parses[number], index) for index in _indices(parses[number], start)] for number, start in batch
            ]
            for (number, start), found in zip(batch, self._parsed(sentences), strict=True):
                made[number, start] = _whole(found, parses[number], start)
        return tuple(_joined([made[n, start] for start in range(0, len(p), PIECE)]) for n, p in enumerate(parses))

    def _parsed(self, sentences: list[list[tuple[str, str]]]) -> list[Any | None]:
        with _silent(), _one_thread():
            found = self._model.parse_tagged_words(sentences, BATCH)
            if len(found) == len(sentences):
                return list(found)
            # Those without a tree are left out, so each is asked for on its own.
            alone = [self._model.parse_tagged_words([sentence], 1) for sentence in sentences]
        return [trees[0] if trees else None for trees in alone]


def _indices(parse: Parse, start: int) -> range:
    return range(start, min(start + PIECE, len(parse)))


def _whole(found: Any | None, parse: Parse, start: int) -> Tree:
    if found is not None:
        return taken(found, parse, start)
    leaves = (Tree(safe(parse[i].tag), word=parse[i].text, token=i) for i in _indices(parse, start))
    return Tree(ROOT, (Tree("X", tuple(leaves)),))


def _joined(trees: list[Tree]) -> Tree:
    if len(trees) == 1:
        return trees[0]
    return Tree(ROOT, tuple(child for tree in trees for child in tree.children))


@contextmanager
def _silent() -> Iterator[None]:
    """Stanza's log writes out a sentence it cannot parse, which is nobody's to read."""
    logger = logging.getLogger("stanza")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


@contextmanager
def _one_thread() -> Iterator[None]:
    """The model's steps are too small to share: several threads only wait for each other, minutes on a busy machine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Vectors:
    """Stands where Stanza looks for word vectors: ours are kept in half precision and widened when read."""

    def load_pretrain(self, filename: str) -> Any:
        from stanza.models.common.pretrain import Pretrain

        vectors = Pretrain(filename)
        vectors._emb = vectors.emb.float()
        return vectors

    def load_charlm(self, filename: str | None) -> None:
        """None: the model reads no characters."""

    def load_bert(self, name: str | None, *_: Any, **__: Any) -> tuple[None, None]:
        """None: the model has no transformer."""
        return None, None


def _model(folder: Path) -> Any:
    import torch
    from stanza.models.constituency.trainer import Trainer

    with _silent():
        try:
            # Tensors and plain containers alone are read: a file cannot run code.
            saved = torch.load(folder / MODEL, map_location="cpu", weights_only=True)
            params = saved["params"]
            # Kept in half precision to be small; computed in single precision.
            params["model"] = {k: v.float() if v.is_floating_point() else v for k, v in params["model"].items()}
            trainer = Trainer.model_from_params(
                params, None, {"wordvec_pretrain_file": str(folder / VECTORS)}, _Vectors()
            )
        except (KeyError, TypeError, RuntimeError, ValueError, OSError, pickle.UnpicklingError) as error:
            raise LaliaError(
                "The constituency model must be one this version of Stanza reads",
                type(error).__name__,
                "Install the versions of lalia's constraints.txt",
                code=Code.BAD_MODEL,
            ) from None
    model = getattr(trainer, "model", trainer)
    model.eval()
    return model
