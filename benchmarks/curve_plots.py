"""Small SVG plots of curves, without a plotting library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, TOP = 210, 150, 34, 24
SHOWN = (
    "lexical.ttr", "lexical.mattr_25", "lexical.hdd_42", "lexical.brunet_w", "lexical.honore_r", "lexical.noun_rate",
    "lexical.idea_density", "lexical.mean_zipf_frequency", "lexical.mean_concreteness", "lexical.filler_rate",
    "syntactic.mlu_words", "syntactic.dependency_distance_mean", "syntactic.pos_cross_entropy",
    "syntactic.clauses_per_utterance", "discourse_graph.lsc", "discourse_graph.repeated_edges",
)  # fmt: skip
Rows = Mapping[str, Mapping[str, tuple[float, float | None, float | None]]]


def length_plot(grown: Rows, lengths: Sequence[int]) -> str:
    """Bias against the 400 words after, by length, one small plot a measure."""
    panels = []
    for name in SHOWN:
        points = [(grown[str(n)].get(name, (0, None, None))[1]) for n in lengths]
        panels.append(_panel(name, [str(n) for n in lengths], points, -2.0, 2.0, (-0.5, 0.5)))
    return _sheet(panels, "Bias in standard deviations between speakers, by number of words; band: half a deviation")


def noise_plot(noisy: Rows, rates: Sequence[float]) -> str:
    """Correlation with the unchanged words, by word error rate, one small plot a measure."""
    labels = [f"{rate:.0%}" for rate in rates]
    panels = []
    for name in SHOWN:
        points = [noisy[f"{label} mixed"].get(name, (0, None, None))[2] for label in labels]
        panels.append(_panel(name, labels, points, 0.0, 1.0, (0.9, 1.0)))
    return _sheet(panels, "Correlation with the unchanged words over speakers, by word error rate; band: above 0.9")


def _panel(
    name: str, labels: Sequence[str], points: Sequence[float | None], low: float, high: float, band: tuple[float, float]
) -> str:
    def height(value: float) -> float:
        inside = min(max(value, low), high)
        return round(TOP + (HEIGHT - TOP - 30) * (high - inside) / (high - low), 1)

    step = (WIDTH - LEFT - 16) / (len(labels) - 1)
    places = [round(LEFT + step * i, 1) for i in range(len(labels))]
    dots = [(x, height(y)) for x, y in zip(places, points, strict=True) if y is not None]
    line = " ".join(f"{x},{y}" for x, y in dots)
    marks = "".join(f'<circle cx="{x}" cy="{y}" r="2.5" fill="#1f5a8a"/>' for x, y in dots)
    ticks = "".join(
        f'<text x="{x}" y="{HEIGHT - 16}" text-anchor="middle">{label}</text>'
        for x, label in zip(places, labels, strict=True)
    )
    scale = "".join(
        f'<text x="{LEFT - 6}" y="{height(value) + 3}" text-anchor="end">{value:g}</text>'
        for value in (low, (low + high) / 2, high)
    )
    top, bottom = height(band[1]), height(band[0])
    return (
        f'<text x="{LEFT}" y="14" class="name">{name}</text>'
        f'<rect x="{LEFT}" y="{top}" width="{WIDTH - LEFT - 16}" height="{round(bottom - top, 1)}" fill="#e4edf4"/>'
        f'<polyline points="{line}" fill="none" stroke="#1f5a8a" stroke-width="1.5"/>{marks}{ticks}{scale}'
    )


def _sheet(panels: Sequence[str], title: str) -> str:
    across = 4
    rows = -(-len(panels) // across)
    placed = "".join(
        f'<g transform="translate({WIDTH * (i % across)},{30 + HEIGHT * (i // across)})">{panel}</g>'
        for i, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * across} {30 + HEIGHT * rows}" role="img" '
        f'aria-label="{title}" font-family="sans-serif" font-size="9"><rect width="100%" height="100%" fill="#fff"/>'
        f"<style>.name{{font-weight:bold}}</style>"
        f'<text x="8" y="16" font-size="12">{title}</text>{placed}</svg>\n'
    )
