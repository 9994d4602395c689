"""Monet's experts against the definition: every one of the n² experts formed and summed, one by one."""

from __future__ import annotations

import pytest
import torch
from lalia.models.monet.experts import HorizontalExperts, VerticalExperts, relu2
from torch import Tensor

WIDTH, DIM, N, HEADS, TOKENS = 8, 6, 5, 3, 7
EXACT = {"rtol": 0.0, "atol": 1e-12}
"""Double precision: sums of some hundred products of order one differ by rounding alone."""

Made = HorizontalExperts | VerticalExperts


def made(kind: type[Made], seed: int = 0) -> Made:
    torch.manual_seed(seed)
    experts = kind(WIDTH, DIM, N).double()
    with torch.no_grad():
        for parameter in experts.parameters():
            parameter.normal_()
    return experts


def gates(seed: int = 1, requires_grad: bool = False) -> tuple[Tensor, Tensor]:
    torch.manual_seed(seed)
    drawn = torch.rand(2, 1, TOKENS, HEADS, N, dtype=torch.float64)
    drawn[drawn < 0.4] = 0
    drawn[..., 0] += 0.1
    drawn /= drawn.sum(-1, keepdim=True)
    return drawn[0].requires_grad_(requires_grad), drawn[1].requires_grad_(requires_grad)


def states(seed: int = 2) -> Tensor:
    torch.manual_seed(seed)
    return torch.randn(1, TOKENS, WIDTH, dtype=torch.float64)


def weights(experts: Made) -> dict[str, Tensor]:
    """Released names to tensors that keep their gradient path."""
    return {name: experts._part(name) for name in experts.parts}


def one(w: dict[str, Tensor], i: int, j: int, x: Tensor) -> Tensor:
    """Expert (i, j) of the definition, on one token."""
    if "u.weight" in w:
        at_i, at_j = slice(i * DIM, (i + 1) * DIM), slice(j * DIM, (j + 1) * DIM)
        return w["v.weight"][:, at_j] @ relu2(w["u.weight"][at_i] @ x + w["u.bias"][at_i]) + w["b"][j]
    half = DIM // 2
    at_i, at_j = slice(i * half, (i + 1) * half), slice(j * half, (j + 1) * half)
    a = relu2(w["u1.weight"][at_i] @ x + w["u1.bias"][at_i])
    c = relu2(w["u2.weight"][at_j] @ x + w["u2.bias"][at_j])
    upper = w["v11.weight"][:, at_i] @ a + w["v12.weight"][:, at_i] @ c + w["b1"][i]
    lower = w["v21.weight"][:, at_j] @ a + w["v22.weight"][:, at_j] @ c + w["b2"][j]
    return torch.cat([upper, lower])


def enumerated(experts: Made, x: Tensor, routing: tuple[Tensor, Tensor], mask: Tensor | None = None) -> Tensor:
    w = weights(experts)
    rows = []
    for t in range(TOKENS):
        total = torch.zeros(WIDTH, dtype=torch.float64)
        for i in range(N):
            for j in range(N):
                weight = (routing[0][0, t, :, i] * routing[1][0, t, :, j]).sum()
                if mask is None or mask[i, j]:
                    total = total + weight * one(w, i, j, x[0, t])
        rows.append(total)
    return torch.stack(rows)[None]


KINDS = pytest.mark.parametrize("kind", [HorizontalExperts, VerticalExperts])


@KINDS
@pytest.mark.parametrize("seed", range(3))
def test_equals_the_sum_over_every_expert(kind, seed):
    experts, x, routing = made(kind, seed), states(seed + 10), gates(seed + 20)
    torch.testing.assert_close(experts(x, routing), enumerated(experts, x, routing), **EXACT)


@KINDS
@pytest.mark.parametrize("masked", [False, True])
def test_gradients_equal_those_of_the_sum(kind, masked):
    mask = torch.rand(N, N, generator=torch.Generator().manual_seed(0)) < 0.6 if masked else None
    found = []
    for way in (lambda e, x, r: e(x, r, mask), lambda e, x, r: enumerated(e, x, r, mask)):
        experts, x, routing = made(kind), states().requires_grad_(), gates(requires_grad=True)
        torch.manual_seed(5)
        (way(experts, x, routing) * torch.randn(1, TOKENS, WIDTH, dtype=torch.float64)).sum().backward()
        found.append([x.grad, routing[0].grad, routing[1].grad, *(p.grad for p in experts.parameters())])
    for ours, theirs in zip(*found, strict=True):
        assert float(theirs.abs().max()) > 0
        if ours.shape == (1, TOKENS, HEADS, N) and not masked and kind is VerticalExperts:
            # Gates are a softmax: only differences of their gradient within a side reach anything.
            ours, theirs = ours - ours.mean(-1, keepdim=True), theirs - theirs.mean(-1, keepdim=True)
        if ours.shape == (1, TOKENS, HEADS, N) and kind is HorizontalExperts and not masked:
            ours, theirs = ours - ours.mean(-1, keepdim=True), theirs - theirs.mean(-1, keepdim=True)
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12 * float(theirs.abs().max()))


@KINDS
def test_masked_equals_the_sum_over_the_experts_left(kind):
    experts, x, routing = made(kind), states(), gates()
    mask = torch.rand(N, N, generator=torch.Generator().manual_seed(3)) < 0.5
    torch.testing.assert_close(experts(x, routing, mask), enumerated(experts, x, routing, mask), **EXACT)
    whole = torch.ones(N, N, dtype=torch.bool)
    torch.testing.assert_close(experts(x, routing, whole), experts(x, routing), **EXACT)
    assert float(experts(x, routing, ~whole).detach().abs().max()) == 0


@KINDS
def test_one_hot_gates_give_one_expert_once_a_head(kind):
    experts, x = made(kind), states()
    g1, g2 = torch.zeros(2, 1, TOKENS, HEADS, N, dtype=torch.float64)
    g1[..., 3] = 1
    g2[..., 1] = 1
    expected = torch.stack([HEADS * one(weights(experts), 3, 1, x[0, t]) for t in range(TOKENS)])
    torch.testing.assert_close(experts(x, (g1, g2))[0], expected, **EXACT)


@KINDS
def test_heads_add_up(kind):
    experts, x, (g1, g2) = made(kind), states(), gates()
    alone = sum(experts(x, (g1[:, :, h : h + 1], g2[:, :, h : h + 1])) for h in range(HEADS))
    torch.testing.assert_close(experts(x, (g1, g2)), alone, **EXACT)


@KINDS
def test_order_of_half_experts_does_not_matter(kind):
    experts, x, (g1, g2) = made(kind), states(), gates()
    torch.manual_seed(9)
    first, second = torch.randperm(N), torch.randperm(N)
    moved = kind(WIDTH, DIM, N).double()
    held = {name: part.detach().clone() for name, part in weights(experts).items()}
    sides = {"u1": first, "u2": second, "v11": first, "v12": first, "v21": second, "v22": second, "b1": first}
    sides |= {"b2": second, "u": first, "v": second, "b": second}
    for name, part in held.items():
        place = sides[name.split(".")[0]]
        if name.startswith("b"):
            held[name] = part[place]
        elif name.startswith("v"):
            held[name] = part.unflatten(1, (N, -1))[:, place].flatten(1)
        else:
            held[name] = part.unflatten(0, (N, -1))[place].flatten(0, 1)
    moved.load_state_dict(held, strict=True)
    torch.testing.assert_close(moved(x, (g1[..., first], g2[..., second])), experts(x, (g1, g2)), **EXACT)


def test_a_horizontal_layer_lies_inside_a_vertical_one():
    vertical, x, (g1, g2) = made(VerticalExperts), states(), gates()
    with torch.no_grad():
        for name in ("v11.weight", "v12.weight", "v22.weight", "b1"):
            vertical._part(name).zero_()
    w = weights(vertical)
    horizontal = HorizontalExperts(WIDTH, DIM // 2, N).double()
    padded = {"u.weight": w["u1.weight"], "u.bias": w["u1.bias"]}
    # Output half as wide: the other half of the horizontal layer's rows is left at zero.
    padded["v.weight"] = torch.cat([w["v21.weight"], torch.zeros_like(w["v21.weight"])])
    padded["b"] = torch.cat([w["b2"], torch.zeros_like(w["b2"])], dim=1)
    horizontal.load_state_dict({k: v.detach() for k, v in padded.items()})
    out = vertical(x, (g1, g2))
    assert float(out[..., : WIDTH // 2].detach().abs().max()) == 0
    torch.testing.assert_close(out[..., WIDTH // 2 :], horizontal(x, (g1, g2))[..., : WIDTH // 2], **EXACT)


def test_swapping_the_sides_swaps_the_halves_of_the_output():
    experts, x, (g1, g2) = made(VerticalExperts), states(), gates()
    w = {name: part.detach() for name, part in weights(experts).items()}
    pairs = [("u1.weight", "u2.weight"), ("u1.bias", "u2.bias"), ("v11.weight", "v22.weight"), ("b1", "b2")]
    pairs.append(("v12.weight", "v21.weight"))
    swapped = VerticalExperts(WIDTH, DIM, N).double()
    swapped.load_state_dict({a: w[b] for a, b in pairs} | {b: w[a] for a, b in pairs})
    upper, lower = experts(x, (g1, g2)).chunk(2, dim=-1)
    torch.testing.assert_close(swapped(x, (g2, g1)), torch.cat([lower, upper], dim=-1), **EXACT)


@KINDS
@pytest.mark.parametrize("held", [1, N * N, 2 * N * N + 1, 1 << 24])
def test_masked_tokens_are_taken_some_at_a_time(kind, held, monkeypatch):
    largest = []

    def watched(one, other):
        largest.append(len(one) * N * N)
        return torch.matmul(one, other)

    experts, x, gate = made(kind), states(), gates()
    mask = torch.rand(N, N, generator=torch.Generator().manual_seed(5)) < 0.7
    whole = experts(x, gate, mask)
    monkeypatch.setattr("lalia.models.monet.experts.PAIRS", held)
    monkeypatch.setattr(torch, "bmm", watched)
    torch.testing.assert_close(experts(x, gate, mask), whole, **EXACT)
    assert max(largest) <= max(held, N * N)


@KINDS
def test_unnormalised_gates_are_why_normalisation_matters(kind):
    # The terms with one gate alone rest on gates that sum to one: scaled gates must not agree with the definition.
    experts, x, (g1, g2) = made(kind), states(), gates()
    off = experts(x, (2 * g1, g2)) - enumerated(experts, x, (2 * g1, g2))
    assert float(off.detach().abs().max()) > 1e-3


@KINDS
def test_state_dict_has_the_released_names_and_shapes(kind):
    state = made(kind).state_dict()
    wide, half = N * DIM, N * DIM // 2
    expected = {"u.weight": (wide, WIDTH), "u.bias": (wide,), "v.weight": (WIDTH, wide), "b": (N, WIDTH)}
    if kind is VerticalExperts:
        expected = {f"u{s}.weight": (half, WIDTH) for s in (1, 2)} | {f"u{s}.bias": (half,) for s in (1, 2)}
        expected |= {f"v{k}.weight": (WIDTH // 2, half) for k in (11, 12, 21, 22)}
        expected |= {f"b{s}": (N, WIDTH // 2) for s in (1, 2)}
    assert {name: tuple(part.shape) for name, part in state.items()} == expected
    again = kind(WIDTH, DIM, N).double()
    again.load_state_dict(state, strict=True)
    torch.testing.assert_close(again(states(), gates()), made(kind)(states(), gates()), rtol=0, atol=0)
    state.pop(next(iter(state)))
    with pytest.raises(RuntimeError, match="Missing key"):
        again.load_state_dict(state, strict=True)
