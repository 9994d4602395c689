"""How fast the second formant moves from sound to sound."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...data_schemas.feature import Example, Missing
from ..estimates import Estimate, pooled
from ..invariances import unchanged_by_all_but
from ..noise_limits import FORMANTS
from ..registry import feature
from ..views.blocks import FRAME, Floats
from ..views.formants import Formants
from .formants import SETTINGS

SLOWEST = 1.0
"""Hz a millisecond (20 Hz in 20 ms) from which a movement is a transition (Weismer and others 1992)."""

FASTEST = 20.0
"""Hz a millisecond beyond which the track has jumped to another formant."""

SHORTEST = 3
"""Steps of 10 ms of the shortest transition."""

# 50 Hz a frame up for 4 steps, level for 3, 20 Hz a frame down for 5.
_F2 = np.array([1000, 1050, 1100, 1150, 1200, 1200, 1200, 1200, 1180, 1160, 1140, 1120, 1100.0])
_SLIDE = Formants(
    np.column_stack([np.full(13, 500.0), _F2, np.full(13, 2500.0)]),
    np.zeros(13, dtype=np.intp), np.arange(13) * FRAME, np.full(13, 100.0),
)  # fmt: skip


@feature(
    name="articulation.f2_slope",
    unit="Hz/ms",
    low=None,
    high=None,
    needs=FORMANTS.needs(voiced=2),
    definition="Mean absolute slope of F2 in its transitions: movements in one direction, within a voiced run, of at "
    "least 1 Hz/ms at every step of 10 ms and lasting 30 ms or more; slope is change over duration. Steps of more than "
    "20 Hz/ms are errors of tracking and break the track. F2 in all voiced frames, each with the median of itself "
    "and its neighbours.",
    citation="weismer1992 boersma2001",
    example=Example({"formant_tracks": _SLIDE}, 3.5, 1e-9, "5 Hz/ms up and 2 Hz/ms down"),
    version=2,
    invariances=unchanged_by_all_but(),
    settings=SETTINGS | {"slowest_hz_per_ms": SLOWEST, "fastest_hz_per_ms": FASTEST, "shortest_s": SHORTEST * FRAME},
)
def f2_slope(formant_tracks: Formants) -> Estimate | Missing:
    per_run = [_slopes(piece) for piece in _pieces(formant_tracks)]
    counts = [len(slopes) for slopes in per_run]
    return pooled(
        [[float(np.sum(slopes)) for slopes in per_run], counts], lambda a, b: a / b, n=sum(counts), what="transitions"
    )


def _pieces(tracks: Formants) -> Iterator[Floats]:
    """F2 of each voiced run, cut where a frame is missing or jumps, smoothed by a median of three."""
    if not len(tracks.run):
        return
    f2 = tracks.hz[:, 1]
    apart = (np.diff(tracks.run) != 0) | (np.diff(tracks.times) > 1.5 * FRAME)
    apart |= np.abs(np.diff(f2)) > FASTEST * 1000 * FRAME
    for piece in np.split(f2, np.flatnonzero(apart) + 1):
        inner = np.lib.stride_tricks.sliding_window_view(piece, 3) if len(piece) > 2 else np.zeros((0, 3))
        yield np.concatenate([piece[:1], np.median(inner, axis=1), piece[-1:]]) if len(inner) else piece


def _slopes(f2: Floats) -> Floats:
    """Absolute slope in Hz/ms of each transition of one track."""
    steps = np.diff(f2)
    way = np.where(np.abs(steps) >= SLOWEST * 1000 * FRAME - 1e-9, np.sign(steps), 0)
    edges = np.flatnonzero(np.diff(way)) + 1
    long = [part for part in np.split(np.arange(len(way)), edges) if len(part) >= SHORTEST and way[part[0]]]
    return np.array([abs(steps[part].mean()) / (1000 * FRAME) for part in long])
