"""Modules that can be made without drawing their weights, for a model whose weights are about to be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from torch import nn

_BLANK: ContextVar[bool] = ContextVar("blank", default=False)


@contextmanager
def blank() -> Iterator[None]:
    """Modules made inside hold whatever was in memory."""
    token = _BLANK.set(True)
    try:
        yield
    finally:
        _BLANK.reset(token)


def is_blank() -> bool:
    """Whether weights are not to be drawn now."""
    return _BLANK.get()


class Linear(nn.Linear):
    """`torch.nn.Linear` that honours `blank`."""

    def reset_parameters(self) -> None:
        """Draw the weights, unless they are about to be read."""
        if not is_blank():
            super().reset_parameters()


class Embedding(nn.Embedding):
    """`torch.nn.Embedding` that honours `blank`."""

    def reset_parameters(self) -> None:
        """Draw the weights, unless they are about to be read."""
        if not is_blank():
            super().reset_parameters()
