"""Weights of the official releases: converted, or refused."""

from __future__ import annotations

import dataclasses
import json
import struct

import numpy as np
import pytest
from lalia.data_schemas import Code, LaliaError
from lalia.models.whisper import convert, openai


def _network():
    import torch
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(1)
    model = Whisper(ModelDimensions(80, 12, 16, 2, 1, 30, 10, 16, 2, 2)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3)
    return model


def _block(block, name: str, out: dict) -> None:
    def pair(layer, where: str, kind=("weight", "bias")) -> None:
        out[f"{where}/{kind[0]}"] = layer.weight
        out[f"{where}/{kind[1]}"] = layer.bias

    def stacked(attention, where: str, parts: tuple[str, ...]) -> None:
        import torch

        layers = [getattr(attention, part) for part in parts]
        out[f"{where}/weight"] = torch.cat([layer.weight for layer in layers])
        out[f"{where}/bias"] = torch.cat([torch.zeros(16) if layer.bias is None else layer.bias for layer in layers])

    norm = ("gamma", "beta")
    pair(block.attn_ln, f"{name}/self_attention/layer_norm", norm)
    stacked(block.attn, f"{name}/self_attention/linear_0", ("query", "key", "value"))
    pair(block.attn.out, f"{name}/self_attention/linear_1")
    if block.cross_attn is not None:
        pair(block.cross_attn_ln, f"{name}/attention/layer_norm", norm)
        pair(block.cross_attn.query, f"{name}/attention/linear_0")
        stacked(block.cross_attn, f"{name}/attention/linear_1", ("key", "value"))
        pair(block.cross_attn.out, f"{name}/attention/linear_2")
    pair(block.mlp_ln, f"{name}/ffn/layer_norm", norm)
    pair(block.mlp[0], f"{name}/ffn/linear_0")
    pair(block.mlp[2], f"{name}/ffn/linear_1")


def _variables(model) -> dict[str, np.ndarray]:
    out: dict = {
        "encoder/position_encodings/encodings": model.encoder.positional_embedding,
        "encoder/layer_norm/gamma": model.encoder.ln_post.weight,
        "encoder/layer_norm/beta": model.encoder.ln_post.bias,
        "decoder/embeddings/weight": model.decoder.token_embedding.weight,
        "decoder/position_encodings/encodings": model.decoder.positional_embedding,
        "decoder/layer_norm/gamma": model.decoder.ln.weight,
        "decoder/layer_norm/beta": model.decoder.ln.bias,
    }
    for i, layer in ((1, model.encoder.conv1), (2, model.encoder.conv2)):
        out[f"encoder/conv{i}/weight"], out[f"encoder/conv{i}/bias"] = layer.weight, layer.bias
    for side, blocks in (("encoder", model.encoder.blocks), ("decoder", model.decoder.blocks)):
        for i, block in enumerate(blocks):
            _block(block, f"{side}/layer_{i}", out)
    plain = {name: value.detach().numpy().astype("<f4") for name, value in out.items()}
    return plain | {f"{side}/num_heads": np.array(2, "<i2") for side in ("encoder", "decoder")}


def _file(variables: dict[str, np.ndarray], aliases=(("decoder/projection/weight", "decoder/embeddings/weight"),)):
    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    kinds = {"<f4": 0, "|i1": 1, "<i2": 2, "<i4": 3, "<f2": 4}
    out = [struct.pack("<I", 6), text("WhisperSpec"), struct.pack("<II", 3, len(variables))]
    for name, value in variables.items():
        out += [text(name), struct.pack(f"<B{value.ndim}I", value.ndim, *value.shape)]
        out += [struct.pack("<BI", kinds[value.dtype.str], value.nbytes), value.tobytes()]
    out.append(struct.pack("<I", len(aliases)))
    out += [text(part) for alias in aliases for part in alias]
    return b"".join(out)


@pytest.fixture
def written(tmp_path):
    def write(data: bytes, heads: tuple[int, int] = (1, 0)):
        (tmp_path / "model.bin").write_bytes(data)
        (tmp_path / "config.json").write_text(json.dumps({"alignment_heads": [heads]}))
        return tmp_path

    return write


def _logits(model):
    import torch

    generator = torch.Generator().manual_seed(2)
    mel, tokens = torch.randn(1, 80, 24, generator=generator), torch.tensor([[1, 5, 7, 29]])
    with torch.no_grad():
        return model(mel, tokens).numpy()


def test_conversion_gives_the_same_network(written):
    model = _network()
    converted = openai._from_folder(written(_file(_variables(model)))).eval()
    np.testing.assert_array_equal(_logits(converted), _logits(model))
    assert converted.alignment_heads.indices().T.tolist() == [[1, 0]]


def test_eight_bit_weights_are_scaled_by_row(written):
    variables = _variables(_network())
    name = "decoder/layer_0/ffn/linear_0/weight"
    scale = 127 / np.abs(variables[name]).max(axis=1)
    quantised = np.rint(variables[name] * scale[:, None]).astype("i1")
    original = variables[name]
    data = _file(variables | {name: quantised, f"{name}_scale": scale.astype("<f4")})
    tensors = convert.convert(written(data)).tensors
    # Half a step of the row's own 8-bit scale.
    assert (np.abs(tensors["decoder.blocks.0.mlp.0.weight"] - original) <= 0.5001 / scale[:, None]).all()


def _broken() -> dict[str, bytes]:
    good = _variables(_network())
    whole = _file(good)
    key = "decoder/layer_1/attention/linear_1/bias"
    biased = good[key].copy()
    biased[3] = 0.5
    return {
        "unknown variable": _file(good | {"decoder/layer_0/adapter/weight": np.ones(3, "<f4")}),
        "missing variable": _file({k: v for k, v in good.items() if k != "encoder/conv2/bias"}),
        "missing heads": _file({k: v for k, v in good.items() if k != "decoder/num_heads"}),
        "key bias": _file(good | {key: biased}),
        "8 bits without a scale": _file(good | {"encoder/conv1/weight": np.ones((16, 80, 3), "i1")}),
        "alibi": _file(good | {"decoder/alibi": np.array(1, "i1")}),
        "another alias": _file(good, (("a", "b"),)),
        "trailing bytes": whole + b"x",
        "truncated": whole[:-40],
        "empty": b"",
        "not a model": b"RIFF" * 20,
        "another spec": whole.replace(b"WhisperSpec", b"WhisperSpeX"),
    }


def test_conversion_takes_nothing_it_does_not_understand(written):
    for data in _broken().values():
        folder = written(data)
        with pytest.raises(LaliaError, match="Converting Whisper weights") as caught:
            convert.convert(folder)
        assert caught.value.code is Code.BAD_MODEL


def test_alignment_heads_outside_the_decoder_are_refused(written):
    with pytest.raises(LaliaError, match="alignment heads"):
        convert.convert(written(_file(_variables(_network())), (2, 0)))


def test_a_checkpoint_may_hold_tensors_only(tmp_path):
    import torch

    class Evil:
        def __reduce__(self):
            return (exec, (f"open({str(tmp_path / 'ran')!r}, 'w')",))

    path = tmp_path / "evil.pt"
    torch.save({"dims": Evil(), "model_state_dict": {}}, path)
    with pytest.raises(LaliaError, match="tensors only"):
        openai._from_checkpoint(path, "")
    assert not (tmp_path / "ran").exists()


def test_a_checkpoint_of_openai_s_layout_loads(tmp_path):
    import torch

    model = _network()
    torch.save({"dims": dataclasses.asdict(model.dims), "model_state_dict": model.state_dict()}, tmp_path / "m.pt")
    np.testing.assert_array_equal(_logits(openai._from_checkpoint(tmp_path / "m.pt", "").eval()), _logits(model))
