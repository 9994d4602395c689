"""Monet: a language model whose layers are mixtures of n² experts.

The module's state dict has the names of the released checkpoints.

References
----------
.. [1] Park et al. (2025). Monet: mixture of monosemantic experts for transformers. ICLR.
.. [2] Touvron et al. (2023). LLaMA: open and efficient foundation language models. arXiv 2302.13971.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...data_schemas.errors import LaliaError
from .attention import Attention, Cache, Packed, RMSNorm, order, rotary
from .blank import Embedding, Linear, is_blank
from .config import MonetConfig
from .experts import HorizontalExperts, VerticalExperts
from .router import Router, Routing

Masks = Mapping[int, Tensor]
"""Layer -> experts that may act, bool (n, n); layers not named are whole."""


@dataclass(frozen=True)
class Output:
    """What a pass gives.

    Attributes
    ----------
    states : Tensor, shape (batch, tokens, d)
        After the last norm.
    routing : tuple of Routing
        One pair of gates for each router, in the order of layers.
    hidden : tuple of Tensor
        Residual stream before the first and after every layer, when asked for.
    """

    states: Tensor
    routing: tuple[Routing, ...]
    hidden: tuple[Tensor, ...] = ()


class Layer(nn.Module):
    """x += attention(norm(x)); x += experts(norm(x))."""

    def __init__(self, config: MonetConfig, index: int) -> None:
        super().__init__()
        width = config.hidden_size
        self.index = index
        self.input_layernorm = RMSNorm(width, config.rms_norm_eps)
        self.self_attn = Attention(width, config.num_attention_heads)
        self.post_attention_layernorm = RMSNorm(width, config.rms_norm_eps)
        vertical = config.moe_decompose == "vertical"
        self.moe: VerticalExperts | HorizontalExperts = (VerticalExperts if vertical else HorizontalExperts)(
            width, config.moe_dim, config.moe_experts
        )
        if index % config.moe_groups == 0:
            self.router = Router(width, config.moe_heads, config.moe_experts, config.moe_topk)

    @property
    def routes(self) -> bool:
        """Whether the layer owns its group's router."""
        return hasattr(self, "router")


class Backbone(nn.Module):
    """Embedding, layers and last norm."""

    def __init__(self, config: MonetConfig) -> None:
        super().__init__()
        self.config = config
        self.embed_tokens = Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Layer(config, index) for index in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)

    def forward(
        self,
        ids: Tensor,
        keep: Tensor | None = None,
        cache: Cache | None = None,
        masks: Masks | None = None,
        all_hidden: bool = False,
        packed: Packed | None = None,
        depth: int | None = None,
    ) -> Output:
        """Read tokens; see `Monet.forward`."""
        if packed is not None and (cache is not None or keep is not None):
            raise LaliaError(
                "A packed row must be read without a cache and without padding",
                "a cache" if cache is not None else "padding",
                "Leave it out, or give the sequences as a batch",
            )
        past = cache.length if cache is not None else 0
        count = ids.shape[1]
        held = None if keep is None else keep.bool()
        x = self.embed_tokens(ids)
        where = positions(ids, held, past) if packed is None else packed.positions(ids.device)
        angles = rotary(where, self.config.head_dim, self.config.rope_theta, x.dtype)
        allowed = packed or order(count, past + count, held, ids.device)
        fresh = None if held is None else held[:, past:]
        routing: list[Routing] = []
        hidden = [x] if all_hidden else []
        for layer in self.layers[:depth]:
            assert isinstance(layer, Layer)
            x = x + layer.self_attn(layer.input_layernorm(x), angles, allowed, cache, layer.index)
            z = layer.post_attention_layernorm(x)
            if layer.routes:
                routing.append(layer.router(z, fresh))
            x = x + layer.moe(z, routing[-1], (masks or {}).get(layer.index))
            if all_hidden:
                hidden.append(x)
        return Output(self.norm(x), tuple(routing), tuple(hidden))


class Monet(nn.Module):
    """The language model: `Backbone` and a head that gives the next token's logits.

    Parameters
    ----------
    config : MonetConfig

    Notes
    -----
    Weights are drawn from the global generator of torch: seed it. In training mode routers normalise by the batch they
    see and update their running statistics; a model that is only read belongs in ``eval()``.
    """

    def __init__(self, config: MonetConfig) -> None:
        super().__init__()
        self.config = config
        self.model = Backbone(config)
        self.lm_head = Linear(config.hidden_size, config.vocab_size, bias=False)
        self.tie()
        if not is_blank():
            for module in self.modules():
                if isinstance(module, nn.Linear | nn.Embedding):
                    nn.init.normal_(module.weight, std=0.02)

    def tie(self) -> None:
        """Let the head be the embedding itself where the config says so; anew after tensors were replaced."""
        if self.config.tie_word_embeddings:
            self.lm_head.weight = self.model.embed_tokens.weight

    def forward(
        self,
        ids: Tensor,
        keep: Tensor | None = None,
        cache: Cache | None = None,
        masks: Masks | None = None,
        all_hidden: bool = False,
        packed: Packed | None = None,
        depth: int | None = None,
    ) -> Output:
        """Read tokens.

        Parameters
        ----------
        ids : Tensor of int64, shape (batch, tokens)
        keep : Tensor of bool, shape (batch, cached + tokens), optional
            False for padding; pad on the left where the next token is wanted.
        cache : Cache, optional
            Extended in place: the tokens are read as following those it holds.
        masks : mapping of int to Tensor, optional
            Experts that may act, by layer; the others are removed exactly (knowledge removal).
        all_hidden : bool
            Whether to keep every layer's residual stream.
        packed : Packed, optional
            `ids` is one row of several sequences, each read on its own; not with `keep` or `cache`.
        depth : int, optional
            Layers to pass; all when None.
        """
        out: Output = self.model(ids, keep, cache, masks, all_hidden, packed, depth)
        return out

    def logits(self, states: Tensor) -> Tensor:
        """Next-token logits, shape (..., vocabulary), of `Output.states`."""
        return functional.linear(states, self.lm_head.weight)


def positions(ids: Tensor, keep: Tensor | None, past: int) -> Tensor:
    """Position of every token, shape (batch or 1, tokens): its place among those that are not padding."""
    count = ids.shape[1]
    if keep is None:
        return torch.arange(past, past + count, device=ids.device)[None]
    return (keep.long().cumsum(dim=1) - 1).clamp_min(0)[:, past:]
