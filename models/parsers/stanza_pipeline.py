"""Stanza's own English pipeline behind the constituency interface, over spaCy's tokens.

Its tagger and its parser run on the tokens given, so that trees and parses stay word for word the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...data_schemas.result import ModelUse
from ...data_schemas.sample import Parse
from ...data_schemas.tree import Tree
from .bridge import taken
from .shift_reduce import PIECE, _indices, _joined, _silent, _whole

PROCESSORS = "tokenize,pos,constituency"


class StanzaPipeline:
    """``stanza.Pipeline`` with the official models.

    Parameters
    ----------
    folder : Path
        Stanza's resources: ``resources.json`` and a folder for the language.
    language : str
        ISO 639-1 code.
    use : ModelUse
        What provenance says of it.
    """

    def __init__(self, folder: Path, language: str, use: ModelUse) -> None:
        import stanza

        self.language = language
        self.use = use
        with _silent():
            self._pipeline: Any = stanza.Pipeline(
                lang=language,
                dir=str(folder),
                processors=PROCESSORS,
                tokenize_pretokenized=True,
                download_method=None,
                use_gpu=False,
                verbose=False,
            )

    def parse(self, parses: Sequence[Parse]) -> tuple[Tree, ...]:
        """One tree per parse, in order, over the parse's tokens; utterances of over 150 tokens in pieces."""
        pieces = [(number, start) for number, parse in enumerate(parses) for start in range(0, len(parse), PIECE)]
        texts = [[_form(parses[n][index].text) for index in _indices(parses[n], start)] for n, start in pieces]
        with _silent():
            sentences = self._pipeline(texts).sentences if texts else []
        made = {}
        for (number, start), sentence in zip(pieces, sentences, strict=True):
            tree = sentence.constituency
            fits = tree is not None and len(list(tree.yield_preterminals())) == len(_indices(parses[number], start))
            made[number, start] = taken(tree, parses[number], start) if fits else _whole(None, parses[number], start)
        return tuple(_joined([made[n, start] for start in range(0, len(p), PIECE)]) for n, p in enumerate(parses))


def _form(text: str) -> str:
    """A token as Stanza takes one: no space within, not empty."""
    return "_".join(text.split()) or "_"
