"""Monet whole: router, attention, caching, padding, sizes of the releases."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
import torch
from lalia.data_schemas.errors import Code, LaliaError
from lalia.models.monet.attention import Cache, Packed
from lalia.models.monet.config import MonetConfig, read_config
from lalia.models.monet.model import Monet
from lalia.models.monet.router import HeadNorm, Router, ambiguity, threshold, uniformity

EXACT = {"rtol": 0.0, "atol": 1e-12}
"""Double precision; sums of some hundred terms of order one."""

TINY = {
    "vocab_size": 61, "hidden_size": 32, "num_hidden_layers": 6, "num_attention_heads": 4, "moe_dim": 8,
    "moe_heads": 3, "moe_experts": 16, "moe_topk": 4, "moe_groups": 4, "moe_decompose": "vertical",
}  # fmt: skip

RELEASES = {
    "850M": (24, 1536, 12, 12, 6, 853_501_440),
    "1.4B": (24, 2048, 16, 16, 8, 1_465_157_632),
    "4.1B": (32, 3072, 24, 24, 12, 4_173_401_088),
}


def tiny(seed: int = 0, **changes) -> Monet:
    """A small model in double precision whose router statistics are not the initial ones."""
    torch.manual_seed(seed)
    model = Monet(MonetConfig.model_validate({**TINY, **changes})).double()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(std=0.3)
        model.train()
        for _ in range(5):
            model(torch.randint(0, 61, (4, 20)))
    return model.eval()


def ids(count: int = 23, batch: int = 2) -> torch.Tensor:
    return torch.randint(0, 61, (batch, count), generator=torch.Generator().manual_seed(7))


@pytest.mark.parametrize("decompose", ["vertical", "horizontal"])
@pytest.mark.parametrize("name", RELEASES)
def test_parameter_counts_of_the_releases(name, decompose):
    layers, width, heads, dim, routed, expected = RELEASES[name]
    config = MonetConfig(
        vocab_size=32_000, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads, moe_dim=dim,
        moe_heads=routed, moe_experts=512, moe_topk=8, moe_groups=4, moe_decompose=decompose,
    )  # fmt: skip
    with torch.device("meta"):
        model = Monet(config)
    assert sum(p.numel() for p in model.parameters()) == expected
    assert config.experts == 262_144
    assert sum(layer.routes for layer in model.model.layers) == config.routers == math.ceil(layers / 4)


@pytest.mark.parametrize(("topk", "expected"), [(8, 2.154), (16, 1.863), (32, 1.534)])
def test_threshold_is_the_normal_quantile(topk, expected):
    assert threshold(topk, 512) == pytest.approx(scipy.stats.norm.ppf(1 - topk / 512), abs=1e-9)
    assert threshold(topk, 512) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("training", [True, False])
def test_head_norm_is_batch_norm_with_a_channel_a_head(training):
    ours, theirs = HeadNorm(3).train(training), torch.nn.BatchNorm1d(3, affine=False).train(training)
    for k in range(4):
        logits = torch.randn(2, 5, 3, 16, generator=torch.Generator().manual_seed(k)) * 2 + 1
        mean, deviation = ours.scale(logits, None)
        expected = theirs(logits.flatten(0, 1)).view_as(logits)
        # Single precision, values up to about 4.
        torch.testing.assert_close((logits - mean[:, None]) / deviation[:, None], expected, rtol=0, atol=2e-6)
    for name, buffer in theirs.named_buffers():
        torch.testing.assert_close(dict(ours.named_buffers())[name], buffer, rtol=0, atol=1e-6)


def reference_gates(logits: np.ndarray, mean: np.ndarray, var: np.ndarray, quantile: float) -> np.ndarray:
    """The definition, one head of one token at a time."""
    gates = np.zeros_like(logits)
    for place in np.ndindex(logits.shape[:-1]):
        z = logits[place]
        normal = (z - mean[place[-1]]) / np.sqrt(var[place[-1]] + 1e-5)
        passed = normal >= min(quantile, normal.max())
        raised = np.exp(z[passed] - z[passed].max())
        gates[place][passed] = raised / raised.sum()
    return gates


def test_gates_follow_the_definition():
    model = tiny()
    router = model.model.layers[0].router
    z = torch.randn(2, 9, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for side, gates in zip((1, 2), router(z), strict=True):
        logits = getattr(router, f"w{side}")(z).unflatten(-1, (3, 16)).detach().numpy()
        norm = getattr(router, f"norm{side}")
        mean, var = norm.running_mean.numpy().astype(float), norm.running_var.numpy().astype(float)
        expected = reference_gates(logits, mean, var, threshold(4, 16))
        np.testing.assert_allclose(gates.detach().numpy(), expected, rtol=0, atol=1e-12)
        assert (expected > 0).sum(-1).min() >= 1
        np.testing.assert_allclose(expected.sum(-1), 1, atol=1e-12)


def test_a_head_where_nothing_passes_keeps_its_best():
    router = Router(8, 2, 4, 1).eval()
    for norm in (router.norm1, router.norm2):
        norm.running_mean += 100.0
    g1, g2 = router(torch.randn(1, 6, 8, generator=torch.Generator().manual_seed(0)))
    for gates in (g1, g2):
        assert torch.equal((gates > 0).sum(-1), torch.ones(1, 6, 2, dtype=torch.long))
        assert torch.equal(gates.sum(-1), torch.ones(1, 6, 2))


def test_on_average_as_many_pass_as_asked_for():
    router = Router(64, 4, 512, 32).train()
    z = torch.nn.functional.normalize(torch.randn(1, 400, 64, generator=torch.Generator().manual_seed(1)), dim=-1)
    torch.manual_seed(0)
    torch.nn.init.normal_(router.w1.weight)
    kept = (router(z)[0] > 0).sum(-1).float()
    # Logits of states of one length are normal: 32 expected; 1,600 draws of spread 5.6 average within 0.7 of it
    # (5 standard errors).
    assert float(kept.mean()) == pytest.approx(32, abs=0.7)


def test_no_gradient_goes_through_the_comparison_but_does_through_the_gates():
    router = Router(8, 2, 6, 2).double().train()
    z = torch.randn(1, 5, 8, dtype=torch.float64, requires_grad=True)
    (router(z)[0] * torch.arange(6.0)).sum().backward()
    assert router.w1.weight.grad is not None
    assert float(router.w1.weight.grad.abs().max()) > 0
    assert router.w2.weight.grad is None


def test_auxiliary_losses_at_their_extremes():
    even = torch.full((1, 4, 2, 8), 1 / 8)
    one = torch.zeros(1, 8, 2, 8)
    one[0, torch.arange(8), :, torch.arange(8)] = 1
    assert float(uniformity((even, even))) == pytest.approx(math.log(8), abs=1e-6)
    assert float(uniformity((one, one))) == pytest.approx(math.log(8), abs=1e-6)
    assert float(uniformity((one[:, :1], one[:, :1]))) > math.log(8)
    assert float(ambiguity((one, one))) == 0
    assert float(ambiguity((even, even))) == pytest.approx(1 - 1 / 8, abs=1e-6)


def test_layers_of_a_group_share_their_router():
    model = tiny()
    assert [layer.routes for layer in model.model.layers] == [True, False, False, False, True, False]
    out = model(ids())
    assert len(out.routing) == 2
    assert out.routing[0][0].shape == (2, 23, 3, 16)


@pytest.mark.parametrize("decompose", ["vertical", "horizontal"])
def test_a_text_reads_the_same_in_any_batch(decompose):
    model, many = tiny(moe_decompose=decompose), ids(batch=5)
    together = model(many).states
    for row in range(5):
        torch.testing.assert_close(model(many[row : row + 1]).states[0], together[row], **EXACT)


@pytest.mark.parametrize("steps", [(1,) * 23, (5, 1, 10, 7), (23,)])
def test_cached_reading_equals_reading_at_once(steps):
    model, cache, found, at = tiny(), Cache(), [], 0
    for step in steps:
        found.append(model(ids()[:, at : at + step], cache=cache).states)
        at += step
    assert cache.length == 23
    torch.testing.assert_close(torch.cat(found, dim=1), model(ids()).states, **EXACT)


def test_left_padding_changes_nothing():
    model, text = tiny(), ids(batch=1)
    padded = torch.cat([torch.full((1, 6), 3), text], dim=1)
    keep = torch.arange(29)[None] >= 6
    torch.testing.assert_close(model(padded, keep=keep).states[:, 6:], model(text).states, **EXACT)
    cache = Cache()
    first = model(padded[:, :20], keep=keep[:, :20], cache=cache).states
    rest = model(padded[:, 20:], keep=keep, cache=cache).states
    torch.testing.assert_close(torch.cat([first, rest], dim=1)[:, 6:], model(text).states, **EXACT)


def test_padding_does_not_enter_the_router_statistics():
    text = ids(batch=1)
    padded = torch.cat([torch.full((1, 6), 3), text], dim=1)
    plain, with_padding = tiny(), tiny()
    plain.train()(text)
    with_padding.train()(padded, keep=torch.arange(29)[None] >= 6)
    for ours, theirs in zip(with_padding.buffers(), plain.buffers(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


def test_packed_texts_read_as_they_do_alone():
    model, lengths = tiny(), [3, 7, 7, 7, 12]
    row = ids(sum(lengths), batch=1)
    together = model(row, packed=Packed(lengths)).states[0].split(lengths)
    for text, states in zip(row[0].split(lengths), together, strict=True):
        torch.testing.assert_close(states, model(text[None]).states[0], **EXACT)


@pytest.mark.parametrize(("given", "said"), [("cache", "a cache"), ("keep", "padding")])
def test_a_packed_row_takes_neither_cache_nor_padding(given, said):
    row = ids(14, batch=1)
    other = {"cache": Cache(), "keep": torch.ones(1, 14, dtype=torch.bool)}[given]
    with pytest.raises(LaliaError, match=f"packed row must be read without.*Got {said}"):
        tiny()(row, packed=Packed([7, 7]), **{given: other})


def test_a_token_does_not_see_what_follows():
    model, text = tiny(), ids(batch=1)
    changed = text.clone()
    changed[0, 15:] = (changed[0, 15:] + 1) % 61
    before, after = model(text).states[0], model(changed).states[0]
    torch.testing.assert_close(after[:15], before[:15], **EXACT)
    assert float((after[15:] - before[15:]).detach().abs().min(dim=0).values.max()) > 0


def test_masked_experts_act_no_more():
    model, text = tiny(), ids(batch=1)
    whole = torch.ones(16, 16, dtype=torch.bool)
    torch.testing.assert_close(model(text, masks={0: whole}).states, model(text).states, **EXACT)
    # Every expert of every layer removed: what is left is attention alone.
    none = model(text, masks=dict.fromkeys(range(6), ~whole)).states
    bare = tiny()
    with torch.no_grad():
        for layer in bare.model.layers:
            for name, parameter in layer.moe.named_parameters():
                if name in ("upper", "lower"):
                    parameter.zero_()
    torch.testing.assert_close(none, bare(text).states, **EXACT)


def test_training_statistics_move_and_reading_leaves_them():
    model = tiny()
    held = [buffer.clone() for buffer in model.buffers()]
    model(ids())
    assert all(torch.equal(a, b) for a, b in zip(held, model.buffers(), strict=True))
    model.train()(ids())
    assert not all(torch.equal(a, b) for a, b in zip(held, model.buffers(), strict=True))


def test_half_precision_stays_near_single():
    model = tiny().float()
    exact = model(ids()).states
    half = tiny().to(torch.bfloat16)
    for module in half.modules():
        if isinstance(module, HeadNorm):
            module.float()
    rough = half(ids()).states.float()
    # bfloat16 keeps 8 bits and a gate may flip at the threshold: most states stay close, none runs away.
    cosine = torch.nn.functional.cosine_similarity(exact, rough, dim=-1)
    assert float(cosine.detach().median()) > 0.98
    assert torch.isfinite(rough).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"moe_topk": None}, "moe_topk"),
        ({"moe_topk": 16}, "smaller than moe_experts"),
        ({"hidden_size": 30}, "num_attention_heads"),
        ({"moe_dim": 7}, "even"),
        ({"num_key_value_heads": 2}, "num_key_value_heads"),
        ({"hidden_act": "silu"}, "relu2"),
        ({"model_type": "llama"}, "monet"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(tmp_path, change, said):
    import json

    values = {k: v for k, v in {"model_type": "monet", **TINY, **change}.items() if v is not None}
    (tmp_path / "config.json").write_text(json.dumps(values))
    with pytest.raises(LaliaError, match="every size of a Monet") as raised:
        read_config(tmp_path / "config.json")
    assert raised.value.code is Code.BAD_MODEL
    assert said in str(raised.value)
