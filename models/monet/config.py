"""The shape of a Monet, read from its ``config.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

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

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, values: Any) -> Any:
        return _honoured(values) if isinstance(values, Mapping) else values

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


class Head(Frozen):
    """What the config of an exported Monet says besides: where its sentence vectors come from.

    Attributes
    ----------
    embedding_layer : int
        Layers read before the mean is taken.
    embedding_width : int
        Of the vector.
    """

    model_config = ConfigDict(extra="ignore")

    num_hidden_layers: int
    embedding_layer: int = Field(ge=0)
    embedding_width: int = Field(ge=1)

    @model_validator(mode="after")
    def _fits(self) -> Head:
        if self.embedding_layer > self.num_hidden_layers:
            raise ValueError("embedding_layer must be at most num_hidden_layers")
        return self


_OTHERWISE: Mapping[str, tuple[Any, ...]] = {
    "mlp_bias": (None, False),
    "sliding_window": (None,),
    "quantization_config": (None,),
    "partial_rotary_factor": (None, 1.0),
}
"""Keys of LLaMA's configs that would make another model, and the values with which they do not."""


def _honoured(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the angles' base under the one name used here; raises for what would make another model."""
    made = dict(values)
    for name in ("rope_scaling", "rope_parameters"):
        given = made.get(name)
        if given is None:
            continue
        if not isinstance(given, Mapping):
            raise ValueError(f"{name} must be null or a table")
        other = sorted(set(given) - {"type", "rope_type", "rope_theta", "partial_rotary_factor"})
        kind = given.get("rope_type", given.get("type", "default"))
        if other or kind != "default" or given.get("partial_rotary_factor", 1.0) != 1.0:
            raise ValueError(f"{name} must be of the type default, without other keys than rope_theta")
        theta = given.get("rope_theta", made.get("rope_theta"))
        if theta != made.get("rope_theta", theta):
            raise ValueError(f"rope_theta must be the same within {name} and beside it")
        if theta is not None:
            made["rope_theta"] = theta
    for name, whole in _OTHERWISE.items():
        if made.get(name) not in whole:
            raise ValueError(f"{name} must be {' or '.join(str(one).lower() for one in whole)}")
    width, heads, head_dim = (made.get(name) for name in ("hidden_size", "num_attention_heads", "head_dim"))
    if head_dim is not None and isinstance(width, int) and isinstance(heads, int) and head_dim * heads != width:
        raise ValueError("head_dim must be hidden_size divided by num_attention_heads")
    return made


def read_config(path: Path) -> MonetConfig:
    """Config of a checkpoint.

    Raises
    ------
    LaliaError
        ``bad_model`` when the file is absent, is no JSON, or lacks or contradicts a size.
    """
    return _read(path, MonetConfig)


def read_head(path: Path) -> Head | None:
    """What an exported Monet's config says of its sentence vectors; None for another Monet, which has none.

    Raises
    ------
    LaliaError
        ``bad_model``, as `read_config` does.
    """
    values = _values(path)
    return _read(path, Head) if isinstance(values, dict) and "embedding_layer" in values else None


def no_head() -> LaliaError:
    """The error for a config without the keys of `Head`."""
    return _bad("none of embedding_layer")


M = TypeVar("M", bound=Frozen)


def _read(path: Path, kind: type[M]) -> M:
    try:
        return kind.model_validate(_values(path))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _bad(f"{first['msg']} ({'.'.join(map(str, first['loc'])) or 'whole file'})") from None


def _values(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _bad(type(error).__name__) from None


def _bad(got: str) -> LaliaError:
    return LaliaError(
        "A Monet checkpoint must hold config.json with every size of a Monet",
        got,
        "Copy config.json from the release, unchanged",
        code=Code.BAD_MODEL,
    )
