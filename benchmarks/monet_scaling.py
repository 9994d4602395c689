"""What a Monet layer costs: with tokens, with experts, and beside a dense layer of as many parameters.

Run from the repository root; it prints and writes benchmarks/results/monet_scaling.md and .svg. Processor seconds, one
thread, the least of five turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from lalia.models.monet.experts import VerticalExperts, relu2
from lalia.models.monet.router import Router
from torch import nn
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "monet_scaling.md"
WIDTH, DIM, HEADS, TOPK = 256, 8, 4, 8
TOKENS = 1024


def least(work: Callable[[], object]) -> float:
    """Processor seconds of the quickest of five turns, one more to warm up."""
    spent = []
    for _ in range(6):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent[1:])


def layer(side: int, tokens: int) -> float:
    """Seconds of a router and its experts."""
    torch.manual_seed(0)
    router, experts = Router(WIDTH, HEADS, side, TOPK).eval(), VerticalExperts(WIDTH, DIM, side)
    z = torch.randn(1, tokens, WIDTH)
    with torch.inference_mode():
        return least(lambda: experts(z, router(z)))


def dense(side: int, tokens: int) -> tuple[int, float]:
    """Parameters and seconds of an ordinary layer (up, relu², down) with as many parameters."""
    count = sum(
        p.numel()
        for p in (*Router(WIDTH, HEADS, side, TOPK).parameters(), *VerticalExperts(WIDTH, DIM, side).parameters())
    )
    hidden = count // (2 * WIDTH)
    up, down = nn.Linear(WIDTH, hidden), nn.Linear(hidden, WIDTH)
    z = torch.randn(1, tokens, WIDTH)
    with torch.inference_mode():
        return count, least(lambda: functional.linear(relu2(up(z)), down.weight))


def slope(x: list[int], y: list[float]) -> float:
    """Exponent of the power law through the points."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def picture(points: list[tuple[int, float]]) -> str:
    """The cost against the square root of the number of experts, as SVG."""
    most_x, most_y = max(x for x, _ in points), max(y for _, y in points)
    dots = "".join(
        f'<circle cx="{40 + 340 * x / most_x:.0f}" cy="{200 - 170 * y / most_y:.0f}" r="4"/>' for x, y in points
    )
    words = (
        '<text x="210" y="228" text-anchor="middle">square root of the number of experts in the layer</text>'
        f'<text x="44" y="20">milliseconds per 1,024 tokens, up to {most_y:.1f}</text>'
        f'<text x="380" y="214" text-anchor="end">{most_x}</text>'
    )
    axes = '<path d="M40 24V200H390" fill="none" stroke="currentColor"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 236" font-size="11">{axes}{dots}{words}</svg>\n'


def report() -> Iterator[str]:
    """The report, line by line."""
    yield "# What a Monet layer costs"
    yield ""
    yield f"Width {WIDTH}, {DIM} hidden units an expert, {HEADS} router heads, router included; {TOKENS:,} tokens."
    yield ""
    yield "| experts | parameters | Monet, ms | dense of as many parameters, ms |"
    yield "|---|---|---|---|"
    sides, costs = [32, 64, 128, 256, 512], []
    for side in sides:
        costs.append(1000 * layer(side, TOKENS))
        count, plain = dense(side, TOKENS)
        yield f"| {side**2:,} | {count:,} | {costs[-1]:.1f} | {1000 * plain:.1f} |"
    yield ""
    power = slope([side * side for side in sides], costs)
    yield f"Cost grows as the number of experts to the power {power:.2f} (square root: 0.5)."
    lengths = [256, 512, 1024, 2048, 4096]
    grown = [1000 * layer(128, count) for count in lengths]
    yield ""
    yield "| tokens | ms, 16,384 experts |"
    yield "|---|---|"
    for count, cost in zip(lengths, grown, strict=True):
        yield f"| {count:,} | {cost:.1f} |"
    yield ""
    yield f"Cost grows as the number of tokens to the power {slope(lengths, grown):.2f} (linear: 1)."
    RESULT.with_suffix(".svg").write_text(picture(list(zip(sides, costs, strict=True))), "utf-8")


if __name__ == "__main__":
    torch.set_num_threads(1)
    lines = []
    for line in report():
        print(line, flush=True)
        lines.append(line)
    RESULT.write_text("\n".join([*lines, ""]), "utf-8")
