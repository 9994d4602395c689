"""Voice activity on speech with exact pauses, and on sound that is no speech."""

from __future__ import annotations

import ctypes
from itertools import pairwise

import numpy as np
import pytest
from lalia.data_schemas import Span
from lalia.models.resample import blocks_16k, to_16k
from lalia.models.vad import speech_spans
from lalia.models.vad.silero import FRAME, probabilities

PHRASES = (
    "the cat is on the mat|a boy is reaching for cookies|water is running over|the stool is falling|outside there is "
    "a garden|mother does not notice|people walk past|dogs bark at night|several birds sing|put it back"
).split("|")


def espeak(phrases: list[str]) -> tuple[list[np.ndarray], int]:
    """Each phrase spoken by eSpeak NG, cut to where it is within 40 dB of its loudest 5 ms."""
    loader = pytest.importorskip("espeakng_loader", reason="needs the package espeakng-loader (extra: examples)")
    library = ctypes.cdll.LoadLibrary(loader.get_library_path())
    rate = library.espeak_Initialize(2, 0, loader.get_data_path().encode(), 0)
    parts: list[np.ndarray] = []
    signature = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

    @signature
    def take(wave, count, _events):
        if count > 0:
            parts.append(np.ctypeslib.as_array(wave, (count,)).copy())
        return 0

    library.espeak_SetSynthCallback(take)
    library.espeak_SetVoiceByName(b"en-us")
    spoken = []
    for phrase in phrases:
        parts.clear()
        text = phrase.encode()
        library.espeak_Synth(text, len(text) + 1, 0, 0, 0, 1, None, None)
        library.espeak_Synchronize()
        spoken.append(_trimmed(np.concatenate(parts).astype(np.float32) / 32768, rate))
    return spoken, rate


def _trimmed(voice: np.ndarray, rate: int) -> np.ndarray:
    size = rate // 200
    level = np.sqrt(np.convolve(voice.astype(np.float64) ** 2, np.ones(size) / size, "same"))
    heard = np.flatnonzero(level > 0.01 * level.max())
    return voice[heard[0] : heard[-1] + 1] * np.float32(0.5 / np.abs(voice).max())


def splice(parts: list[np.ndarray], rate: int, gaps: np.ndarray) -> tuple[np.ndarray, list[Span]]:
    """Parts in turn with exact gaps of digital silence between them, and where each part lies."""
    signal, spans, at = [np.zeros(rate // 2, dtype=np.float32)], [], rate // 2
    for index, gap in enumerate([*gaps, 0.5]):
        part = parts[index % len(parts)]
        silence = np.zeros(round(gap * rate), dtype=np.float32)
        spans.append(Span(at / rate, (at + len(part)) / rate))
        signal += [part, silence]
        at += len(part) + len(silence)
    return np.concatenate(signal), spans


def in_noise(signal: np.ndarray, snr: float) -> np.ndarray:
    """With pink noise `snr` dB below the mean power of what is not silent."""
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(len(signal)), n=1 << (len(signal) - 1).bit_length())
    spectrum /= np.sqrt(np.maximum(1, np.arange(len(spectrum))))
    noise = np.fft.irfft(spectrum)[: len(signal)]
    power = np.mean(signal[signal != 0].astype(np.float64) ** 2)
    return (signal + noise * np.sqrt(power / np.mean(noise**2)) * 10 ** (-snr / 20)).astype(np.float32)


def pauses(spans) -> list[Span]:
    return [Span(one.end, other.start) for one, other in pairwise(spans)]


def compare(truth: list[Span], found: list[Span]) -> tuple[float, np.ndarray, int]:
    """Recall of pauses (half overlapped), errors of their length in s, and pauses of 250 ms or more invented."""
    errors, used = [], set()
    for gap in truth:
        shared = [min(gap.end, other.end) - max(gap.start, other.start) for other in found]
        best = int(np.argmax(shared)) if shared else -1
        if best >= 0 and shared[best] > 0.5 * (gap.end - gap.start):
            used.add(best)
            errors.append((found[best].end - found[best].start) - (gap.end - gap.start))
    invented = [p for index, p in enumerate(found) if index not in used and p.end - p.start >= 0.25]
    return len(errors) / len(truth), np.array(errors), len(invented)


GAPS = np.round(np.concatenate([np.full(5, 0.25), np.random.default_rng(1).uniform(0.25, 2, 25)]), 3)


@pytest.fixture(scope="module")
def synthetic():
    parts, rate = espeak(PHRASES)
    return (*splice(parts, rate, GAPS), rate)


# Median error of a pause's length in s. Clean and 20 dB: one 10 ms level frame. 10 dB: word ends lie below the
# noise, where no ear could tell them from the pause either.
@pytest.mark.parametrize(
    ("snr", "median", "least"), [(None, 0.010, 1.0), (30, 0.010, 1.0), (20, 0.010, 1.0), (10, 0.120, 0.95)]
)
def test_exact_pauses_are_found_in_synthetic_speech(synthetic, snr, median, least):
    signal, spans, rate = synthetic
    found = speech_spans(signal if snr is None else in_noise(signal, snr), rate)
    recall, errors, invented = compare(pauses(spans), pauses(found))
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
    signal, spans = splice(parts, rate, GAPS)
    recall, errors, invented = compare(
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
        recall, _, _ = compare(pauses(spans), pauses(speech_spans(signal * np.float32(gain), rate)))
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
