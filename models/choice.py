"""What every loader asks first: whether the name is known, and which device is meant."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Iterable

from ..data_schemas.errors import Code, LaliaError


def require_known(name: str, known: Iterable[str], what: str, setting: str, besides: str = "") -> None:
    """Raise ``bad_setting`` where `name` is not among `known`.

    `what` is the thing with its article, as in ``A parser``; `setting` the setting that names it; `besides` what else
    would do, as in ``or none``.
    """
    known = sorted(known)
    if name not in known:
        choice = ", ".join([*known, besides] if besides else known)
        raise LaliaError(
            f"{what} must be one of {choice}", repr(name), f"Set {setting} to one of them", code=Code.BAD_SETTING
        )


@functools.cache
def available_device() -> str:
    """``cuda`` where PyTorch finds it, else ``cpu``."""
    if importlib.util.find_spec("torch") is None:
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def resolved(device: str) -> str:
    """The device itself, or for ``auto`` the one there is."""
    return available_device() if device == "auto" else device
