"""Which half-experts a token is given to: a threshold on normalised logits, then a softmax over those that pass.

References
----------
.. [1] Park et al. (2025). Monet: mixture of monosemantic experts for transformers. ICLR.
"""

from __future__ import annotations

from statistics import NormalDist

import torch
from torch import Tensor, nn
from torch.nn import functional

from .blank import Linear

Routing = tuple[Tensor, Tensor]
"""(g¹, g²), each (batch, tokens, H, n), non-negative and summing to 1 over n."""


def threshold(topk: int, experts: int) -> float:
    """Quantile of the standard normal distribution that `topk` of `experts` draws are expected to exceed."""
    return NormalDist().inv_cdf(1 - topk / experts)


class HeadNorm(nn.Module):
    """Batch normalisation with one channel a head, pooled over tokens and half-experts, without scale or shift.

    The normalised logits are only compared with a threshold, so no gradient passes through. Buffers carry the names
    of `torch.nn.BatchNorm1d` and are float32 whatever the model's type.
    """

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, heads: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.register_buffer("running_mean", torch.zeros(heads))
        self.register_buffer("running_var", torch.ones(heads))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64))

    def scale(self, logits: Tensor, keep: Tensor | None) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of each head: of these logits in training, the running ones otherwise.

        Parameters
        ----------
        logits : Tensor, shape (batch, tokens, H, n)
        keep : Tensor of bool, shape (batch, tokens), optional
            Tokens that count; padding does not.
        """
        if not self.training:
            return self.running_mean.to(logits), torch.sqrt(self.running_var.to(logits) + self.eps)
        seen = logits.flatten(0, 1) if keep is None else logits[keep]
        # Rows first, in memory order: the variance of all is that within rows and that of their means.
        within, means = torch.var_mean(seen, dim=2, correction=0)
        between, mean = torch.var_mean(means, dim=0, correction=0)
        var = within.mean(dim=0) + between
        count = seen.shape[0] * seen.shape[2]
        unbiased = var * (count / max(count - 1, 1))
        self.running_mean.lerp_(mean.to(self.running_mean), self.momentum)
        self.running_var.lerp_(unbiased.to(self.running_var), self.momentum)
        self.num_batches_tracked += 1
        return mean, torch.sqrt(var + self.eps)


class Router(nn.Module):
    """Two sides of gates for a group of layers.

    Parameters
    ----------
    width : int
    heads, experts, topk : int
        H, n and the expected number of half-experts a head keeps.
    """

    def __init__(self, width: int, heads: int, experts: int, topk: int) -> None:
        super().__init__()
        self.heads, self.experts = heads, experts
        self.threshold = threshold(topk, experts)
        self.w1 = Linear(width, heads * experts, bias=False)
        self.w2 = Linear(width, heads * experts, bias=False)
        self.norm1, self.norm2 = HeadNorm(heads), HeadNorm(heads)

    def forward(self, z: Tensor, keep: Tensor | None = None) -> Routing:
        """Gates of both sides for normalised states z of shape (batch, tokens, d)."""
        return self._gates(self.w1(z), self.norm1, keep), self._gates(self.w2(z), self.norm2, keep)

    def _gates(self, flat: Tensor, norm: HeadNorm, keep: Tensor | None) -> Tensor:
        # Gates decide by comparison, so they are computed in at least single precision.
        logits = flat.reshape(*flat.shape[:-1], self.heads, self.experts)
        logits = logits.float() if logits.dtype in (torch.bfloat16, torch.float16) else logits
        with torch.no_grad():
            mean, deviation = norm.scale(logits.detach(), keep)
            # The raw logit that the threshold stands for, clamped so that the largest always passes.
            least = (mean + self.threshold * deviation)[:, None]
            least = torch.minimum(least, logits.amax(dim=-1, keepdim=True))
            below = logits < least
        return functional.softmax(logits.masked_fill(below, float("-inf")), dim=-1)


def uniformity(routing: Routing) -> Tensor:
    """L_unif: how far the mean use of half-experts is from even; its minimum is ln n, reached at even use."""
    total = torch.stack([g.flatten(0, 1).mean(dim=0) for g in routing])
    return -torch.log(total.clamp_min(1e-9)).mean()


def ambiguity(routing: Routing) -> Tensor:
    """L_amb: mean of 1 minus the largest gate; 0 when every head of every token has chosen one half-expert."""
    return torch.stack([1 - g.amax(dim=-1).mean() for g in routing]).mean()
