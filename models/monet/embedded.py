"""The Monet that comes with lalia, and any other, as a reader of texts.

>>> from lalia.models.monet import embedded
>>> reader = embedded.load("monet")  # doctest: +SKIP
>>> reader.read(["the boy is on the stool"], surprisal=True).surprisal  # doctest: +SKIP
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from ...data_schemas.errors import Code, LaliaError
from ...data_schemas.result import ModelUse
from ...data_schemas.sample import LANGUAGE_MODEL
from ..choice import resolved
from ..weights import MONET, digest
from .names import EMBEDDED, NONE, checkpoint_folder, known

if TYPE_CHECKING:
    from .reader import Reader
    from .usage import Experts

__all__ = ["EMBEDDED", "NONE", "canonical", "is_monet", "load", "read_folder", "use", "use_of"]


def is_monet(name: str) -> bool:
    """Whether a name is the embedded Monet's, a release's (as here or on the hub), or a checkpoint's folder."""
    return known(name) is not None or checkpoint_folder(name) is not None


def canonical(name: str) -> str:
    """One name for a Monet that has several: its known name, or the whole path of its folder."""
    return known(name) or str(Path(name).expanduser().absolute())


def load(name: str, device: str = "auto") -> Reader:
    """The reader of that name, loaded once per process and device.

    Parameters
    ----------
    name : str
        ``monet``, a release that was fetched (``monet-vd-850m`` or its name on the hub), or a checkpoint's folder.
    device : {"auto", "cpu", "cuda"}

    Raises
    ------
    LaliaError
        ``bad_setting`` for another name; ``model_absent`` or ``bad_model``.
    """
    _require(name)
    return _load(canonical(name), resolved(device))


def _require(name: str) -> None:
    if not is_monet(name):
        raise LaliaError(
            f"A Monet must be {EMBEDDED}, {', '.join(MONET)} or the folder of a checkpoint",
            "none of them",
            "Name one of them, or none",
            code=Code.BAD_SETTING,
        )


@functools.cache
def _load(name: str, device: str) -> Reader:
    from ..registry import locate
    from .checkpoint import load_monet
    from .config import read_head
    from .reader import Reader

    folder = locate(name) if name == EMBEDDED else checkpoint_folder(name)
    if folder is not None and read_head(folder / "config.json") is not None:
        return read_folder(folder, device, _topic_experts(name))
    found = load_monet(name, device=device)
    return Reader(found.model, found.tokenizer, watched=_topic_experts(name))


def _topic_experts(name: str) -> Experts:
    """The experts whose use `explain_transition` and the topic measures ask about; none for weights unknown to them."""
    import numpy as np

    from ...features.semantic.reference_table import load as references

    topics = references().topics(use(name, LANGUAGE_MODEL).sha256)
    return np.zeros(0, np.int64) if topics is None else topics.experts.astype(np.int64)


def read_folder(folder: Path, device: str = "cpu", watched: Experts | None = None) -> Reader:
    """The reader of a folder that `export` wrote: a Monet with the map from its states to sentence vectors.

    Raises
    ------
    LaliaError
        ``model_absent`` or ``bad_model``, as `load_monet` does.
    """
    import torch

    from .blank import Linear, blank
    from .checkpoint import empty, fill, tensors, without_projection
    from .config import no_head, read_config, read_head
    from .reader import Reader
    from .tokens import read_tokenizer
    from .usage import NO_EXPERTS

    config, head = read_config(folder / "config.json"), read_head(folder / "config.json")
    if head is None:
        raise no_head()
    with blank():
        projection = Linear(config.hidden_size, head.embedding_width)
    apart: dict[str, torch.Tensor] = {}
    model = empty(config, torch.float32, device)
    fill(model, without_projection(tensors(folder), apart))
    fill(torch.nn.ModuleDict({"projection": projection}), iter([apart]))
    projection = projection.to(device).requires_grad_(False)
    pieces = read_tokenizer(folder, config)
    return Reader(model.eval(), pieces, projection, head.embedding_layer, NO_EXPERTS if watched is None else watched)


def use(name: str, role: str) -> ModelUse:
    """What provenance keeps of a Monet: SHA-256 of its files, and where it is from; raises as `load` does."""
    from .. import registry

    _require(name)
    given = known(name)
    return registry.use(given, role) if given else use_of(Path(name).expanduser().absolute(), role)


@functools.cache
def use_of(folder: Path, role: str, within: tuple[str, ...] = ()) -> ModelUse:
    """What provenance keeps of a folder given by the user: its files and those of some folders within it."""
    from ..registry import sha256

    places = [folder, *(folder / name for name in within if (folder / name).is_dir())]
    files = (path for place in places for path in place.iterdir() if path.is_file() and not path.name.startswith("."))
    return ModelUse(
        role=role,
        name=folder.name,
        sha256=digest({path.relative_to(folder).as_posix(): sha256(path) for path in files}),
        licence="as its owner states",
        source="a folder given by the user",
    )
