"""A trained model: refuses first, scores second, and says what moved the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...data_schemas import Contribution, Frozen, ModelCard, Score, base_language
from .calibration import Calibration, probabilities
from .explain import can_explain, contributions
from .learners import Linear
from .nested import Fitted
from .novelty import Novelty
from .table import Floats

TOP = 5


class Scope(Frozen):
    """Recordings a model may be asked about; an empty tuple or None sets no bound.

    Attributes
    ----------
    tasks, languages, codecs : tuple of str
    categories : tuple of str
        Of a fluency task, in the singular.
    ages : pair of float, optional
        Youngest and oldest.
    age_needed : bool
        Whether a recording without an age is refused.
    flags_refused : tuple of str
        Quality flags with which a recording is refused.
    """

    tasks: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    codecs: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    ages: tuple[float, float] | None = None
    age_needed: bool = False
    flags_refused: tuple[str, ...] = ("silent",)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a model is told of one recording.

    Attributes
    ----------
    recording_id, participant_id, session : str
    values : mapping of str to float
        Features that could be measured.
    versions : mapping of str to int
        Versions of their definitions; empty when the table does not say.
    task, language, codec : str, optional
    age, education : float, optional
        Years.
    sex, category : str, optional
    flags : tuple of str
    errors : mapping of str to float
        Standard errors of values, where there are any.
    """

    recording_id: str
    values: Mapping[str, float]
    participant_id: str = ""
    session: str | None = None
    versions: Mapping[str, int] = field(default_factory=dict)
    task: str | None = None
    language: str | None = None
    codec: str | None = None
    age: float | None = None
    education: float | None = None
    sex: str | None = None
    category: str | None = None
    flags: tuple[str, ...] = ()
    errors: Mapping[str, float] = field(default_factory=dict)


def out_of_scope(scope: Scope, subject: Subject) -> str | None:
    """Why a recording is outside a scope; None when it is inside."""
    language = base_language(subject.language or "")
    checks = (
        ("task", scope.tasks, subject.task or ""),
        ("language", scope.languages, language),
        ("codec", scope.codecs, subject.codec or ""),
        ("category", scope.categories, (subject.category or "").strip().lower().removesuffix("s")),
    )
    for name, allowed, found in checks:
        if allowed and found not in allowed:
            return f"wrong {name}: needs {' or '.join(allowed)}, got {found or 'none stated'}"
    bad = sorted(set(scope.flags_refused) & set(subject.flags))
    if bad:
        return f"recording flagged {', '.join(bad)}"
    if subject.age is None:
        return "age not stated" if scope.age_needed else None
    if scope.ages and not scope.ages[0] <= subject.age <= scope.ages[1]:
        return f"age out of range: needs {scope.ages[0]:g} to {scope.ages[1]:g} years, got {subject.age:g}"
    return None


@dataclass(frozen=True, eq=False)
class Model:
    """A model that was trained or loaded.

    Attributes
    ----------
    card : ModelCard
    scope : Scope
    names : tuple of str
        Features read, in the order of training.
    fitted : Fitted
    bags : tuple of Fitted
        The same recipe on bootstrapped people.
    calibration : Calibration
    novelty : Novelty
    threshold : float
        Probability from which training called the positive class; 0 where there is none.
    gaps : int
        Most of the features read that were missing in one training recording.
    never_missing : tuple of str
        Features read that no training recording lacked.
    """

    card: ModelCard
    scope: Scope
    names: tuple[str, ...]
    fitted: Fitted
    bags: tuple[Fitted, ...]
    calibration: Calibration
    novelty: Novelty
    threshold: float
    gaps: int
    never_missing: tuple[str, ...]

    @property
    def read(self) -> tuple[str, ...]:
        """Features that can move a score."""
        used = self.fitted.learner.used
        places = self.fitted.preparation.feature_of
        return tuple(dict.fromkeys(self.names[places[k]] for k in range(len(used)) if used[k]))

    def score(self, subjects: Sequence[Subject]) -> tuple[Score, ...]:
        """Score recordings; where the model must not be asked, the reason and no number.

        Parameters
        ----------
        subjects : sequence of Subject

        Returns
        -------
        tuple of Score
            In the same order.
        """
        found: dict[int, Score] = {}
        for place, subject in enumerate(subjects):
            reason = self._refusal(subject)
            if reason is not None:
                found[place] = self._refused(subject, reason)
        asked = [place for place in range(len(subjects)) if place not in found]
        if asked:
            found |= dict(zip(asked, self._numbers([subjects[place] for place in asked]), strict=True))
        return tuple(found[place] for place in range(len(subjects)))

    def _refused(self, subject: Subject, reason: str) -> Score:
        return Score(
            recording_id=subject.recording_id,
            model=self.card.name,
            version=self.card.version,
            status="refused",
            reason=reason,
            validation=self.card.validation or None,
        )

    def _refusal(self, subject: Subject) -> str | None:
        outside = out_of_scope(self.scope, subject)
        if outside:
            return outside
        for name in self.read:
            version = subject.versions.get(name, self.card.features[name])
            if version != self.card.features[name]:
                return f"{name} is of version {version}, the model learnt version {self.card.features[name]}"
        missing = [name for name in self.read if name not in subject.values]
        never = [name for name in missing if name in self.never_missing]
        if never:
            return f"missing inputs: {', '.join(never[:3])}, which no training recording lacked"
        if len(missing) > self.gaps:
            return f"missing inputs: {len(missing)} of {len(self.read)}, at most {self.gaps} in training"
        return self._strange(subject)

    def _strange(self, subject: Subject) -> str | None:
        x, age = self._rows([subject])
        inputs = self.fitted.preparation.standardised(x, age)[:, self.fitted.preparation.chosen]
        distance, limit = float(self.novelty.distance(inputs)[0]), float(self.novelty.limit[0])
        if distance <= limit:
            return None
        far = int(np.abs(inputs[0]).argmax()) if inputs.shape[1] else 0
        name = self.names[self.fitted.preparation.feature_of[far]]
        return f"unlike the training recordings: distance {distance:.1f}, limit {limit:.1f}; farthest {name}"

    def _rows(self, subjects: Sequence[Subject]) -> tuple[Floats, Floats]:
        x = np.array([[subject.values.get(name, np.nan) for name in self.names] for subject in subjects], dtype=float)
        age = np.array([np.nan if subject.age is None else subject.age for subject in subjects])
        return x, age

    def margins(self, x: Floats, age: Floats) -> tuple[Floats, Floats]:
        """Calibrated margins of the model, (n, outputs), and of its bags, (bags, n, outputs)."""
        point = self.calibration.margins(self.fitted.scores(x, age))
        bags = [self.calibration.margins(bag.scores(x, age)) for bag in self.bags]
        return point, np.stack(bags) if bags else point[None]

    def _numbers(self, subjects: Sequence[Subject]) -> list[Score]:
        x, age = self._rows(subjects)
        point, bags = self.margins(x, age)
        z = self.fitted.preparation.apply(x, age)
        learner = self.fitted.learner
        moved = contributions(learner, z) * self.calibration.slope if can_explain(learner) else None
        if not self.card.classes:
            answer, spread, output = point[:, 0], bags[:, :, 0], np.zeros(len(subjects), dtype=int)
        else:
            p, many = probabilities(point), np.stack([probabilities(each) for each in bags])
            output = np.ones(len(p), dtype=int) if p.shape[1] == 2 else p.argmax(1)
            rows = np.arange(len(p))
            answer, spread = p[rows, output], many[:, rows, output]
        low = np.minimum(answer, np.quantile(spread, 0.025, axis=0))
        high = np.maximum(answer, np.quantile(spread, 0.975, axis=0))
        found = []
        for row, subject in enumerate(subjects):
            place = int(output[row])
            pulls = None if moved is None else _pull(moved[row], place)
            found.append(
                Score(
                    recording_id=subject.recording_id,
                    model=self.card.name,
                    version=self.card.version,
                    status="ok",
                    probability=float(answer[row]) if self.card.classes else None,
                    value=None if self.card.classes else float(answer[row]),
                    low=float(low[row]),
                    high=float(high[row]),
                    label=self.card.classes[place] if self.card.classes else None,
                    top=() if pulls is None else self._top(pulls, subject, z[row], place),
                    validation=self.card.validation or None,
                )
            )
        return found

    def _top(self, pulls: Floats, subject: Subject, z: Floats, place: int) -> tuple[Contribution, ...]:
        preparation = self.fitted.preparation
        by_feature: dict[int, float] = {}
        for k, feature in enumerate(preparation.feature_of):
            by_feature[int(feature)] = by_feature.get(int(feature), 0.0) + float(pulls[k])
        goal = self.card.classes[place] if self.card.classes else "a higher value"
        level = {
            int(feature): float(z[k]) for k, feature in enumerate(preparation.feature_of) if not preparation.is_mark[k]
        }
        order = sorted((f for f in by_feature if abs(by_feature[f]) > 1e-9), key=lambda f: (-abs(by_feature[f]), f))
        return tuple(
            Contribution(
                feature=self.names[feature],
                weight=by_feature[feature],
                words=self._words(self.names[feature], level.get(feature), by_feature[feature], goal, subject),
            )
            for feature in order[:TOP]
        )

    def _words(self, name: str, level: float | None, pull: float, goal: str, subject: Subject) -> str:
        towards = f"pulls {'towards' if pull > 0 else 'away from'} {goal}"
        if name not in subject.values or level is None:
            return f"not measured, {towards}"
        usual = "what is usual at this age" if len(self.fitted.preparation.age) else "the training mean"
        return f"{abs(level):.1f} SD {'above' if level > 0 else 'below'} {usual}, {towards}"


def _pull(moved: Floats, place: int) -> Floats:
    """Contributions to the class asked about, shape (inputs,): of several outputs, against the others' average."""
    if moved.shape[1] == 1:
        return moved[:, 0]
    return np.asarray(moved[:, place] - moved.mean(1))


def is_linear(model: Model) -> bool:
    """Whether a model's scores are a weighted sum of its inputs."""
    return isinstance(model.fitted.learner, Linear)
