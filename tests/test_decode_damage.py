"""Decoding what is out of limits, damaged or hostile: a reason for each, and never a crash."""

from __future__ import annotations

import os
import struct
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
from lalia.data_schemas import Code, Flag, LaliaError, Limits
from lalia.pipeline import decode as decode_module
from lalia.pipeline.decode import decode
from lalia.pipeline.ingest import ingest
from lalia.tests.coded import CODED, RATE, code_of, coded, cut, encode, take, voice


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


@pytest.mark.parametrize("suffix", ["flac", "mp3"])
def test_what_lies_behind_a_hole_is_kept_with_a_flag(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, voice(20), RATE)
    data = bytearray(path.read_bytes())
    middle, hole = len(data) // 2, min(2000, len(data) // 20)
    data[middle : middle + hole] = np.random.default_rng(0).bytes(hole)
    path.write_bytes(bytes(data))
    audio = take(path)
    assert audio.flags == (Flag.TRUNCATED,)
    # The hole is a twentieth at most, and half of the rest lies behind it.
    assert 17 < audio.duration < 20.1


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
