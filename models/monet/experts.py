"""n² experts made of 2n halves, without ever forming one of them.

Horizontal: expert (i, j) takes the lower half i and the upper half j, E(x) = V_j σ(U_i x + b¹_i) + b²_j.
Vertical: expert (i, j) takes the left half i and the right half j; each reads all of x and gives half the hidden units,
and each gives its own half of the output from all of them. σ(z) = relu(z)².

Gates sum to one over each side, which the terms without a product of gates rest on. Matrices are kept stacked, so that
a vertical layer is three products of matrices and a horizontal one two; the names in a state dict are the released
ones.

References
----------
.. [1] Park et al. (2025). Monet: mixture of monosemantic experts for transformers. ICLR.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from .blank import is_blank
from .router import Routing


def relu2(x: Tensor) -> Tensor:
    """relu(x)²."""
    return functional.relu(x).square()


def mix(gates: Tensor, halves: Tensor, back: Tensor) -> Tensor:
    """Σ_h back_h (Σ_i gates_hi halves_i): two thin products, never an n × n matrix.

    Parameters
    ----------
    gates, back : Tensor, shape (tokens, H, n)
    halves : Tensor, shape (tokens, n, w)

    Returns
    -------
    Tensor, shape (tokens, n, w)
    """
    return torch.bmm(back.transpose(1, 2), torch.bmm(gates, halves))


PAIRS = 1 << 24
"""Gates of single experts held at once where some are masked: 64 MiB in single precision."""


def masked(
    gates: tuple[Tensor, Tensor], mask: Tensor, use: Callable[[Tensor, slice], tuple[Tensor, ...]]
) -> tuple[Tensor, ...]:
    """What `use` makes of Σ_h g¹_h g²_hᵀ where the mask lets it be, some tokens at a time; its parts joined again.

    Parameters
    ----------
    gates : tuple of Tensor, shape (tokens, H, n)
    mask : Tensor of bool, shape (n, n)
    use : callable
        Given the pairs of some tokens, (some, n, n), and which tokens they are.
    """
    one, other = gates
    size = max(1, PAIRS // mask.numel())
    places = [slice(at, at + size) for at in range(0, len(one), size)]
    found = [use(torch.bmm(one[at].transpose(1, 2), other[at]).mul_(mask), at) for at in places]
    return tuple(torch.cat(part) for part in zip(*found, strict=True))


class Experts(nn.Module):
    """What both decompositions share: stacked matrices that read and write the released names."""

    parts: dict[str, tuple[str, slice, bool]]
    """Released name -> own matrix, its rows (of `up`) or columns (of the others), whether kept transposed."""

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        for name in self.parts:
            part = self._part(name)
            destination[prefix + name] = part if keep_vars else part.detach()

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        for name in self.parts:
            given = state_dict.get(prefix + name)
            own = self._part(name)
            if given is None:
                missing_keys.append(prefix + name)
            elif given.shape != own.shape:
                error_msgs.append(f"{prefix + name} must have shape {tuple(own.shape)}, got {tuple(given.shape)}")
            else:
                with torch.no_grad():
                    own.copy_(given)
        known = {prefix + name for name in self.parts}
        if strict:
            unexpected_keys += [key for key in state_dict if key.startswith(prefix) and key not in known]

    def _part(self, name: str) -> Tensor:
        own, where, transposed = self.parts[name]
        matrix: Tensor = getattr(self, own)
        part = matrix[where] if own in ("up", "up_bias") else matrix[:, where]
        return part.t() if transposed else part


class HorizontalExperts(Experts):
    """Bottom halves U_i and top halves V_j; m hidden units an expert."""

    def __init__(self, width: int, dim: int, experts: int) -> None:
        super().__init__()
        hidden = experts * dim
        self.experts, self.dim = experts, dim
        self.up = nn.Parameter(torch.empty(hidden, width))
        self.up_bias = nn.Parameter(torch.zeros(hidden))
        self.down = nn.Parameter(torch.empty(width, hidden + experts))
        self.parts = {
            "u.weight": ("up", slice(None), False),
            "u.bias": ("up_bias", slice(None), False),
            "v.weight": ("down", slice(0, hidden), False),
            "b": ("down", slice(hidden, None), True),
        }
        if not is_blank():
            self.reset()

    def reset(self) -> None:
        """Draw the weights anew; biases are zero."""
        nn.init.normal_(self.up, std=1 / math.sqrt(self.up.shape[1]))
        nn.init.normal_(self.down, std=0.02)
        with torch.no_grad():
            self.down[:, self.experts * self.dim :] = 0

    def forward(self, z: Tensor, routing: Routing, mask: Tensor | None = None) -> Tensor:
        """Weighted sum of all experts, shape of z.

        Parameters
        ----------
        z : Tensor, shape (batch, tokens, d)
        routing : Routing
        mask : Tensor of bool, shape (n, n), optional
            Experts that may act; the others' outputs are left out of the sum, exactly.
        """
        hidden = relu2(functional.linear(z, self.up, self.up_bias)).reshape(-1, self.experts, self.dim)
        g1, g2 = (g.flatten(0, 1).to(hidden.dtype) for g in routing)
        if mask is None:
            mixed, bias = mix(g1, hidden, g2), g2.sum(dim=1)
        else:

            def use(pairs: Tensor, at: slice) -> tuple[Tensor, ...]:
                return torch.bmm(pairs.transpose(1, 2), hidden[at]), pairs.sum(dim=1)

            mixed, bias = masked((g1, g2), mask, use)
        joined = torch.cat([mixed.flatten(1), bias], dim=-1)
        return functional.linear(joined, self.down).view_as(z)


class VerticalExperts(Experts):
    """Left halves i and right halves j, m/2 hidden units and half of the output each."""

    def __init__(self, width: int, dim: int, experts: int) -> None:
        super().__init__()
        hidden = experts * dim // 2
        self.experts, self.dim = experts, dim
        self.up = nn.Parameter(torch.empty(2 * hidden, width))
        self.up_bias = nn.Parameter(torch.zeros(2 * hidden))
        self.upper = nn.Parameter(torch.empty(width // 2, 2 * hidden + experts))
        self.lower = nn.Parameter(torch.empty(width // 2, 2 * hidden + experts))
        left, right, bias = slice(0, hidden), slice(hidden, 2 * hidden), slice(2 * hidden, None)
        self.parts = {
            "u1.weight": ("up", left, False),
            "u1.bias": ("up_bias", left, False),
            "u2.weight": ("up", right, False),
            "u2.bias": ("up_bias", right, False),
            "v11.weight": ("upper", left, False),
            "v12.weight": ("upper", right, False),
            "v21.weight": ("lower", left, False),
            "v22.weight": ("lower", right, False),
            "b1": ("upper", bias, True),
            "b2": ("lower", bias, True),
        }
        if not is_blank():
            self.reset()

    def reset(self) -> None:
        """Draw the weights anew; biases are zero."""
        nn.init.normal_(self.up, std=1 / math.sqrt(self.up.shape[1]))
        for matrix in (self.upper, self.lower):
            nn.init.normal_(matrix, std=0.02)
            with torch.no_grad():
                matrix[:, -self.experts :] = 0

    def forward(self, z: Tensor, routing: Routing, mask: Tensor | None = None) -> Tensor:
        """Weighted sum of all experts; see `HorizontalExperts.forward`."""
        hidden = relu2(functional.linear(z, self.up, self.up_bias))
        left, right = hidden.reshape(-1, 2, self.experts, self.dim // 2).unbind(1)
        g1, g2 = (g.flatten(0, 1).to(hidden.dtype) for g in routing)
        if mask is None:
            of_left, of_right = g1.sum(dim=1), g2.sum(dim=1)
            to_left, to_right = mix(g2, right, g1), mix(g1, left, g2)
        else:

            def use(pairs: Tensor, at: slice) -> tuple[Tensor, ...]:
                mixed = torch.bmm(pairs, right[at]), torch.bmm(pairs.transpose(1, 2), left[at])
                return pairs.sum(dim=2), pairs.sum(dim=1), *mixed

            of_left, of_right, to_left, to_right = masked((g1, g2), mask, use)
        upper = torch.cat([(left * of_left[..., None]).flatten(1), to_left.flatten(1), of_left], dim=-1)
        lower = torch.cat([to_right.flatten(1), (right * of_right[..., None]).flatten(1), of_right], dim=-1)
        halves = functional.linear(upper, self.upper), functional.linear(lower, self.lower)
        return torch.cat(halves, dim=-1).view_as(z)
