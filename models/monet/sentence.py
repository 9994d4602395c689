"""Monet as a reader of sentences: the mean of its states, projected to the space of the teacher it learnt from."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import MonetConfig
from .model import Monet


class SentenceMonet(nn.Module):
    """A `Monet` and the linear map from its mean state to a sentence vector.

    Parameters
    ----------
    config : MonetConfig
    width : int
        Of the sentence vector.
    layer : int
        Layers read before the mean is taken, of the residual stream, which keeps how much each word weighs; the layers
        above it serve the next token alone.
    """

    def __init__(self, config: MonetConfig, width: int, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.monet = Monet(config)
        self.projection = nn.Linear(config.hidden_size, width)


def pool(states: Tensor, lengths: Tensor) -> Tensor:
    """Mean state of each packed sequence, its first token (the start mark) left out; float32, shape (sequences, d).

    Parameters
    ----------
    states : Tensor, shape (tokens, d)
    lengths : Tensor of int64, shape (sequences,)
        Tokens of each sequence, the start mark included; at least 2.
    """
    ends = lengths.cumsum(0)
    which = torch.repeat_interleave(torch.arange(len(lengths), device=states.device), lengths)
    counted = torch.ones(len(states), 1, device=states.device)
    counted[ends - lengths] = 0
    total = torch.zeros(len(lengths), states.shape[1], device=states.device)
    return total.index_add(0, which, states.float() * counted) / (lengths - 1)[:, None]
