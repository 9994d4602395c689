"""How far apart the corner vowels lie: area, centralisation, articulation index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..estimates import Value, pooled
from ..invariances import unchanged_by_all_but
from ..noise_limits import FORMANTS
from ..registry import family
from ..views.formants import NUMBER, PRE_EMPHASIS, WINDOW
from ..views.vowels import CEILINGS, OUTLYING, SHORTEST, STEADY, Vowels

CORNERS = ("IY", "AA", "UW")
"""ARPAbet symbols of i, a and u."""

FEWEST = 3
"""Tokens of each corner vowel."""

HOW = (
    "Means over the tokens of i (IY), a (AA) and u (UW), at least 3 of each, by forced alignment: F1 and F2 at the "
    "middle of the vowel, by Burg's method, five formants below 5000 Hz if the median F0 is below 165 Hz, else 5500 "
    "Hz, or below a neighbouring ceiling under which the speaker's vowels spread less by a tenth or more. Left out: "
    "vowels under 50 ms or unvoiced, formants that jump within 20 ms, tokens beyond 3.5 robust standard deviations "
    "of their vowel."
)

_I, _A, _U = (300.0, 2300.0), (700.0, 1100.0), (320.0, 900.0)
_TOKENS = Vowels(np.repeat(CORNERS, 3), np.repeat([_I, _A, _U], 3, axis=0), 5000.0)


class Corners(NamedTuple):
    """Mean F1 and F2 of i, a and u: numbers, or arrays with one entry a draw."""

    f1i: Any
    f2i: Any
    f1a: Any
    f2a: Any
    f1u: Any
    f2u: Any


def _area(at: Corners) -> Any:
    return np.abs(at.f1i * (at.f2a - at.f2u) + at.f1a * (at.f2u - at.f2i) + at.f1u * (at.f2i - at.f2a)) / 2


def _centralisation(at: Corners) -> Any:
    return (at.f2u + at.f2a + at.f1i + at.f1u) / (at.f2i + at.f1a)


ROWS: dict[str, tuple[str, str, str, Callable[[Corners], Any], float, str]] = {
    "vowel_space_area": (
        "Hz^2", "Area of the triangle whose corners are the mean (F1, F2) of i, a and u. ", "sapir2010", _area,
        268000.0, "|300 (1100 - 900) + 700 (900 - 2300) + 320 (2300 - 1100)| / 2",
    ),
    "formant_centralisation_ratio": (
        "ratio", "(F2u + F2a + F1i + F1u) / (F2i + F1a). ", "sapir2010", _centralisation,
        (900 + 1100 + 300 + 320) / 3000, "2620 / 3000",
    ),
    "vowel_articulation_index": (
        "ratio", "(F2i + F1a) / (F2u + F2a + F1i + F1u), the inverse of the formant centralisation ratio. ",
        "sapir2010 skodda2011", lambda at: 1 / _centralisation(at), 3000 / (900 + 1100 + 300 + 320), "3000 / 2620",
    ),
}  # fmt: skip


@family(
    *(
        FeatureSpec(
            name=f"articulation.{name}",
            unit=unit,
            low=0,
            high=None,
            needs=FORMANTS.needs(),
            definition=definition + HOW,
            citation=f"{citation} escudero2009",
            example=Example({"vowels": _TOKENS}, expect, 1e-9 * expect, why),
            version=2,
            invariances=unchanged_by_all_but(),
            languages=frozenset(["en"]),
            settings={
                "fewest_tokens": FEWEST,
                "shortest_vowel_s": SHORTEST,
                "ceilings_hz": "; ".join(", ".join(f"{hz:g}" for hz in row) for row in CEILINGS.values()),
                "formants": NUMBER,
                "window_s": WINDOW,
                "pre_emphasis_from_hz": PRE_EMPHASIS,
                "largest_jump": f"F1 x {STEADY[0]:g}, F2 x {STEADY[1]:g}",
                "outlying_sd": OUTLYING,
                **FORMANTS.settings,
            },
        )
        for name, (unit, definition, citation, _, expect, why) in ROWS.items()
    )
)
def vowel_space(vowels: Vowels) -> dict[str, Value]:
    which = [vowels.of(symbol) for symbol in CORNERS]
    counts = [int(rows.sum()) for rows in which]
    if min(counts) < FEWEST:
        got = ", ".join(f"{symbol} {count}" for symbol, count in zip(CORNERS, counts, strict=True))
        short = Missing(Reason.TOO_SHORT, f"corner vowels: needs {FEWEST} of each, got {got}")
        return {f"articulation.{name}": short for name in ROWS}
    corner = np.any(which, axis=0)
    columns = [np.where(rows, part, 0.0)[corner] for rows in which for part in (1.0, vowels.hz[:, 0], vowels.hz[:, 1])]

    def of(statistic: Callable[[Corners], Any]) -> Value:
        return pooled(columns, lambda *sums: statistic(_means(*sums)), n=sum(counts), what="corner vowels")

    return {f"articulation.{name}": of(statistic) for name, (_, _, _, statistic, _, _) in ROWS.items()}


def _means(*sums: Any) -> Corners:
    return Corners(*(sums[3 * vowel + formant] / sums[3 * vowel] for vowel in range(3) for formant in (1, 2)))
