"""Quality flags and the numbers behind them, on signals made to have each fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Audio, Flag, Missing, Reason, Span
from lalia.features.quality import recording as quality
from lalia.features.views import signal as views
from lalia.pipeline.check import check

RATE = 16_000
RNG = np.random.default_rng(0)


def white(seconds: float, level: float, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """Gaussian noise of root mean square `level`."""
    return (level * np.random.default_rng(seed).standard_normal(round(seconds * rate))).astype(np.float32)


def sine(seconds: float, hertz: float, peak: float, rate: int = RATE) -> np.ndarray:
    return (peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def bursts(snr: float) -> Audio:
    """Six seconds of noise, louder by `snr` dB between 1 and 2 and between 3 and 5 s, where 'speech' is."""
    signal = white(6, 0.001)
    spans = (Span(1, 2), Span(3, 5))
    for span in spans:
        signal[round(span.start * RATE) : round(span.end * RATE)] *= 10 ** (snr / 20)
    return Audio(signal, RATE, speech=spans)


@pytest.mark.parametrize("snr", [6, 15, 30, 50])
def test_snr_of_bursts_is_the_difference_of_their_levels(snr):
    # 0.3 dB: mean power of 20 ms frames of noise scatters by 10 % and its median lies 0.03 dB under the mean.
    assert quality.snr(views.signal_levels(bursts(snr))) == pytest.approx(snr, abs=0.3)


def test_snr_heeds_neither_gain_nor_offset_nor_a_cough_nor_edited_silence():
    audio = bursts(30)
    expected = quality.snr(views.signal_levels(audio))
    samples = np.asarray(audio.samples)
    assert quality.snr(views.signal_levels(replace(audio, samples=samples * np.float32(-0.25)))) == pytest.approx(
        expected, abs=1e-6
    )
    assert quality.snr(views.signal_levels(replace(audio, samples=samples + np.float32(0.1)))) == pytest.approx(
        expected, abs=0.01
    )
    coughed = samples.copy()
    coughed[round(5.4 * RATE) : round(5.5 * RATE)] += white(0.1, 0.3)
    assert quality.snr(views.signal_levels(replace(audio, samples=coughed))) == pytest.approx(expected, abs=0.1)
    padded = np.concatenate([samples, np.zeros(RATE, dtype=np.float32)])
    assert quality.snr(views.signal_levels(replace(audio, samples=padded))) == pytest.approx(expected, abs=0.01)


def test_snr_is_missing_without_speech_or_without_anything_else():
    audio = bursts(30)
    assert isinstance(views.signal_levels(replace(audio, speech=None)), Missing)
    for spans in ((), (Span(0, 6),)):
        value = quality.snr(views.signal_levels(replace(audio, speech=spans)))
        assert isinstance(value, Missing)
        assert value.reason is Reason.UNDEFINED


@pytest.mark.parametrize("peak", [0.5, 0.98, 1.0])
@pytest.mark.parametrize("hertz", [100, 220, 3000])
def test_a_clean_tone_at_full_scale_is_not_clipped(hertz, peak):
    samples = np.round(sine(2, hertz, peak, 48_000) * 32767) / 32768
    assert quality.clipping(Audio(samples.astype(np.float32), 48_000)) < 1e-4


def test_clipping_is_the_share_of_flat_tops():
    clipped = np.clip(sine(2, 200, 2.0), -1, 1)
    # |2 sin| >= 1 for two thirds of each period; each flat top may lose or gain a sample at its ends.
    assert quality.clipping(Audio(clipped, RATE)) == pytest.approx(2 / 3, abs=4 / 80)
    assert quality.clipping(Audio(-clipped, RATE)) == quality.clipping(Audio(clipped, RATE))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, -1.0, 0.995, 1.5]), min_size=1, max_size=60))
def test_clipping_does_not_depend_on_blocks(values):
    audio = Audio(np.array(values, dtype=np.float32), RATE)
    whole = quality.clipped_samples(audio)
    with pytest.MonkeyPatch.context() as patch:
        for size in (1, 2, 7):
            patch.setattr(quality, "BLOCK", size)
            assert quality.clipped_samples(audio) == whole


def test_bandwidth_of_white_noise_and_of_a_tone():
    noise = views.long_term_spectrum(Audio(white(20, 0.1), RATE))
    assert quality.bandwidth(noise) == pytest.approx(0.99 * 8000, rel=0.005)  # a flat spectrum; 31 Hz bins
    tone = views.long_term_spectrum(Audio(sine(5, 1000, 0.5), RATE))
    assert quality.bandwidth(tone) == pytest.approx(1000, abs=2 * 31.25)  # the Hann window is 4 bins wide
    silence = views.long_term_spectrum(Audio(np.zeros(RATE, dtype=np.float32), RATE))
    assert isinstance(quality.bandwidth(silence), Missing)


def test_long_term_spectrum_equals_scipys_and_does_not_depend_on_blocks(monkeypatch):
    from scipy.signal import welch

    audio = Audio(white(3, 0.1) + sine(3, 500, 0.2) + np.float32(0.05), RATE)
    whole = views.long_term_spectrum(audio)
    samples = audio.samples.astype(np.float64)
    frequencies, power = welch(samples - samples.mean(), RATE, "hann", 512, 256, detrend=False, scaling="spectrum")
    np.testing.assert_allclose(whole.frequencies, frequencies)
    ratio = whole.power[1:-1] / power[1:-1]  # SciPy doubles all but the ends for the one-sided spectrum
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-9)
    monkeypatch.setattr(views, "BLOCK", 4096)
    np.testing.assert_allclose(views.long_term_spectrum(audio).power, whole.power, rtol=1e-9)


def test_speech_share_and_sample_rate():
    audio = Audio(np.zeros(RATE * 10, dtype=np.float32), RATE, speech=(Span(1, 3), Span(2, 4), Span(9, 10)))
    assert quality.speech_share(audio) == pytest.approx(0.4)
    assert quality.sample_rate(audio) == RATE
    assert isinstance(quality.speech_share(replace(audio, speech=None)), Missing)


# Flags ----------------------------------------------------------------------------------------------------


def test_digital_silence():
    checked = check(Audio(np.zeros(RATE * 5, dtype=np.float32), RATE))
    assert checked.speech == ()
    assert checked.flags == (Flag.SILENT, Flag.LITTLE_SPEECH)


def test_silence_on_an_offset_is_silence():
    checked = check(Audio(np.full(RATE * 5, 0.1, dtype=np.float32), RATE))
    assert checked.flags == (Flag.SILENT, Flag.LITTLE_SPEECH, Flag.DC_OFFSET)


def test_flags_of_decoding_are_kept():
    checked = check(Audio(white(5, 0.1), RATE, flags=(Flag.MIXED_DOWN,)))
    assert checked.flags == (Flag.MIXED_DOWN, Flag.LITTLE_SPEECH)


@pytest.fixture(scope="module")
def talk(shared):
    """Clean full-band reading, about 20 s."""
    import soundfile

    folder = shared / "data" / "audio_ljspeech"
    files = [folder / f"LJ001-000{index}.flac" for index in (1, 2, 3)]
    if not all(file.is_file() for file in files):
        pytest.skip("the shared recordings are not present")
    parts = [soundfile.read(file, dtype="float32") for file in files]
    return np.concatenate([part for part, _ in parts]), parts[0][1]


def test_a_good_recording_raises_no_flag(talk):
    samples, rate = talk
    checked = check(Audio(samples, rate))
    assert checked.flags == ()
    assert checked.speech
    assert quality.speech_share(checked) > 0.7


def _fault(kind: str, samples: np.ndarray, rate: int) -> Audio:
    import soxr

    if kind == "clipped":
        return Audio(np.clip(3 * samples, -1, 1), rate)
    if kind == "noisy":
        power = np.sqrt(np.mean(samples.astype(np.float64) ** 2))
        return Audio(samples + white(len(samples) / rate, power / 3, rate)[: len(samples)], rate)
    if kind == "telephone":
        return Audio(soxr.resample(soxr.resample(samples, rate, 8000), 8000, 16_000), 16_000)
    if kind == "8 kHz":
        return Audio(soxr.resample(samples, rate, 8000), 8000)
    if kind == "offset":
        return Audio(samples + np.float32(0.05), rate)
    return Audio(np.concatenate([samples[: 2 * rate], white(60, 1e-4, rate)]), rate)


@pytest.mark.parametrize(
    ("kind", "flag"),
    [
        ("clipped", Flag.CLIPPED),
        ("noisy", Flag.LOW_SNR),
        ("telephone", Flag.NARROW_BAND),
        ("8 kHz", Flag.NARROW_BAND),
        ("offset", Flag.DC_OFFSET),
        ("mostly empty", Flag.LITTLE_SPEECH),
    ],
)
def test_each_fault_raises_its_flag(talk, kind, flag):
    assert check(_fault(kind, *talk)).flags == (flag,)


@pytest.mark.parametrize("mains", [50, 60])
@pytest.mark.parametrize("share", [-10, -25])
def test_hum_is_measured_and_flagged(mains, share):
    from lalia.features.quality.hum import hum

    audio = bursts(50)
    power = views.signal_levels(audio).speech.mean() * 10 ** (share / 10)
    lines = [sine(6, mains * k, (2 * power * weight) ** 0.5) for k, weight in ((1, 0.5), (2, 0.3), (3, 0.2))]
    hummed = replace(audio, samples=(audio.samples + sum(lines)).astype(np.float32))
    # Windows of half a second, of which the noise keeps some decibels' share of a faint line.
    assert hum(hummed, views.signal_levels(audio)) == pytest.approx(share, abs=1)


def test_noise_tones_and_speech_alone_are_no_hum():
    from lalia.features.quality.hum import hum

    audio = bursts(20)
    levels = views.signal_levels(audio)
    assert hum(audio, levels) == -np.inf
    for hertz in (50, 440, 1000):
        tone = replace(audio, samples=(audio.samples + sine(6, hertz, 0.01)).astype(np.float32))
        assert hum(tone, levels) == -np.inf, "one line is no hum"
    whole = replace(audio, speech=(Span(0, 6),))
    assert hum(whole, levels) == -np.inf
    assert Flag.HUM not in check(Audio(white(3, 0.01), RATE)).flags


def test_the_hum_of_1961_is_found(shared):
    import soundfile

    path = shared / "data" / "audio_jfk" / "jfk.flac"
    if not path.is_file():
        pytest.skip("the recording is not present")
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    # Lines stand at 120, 180 and 300 Hz, 20 dB above what is beside them.
    assert Flag.HUM in check(Audio(samples.mean(axis=1), rate)).flags
