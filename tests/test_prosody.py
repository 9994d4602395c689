"""Pitch and intensity: planted values, Praat itself as oracle, and what must not move them."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import pytest
from lalia.data_schemas import Measured, Missing, Reason, Span
from lalia.features import FEATURES, Views, evaluate
from lalia.features.prosody.quantiles import of_frames
from lalia.features.views import acoustic
from lalia.pipeline.draw import draw
from lalia.tests.synthesis import bursts, harmonic, sample_of, with_noise

ACOUSTIC = [name for name, found in FEATURES.items() if found.spec.family in {"prosody", "voice"}]
ACOUSTIC.append("timing.articulation_rate_acoustic")


def value(results, name):
    found = results[name]
    assert isinstance(found, Measured), (name, str(found))
    return found.value


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 96_000])
@pytest.mark.parametrize("f0", [90.0, 120.0, 220.0, 400.0])
def test_steady_f0(f0, rate):
    results = evaluate(sample_of(harmonic(f0, 5.0, rate), rate), [n for n in ACOUSTIC if n.startswith("prosody.f0")])
    # Praat interpolates autocorrelation peaks: far below its own 0.5 Hz.
    assert value(results, "prosody.f0_mean") == pytest.approx(f0, abs=0.5)
    assert value(results, "prosody.f0_median") == pytest.approx(f0, abs=0.5)
    assert value(results, "prosody.f0_sd_semitones") < 0.05
    assert value(results, "prosody.f0_slope") == pytest.approx(0, abs=0.1)


def test_planted_movement():
    rate, seconds = 16_000, 10.0
    time = np.arange(int(rate * seconds)) / rate
    semitones = 3 * np.sin(2 * np.pi * 0.5 * time)
    results = evaluate(sample_of(harmonic(150 * 2 ** (semitones / 12), seconds)), ACOUSTIC)
    # A sine of amplitude 3: SD 3 / sqrt 2, quartiles at 3 sin 45 deg, 5 % at 3 sin 81 deg; frames smooth by < 0.1 st.
    assert value(results, "prosody.f0_sd_semitones") == pytest.approx(3 / 2**0.5, abs=0.1)
    assert value(results, "prosody.f0_iqr_semitones") == pytest.approx(6 * np.sin(np.pi / 4), abs=0.15)
    assert value(results, "prosody.f0_range_semitones") == pytest.approx(6 * np.sin(0.45 * np.pi), abs=0.15)


def test_planted_slope():
    time = np.arange(16_000 * 2) / 16_000
    phrase = harmonic(200 * 2 ** (-2 * time / 12), 2.0)
    gap = np.zeros(8_000)
    spans = tuple(Span(2.5 * i, 2.5 * i + 2) for i in range(3))
    results = evaluate(sample_of(np.concatenate([phrase, gap] * 3), speech=spans), ACOUSTIC)
    assert value(results, "prosody.f0_slope") == pytest.approx(-2, abs=0.1)
    assert value(results, "prosody.f0_declination") == pytest.approx(-2, abs=0.1)


def test_planted_intensity():
    loud, soft = harmonic(120, 4.0, level=0.1), harmonic(120, 4.0, level=0.01)
    spans = (Span(0.0, 4.0), Span(4.5, 8.5))
    results = evaluate(sample_of(np.concatenate([loud, np.zeros(8_000), soft]), speech=spans), ACOUSTIC)
    # Root mean squares of 0.1 and 0.01, half the time each; window edges reach 32 ms into the silence.
    assert value(results, "prosody.intensity_mean") == pytest.approx(10 * np.log10(0.00505), abs=0.1)
    assert value(results, "prosody.intensity_range") == pytest.approx(20, abs=0.3)
    assert value(results, "prosody.intensity_sd") == pytest.approx(10, abs=0.3)


def test_intensity_slope_of_a_fade():
    time = np.arange(16_000 * 6) / 16_000
    results = evaluate(sample_of(harmonic(120, 6.0) * 10 ** (-3 * time / 20)), ACOUSTIC)
    assert value(results, "prosody.intensity_slope") == pytest.approx(-3, abs=0.1)


def test_interviewer_and_silence_do_not_count():
    voice, other = harmonic(120, 5.0), harmonic(260, 5.0)
    # The room lasts longer than the other voice, which voice activity detection would have told from it.
    room = np.random.default_rng(0).normal(0, 1e-5, 6 * 16_000)
    both = sample_of(np.concatenate([voice, room, other]), speech=(Span(0.0, 5.0),))
    assert value(evaluate(both, ACOUSTIC), "prosody.f0_mean") == pytest.approx(120, abs=0.5)


def _quiet_talk():
    samples, spans = bursts([0.5] * 30, [0.2] * 29)
    rng = np.random.default_rng(5)
    return 0.1 * samples + rng.normal(0, 2e-5, len(samples)), spans


def _voiced_share(samples, spans):
    return value(evaluate(sample_of(samples, speech=spans), ["prosody.voiced_fraction"]), "prosody.voiced_fraction")


def test_one_click_moves_nothing():
    import parselmouth

    samples, spans = _quiet_talk()
    clicked = samples.copy()
    clicked[50_000:50_010] = 0.95  # 0.6 ms at 16 kHz, 40 dB above the speech
    before, after = _voiced_share(samples, spans), _voiced_share(clicked, spans)
    assert before > 0.9
    assert abs(after - before) < 0.02
    plain = parselmouth.Sound(clicked, 16_000).to_pitch_ac(time_step=0.01)
    assert np.mean(plain.selected_array["frequency"] > 0) < 0.05, "the click no longer voids plain Praat"
    names = ["voice.jitter_local", "voice.hnr_mean", "voice.cpps", "prosody.f0_mean", "voice.alpha_ratio"]
    clean = evaluate(sample_of(samples, speech=spans), names)
    marred = evaluate(sample_of(clicked, speech=spans), names)
    for name in names:
        assert value(marred, name) == pytest.approx(value(clean, name), rel=0.1), name


def test_a_cough_moves_little():
    samples, spans = _quiet_talk()
    coughed = samples.copy()
    coughed[100_000:116_000] += np.random.default_rng(2).normal(0, 0.3, 16_000)
    # One second in twenty-one is spoilt; the rest must stay.
    assert _voiced_share(coughed, spans) > _voiced_share(samples, spans) - 0.1


def test_blocks_do_not_show(monkeypatch):
    samples, spans = bursts([1.0, 0.7, 1.3] * 4, [0.3] * 11)
    track = with_noise(samples, 25)
    whole = evaluate(sample_of(track, speech=spans), ACOUSTIC)
    monkeypatch.setattr("lalia.features.views.blocks.BLOCK", 4.0)
    pieces = evaluate(sample_of(track, speech=spans), ACOUSTIC)
    for name in ACOUSTIC:
        if isinstance(whole[name], Measured) and name not in {"prosody.f0_slope", "prosody.f0_declination"}:
            # Frames fall elsewhere by up to 10 ms, which shows where a vowel begins and ends.
            edges = 0.3 if name == "voice.hnr_sd" else 0.1
            assert value(pieces, name) == pytest.approx(value(whole, name), rel=0.03, abs=edges), name


def test_long_speech_without_a_pause_is_cut():
    spans = (Span(0.0, 130.0),)
    audio = sample_of(harmonic(120, 130.0, 8_000), 8_000, speech=spans).audio
    cut = list(acoustic.blocks(audio, spans))
    assert len(cut) == 3
    assert [block.spans[0].start for block in cut[1:]] == [block.spans[0].end for block in cut[:-1]]
    assert max(block.last - block.first for block in cut) <= 60.3 * 8_000


ODD = {
    "digital silence": np.zeros(80_000),
    "offset": np.full(80_000, 0.3),
    "hum": 0.1 * np.sin(2 * np.pi * 50 * np.arange(80_000) / 16_000),
    "pure tone": 0.1 * np.sin(2 * np.pi * 440 * np.arange(80_000) / 16_000),
    "whisper": np.random.default_rng(1).normal(0, 0.05, 80_000),
    "square": np.sign(np.sin(2 * np.pi * 130 * np.arange(80_000) / 16_000)),
    "0.2 s": harmonic(120, 0.2),
    "10 ms": harmonic(120, 0.01),
    "one sample": np.array([0.5]),
    "one impulse": np.eye(1, 80_000, 40_000)[0],
    "faint": 1e-6 * harmonic(120, 5.0),
}


@pytest.mark.parametrize("rate", [8_000, 96_000])
@pytest.mark.parametrize("kind", ODD)
def test_odd_signals_give_values_or_reasons(kind, rate):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for task in (None, "sustained_vowel"):
            sample = sample_of(ODD[kind], rate, task=task)
            for name, found in evaluate(sample, ACOUSTIC).items():
                assert isinstance(found, Measured) or found.reason is not Reason.VIEW_FAILED, (name, str(found))
            assert draw(sample).duration == len(ODD[kind]) / rate


def test_whisper_has_no_pitch_and_says_so():
    found = evaluate(sample_of(ODD["whisper"]), ["prosody.f0_mean", "voice.jitter_local"])
    for result in found.values():
        assert isinstance(result, Missing)
        assert result.reason is Reason.TOO_SHORT
        assert "voiced: needs 2 s" in result.detail


def test_offset_does_not_matter():
    plain, shifted = harmonic(120, 5.0), harmonic(120, 5.0) + 0.3
    one, other = evaluate(sample_of(plain), ACOUSTIC), evaluate(sample_of(shifted), ACOUSTIC)
    for name in ("prosody.f0_mean", "prosody.intensity_mean", "voice.hnr_mean", "voice.alpha_ratio"):
        assert value(other, name) == pytest.approx(value(one, name), rel=1e-2), name


def test_equal_to_praat_on_real_speech(shared):
    import parselmouth
    import soundfile

    clip = shared / "data" / "audio_jfk" / "jfk.flac"
    if not clip.is_file():
        pytest.skip("the recording is not present")
    samples, rate = soundfile.read(clip, dtype="float32", always_2d=True)
    sample = sample_of(samples.mean(axis=1), rate)
    peak = float(np.abs(sample.audio.samples - sample.audio.samples.mean()).max())
    heard = (Span(0.0, sample.audio.duration),)
    made = acoustic.voicing(sample.audio, heard, peak / 2)  # the reference is then the file's own peak, as in Praat
    silence = np.zeros(round(0.1 * rate))
    sound = parselmouth.Sound(np.concatenate([silence, sample.audio.samples, silence]), rate)
    first = sound.to_pitch_ac(time_step=0.01, pitch_floor=60, pitch_ceiling=700).selected_array["frequency"]
    low, high = np.quantile(first[first > 0], [0.25, 0.75])
    assert made.floor == pytest.approx(max(60, 0.75 * low), rel=1e-6)
    assert made.ceiling == pytest.approx(2 * high, rel=1e-6)
    second = sound.to_pitch_ac(time_step=0.01, pitch_floor=made.floor, pitch_ceiling=made.ceiling)
    hz = second.selected_array["frequency"]
    ours = made.f0.values[np.isfinite(made.f0.values)]
    assert ours == pytest.approx(hz[hz > 0], abs=1e-6)


def test_a_high_start_is_not_halved(shared):
    import soundfile

    # "Printing": the odd harmonics of 218 Hz are 30 dB below the even ones, so F0 is twice that; its median is 213 Hz.
    clip = shared / "data" / "audio_ljspeech" / "LJ001-0001.flac"
    if not clip.is_file():
        pytest.skip("the recording is not present")
    samples, rate = soundfile.read(clip, dtype="float64")
    power = (
        np.abs(np.fft.rfft(samples[int(0.11 * rate) : int(0.15 * rate)] * np.hanning(int(0.04 * rate)), 1 << 16)) ** 2
    )
    hz = np.fft.rfftfreq(1 << 16, 1 / rate)
    low, high = (power[(hz > f - 20) & (hz < f + 20)].max() for f in (654, 872))
    assert high > 1000 * low
    made = Views(sample_of(samples.astype(np.float32), rate))["voicing"]
    there = made.f0.values[(made.f0.times > 0.11) & (made.f0.times < 0.15)]
    assert there == pytest.approx(np.full(len(there), 436), rel=0.03)
    assert len(there) == 4


@pytest.mark.parametrize("name", ["whisper", "whisper2", "mfa_whisper", "mfa_creaky"])
def test_a_real_whisper_has_no_voice(shared, name):
    import soundfile
    from lalia.pipeline.check import check

    clip = shared / "data" / "audio_mfa_labelled" / f"{name}.flac"
    if not clip.is_file():
        pytest.skip("the recording is not present")
    samples, rate = soundfile.read(clip, dtype="float32")
    # Long enough that the voiced frames Praat finds in it would suffice.
    sample = sample_of(np.tile(samples, 8), rate)
    sample = dataclasses.replace(sample, audio=check(sample.audio))
    found = evaluate(sample, ["prosody.f0_median", "prosody.voiced_fraction", "voice.jitter_local", "voice.cpps"])
    for result in found.values():
        assert isinstance(result, Missing)
        assert result.reason is Reason.UNDEFINED
        assert result.detail.endswith("as in whispers")


def test_redrawn_quantiles_are_those_of_the_frames():
    rng = np.random.default_rng(0)
    groups = [rng.normal(100, 10, size) for size in (150, 400, 170, 800)]
    estimate = of_frames(groups, [0.05, 0.5, 0.95], lambda low, middle, high: middle + 0 * (low + high))
    draws = rng.integers(0, 4, size=(50, 4))
    direct = [np.quantile(np.concatenate([groups[i] for i in draw]), 0.5) for draw in draws]
    # Read from 400 bins of 0.15 to 0.2: one bin, and the gap between neighbouring frames.
    assert estimate.replicate(draws) == pytest.approx(direct, abs=0.3)
    assert estimate.value == np.quantile(np.concatenate(groups), 0.5)


def test_drawing_is_thin_and_true():
    samples, spans = bursts([4.0] * 15, [0.5] * 14)
    drawing = draw(sample_of(samples, speech=spans))
    assert len(drawing.peaks) == 2000
    assert max(drawing.peaks) == pytest.approx(float(np.abs(samples).max()), abs=1e-5)
    assert 3000 < len(drawing.f0_times) <= 4000
    assert list(drawing.f0_times) == sorted(drawing.f0_times)
    assert np.median(drawing.f0_hz) == pytest.approx(120, abs=0.5)
    assert len(drawing.pauses) == 14


def test_views_are_shared_and_long_audio_is_never_copied_whole(monkeypatch):
    class Watched(np.ndarray):
        longest = 0

        def astype(self, *args, **kwargs):
            Watched.longest = max(Watched.longest, self.size)
            return super().astype(*args, **kwargs)

    monkeypatch.setattr("lalia.features.views.blocks.BLOCK", 10.0)
    samples, spans = bursts([2.0] * 15, [0.4] * 14, 8_000)
    sample = sample_of(samples, 8_000, speech=spans)
    watched = sample.audio.samples.view(Watched)
    object.__setattr__(sample.audio, "samples", watched)
    evaluate(sample, ACOUSTIC)
    assert 0 < Watched.longest <= 10.3 * 8_000
    views = Views(sample)
    assert views["voicing"] is views["voicing"]
