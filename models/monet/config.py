"""The shape of a Monet, read from its ``config.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator

from ...data_schemas.base import Frozen
from ...data_schemas.errors import Code, LaliaError

Decomposition = Literal["vertical", "horizontal"]


class MonetConfig(Frozen):
    """Sizes of a Monet under the names its released ``config.json`` uses; keys that change no number are passed over.

    There is no default for what differs between releases: `moe_topk` is stated nowhere in the paper, so a
    checkpoint whose config lacks it is refused.

    Attributes
    ----------
    hidden_size : int
        d, width of the residual stream.
    moe_dim : int
        m, hidden width of one expert; even for the vertical decomposition.
    moe_experts : int
        n, half-experts on each side; a layer holds n² experts.
    moe_heads : int
        H, router heads.
    moe_topk : int
        Experts a head is expected to keep on each side, from 1 to n - 1; the threshold is a quantile of the normal
        distribution, so the number kept varies from token to token.
    moe_groups : int
        Successive layers that share the router of the first of them.
    """

    model_config = ConfigDict(extra="ignore")

    model_type: Literal["monet"] = "monet"
    vocab_size: int = Field(ge=2)
    hidden_size: int = Field(ge=2)
    num_hidden_layers: int = Field(ge=1)
    num_attention_heads: int = Field(ge=1)
    moe_dim: int = Field(ge=1)
    moe_heads: int = Field(ge=1)
    moe_experts: int = Field(ge=2)
    moe_topk: int = Field(ge=1)
    moe_groups: int = Field(ge=1)
    moe_decompose: Decomposition
    hidden_act: Literal["relu2"] = "relu2"
    max_position_embeddings: int = Field(default=2048, ge=1)
    rms_norm_eps: float = Field(default=1e-6, gt=0)
    rope_theta: float = Field(default=10_000.0, gt=0)
    tie_word_embeddings: bool = False
    attention_bias: Literal[False] = False
    num_key_value_heads: int | None = None
    bos_token_id: int = 1
    eos_token_id: int = 2

    @model_validator(mode="after")
    def _fits(self) -> MonetConfig:
        if self.hidden_size % (2 * self.num_attention_heads):
            raise ValueError("hidden_size must be a multiple of twice num_attention_heads")
        if self.moe_topk >= self.moe_experts:
            raise ValueError("moe_topk must be smaller than moe_experts")
        if self.moe_decompose == "vertical" and self.moe_dim % 2:
            raise ValueError("moe_dim must be even for the vertical decomposition")
        if self.num_key_value_heads not in (None, self.num_attention_heads):
            raise ValueError("num_key_value_heads must equal num_attention_heads")
        return self

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.num_attention_heads

    @property
    def routers(self) -> int:
        """Layers that own a router."""
        return -(-self.num_hidden_layers // self.moe_groups)

    @property
    def experts(self) -> int:
        """Experts in a layer, n²."""
        return self.moe_experts**2


def read_config(path: Path) -> MonetConfig:
    """Config of a checkpoint.

    Raises
    ------
    LaliaError
        ``bad_model`` when the file is absent, is no JSON, or lacks or contradicts a size.
    """
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return MonetConfig.model_validate(values)
    except (OSError, ValueError) as error:
        got = type(error).__name__
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False, include_input=False)[0]
            got = f"{first['msg']} ({'.'.join(map(str, first['loc'])) or 'whole file'})"
        raise LaliaError(
            "A Monet checkpoint must hold config.json with every size of a Monet",
            got,
            "Copy config.json from the release, unchanged",
            code=Code.BAD_MODEL,
        ) from None
