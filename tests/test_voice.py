"""Voice quality: planted jitter, shimmer and noise, and equality with Praat's own calls."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import Measured, Missing, Reason, Span
from lalia.features import evaluate
from lalia.features.views import acoustic
from lalia.features.voice.cycles import jitter, shimmer
from lalia.features.voice.noise import harmonics_to_noise
from lalia.tests.synthesis import harmonic, pulsed, sample_of, with_noise

RATE = 44_100


def value(results, name):
    found = results[name]
    assert isinstance(found, Measured), (name, str(found))
    return found.value


def _cycles(seconds=5.0, f0=120.0, jitter=0.0, shimmer=0.0, seed=4):
    rng = np.random.default_rng(seed)
    count = int(seconds * f0)
    return (1 + jitter * rng.standard_normal(count)) / f0, 1 + shimmer * rng.standard_normal(count)


@pytest.mark.parametrize("spread", [0.003, 0.01, 0.02])
def test_planted_jitter(spread):
    periods, strengths = _cycles(jitter=spread)
    results = evaluate(sample_of(pulsed(periods, strengths), RATE), ["voice.jitter_local", "voice.jitter_ddp"])
    truth = 100 * np.abs(np.diff(periods)).mean() / periods.mean()
    # Waveform matching sees the ringing of the cycle before: a tenth of the value, or 0.05 %.
    assert value(results, "voice.jitter_local") == pytest.approx(truth, rel=0.12, abs=0.05)
    second = 100 * np.abs(np.diff(periods, 2)).mean() / periods.mean()
    assert value(results, "voice.jitter_ddp") == pytest.approx(second, rel=0.12, abs=0.05)


@pytest.mark.parametrize("spread", [0.02, 0.06])
def test_planted_shimmer(spread):
    periods, strengths = _cycles(shimmer=spread)
    results = evaluate(sample_of(pulsed(periods, strengths), RATE), ["voice.shimmer_local", "voice.shimmer_apq5"])
    truth = 100 * np.abs(np.diff(strengths)).mean() / strengths.mean()
    # Praat's amplitude is the energy around a pulse, in which the cycle before still rings.
    assert value(results, "voice.shimmer_local") == pytest.approx(truth, rel=0.2)
    windows = np.lib.stride_tricks.sliding_window_view(strengths, 5)
    smooth = 100 * np.abs(windows[:, 2] - windows.mean(axis=1)).mean() / strengths.mean()
    assert value(results, "voice.shimmer_apq5") == pytest.approx(smooth, rel=0.2)


def test_a_perfect_voice_has_neither():
    results = evaluate(sample_of(pulsed(*_cycles()), RATE), ["voice.jitter_local", "voice.shimmer_local"])
    assert value(results, "voice.jitter_local") < 0.05
    assert value(results, "voice.shimmer_local") < 0.5


@pytest.mark.parametrize("f0", [110.0, 210.0])
@pytest.mark.parametrize("hnr", [10, 20, 30])
def test_planted_noise(hnr, f0):
    results = evaluate(sample_of(with_noise(harmonic(f0, 5.0), hnr)), ["voice.hnr_mean", "voice.hnr_sd"])
    # Boersma (1993) reports errors under 0.5 dB near these values; one period a window is coarser.
    assert value(results, "voice.hnr_mean") == pytest.approx(hnr, abs=1.5)
    assert value(results, "voice.hnr_sd") < 3


def test_cpps_falls_with_noise():
    values = [
        value(evaluate(sample_of(with_noise(harmonic(150, 5.0), hnr)), ["voice.cpps"]), "voice.cpps")
        for hnr in (40, 20, 5)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 3


@pytest.mark.parametrize("order", [1.0, 2.0])
def test_planted_tilt(order):
    phase = 2 * np.pi * 160 * np.arange(5 * RATE) / RATE
    tone = sum(np.cos(k * phase + k * k) / k**order for k in range(1, 32))
    results = evaluate(
        sample_of(0.02 * tone, RATE), ["voice.spectral_tilt", "voice.hammarberg_index", "voice.alpha_ratio"]
    )
    harmonics, powers = 160 * np.arange(1, 32.0), np.arange(1, 32.0) ** (-2 * order)
    centres = np.arange(500, 4501, 500)
    bands = [10 * np.log10(powers[np.abs(harmonics - centre) < 250].sum()) for centre in centres]
    # The skirts of a harmonic near the edge of a band reach into the next one.
    assert value(results, "voice.spectral_tilt") == pytest.approx(np.polyfit(np.log2(centres), bands, 1)[0], abs=0.3)
    # Strongest harmonic below 2 kHz is the first, above it the thirteenth; between two bins a Hann window loses
    # up to 1.4 dB of a harmonic.
    assert value(results, "voice.hammarberg_index") == pytest.approx(20 * order * np.log10(13), abs=1.4)
    ratio = 10 * np.log10(powers[:6].sum() / powers[6:].sum())
    assert value(results, "voice.alpha_ratio") == pytest.approx(ratio, abs=0.5)


def test_telephone_band_has_no_spectral_balance():
    found = evaluate(sample_of(harmonic(120, 5.0, 8_000), 8_000), ["voice.alpha_ratio"])["voice.alpha_ratio"]
    assert isinstance(found, Missing)
    assert found.reason is Reason.UNDEFINED
    assert "4000 Hz" in found.detail


def test_sustained_vowel():
    vowel = np.concatenate([np.zeros(RATE), harmonic(150, 4.0, RATE), np.zeros(RATE // 2), harmonic(150, 1.5, RATE)])
    names = ["voice.voice_breaks", "voice.maximum_phonation_time"]
    results = evaluate(sample_of(vowel, RATE, speech=(), task="sustained_vowel"), names)
    # Voicing is seen to half a window of the pitch analysis: 20 ms on either side.
    assert value(results, "voice.maximum_phonation_time") == pytest.approx(4.0, abs=0.04)
    assert value(results, "voice.voice_breaks") == pytest.approx(0.5 / 6.0, abs=0.01)


def _praat(sound, pitch):
    from parselmouth.praat import call

    points = call([sound, pitch], "To PointProcess (cc)")
    bounds = (0, 0, 0.0001, 0.02, 1.3)
    names = {"local": "local", "rap": "rap", "ppq5": "ppq5", "ddp": "ddp"}
    found = {f"voice.jitter_{name}": call(points, f"Get jitter ({key})", *bounds) for name, key in names.items()}
    for name in ("local", "apq3", "apq5", "apq11", "dda"):
        found[f"voice.shimmer_{name}"] = call([sound, points], f"Get shimmer ({name})", *bounds, 1.6)
    return found


def test_equal_to_praat_on_real_speech(shared):
    import parselmouth
    import soundfile

    clips = [*sorted((shared / "data" / "audio_ljspeech").glob("*.flac"))[:3], shared / "data/audio_jfk/jfk.flac"]
    clips = [clip for clip in clips if clip.is_file()]
    if not clips:
        pytest.skip("the recordings are not present")
    for clip in clips:
        samples, rate = soundfile.read(clip, dtype="float32", always_2d=True)
        audio = sample_of(samples.mean(axis=1), rate).audio
        level = float(np.abs(audio.samples - audio.samples.mean()).max()) / 2
        heard = (Span(0.0, audio.duration),)
        made = acoustic.voicing(audio, heard, level)
        silence = np.zeros(round(0.1 * rate))
        sound = parselmouth.Sound(np.concatenate([silence, audio.samples, silence]), rate)
        pitch = sound.to_pitch_ac(time_step=0.01, pitch_floor=made.floor, pitch_ceiling=made.ceiling)
        ours = {**jitter(made), **shimmer(made)}
        for name, theirs in _praat(sound, pitch).items():
            assert float(ours[name]) == pytest.approx(100 * theirs, rel=1e-6), (clip.name, name)
        runs = acoustic.voiced(made)
        harmonics = harmonics_to_noise(acoustic.harmonicity(audio, heard, level, made, runs))
        plain = sound.to_harmonicity_cc(time_step=0.01, minimum_pitch=made.floor, silence_threshold=0.1)
        edges = [(run.times[0] + 0.095, run.times[-1] + 0.105) for run in runs]
        inside = np.any([(plain.xs() >= start) & (plain.xs() < end) for start, end in edges], axis=0)
        db = plain.values[0][inside & (plain.values[0] > -199)]
        # Praat's best path runs through the frames between runs too, which are silenced here: hundredths of a decibel.
        assert float(harmonics["voice.hnr_mean"]) == pytest.approx(db.mean(), abs=0.05), clip.name
        assert float(harmonics["voice.hnr_sd"]) == pytest.approx(db.std(ddof=1), abs=0.05), clip.name
