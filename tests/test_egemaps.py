"""eGeMAPS: an extra, equal to openSMILE's own where it is installed, and absent where it is not."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from lalia.data_schemas import Missing, Reason
from lalia.features import FEATURES, Views, evaluate
from lalia.features.spectral import egemaps
from lalia.tests.synthesis import harmonic, sample_of, with_noise

RATE = 16_000


def test_names_are_88_and_unlike():
    ours = [egemaps.named(name) for name in egemaps.NAMES]
    assert len(set(ours)) == 88
    assert all(spec.name == name for spec, name in zip(egemaps.specs(), ours, strict=True))


def test_the_group_is_there_exactly_where_the_extra_is():
    there = [name for name in FEATURES if name.startswith("spectral.egemaps_")]
    assert len(there) == (88 if importlib.util.find_spec("opensmile") else 0)


def test_without_the_extra_the_view_says_so():
    if egemaps.INSTALLED:
        pytest.skip("the opensmile extra is installed")
    found = Views(sample_of(harmonic(150.0, 6.0)))["egemaps"]
    assert isinstance(found, Missing)
    assert found.reason is Reason.MODEL_ABSENT


def test_a_number_that_is_none_is_missing():
    plain = dict.fromkeys(egemaps.NAMES, 1.0) | {"loudnessPeaksPerSec": float("nan")}
    found = egemaps.functionals(plain)
    assert isinstance(found[egemaps.named("loudnessPeaksPerSec")], Missing)
    assert found[egemaps.named("VoicedSegmentsPerSec")] == 1.0


def test_equal_to_opensmile():
    opensmile = pytest.importorskip("opensmile")
    voice = with_noise(harmonic(150.0, 6.0), 30).astype(np.float32)
    found = evaluate(sample_of(voice), [egemaps.named(name) for name in egemaps.NAMES])
    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02, feature_level=opensmile.FeatureLevel.Functionals
    )
    theirs = smile.process_signal(voice, RATE).iloc[0]
    assert set(theirs.index) == set(egemaps.NAMES)
    for name in egemaps.NAMES:
        assert found[egemaps.named(name)].value == pytest.approx(theirs[name], rel=1e-6), name
