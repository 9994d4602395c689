"""The base of every type that is written to disk: frozen, strict about its fields, JSON in and out."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable record; unknown fields are refused and floats must be finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
