"""What a Monet layer costs: with tokens, with experts, and beside a dense layer of as many parameters.

Run from the repository root; it prints and writes benchmarks/results/monet_scaling.md and .svg. Processor seconds, one
thread, the least of nine turns in each of which everything is timed once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
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
TOKENS, TURNS = 1024, 9
SIDES, SHIPPED = [32, 64, 128, 256, 512], 128
"""Square roots of the number of experts, and that of the embedded Monet."""

LENGTHS = [256, 512, 1024, 2048, 4096]


def least(works: Sequence[Callable[[], object]]) -> list[float]:
    """Milliseconds of processor time of the quickest of the turns of each, taken one after another in every turn."""
    spent: list[list[float]] = [[] for _ in works]
    with torch.inference_mode():
        for turn in range(TURNS + 1):
            for work, seconds in zip(works, spent, strict=True):
                began = time.process_time()
                work()
                if turn:
                    seconds.append(1000 * (time.process_time() - began))
    return [min(seconds) for seconds in spent]


def layer(side: int, tokens: int) -> Callable[[], object]:
    """The work of a router and its experts on so many tokens."""
    torch.manual_seed(0)
    router, experts = Router(WIDTH, HEADS, side, TOPK).eval(), VerticalExperts(WIDTH, DIM, side)
    z = torch.randn(1, tokens, WIDTH)
    return lambda: experts(z, router(z))


def dense(side: int, tokens: int) -> tuple[int, Callable[[], object]]:
    """Parameters and work of an ordinary layer (up, relu², down) with as many parameters."""
    count = sum(
        p.numel()
        for p in (*Router(WIDTH, HEADS, side, TOPK).parameters(), *VerticalExperts(WIDTH, DIM, side).parameters())
    )
    hidden = count // (2 * WIDTH)
    up, down = nn.Linear(WIDTH, hidden), nn.Linear(hidden, WIDTH)
    z = torch.randn(1, tokens, WIDTH)
    return count, lambda: functional.linear(relu2(up(z)), down.weight)


def slope(x: Sequence[int], y: Sequence[float]) -> float:
    """Exponent of the power law through the points."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def picture(*panels: tuple[str, str, Sequence[int], Sequence[float]]) -> str:
    """Costs as SVG, a panel each: what is measured, what it depends on, and the points."""
    height = 250 * len(panels)
    drawn = "".join(
        f'<g transform="translate(0 {250 * place})">{_panel(*panel)}</g>' for place, panel in enumerate(panels)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 {height}" font-size="11">{drawn}</svg>\n'


def _panel(what: str, of: str, x: Sequence[int], y: Sequence[float]) -> str:
    most_x, most_y = max(x), max(y)
    # Through the origin and the middle point: what is linear lies on it.
    rise = y[len(y) // 2] / x[len(x) // 2] * most_x / most_y
    reach = min(1.0, 1 / rise)
    line = (
        f'<path d="M40 200L{40 + 340 * reach:.0f} {200 - 170 * reach * rise:.0f}" stroke="currentColor" opacity=".4"/>'
    )
    dots = "".join(
        f'<circle cx="{40 + 340 * a / most_x:.0f}" cy="{200 - 170 * b / most_y:.0f}" r="4"/>'
        for a, b in zip(x, y, strict=True)
    )
    words = (
        f'<text x="210" y="228" text-anchor="middle">{of}</text>'
        f'<text x="44" y="20">{what}, up to {most_y:.1f} ms</text>'
        f'<text x="380" y="214" text-anchor="end">{most_x:,}</text>'
    )
    axes = '<path d="M40 24V200H390" fill="none" stroke="currentColor"/>'
    return f"{axes}{line}{dots}{words}"


def report() -> Iterator[str]:
    """The report, line by line."""
    plain = [dense(side, TOKENS) for side in SIDES]
    by_experts = [layer(side, TOKENS) for side in SIDES]
    # The layer of 16,384 experts on 1,024 tokens stands in both tables and is timed once.
    by_tokens = [layer(SHIPPED, count) for count in LENGTHS if count != TOKENS]
    spent = iter(least([*by_experts, *(work for _, work in plain), *by_tokens]))
    costs, ordinary = ([next(spent) for _ in SIDES] for _ in range(2))
    grown = [costs[SIDES.index(SHIPPED)] if count == TOKENS else next(spent) for count in LENGTHS]
    yield "# What a Monet layer costs"
    yield ""
    yield f"Width {WIDTH}, {DIM} hidden units an expert, {HEADS} router heads, router included; {TOKENS:,} tokens. One"
    yield f"thread's processor time, the least of {TURNS} turns, in each of which everything here is timed once."
    yield ""
    yield "| experts | parameters | Monet, ms | dense of as many parameters, ms |"
    yield "|---|---|---|---|"
    for side, cost, (count, _), beside in zip(SIDES, costs, plain, ordinary, strict=True):
        yield f"| {side**2:,} | {count:,} | {cost:.1f} | {beside:.1f} |"
    yield ""
    power = slope([side * side for side in SIDES], costs)
    yield f"Cost grows as the number of experts to the power {power:.2f} (square root: 0.5)."
    yield ""
    yield f"| tokens | ms, {SHIPPED**2:,} experts | ms per 1,024 tokens |"
    yield "|---|---|---|"
    for count, cost in zip(LENGTHS, grown, strict=True):
        yield f"| {count:,} | {cost:.1f} | {1024 * cost / count:.1f} |"
    yield ""
    yield f"Cost grows as the number of tokens to the power {slope(LENGTHS, grown):.2f} (linear: 1)."
    drawing = picture(
        (f"milliseconds per {TOKENS:,} tokens", "square root of the number of experts in the layer", SIDES, costs),
        (f"milliseconds of {SHIPPED**2:,} experts", "tokens", LENGTHS, grown),
    )
    RESULT.with_suffix(".svg").write_text(drawing, "utf-8")


if __name__ == "__main__":
    torch.set_num_threads(1)
    lines = []
    for line in report():
        print(line, flush=True)
        lines.append(line)
    RESULT.write_text("\n".join([*lines, ""]), "utf-8")
