"""Reading Monet checkpoints: the released ones, whatever way they are stored, and the embedded one.

Everything is checked before a model is handed out: sizes come from ``config.json`` alone, every tensor must be there,
and so must the routers' running statistics, without which a model would route wrongly and say nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...data_schemas.errors import Code, LaliaError
from ..choice import resolved
from .blank import blank
from .config import MonetConfig, read_config, read_head
from .model import Monet
from .names import EMBEDDED, known
from .router import HeadNorm
from .tokens import Pieces, read_tokenizer

_IGNORED = ("rotary_emb.inv_freq",)
"""Ends of keys that older files carry and that follow from the config."""

PROJECTION = "projection."
"""Beginning of the names of the map to sentence vectors, which an exported Monet has."""

_STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


@dataclass(frozen=True)
class Checkpoint:
    """A Monet ready to read, and its tokeniser."""

    model: Monet
    tokenizer: Pieces
    config: MonetConfig
    folder: Path


def load_monet(source: str | Path, *, device: str = "auto", dtype: str = "auto") -> Checkpoint:
    """Load a Monet checkpoint.

    Parameters
    ----------
    source : str or Path
        A folder with ``config.json``, weights (``*.safetensors`` or ``*.bin``, in one file or several with an index)
        and a tokeniser; ``monet``, the embedded one; or the name of a release: ``monet-vd-850m`` or its name on the
        hub, ``MonetLLM/monet-vd-850M-100BT-hf``. A release must have been fetched (``lalia models fetch``). The map to
        sentence vectors that an exported Monet has is left out.
    device : {"auto", "cpu", "cuda"}
        ``auto`` takes CUDA where there is one.
    dtype : {"auto", "float32", "bfloat16"}
        ``auto`` takes bfloat16 on CUDA and float32 elsewhere. The routers' statistics stay in float32.

    Raises
    ------
    LaliaError
        ``model_absent`` when the folder or the release is not on this machine; ``bad_model`` when the checkpoint is
        not whole: a size, a tensor, a shape, a router's statistics or the tokeniser.
    """
    folder = _folder(source)
    config = read_config(folder / "config.json")
    where = resolved(device)
    kind = {"float32": torch.float32, "bfloat16": torch.bfloat16}.get(dtype)
    kind = kind or (torch.bfloat16 if where == "cuda" else torch.float32)
    model = empty(config, kind, where)
    parts = tensors(folder)
    fill(model, parts if read_head(folder / "config.json") is None else without_projection(parts, {}))
    return Checkpoint(model.eval(), read_tokenizer(folder, config), config, folder)


def empty(config: MonetConfig, dtype: torch.dtype, device: str) -> Monet:
    """A model whose tensors hold nothing yet: drawing weights only to overwrite them takes minutes at full size."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device), blank():
            model = Monet(config)
    finally:
        torch.set_default_dtype(before)
    for module in model.modules():
        if isinstance(module, HeadNorm):
            module.float()
    return model.requires_grad_(False)


def fill(model: torch.nn.Module, found: Iterator[Mapping[str, Tensor]]) -> None:
    """Copy tensors in, file by file; every one must be known, of its shape, and none may be missing.

    Raises
    ------
    LaliaError
        ``bad_model``.
    """
    own = set(model.state_dict())
    if getattr(getattr(model, "config", None), "tie_word_embeddings", False):
        own.discard("lm_head.weight")
    left = set(own)
    for part in found:
        kept = {name: value for name, value in part.items() if not name.endswith(_IGNORED)}
        unknown = sorted(set(kept) - set(model.state_dict()))
        if unknown:
            raise _bad(f"{len(unknown)} tensors that no Monet of this config has, such as {unknown[0]}")
        _check(kept, model)
        try:
            model.load_state_dict(kept, strict=False)
        except RuntimeError as error:
            raise _bad(str(error).splitlines()[-1].strip().rstrip(".")) from None
        left -= set(kept)
    unset = sorted(name for name in left if name.endswith(_STATISTICS))
    if unset:
        raise LaliaError(
            "A Monet checkpoint must hold the running statistics of its routers: without them it routes wrongly",
            f"none for {unset[0]}" + (f" and {len(unset) - 1} others" if len(unset) > 1 else ""),
            "Save the checkpoint with its buffers, or fetch the release again",
            code=Code.BAD_MODEL,
        )
    if left:
        raise _bad(f"no {sorted(left)[0]}" + (f" and {len(left) - 1} others missing" if len(left) > 1 else ""))


def _check(found: Mapping[str, Tensor], model: torch.nn.Module) -> None:
    """Refuse values with which a model would run and mean nothing."""
    own = model.state_dict()
    for name, value in found.items():
        if value.is_floating_point() != own[name].is_floating_point():
            raise _bad(f"{name} of the type {str(value.dtype).removeprefix('torch.')}")
        if not value.is_floating_point() or not value.numel():
            continue
        least, most = torch.aminmax(value)
        if not (least.isfinite() and most.isfinite()):
            raise _bad(f"a value in {name} that is not a number, or infinite")
        if name.endswith("running_var") and least < 0:
            raise _bad(f"a variance below 0 in {name}")


def without_projection(found: Iterator[dict[str, Tensor]], apart: dict[str, Tensor]) -> Iterator[dict[str, Tensor]]:
    """The parts of an exported Monet without the map to sentence vectors, whose tensors go into `apart`."""
    for part in found:
        for name in [name for name in part if name.startswith(PROJECTION)]:
            apart[name] = part.pop(name)
        yield part


def tensors(folder: Path) -> Iterator[dict[str, Tensor]]:
    """Tensors of a checkpoint by name, a file at a time; nothing in a file is ever executed."""
    for suffix, stem in (("safetensors", "model"), ("bin", "pytorch_model")):
        index = folder / f"{stem}.{suffix}.index.json"
        single = folder / f"{stem}.{suffix}"
        if index.is_file():
            yield from (_read(folder / name) for name in _shards(index))
            return
        if single.is_file():
            yield _read(single)
            return
    raise LaliaError(
        "A Monet checkpoint must hold model.safetensors or pytorch_model.bin, or the index of its parts",
        "neither",
        "Copy the weights of the release beside config.json",
        code=Code.MODEL_ABSENT,
    )


def _shards(index: Path) -> list[str]:
    try:
        names = sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise _bad(f"an index that cannot be read ({type(error).__name__})") from None
    for name in names:
        if Path(name).name != name or not (index.parent / name).is_file():
            raise _bad("an index naming a part that is not in the folder")
    return names


def _read(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            found: dict[str, Any] = load_file(str(path))
        else:
            found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # each reader has its own kinds for a damaged file
        raise _bad(f"weights that cannot be read ({type(error).__name__})") from None
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise _bad("a weights file that holds something else than tensors by name")
    return found


def _folder(source: str | Path) -> Path:
    from ..registry import MONET, locate

    name = known(str(source))
    if name is not None:
        return locate(name)
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    raise LaliaError(
        f"A Monet must be the folder of a checkpoint or one of {EMBEDDED}, {', '.join(MONET)}",
        "neither",
        "Give the path of a folder, or run: lalia models fetch monet-vd-850m",
        code=Code.MODEL_ABSENT,
    )


def _bad(got: str) -> LaliaError:
    return LaliaError(
        "A Monet checkpoint must hold every tensor its config.json calls for, and no other",
        got,
        "Copy the checkpoint anew, whole",
        code=Code.BAD_MODEL,
    )
