"""What recorders and people really hand in, through the whole line: a transcript, or the reason there is none."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from lalia.data_schemas import (
    Assessment,
    Code,
    Flag,
    ParticipantChoice,
    Recording,
    Rejected,
    Settings,
    Task,
)
from lalia.models import registry
from lalia.pipeline.ingest import Located
from lalia.pipeline.run import assess_one

pytestmark = pytest.mark.asr


@pytest.fixture(scope="module")
def speech(shared) -> tuple[np.ndarray, int]:
    """Eleven seconds of an inaugural address: "ask not what your country can do for you ..."."""
    import soundfile

    path = shared / "data" / "audio_jfk" / "jfk.flac"
    if not path.is_file():
        pytest.skip("audio_jfk is not present")
    if "tiny.en" not in {known.name for known in registry.installed()}:
        pytest.skip("the package of tiny.en is not installed")
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return samples.mean(axis=1), rate


@pytest.fixture(scope="module")
def reader(shared) -> tuple[np.ndarray, int]:
    """Another voice: a sentence read by a woman."""
    import soundfile

    path = shared / "data" / "audio_ljspeech" / "LJ001-0004.flac"
    if not path.is_file():
        pytest.skip("audio_ljspeech is not present")
    return soundfile.read(path, dtype="float32")


def resampled(samples: np.ndarray, rate: int, to: int) -> np.ndarray:
    import soxr

    return np.asarray(soxr.resample(samples, rate, to), dtype=np.float32)


def assessed(path: Path, samples: np.ndarray, rate: int, settings: Settings | None = None, **about):
    import soundfile

    if len(samples):
        soundfile.write(path, samples, rate)
    recording = Recording(recording_id="r", participant_id="p", path=path.name, **about)
    return assess_one(Located(recording, path), settings or Settings())


def words(done: Assessment, speaker: str | None = None) -> str:
    assert isinstance(done, Assessment), done
    assert done.transcript is not None
    said = [u for u in done.transcript.utterances if speaker in (None, u.speaker)]
    return " ".join("".join(c for c in w.text.lower() if c.isalnum()) for u in said for w in u.words)


def test_a_tenth_of_a_second(tmp_path, speech):
    samples, rate = speech
    done = assessed(tmp_path / "a.wav", samples[rate : rate + round(0.1 * rate)], rate)
    # A recogniser hears a phrase in any syllable ("thank you"), so it is not asked.
    assert words(done) == ""
    assert "too little for a word" in done.transcript.notes[0]
    assert Flag.LITTLE_SPEECH in done.audio.flags
    refused = assessed(tmp_path / "b.wav", samples[rate : rate + round(0.05 * rate)], rate)
    assert isinstance(refused, Rejected)
    assert refused.code == Code.TOO_SHORT
    assert "0.1" in refused.message


@pytest.mark.parametrize("rate", [8_000, 96_000])
def test_telephone_and_studio_rates_give_the_words(tmp_path, speech, rate):
    samples, native = speech
    done = assessed(tmp_path / "a.wav", resampled(samples, native, rate), rate, task=Task.READING)
    assert done.audio.rate == rate
    # The words a listener of the 16 kHz original hears; one may be misheard.
    heard = set(words(done).split())
    assert len({"ask", "not", "what", "your", "country", "can", "do", "for", "you"} - heard) <= 1
    assert done.transcript.utterances[-1].end == pytest.approx(10.6, abs=0.5)
    # The recording from 1961 has no high frequencies at any rate.
    assert Flag.NARROW_BAND in done.audio.flags


def test_speakers_on_channels_of_their_own(tmp_path, speech, reader):
    first = resampled(*speech, 16_000)
    second = resampled(*reader, 16_000)[: 5 * 16_000]
    length = len(first) + 2 * 16_000
    stereo = np.random.default_rng(0).normal(0, 1e-4, (length, 2)).astype(np.float32)
    stereo[: len(first), 0] += first
    # The reader begins while the other still speaks; each microphone hears the other 26 dB fainter.
    begin = len(first) - 3 * 16_000
    stereo[begin : begin + len(second), 1] += second
    stereo = (stereo + 0.05 * stereo[:, ::-1]).astype(np.float32)
    done = assessed(tmp_path / "a.wav", stereo, 16_000, participant_channel=1, task=Task.INTERVIEW)
    assert {u.speaker for u in done.transcript.utterances} == {"PAR", "INV"}
    assert done.transcript.participant_choice is ParticipantChoice.MANIFEST
    assert done.transcript.diariser == "channels"
    assert "country" in words(done, "INV")
    assert "country" not in words(done, "PAR")
    assert len(words(done, "PAR").split()) >= 4
    mine = [u for u in done.transcript.utterances if u.speaker == "PAR"]
    yours = [u for u in done.transcript.utterances if u.speaker == "INV"]
    assert min(u.start for u in mine) == pytest.approx(begin / 16_000, abs=0.5)
    # Talk at once is kept as such.
    assert min(u.start for u in mine) < max(u.end for u in yours)
    # Without a word on channels the mixture is assessed, and a flag tells.
    mixed = assessed(tmp_path / "a.wav", stereo[:0], 16_000, settings=Settings(diariser="none"))
    assert {Flag.MIXED_DOWN, Flag.CHANNELS_APART} <= set(mixed.audio.flags)


def test_a_corrupted_middle(tmp_path, speech):
    import soundfile

    samples, rate = speech
    path = tmp_path / "a.flac"
    soundfile.write(path, samples, rate)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2_000] = np.random.default_rng(1).bytes(2_000)
    path.write_bytes(bytes(data))
    done = assessed(path, samples[:0], rate, task=Task.READING)
    if isinstance(done, Rejected):
        assert done.code in (Code.CORRUPT, Code.BAD_SAMPLES)
        assert "Got" in done.message
    else:
        assert "country" in words(done) or "ask" in words(done)
        assert Flag.TRUNCATED in done.audio.flags


def test_a_middle_of_zeros_loses_only_what_was_said_there(tmp_path, speech):
    samples, rate = speech
    holed = samples.copy()
    holed[3 * rate : 5 * rate] = 0
    done = assessed(tmp_path / "a.wav", holed, rate, task=Task.READING)
    heard = words(done).split()
    assert "americans" in heard or "american" in heard
    assert "you" in heard
    inside = [w for u in done.transcript.utterances for w in u.words if w.start and w.start > 3.2 and w.end < 4.8]
    assert not inside


def test_a_wrong_language_for_an_english_model_is_told(tmp_path, speech):
    samples, rate = speech
    done = assessed(tmp_path / "a.wav", samples[: 4 * rate], rate, language="de", task=Task.READING)
    assert any("cannot be trusted" in note for note in done.transcript.notes)


def test_half_an_hour_with_little_said(tmp_path, speech):
    samples, rate = speech
    long = np.random.default_rng(2).normal(0, 2e-4, 1_800 * rate).astype(np.float32)
    for minute in (0, 15, 29):
        long[minute * 60 * rate : minute * 60 * rate + len(samples)] += samples
    done = assessed(tmp_path / "a.flac", long, rate, task=Task.FREE_SPEECH)
    assert done.audio.duration == pytest.approx(1_800)
    assert words(done).count("country can do for you") == 3
    starts = [w.start for u in done.transcript.utterances for w in u.words if w.text.lower().startswith("ask")]
    # Two in each speech, and each speech where it is.
    assert np.allclose(np.diff(starts[::2]), [900.0, 840.0], atol=0.3)
    assert {u.speaker for u in done.transcript.utterances} == {"PAR"}


@pytest.mark.skipif(not os.environ.get("LALIA_SLOW"), reason="takes minutes; set LALIA_SLOW=1")
@pytest.mark.timeout(3_600)
def test_half_an_hour_of_talk(tmp_path, speech):
    samples, rate = speech
    block = np.concatenate([samples, np.zeros(rate, np.float32)])
    looped = np.tile(block, 1 + 1_800 * rate // len(block))[: 1_800 * rate]
    done = assessed(tmp_path / "a.flac", looped, rate, task=Task.FREE_SPEECH)
    assert words(done).count("country can do for you") >= 0.95 * (1_800 * rate // len(block))
    assert {u.speaker for u in done.transcript.utterances} == {"PAR"}
    assert done.transcript.utterances[-1].end > 1_780
