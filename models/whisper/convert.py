"""Weights of a CTranslate2 Whisper folder under the names of an OpenAI checkpoint, in memory.

The layout of model.bin follows CTranslate2's model loader (binary version 6, WhisperSpec revision 3); every variable
must be known, used once and of the expected shape, and nothing may be left over.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...data_schemas import Code, LaliaError

Array = npt.NDArray[Any]

_DTYPES = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}
# Scalars that are not weights. None: read elsewhere or without effect; otherwise the only value Whisper has.
_SETTINGS: Mapping[str, int | None] = {
    "activation": None,
    "alibi": 0,
    "alignment_heads": None,
    "alignment_layer": None,
    "layernorm_eps": None,
    "multi_query_attention": 0,
    "num_heads": None,
    "pre_norm": 1,
    "scale_embeddings": 0,
    "scale_outputs": None,
    "start_from_zero_embedding": 0,
}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An OpenAI checkpoint: dimensions, float32 tensors by name, alignment heads as (layer, head)."""

    dims: Mapping[str, int]
    tensors: Mapping[str, Array]
    alignment_heads: tuple[tuple[int, int], ...]


def convert(folder: Path) -> Checkpoint:
    """Read a CTranslate2 Whisper folder as an OpenAI checkpoint.

    Raises
    ------
    LaliaError
        BAD_MODEL when model.bin is not a Whisper model of the known layout, or holds anything unexpected.
    """
    variables = read(folder / "model.bin")
    builder = _Builder(variables)
    tensors = builder.build()
    dims = builder.dims()
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    heads = tuple((int(layer), int(head)) for layer, head in config.get("alignment_heads", ()))
    if any(not (0 <= a < dims["n_text_layer"] and 0 <= b < dims["n_text_head"]) for a, b in heads):
        raise _bad("alignment heads must lie inside the decoder", f"{heads}")
    return Checkpoint(dims, tensors, heads)


def read(path: Path) -> dict[str, Array]:
    """Variables of a model.bin by name, aliases resolved away; arrays are read-only views of the file."""
    if not path.stat().st_size:
        raise _bad("model.bin must be whole", "an empty file")
    with path.open("rb") as file:
        view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    try:
        return _Reader(view).read()
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise _bad("model.bin must be whole", f"a file that ends or breaks early ({type(error).__name__})") from error


class _Reader:
    def __init__(self, view: memoryview) -> None:
        self._view, self._at = view, 0

    def read(self) -> dict[str, Array]:
        version, spec, revision = self._int("<I"), self._text(), self._int("<I")
        if (spec, revision) != ("WhisperSpec", 3) or version < 4:
            raise _bad(
                "model.bin must hold a WhisperSpec, revision 3, binary version 4 or later",
                f"{spec!r}, revision {revision}, version {version}",
            )
        variables = dict(self._variable() for _ in range(self._int("<I")))
        for _ in range(self._int("<I")):
            alias, name = self._text(), self._text()
            if alias != "decoder/projection/weight" or name != "decoder/embeddings/weight":
                raise _bad("the only alias may be the tied output head", f"{alias!r} for {name!r}")
        if self._at != len(self._view):
            raise _bad("model.bin must end after its aliases", f"{len(self._view) - self._at} bytes more")
        return variables

    def _take(self, count: int) -> memoryview:
        if count < 0 or self._at + count > len(self._view):
            raise IndexError
        part = self._view[self._at : self._at + count]
        self._at += count
        return part

    def _int(self, layout: str) -> int:
        return int(struct.unpack(layout, self._take(struct.calcsize(layout)))[0])

    def _text(self) -> str:
        return bytes(self._take(self._int("<H")))[:-1].decode()

    def _variable(self) -> tuple[str, Array]:
        name = self._text()
        shape = [self._int("<I") for _ in range(self._int("<B"))]
        kind, size = self._int("<B"), self._int("<I")
        data = self._take(size)
        if kind not in _DTYPES:
            raise _bad("a variable must be float32, float16 or an integer", f"type {kind} for {name!r}")
        dtype = np.dtype(_DTYPES[kind])
        if size != dtype.itemsize * int(np.prod(shape, dtype=np.int64)):
            raise _bad("a variable's bytes must match its shape", f"{size} bytes for {shape} in {name!r}")
        return name, np.frombuffer(data, dtype).reshape(shape)


class _Builder:
    """Moves variables over one by one, so that what is left at the end was not understood."""

    def __init__(self, variables: Mapping[str, Array]) -> None:
        self._all = variables
        self._left = {name for name, value in variables.items() if not _is_setting(name, value)}
        self._out: dict[str, Array] = {}

    def build(self) -> dict[str, Array]:
        self._stem()
        for side, blocks in (("encoder", "encoder.blocks"), ("decoder", "decoder.blocks")):
            layers = self._layers(side)
            for index in range(layers):
                self._layer(f"{side}/layer_{index}", f"{blocks}.{index}", cross=side == "decoder")
        if self._left:
            raise _bad("every variable must have its place", f"{sorted(self._left)[:5]} besides")
        return self._out

    def dims(self) -> dict[str, int]:
        out = self._out
        vocabulary, text_state = out["decoder.token_embedding.weight"].shape
        return {
            "n_mels": out["encoder.conv1.weight"].shape[1],
            "n_audio_ctx": out["encoder.positional_embedding"].shape[0],
            "n_audio_state": out["encoder.conv1.weight"].shape[0],
            "n_audio_head": self._heads("encoder"),
            "n_audio_layer": self._layers("encoder"),
            "n_vocab": vocabulary,
            "n_text_ctx": out["decoder.positional_embedding"].shape[0],
            "n_text_state": text_state,
            "n_text_head": self._heads("decoder"),
            "n_text_layer": self._layers("decoder"),
        }

    def _stem(self) -> None:
        for number in (1, 2):
            self._linear(f"encoder/conv{number}", f"encoder.conv{number}")
        self._out["encoder.positional_embedding"] = self._take("encoder/position_encodings/encodings")
        self._norm("encoder/layer_norm", "encoder.ln_post")
        self._out["decoder.token_embedding.weight"] = self._take("decoder/embeddings/weight")
        self._out["decoder.positional_embedding"] = self._take("decoder/position_encodings/encodings")
        self._norm("decoder/layer_norm", "decoder.ln")

    def _layer(self, source: str, target: str, *, cross: bool) -> None:
        self._norm(f"{source}/self_attention/layer_norm", f"{target}.attn_ln")
        self._joint(
            f"{source}/self_attention/linear_0", [f"{target}.attn.{part}" for part in ("query", "key", "value")]
        )
        self._linear(f"{source}/self_attention/linear_1", f"{target}.attn.out")
        if cross:
            self._norm(f"{source}/attention/layer_norm", f"{target}.cross_attn_ln")
            self._linear(f"{source}/attention/linear_0", f"{target}.cross_attn.query")
            self._joint(f"{source}/attention/linear_1", [f"{target}.cross_attn.{part}" for part in ("key", "value")])
            self._linear(f"{source}/attention/linear_2", f"{target}.cross_attn.out")
        self._norm(f"{source}/ffn/layer_norm", f"{target}.mlp_ln")
        self._linear(f"{source}/ffn/linear_0", f"{target}.mlp.0")
        self._linear(f"{source}/ffn/linear_1", f"{target}.mlp.2")

    def _joint(self, source: str, targets: list[str]) -> None:
        """Projections stacked by rows; Whisper's keys have no bias, so that part must be zero."""
        weight, bias = self._take(f"{source}/weight"), self._take(f"{source}/bias")
        if weight.ndim != 2 or weight.shape[0] % len(targets) or bias.shape != weight.shape[:1]:
            raise _bad("stacked projections must divide evenly", f"{weight.shape} and {bias.shape} in {source!r}")
        parts = zip(targets, np.split(weight, len(targets)), np.split(bias, len(targets)), strict=True)
        for target, rows, offset in parts:
            self._out[f"{target}.weight"] = rows
            if not target.endswith(".key"):
                self._out[f"{target}.bias"] = offset
            elif np.any(offset):
                raise _bad("the key projection must have a zero bias", f"up to {np.abs(offset).max():g} in {source!r}")

    def _linear(self, source: str, target: str) -> None:
        self._out[f"{target}.weight"] = self._take(f"{source}/weight")
        self._out[f"{target}.bias"] = self._take(f"{source}/bias")

    def _norm(self, source: str, target: str) -> None:
        self._out[f"{target}.weight"] = self._take(f"{source}/gamma")
        self._out[f"{target}.bias"] = self._take(f"{source}/beta")

    def _take(self, name: str) -> Array:
        if name not in self._left:
            raise _bad("a Whisper model must hold every weight", f"no {name!r}")
        self._left.remove(name)
        value = self._all[name]
        if value.dtype != np.int8:
            return value.astype(np.float32)
        self._left.discard(f"{name}_scale")
        scale = self._all.get(f"{name}_scale")
        if scale is None or scale.shape != value.shape[:1]:
            raise _bad("an 8-bit weight must have a scale for each row", f"none for {name!r}")
        return value.astype(np.float32) / scale.astype(np.float32).reshape(-1, *[1] * (value.ndim - 1))

    def _heads(self, side: str) -> int:
        value = self._all.get(f"{side}/num_heads")
        if value is None or value.size != 1:
            raise _bad("the number of attention heads must be stated", f"none for the {side}")
        return int(value.reshape(()))

    def _layers(self, side: str) -> int:
        prefix = f"{side}/layer_"
        return 1 + max(
            (int(name[len(prefix) :].split("/")[0]) for name in self._all if _numbered(name, prefix)), default=-1
        )


def _numbered(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and name[len(prefix) :].split("/")[0].isdecimal()


def _is_setting(name: str, value: Array) -> bool:
    setting = name.rsplit("/", 1)[-1]
    if value.ndim or setting not in _SETTINGS:
        return False
    expected = _SETTINGS[setting]
    if expected is not None and int(value) != expected:
        raise _bad(f"setting {setting} must be {expected}", f"{int(value)} in {name!r}")
    return True


def _bad(must: str, got: str) -> LaliaError:
    return LaliaError(
        f"Converting Whisper weights: {must}", got, "Use a model folder made by ct2-transformers-converter",
        code=Code.BAD_MODEL,
    )  # fmt: skip
