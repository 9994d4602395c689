"""Parsers: a participant's utterances in, one parse for each out; and from parses, constituency trees.

>>> from lalia.models import parsers
>>> parser = parsers.load("en-core-web-sm")  # doctest: +SKIP
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Protocol

from ...data_schemas.result import ModelUse
from ...data_schemas.sample import Parse
from ...data_schemas.transcript import Utterance
from ..choice import require_known
from .constituency import NONE, TREES, TreeParser, load_constituency

__all__ = ["LANGUAGES", "NONE", "TREES", "Parser", "TreeParser", "load", "load_constituency"]


class Parser(Protocol):
    """What every parser does."""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language it reads."""
        ...

    @property
    def use(self) -> ModelUse:
        """Which model it is, exactly."""
        ...

    def parse(self, utterances: Sequence[Utterance]) -> tuple[Parse, ...]:
        """One parse per utterance, in order, of its plain words; an utterance without one gives an empty parse."""
        ...


LANGUAGES = {"en-core-web-sm": "en"}
"""Parsers by name, and the language each reads; known without loading anything."""


def load(name: str) -> Parser:
    """The parser of that name, loaded once per process.

    Raises
    ------
    LaliaError
        ``bad_setting`` for an unknown name; ``model_absent`` or ``bad_model`` when its weights are not installed
        or not the ones expected.
    """
    require_known(name, LANGUAGES, "A parser", "parser")
    return _load(name)


@functools.cache
def _load(name: str) -> Parser:
    from ..registry import locate, use
    from .english import SpacyParser

    return SpacyParser(locate(name), LANGUAGES[name], use(name, "parser"))
