"""Estimates: values by hand, intervals against SciPy's bootstrap, the same in blocks as at once."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import Measured, Missing, Reason
from lalia.features import FEATURES, compute, estimates, measured

SPEC = FEATURES["timing.pause_mean"].spec
VALUES = np.random.default_rng(5).gamma(2.0, 0.4, 60)


def test_interval_is_the_percentile_bootstrap():
    from scipy.stats import bootstrap

    ours = measured(SPEC, estimates.mean(VALUES))
    theirs = bootstrap((VALUES,), np.mean, n_resamples=20_000, method="percentile", rng=1).confidence_interval
    assert isinstance(ours, Measured)
    # 1000 draws place a 2.5 % bound within a tenth of the interval's width.
    assert ours.ci_low == pytest.approx(theirs.low, abs=0.1 * (theirs.high - theirs.low))
    assert ours.ci_high == pytest.approx(theirs.high, abs=0.1 * (theirs.high - theirs.low))


def test_many_units_are_drawn_in_blocks(monkeypatch):
    monkeypatch.setattr(compute, "INDICES", 60 * 7)
    shapes = [rows.shape for rows in compute._draws(60, 0)]
    assert set(shapes) == {(7, 60), (1000 % 7, 60)}
    assert sum(rows for rows, _ in shapes) == compute.DRAWS


def test_seed_decides_the_interval():
    one, again, other = (measured(SPEC, estimates.mean(VALUES), seed) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_ratio_of_nothing_is_missing():
    found = estimates.ratio([1, 2], [0, 0])
    assert isinstance(found, Missing)
    assert found.reason is Reason.UNDEFINED


@pytest.mark.parametrize(
    ("made", "expect"),
    [
        (estimates.ratio([1, 2], [10, 20], 100), 10),
        (estimates.mean([1, 2, 6]), 3),
        (estimates.spread([1, 2, 3]), 1),
        (estimates.quantile([0, 1, 2, 3], 0.5), 1.5),
        (estimates.extreme([3, 9, 4], np.max), 9),
        (estimates.count(4), 4),
    ],
)
def test_values_by_hand(made, expect):
    assert float(made) == pytest.approx(expect, abs=1e-12)


def test_an_extreme_has_no_interval():
    found = measured(SPEC, estimates.extreme(VALUES, np.max))
    assert isinstance(found, Measured)
    assert found.ci_low is None


def test_units_that_are_all_alike_have_no_interval():
    found = measured(SPEC, estimates.mean([0.5, 0.5, 0.5]))
    assert found == Measured(0.5, 3)
