"""How much is done in training: folds, repeats, candidates, resampling."""

from __future__ import annotations

from pydantic import Field

from ...data_schemas import Frozen
from .fitting import CANDIDATES

SMALL, LARGE = 200, 2_000
"""People up to which, and from which on, the numbers of repeats change: few people make every split matter."""


class Plan(Frozen):
    """How a model is trained; None is told from the number of people.

    Attributes
    ----------
    candidates : tuple of str
        Learners compared in the inner folds.
    outer, inner : int
        Folds of the outer loop, which judges, and of the inner loop, which chooses.
    repeats : int, optional
        Times the outer loop is repeated with other folds: 10, 3 or 1.
    threshold : str
        Rule for the threshold, applied to the inner folds: ``youden``, ``sensitivity:0.9``, ``specificity:0.9`` or
        ``fixed:0.5``.
    leave_site_out : bool
        Whether each site is held out in turn when the labels name sites.
    adjust_age : bool
        Whether features are taken relative to what the first class has at that age.
    bags : int, optional
        Models on bootstrapped people, for the interval of a score: 40 (20 with many people).
    bootstrap : int
        Resamples of people for the intervals of the figures.
    permutations : int, optional
        Trainings on shuffled labels: 100, 30 or 10; 0 for none.
    learning_curve : bool
    seed : int
    """

    candidates: tuple[str, ...] = CANDIDATES
    outer: int = Field(default=5, ge=2)
    inner: int = Field(default=4, ge=2)
    repeats: int | None = Field(default=None, ge=1)
    threshold: str = Field(default="youden", pattern=r"^(youden|(sensitivity|specificity|fixed):0?\.\d+)$")
    leave_site_out: bool = True
    adjust_age: bool = False
    bags: int | None = Field(default=None, ge=0)
    bootstrap: int = Field(default=500, ge=20)
    permutations: int | None = Field(default=None, ge=0)
    learning_curve: bool = True
    seed: int = Field(default=0, ge=0)

    def sized(self, people: int) -> Sized:
        """The plan with every number settled for so many people."""
        scale = (people > SMALL) + (people >= LARGE)
        return Sized(
            repeats=self.repeats or (10, 3, 1)[scale],
            bags=(40, 40, 20)[scale] if self.bags is None else self.bags,
            permutations=(100, 30, 10)[scale] if self.permutations is None else self.permutations,
            inner_people=LARGE,
        )


class Sized(Frozen):
    """Numbers of a plan that depend on how many people there are.

    `inner_people` is how many people at most the inner folds use: hyper-parameters need no more.
    """

    repeats: int
    bags: int
    permutations: int
    inner_people: int
