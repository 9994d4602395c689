"""The model card as a page for people, rendered from card.json: the same card gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...data_schemas import ModelCard

if TYPE_CHECKING:
    from .model import Scope

FIGURES: Mapping[str, str] = {
    "auc": "Area under the ROC curve",
    "balanced_accuracy": "Balanced accuracy",
    "sensitivity": "Sensitivity at the threshold",
    "specificity": "Specificity at the threshold",
    "brier": "Brier score",
    "brier_skill": "Brier skill (1 - Brier / that of the class share)",
    "calibration_intercept": "Calibration in the large (0 is right)",
    "calibration_slope": "Calibration slope (1 is right)",
    "observed_to_expected": "Observed / expected",
    "mean_absolute_error": "Mean absolute error",
    "r2": "R squared",
    "spearman": "Spearman correlation",
    "weighted_kappa": "Quadratically weighted kappa",
}


ABSTENTION = (
    "Refused: share of recordings unlike those of other speakers, which the model would not score. Least certain "
    "fifth: share of the group among the fifth of all people whom the model is least sure of, 0.2 in an even world."
)
"""What the two rates of abstention in the subgroup table mean."""


def render(card: ModelCard, scope: Scope) -> str:
    """Markdown of the card."""
    parts = [
        f"# {card.name}, version {card.version}",
        f"**{_standing(card)}**",
        _section("Intended use", card.intended_use),
        _section("Out of scope", card.out_of_scope),
        _section("Data", f"{card.data}\n\n{_people(card)}"),
        _section("Asked only about", _scope(scope)),
        _section("How well it does", _numbers(card)),
        _section("Subgroups", _subgroups(card)),
        _section("Decision curve", _decisions(card)),
        _section("Calibration, coverage, learning", _curves(card)),
        _section("Limits", "\n".join([card.limits, *(f"- {note}" for note in card.notes)])),
        _section("How it was trained", _training(card)),
        _section("Features", "\n".join(_feature(name, version) for name, version in sorted(card.features.items()))),
        _section("Software", ", ".join(f"{name} {version}" for name, version in sorted(card.software.items()))),
        _section("Licence", card.licence),
        _section("SHA-256", "\n".join(f"- `{name}` `{digest}`" for name, digest in sorted(card.sha256.items()))),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text.strip()}" if text.strip() else ""


def _standing(card: ModelCard) -> str:
    enough = "" if card.established else " Not established: fewer than 100 people in a class."
    return f"{(card.validation or 'validation not stated').capitalize()}. Not for decisions about a person.{enough}"


def _people(card: ModelCard) -> str:
    told = ", ".join(f"{name}: {count}" for name, count in card.people.items())
    return f"{card.recordings} recordings; people {told}. Target `{card.target}` ({card.kind})."


def _scope(scope: Scope) -> str:
    ages = f"{scope.ages[0]:g} to {scope.ages[1]:g} years, where stated" if scope.ages else "any"
    rows = (
        ("tasks", ", ".join(scope.tasks) or "any"),
        ("languages", ", ".join(scope.languages) or "any"),
        ("codecs", ", ".join(scope.codecs) or "any"),
        ("category of a fluency task", ", ".join(scope.categories) or "any"),
        ("age", ages + ("; must be stated" if scope.age_needed else "")),
        ("refused with the flags", ", ".join(scope.flags_refused) or "none"),
    )
    return "\n".join(f"- {name}: {value}" for name, value in rows)


def _numbers(card: ModelCard) -> str:
    names = [name for name in card.numbers if name in FIGURES or name.startswith("auc_")]
    head = ("", "model", "covariates only") if card.baseline else ("", "model")
    rows = []
    for name in names:
        label = FIGURES.get(name, f"{FIGURES['auc']}, {name[4:]} against the rest")
        row = [label, _value(card.numbers, card.intervals, name)]
        rows.append(row + ([_value(card.baseline, card.baseline_intervals, name)] if card.baseline else []))
    told = [
        "On people that no part of the training had seen; 95 % intervals from resampled speakers.",
        _table(head, rows),
    ]
    if card.baseline:
        told.append(f"Covariates: {', '.join(card.baseline_inputs)}.")
    if "threshold" in card.numbers and len(card.classes) == 2:
        told.append(f"Threshold, chosen in the inner folds: probability {card.numbers['threshold']:.3f}.")
    if "permutation_p" in card.numbers:
        told.append(
            f"Shuffled labels: p = {card.numbers['permutation_p']:.3f} (one repeat of the same procedure gives "
            f"{card.numbers['permutation_true']:.3f})."
        )
    return "\n\n".join(told)


def _value(numbers: Mapping[str, float], intervals: Mapping[str, tuple[float, float]], name: str) -> str:
    if name not in numbers:
        return "-"
    bounds = intervals.get(name)
    return f"{numbers[name]:.3f}" + (f" ({bounds[0]:.3f} to {bounds[1]:.3f})" if bounds else "")


def _subgroups(card: ModelCard) -> str:
    if not card.subgroups:
        return "The labels name no subgroups: not examined."
    keys = [
        key
        for key in dict.fromkeys(key for row in card.subgroups for key in row)
        if key not in ("group", "people", "established")
    ]
    rows = [
        [
            row["group"],
            ", ".join(f"{name} {count}" for name, count in row["people"].items()),
            *(f"{row[key]:.3f}" if key in row else "-" for key in keys),
            "yes" if row["established"] else "no",
        ]
        for row in card.subgroups
    ]
    table = _table(("group", "people", *(key.replace("_", " ") for key in keys), "established"), rows)
    return f"{ABSTENTION}\n\n{table}" if {"refused", "least_certain_fifth"} & set(keys) else table


def _decisions(card: ModelCard) -> str:
    cuts = [name[len("net_benefit_") :] for name in card.numbers if name.startswith("net_benefit_0")]
    if not cuts:
        return ""
    rows = [
        [
            cut,
            _value(card.numbers, card.intervals, f"net_benefit_{cut}"),
            f"{card.numbers[f'net_benefit_all_{cut}']:.3f}",
            "0.000",
        ]
        for cut in cuts
    ]
    return "Net benefit at threshold probabilities fixed beforehand.\n\n" + _table(
        ("threshold", "model", "treat all", "treat none"), rows
    )


def _curves(card: ModelCard) -> str:
    told = []
    heads = {
        "calibration": ("predicted", "observed", "share of people"),
        "risk_coverage": ("share of people decided on", "share decided wrongly"),
        "learning": ("people trained on", "figure"),
    }
    for name, head in heads.items():
        if points := card.curves.get(name):
            rows = [
                [f"{x:.0f}" if name == "learning" and k == 0 else f"{x:.3f}" for k, x in enumerate(p)] for p in points
            ]
            told.append(f"{name.replace('_', ' ').capitalize()}:\n\n{_table(head, rows)}")
    return "\n\n".join(told)


def _training(card: ModelCard) -> str:
    plan = card.plan
    folds = "one site held out at a time" if plan.get("sites") and plan.get("leave_site_out") else (
        f"{plan.get('repeats')} x {plan.get('outer')} folds"
    )  # fmt: skip
    chosen = "\n".join(f"- {count} x {name}" for name, count in card.chosen.items())
    return (
        f"Nested cross-validation by speaker, {folds}; {plan.get('inner')} inner folds chose the learner, its "
        f"hyper-parameters, features, calibration and threshold ({plan.get('threshold')}). Seed {plan.get('seed')}; "
        f"{plan.get('bags')} models on bootstrapped people give the interval of a score.\n\n"
        f"Fitted on everyone: {card.learner}.\n\nChosen in the outer folds:\n\n{chosen}"
    )


def _feature(name: str, version: int) -> str:
    return f"- `{name}` " + (f"version {version}" if version else "(not a feature of lalia)")


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)
