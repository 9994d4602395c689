"""Short-term spectrum: equality with librosa on the same frames, and signals whose spectrum is known."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from lalia.data_schemas import Measured, Missing, Reason, Span
from lalia.features import evaluate, specs
from lalia.features.views import acoustic
from lalia.features.views.blocks import limited
from lalia.features.views.spectral import MEASURES, bins, timbre
from lalia.tests.synthesis import bursts, harmonic, sample_of, with_noise

RATE = 16_000
NAMES = [name for name in specs() if name.startswith("spectral.")]


def values(sample):
    found = evaluate(sample, NAMES)
    assert all(isinstance(result, Measured) for result in found.values()), found
    return {name.removeprefix("spectral."): result.value for name, result in found.items()}


def _noise(seconds=6.0, rate=RATE, seed=2):
    return np.random.default_rng(seed).normal(0, 0.05, round(seconds * rate))


def _by_librosa(signal, rate):
    """Each measure of every frame of one run of speech, by librosa's own functions from the signal."""
    import librosa

    size, hop = round(0.025 * rate), round(0.01 * rate)
    framing = {"n_fft": size, "hop_length": hop, "center": False}
    magnitude = np.abs(librosa.stft(signal, window="hann", dtype=np.complex128, **framing))
    power = librosa.feature.melspectrogram(S=magnitude**2, sr=rate, n_fft=size, n_mels=40, fmax=8000)
    decibels = librosa.power_to_db(power, top_db=None)
    hz = librosa.fft_frequencies(sr=rate, n_fft=size)
    low, hz = magnitude[hz <= 8000], hz[hz <= 8000]
    unit = librosa.util.normalize(low, norm=2, axis=0)
    rows = [
        *librosa.feature.mfcc(S=decibels, sr=rate, n_mfcc=14)[1:],
        librosa.feature.spectral_centroid(S=low, sr=rate, freq=hz)[0],
        librosa.feature.spectral_bandwidth(S=low, sr=rate, freq=hz)[0],
        librosa.feature.spectral_rolloff(S=low, sr=rate, freq=hz, roll_percent=0.85)[0],
        librosa.feature.spectral_flatness(S=low)[0],
        2 - 2 * (unit[:, 1:] * unit[:, :-1]).sum(axis=0),
    ]
    return dict(zip(MEASURES, rows, strict=True))


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_equal_to_librosa_on_noisy_voice(rate):
    signal = with_noise(harmonic(np.linspace(90, 180, 6 * rate), 6.0, rate), 15).astype(np.float32)
    sample = sample_of(signal, rate)
    level = acoustic.level(sample.audio, (Span(0.0, 6.0),))
    wide = limited(signal, level) / level
    expected = _by_librosa(wide - wide.mean(), rate)
    for name, found in values(sample).items():
        measure, statistic = name.rsplit("_", 1)
        frames = expected[measure]
        truth = frames.mean() if statistic == "mean" else frames.std(ddof=1)
        # librosa's mel bank is float32: 1e-7 of a power, 1e-5 dB of coefficients that may lie near nothing.
        assert found == pytest.approx(truth, rel=1e-5, abs=1e-5), name


def test_equal_to_librosa_on_real_speech(shared):
    import soundfile

    clip = shared / "data/audio_jfk/jfk.flac"
    if not clip.is_file():
        pytest.skip("the recording is not present")
    signal, rate = soundfile.read(clip, dtype="float32", always_2d=True)
    spans = (Span(0.0, 5.25), Span(5.25 + 0.013, len(signal) / rate))
    sample = sample_of(signal.mean(axis=1), rate, spans)
    level = acoustic.level(sample.audio, spans)
    wide = limited(sample.audio.samples, level) / level
    parts = [wide[round(a * rate) : round(b * rate)] for a, b in spans]
    runs = [_by_librosa(part - part.mean(), rate) for part in parts]
    for name, found in values(sample).items():
        measure, statistic = name.rsplit("_", 1)
        frames = np.concatenate([run[measure] for run in runs])
        truth = frames.mean() if statistic == "mean" else frames.std(ddof=1)
        assert found == pytest.approx(truth, rel=1e-5, abs=1e-5), name


def test_white_noise():
    found = values(sample_of(_noise(20.0)))
    # Magnitudes of equal mean at 0 to 8000 Hz: the ends of a uniform distribution.
    assert found["centroid_mean"] == pytest.approx(4000, rel=0.01)
    assert found["bandwidth_mean"] == pytest.approx(8000 / 12**0.5, rel=0.01)
    assert found["rolloff_85_mean"] == pytest.approx(0.85 * 8000, rel=0.01)
    # The power of a bin is exponential: the logarithm's mean is Euler's constant below the mean's logarithm.
    assert found["flatness_mean"] == pytest.approx(np.exp(-np.euler_gamma), rel=0.02)


def test_pure_tone():
    tone = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(6 * RATE) / RATE)
    found = values(sample_of(tone))
    # On bin 25, in the middle of the three that a Hann window gives a tone: 1/4, 1/2, 1/4 of the magnitude.
    assert found["centroid_mean"] == pytest.approx(1000, abs=0.1)
    assert found["bandwidth_mean"] == pytest.approx(40 / 2**0.5, abs=1)
    assert found["rolloff_85_mean"] == pytest.approx(1040, abs=1e-6)
    assert found["flatness_mean"] < 1e-6
    assert found["flux_mean"] == pytest.approx(0, abs=1e-9)
    assert found["centroid_sd"] == pytest.approx(0, abs=0.1)


def test_flux_of_a_spectrum_that_jumps():
    time = np.arange(6 * RATE) / RATE
    tone = 0.1 * np.sin(2 * np.pi * np.where(time < 3, 1000, 3000) * time)
    found = values(sample_of(tone))
    # Three frames of 599 less their first hold the jump; their distances add up to between one and two jumps of 2.
    pairs = 597
    assert 2 / pairs / 3 < found["flux_mean"] < 2 * 2 / pairs
    assert found["flux_sd"] > found["flux_mean"]


def test_cepstrum_of_a_known_tilt():
    rng = np.random.default_rng(5)
    shape = np.fft.rfftfreq(20 * RATE, 1 / RATE)
    noise = np.fft.rfft(rng.normal(size=20 * RATE))
    flat, tilted = (np.fft.irfft(noise * gain) for gain in (1.0, 1 / np.maximum(shape, 40)))
    one, other = (values(sample_of(0.05 * signal / signal.std())) for signal in (flat, tilted))
    # The filter turns the log spectrum alone, so each coefficient moves by that of the filter in mel bands.
    from librosa.filters import mel
    from scipy.fft import dct

    hz = bins(RATE)
    bank = mel(sr=RATE, n_fft=400, n_mels=40, fmax=8000)
    gains = 10 * np.log10((bank @ (1 / np.maximum(hz, 40) ** 2)) / bank.sum(axis=1))
    moved = dct(gains, norm="ortho")
    for k in range(1, 14):
        # The window leaks a little of the strong lowest bins into their neighbours.
        assert other[f"mfcc_{k}_mean"] - one[f"mfcc_{k}_mean"] == pytest.approx(moved[k], abs=1.5), k


def test_gain_and_offset_change_nothing():
    signal = with_noise(harmonic(120, 6.0), 20)
    plain, other = values(sample_of(signal)), values(sample_of(0.25 * signal + 0.125))
    for name, value in plain.items():
        # The offset costs float32 samples three bits.
        assert other[name] == pytest.approx(value, rel=1e-3, abs=1e-3), name


def test_only_the_participants_speech_counts_and_silence_does_not():
    signal, spans = bursts([2.0, 2.5, 1.5], [0.7, 0.3])
    plain = values(sample_of(signal, speech=spans))
    noisy = signal.copy()
    edges = [0.0, *(edge for span in spans for edge in span), len(signal) / RATE]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        first, last = round(start * RATE), round(end * RATE)
        noisy[first:last] = 0.1 * _noise((last - first) / RATE)
    assert values(sample_of(noisy, speech=spans)) == plain
    whole = values(sample_of(signal))
    for name in ("centroid_mean", "rolloff_85_mean", "mfcc_1_mean"):
        # Windows that straddle an edge of a burst are all that is new.
        assert whole[name] == pytest.approx(plain[name], rel=0.06)


def test_many_blocks_are_one_signal():
    signal = with_noise(harmonic(120, 130.0), 20)
    sample = sample_of(signal)
    level = acoustic.level(sample.audio, (Span(0.0, 130.0),))
    found = timbre(sample.audio, (Span(0.0, 130.0),), level)
    assert len(found.counts) == 3
    # A window more at each of two cuts is lost, and each run's first frame has no flux.
    assert found.counts[:, 0].sum() == pytest.approx(12_998, abs=6)
    assert np.array_equal(found.counts[:, -1], found.counts[:, 0] - 1)
    assert (found.sums[:, -1] > 0).all()


def test_a_frame_keeps_its_neighbour_across_chunks():
    signal = with_noise(harmonic(120, 25.0), 20).astype(np.float32)
    sample = sample_of(signal)
    level = acoustic.level(sample.audio, (Span(0.0, 25.0),))
    wide = limited(signal, level) / level
    assert values(sample)["flux_mean"] == pytest.approx(_by_librosa(wide - wide.mean(), RATE)["flux"].mean(), rel=1e-9)


def test_telephone_band_has_no_value():
    found = evaluate(sample_of(_noise(rate=8_000), 8_000), NAMES)
    for name, result in found.items():
        assert isinstance(result, Missing), name
        assert result.reason is Reason.UNDEFINED
        assert "16000 Hz, got 8000 Hz" in result.detail


def test_silence_and_short_speech_have_a_reason():
    silent = evaluate(sample_of(np.zeros(6 * RATE)), NAMES)
    short = evaluate(sample_of(_noise(2.0)), NAMES)
    for name in NAMES:
        assert isinstance(silent[name], Missing)
        assert silent[name].reason in {Reason.UNDEFINED, Reason.TOO_SHORT}
        assert short[name].reason is Reason.TOO_SHORT


def test_intervals_hold_the_value():
    signal, spans = bursts([0.5] * 20, [0.2] * 19)
    found = evaluate(sample_of(with_noise(signal, 20), speech=spans), NAMES)
    result = found["spectral.centroid_mean"]
    assert result.n == 20 * 48
    assert result.ci_low < result.value < result.ci_high


def test_import_leaves_librosa_alone():
    code = "import sys, lalia.features; sys.exit('librosa' in sys.modules or 'scipy.signal' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
