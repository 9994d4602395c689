"""The training curve of the embedded Monet, from the log that training writes.

Run from the repository root: ``python benchmarks/monet_curve.py RUN/curve.csv``. It writes
benchmarks/results/monet_training.csv and .svg.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "monet_training.csv"
SHOWN = {
    "next_token": "next token, nats (word pieces drawn at random until 85 % of the time)",
    "teacher": "1 - cosine to the teacher's vector",
    "ambiguity": "ambiguity of routing",
}
WIDE, HIGH = 420, 110


def panel(rows: list[dict[str, str]], name: str, title: str, top: int) -> str:
    """One curve against tokens."""
    points = [(float(row["tokens"]), float(row[name])) for row in rows]
    last = points[-1][0]
    low, high = min(y for _, y in points), max(y for _, y in points)
    path = " ".join(
        f"{40 + (WIDE - 50) * x / last:.1f},{top + HIGH - 24 - (HIGH - 50) * (y - low) / (high - low):.1f}"
        for x, y in points
    )
    return (
        f'<text x="40" y="{top + 14}">{title}: {points[0][1]:.3g} to {points[-1][1]:.3g}</text>'
        f'<polyline points="{path}" fill="none" stroke="currentColor"/>'
        f'<text x="{WIDE - 10}" y="{top + HIGH - 8}" text-anchor="end">{last / 1e6:.2f} million tokens</text>'
    )


def main() -> None:
    """Copy the log and draw it."""
    if len(sys.argv) != 2:
        sys.exit("Name the curve.csv of a training run.")
    text = Path(sys.argv[1]).read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    RESULT.write_text(text, "utf-8")
    panels = "".join(panel(rows, name, title, k * HIGH) for k, (name, title) in enumerate(SHOWN.items()))
    size = f'viewBox="0 0 {WIDE} {HIGH * len(SHOWN)}" font-size="11"'
    RESULT.with_suffix(".svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{panels}</svg>\n', "utf-8")


if __name__ == "__main__":
    main()
