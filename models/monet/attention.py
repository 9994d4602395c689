"""Multi-head attention with rotary positions, as LLaMA computes it, and the keys and values kept between calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import torch
from torch import Tensor, nn
from torch.nn import functional

from .blank import Linear


class RMSNorm(nn.Module):
    """x / rms(x), scaled; computed in at least single precision."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """Shape of x is kept."""
        wide = x.float() if x.dtype in (torch.bfloat16, torch.float16) else x
        scaled = wide * torch.rsqrt(wide.square().mean(dim=-1, keepdim=True) + self.eps)
        return self.weight * scaled.to(x.dtype)


@dataclass(frozen=True)
class Packed:
    """Sequences laid end to end in one row, without padding; each attends within itself alone.

    Attributes
    ----------
    lengths : sequence of int
        Tokens of each sequence, in order. Neighbours of one length are attended to together, so sort them.
    """

    lengths: Sequence[int]

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """First token, number of sequences and their length, of every run of neighbours of one length."""
        start = 0
        for length, same in groupby(self.lengths):
            count = len(list(same))
            yield start, count, length
            start += count * length

    def positions(self, device: torch.device) -> Tensor:
        """Place of every token within its sequence, shape (1, tokens)."""
        return torch.cat([torch.arange(length, device=device).repeat(count) for _, count, length in self.runs()])[None]


@dataclass
class Cache:
    """Keys and values of the tokens read so far, one pair a layer."""

    keys: list[Tensor] = field(default_factory=list)
    values: list[Tensor] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Tokens held."""
        return self.keys[0].shape[1] if self.keys else 0

    def extend(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Add a layer's new keys and values; all of them come back."""
        if layer == len(self.keys):
            self.keys.append(key)
            self.values.append(value)
        else:
            self.keys[layer] = torch.cat([self.keys[layer], key], dim=1)
            self.values[layer] = torch.cat([self.values[layer], value], dim=1)
        return self.keys[layer], self.values[layer]


def rotary(positions: Tensor, head_dim: int, theta: float, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Cosine and sine of every position's angles, each (..., tokens, head_dim), in the rotate-half layout."""
    wide = torch.float64 if dtype == torch.float64 else torch.float32
    steps = torch.arange(0, head_dim, 2, device=positions.device, dtype=wide)
    angles = positions[..., None].to(wide) * theta ** (-steps / head_dim)
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos().to(dtype), angles.sin().to(dtype)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn pairs (k, k + half) of a head's coordinates by the position's angles."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


class Attention(nn.Module):
    """Causal multi-head attention without biases.

    Parameters
    ----------
    width, heads : int
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = Linear(width, width, bias=False)
        self.k_proj = Linear(width, width, bias=False)
        self.v_proj = Linear(width, width, bias=False)
        self.o_proj = Linear(width, width, bias=False)

    def forward(
        self,
        x: Tensor,
        angles: tuple[Tensor, Tensor],
        allowed: Tensor | Packed | None,
        cache: Cache | None,
        layer: int,
    ) -> Tensor:
        """Attend; `allowed` (batch, 1, tokens, keys) is the causal order alone when None."""
        query, key, value = (
            proj(x).unflatten(-1, (self.heads, -1)) for proj in (self.q_proj, self.k_proj, self.v_proj)
        )
        cos, sin = (a.unsqueeze(2).to(query.dtype) for a in angles)
        query, key = rotate(query, cos, sin), rotate(key, cos, sin)
        if isinstance(allowed, Packed):
            seen = _attend_packed(query[0], key[0], value[0], allowed)[None]
        else:
            if cache is not None:
                key, value = cache.extend(layer, key, value)
            seen = _attend(query, key, value, allowed)
        out: Tensor = self.o_proj(seen)
        return out


def _attend(query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None) -> Tensor:
    """Attention of (batch, tokens, heads, head width), heads joined again."""
    kept = query.dtype
    if kept == torch.bfloat16 and query.device.type == "cpu":
        # On processors the gradient of attention in half precision takes five times as long as in single.
        query, key, value = query.float(), key.float(), value.float()
    query, key, value = (part.transpose(1, 2) for part in (query, key, value))
    seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=allowed, is_causal=allowed is None)
    return seen.transpose(1, 2).flatten(2).to(kept)


def order(queries: int, keys: int, keep: Tensor | None, device: torch.device) -> Tensor | None:
    """Which key each query may read: those before it and itself, padding excepted; None for plain causal order.

    Parameters
    ----------
    queries, keys : int
        The queries are the last of the keys.
    keep : Tensor of bool, shape (batch, keys), optional
    """
    if keep is None and queries == keys:
        return None
    before = torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)
    if keep is None:
        return before
    # A padding query reads itself, so that no row of the softmax is empty.
    alone = torch.eye(queries, keys, dtype=torch.bool, device=device).roll(keys - queries, dims=1)
    return (before & keep[:, None, None, :]) | alone


def _attend_packed(query: Tensor, key: Tensor, value: Tensor, packed: Packed) -> Tensor:
    """Attention of (tokens, heads, head width), within each sequence; shape (tokens, heads * head width)."""
    runs = list(packed.runs())
    # Split, not sliced: the gradient of a slice is as large as the whole.
    sizes = [count * length for _, count, length in runs]
    parts = zip(*(torch.split(part, sizes) for part in (query, key, value)), runs, strict=True)
    seen = []
    for q, k, v, (_, count, length) in parts:
        shape = (count, length, *q.shape[1:])
        seen.append(_attend(q.reshape(shape), k.reshape(shape), v.reshape(shape), None).flatten(0, 1))
    return torch.cat(seen)
