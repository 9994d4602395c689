"""Losses of the embedded Monet's training, written for a processor's caches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

ROWS = 1024
"""Tokens whose logits exist at once: some tens of megabytes, not hundreds."""


@dataclass(frozen=True)
class Candidates:
    """Word pieces among which the next one is sought while training is young: those drawn, and those that came.

    Each piece's logit is raised by minus the logarithm of its chance of being drawn, so that the sum over the drawn
    stands for the sum over all (sampled softmax, Jean et al. 2015).
    """

    rows: Tensor
    offset: Tensor
    wanted: Tensor

    @classmethod
    def draw(cls, wanted: Tensor, chances: Tensor, drawn: Tensor) -> Candidates:
        """Choose for a batch.

        Parameters
        ----------
        wanted : Tensor of int64, shape (tokens,)
        chances : Tensor, shape (vocabulary,)
            Chance of each piece of being among those drawn.
        drawn : Tensor of bool, shape (vocabulary,)
        """
        drawn = drawn.clone()
        drawn[wanted] = True
        rows = drawn.nonzero()[:, 0]
        return cls(rows, -torch.log(chances[rows]), (drawn.cumsum(0) - 1)[wanted])


class NextToken(torch.autograd.Function):
    """Mean cross-entropy of states times head, in nats a token; the logits of a few rows at a time."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, head: Tensor, targets: Tensor, offset: Tensor | None = None) -> Tensor:
        """Loss and, at once, its gradients: each block of logits is made a single time."""
        total = torch.zeros((), dtype=torch.float32)
        d_states = torch.empty_like(states)
        d_head = torch.zeros_like(head, dtype=torch.float32)
        count = len(targets)
        for start in range(0, count, ROWS):
            part, wanted = states[start : start + ROWS], targets[start : start + ROWS]
            logits = (part @ head.t()).float()
            if offset is not None:
                logits += offset
            # In place throughout: one more array of this size would cost as much as the product itself.
            highest = logits.amax(dim=1, keepdim=True)
            chosen = logits.gather(1, wanted[:, None])
            sums = logits.sub_(highest).exp_().sum(dim=1, keepdim=True)
            total += (sums.log() + highest - chosen).sum()
            chances = logits.div_(sums)
            chances[torch.arange(len(wanted)), wanted] -= 1
            slope = chances.mul_(1 / count).to(states.dtype)
            d_states[start : start + ROWS] = slope @ head
            d_head += slope.t() @ part
        ctx.save_for_backward(d_states, d_head.to(head.dtype))
        return total / count

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """The gradients found on the way, scaled."""
        d_states, d_head = ctx.saved_tensors
        return d_states * grads[0].to(d_states.dtype), d_head * grads[0].to(d_head.dtype), None, None


def next_token(states: Tensor, head: Tensor, wanted: Tensor, offset: Tensor | None = None) -> Tensor:
    """Mean cross-entropy, in nats a token.

    Parameters
    ----------
    states : Tensor, shape (tokens, d)
    head : Tensor, shape (pieces, d)
    wanted : Tensor of int64, shape (tokens,)
    offset : Tensor, shape (pieces,), optional
        Added to every token's logits.
    """
    loss: Tensor = NextToken.apply(states, head, wanted, offset)  # type: ignore[no-untyped-call]
    return loss


def distillation(ours: Tensor, theirs: Tensor) -> tuple[Tensor, Tensor]:
    """Mean of 1 minus the cosine to the teacher's vector, and root mean squared error of all pairs' cosines.

    Parameters
    ----------
    ours, theirs : Tensor, shape (sequences, width), theirs of unit length
    """
    unit = functional.normalize(ours, dim=-1)
    off = unit @ unit.t() - theirs @ theirs.t()
    count = len(unit)
    pairs = (off.square().sum() - off.diagonal().square().sum()) / max(count * (count - 1), 1)
    return 1 - (unit * theirs).sum(-1).mean(), torch.sqrt(pairs + 1e-8)
