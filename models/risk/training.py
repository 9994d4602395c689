"""Training from tables to a model with its card: judged by folds that choose nothing, then fitted on everyone."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from ... import __version__
from ...data_schemas import LaliaError, ModelCard, base_language
from .calibration import Calibration
from .evaluation import Evaluation, evaluate, learning_curve, permutation_p
from .examples import COVARIATES, Examples, examples
from .fitting import Config, one_thread
from .folds import has_sites, refuse_duplicates
from .model import Model, Scope
from .nested import Fitted, choose, judge, outer_splits, train_one
from .novelty import Novelty, left_out, novelty
from .plan import Plan, Sized
from .table import table
from .targets import Kind

NO_VALIDATION = "no clinical validation"

Tell = Callable[[str], None]


def train(
    features: str | Path | Any,
    labels: str | Path | Any,
    *,
    target: str,
    group: str = "participant_id",
    out: str | Path | None = None,
    name: str = "model",
    version: str = "1",
    kind: Kind | None = None,
    positive: str | None = None,
    only: Sequence[str] = (),
    covariates: Sequence[str] = COVARIATES,
    plan: Plan | None = None,
    scope: Scope | None = None,
    about: dict[str, str] | None = None,
    tell: Tell | None = None,
) -> Model:
    """Train, judge and describe a risk model.

    Everything that is chosen (imputation, scaling, features, learner, hyper-parameters, calibration, threshold) is
    chosen in inner folds; the figures on the card come from outer folds whose speakers had no part in it.

    Parameters
    ----------
    features : path, DataFrame or mapping
        features.csv of a run: ``recording_id``, identity columns, and one column a feature.
    labels : path, DataFrame or mapping
        One row a recording (``recording_id``) or a person (`group`), with the target and, where known, age, sex,
        education, language, site, device, codec, severity and audio_sha256.
    target, group : str
        Columns of the answer and of the speaker.
    out : path, optional
        Folder to write the bundle to.
    name, version : str
        Of the model.
    kind, positive, only, covariates
        As in `examples`.
    plan : Plan, optional
    scope : Scope, optional
        Recordings the model may be asked about; told from the labels when None.
    about : mapping of str to str, optional
        intended_use, out_of_scope, data, licence and limits of the card; plain defaults stand in.
    tell : callable, optional
        Told what is being done.

    Returns
    -------
    Model

    Raises
    ------
    LaliaError
        For tables that cannot be learnt from, and for the same audio under two speakers.
    """
    plan, tell = plan or Plan(), tell or (lambda text: None)
    rows = table(features, "features")
    answers = table(labels, "labels")
    made = examples(rows, answers, target, group, kind=kind, positive=positive, only=only, covariates=covariates)
    made = _with_hashes(made, features)
    with one_thread():
        refuse_duplicates(made)
        _check_ages(made, plan)
        sized = plan.sized(len(set(made.people.tolist())))
        model, judged_by = _trained(made, plan, sized, scope or _scope(made, plan), tell)
    card = _card(made, plan, sized, model, judged_by, target, name, version, about or {})
    model = replace(model, card=card)
    if out is not None:
        from .bundle import save

        save(model, out)
    return model


def _with_hashes(made: Examples, features: str | Path | Any) -> Examples:
    """Audio hashes from the provenance beside features.csv, where the labels bring none."""
    if "audio_sha256" in made.about or not isinstance(features, str | Path):
        return made
    import json

    try:
        inputs = json.loads((Path(features).parent / "provenance.json").read_text("utf-8"))["inputs"]
        known = {item["recording_id"]: item["sha256"].get("audio") for item in inputs}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return made
    hashes = tuple(known.get(recording) for recording in made.ids.tolist())
    return replace(made, about={**made.about, "audio_sha256": hashes})


def _check_ages(made: Examples, plan: Plan) -> None:
    try:
        unknown = int(np.isnan(made.age).sum())
    except ValueError:
        raise LaliaError("Ages must be numbers of years", "text", "Correct the column age") from None
    if plan.adjust_age and unknown:
        raise LaliaError(
            "Adjusting for age needs the age of every speaker",
            f"{unknown} recordings without",
            "Fill the column age of the labels, or leave out --adjust-age",
        )


def _trained(made: Examples, plan: Plan, sized: Sized, scope: Scope, tell: Tell) -> tuple[Model, dict[str, Any]]:
    tell("judging: nested cross-validation")
    judged = judge(made, plan, sized)
    found: dict[str, Any] = {}
    tell("baseline: covariates only")
    found["baseline"] = _baseline(made, plan, sized)
    tell("fitting on everyone")
    recipe = choose(made, plan, sized, plan.seed)
    fitted = train_one(made, recipe.config, plan.seed, plan, check=True)
    found["config"], found["loss"] = recipe.config, recipe.loss
    tell("intervals: bootstrapped people")
    bags = tuple(_bag(made, recipe.config, plan, number) for number in range(sized.bags))
    if plan.learning_curve:
        tell("learning curve")
        found["learning"] = learning_curve(made, plan, recipe.config, plan.seed)
    if sized.permutations:
        tell("chance: shuffled labels")
    found["permutation"] = permutation_p(made, plan, sized, recipe.config, plan.seed)
    distances = left_out(made, fitted.preparation)
    limit = novelty(made, fitted.preparation, distances)
    found["evaluation"] = evaluate(made, judged, plan, (distances > limit.limit[0]).astype(float))
    return _model(made, scope, fitted, bags, recipe.calibration, limit, recipe.threshold), found


def _bag(made: Examples, config: Config, plan: Plan, number: int) -> Fitted:
    """The recipe on people drawn with replacement; one drawn twice counts twice."""
    rng = np.random.default_rng([plan.seed, 99, number])
    people, inverse = np.unique(made.people, return_inverse=True)
    while True:
        count = np.bincount(rng.integers(len(people), size=len(people)), minlength=len(people))
        rows = np.repeat(np.arange(len(made.y)), count[inverse])
        if not made.by_class or len(set(made.y[rows].tolist())) == len(made.classes):
            break
    drawn = made.part(rows)
    # Copies of a person are people of their own here, so that each copy has the weight of one.
    copy = np.concatenate([np.arange(times) for times in count[inverse] if times])
    names = np.array([f"{person}#{again}" for person, again in zip(drawn.people, copy, strict=True)])
    return train_one(replace(drawn, people=names), config, plan.seed + number, plan)


def _model(
    made: Examples,
    scope: Scope,
    fitted: Fitted,
    bags: tuple[Fitted, ...],
    calibration: Calibration,
    limit: Novelty,
    threshold: float,
) -> Model:
    blank = ModelCard(name="", version="", intended_use="", out_of_scope="", data="", licence="", limits="")
    model = Model(blank, scope, made.names, fitted, bags, calibration, limit, threshold, 0, ())
    places = [made.names.index(name) for name in model.read]
    gap = ~np.isfinite(made.x[:, places])
    never = tuple(name for place, name in enumerate(model.read) if not gap[:, place].any())
    return replace(model, gaps=int(gap.sum(1).max(initial=0)), never_missing=never)


def _baseline(made: Examples, plan: Plan, sized: Sized) -> Evaluation | None:
    """The same procedure on age, sex, education and word count alone."""
    known = np.flatnonzero(np.isfinite(made.covariates).sum(0))
    if not len(known):
        return None
    only = replace(made, x=made.covariates[:, known], names=tuple(made.covariate_names[place] for place in known))
    simple = plan.model_copy(update={"adjust_age": False})
    return evaluate(only, judge(only, simple, sized, outer_splits(made, plan, sized)), simple)


def _scope(made: Examples, plan: Plan) -> Scope:
    """Bounds from what the training recordings were."""

    def seen(column: str) -> tuple[str, ...]:
        cells = made.about.get(column, ())
        return tuple(sorted({cell for cell in cells if cell})) if cells and all(cells) else ()

    ages = made.age
    known = ages[np.isfinite(ages)]
    return Scope(
        tasks=seen("task"),
        languages=tuple(sorted({base_language(cell) for cell in seen("language")})),
        codecs=seen("codec"),
        categories=tuple(sorted({cell.strip().lower().removesuffix("s") for cell in seen("category")})),
        ages=(float(known.min()), float(known.max())) if len(known) else None,
        age_needed=plan.adjust_age,
    )


SOFTWARE = ("numpy", "scipy", "scikit-learn", "safetensors")


def _card(
    made: Examples,
    plan: Plan,
    sized: Sized,
    model: Model,
    found: dict[str, Any],
    target: str,
    name: str,
    version: str,
    about: dict[str, str],
) -> ModelCard:
    from ...features import specs

    judged: Evaluation = found["evaluation"]
    baseline: Evaluation | None = found["baseline"]
    known = specs()
    numbers = {figure: value[0] for figure, value in judged.numbers.items()}
    numbers |= {"threshold": model.threshold, "novelty_limit": float(model.novelty.limit[0])}
    if found["permutation"]:
        numbers |= {"permutation_p": found["permutation"][0], "permutation_true": found["permutation"][1]}
    curves = dict(judged.curves) | ({"learning": found["learning"]} if "learning" in found else {})
    return ModelCard(
        name=name,
        version=version,
        **_told(about, made, target),
        numbers={key: round(value, 6) for key, value in numbers.items()},
        features={feature: known[feature].version if feature in known else 0 for feature in made.names},
        software={"lalia": __version__, "python": platform.python_version()}
        | {package: metadata.version(package) for package in SOFTWARE},
        kind=made.kind,
        target=target,
        classes=made.classes,
        people=judged.people,
        recordings=len(made.y),
        established=judged.established,
        validation=NO_VALIDATION,
        learner=str(found["config"]),
        intervals=_bounds(judged),
        baseline={} if baseline is None else {key: round(value[0], 6) for key, value in baseline.numbers.items()},
        baseline_intervals={} if baseline is None else _bounds(baseline),
        baseline_inputs=tuple(made.covariate_names),
        subgroups=tuple(judged.subgroups),
        curves={key: [[round(x, 6) for x in point] for point in points] for key, points in curves.items()},
        chosen=judged.chosen,
        notes=(*made.notes, *_caveats(made, judged, baseline, found)),
        plan=plan.model_dump(mode="json") | sized.model_dump(mode="json") | {"sites": has_sites(made)},
    )


def _bounds(judged: Evaluation) -> dict[str, tuple[float, float]]:
    return {key: (round(low, 6), round(high, 6)) for key, (_, low, high) in judged.numbers.items()}


def _told(about: dict[str, str], made: Examples, target: str) -> dict[str, str]:
    goal = f"the probability of {made.classes[-1]}" if len(made.classes) == 2 else target
    given = {
        "intended_use": f"Research on {goal} from speech and language measures, in recordings like those of training.",
        "out_of_scope": "Diagnosis, screening, treatment, or any decision about a person. People, tasks, languages and "
        "recordings other than those of training.",
        "data": "Given by the person who trained the model; not described further.",
        "licence": "As its owner states.",
        "limits": "Judged by cross-validation on the training data only; no other site and no later time was tested.",
    }
    unknown = set(about) - set(given)
    if unknown:
        raise LaliaError(f"A card may be told {', '.join(given)}", ", ".join(sorted(unknown)), "Correct it")
    return given | about


def _caveats(made: Examples, judged: Evaluation, baseline: Evaluation | None, found: dict[str, Any]) -> list[str]:
    told = []
    if not judged.established:
        told.append("Not established: fewer than 100 people in a class; every figure is uncertain.")
    if baseline is None:
        told.append("No covariates were given: nothing shows what age, sex, education and word count alone would do.")
    else:
        key = "auc" if made.by_class else "spearman"
        if baseline.numbers[key][0] >= judged.numbers[key][0]:
            told.append("The covariates alone do as well as the model.")
    if found["permutation"] and found["permutation"][0] > 0.05:
        told.append("Labels shuffled by chance do as well too often (permutation p above 0.05).")
    if found["config"].name == "dummy":
        told.append("No learner was better than the class shares alone: the model gives everyone the same answer.")
    return told
