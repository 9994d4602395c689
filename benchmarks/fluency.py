"""Animal fluency in schizophrenia: whether the published group differences are found in the published lists.

Lists of 86 people (40 controls, 25 with schizotypal personality disorder, 21 with schizophrenia) of Lundin et al.
(2020, Schizophrenia Bulletin Open; CC0) go through lalia's own line: typed responses as a plain transcript, parsed,
told from comments, counted, clustered. The authors report that people with schizophrenia name fewer animals, switch
less often and give more frequent words.

Run from the repository root; it prints and writes benchmarks/results/fluency.md.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import fluency_lists
import numpy as np
import numpy.typing as npt
from lalia.data_schemas import Measured, Missing, Settings
from lalia.features import FEATURES, evaluate
from lalia.features.views.fluency import answers
from lalia.models import embedders

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "fluency.md"
NAMES = tuple(
    f"fluency.{name}"
    for name in (
        "correct_count", "switch_count", "mean_zipf_frequency", "mean_cluster_size", "repetition_count",
        "intrusion_count", "sd_zipf_frequency", "pair_similarity_mean", "semantic_cluster_size",
    )
)  # fmt: skip
REPORTED = {"fluency.correct_count": "fewer", "fluency.switch_count": "fewer", "fluency.mean_zipf_frequency": "higher"}
DRAWS = 10_000
Floats = npt.NDArray[np.float64]


def values() -> tuple[dict[str, dict[str, float]], Counter[str]]:
    """Measures of each speaker, and how often which form was taken for a misspelling of which name."""
    found, misspelt = {}, Counter[str]()
    with tempfile.TemporaryDirectory() as scratch:
        for speaker, given in fluency_lists.lists().items():
            sample = fluency_lists.sample(speaker, given, Path(scratch))
            told = answers(sample.recording, sample.transcript, sample.parses)  # type: ignore[arg-type]
            if isinstance(told, Missing):
                continue
            misspelt.update(f"{each.misspelt} ({each.name})" for each in told.given if each.misspelt)
            vectors = embedders.load(Settings().embedder).embed([response.name for response in told.given])
            results = evaluate(replace(sample, response_embeddings=vectors), NAMES)
            found[speaker] = {n: r.value for n, r in results.items() if isinstance(r, Measured)}
    return found, misspelt


def spelt(misspelt: Counter[str], people: int) -> str:
    """Every form taken for a misspelling, so that a false one can be seen."""
    each = ", ".join(form if times == 1 else f"{form} x {times}" for form, times in sorted(misspelt.items()))
    return f"Taken for misspellings of a name, {misspelt.total()} responses of all {people} people: {each}."


def hedges(one: Floats, other: Floats) -> float:
    """Hedges' g of `one` against `other`: standardised by the pooled SD, corrected for small samples."""
    n, m = len(one), len(other)
    pooled = np.sqrt(((n - 1) * one.var(ddof=1) + (m - 1) * other.var(ddof=1)) / (n + m - 2))
    return float((one.mean() - other.mean()) / pooled * (1 - 3 / (4 * (n + m) - 9)))


def interval(one: Floats, other: Floats, seed: int = 0) -> tuple[float, float]:
    """95 % percentile interval of g, people of each group drawn again."""
    rng = np.random.default_rng(seed)
    drawn = [hedges(rng.choice(one, len(one)), rng.choice(other, len(other))) for _ in range(DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def by_chance(one: Floats, other: Floats, seed: int = 1) -> float:
    """Two-sided permutation p of the difference of means."""
    rng = np.random.default_rng(seed)
    both, seen = np.concatenate([one, other]), abs(one.mean() - other.mean())
    order = np.argsort(rng.random((DRAWS, len(both))), axis=1)
    mixed = both[order]
    apart = np.abs(mixed[:, : len(one)].mean(axis=1) - mixed[:, len(one) :].mean(axis=1))
    return float((1 + (apart >= seen - 1e-12).sum()) / (1 + DRAWS))


def row(name: str, found: Mapping[str, Mapping[str, float]], groups: Mapping[str, str]) -> str:
    """One measure: mean (SD) by group, and the two contrasts with controls."""
    by_group = {
        group: np.array([found[s][name] for s, g in groups.items() if g == group and name in found.get(s, {})])
        for group in ("HC", "SPD", "SZ")
    }
    cells = [f"{v.mean():.2f} ({v.std(ddof=1):.2f})" for v in by_group.values()]
    for group in ("SPD", "SZ"):
        low, high = interval(by_group[group], by_group["HC"])
        g, p = hedges(by_group[group], by_group["HC"]), by_chance(by_group[group], by_group["HC"])
        cells.append(f"{g:+.2f} [{low:+.2f}, {high:+.2f}], p = {p:.3f}")
    return f"| `{name}` ({FEATURES[name].spec.unit}) | " + " | ".join([*cells, REPORTED.get(name, "")]) + " |"


def main() -> None:
    """Measure, compare, write."""
    if not fluency_lists.FOLDER.is_dir():
        raise SystemExit("The lists must lie in ../shared/data/fluency_schizophrenia. Found none.")
    (found, misspelt), groups = values(), fluency_lists.groups()
    counts = ", ".join(f"{sum(g == group for g in groups.values())} {group}" for group in ("HC", "SPD", "SZ"))
    lines = [
        "# Animal fluency: controls (HC), schizotypal personality (SPD), schizophrenia (SZ)",
        str(__doc__).split("\n\n")[1],
        f"{counts}. Mean (SD); Hedges' g against controls with the 95 % bootstrap interval over people, two-sided "
        f"permutation p ({DRAWS:,} draws each). The lists have no times: inter-response times are missing.",
        "| measure | HC | SPD | SZ | g, SPD - HC | g, SZ - HC | reported in SZ |\n|---|---|---|---|---|---|---|\n"
        + "\n".join(row(name, found, groups) for name in NAMES),
        spelt(misspelt, len(found)),
    ]
    report = "\n\n".join(lines) + "\n"
    RESULT.write_text(report, encoding="utf-8")
    sys.stdout.write(report)


if __name__ == "__main__":
    main()
