"""Voice activity on speech with exact pauses, and on sound that is no speech."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import Span
from lalia.models import resample
from lalia.models.resample import blocks_16k, to_16k
from lalia.models.vad import speech_spans
from lalia.models.vad.silero import FRAME, probabilities
from lalia.tests import sounds
from lalia.tests.sounds import LISTED, RATE, compared, espeak, pauses
from lalia.tests.sounds import gaps as splice


def in_noise(signal: np.ndarray, snr: float) -> np.ndarray:
    """With pink noise `snr` dB below the mean power of what is not silent."""
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(len(signal)), n=1 << (len(signal) - 1).bit_length())
    spectrum /= np.sqrt(np.maximum(1, np.arange(len(spectrum))))
    noise = np.fft.irfft(spectrum)[: len(signal)]
    power = np.mean(signal[signal != 0].astype(np.float64) ** 2)
    return (signal + noise * np.sqrt(power / np.mean(noise**2)) * 10 ** (-snr / 20)).astype(np.float32)


GAPS = np.round(np.concatenate([np.full(5, 0.25), np.random.default_rng(1).uniform(0.25, 2, 25)]), 3)


@pytest.fixture(scope="module")
def synthetic():
    pytest.importorskip("espeakng_loader", reason="needs the package espeakng-loader (extra: examples)")
    return (*splice([espeak(phrase) for phrase in LISTED], GAPS), RATE)


# Median error of a pause's length in s. Clean and 20 dB: one 10 ms level frame. 10 dB: word ends lie below the
# noise, where no ear could tell them from the pause either.
@pytest.mark.parametrize(
    ("snr", "median", "least"), [(None, 0.010, 1.0), (30, 0.010, 1.0), (20, 0.010, 1.0), (10, 0.120, 0.95)]
)
def test_exact_pauses_are_found_in_synthetic_speech(synthetic, snr, median, least):
    signal, spans, rate = synthetic
    found = speech_spans(signal if snr is None else in_noise(signal, snr), rate)
    recall, errors, invented = compared(pauses(spans), pauses(found))
    assert recall >= least
    assert invented == 0
    assert np.median(np.abs(errors)) <= median


# The same with real voices cut out of running speech, which begin and end at full level.
@pytest.mark.parametrize(("snr", "median", "least"), [(None, 0.010, 1.0), (30, 0.010, 1.0), (20, 0.010, 0.95)])
def test_exact_pauses_are_found_in_real_speech(shared, snr, median, least):
    import soundfile

    files = sorted((shared / "data" / "audio_ljspeech").glob("*.flac"))
    if not files:
        pytest.skip("the shared recordings are not present")
    parts = []
    for file in files:
        voice, rate = soundfile.read(file, dtype="float32")
        energy = np.concatenate([[0.0], np.cumsum(voice.astype(np.float64) ** 2)])
        size, fade = round(0.9 * rate), round(0.005 * rate)
        loudest = int(np.argmax(energy[size:] - energy[:-size]))
        part = voice[loudest : loudest + size] * np.float32(0.5 / np.abs(voice).max())
        part[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
        part[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        parts.append(part)
    signal, spans = splice(parts, GAPS, rate)
    recall, errors, invented = compared(
        pauses(spans), pauses(speech_spans(signal if snr is None else in_noise(signal, snr), rate))
    )
    assert recall >= least
    assert invented == 0
    assert np.median(np.abs(errors)) <= median


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
@pytest.mark.parametrize("kind", ["silence", "white noise", "tone"])
def test_no_speech_where_there_is_none(kind, rate):
    time = np.arange(10 * rate) / rate
    signal = {
        "silence": np.zeros(len(time)),
        "white noise": 0.1 * np.random.default_rng(0).standard_normal(len(time)),
        "tone": 0.3 * np.sin(2 * np.pi * 440 * time),
    }[kind]
    assert speech_spans(signal.astype(np.float32), rate) == ()


@pytest.mark.parametrize("kind", ["room noise", "pink noise", "mains hum", "music", "applause", "breaths", "typing"])
def test_other_sounds_are_no_speech(kind):
    assert speech_spans(sounds.WORDLESS[kind](8.0), RATE) == ()


def _share(found, truth) -> float:
    """Share of the true speech that is found."""
    said = sum(end - start for start, end in truth)
    return sum(max(0.0, min(a.end, b.end) - max(a.start, b.start)) for a in found for b in truth) / said


@pytest.mark.parametrize("name", ["soft speech (-55 dB)", "soft after loud", "speech after 60 s of digital silence"])
def test_soft_speech_and_speech_after_silence_are_found(synthetic, name):
    scene = sounds.scenes()[name]
    found = speech_spans(scene.sound, scene.rate)
    assert _share(found, scene.speech) > 0.95
    assert all(any(span.start < true.end and true.start < span.end for true in scene.speech) for span in found)


def _clip(shared, name: str) -> tuple[np.ndarray, int]:
    import soundfile

    path = shared / "data" / name
    if not path.is_file():
        pytest.skip(f"{name} is not present")
    voice, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.ascontiguousarray(voice.mean(axis=1)), rate


# Where the clips rise above their room by 15 dB, to a tenth of a second; the detector alone finds 0-4 %.
@pytest.mark.parametrize(("name", "start", "end"), [("whisper", 0.65, 2.4), ("whisper2", 0.65, 3.6)])
def test_whispers_are_found(shared, name, start, end):
    found = speech_spans(*_clip(shared, f"audio_mfa_labelled/{name}.flac"))
    assert _share(found, [Span(start, end)]) > 0.9
    assert found[0].start > start - 0.15
    assert found[-1].end < end + 0.25


# The detector that has heard one whisper believes in none of those after it: of eight it found 1.9 s of 15.
@pytest.mark.parametrize(("name", "start", "end"), [("whisper", 0.65, 2.4), ("whisper2", 0.65, 3.6)])
def test_whispering_that_goes_on_is_found(shared, name, start, end):
    voice, rate = _clip(shared, f"audio_mfa_labelled/{name}.flac")
    length = len(voice) / rate
    truth = [Span(start + n * length, end + n * length) for n in range(8)]
    assert _share(speech_spans(np.tile(voice, 8), rate), truth) > 0.85


@pytest.mark.parametrize("seed", [0, 1])
def test_breaths_that_go_on_are_not(seed):
    assert speech_spans(sounds.breaths(60.0, seed), RATE) == ()


def test_words_after_a_minute_of_digital_silence_are_found_as_without(shared):
    voice, rate = _clip(shared, "audio_jfk/jfk.flac")
    alone = speech_spans(voice, rate)
    assert _share(alone, [Span(3.3, 3.65), Span(4.0, 4.35)]) > 0.9
    late = speech_spans(np.concatenate([np.zeros(60 * rate, dtype=np.float32), voice]), rate)
    assert _share([Span(a - 60, b - 60) for a, b in late], alone) > 0.95


def test_loud_breaths_are_not_counted(shared):
    voice, rate = _clip(shared, "audio_mfa_labelled/mfa_breaths.flac")
    found = speech_spans(voice, rate)
    words = [Span(4.3, 5.02), Span(6.95, 7.85), Span(11.0, 11.9)]
    assert len(found) == len(words)
    assert _share(found, words) > 0.9
    assert sum(end - start for start, end in found) < 1.15 * sum(end - start for start, end in words)


def test_edges_are_at_samples(synthetic):
    signal, _, rate = synthetic
    edges = np.array([time for span in speech_spans(signal, rate) for time in span]) * rate
    np.testing.assert_allclose(edges, np.round(edges), atol=1e-6)


def test_reading_in_blocks_changes_nothing(synthetic, monkeypatch):
    signal, _, rate = synthetic
    whole = speech_spans(signal, rate)
    monkeypatch.setattr(resample, "BLOCK", 12_345)
    assert speech_spans(signal, rate) == whole


@pytest.mark.parametrize("count", [0, 1, 100, 511, 512, 513])
def test_any_length_is_taken(count):
    assert speech_spans(np.zeros(count, dtype=np.float32), 16_000) == ()


def test_spans_are_ordered_inside_the_recording_and_repeatable(synthetic):
    signal, _, rate = synthetic
    spans = speech_spans(signal, rate)
    assert spans == speech_spans(signal, rate)
    edges = [time for span in spans for time in span]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= len(signal) / rate


def test_level_does_not_matter_within_reason(synthetic):
    signal, spans, rate = synthetic
    for gain in (0.05, 2.0):
        recall, _, _ = compared(pauses(spans), pauses(speech_spans(signal * np.float32(gain), rate)))
        assert recall == 1.0


def test_block_size_does_not_change_a_bit(synthetic):
    signal, _, rate = synthetic
    whole = to_16k(signal, rate)
    pieces = [whole[start : start + 7_777] for start in range(0, len(whole), 7_777)]
    found = probabilities(pieces)
    assert np.array_equal(found, probabilities([whole]))
    assert len(found) == -(-len(whole) // FRAME)


def test_probabilities_equal_those_of_faster_whisper(synthetic):
    """The same weights driven by another's code: an independent check of frames, context and state."""
    from faster_whisper.vad import get_vad_model

    signal, _, rate = synthetic
    whole = to_16k(signal, rate)
    theirs = np.asarray(get_vad_model()(np.pad(whole, (0, -len(whole) % FRAME)))).ravel()
    np.testing.assert_allclose(probabilities([whole]), theirs, atol=1e-5)  # batches differ in float32 rounding


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_resampling_keeps_time_and_level(rate):
    time = np.arange(round(3.3 * rate)) / rate
    signal = np.sin(2 * np.pi * 440 * time).astype(np.float32)
    found = to_16k(signal, rate)
    assert len(found) == round(len(signal) * 16_000 / rate)
    expected = np.sin(2 * np.pi * 440 * np.arange(len(found)) / 16_000)
    # 1e-3 of full scale: the filter's passband ripple; half a sample of delay would be 0.09.
    np.testing.assert_allclose(found[800:-800], expected[800:-800], atol=1e-3)
    np.testing.assert_array_equal(found, np.concatenate(list(blocks_16k(signal, rate))))
