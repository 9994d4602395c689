"""Constituency parsers: parses in, one tree for each out.

>>> from lalia.models import parsers
>>> trees = parsers.load_constituency("lalia-gum").parse(parses)  # doctest: +SKIP

``lalia-gum`` ships with the package; ``stanza-en`` is Stanza's own English pipeline, fetched by
``lalia models fetch stanza-en``; ``none`` stands for no trees.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Protocol

from ...data_schemas.result import ModelUse
from ...data_schemas.sample import Parse
from ...data_schemas.tree import Tree
from ..choice import require_known


class TreeParser(Protocol):
    """What every constituency parser does."""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language it reads."""
        ...

    @property
    def use(self) -> ModelUse:
        """Which model it is, exactly."""
        ...

    def parse(self, parses: Sequence[Parse]) -> tuple[Tree, ...]:
        """One tree per parse, in order, over the parse's tokens; a parse without tokens gives a bare ``ROOT``."""
        ...


NONE = "none"
"""The setting for no trees at all."""

TREES = {"lalia-gum": "en", "stanza-en": "en"}
"""Constituency parsers by name, and the language each reads; known without loading anything."""


def load_constituency(name: str) -> TreeParser:
    """The constituency parser of that name, loaded once per process.

    Raises
    ------
    LaliaError
        ``bad_setting`` for an unknown name; ``model_absent`` or ``bad_model`` when its weights are not installed
        or not the ones expected.
    """
    require_known(name, TREES, "A constituency parser", "constituency", f"or {NONE}")
    return _load(name)


@functools.cache
def _load(name: str) -> TreeParser:
    from ..registry import locate, use

    if name == "stanza-en":
        from .stanza_pipeline import StanzaPipeline

        return StanzaPipeline(locate(name), TREES[name], use(name, "constituency"))
    from .shift_reduce import ShiftReduceParser

    return ShiftReduceParser(locate(name), TREES[name], use(name, "constituency"))
