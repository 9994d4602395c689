"""Everything about a run that can change a number."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Frozen


class Limits(Frozen):
    """Largest and smallest recording taken; checked on the header, before anything is decoded."""

    max_bytes: int = Field(default=200 * 1024**2, gt=0)
    max_seconds: float = Field(default=3 * 3600, gt=0)
    max_channels: int = Field(default=8, ge=1)
    min_rate: int = Field(default=8_000, gt=0)
    max_rate: int = Field(default=192_000, gt=0)
    decode_seconds: int = Field(default=300, gt=0)
    decode_bytes: int = Field(default=4 * 1024**3, gt=0)


class Settings(Frozen):
    """How recordings are assessed; kept in provenance and part of every unit's content hash."""

    model: str = "tiny.en"
    engine: Literal["auto", "openai-whisper", "ctranslate2"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    language: str | None = None
    verbatim: Literal["auto", "on", "off"] = "auto"
    parser: str = "en-core-web-sm"
    constituency: str = "lalia-gum"
    embedder: str = "monet"
    language_model: str = "monet"
    aligner: str = "pocketsphinx"
    diariser: str = "embedded"
    match: Literal["none", "clan"] = "none"
    seed: int = Field(default=0, ge=0)
    limits: Limits = Limits()
