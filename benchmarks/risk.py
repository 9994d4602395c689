"""Prove the training of risk models on open data and on noise; writes benchmarks/results/risk.md and an SVG.

    python benchmarks/risk.py                 # every part that has no result yet, then the report
    python benchmarks/risk.py --part canaries # one part
    python benchmarks/risk.py --report        # the report from what there is

Results of a part are kept in build/benchmarks/risk, so that long parts can be run one at a time.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

import fluency_lists
import risk_report
import ship_fluency
from lalia.data_schemas import Settings
from lalia.models.risk import Plan, train
from lalia.models.risk import calibration as cal
from lalia.models.risk.evaluation import risk_coverage
from lalia.models.risk.examples import Examples, examples
from lalia.models.risk.fitting import one_thread
from lalia.models.risk.folds import grouped
from lalia.models.risk.metrics import auc_of, with_intervals
from lalia.models.risk.nested import Judged, judge
from lalia.models.risk.people import combined
from lalia.models.risk.table import table

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
KEPT = ROOT / "build" / "benchmarks" / "risk"

QUICK = {"bags": 0, "permutations": 0, "learning_curve": False, "bootstrap": 200}


def noise(people: int, each: int, features: int, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Recordings that carry the speaker's identity and labels that carry nothing."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), each)
    x = rng.normal(size=(people, features))[person] + 0.5 * rng.normal(size=(people * each, features))
    answer = rng.permutation(np.arange(people) % 2)[person]
    made: dict[str, Any] = {
        "recording_id": [f"r{k}" for k in range(len(person))],
        "participant_id": [f"p{k}" for k in person],
    }
    made |= {f"f{k}": x[:, k] for k in range(features)}
    return made, {"recording_id": made["recording_id"], "y": [("well", "ill")[k] for k in answer]}


SEEDS = 8


def canaries() -> dict[str, Any]:
    """AUC that the real training reports on noise, and what the two classic mistakes would report."""
    found: dict[str, Any] = {"recordings": [], "recordings_leaky": [], "features": [], "features_leaky": []}
    plan = Plan(candidates=("gradient_boosting", "dummy"), repeats=1, inner=3, **QUICK)
    for seed in range(SEEDS):
        features, labels = noise(40, 10, 12, seed)
        card = train(features, labels, target="y", plan=plan).card
        found["recordings"].append(card.numbers["auc"])
        # The mistake: every recording its own person.
        alone = features | {"participant_id": features["recording_id"]}
        found["recordings_leaky"].append(train(alone, labels, target="y", plan=plan).card.numbers["auc"])
    quick = plan.model_copy(update={"candidates": ("elastic_net", "dummy")})
    for seed in range(SEEDS):
        features, labels = noise(60, 1, 2000, 100 + seed)
        found["features"].append(train(features, labels, target="y", plan=quick).card.numbers["auc"])
        # The mistake: the features that correlate best with the answer, chosen on everyone.
        y = np.array([answer == "ill" for answer in labels["y"]], dtype=float)
        strength = {name: abs(np.corrcoef(features[name], y)[0, 1]) for name in features if name.startswith("f")}
        best = sorted(strength, key=lambda name: -strength[name])[:20]
        kept = {name: features[name] for name in ("recording_id", "participant_id", *best)}
        found["features_leaky"].append(train(kept, labels, target="y", plan=quick).card.numbers["auc"])
    return found


def fluency_meaning() -> dict[str, Any]:
    """What embedding features add to the same, by embedder."""
    found: dict[str, Any] = {}
    for embedder in ("minilm", "monet"):
        made = fluency(meant=True, embedder=embedder)
        found |= {f"{name} ({embedder})": each for name, each in made.items()}
    return found


def fluency(*, meant: bool = False, embedder: str = "minilm") -> dict[str, Any]:
    """Repeated 5-fold x 50 on SZ against HC by feature set, and schizotypal against HC."""
    with tempfile.TemporaryDirectory() as scratch:
        tables = fluency_lists.features(Path(scratch), settings=Settings(embedder=embedder))
    groups = fluency_lists.groups()
    plan = Plan(candidates=("elastic_net", "dummy"), repeats=10 if meant else 50, **(QUICK | {"bootstrap": 200}))
    found: dict[str, Any] = {}
    against = {
        "SZ": {k: g for k, g in groups.items() if g != "SPD"},
        "SPD": {k: g for k, g in groups.items() if g != "SZ"},
    }
    features, labels = ship_fluency.rows(tables, against["SZ"])
    every = [name for name in features if name.startswith("fluency.") and any(v is not None for v in features[name])]
    meaning = [name for name in every if "similarity" in name or "semantic" in name]
    sets = {
        "count alone": ["fluency.correct_count"],
        "count, repeats, Zipf mean and SD": list(ship_fluency.FEATURES),
        "whole fluency family": [name for name in every if name not in meaning],
        "embeddings alone, x 10": meaning if meant else [],
        "the four with embeddings, x 10": [*ship_fluency.FEATURES, *meaning] if meant and meaning else [],
    }
    for name, only in [(name, only) for name, only in sets.items() if not meant or "embeddings" in name]:
        for target, chosen in (
            against.items() if name.startswith("count, repeats, Zipf mean and SD") else [("SZ", against["SZ"])]
        ):
            features, labels = ship_fluency.rows(tables, chosen)
            if only:
                card = train(
                    features, labels, target="group", positive=target, only=only, plan=plan, covariates=()
                ).card
                found[f"{target}: {name}"] = _kept(card) | {"features": only}
    return found


def _kept(card: Any) -> dict[str, Any]:
    return {
        "numbers": card.numbers,
        "intervals": {name: list(bounds) for name, bounds in card.intervals.items()},
        "baseline": card.baseline,
        "baseline_intervals": {name: list(bounds) for name, bounds in card.baseline_intervals.items()},
        "chosen": card.chosen,
        "people": card.people,
    }


def sli_rows() -> tuple[dict[str, Any], dict[str, Any]]:
    """The children's features and what is known of them.

    Left out: columns built from the groups (s_*, d_*, z_*), and the examiner's own words, which are not the child's.
    """
    with (DATA / "sli_narratives" / "all_data_R.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    aside = ("Y", "filename", "sex", "age", "age_years", "corpus", "group", "examiner_TNW")
    names = [name for name in lines[0] if name not in aside and not name.startswith(("s_", "d_", "z_"))]
    ids = [f"c{k}" for k in range(len(lines))]
    features: dict[str, Any] = {"recording_id": ids, "participant_id": ids}
    features |= {name: [float(line[name]) for line in lines] for name in names}
    labels = {
        "recording_id": ids,
        "group": [line["group"] for line in lines],
        "age": [float(line["age_years"]) for line in lines],
        "sex": [line["sex"] if line["sex"] in ("male", "female") else None for line in lines],
        "site": [line["corpus"] for line in lines],
    }
    return features, labels


SLI_BASE = ("age", "sex", "child_TNW", "mlu_words")


def _sli(plan: Plan, drop: str = "") -> dict[str, Any]:
    features, labels = sli_rows()
    labels = {name: cells for name, cells in labels.items() if name != drop}
    made = examples(
        table(features, "features"), table(labels, "labels"), "group", "participant_id", positive="SLI",
        covariates=SLI_BASE,
    )  # fmt: skip
    sized = plan.sized(len(made.ids))
    judged = judge(made, plan, sized)
    found = _judged(made, judged, plan)
    known = np.flatnonzero(np.isfinite(made.covariates).any(0))
    from dataclasses import replace

    base = replace(made, x=made.covariates[:, known], names=tuple(made.covariate_names[k] for k in known))
    simple = plan.model_copy(update={"adjust_age": False, "candidates": ("gradient_boosting", "elastic_net")})
    found["baseline"] = with_intervals(base, judge(base, simple, sized), plan.bootstrap, 0)
    return found


def _judged(made: Examples, judged: Judged, plan: Plan) -> dict[str, Any]:
    sites = np.array(made.about.get("site", ("all",) * len(made.ids)))
    margin = judged.margins[:, :, 0]
    within = {
        str(site): auc_of(margin[:, sites == site], made.y[sites == site]) for site in sorted(set(sites.tolist()))
    }
    again = _recalibrated(made, judged, sites)
    return {
        "numbers": with_intervals(made, judged, plan.bootstrap, 0),
        "within": within,
        "chosen": dict(judged.chosen),
        "curve": cal.curve(cal.expit(margin.ravel()), np.tile(made.y, len(margin)), np.ones(margin.size)),
        "coverage": risk_coverage(made, judged),
        "recalibrated": with_intervals(made, again, plan.bootstrap, 0),
        "recalibrated_curve": cal.curve(cal.expit(again.margins[0, :, 0]), made.y, np.ones(len(made.y))),
        "recalibrated_coverage": risk_coverage(made, again),
    }


def _recalibrated(made: Examples, judged: Judged, sites: np.ndarray) -> Judged:
    """Intercept and slope learnt on four fifths of each held-out site's people, applied to the fifth."""
    margins = judged.margins.copy()
    for site in set(sites.tolist()):
        here = np.flatnonzero(sites == site)
        part = made.part(here)
        for fit_rows, rows in grouped(part, 5, 1):
            for repeat in range(len(margins)):
                x = judged.margins[repeat, here, 0]
                a, b = cal.logistic_line(x[fit_rows], part.y[fit_rows], np.ones(len(fit_rows)))
                margins[repeat, here[rows], 0] = a + b * x[rows]
    return Judged(margins, judged.flagged, judged.chosen, judged.fold)


def sli_corpora() -> dict[str, Any]:
    """One corpus held out at a time, features relative to typical children of the same age."""
    return _sli(Plan(candidates=("gradient_boosting",), adjust_age=True, **QUICK))


def sli_corpora_chosen() -> dict[str, Any]:
    """The same, the learner chosen inside between boosting and the elastic net."""
    return _sli(Plan(candidates=("elastic_net", "gradient_boosting"), adjust_age=True, **QUICK))


def sli_corpora_plain() -> dict[str, Any]:
    """Boosting without the adjustment for age."""
    return _sli(Plan(candidates=("gradient_boosting",), **QUICK))


def sli_folds() -> dict[str, Any]:
    """Ten folds over all corpora."""
    return _sli(
        Plan(candidates=("gradient_boosting",), adjust_age=True, outer=10, inner=3, repeats=1, **QUICK), drop="site"
    )


def parkinson() -> dict[str, Any]:
    """Oxford phonations with a speaker's rows mixed over folds, and with speakers apart."""
    with (DATA / "pd_oxford_voice" / "parkinsons.data").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    names = [name for name in lines[0] if name not in ("name", "status")]
    ids = [line["name"] for line in lines]
    features: dict[str, Any] = {"recording_id": ids, "participant_id": [name.rsplit("_", 1)[0] for name in ids]}
    features |= {name: [float(line[name]) for line in lines] for name in names}
    labels = {"recording_id": ids, "status": [("healthy", "PD")[int(line["status"])] for line in lines]}
    plan = Plan(candidates=("random_forest", "dummy"), repeats=2, inner=2, **QUICK)
    found = {}
    for name, group in (("rows mixed", "recording_id"), ("speakers apart", "participant_id")):
        made = examples(table(features, "features"), table(labels, "labels"), "status", group, positive="PD")
        judged = judge(made, plan, plan.sized(len(set(made.people.tolist()))))
        rows = auc_of(judged.margins[:, :, 0], made.y)
        true = np.array([person.rsplit("_", 1)[0] for person in made.ids.tolist()])
        from dataclasses import replace

        one, each = combined(replace(made, people=true), judged)
        found[name] = {"auc_rows": rows, "auc_people": auc_of(each.margins[:, :, 0], one.y)}
    return found


def size() -> dict[str, Any]:
    """10,000 recordings of 5,000 people by 400 features, with the defaults of `lalia train`."""
    rng = np.random.default_rng(0)
    people, each, count = 5000, 2, 400
    person = np.repeat(np.arange(people), each)
    y = (np.arange(people) % 4 == 0)[person]
    x = rng.normal(size=(people, count))[person] + rng.normal(size=(people * each, count))
    x[:, :10] += 0.4 * y[:, None]
    x[rng.random(x.shape) < 0.02] = np.nan
    ids = [f"r{k}" for k in range(people * each)]
    features: dict[str, Any] = {"recording_id": ids, "participant_id": [f"p{k}" for k in person]}
    features |= {f"f{k}": x[:, k] for k in range(count)}
    labels = {"recording_id": ids, "y": [("well", "ill")[int(k)] for k in y]}
    steps: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        card = train(
            features, labels, target="y", out=Path(folder) / "model",
            tell=lambda text: steps.append((text, time.process_time())),
        ).card  # fmt: skip
        bytes_ = sum(path.stat().st_size for path in (Path(folder) / "model").iterdir())
    return {"auc": card.numbers["auc"], "steps": steps, "bytes": bytes_, "chosen": card.chosen}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "canaries": canaries,
    "fluency": fluency,
    "fluency_meaning": fluency_meaning,
    "sli_corpora": sli_corpora,
    "sli_corpora_chosen": sli_corpora_chosen,
    "sli_corpora_plain": sli_corpora_plain,
    "sli_folds": sli_folds,
    "parkinson": parkinson,
    "size": size,
}
NEEDS = {
    "fluency_meaning": "fluency_schizophrenia",
    "fluency": "fluency_schizophrenia",
    "sli_corpora": "sli_narratives",
    "sli_corpora_chosen": "sli_narratives",
    "sli_corpora_plain": "sli_narratives",
    "sli_folds": "sli_narratives",
    "parkinson": "pd_oxford_voice",
}


def run(name: str) -> None:
    """Run a part and keep its result with what it cost."""
    if name in NEEDS and not (DATA / NEEDS[name]).is_dir():
        print(f"{name}: ../shared/data/{NEEDS[name]} is absent; this part was not run")
        return
    print(f"{name} ...", flush=True)
    wall, cpu = time.perf_counter(), time.process_time()
    with one_thread():
        found = PARTS[name]()
    found["cost"] = {
        "wall_s": round(time.perf_counter() - wall, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{name}.json").write_text(json.dumps(found, indent=1, default=float) + "\n", "utf-8")
    print(f"{name}: {found['cost']}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=sorted(PARTS), action="append")
    parser.add_argument("--report", action="store_true", help="only write the report")
    given = parser.parse_args()
    if not given.report:
        for name in given.part or [name for name in PARTS if not (KEPT / f"{name}.json").exists()]:
            run(name)
    found = {
        name: json.loads((KEPT / f"{name}.json").read_text("utf-8"))
        for name in PARTS
        if (KEPT / f"{name}.json").exists()
    }
    risk_report.write(found, ROOT / "benchmarks" / "results")


if __name__ == "__main__":
    main()
