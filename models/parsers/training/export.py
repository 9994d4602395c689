"""From a checkpoint of Stanza's trainer to the two files that ship."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ..shift_reduce import MODEL, VECTORS

_PLACES = ("save_dir", "save_name", "save_each_name", "checkpoint_save_name", "load_name", "train_file", "eval_file")


def export(checkpoints: list[Path], vectors: Path, folder: Path) -> None:
    """Write the mean of several epochs' weights, in half precision, without optimiser, paths of this machine or scores.

    The mean of the last epochs of one training is a better model than the last of them (Izmailov et al. 2018).
    """
    import torch

    params: dict[str, Any] = torch.load(checkpoints[-1], map_location="cpu", weights_only=True)["params"]
    params["model"] = {
        name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in mean(checkpoints).items()
    }
    config = dict(params["config"])
    for place in _PLACES:
        config[place] = None
    config["wordvec_pretrain_file"] = VECTORS
    config["device"] = "cpu"
    params["config"] = config
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"params": params}, folder / MODEL, _use_new_zipfile_serialization=False)
    if vectors.resolve() != (folder / VECTORS).resolve():
        shutil.copyfile(vectors, folder / VECTORS)


def mean(checkpoints: list[Path]) -> dict[str, Any]:
    """Mean of several checkpoints' weights, name by name."""
    import torch

    saved = [torch.load(path, map_location="cpu", weights_only=True)["params"]["model"] for path in checkpoints]
    return {name: _mean([one[name] for one in saved]) for name in saved[-1]}


def _mean(tensors: list[Any]) -> Any:
    import torch

    if not tensors[0].is_floating_point():
        return tensors[-1]
    return torch.stack([tensor.double() for tensor in tensors]).mean(dim=0).float()
