"""Build the shipped model `thought-disorder-fluency` from the raw CC0 lists: one command, from the repository root.

    python benchmarks/ship_fluency.py

Run it again whenever a feature of the fluency family changes its version: a bundle of other versions is refused.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import fluency_lists
from lalia.features import specs
from lalia.models.risk import Plan, Scope, train
from lalia.models.risk.site import SHIPPED

NAME = "thought-disorder-fluency"

FEATURES = (
    "fluency.correct_count",
    "fluency.repetition_count",
    "fluency.mean_zipf_frequency",
    "fluency.sd_zipf_frequency",
)
"""Fixed before training: those of the untuned baseline published for the lists (count, repeats, Zipf mean and SD)."""

ABOUT = {
    "intended_use": "A research demonstration of the whole way from a fluency recording to a score: how much one "
    "minute of naming animals resembles that of people with schizophrenia rather than of healthy controls.",
    "out_of_scope": "Diagnosis, screening, treatment, or any decision about a person. Other tasks, categories and "
    "languages, children, typed answers of other instructions. It was never tested on recordings: it learnt from "
    "lists that people transcribed.",
    "data": f"Animal-fluency lists of 40 healthy controls and 21 people with schizophrenia, {fluency_lists.PUBLIC}. "
    "The lists are not part of lalia. Ages, sexes and education are not in the public files.",
    "licence": "Apache-2.0 (the weights); the lists are CC0 1.0",
}


def rows(tables: list[Any], wanted: dict[str, str]) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """Feature and label columns of the speakers in `wanted`."""
    names = [name for name in specs() if name.startswith("fluency.")]
    chosen = [table for table in tables if table.recording_id[1:] in wanted]
    features: dict[str, list[Any]] = {
        "recording_id": [table.recording_id for table in chosen],
        "participant_id": [table.recording_id for table in chosen],
        "task": ["semantic_fluency"] * len(chosen),
        "lexical.word_count": [table["lexical.word_count"].value for table in chosen],
    }
    features |= {name: [table[name].value for table in chosen] for name in names}
    labels: dict[str, list[Any]] = {
        "recording_id": features["recording_id"],
        "group": [wanted[table.recording_id[1:]] for table in chosen],
    }
    return features, labels


def schizotypal(tables: list[Any], groups: dict[str, str]) -> str:
    """The same training on schizotypal personality against controls, in a sentence."""
    features, labels = rows(tables, {who: group for who, group in groups.items() if group != "SZ"})
    plan = Plan(candidates=("elastic_net", "dummy"), repeats=20, permutations=0, bags=0, learning_curve=False)
    card = train(features, labels, target="group", positive="SPD", only=FEATURES, plan=plan, name="schizotypal").card
    low, high = card.intervals["auc"]
    return (
        f"Trained in the same way on 25 people with schizotypal personality against the 40 controls, the area under "
        f"the ROC curve is {card.numbers['auc']:.2f} ({low:.2f} to {high:.2f}): it does not tell them apart."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=SHIPPED / NAME)
    out = parser.parse_args().out
    if not fluency_lists.FOLDER.is_dir():
        sys.exit("The public lists are not in ../shared/data/fluency_schizophrenia: nothing was built.")
    with tempfile.TemporaryDirectory() as scratch:
        tables = fluency_lists.features(Path(scratch))
    groups = fluency_lists.groups()
    features, labels = rows(tables, {who: group for who, group in groups.items() if group != "SPD"})
    limits = (
        "61 people of one study: every figure is uncertain, and no other site was tested. Medication, age, sex, "
        "education and intelligence differ between such groups and could not be taken into account. "
        + schizotypal(tables, groups)
    )
    model = train(
        features,
        labels,
        target="group",
        positive="SZ",
        only=FEATURES,
        name=NAME,
        version="1",
        plan=Plan(candidates=("elastic_net", "dummy"), repeats=50, permutations=100, bootstrap=1000),
        scope=Scope(
            tasks=("semantic_fluency",), languages=("en",), categories=("animal",), ages=(18, 100),
            flags_refused=("silent",),
        ),
        about=ABOUT | {"limits": limits},
        out=out,
        tell=lambda text: print(text, flush=True),
    )  # fmt: skip
    out.chmod(0o755)  # nothing here is private, and a package must be readable for all
    for path in out.iterdir():
        path.chmod(0o644)
    low, high = model.card.intervals["auc"]
    print(f"{out}: AUC {model.card.numbers['auc']:.3f} ({low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main()
