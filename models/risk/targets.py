"""What is predicted: classes, ordered severities or numbers, told from the column of answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

from ...data_schemas import LaliaError
from .table import Floats, Table

Kind = Literal["binary", "multiclass", "ordinal", "regression"]

MOST_CLASSES = 10


def answers_of(
    labels: Table, target: str, answers: list[str | None], at: list[int], kind: Kind | None, positive: str | None
) -> tuple[Floats, tuple[str, ...], Kind]:
    """Numbers to learn, the classes they stand for (none for a severity), and the kind.

    Raises
    ------
    LaliaError
        When there is one class only, or the target does not fit the kind.
    """
    values = sorted({answer for answer in answers if answer is not None})
    try:
        numbers = labels.numbers(target)[at]
    except LaliaError:
        numbers = None
    decided = kind or _told_kind(values, numbers)
    if len(values) < 2:
        raise LaliaError(
            "There must be at least two classes, or two severities, to tell apart", "one", "Add the other group"
        )
    if decided in ("ordinal", "regression"):
        if numbers is None:
            raise LaliaError(f"A severity ({target}) must be a number", "text", "Code it as numbers, or set --kind")
        return numbers, (), decided
    if decided == "binary":
        if len(values) != 2:
            raise LaliaError("A binary target must have two values", str(len(values)), "Set --kind multiclass")
        count = Counter(answers)
        last = positive or min(values, key=lambda value: (count[value], value))
        if last not in values:
            raise LaliaError("The positive class must be a value of the target", "another", "Correct --positive")
        values = [value for value in values if value != last] + [last]
    place = {value: float(index) for index, value in enumerate(values)}
    return np.array([place[str(answer)] for answer in answers]), tuple(values), decided


def _told_kind(values: Sequence[str], numbers: Floats | None) -> Kind:
    if len(values) == 2:
        return "binary"
    if numbers is None:
        if len(values) > MOST_CLASSES:
            raise LaliaError(
                f"A target of text must have at most {MOST_CLASSES} values", str(len(values)), "Check the column"
            )
        return "multiclass"
    whole = bool(np.all(numbers == np.round(numbers)))
    return "ordinal" if whole and len(values) <= MOST_CLASSES else "regression"
