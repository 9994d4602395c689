"""Embedders: texts in, one unit vector for each out.

>>> from lalia.models import embedders
>>> embedder = embedders.load("minilm")  # doctest: +SKIP
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Protocol

from ...data_schemas.result import ModelUse
from ...data_schemas.sample import EMBEDDER, Embeddings
from ..choice import require_known, resolved
from ..monet.embedded import is_monet
from ..weights import MONET


class Embedder(Protocol):
    """What every embedder does."""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language it was trained on."""
        ...

    @property
    def use(self) -> ModelUse:
        """Which model it is, exactly."""
        ...

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """Unit rows of shape (texts, d); a zero row for a text without a known word."""
        ...


LANGUAGES = {"minilm": "en", "monet": "en", **dict.fromkeys(MONET, "en")}
"""Embedders by name, and the language each was trained on; known without loading anything."""


def load(name: str, device: str = "auto") -> Embedder:
    """The embedder of that name, loaded once per process and device.

    Parameters
    ----------
    name : str
        One of `LANGUAGES`, or the folder of a Monet checkpoint.
    device : {"auto", "cpu", "cuda"}
        ``auto`` takes CUDA where there is one. The last bits of a vector differ between the two.

    Raises
    ------
    LaliaError
        ``bad_setting`` for an unknown name; ``model_absent`` or ``bad_model`` when its weights are not installed
        or not the ones expected.
    """
    if not is_monet(name):
        require_known(name, LANGUAGES, "An embedder", "embedder", "or the folder of a Monet checkpoint")
    return _load(name, resolved(device))


@functools.cache
def _load(name: str, device: str) -> Embedder:
    if is_monet(name):
        from .monet import MonetEmbedder

        return MonetEmbedder(name, device)
    from ..registry import locate, use
    from .minilm import MiniLM

    return MiniLM(locate(name), LANGUAGES[name], use(name, EMBEDDER), device)
