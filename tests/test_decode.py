"""Decoding in a child process: every format, every limit, and damage of every kind."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
from lalia.data_schemas import Audio, Code, Flag, LaliaError, Limits, Recording
from lalia.pipeline import decode as decode_module
from lalia.pipeline.decode import decode
from lalia.pipeline.ingest import Located, ingest

RATE = 16_000


def item(path: Path, channel: int | None = None) -> Located:
    return Located(Recording(recording_id="r", participant_id="p", path=path.name, participant_channel=channel), path)


def take(path: Path, channel: int | None = None, **limits) -> Audio:
    return decode(item(path, channel), Limits(**limits))


def code_of(path: Path, channel: int | None = None, **limits) -> Code:
    with pytest.raises(LaliaError) as caught:
        take(path, channel, **limits)
    assert str(path.parent) not in str(caught.value)
    return caught.value.code


def voice(seconds: float, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """Noise with the spectrum and swing of nothing in particular, peak 0.5."""
    signal = np.random.default_rng(seed).standard_normal(round(seconds * rate)).cumsum()
    signal -= np.convolve(signal, np.ones(101) / 101, "same")
    return (0.5 * signal / np.abs(signal).max()).astype(np.float32)


def cut(path: Path, share: float) -> Path:
    short = path.with_name(f"cut_{path.name}")
    data = path.read_bytes()
    short.write_bytes(data[: int(len(data) * share)])
    return short


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


def encode(path: Path, fmt: str, codec: str, signal: np.ndarray, rate: int, **options: str) -> Path:
    """Write with PyAV; signal has shape (channels, n)."""
    import av

    layout = "mono" if len(signal) == 1 else "stereo"
    with av.open(str(path), "w", format=fmt, options=options) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.layout = layout
        stream.bit_rate = 128_000
        for start in range(0, signal.shape[1], 1024):
            block = np.ascontiguousarray(signal[:, start : start + 1024])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


CODED = [
    ("x.m4a", "ipod", "aac", 44_100, {}),
    ("fast.mp4", "mp4", "aac", 44_100, {"movflags": "faststart"}),
    ("x.webm", "webm", "libopus", 48_000, {}),
    ("x.opus", "ogg", "libopus", 48_000, {}),
    ("x.wma", "asf", "wmav2", 44_100, {}),
    ("x.aac", "adts", "aac", 44_100, {}),
]


def coded(folder: Path, row, signal: np.ndarray) -> Path:
    name, fmt, codec, rate, options = row
    try:
        return encode(folder / name, fmt, codec, signal, rate, **options)
    except (ValueError, OSError) as error:
        pytest.skip(f"this PyAV cannot write {codec}: {error}")


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


# Channels -------------------------------------------------------------------------------------------------


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


# Limits and damage ----------------------------------------------------------------------------------------


def test_headers_out_of_limits_are_refused(tmp_path):
    soundfile.write(tmp_path / "nine.wav", np.zeros((RATE, 9)), RATE)
    soundfile.write(tmp_path / "slow.wav", voice(1, 4_000), 4_000)
    soundfile.write(tmp_path / "short.wav", voice(0.01), RATE)
    soundfile.write(tmp_path / "long.wav", voice(11), RATE)
    soundfile.write(tmp_path / "mono.wav", voice(1), RATE)
    assert code_of(tmp_path / "nine.wav") is Code.BAD_HEADER
    assert code_of(tmp_path / "slow.wav") is Code.BAD_HEADER
    assert code_of(tmp_path / "short.wav") is Code.TOO_SHORT
    assert code_of(tmp_path / "long.wav", max_seconds=10) is Code.TOO_LONG
    assert code_of(tmp_path / "long.wav", max_bytes=1000) is Code.TOO_LARGE
    assert code_of(tmp_path / "mono.wav", 1) is Code.BAD_MANIFEST
    assert code_of(tmp_path / "absent.wav") is Code.MISSING_FILE


def _flac_bomb(path: Path, seconds: int) -> Path:
    with soundfile.SoundFile(path, "w", RATE, 1) as file:
        block = np.zeros(RATE * 60, dtype=np.int16)
        for _ in range(seconds // 60):
            file.write(block)
    assert path.stat().st_size < 1_000_000
    return path


def test_a_flac_bomb_is_refused_by_its_header(tmp_path, monkeypatch):
    path = _flac_bomb(tmp_path / "bomb.flac", 3600)
    written = []
    monkeypatch.setattr(decode_module, "_run", partial(_sized, decode_module._run, written))
    assert code_of(path, max_seconds=600) is Code.TOO_LONG
    assert written == [0]


def _sized(real, written, source, scratch, *rest):
    try:
        return real(source, scratch, *rest)
    finally:
        written.append(os.fstat(scratch.fileno()).st_size)


def test_a_bomb_whose_header_is_silent_is_stopped_at_the_limit(tmp_path):
    path = _flac_bomb(tmp_path / "bomb.flac", 3600)
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0  # the 36 bits of STREAMINFO that count samples: 0 means unknown
    data[22:26] = bytes(4)
    path.write_bytes(data)
    assert code_of(path, max_seconds=600) is Code.TOO_LONG
    audio = take(path)
    assert (audio.duration, audio.flags) == (3600, ())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 20_000.0])
def test_samples_that_are_no_sound_are_refused(tmp_path, value):
    signal = voice(1)
    signal[RATE // 2] = value
    soundfile.write(tmp_path / "x.wav", signal, RATE, subtype="FLOAT")
    assert code_of(tmp_path / "x.wav") is Code.BAD_SAMPLES


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "aiff", "ogg"])
def test_what_a_truncated_file_still_holds_is_kept_with_a_flag(tmp_path, suffix):
    path = tmp_path / f"x.{suffix}"
    soundfile.write(path, voice(20), RATE)
    whole = take(path)
    audio = take(cut(path, 0.5))
    assert audio.flags == (Flag.TRUNCATED,)
    assert 0.4 * whole.duration < audio.duration < 0.6 * whole.duration
    kept = len(audio.samples) - RATE // 2
    np.testing.assert_allclose(audio.samples[:kept], whole.samples[:kept], atol=1e-6)
    if suffix != "mp3":  # any part of an MP3 is one
        assert code_of(cut(path, 0.003)) in (Code.CORRUPT, Code.BAD_HEADER, Code.TOO_SHORT)


@pytest.mark.parametrize("row", [CODED[1], CODED[2], CODED[3]], ids=lambda row: row[0])
def test_truncated_coded_files(tmp_path, row):
    signal = voice(6, row[3])[None]
    audio = take(cut(coded(tmp_path, row, signal), 0.5))
    assert audio.flags == (Flag.TRUNCATED,)
    assert 2 < audio.duration < 4


def test_an_mp4_that_lost_its_index_is_corrupt(tmp_path):
    path = coded(tmp_path, CODED[0], voice(6, 44_100)[None])
    assert code_of(cut(path, 0.5)) is Code.CORRUPT


def test_adpcm_is_refused(tmp_path):
    soundfile.write(tmp_path / "x.wav", voice(1), RATE, subtype="IMA_ADPCM")
    assert code_of(tmp_path / "x.wav") is Code.UNSUPPORTED_FORMAT


def test_a_video_without_sound_is_refused(tmp_path):
    import av

    with av.open(str(tmp_path / "x.mkv"), "w", format="matroska") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), dtype=np.uint8))))
        container.mux(stream.encode(None))
    assert code_of(tmp_path / "x.mkv") is Code.UNSUPPORTED_FORMAT


def test_a_playlist_put_in_place_after_the_check_is_still_refused(tmp_path):
    soundfile.write(tmp_path / "secret.wav", voice(1), RATE)
    path = tmp_path / "up.wav"
    soundfile.write(path, voice(1), RATE)
    found = ingest(path, Limits()).items[0]
    path.write_text("ffconcat version 1.0\nfile secret.wav\n")
    with pytest.raises(LaliaError) as caught:
        decode(found, Limits())
    assert caught.value.code is Code.UNSUPPORTED_FORMAT
    path.unlink()
    path.symlink_to(tmp_path / "secret.wav")
    with pytest.raises(LaliaError) as caught:
        decode(found, Limits())
    assert caught.value.code is Code.UNSUPPORTED_FORMAT


# The child ------------------------------------------------------------------------------------------------


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


# Fuzz -----------------------------------------------------------------------------------------------------

MUTATIONS = int(os.environ.get("LALIA_MUTATIONS", "200"))
"""Files a run; 10 000 before a release."""


def _seeds(folder: Path) -> list[bytes]:
    signal = voice(1)
    for name in ("x.wav", "x.flac", "x.mp3", "x.ogg", "x.aiff"):
        soundfile.write(folder / name, signal, RATE)
    soundfile.write(folder / "f.wav", np.stack([signal, signal], 1), RATE, subtype="FLOAT")
    paths = [folder / name for name in ("x.wav", "x.flac", "x.mp3", "x.ogg", "x.aiff", "f.wav")]
    for name, fmt, codec in [("a.m4a", "ipod", "aac"), ("a.webm", "webm", "libopus"), ("a.opus", "ogg", "libopus")]:
        paths.append(encode(folder / name, fmt, codec, voice(1, 48_000)[None], 48_000))
    return [path.read_bytes() for path in paths]


def _mutated(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    kind = rng.integers(0, 4)
    if kind == 0:  # bytes anywhere
        for at in rng.integers(0, len(changed), size=int(rng.integers(1, 50))):
            changed[at] = int(rng.integers(0, 256))
    elif kind == 1:  # the header
        for at in rng.integers(0, min(200, len(changed)), size=int(rng.integers(1, 8))):
            changed[at] = int(rng.integers(0, 256))
    elif kind == 2:  # an extreme number
        at = int(rng.integers(0, min(400, len(changed) - 8)))
        value = [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF][int(rng.integers(0, 5))]
        changed[at : at + 4] = struct.pack("<I", value)
    else:  # a hole
        at, size = int(rng.integers(0, len(changed))), int(rng.integers(1, 2000))
        del changed[at : at + size]
    return bytes(changed)


def _fate(path: Path) -> Code | None:
    try:
        audio = take(path, max_seconds=60, decode_seconds=20)
    except LaliaError as error:
        return error.code
    assert np.isfinite(audio.samples).all()
    assert audio.duration >= 0.1
    return None


def test_mutated_files_give_audio_or_a_reason(tmp_path):
    rng = np.random.default_rng(0)
    seeds = _seeds(tmp_path)
    paths = [tmp_path / f"{index}.wav" for index in range(MUTATIONS)]
    for index, path in enumerate(paths):
        path.write_bytes(_mutated(seeds[index % len(seeds)], rng))
    with ThreadPoolExecutor(2) as pool:
        fates = list(pool.map(_fate, paths))
    assert 0 < fates.count(None) < MUTATIONS
    assert Code.CORRUPT in fates
    assert Code.MACHINE_FAULT not in fates
