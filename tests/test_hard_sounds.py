"""Sounds that upset acoustic measures: each feature gives a value in its range or a reason, and never a warning."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pytest
from lalia.data_schemas import Measured, Missing, Reason
from lalia.features import FEATURES, evaluate
from lalia.tests.synthesis import harmonic, pulsed, sample_of
from scipy.signal import lfilter

RATE = 16_000
SECONDS = 6.0
FAMILIES = {"timing", "prosody", "voice", "articulation", "spectral", "quality"}
SPEECH = [name for name, found in FEATURES.items() if found.spec.family in FAMILIES]
TIME = np.arange(round(SECONDS * RATE)) / RATE


@cache
def _talk(f0=180.0, rate=RATE, level=0.03, seconds=SECONDS):
    """A gliding voice of three syllables a second in faint noise."""
    time = np.arange(round(seconds * rate)) / rate
    voice = harmonic(f0 * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * time)), seconds, rate, level)
    return voice * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * time)) + np.random.default_rng(0).normal(0, 1e-4, len(time))


def _with(change):
    wave = _talk().copy()
    change(wave)
    return wave


def _click(wave):
    wave[3 * RATE : 3 * RATE + 10] = 0.99


def _cough(wave):
    wave[2 * RATE : 2 * RATE + 5000] += 0.5 * np.random.default_rng(1).normal(size=5000)


def _hum(share):
    return _talk() + share * 0.03 * sum(np.sin(2 * np.pi * 50 * k * TIME) / k for k in (1, 2, 3))


def _whisper():
    noise = lfilter([1], [1, -1.2, 0.8], np.random.default_rng(2).normal(size=len(TIME)))
    return 0.01 * noise * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * TIME))


def _creak():
    rng = np.random.default_rng(3)
    periods = (1 + 0.25 * rng.standard_normal(260).clip(-1.5, 1.5)) / 40
    return pulsed(periods, 1 + 0.3 * rng.standard_normal(260), RATE)[: len(TIME)]


def _every_thousandth(value):
    return np.where(np.arange(len(TIME)) % 1000 == 5, value, _talk())


SOUNDS = {
    "click": lambda: (_with(_click), RATE),
    "cough": lambda: (_with(_cough), RATE),
    "hum": lambda: (_hum(1.0), RATE),
    "faint hum": lambda: (_hum(0.03), RATE),
    "digital silence": lambda: (np.zeros(len(TIME)), RATE),
    "offset": lambda: (_talk() + 0.3, RATE),
    "tone": lambda: (0.1 * np.sin(2 * np.pi * 1000 * TIME), RATE),
    "noise": lambda: (np.random.default_rng(4).normal(0, 0.1, len(TIME)), RATE),
    "whisper": lambda: (_whisper(), RATE),
    "creak": lambda: (_creak(), RATE),
    "falsetto": lambda: (_talk(620.0), RATE),
    "child": lambda: (_talk(400.0), RATE),
    "8 kHz": lambda: (_talk(rate=8_000), 8_000),
    "192 kHz": lambda: (_talk(rate=192_000, seconds=2.2), 192_000),
    "clipped square": lambda: (np.sign(_talk()), RATE),
    "not a number": lambda: (_every_thousandth(np.nan), RATE),
    "infinite": lambda: (_every_thousandth(np.inf), RATE),
    "a twentieth of a second": lambda: (_talk()[: RATE // 20], RATE),
    "one sample": lambda: (_talk()[:1], RATE),
    "no sample": lambda: (_talk()[:0], RATE),
}


@cache
def _measured(sound):
    samples, rate = SOUNDS[sound]()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = evaluate(sample_of(samples, rate), SPEECH)
    return found, [str(warning.message) for warning in caught]


@pytest.fixture(scope="module")
def plain():
    return evaluate(sample_of(_talk()), SPEECH)


def _value(found, name):
    assert isinstance(found[name], Measured), (name, str(found[name]))
    return found[name].value


@pytest.mark.parametrize("sound", list(SOUNDS))
def test_value_or_reason_and_no_warning(sound, capfd):
    found, warned = _measured(sound)
    assert not warned
    assert capfd.readouterr() == ("", "")
    for name, result in found.items():
        if isinstance(result, Measured):
            assert FEATURES[name].spec.contains(result.value), name
        else:
            assert result.reason is not Reason.VIEW_FAILED, (name, str(result))


@pytest.mark.parametrize("sound", ["digital silence", "whisper", "noise", "a twentieth of a second", "no sample"])
def test_nothing_is_said_of_a_voice_that_is_not_there(sound):
    found, _ = _measured(sound)
    for name in ("prosody.f0_median", "voice.jitter_local", "voice.hnr_mean", "voice.cpps", "voice.h1_h2"):
        assert isinstance(found[name], Missing), name
        assert found[name].reason is Reason.TOO_SHORT


@pytest.mark.parametrize("sound", ["not a number", "infinite"])
def test_samples_must_be_numbers(sound):
    found, _ = _measured(sound)
    for name in ("prosody.f0_median", "prosody.intensity_mean", "spectral.centroid_mean", "articulation.f1_mean"):
        assert isinstance(found[name], Missing), name
        assert "finite" in found[name].detail


@pytest.mark.parametrize(("sound", "share"), [("click", 0.01), ("cough", 0.08)])
def test_a_click_or_a_cough_moves_nothing_much(plain, sound, share):
    found, _ = _measured(sound)
    # The cough itself is 0.3 s of 6 s, and is no voice.
    assert _value(found, "prosody.voiced_fraction") > _value(plain, "prosody.voiced_fraction") - share
    for name in ("prosody.f0_median", "voice.jitter_local", "voice.hnr_mean", "voice.cpps"):
        assert _value(found, name) == pytest.approx(_value(plain, name), rel=0.03), name


def test_an_offset_changes_nothing(plain):
    found, _ = _measured("offset")
    offset = {"quality.clipping", "quality.bandwidth"}
    for name in SPEECH:
        if isinstance(plain[name], Measured) and name not in offset:
            # Frames next to a block's edges see the offset end there.
            assert _value(found, name) == pytest.approx(_value(plain, name), rel=0.02, abs=0.02), name


@pytest.mark.parametrize(("sound", "f0"), [("child", 400.0), ("falsetto", 620.0), ("8 kHz", 180.0), ("192 kHz", 180.0)])
def test_pitch_of_high_voices_and_at_odd_rates(sound, f0):
    found, _ = _measured(sound)
    # The glide swings about its middle; two seconds do not hold whole swings.
    assert _value(found, "prosody.f0_median") == pytest.approx(f0, rel=0.04)


def test_hum_gives_no_wrong_pitch(plain):
    faint, _ = _measured("faint hum")
    assert _value(faint, "prosody.f0_median") == pytest.approx(_value(plain, "prosody.f0_median"), rel=0.01)
    loud, _ = _measured("hum")
    # As loud as the speech: nothing is better than a mixture of both.
    assert isinstance(loud["prosody.f0_median"], Missing)


def test_a_clipped_square_is_told():
    found, _ = _measured("clipped square")
    assert _value(found, "quality.clipping") > 0.5


def test_one_dead_channel_does_not_halve_the_voice(tmp_path):
    import soundfile
    from lalia.data_schemas import Flag, Limits, Recording
    from lalia.pipeline.decode import decode
    from lalia.pipeline.ingest import Located

    path = tmp_path / "one.wav"
    soundfile.write(path, np.column_stack([_talk(), np.zeros(len(TIME))]), RATE)
    audio = decode(Located(Recording(recording_id="r", participant_id="p", path="one.wav"), path, None, None), Limits())
    assert Flag.DEAD_CHANNEL in audio.flags
    assert audio.samples.std() == pytest.approx(_talk().std(), rel=0.01)
