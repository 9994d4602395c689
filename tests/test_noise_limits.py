"""Noise beyond what a measure bears leaves it without a value, and says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lalia.data_schemas import Measured, Missing, Reason, Span
from lalia.features import FEATURES, Views, evaluate
from lalia.tests.synthesis import harmonic, sample_of

RATE = 16_000
NAMES = [
    "prosody.f0_median",
    "prosody.intensity_sd",
    "prosody.intensity_mean",
    "voice.jitter_local",
    "voice.shimmer_local",
    "voice.hnr_mean",
    "voice.cpps",
    "spectral.centroid_mean",
]


TALK = (Span(1.0, 7.0),)


def _noisy(snr, task=None, speech=TALK):
    """Six seconds of a voice within eight of noise, `snr` dB below it."""
    voice = np.concatenate([np.zeros(RATE), harmonic(150.0, 6.0), np.zeros(RATE)])
    noise = np.random.default_rng(0).normal(size=len(voice)) * 0.1 / 10 ** (snr / 20)
    return sample_of(voice + noise, speech=speech, task=task)


@pytest.mark.parametrize("snr", [3, 8, 12, 18, 40])
def test_values_end_where_the_spec_says(snr):
    sample = _noisy(snr)
    # Speech holds the noise too: its level over that of the noise is 10 log10(1 + 10^(snr / 10)).
    found = Views(sample)["signal_to_noise"]
    assert found == pytest.approx(10 * np.log10(1 + 10 ** (snr / 10)), abs=0.3)
    for name, result in evaluate(sample, NAMES).items():
        least = FEATURES[name].spec.needs.get("signal_to_noise", -np.inf)
        noisy = isinstance(result, Missing) and result.reason is Reason.TOO_NOISY
        assert noisy == (found < least), (name, str(result))
        if noisy:
            assert f"needs {least:g} dB" in result.detail


def test_where_noise_is_not_known_nothing_is_withheld():
    for sample in (_noisy(3, speech=(Span(0.0, 8.0),)), _noisy(3, task="sustained_vowel")):
        assert Views(sample)["signal_to_noise"] == np.inf
    silent = replace(_noisy(3), audio=Missing(Reason.NO_AUDIO))
    assert isinstance(evaluate(silent, NAMES)["voice.cpps"], Missing)
    assert isinstance(evaluate(_noisy(3), ["prosody.intensity_mean"])["prosody.intensity_mean"], Measured)


def test_limits_are_told():
    for found in FEATURES.values():
        if "signal_to_noise" in found.spec.needs:
            assert found.spec.settings["advised_snr_db"] >= found.spec.needs["signal_to_noise"], found.spec.name
