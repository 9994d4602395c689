"""The TRIPOD+AI checklist of a model, filled from what is known; what is not known says so.

Items after Collins et al. (2024), BMJ 385: e078378, in our own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...data_schemas import ModelCard

if TYPE_CHECKING:
    from .model import Scope

UNKNOWN = "Not known to lalia: the owner of the data must add it."


def checklist(card: ModelCard, scope: Scope) -> str:
    """Markdown of the checklist."""
    lines = [
        f"# TRIPOD+AI checklist: {card.name}, version {card.version}",
        "",
        "Filled by lalia from the training run; item texts shortened. card.md holds the figures.",
        "",
        "| item | asks for | answer |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {item} | {asks} | {answer.replace('|', '/')} |" for item, asks, answer in _items(card, scope)]
    return "\n".join(lines) + "\n"


def _items(card: ModelCard, scope: Scope) -> list[tuple[str, str, str]]:
    return [*_why(card), *_how(card, scope), *_open(card), *_found(card)]


def _why(card: ModelCard) -> list[tuple[str, str, str]]:
    return [
        ("1", "title: development or evaluation, population, outcome", f"Development of a model of {card.target}."),
        ("2", "abstract", "card.md serves as one."),
        ("3a", "health-care context and rationale", card.intended_use),
        ("3b", "intended users and place in the pathway", f"Researchers. {card.out_of_scope}"),
        ("3c", "known health inequalities", UNKNOWN),
        ("4", "objectives", f"To estimate {card.target} ({card.kind}) from speech and language measures."),
        ("5a", "sources of data", card.data),
        ("5b", "dates of data collection", UNKNOWN),
    ]


def _how(card: ModelCard, scope: Scope) -> list[tuple[str, str, str]]:
    plan = card.plan
    tasks = ", ".join(scope.tasks) or "not stated"
    return [
        ("6a", "setting and number of centres", f"Sites named: {'yes' if plan.get('sites') else 'no'}. {UNKNOWN}"),
        ("6b", "eligibility", f"Recordings of the tasks: {tasks}. {UNKNOWN}"),
        ("6c", "treatments received", UNKNOWN),
        ("7", "data preparation", "Features by lalia of the versions in card.md; empty labels left out; the same audio "
         "under two speakers is refused."),
        ("8a", "outcome and its definition", f"{card.target}: {', '.join(card.classes) or card.kind}. {UNKNOWN}"),
        ("8b", "who assessed the outcome", UNKNOWN),
        ("8c", "blinding of the assessment", UNKNOWN),
        ("9a", "choice of predictors before modelling", f"{len(card.features)} features; selection is in the inner "
         "folds."),
        ("9b", "definition of predictors", "`lalia features NAME` and data_dictionary.json."),
        ("9c", "blinding of predictors", "Features are computed without the label."),
        ("10", "sample size", f"{_people(card)}. No calculation was made beforehand."),
        ("11", "missing data", "Median of the training fold, with an indicator where gaps are common; beyond what "
         "training saw the model refuses."),
        ("12a", "how data were used", "Nested cross-validation by speaker; the shipped model is fitted on everyone."),
        ("12b", "handling of predictors", "Standardised in the fold and clipped at 5 standard deviations"
         + ("; taken relative to the first class at the same age." if plan.get("adjust_age") else ".")),
        ("12c", "model type, building, internal validation", f"{card.learner}; among {', '.join(plan['candidates'])}."),
        ("12d", "heterogeneity between clusters", "Speakers are never split; "
         + ("each site is held out in turn." if plan.get("sites") else "no sites were named.")),
        ("12e", "measures of performance", "AUC, balanced accuracy, sensitivity, specificity, Brier, calibration, "
         "decision curve" if card.classes else "Mean absolute error, R squared, Spearman, calibration slope"),
        ("12f", "model updating", "None."),
        ("12g", "how predictions are calculated for evaluation", "By the code that scores recordings."),
        ("13", "class imbalance", "Not resampled; every person counts once; calibration on held-out folds."),
        ("14", "fairness", "Subgroup table in card.md; groups under 100 per class are never called equal."
         if card.subgroups else "Not examined: the labels name no subgroups."),
        ("15", "model output and threshold", _output(card)),
        ("16", "differences between training and evaluation data", "None but the people: the same study."),
        ("17", "ethical approval", UNKNOWN),
    ]  # fmt: skip


def _output(card: ModelCard) -> str:
    if len(card.classes) == 2:
        return f"Probability of {card.classes[-1]}; threshold {card.numbers.get('threshold', 0):.3f}, chosen inside."
    return "Probability of the likeliest class." if card.classes else "A severity in the unit of the target."


def _people(card: ModelCard) -> str:
    return ", ".join(f"{name} {count}" for name, count in card.people.items())


def _open(card: ModelCard) -> list[tuple[str, str, str]]:
    return [
        ("18a", "funding", UNKNOWN),
        ("18b", "conflicts of interest", UNKNOWN),
        ("18c", "protocol", UNKNOWN),
        ("18d", "registration", UNKNOWN),
        ("18e", "data sharing", card.data),
        ("18f", "code sharing", "lalia is open source (Apache-2.0); card.md names the versions."),
        ("19", "patient and public involvement", UNKNOWN),
    ]


def _found(card: ModelCard) -> list[tuple[str, str, str]]:
    figure = "auc" if card.classes else "spearman"
    low, high = card.intervals.get(figure, (float("nan"), float("nan")))
    notes = " ".join(card.notes) or "None noted."
    return [
        ("20a", "flow of participants", f"{_people(card)} people, {card.recordings} recordings."),
        ("20b", "characteristics", UNKNOWN),
        ("20c", "comparison of development and evaluation data", "The same people, in folds."),
        ("21", "participants and outcomes in each analysis", f"{_people(card)} in every repeat."),
        ("22", "full model specification", "model.json and weights.safetensors hold every number."),
        ("23a", "performance with intervals", f"{figure} {card.numbers[figure]:.3f} ({low:.3f} to {high:.3f})."),
        ("23b", "heterogeneity", "Subgroup table in card.md." if card.subgroups else "Not examined."),
        ("24", "results of updating", "None."),
        ("25", "interpretation and fairness", notes),
        ("26", "limitations", card.limits),
        ("27a", "handling of poor or absent inputs", "The model refuses with the reason and gives no number."),
        ("27b", "interaction and expertise needed", "A reader of card.md; not for decisions about a person."),
        ("27c", "next steps", "Evaluation on people of another site, recorded later."),
    ]
