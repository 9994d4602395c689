"""Embedders: texts in, one unit vector for each out.

>>> from lalia.models import embedders
>>> embedder = embedders.load("minilm")  # doctest: +SKIP
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ...data_schemas.result import ModelUse
from ...data_schemas.sample import EMBEDDER, Embeddings
from ..choice import require_known, resolved
from ..monet.embedded import canonical, is_monet
from ..monet.names import known
from ..weights import MONET


class Embedder(Protocol):
    """What every embedder does."""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language it was trained on; empty where its folder does not say."""
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


def language(name: str) -> str | None:
    """ISO 639-1 code of the language an embedder was trained on; None for a folder, which does not say."""
    return LANGUAGES.get(known(name) or name)


def load(name: str, device: str = "auto") -> Embedder:
    """The embedder of that name, loaded once per process and device.

    Parameters
    ----------
    name : str
        One of `LANGUAGES`, a release's name on the hub, or the folder of a Monet checkpoint or of a
        sentence-transformers model (a BERT with mean pooling).
    device : {"auto", "cpu", "cuda"}
        ``auto`` takes CUDA where there is one. The last bits of a vector differ between the two.

    Raises
    ------
    LaliaError
        ``bad_setting`` for an unknown name; ``model_absent`` or ``bad_model`` when its weights are not installed
        or not the ones expected.
    """
    where = resolved(device)
    if is_monet(name):
        return _monet(canonical(name), where)
    from .sentence import sentence_folder

    folder = sentence_folder(name)
    if folder is not None:
        return _sentence(folder.absolute(), where)
    folders = "the folder of a sentence-transformers model, or the folder of a Monet checkpoint"
    require_known(name, LANGUAGES, "An embedder", "embedder", folders)
    return _packaged(name, where)


def is_language_model(embedder: str, language_model: str) -> bool:
    """Whether two settings name one Monet, which then need not read a text twice."""
    return is_monet(embedder) and is_monet(language_model) and canonical(embedder) == canonical(language_model)


def use(name: str, role: str = EMBEDDER) -> ModelUse:
    """What provenance keeps of an embedder, without loading it; raises as `load` does."""
    from ..monet import embedded
    from .sentence import sentence_folder
    from .sentence import use as use_of_folder

    if is_monet(name):
        return embedded.use(name, role)
    folder = sentence_folder(name)
    if folder is not None:
        return use_of_folder(folder, role)
    from ..registry import use as packaged

    return packaged(name, role)


@functools.cache
def _monet(name: str, device: str) -> Embedder:
    from .monet import MonetEmbedder

    return MonetEmbedder(name, device)


@functools.cache
def _sentence(folder: Path, device: str) -> Embedder:
    from .sentence import load as load_folder

    return load_folder(folder, device)


@functools.cache
def _packaged(name: str, device: str) -> Embedder:
    from ..registry import locate
    from ..registry import use as packaged
    from .minilm import MiniLM

    return MiniLM(locate(name), LANGUAGES[name], packaged(name, EMBEDDER), device)
