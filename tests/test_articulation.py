"""Articulation: planted modulations of the envelope, and vowels of known formants."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import Measured, Missing, Reason, Span, Transcript, Utterance
from lalia.features import Views, evaluate
from lalia.features.views.blocks import limited
from lalia.features.views.formants import ceiling_for
from lalia.features.views.modulation import envelope_of, modulation
from lalia.features.views.speech import Timeline
from lalia.tests.synthesis import harmonic, sample_of

RATE = 16_000
EMS = [
    f"articulation.ems_{name}"
    for name in ("peak_frequency", "peak_amplitude", "energy_3_6", "energy_below_4", "ratio_4", "energy_4_10")
]
BIN = 80 / 512


def values(sample, names=tuple(EMS)):
    found = evaluate(sample, names)
    assert all(isinstance(result, Measured) for result in found.values()), found
    return {name.removeprefix("articulation.ems_"): result.value for name, result in found.items()}


def _modulated(*tones, seconds=30.0, rate=RATE, carrier="noise", seed=1):
    """A carrier whose envelope is 1 + a sum of (Hz, depth)."""
    time = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(seed).normal(size=len(time))
    wave = 0.03 * noise if carrier == "noise" else harmonic(200.0, seconds, rate, 0.03)
    return wave * (1 + sum(depth * np.cos(2 * np.pi * hz * time + hz) for hz, depth in tones))


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
@pytest.mark.parametrize("hz", [2.0, 4.0, 6.3])
def test_peak_of_modulated_noise(hz, rate):
    found = values(sample_of(_modulated((hz, 0.9), rate=rate), rate))
    assert found["peak_frequency"] == pytest.approx(hz, abs=BIN)


def test_power_of_two_modulations_is_shared_as_planted():
    # A harmonic carrier has no modulation of its own; powers are the squares of the depths.
    found = values(sample_of(_modulated((2.0, 0.4), (5.0, 0.3), (8.0, 0.2), carrier="voice")))
    low, middle, high = 0.16, 0.09, 0.04
    total = low + middle + high
    assert found["peak_frequency"] == pytest.approx(2.0, abs=BIN)
    assert found["energy_below_4"] == pytest.approx(low / total, abs=0.01)
    assert found["energy_3_6"] == pytest.approx(middle / total, abs=0.01)
    assert found["energy_4_10"] == pytest.approx((middle + high) / total, abs=0.01)
    assert found["ratio_4"] == pytest.approx(low / (middle + high), rel=0.03)


def test_peak_amplitude_of_one_modulation_is_that_of_the_window():
    found = values(sample_of(_modulated((4.0625, 0.5), carrier="voice")))
    window = np.pad(np.hanning(401)[:-1] * np.exp(2j * np.pi * 4.0625 * np.arange(400) / 80), (0, 112))
    power = np.abs(np.fft.fft(window)) ** 2
    # 4.0625 Hz is bin 26; the window spreads the one line over its neighbours.
    assert found["peak_amplitude"] == pytest.approx(power[26] / power.sum(), abs=0.005)


def test_the_envelope_is_the_planted_one():
    sample = sample_of(_modulated((4.0, 0.5), carrier="voice"))
    found = envelope_of(sample.audio, 10.0, 5.0, 1.0)
    time = 10 + np.arange(400) / 80
    planted = 1 + 0.5 * np.cos(2 * np.pi * 4 * time + 4)
    assert len(found) == 400
    # No delay, and 4 Hz is far below the filter's 30 Hz.
    assert np.abs(found / found.mean() - planted / planted.mean()).max() < 0.01


def test_gain_polarity_and_offset_change_nothing():
    signal = _modulated((3.0, 0.6), (5.0, 0.3))
    plain = values(sample_of(signal))
    for other in (0.25 * signal, -signal, signal + 0.125):
        assert values(sample_of(other)) == pytest.approx(plain, rel=1e-3)


def test_windows_hold_the_participants_talk_alone():
    audio = sample_of(_modulated((4.0, 0.9), seconds=40.0)).audio
    own = Timeline((), stretches=(Span(0.0, 10.0), Span(12.0, 16.9), Span(20.0, 32.0)), others=(Span(25.0, 26.0),))
    # 10 s hold windows at 0, 2.5 and 5 s; 4.9 s none; 5 s one; 6 s one.
    assert modulation(audio, own, 0.1).power.shape == (5, 64)
    many = modulation(audio, Timeline((), stretches=(Span(0.0, 100.0),)), 0.1)
    assert len(many.power) == 15
    long = sample_of(_modulated((4.0, 0.9), seconds=100.0, carrier="voice")).audio
    blocks = modulation(long, Timeline((), stretches=(Span(0.0, 100.0),)), 0.1)
    alone = modulation(long, Timeline((), stretches=(Span(50.0, 55.0),)), 0.1)
    assert len(blocks.power) == 39
    # Read with other windows or alone, the mean taken off before rectification differs by 1e-6 of the voice.
    assert np.allclose(blocks.power[20], alone.power[0], rtol=0, atol=1e-5 * alone.power.max())


def test_short_turns_have_a_reason():
    turns = [("PAR", 0.0, 4.0), ("INV", 4.1, 4.9), ("PAR", 5.0, 9.0)]
    said = Transcript(
        source="text",
        participant="PAR",
        utterances=tuple(Utterance(speaker=who, words=(), start=start, end=end) for who, start, end in turns),
    )
    found = evaluate(sample_of(_modulated((4.0, 0.9), seconds=9.0), transcript=said), EMS)
    for name, result in found.items():
        assert isinstance(result, Missing), name
        assert result.reason is Reason.TOO_SHORT
        assert "needs 5 s" in result.detail


def test_silence_has_a_reason():
    for name, result in evaluate(sample_of(np.zeros(8 * RATE)), EMS).items():
        assert isinstance(result, Missing), name
        assert result.reason in {Reason.UNDEFINED, Reason.TOO_SHORT}


FORMANTS = [f"articulation.f{number}_{suffix}" for number in (1, 2, 3) for suffix in ("mean", "sd")]
VOWELS = {
    "i": (280.0, 2250.0, 2900.0, 3500.0, 4500.0),
    "a": (730.0, 1090.0, 2440.0, 3500.0, 4500.0),
    "u": (300.0, 870.0, 2240.0, 3500.0, 4500.0),
    "e": (530.0, 1840.0, 2480.0, 3500.0, 4500.0),
}
"""Resonances of vowels of men, the first three after Peterson and Barney."""


def _vowel(resonances, seconds, f0=100.0, rate=RATE):
    """Pulses of gliding F0 through a cascade of resonators."""
    from scipy.signal import lfilter

    track = f0 * (1 + 0.15 * np.sin(2 * np.pi * 0.7 * np.arange(round(seconds * rate)) / rate))
    signal = np.diff(np.floor(np.cumsum(track) / rate), prepend=0.0)
    signal = lfilter([1.0], [1.0, -0.98], signal)
    for hz in resonances:
        radius = np.exp(-np.pi * (50 + 0.02 * hz) / rate)
        signal = lfilter([1.0], [1.0, -2 * radius * np.cos(2 * np.pi * hz / rate), radius**2], signal)
    return 0.05 * signal / signal.std()


@pytest.mark.parametrize(("f0", "scale"), [(100.0, 1.0), (210.0, 1.12)])
@pytest.mark.parametrize("vowel", list(VOWELS))
def test_formants_of_known_vowels(vowel, f0, scale):
    planted = np.array(VOWELS[vowel]) * scale
    found = evaluate(sample_of(_vowel(planted, 4.0, f0)), FORMANTS)
    for number in (1, 2, 3):
        result = found[f"articulation.f{number}_mean"]
        # Linear prediction is drawn to the nearest harmonic: an eighth of their distance, or 1 %.
        assert result.value == pytest.approx(planted[number - 1], abs=max(f0 / 8, 0.01 * planted[number - 1])), number
        assert found[f"articulation.f{number}_sd"].value < 0.15 * f0


def test_two_vowels_spread_as_planted():
    silence = np.zeros(RATE // 2)
    signal = np.concatenate([_vowel(VOWELS["i"], 3.0), silence, _vowel(VOWELS["a"], 3.0)])
    spans = (Span(0.0, 3.0), Span(3.5, 6.5))
    alone = [evaluate(sample_of(_vowel(VOWELS[v], 3.0)), FORMANTS)["articulation.f2_mean"].value for v in "ia"]
    found = evaluate(sample_of(signal, speech=spans), FORMANTS)
    mean, spread = found["articulation.f2_mean"], found["articulation.f2_sd"]
    # Whichever share of frames is the louder half, mean and spread belong to a mixture of two points.
    share = (mean.value - alone[1]) / (alone[0] - alone[1])
    assert 0.05 < share < 0.95
    assert spread.value == pytest.approx(abs(alone[0] - alone[1]) * (share * (1 - share)) ** 0.5, rel=0.05)


def test_ceiling_follows_the_voice():
    assert ceiling_for(np.array([100.0, 120.0, 400.0])) == 5000
    assert ceiling_for(np.array([180.0, 210.0, 90.0])) == 5500


def test_equal_to_praat_on_one_block():
    import parselmouth

    samples = _vowel(VOWELS["e"], 4.0).astype(np.float32)
    sample = sample_of(samples)
    views = Views(sample)
    silence = np.zeros(RATE // 10)
    wide = np.concatenate([silence, limited(samples, views["level"]), silence])
    made = parselmouth.Sound(wide, RATE).to_formant_burg(0.01, 5, 5000.0, 0.025, 50.0)
    times = np.concatenate([run.times for run in views["voiced"]])
    theirs = np.array([[made.get_value_at_time(number, time + 0.1) for number in (1, 2, 3)] for time in times])
    assert 0.4 * len(times) < len(views["formants"].hz) < 0.6 * len(times)
    for row in views["formants"].hz:
        assert np.abs(theirs - row).max(axis=1).min() < 1e-6


def test_narrow_band_has_no_formants():
    found = evaluate(sample_of(harmonic(120, 5.0, 8_000), 8_000), FORMANTS)
    for name, result in found.items():
        assert isinstance(result, Missing), name
        assert "10000 Hz, got 8000 Hz" in result.detail
