"""Decoding in a child process: every format, every limit, and damage of every kind."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from lalia.data_schemas import Code, Flag
from lalia.pipeline import decode as decode_module
from lalia.tests.coded import CODED, RATE, code_of, coded, take, voice


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 192_000])
@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [("wav", "PCM_16"), ("wav", "PCM_24"), ("wav", "FLOAT"), ("wav", "ULAW"), ("flac", "PCM_16"), ("aiff", "PCM_16")],
)
def test_lossless_formats_give_the_samples_stored(tmp_path, suffix, subtype, rate):
    path = tmp_path / f"x.{suffix}"
    soundfile.write(path, voice(0.7, rate), rate, subtype=subtype)
    audio = take(path)
    expected, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_array_equal(audio.samples, expected)
    assert (audio.rate, audio.native_channels, audio.channel, audio.flags) == (rate, 1, 0, ())
    assert audio.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert not audio.samples.flags.writeable


def test_mp3_is_whole_at_block_borders(tmp_path):
    """Seeking between blocks would empty the decoder's bit reservoir and damage each border."""
    path = tmp_path / "x.mp3"
    soundfile.write(path, voice(20), RATE)
    expected, _ = soundfile.read(path, dtype="float32")
    audio = take(path)
    np.testing.assert_allclose(audio.samples, expected, atol=1e-6)  # float32 rounding of the decoder
    assert (audio.container, audio.flags) == ("mp3", ())


@pytest.mark.parametrize("row", CODED, ids=lambda row: row[0])
def test_coded_formats_keep_time_and_tone(tmp_path, row):
    rate = row[3]
    time = np.arange(3 * rate) / rate
    path = coded(tmp_path, row, (0.3 * np.sin(2 * np.pi * 440 * time))[None].astype(np.float32))
    audio = take(path)
    assert audio.rate == rate
    assert abs(audio.duration - 3) < 0.1  # codecs pad by up to two frames of 1024-2048 samples
    assert audio.flags == ()
    middle = np.asarray(audio.samples[rate : 2 * rate])
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(rate)))
    assert abs(int(np.argmax(spectrum)) - 440) <= 1  # Hz, one bin
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)


def test_name_does_not_matter(tmp_path):
    soundfile.write(tmp_path / "x.flac", voice(1), RATE)
    path = (tmp_path / "x.flac").rename(tmp_path / "x.mp3")
    assert take(path).container == "flac"


def stereo(path: Path, *channels: np.ndarray) -> Path:
    soundfile.write(path, np.stack(channels, axis=1), RATE, subtype="FLOAT")
    return path


def test_channels_are_averaged_with_a_flag(tmp_path):
    one = voice(1, seed=1)
    two = (0.5 * one + np.random.default_rng(0).normal(0, 0.01, len(one))).astype(np.float32)
    audio = take(stereo(tmp_path / "x.wav", one, two))
    np.testing.assert_array_equal(audio.samples, (one + two) / 2)
    assert (audio.native_channels, audio.channel, audio.flags) == (2, None, (Flag.MIXED_DOWN,))


def test_speakers_on_channels_of_their_own_are_told(tmp_path):
    turn = np.repeat(np.arange(20) % 2, RATE // 5).astype(np.float32)  # a change of speaker every 0.2 s
    one, two = voice(4, seed=1) * turn, voice(4, seed=2) * (1 - turn)
    leak = np.float32(0.05)
    audio = take(stereo(tmp_path / "x.wav", one + leak * two, two + leak * one))
    assert audio.flags == (Flag.MIXED_DOWN, Flag.CHANNELS_APART)


@pytest.mark.parametrize("channel", [0, 1])
def test_the_participants_channel_is_taken(tmp_path, channel):
    both = voice(1, seed=1), voice(1, seed=2)
    audio = take(stereo(tmp_path / "x.wav", *both), channel)
    np.testing.assert_array_equal(audio.samples, both[channel])
    assert (audio.channel, audio.flags) == (channel, ())


def test_a_dead_channel_is_left_out(tmp_path):
    one, dead = voice(1), np.zeros(RATE, dtype=np.float32)
    audio = take(stereo(tmp_path / "x.wav", dead, one))
    np.testing.assert_array_equal(audio.samples, one)
    assert (audio.channel, audio.flags) == (1, (Flag.DEAD_CHANNEL,))
    two = voice(1, seed=2)
    audio = take(stereo(tmp_path / "y.wav", dead, one, two))
    np.testing.assert_allclose(audio.samples, (one + two) / 2, atol=1e-7)  # a float32 step: thirds are rescaled
    assert audio.flags == (Flag.MIXED_DOWN, Flag.DEAD_CHANNEL)
    assert take(tmp_path / "x.wav", 0).flags == (Flag.DEAD_CHANNEL,)


def test_one_signal_on_two_channels_is_not_mixed(tmp_path):
    one = voice(1)
    audio = take(stereo(tmp_path / "x.wav", one, one))
    np.testing.assert_array_equal(audio.samples, one)
    assert (audio.channel, audio.flags) == (0, ())


def _fake(monkeypatch, tmp_path: Path, body: str) -> None:
    child = tmp_path / "child.py"
    child.write_text(body)
    monkeypatch.setattr(decode_module, "_CHILD", child)


@pytest.mark.parametrize(
    "body",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "import os, signal; os.kill(os.getpid(), 9)",
        "raise SystemExit",
    ],
)
def test_a_decoder_that_dies_is_one_corrupt_item(tmp_path, monkeypatch, body):
    soundfile.write(tmp_path / "x.wav", voice(1), RATE)
    _fake(monkeypatch, tmp_path, body)
    assert code_of(tmp_path / "x.wav") is Code.CORRUPT


def test_a_decoder_that_hangs_is_stopped(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "x.wav", voice(1), RATE)
    _fake(monkeypatch, tmp_path, "import time; time.sleep(60)")
    assert code_of(tmp_path / "x.wav", decode_seconds=1) is Code.CORRUPT


@pytest.mark.skipif(sys.platform != "linux", reason="memory limits are kept on Linux only")
def test_memory_of_the_child_is_limited(tmp_path):
    soundfile.write(tmp_path / "x.wav", voice(1), RATE)
    assert code_of(tmp_path / "x.wav", decode_bytes=64 * 1024**2) is Code.CORRUPT


def test_the_child_imports_nothing_heavy():
    child = Path(decode_module.__file__).with_name("decoder_child.py")
    code = (
        "import runpy, sys; runpy.run_path(sys.argv[1], run_name='child');"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'lalia', 'numpy', 'av', 'pydantic', 'torch'}))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code, str(child)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_is_left_in_the_temporary_folder(tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    soundfile.write(tmp_path / "x.wav", voice(1), RATE)
    audio = take(tmp_path / "x.wav")
    assert list(scratch.iterdir()) == []
    assert float(np.abs(audio.samples).max()) > 0.1  # and the samples are still there


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_half_an_hour_costs_the_parent_no_memory(tmp_path):
    with soundfile.SoundFile(tmp_path / "x.flac", "w", RATE, 1) as file:
        minute = voice(60)
        for _ in range(30):
            file.write(minute)

    def anonymous() -> int:
        status = Path("/proc/self/status").read_text()
        return int(status.split("RssAnon:")[1].split()[0])  # kB

    before = anonymous()
    audio = take(tmp_path / "x.flac")
    total = sum(float(audio.samples[at : at + RATE].sum()) for at in range(0, len(audio.samples), RATE))
    assert np.isfinite(total)
    assert audio.duration == 1800
    assert anonymous() - before < 20_000  # kB; the samples themselves are 115 MB
