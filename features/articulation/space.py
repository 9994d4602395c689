"""The part of the vowel space a speaker uses, without knowing which vowels were said."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import Example, Missing, Reason
from ..estimates import Estimate
from ..invariances import unchanged_by_all_but
from ..noise_limits import FORMANTS
from ..registry import feature
from ..views.blocks import Floats
from ..views.formants import Formants
from .formants import SETTINGS

CELL = np.array([20.0, 40.0])
"""Size in Hz of a cell of the grid, in F1 and in F2."""

WIDTH = 2.0
"""Standard deviation of the smoothing in cells: 40 Hz in F1, 80 Hz in F2."""

TOP = np.array([1400.0, 3600.0])
"""Largest F1 and F2 in Hz that a vowel has; frames beyond are errors of tracking."""

LEVEL = 0.25
"""Share of the highest density at which the region ends (Story and Bunton 2017)."""

# Four far corners; each gives an ellipse where the Gaussian is above a quarter of its height.
_CORNERS = np.array([[310.0, 820.0], [310.0, 2420.0], [810.0, 820.0], [810.0, 2420.0]])
_SQUARE = Formants(
    np.column_stack([np.repeat(_CORNERS, 50, axis=0), np.full(200, 2800.0)]),
    np.repeat(np.arange(4), 50), np.arange(200) * 0.01, np.full(200, 100.0),
)  # fmt: skip
_RADIUS = WIDTH * (2 * np.log(1 / LEVEL)) ** 0.5
_HULL = (25 * 40 + 2 * _RADIUS * (25 + 40) + np.pi * _RADIUS**2) * 20 * 40


@feature(
    name="articulation.vowel_space_density",
    unit="Hz^2",
    low=0,
    high=None,
    needs=FORMANTS.needs(voiced=2),
    definition="Area of the convex hull of that part of the F1-F2 plane where the density of vowel-like frames is at "
    "least 25 % of its maximum. Density on a grid of 20 by 40 Hz, smoothed by a Gaussian of 40 and 80 Hz (ours; "
    "the source counts neighbours). Frames: the louder half of the voiced frames of the participant's speech, F1 to "
    "1400 and F2 to 3600 Hz. Nobody's vowels need be known, but it grows with the variety of what is said.",
    citation="story2017 boersma2001",
    example=Example(
        {"formants": _SQUARE},
        float(_HULL),
        0.06 * float(_HULL),
        "a rectangle of 500 by 1600 Hz with rounded corners; the outline steps by cells",
    ),
    version=2,
    invariances=unchanged_by_all_but(),
    settings=SETTINGS
    | {"cell_f1_hz": CELL[0], "cell_f2_hz": CELL[1], "smoothing_cells": WIDTH, "share_of_highest": LEVEL},
)
def vowel_space_density(formants: Formants) -> Estimate | Missing:
    points = formants.hz[:, :2][(formants.hz[:, :2] < TOP).all(axis=1)]
    if not len(points):
        return Missing(Reason.UNDEFINED, "no vowel-like frame has three formants")
    return Estimate(_area(density(points)), len(points), 0)


def density(points: Floats) -> Floats:
    """Smoothed counts of (F1, F2) on the grid, the highest being 1."""
    from scipy.ndimage import gaussian_filter

    # Room beside the grid, so that what lies at its edge is smoothed as elsewhere.
    pad = int(4 * WIDTH)
    shape = (TOP / CELL).astype(int) + 2 * pad
    place = (points / CELL).astype(int) + pad
    counts = np.zeros(shape)
    np.add.at(counts, tuple(place.T), 1.0)
    smooth = gaussian_filter(counts, WIDTH, mode="constant")
    return np.asarray(smooth / smooth.max(), dtype=np.float64)


def _area(dense: Floats) -> float:
    from scipy.spatial import ConvexHull

    cells = np.argwhere(dense >= LEVEL)
    hull = ConvexHull(cells)
    # In two dimensions the "volume" is the area.
    return float(hull.volume * CELL.prod())
