"""Cepstral peak prominence: equal to Praat's, and right on signals whose cepstrum is known."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.features.views.cepstrum import RATE, _averaged, prominences, resampled
from lalia.tests.synthesis import harmonic, pulsed, with_noise

CLOSE = 0.1
"""Decibels; noise and the clearest voices lie 20 dB apart."""


def _praat(samples, rate, highest=330.0):
    import parselmouth
    from parselmouth.praat import call

    cepstra = call(parselmouth.Sound(samples, rate), "To PowerCepstrogram", 60, 0.01, 5000, 50)
    arguments = ("no", 0.01, 0.001, 60, highest, 0.05, "Parabolic", 0.001, 0, "Straight", "Robust")
    return call(cepstra, "Get CPPS", *arguments)


@pytest.mark.parametrize("rate", [8_000, 10_000, 11_025, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize(("f0", "hnr"), [(90.0, 5), (150.0, 20), (210.0, 40)])
def test_equal_to_praat_on_vowels(f0, hnr, rate):
    # 1.237 s: frames that do not fall on whole samples.
    vowel = with_noise(harmonic(f0, 1.237, rate), hnr)
    assert prominences(vowel, rate).mean() == pytest.approx(_praat(vowel, rate), abs=CLOSE)


def test_equal_to_praat_on_pulses_and_high_voices():
    pulses = pulsed(np.full(200, 1 / 110), np.ones(200))
    assert prominences(pulses, 44_100).mean() == pytest.approx(_praat(pulses, 44_100), abs=CLOSE)
    child = with_noise(harmonic(400.0, 1.5), 30)
    assert prominences(child, 16_000, highest=600).mean() == pytest.approx(_praat(child, 16_000, 600), abs=CLOSE)


def test_equal_to_praat_on_real_clips(shared):
    import soundfile

    clips = sorted((shared / "data").glob("audio_*/*.flac"))[::6]
    if not clips:
        pytest.skip("the recordings are not present")
    away = {}
    for clip in clips:
        samples, rate = soundfile.read(clip, always_2d=True)
        samples = samples.mean(axis=1)[: 3 * rate]
        for highest in (330.0, 420.0):
            away[clip.name, highest] = abs(
                prominences(samples, rate, highest=highest).mean() - _praat(samples, rate, highest)
            )
    assert max(away.values()) < CLOSE, away
    assert np.median(list(away.values())) < CLOSE / 3


def test_gain_and_polarity_change_nothing():
    vowel = with_noise(harmonic(150.0, 1.0), 20)
    plain = prominences(vowel, 16_000)
    assert prominences(-vowel, 16_000) == pytest.approx(plain, abs=1e-3)
    assert prominences(0.001 * vowel, 16_000) == pytest.approx(plain, abs=1e-3)


def test_noise_has_little_and_a_pulse_train_much():
    noise = np.random.default_rng(0).normal(size=3 * RATE)
    train = np.zeros(3 * RATE)
    train[::80] = 1.0
    assert prominences(noise, RATE).mean() < 4
    assert prominences(train, RATE).mean() > 25


def test_number_of_frames():
    for seconds, frames in ((0.05, 0), (0.0999, 0), (0.1, 1), (0.2, 11), (1.0, 91)):
        assert len(prominences(np.ones(round(seconds * RATE)), RATE)) == frames
    assert len(prominences(np.zeros(0), 16_000)) == 0


def test_silence_is_finite():
    assert np.isfinite(prominences(np.zeros(RATE), RATE)).all()
    half = np.concatenate([np.zeros(RATE), harmonic(150.0, 1.0, RATE)])
    assert np.isfinite(prominences(half, RATE)).all()


def test_averaging_is_the_mean_of_the_line_through_the_values():
    values = np.random.default_rng(3).uniform(1, 2, (2, 60)).astype(np.float32)
    at = np.arange(60.0)
    for place in (5, 20, 54):
        # Trapezoids on a fine grid, from half the width below to half above.
        grid = np.linspace(place - 5, place + 5, 10_001)
        expect = [np.trapezoid(np.interp(grid, at, row), grid) / 10 for row in values]
        assert _averaged(np.sqrt(values))[:, place] / 20 == pytest.approx(expect, rel=1e-5)
    assert _averaged(np.ones((1, 60), dtype=np.float32)) / 20 == pytest.approx(np.ones((1, 60)))


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 48_000])
def test_resampling_keeps_tones_and_drops_what_is_above(rate):
    count = 5 * rate
    time = (np.arange(count) - (count - 1) / 2) / rate
    made = resampled(np.cos(2 * np.pi * 440 * time) + np.cos(2 * np.pi * 3000 * time), rate)
    at = (np.arange(len(made)) - (len(made) - 1) / 2) / RATE
    inner = slice(1000, -1000)
    # 50 samples on either side interpolate to a thousandth; what a Fourier transform cuts rings less than that.
    assert made[inner] == pytest.approx((np.cos(2 * np.pi * 440 * at) + np.cos(2 * np.pi * 3000 * at))[inner], abs=2e-3)
    if rate > 2 * RATE:
        above = resampled(np.cos(2 * np.pi * 7000 * time), rate)
        assert np.abs(above[inner]).max() < 1e-3
