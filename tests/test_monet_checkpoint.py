"""Monet checkpoints: the released layout in every way of storing it, and what is refused."""

from __future__ import annotations

import json
import re

import pytest
import torch
from lalia.data_schemas.errors import Code, LaliaError
from lalia.models import cache, registry
from lalia.models.fetch import fetch
from lalia.models.monet.checkpoint import load_monet
from lalia.models.monet.config import MonetConfig
from lalia.models.monet.model import Monet
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

SIZES = {
    "model_type": "monet", "architectures": ["MonetForCausalLM"], "vocab_size": 40, "hidden_size": 16,
    "intermediate_size": None, "mlp_bias": None, "num_hidden_layers": 5, "num_attention_heads": 2,
    "num_key_value_heads": 2, "moe_dim": 4, "moe_heads": 2, "moe_experts": 8, "moe_topk": 3, "moe_groups": 4,
    "moe_decompose": "vertical", "output_router_probs": False, "hidden_act": "relu2", "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0, "max_position_embeddings": 64, "attention_bias": False, "tie_word_embeddings": False,
    "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": None, "torch_dtype": "bfloat16",
}  # fmt: skip


def names(decompose: str) -> dict[str, tuple[int, ...]]:
    """The released key names and their shapes for these sizes, written out by hand."""
    d, n, m, heads, vocab = 16, 8, 4, 2, 40
    found = {"model.embed_tokens.weight": (vocab, d), "model.norm.weight": (d,), "lm_head.weight": (vocab, d)}
    for layer in range(5):
        at = f"model.layers.{layer}."
        found |= {f"{at}self_attn.{k}_proj.weight": (d, d) for k in "qkvo"}
        found |= {at + "input_layernorm.weight": (d,), at + "post_attention_layernorm.weight": (d,)}
        if decompose == "vertical":
            half = n * m // 2
            found |= {f"{at}moe.u{k}.weight": (half, d) for k in (1, 2)} | {
                f"{at}moe.u{k}.bias": (half,) for k in (1, 2)
            }
            found |= {f"{at}moe.v{k}.weight": (d // 2, half) for k in (11, 12, 21, 22)}
            found |= {f"{at}moe.b{k}": (n, d // 2) for k in (1, 2)}
        else:
            found |= {at + "moe.u.weight": (n * m, d), at + "moe.u.bias": (n * m,)}
            found |= {at + "moe.v.weight": (d, n * m), at + "moe.b": (n, d)}
        if layer % 4 == 0:
            found |= {f"{at}router.w{k}.weight": (heads * n, d) for k in (1, 2)}
            for k in (1, 2):
                norm = f"{at}router.norm{k}."
                found |= {
                    norm + "running_mean": (heads,),
                    norm + "running_var": (heads,),
                    norm + "num_batches_tracked": (),
                }
    return found


def weights(decompose: str = "vertical") -> dict[str, torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    made = {name: torch.randn(shape, generator=draw) for name, shape in names(decompose).items()}
    for name in made:
        if name.endswith("running_var"):
            made[name] = made[name].abs() + 0.5
        if name.endswith("num_batches_tracked"):
            made[name] = torch.tensor(7)
    return made


def tokenizer() -> Tokenizer:
    """Pieces in Llama's manner: a mark for the space before a word, letters where nothing longer is known."""
    letters = ["<unk>", "<s>", "</s>", "▁", *"abcdefghijklmnopqrstuvwxyz", "▁the", "▁boy", "oo", "▁st"]
    vocabulary = [(piece, 0.0 if k < 3 else -float(10 - len(piece))) for k, piece in enumerate(letters)]
    made = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=False))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="never", split=False)
    return made


def write(folder, way="safetensors", decompose="vertical", parts=1, change=None, config=None):
    from safetensors.torch import save_file

    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**SIZES, "moe_decompose": decompose, **(config or {})}))
    tokenizer().save(str(folder / "tokenizer.json"))
    held = weights(decompose)
    if change:
        change(held)
    stem, suffix = ("model", "safetensors") if way == "safetensors" else ("pytorch_model", "bin")
    save = save_file if way == "safetensors" else torch.save
    if parts == 1:
        save(held, str(folder / f"{stem}.{suffix}"))
        return held
    table = {name: f"{stem}-{k % parts + 1:05}-of-{parts:05}.{suffix}" for k, name in enumerate(sorted(held))}
    for file in set(table.values()):
        save({name: held[name] for name in held if table[name] == file}, str(folder / file))
    index = {"metadata": {}, "weight_map": table}
    (folder / f"{stem}.{suffix}.index.json").write_text(json.dumps(index))
    return held


@pytest.mark.parametrize("decompose", ["vertical", "horizontal"])
def test_state_dict_has_exactly_the_released_names(decompose):
    config = MonetConfig.model_validate({**SIZES, "moe_decompose": decompose})
    state = Monet(config).state_dict()
    assert {name: tuple(value.shape) for name, value in state.items()} == names(decompose)


@pytest.mark.parametrize("decompose", ["vertical", "horizontal"])
@pytest.mark.parametrize(("way", "parts"), [("safetensors", 1), ("safetensors", 3), ("bin", 1), ("bin", 2)])
def test_every_way_of_storing_gives_the_same_model(tmp_path, way, parts, decompose):
    held = write(tmp_path / "m", way, decompose, parts)
    found = load_monet(tmp_path / "m", device="cpu")
    for name, value in found.model.state_dict().items():
        assert torch.equal(value, held[name].to(value.dtype)), name
    assert not found.model.training
    plain = Monet(found.config).eval()
    plain.load_state_dict(held, strict=True)
    ids = torch.randint(0, 40, (2, 9), generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(found.model(ids).states, plain(ids).states, rtol=0, atol=0)


def test_stored_in_half_precision_is_read_in_single_with_exact_statistics(tmp_path):
    def halve(held):
        for name, value in held.items():
            if value.is_floating_point() and "running" not in name:
                held[name] = value.bfloat16()

    held = write(tmp_path / "m", change=halve)
    found = load_monet(tmp_path / "m", device="cpu")
    assert {p.dtype for p in found.model.parameters()} == {torch.float32}
    half = load_monet(tmp_path / "m", device="cpu", dtype="bfloat16").model
    assert {p.dtype for p in half.parameters()} == {torch.bfloat16}
    for model in (found.model, half):
        mean = model.model.layers[0].router.norm1.running_mean
        assert mean.dtype == torch.float32
        assert torch.equal(mean, held["model.layers.0.router.norm1.running_mean"])


def test_topk_is_read_and_decides_the_threshold(tmp_path):
    write(tmp_path / "a")
    write(tmp_path / "b", config={"moe_topk": 1})
    one, other = (load_monet(tmp_path / k, device="cpu").model.model.layers[0].router.threshold for k in "ab")
    assert one == pytest.approx(0.31864, abs=1e-5)  # the normal quantile of 1 - 3/8
    assert other == pytest.approx(1.15035, abs=1e-5)  # of 1 - 1/8


def drop(pattern):
    def change(held):
        for name in [name for name in held if re.search(pattern, name)]:
            del held[name]

    return change


def test_missing_router_statistics_are_refused_by_name(tmp_path):
    write(tmp_path / "m", change=drop(r"running_var"))
    with pytest.raises(LaliaError, match="running statistics of its routers") as raised:
        load_monet(tmp_path / "m", device="cpu")
    assert raised.value.code is Code.BAD_MODEL
    assert "model.layers.0.router.norm1.running_var and 3 others" in str(raised.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (drop(r"layers\.3\.moe\.b1"), "no model.layers.3.moe.b1"),
        (drop(r"lm_head"), "no lm_head.weight"),
        (
            lambda held: held.update({"model.layers.1.router.w1.weight": torch.zeros(16, 16)}),
            "such as model.layers.1.router",
        ),
        (lambda held: held.update({"model.layers.0.moe.v11.weight": torch.zeros(8, 15)}), "shape (8, 16), got (8, 15)"),
        (lambda held: held.update({"model.norm.weight": torch.zeros(15)}), "norm.weight"),
    ],
)
@pytest.mark.parametrize("parts", [1, 3])
def test_tensors_that_do_not_fit_are_refused(tmp_path, change, said, parts):
    write(tmp_path / "m", change=change, parts=parts)
    with pytest.raises(LaliaError, match="every tensor") as raised:
        load_monet(tmp_path / "m", device="cpu")
    assert raised.value.code is Code.BAD_MODEL
    assert said in str(raised.value)


def test_the_older_files_extra_key_is_passed_over(tmp_path):
    write(
        tmp_path / "m", change=lambda held: held.update({"model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(4)})
    )
    load_monet(tmp_path / "m", device="cpu")


def test_a_tied_head_needs_no_tensor_of_its_own(tmp_path):
    write(tmp_path / "m", change=drop("lm_head"), config={"tie_word_embeddings": True})
    model = load_monet(tmp_path / "m", device="cpu").model
    assert model.lm_head.weight is model.model.embed_tokens.weight


@pytest.mark.parametrize(
    ("config", "theta"),
    [
        ({"rope_parameters": {"rope_theta": 500000.0, "rope_type": "default"}, "rope_theta": None}, 500_000.0),
        ({"rope_parameters": {"rope_type": "default"}}, 10_000.0),
        ({"rope_scaling": None, "rope_theta": 2000.0}, 2_000.0),
        ({"rope_scaling": {"type": "default"}}, 10_000.0),
        ({"head_dim": 8, "mlp_bias": False, "sliding_window": None}, 10_000.0),
    ],
)
def test_newer_spellings_of_the_same_are_read(tmp_path, config, theta):
    write(tmp_path / "m", config=config)
    path = tmp_path / "m" / "config.json"
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != "rope_theta" or v}))
    assert load_monet(tmp_path / "m", device="cpu").config.rope_theta == theta


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"rope_scaling": {"type": "linear", "factor": 4.0}}, "rope_scaling must be of the type default"),
        ({"rope_parameters": {"rope_type": "llama3", "factor": 8.0}}, "rope_parameters must be of the type default"),
        ({"rope_parameters": {"rope_theta": 5e5}, "rope_theta": 1e4}, "rope_theta must be the same"),
        ({"rope_parameters": 5}, "rope_parameters must be null or a table"),
        ({"head_dim": 4}, "head_dim must be hidden_size divided by"),
        ({"mlp_bias": True}, "mlp_bias must be none or false"),
        ({"attention_bias": True}, "attention_bias"),
        ({"sliding_window": 16}, "sliding_window must be none"),
        ({"quantization_config": {"bits": 4}}, "quantization_config must be none"),
    ],
)
def test_a_config_of_another_model_is_refused(tmp_path, config, said):
    write(tmp_path / "m", config=config)
    with pytest.raises(LaliaError, match=r"config\.json") as raised:
        load_monet(tmp_path / "m", device="cpu")
    assert raised.value.code is Code.BAD_MODEL
    assert said in str(raised.value)


NORM = "model.layers.0.router.norm1.running_var"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("model.norm.weight", torch.full((16,), float("nan")), "not a number, or infinite"),
        ("lm_head.weight", torch.full((40, 16), float("inf")), "not a number, or infinite"),
        ("model.norm.weight", torch.ones(16, dtype=torch.int64), "model.norm.weight of the type int64"),
        (NORM, torch.tensor([-1.0, 1.0]), f"a variance below 0 in {NORM}"),
        (NORM, torch.tensor([1.0, float("nan")]), "not a number, or infinite"),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_values_that_mean_nothing_are_refused(tmp_path, name, value, said, dtype):
    write(
        tmp_path / "m",
        change=lambda held: held.update({name: value.to(dtype) if value.dtype.is_floating_point else value}),
    )
    with pytest.raises(LaliaError, match="every tensor") as raised:
        load_monet(tmp_path / "m", device="cpu")
    assert raised.value.code is Code.BAD_MODEL
    assert said in str(raised.value)


class _Bomb:
    def __reduce__(self):
        return print, ("executed",)


def test_nothing_in_a_bin_is_executed(tmp_path, capsys):
    write(tmp_path / "m", way="bin")
    torch.save({"x": _Bomb()}, tmp_path / "m" / "pytorch_model.bin")
    with pytest.raises(LaliaError, match="every tensor"):
        load_monet(tmp_path / "m", device="cpu")
    assert "executed" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (lambda f: (f / "model.safetensors").unlink(), Code.MODEL_ABSENT, "model.safetensors or pytorch_model.bin"),
        (lambda f: (f / "model.safetensors").write_bytes(b"\x00" * 64), Code.BAD_MODEL, "cannot be read"),
        (lambda f: (f / "config.json").write_text("{"), Code.BAD_MODEL, "config.json"),
        (lambda f: (f / "config.json").unlink(), Code.BAD_MODEL, "config.json"),
        (lambda f: (f / "tokenizer.json").unlink(), Code.BAD_MODEL, "tokenizer"),
        (lambda f: (f / "tokenizer.json").write_text("[]"), Code.BAD_MODEL, "tokenizer"),
    ],
)
def test_damaged_folders_are_refused(tmp_path, spoil, code, said):
    write(tmp_path / "m")
    spoil(tmp_path / "m")
    with pytest.raises(LaliaError, match=re.escape(said)) as raised:
        load_monet(tmp_path / "m", device="cpu")
    assert raised.value.code is code


@pytest.mark.parametrize("inside", ["../outside.safetensors", "/etc/passwd", "absent.safetensors"])
def test_an_index_may_name_only_parts_beside_it(tmp_path, inside):
    write(tmp_path / "m", parts=2)
    index = tmp_path / "m" / "model.safetensors.index.json"
    table = json.loads(index.read_text())
    table["weight_map"]["lm_head.weight"] = inside
    index.write_text(json.dumps(table))
    with pytest.raises(LaliaError, match="not in the folder"):
        load_monet(tmp_path / "m", device="cpu")


@pytest.mark.parametrize("name", ["monet-vd-850m", "MonetLLM/monet-vd-850M-100BT-hf"])
def test_a_release_that_was_not_fetched_says_how(tmp_path, monkeypatch, name):
    monkeypatch.setenv("LALIA_MODELS", str(tmp_path))
    with pytest.raises(LaliaError, match="lalia models fetch monet-vd-850m") as raised:
        load_monet(name, device="cpu")
    assert raised.value.code is Code.MODEL_ABSENT


def test_a_fetched_release_is_found_by_both_names_and_held_to_its_hashes(tmp_path, monkeypatch):
    monkeypatch.setenv("LALIA_MODELS", str(tmp_path))
    registry._found.cache_clear()
    folder = cache.folder("monet-vd-850m")
    folder.parent.mkdir(parents=True)
    write(folder)
    files = {path.name: registry.sha256(path) for path in folder.iterdir()}
    cache.write_record(folder, cache.Record(files, "huggingface.co/MonetLLM/monet-vd-850M-100BT-hf"))
    for name in ("monet-vd-850m", "MonetLLM/monet-vd-850M-100BT-hf"):
        assert load_monet(name, device="cpu").folder == folder
    assert registry.use("monet-vd-850m", "embedder").licence == "Apache-2.0"
    (folder / "model.safetensors").write_bytes(b"other")
    with pytest.raises(LaliaError, match="SHA-256"):
        registry.verify("monet-vd-850m")
    registry._found.cache_clear()


def test_fetching_without_a_network_says_so(tmp_path, monkeypatch):
    import huggingface_hub

    def unreachable(*args, **kwargs):
        raise OSError("no network")

    monkeypatch.setenv("LALIA_MODELS", str(tmp_path))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", unreachable)
    with pytest.raises(LaliaError, match="reachable over the network") as raised:
        fetch("monet-vd-850m")
    assert raised.value.code is Code.MODEL_ABSENT
    assert not cache.folder("monet-vd-850m").exists()


def test_a_fetched_release_must_match_its_pinned_hash(tmp_path, monkeypatch):
    import huggingface_hub
    from lalia.models import fetch as fetching

    monkeypatch.setenv("LALIA_MODELS", str(tmp_path))
    monkeypatch.setattr(
        huggingface_hub, "snapshot_download", lambda repo, local_dir, **_: write(type(tmp_path)(local_dir))
    )
    monkeypatch.setattr(fetching, "MONET_SHA256", {"monet-vd-850m": {"model.safetensors": "0" * 64}})
    with pytest.raises(LaliaError, match="other bytes in model") as raised:
        fetch("monet-vd-850m")
    assert raised.value.code is Code.BAD_MODEL
    assert not cache.folder("monet-vd-850m").exists()
