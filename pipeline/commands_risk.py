"""Commands of the risk models: `lalia train`, `score`, `norms fit`, `reliability`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..data_schemas import LaliaError, Score, Task

if TYPE_CHECKING:
    from ..models.risk import Model, Subject

norms_app = typer.Typer(help="Norms that the composites compare with.", no_args_is_help=True)

Features = Annotated[Path, typer.Option(help="features.csv of a run, or a table like it.")]
About = Annotated[
    Path | None,
    typer.Option(help="Manifest or other CSV by recording_id: session, task, language, age, education, category."),
]
Given = Annotated[Task | None, typer.Option(help="Task, where no table names one.")]
Language = Annotated[str | None, typer.Option(help="Language, where no table names one.")]
Category = Annotated[str | None, typer.Option(help="Category of a fluency task, where no table names one.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `lalia`."""
    app.command("train")(train)
    app.command("score")(score)
    app.command("reliability")(reliability)
    norms_app.command("fit")(norms_fit)
    app.add_typer(norms_app, name="norms")


@norms_app.callback()
def _norms() -> None:
    """Norms that the composites compare with."""


def train(
    features: Features,
    labels: Annotated[Path, typer.Option(help="CSV with the answer by recording_id, or by the group column.")],
    target: Annotated[str, typer.Option(help="Column of the labels that is to be predicted.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the model.")],
    group: Annotated[str, typer.Option(help="Column that names the speaker.")] = "participant_id",
    name: Annotated[str | None, typer.Option(help="Name of the model; the folder's when not given.")] = None,
    version: Annotated[str, typer.Option(help="Version of the model.")] = "1",
    kind: Annotated[
        Literal["binary", "multiclass", "ordinal", "regression"] | None,
        typer.Option(help="What the target is; told from its values when not given."),
    ] = None,
    positive: Annotated[str | None, typer.Option(help="Class that a probability is of; the rarer one.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Features to use, as in 'fluency.*'; may be repeated.")] = None,
    covariate: Annotated[
        list[str] | None, typer.Option(help="Column of the baseline; age, sex, education and word count.")
    ] = None,
    candidate: Annotated[list[str] | None, typer.Option(help="Learner to compare; all of them.")] = None,
    adjust_age: Annotated[bool, typer.Option(help="Take features relative to the first class at that age.")] = False,
    threshold: Annotated[str, typer.Option(help="youden, sensitivity:0.9, specificity:0.9 or fixed:0.5.")] = "youden",
    repeats: Annotated[int | None, typer.Option(min=1, help="Repeats of the outer folds.")] = None,
    permutations: Annotated[int | None, typer.Option(min=0, help="Trainings on shuffled labels.")] = None,
    card: Annotated[
        Path | None, typer.Option(help="JSON with intended_use, out_of_scope, data, licence, limits of the card.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds and resampling.")] = 0,
) -> None:
    """Train a risk model by nested cross-validation over speakers, and write it with its card."""
    from ..models.risk.training import train as run

    given = {"candidates": tuple(candidate)} if candidate else {}
    plan = _plan(
        **given,
        adjust_age=adjust_age,
        threshold=threshold,
        repeats=repeats,
        permutations=permutations,
        seed=seed,
    )
    more: dict[str, Any] = {"covariates": tuple(covariate)} if covariate else {}
    model = run(
        features,
        labels,
        target=target,
        group=group,
        out=out,
        name=name or out.resolve().name,
        version=version,
        kind=kind,
        positive=positive,
        only=tuple(only or ()),
        plan=plan,
        about=None if card is None else _card(card),
        tell=lambda text: print(text, file=sys.stderr, flush=True),
        **more,
    )
    _tell(model, out)


def _plan(**given: Any) -> Any:
    from pydantic import ValidationError

    from ..models.risk.plan import Plan

    try:
        return Plan(**given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise LaliaError(f"{first['loc'][0]} must be valid", str(first["msg"]), "Correct it") from None


def _card(path: Path) -> dict[str, str]:
    import json

    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise LaliaError("The card's words must be a readable JSON file", type(error).__name__, "Check it") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise LaliaError("The card's words must be a JSON object of texts", "something else", "Correct the file")
    return found


def _tell(model: Model, out: Path) -> None:
    from ..models.risk.card import FIGURES

    card = model.card
    print(f"Model   {out}")
    print(f"Card    {out / 'card.md'}")
    for name in ("auc", "balanced_accuracy", "brier", "calibration_slope", "mean_absolute_error", "spearman"):
        if name in card.numbers:
            low, high = card.intervals[name]
            beside = f"; covariates only {card.baseline[name]:.3f}" if name in card.baseline else ""
            print(f"        {FIGURES[name]} {card.numbers[name]:.3f} ({low:.3f} to {high:.3f}){beside}")
    for note in card.notes:
        print(f"Note    {note}")
    print(f"Status  {card.validation}; {'enough' if card.established else 'too few'} people to establish the figures")


def score(
    features: Features,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for scores.csv and scores_by_participant.csv.")],
    model: Annotated[
        list[Path] | None, typer.Option(help="Folder of a model; all installed ones when not given.")
    ] = None,
    about: About = None,
    task: Given = None,
    language: Language = None,
    category: Category = None,
) -> None:
    """Score a table of features: refusals first, people combined, change only beyond measurement error."""
    from ..data_schemas.tables import PERSON_SCORES, SCORES
    from .files import private_folder, write_whole
    from .tables import csv_text, frame, person_rows, score_row

    subjects = _subjects(features, about, task, language, category)
    scored = _scored(subjects, model or [])
    private_folder(out)
    tables: tuple[tuple[str, Any, list[Any]], ...] = (
        ("scores.csv", SCORES, [score_row(found) for _, found in scored]),
        ("scores_by_participant.csv", PERSON_SCORES, person_rows(scored)),
    )
    for name, columns, rows in tables:
        frame(columns, rows, name)
        write_whole(out / name, csv_text(columns, rows))
        print(f"Table   {out / name}")
    good = sum(found.status == "ok" for _, found in scored)
    print(f"{len(scored)} scores of {len(subjects)} recordings: {good} given, {len(scored) - good} refused")


def _scored(subjects: tuple[Subject, ...], folders: list[Path]) -> list[tuple[Subject, Score]]:
    from ..models.risk import composites, load, site

    columns = [load(path).score(subjects) for path in folders] if folders else site.scores(subjects)
    if not folders:
        columns += [tuple(composites.score(each, subject) for subject in subjects) for each in composites.composites()]
    return [(subject, column[row]) for row, subject in enumerate(subjects) for column in columns]


def _subjects(
    features: Path, about: Path | None, task: Task | None, language: str | None, category: str | None
) -> tuple[Subject, ...]:
    from ..models.risk.subjects import of_tables
    from ..models.risk.table import table

    beside = features.parent / "recordings.csv"
    more = about or (beside if beside.is_file() else None)
    given = {"task": task, "language": language, "category": category}
    return of_tables(
        table(features, "features"),
        None if more is None else table(more, "table about the recordings"),
        _versions(features.parent / "data_dictionary.json"),
        **{name: value for name, value in given.items() if value is not None},
    )


def _versions(path: Path) -> dict[str, int] | None:
    """Versions of the features of a run, from its data dictionary."""
    import json

    try:
        resources = json.loads(path.read_text("utf-8"))["resources"]
        fields = next(each["schema"]["fields"] for each in resources if each["name"] == "features")
        return {field["name"]: int(field["version"]) for field in fields if "version" in field}
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return None


def norms_fit(
    features: Features,
    population: Annotated[str, typer.Option(help="Who the controls are, in words; stands in the file.")],
    about: About = None,
    task: Given = None,
    language: Language = None,
    category: Category = None,
    age_band: Annotated[
        list[str] | None, typer.Option(help="Ages with norms of their own, as in 18-59; may be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File; where scoring looks for it when not given.")
    ] = None,
) -> None:
    """Fit norms on a site's own controls; the composites use them before the published ones."""
    from ..models.risk import norms, site
    from .files import private_folder, write_whole

    subjects = _subjects(features, about, task, language, category)
    made = norms.fit(subjects, population, age_bands=[_band(text) for text in age_band or []])
    path = out or site.folder() / site.NORMS
    private_folder(path.parent)
    write_whole(path, norms.text(made))
    print(f"Norms   {path}")
    people = len({subject.participant_id for subject in subjects})
    print(f"{len(made.entries)} norms of {len({each.feature for each in made.entries})} features, {people} people")


def _band(text: str) -> tuple[float, float]:
    low, _, high = text.partition("-")
    try:
        found = float(low), float(high)
    except ValueError:
        found = (1.0, 0.0)
    if not found[0] < found[1]:
        raise LaliaError("An age band must read LOW-HIGH, as in 18-59", repr(text), "Correct --age-band")
    return found


def reliability(
    features: Features,
    about: About = None,
    task: Given = None,
    language: Language = None,
    category: Category = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for reliability.csv; that of the features."),
    ] = None,
    install: Annotated[
        bool, typer.Option(help="Put it where scoring and the report find it, in the site's folder.")
    ] = True,
) -> None:
    """ICC, SEM and MDC95 of every feature and score, from people recorded in two sessions or more."""
    from ..data_schemas.tables import RELIABILITY
    from ..models.risk import reliability as repeat
    from ..models.risk import site
    from ..models.risk.sessions import number_of
    from .files import private_folder, write_whole
    from .tables import csv_text

    subjects = _subjects(features, about, task, language, category)
    if not any(subject.session for subject in subjects):
        raise LaliaError(
            "Repeatability needs the session of each recording",
            "none",
            "Name it in the manifest",
        )
    scores: dict[str, dict[str, float]] = {}
    for subject, found in _scored(subjects, []):
        if (value := number_of(found)) is not None:
            scores.setdefault(found.model, {})[subject.recording_id] = value
    made = repeat.repeatability(subjects, scores)
    folder = private_folder(out or features.parent)
    names = [column.name for column in RELIABILITY]
    rows = [[getattr(entry, name) for name in names] for entry in made.entries]
    write_whole(folder / "reliability.csv", csv_text(RELIABILITY, rows))
    print(f"Table   {folder / 'reliability.csv'}")
    if install:
        path = private_folder(site.folder()) / site.RELIABILITY
        write_whole(path, repeat.text(made))
        print(f"Site    {path}")
    good = sum(entry.icc2_low >= 0.9 for entry in made.entries)
    print(f"{len(made.entries)} measures; {good} repeatable enough for decisions on one person (lower bound 0.90)")
