"""The Monet that comes with lalia, and any other, as a reader of texts.

>>> from lalia.models.monet import embedded
>>> reader = embedded.load("monet")  # doctest: +SKIP
>>> reader.read(["the boy is on the stool"], surprisal=True).surprisal  # doctest: +SKIP
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...data_schemas.errors import Code, LaliaError
from ...data_schemas.result import ModelUse
from ..choice import resolved

if TYPE_CHECKING:
    from torch import Tensor

    from .reader import Reader

EMBEDDED = "monet"
"""Name of the one that comes with lalia."""

NONE = "none"


def is_monet(name: str) -> bool:
    """Whether a name is the embedded Monet's, a release's, or the folder of a Monet checkpoint."""
    from ..registry import MONET

    return name == EMBEDDED or name in MONET or (os.sep in name and (Path(name).expanduser() / "config.json").is_file())


def load(name: str, device: str = "auto") -> Reader:
    """The reader of that name, loaded once per process and device.

    Parameters
    ----------
    name : str
        ``monet``, a release (``monet-vd-850m``) that was fetched, or the folder of a checkpoint.
    device : {"auto", "cpu", "cuda"}

    Raises
    ------
    LaliaError
        ``bad_setting`` for another name; ``model_absent`` or ``bad_model``.
    """
    if not is_monet(name):
        from ..registry import MONET

        raise LaliaError(
            f"A Monet must be {EMBEDDED}, {', '.join(MONET)} or the folder of a checkpoint",
            "none of them",
            "Name one of them, or none",
            code=Code.BAD_SETTING,
        )
    return _load(name, resolved(device))


@functools.cache
def _load(name: str, device: str) -> Reader:
    from ..registry import locate

    if name == EMBEDDED:
        return read_folder(locate(name), device)
    from .checkpoint import load_monet
    from .reader import Reader

    found = load_monet(name, device=device)
    return Reader(found.model, found.tokenizer)


def read_folder(folder: Path, device: str = "cpu") -> Reader:
    """The reader of a folder that `export` wrote: a Monet with the map from its states to sentence vectors."""
    import torch

    from .blank import Linear, blank
    from .checkpoint import empty, fill, tensors
    from .config import read_config
    from .reader import Reader
    from .tokens import read_tokenizer

    config = read_config(folder / "config.json")
    extra = json.loads((folder / "config.json").read_text("utf-8"))
    with blank():
        projection = Linear(config.hidden_size, int(extra["embedding_width"]))

    def monet_alone() -> Iterator[Mapping[str, Tensor]]:
        for part in tensors(folder):
            own = {
                name.removeprefix("projection."): part.pop(name) for name in [*part] if name.startswith("projection.")
            }
            projection.load_state_dict(own)
            yield part

    model = empty(config, torch.float32, device)
    fill(model, monet_alone())
    projection = projection.to(device).requires_grad_(False)
    return Reader(model.eval(), read_tokenizer(folder, config), projection, int(extra["embedding_layer"]))


@functools.cache
def use(name: str, role: str) -> ModelUse:
    """What provenance keeps of a Monet: SHA-256 of its files, and where it is from."""
    from .. import registry

    if name == EMBEDDED or name in registry.MONET:
        return registry.use(name, role)
    folder = Path(name).expanduser()
    lines = sorted(f"{registry.sha256(path)}  {path.name}\n" for path in folder.iterdir() if path.is_file())
    sha256 = hashlib.sha256("".join(lines).encode()).hexdigest()
    return ModelUse(
        role=role, name=folder.name, sha256=sha256, licence="as its owner states", source="a folder given by the user"
    )
