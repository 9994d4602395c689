"""The glottal source and tremor: planted harmonics, planted modulation."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import Measured, Missing, Reason
from lalia.features import evaluate
from lalia.features.views.formants import Formants
from lalia.features.views.harmonics import bandwidths, gain, harmonics
from lalia.features.voice.tremor import fisher
from lalia.tests.synthesis import harmonic, sample_of, with_noise
from scipy.signal import freqz

RATE = 16_000
VOWELS = {
    "a": (730.0, 1090.0, 2440.0, 3500.0),
    "e": (530.0, 1840.0, 2480.0, 3500.0),
    "ae": (660.0, 1720.0, 2410.0, 3500.0),
}
NAMES = ("voice.h1_h2", "voice.h1_a3")


def _filtered(hz, resonances, widths):
    """Gain at `hz` of a cascade of digital resonators, by SciPy's own transfer function."""
    total = np.ones(len(hz), dtype=complex)
    for centre, width in zip(resonances, widths, strict=True):
        radius = np.exp(-np.pi * width / RATE)
        poles = [1.0, -2 * radius * np.cos(2 * np.pi * centre / RATE), radius**2]
        total *= freqz([sum(poles)], poles, worN=hz, fs=RATE)[1]
    return total


def _voice(f0, slope, boost, resonances, seconds=4.0):
    """Harmonics falling by `slope` dB an octave, the first `boost` dB stronger, through resonators."""
    numbers = np.arange(1, int(6000 / f0))
    levels = -slope * np.log2(numbers) + np.where(numbers == 1, boost, 0.0)
    widths = bandwidths(np.array([resonances]), np.array([f0]))[0]
    amplitudes = 10 ** (levels / 20) * _filtered(numbers * f0, resonances, widths)
    time = np.arange(round(seconds * RATE)) / RATE
    tone = sum(
        abs(a) * np.cos(2 * np.pi * k * f0 * time + np.angle(a) + k * k)
        for k, a in zip(numbers, amplitudes, strict=True)
    )
    return 0.1 * tone / tone.std()


def _true(wave, f0, resonances):
    """Harmonic levels where formants are known: the planted ones, in 100 frames."""
    at = 0.5 + np.arange(100) * 0.01
    known = Formants(np.tile(resonances[:3], (100, 1)), np.zeros(100, dtype=np.intp), at, np.full(100, f0))
    return harmonics(sample_of(wave).audio, 1.0, known)


@pytest.mark.parametrize("vowel", list(VOWELS))
@pytest.mark.parametrize(("f0", "slope", "boost"), [(110.0, 6.0, 0.0), (110.0, 12.0, 4.0), (190.0, 9.0, -3.0)])
def test_planted_harmonics_where_formants_are_known(vowel, f0, slope, boost):
    found = _true(_voice(f0, slope, boost, VOWELS[vowel]), f0, VOWELS[vowel])
    # What remains are the third and fourth resonances, which lift a second harmonic at 380 Hz by 0.25 dB.
    assert found.h1_h2 == pytest.approx(np.full(100, slope + boost), abs=0.35)
    numbers = np.arange(1, 40)
    near = numbers[np.abs(numbers * f0 - VOWELS[vowel][2]) <= 0.1 * VOWELS[vowel][2]]
    planted = slope * np.log2(near) + boost
    # The strongest harmonic near F3 is one of these; the fourth and the missing higher resonances lift it by 3-6 dB.
    assert planted.min() - 7 <= found.h1_a3.mean() <= planted.max() + 0.5


def test_end_to_end_on_a_falling_spectrum():
    for vowel in ("e", "ae"):
        found = evaluate(sample_of(_voice(110.0, 12.0, 4.0, VOWELS[vowel])), NAMES)
        assert isinstance(found["voice.h1_h2"], Measured)
        # With a spectrum like the voice's, Burg finds the formants to an eighth of F0.
        assert found["voice.h1_h2"].value == pytest.approx(16.0, abs=0.5)


def test_more_breathy_is_higher():
    values = [_true(_voice(120.0, 9.0, boost, VOWELS["a"]), 120.0, VOWELS["a"]) for boost in (-4.0, 0.0, 4.0, 8.0)]
    for name in ("h1_h2", "h1_a3"):
        assert np.diff([getattr(found, name).mean() for found in values]) == pytest.approx([4.0] * 3, abs=0.1)


def test_gain_is_the_resonators():
    hz = np.array([100.0, 500.0, 1500.0, 4000.0])
    theirs = 20 * np.log10(np.abs(_filtered(hz, [1200.0], [90.0])))
    ours = gain(hz, np.full(4, 1200.0), np.full(4, 90.0), RATE)
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_bandwidth_formula_is_whole():
    # Both polynomials meet at 500 Hz; published bandwidths of the first three formants lie between 30 and 200 Hz.
    below, above = bandwidths(np.array([[499.999, 500.001]]), np.array([132.0]))[0]
    assert below == pytest.approx(above, abs=2)
    widths = bandwidths(np.array([[250.0, 700.0, 2500.0]]), np.array([132.0]))[0]
    assert ((widths > 30) & (widths < 200)).all()


def _sung(hz, depth=0.03, seconds=4.0, drift=0.0):
    time = np.arange(round(seconds * RATE)) / RATE
    return harmonic(150 * (1 + depth * np.sin(2 * np.pi * hz * time) + drift * time), seconds)


@pytest.mark.parametrize("hz", [3.0, 5.5, 9.0])
@pytest.mark.parametrize("drift", [0.0, 0.02])
def test_planted_tremor(hz, drift):
    name = "voice.tremor_frequency"
    found = evaluate(sample_of(_sung(hz, drift=drift), task="sustained_vowel"), [name])[name]
    assert isinstance(found, Measured), found
    assert found.value == pytest.approx(hz, abs=0.1)


def test_steady_and_short_voices_have_no_tremor():
    name = "voice.tremor_frequency"
    steady = evaluate(sample_of(_sung(5.0, 0.0), task="sustained_vowel"), [name])[name]
    assert isinstance(steady, Missing)
    assert steady.reason is Reason.UNDEFINED
    short = evaluate(sample_of(_sung(5.0, seconds=1.2), task="sustained_vowel"), [name])[name]
    assert isinstance(short, Missing)
    assert short.reason is Reason.TOO_SHORT
    talk = evaluate(sample_of(_sung(5.0)), [name])[name]
    assert isinstance(talk, Missing)
    assert talk.reason is Reason.WRONG_TASK


def test_noise_alone_is_seldom_called_tremor():
    # A contour of white noise: one in a hundred may pass, so of 300 no more than ten.
    rng = np.random.default_rng(5)
    lines = [np.abs(np.fft.rfft(rng.normal(size=400)))[8:61] ** 2 for _ in range(300)]
    assert sum(fisher(row) < 0.01 for row in lines) <= 10
    assert fisher(np.array([1.0, 1.0])) == 1.0
    assert fisher(np.array([])) == 1.0
    # Two lines: the larger has share s or more with probability 2 (1 - s).
    assert fisher(np.array([0.9, 0.1])) == pytest.approx(0.2)


def test_noise_does_not_move_the_source():
    clean = _voice(120.0, 9.0, 2.0, VOWELS["a"])
    plain, noisy = (_true(wave, 120.0, VOWELS["a"]) for wave in (clean, with_noise(clean, 25)))
    # Noise 25 dB down is far below both harmonics.
    assert noisy.h1_h2.mean() == pytest.approx(plain.h1_h2.mean(), abs=0.3)
