"""The results of benchmarks/risk.py as Markdown and a reliability plot as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

Found = dict[str, Any]


def write(found: dict[str, Found], folder: Path) -> None:
    """Write risk.md and, where the children's corpora were run, the plots of calibration."""
    sections: dict[str, Callable[[Found], str]] = {
        "canaries": _canaries,
        "fluency": _fluency,
        "sli_corpora": _corpora,
        "sli_corpora_chosen": _one_line("Leave one corpus out, learner chosen inside (elastic net or boosting)"),
        "sli_corpora_plain": _one_line("Leave one corpus out, boosting, without the adjustment for age"),
        "sli_folds": _folds,
        "parkinson": _parkinson,
        "size": _size,
    }
    parts = ["# Risk models\n\nMade by `python benchmarks/risk.py` on two shared cores. Intervals are 95 %, from "
             "resampled speakers. None of this is clinical validation."]  # fmt: skip
    if "fluency" in found and "fluency_meaning" in found:
        found["fluency"] = found["fluency"] | {k: v for k, v in found["fluency_meaning"].items() if k != "cost"}
    parts += [make(found[name]) for name, make in sections.items() if name in found]
    absent = [name for name in sections if name not in found]
    if absent:
        parts.append(f"Not run: {', '.join(absent)}.")
    costs = [
        [name, each["cost"]["cpu_s"], each["cost"]["wall_s"], each["cost"]["peak_mb"]] for name, each in found.items()
    ]
    parts.append("## Cost\n\n" + _table(("part", "processor s", "clock s", "peak MB"), costs))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "risk.md").write_text("\n\n".join(parts) + "\n", "utf-8")
    for part, (name, title, told) in PLOTS.items():
        if part in found:
            (folder / name).write_text(_svg(found[part], title, told), "utf-8")
    print("\n\n".join(parts))


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _with(value: Sequence[float]) -> str:
    return f"{value[0]:.3f} ({value[1]:.3f} to {value[2]:.3f})"


def _canaries(found: Found) -> str:
    rows = []
    for name, label, each_class in (
        ("recordings", "40 speakers x 10 recordings, 12 features, labels without signal", 20),
        ("features", "60 people x 2,000 features, labels without signal", 30),
    ):
        for kind, told in ((name, "as lalia trains"), (f"{name}_leaky", "the mistake")):
            values = np.array(found[kind])
            spread = 1.96 * chance_sd(each_class, each_class)
            rows.append(
                [
                    label, told, f"{values.mean():.3f}", f"{values.min():.3f} to {values.max():.3f}", len(values),
                    f"{0.5 - spread:.2f} to {0.5 + spread:.2f}",
                    f"{0.5 - spread / len(values) ** 0.5:.2f} to {0.5 + spread / len(values) ** 0.5:.2f}",
                ]
            )  # fmt: skip
    return (
        "## Leakage canaries\n\nThrough `train` itself. The mistakes beside: every recording its own speaker; the 20 "
        "best-correlated features chosen on everyone before training. Must land at 0.35-0.65 on average. The last "
        "columns hold 95 % of what chance "
        "gives to one draw of so many people and to the mean of the seeds, sqrt((a + b + 1) / (12 a b)) being the "
        "standard deviation of the AUC of a score that knows nothing (Mann and Whitney 1947).\n\n"
        + _table(("data", "how", "mean AUC", "range", "seeds", "chance, one", "chance, mean"), rows)
    )


def chance_sd(ill: int, well: int) -> float:
    """Standard deviation of the AUC of a continuous score that knows nothing of so many people of each class."""
    return float(((ill + well + 1) / (12 * ill * well)) ** 0.5)


def _fluency(found: Found) -> str:
    rows = []
    for name, each in found.items():
        if name == "cost":
            continue
        numbers, bounds = each["numbers"], each["intervals"]
        rows.append(
            [
                name.replace(":", " against HC:"),
                len(each["features"]),
                _with([numbers["auc"], *bounds["auc"]]),
                _with([numbers["brier"], *bounds["brier"]]),
                _with([numbers["calibration_slope"], *bounds["calibration_slope"]]),
            ]
        )
    return (
        "## Animal fluency in schizophrenia\n\nCC0 lists of Lundin et al. 2020, through lalia's own line; 21 SZ, 25 "
        "schizotypal (SPD), 40 controls. Nested 5-fold x 50, elastic net or nothing chosen inside. Baseline published "
        "with the lists (untuned logistic regression on "
        "count, repeats, Zipf mean and SD): AUC 0.79; count alone 0.60.\n\n"
        + _table(("target and features", "features", "AUC", "Brier", "calibration slope"), rows)
    )


FIGURES = (
    ("auc", "AUC, all corpora pooled"),
    ("balanced_accuracy", "balanced accuracy"),
    ("sensitivity", "sensitivity"),
    ("specificity", "specificity"),
    ("brier", "Brier"),
    ("calibration_intercept", "calibration in the large"),
    ("calibration_slope", "calibration slope"),
)


def _compared(found: Found) -> str:
    rows = [
        [label, _with(found["numbers"][name]), _with(found["recalibrated"][name]), _with(found["baseline"][name])]
        for name, label in FIGURES
    ]
    return _table(("", "model", "recalibrated at the site", "covariates only"), rows)


def _corpora(found: Found) -> str:
    within = ", ".join(f"{name} {value:.3f}" for name, value in found["within"].items())
    mean = np.mean(list(found["within"].values()))
    return (
        "## Language impairment in children: leave one corpus out\n\n1,163 children (267 SLI) of three corpora; "
        "columns built from the groups are left out. Boosting; each feature is taken relative to typical children of "
        "the same age, learnt in the fold. Covariates: age, sex, words, MLU. Random-forest baseline of "
        "the data: 0.796, not stated whether pooled.\n\n"
        f"{_compared(found)}\n\nWithin the held-out corpora: {within}; mean {mean:.3f}.\n\nRecalibrated: intercept and "
        "slope learnt on four fifths of the held-out corpus, judged on the other fifth; this needs labels of the new "
        "site and changes the pooled AUC because corpora get their own intercepts.\n\n"
        "![Calibration](risk_calibration.svg)\n\n"
        "Abstention: share decided wrongly when the least certain children are left to a human.\n\n" + _coverage(found)
    )


def _coverage(found: Found) -> str:
    rows = [
        [f"{share:.2f}", f"{risk:.3f}", f"{again:.3f}"]
        for (share, risk), (_, again) in zip(found["coverage"], found["recalibrated_coverage"], strict=True)
    ]
    whole = found["coverage"][0][1]
    rises = any(risk > whole + 1e-9 for _, risk in found["coverage"])
    told = "rises above" if rises else "never rises above"
    return f"{_table(('coverage', 'risk', 'recalibrated'), rows)}\n\nThe curve {told} the risk without abstention."


def _one_line(title: str) -> Callable[[Found], str]:
    def make(found: Found) -> str:
        within = ", ".join(f"{name} {value:.3f}" for name, value in found["within"].items())
        return (
            f"### {title}\n\nAUC {_with(found['numbers']['auc'])} pooled; within {within}; mean "
            f"{np.mean(list(found['within'].values())):.3f}. Calibration slope "
            f"{_with(found['numbers']['calibration_slope'])}, recalibrated "
            f"{_with(found['recalibrated']['calibration_slope'])}."
        )

    return make


def _folds(found: Found) -> str:
    return (
        "## Language impairment in children: ten folds\n\nAs above, children of all corpora in every fold. Published "
        "random forest: 0.866; age, words and MLU alone: 0.79.\n\n"
        + _compared(found)
        + "\n\n![Calibration](risk_calibration_folds.svg)"
    )


def _parkinson(found: Found) -> str:
    rows = [
        [name, f"{each['auc_rows']:.3f}", f"{each['auc_people']:.3f}"] for name, each in found.items() if name != "cost"
    ]
    return (
        "## Why speakers are kept apart\n\n195 phonations of 32 speakers (Oxford, Parkinson's disease), the same "
        "training twice. With rows mixed the model recognises the speaker.\n\n"
        + _table(("folds", "AUC by recording", "AUC by speaker"), rows)
    )


def _size(found: Found) -> str:
    rows, steps = [], [*found["steps"], ["end", found["cost"]["cpu_s"]]]
    for (name, begun), (_, ended) in pairwise(steps):
        rows.append([name, f"{ended - begun:.0f}"])
    return (
        f"## Size\n\n10,000 recordings of 5,000 people x 400 features with 2 % gaps: {found['cost']['cpu_s']:.0f} s of "
        f"one core, {found['cost']['peak_mb']} MB; the model is {found['bytes'] / 1e6:.1f} MB; AUC {found['auc']:.3f}. "
        "The defaults of `lalia train`: every candidate, 5 x 4 folds, 20 bags, learning curve, 10 shuffles.\n\n"
        + _table(("step", "processor s"), rows)
    )


SIDE, EDGE = 320, 46

PLOTS = {
    "sli_corpora": (
        "risk_calibration.svg",
        "Calibration of the children's model on held-out corpora",
        "broken: as trained on the other corpora",
    ),
    "sli_folds": (
        "risk_calibration_folds.svg",
        "Calibration of the children's model in ten folds",
        "broken: as trained on nine folds",
    ),
}
"""Parts with a curve: file, title, and what the broken line is."""


def _svg(found: Found, title: str, told: str) -> str:
    """Observed against predicted, before and after recalibration, with the diagonal."""

    def xy(p: float, q: float) -> str:
        return f"{EDGE + p * SIDE:.1f},{EDGE / 2 + (1 - q) * SIDE:.1f}"

    def line(points: Sequence[Sequence[float]], colour: str, dash: str = "") -> str:
        path = " ".join(xy(p, q) for p, q, *_ in points)
        dots = "".join(
            f'<circle cx="{xy(p, q).split(",")[0]}" cy="{xy(p, q).split(",")[1]}" r="3" fill="{colour}"/>'
            for p, q, *_ in points
        )
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>{dots}'

    ticks = "".join(
        f'<text x="{EDGE + v * SIDE}" y="{SIDE + EDGE / 2 + 16}" text-anchor="middle">{v:g}</text>'
        f'<text x="{EDGE - 6}" y="{EDGE / 2 + (1 - v) * SIDE + 4}" text-anchor="end">{v:g}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE + EDGE + 20} {SIDE + EDGE + 60}" '
        'font-family="sans-serif" font-size="11">'
        f"<title>{title}</title>"
        f'<rect width="100%" height="100%" fill="white"/>'
        f'<rect x="{EDGE}" y="{EDGE / 2}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#999"/>'
        f'<polyline points="{xy(0, 0)} {xy(1, 1)}" stroke="#999" stroke-dasharray="4 4" fill="none"/>{ticks}'
        + line(found["curve"], "#a4441c", ' stroke-dasharray="6 3"')
        + line(found["recalibrated_curve"], "#1d4f66")
        + f'<text x="{EDGE + SIDE / 2}" y="{SIDE + EDGE / 2 + 34}" text-anchor="middle">'
        "predicted probability of SLI</text>"
        f'<text x="12" y="{EDGE / 2 + SIDE / 2}" text-anchor="middle" transform="rotate(-90 12 {EDGE / 2 + SIDE / 2})">'
        "observed share</text>"
        f'<text x="{EDGE}" y="{SIDE + EDGE / 2 + 56}" fill="#a4441c">{told}</text>'
        f'<text x="{EDGE + 215}" y="{SIDE + EDGE / 2 + 56}" fill="#1d4f66">solid: recalibrated</text></svg>\n'
    )
