"""Lines to test runs with, quicker than the real one; in a module of the package, so that processes can load them."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
from lalia.data_schemas import Assessment, AudioSummary, Code, FeatureTable, FeatureValue, Rejected, Transcript
from lalia.features import specs
from lalia.pipeline.keys import sha256_of
from lalia.pipeline.run import rejection


def plain(item, settings, key, listen):
    """An assessment whose one value is the file's size; it leaves a trace of having been made."""
    del listen
    with open(item.audio.parent / "made.log", "a", encoding="utf-8") as log:
        log.write(item.recording.recording_id + "\n")
    spec = specs()["lexical.word_count"]
    value = FeatureValue(
        feature=spec.name,
        value=float(item.audio.stat().st_size),
        unit=spec.unit,
        status="ok",
        reason=None,
        n=1,
        ci_low=None,
        ci_high=None,
        version=spec.version,
    )
    table = FeatureTable(recording_id=item.recording.recording_id, values=(value,))
    audio = AudioSummary(
        sha256=sha256_of(item.audio),
        duration=0.5,
        rate=16_000,
        native_channels=1,
        channel=0,
        container="wav",
        codec="pcm",
        speech=None,
        flags=(),
    )
    given = sha256_of(item.transcript) if item.transcript else None
    said = Transcript(source="text", sha256=given)
    return Assessment(key=key, recording=item.recording, audio=audio, transcript=said, features=table)


def second_is_bad(item, settings, key, listen):
    if item.recording.recording_id == "r1":
        return Rejected(recording_id="r1", stage="decode", code=Code.CORRUPT, message="no")
    return plain(item, settings, key, listen)


def no_disk_for_third(item, settings, key, listen):
    if item.recording.recording_id == "r2" and not (item.audio.parent / "disk").exists():
        return rejection("r2", "decode", OSError(errno.ENOSPC, "No space left on device", "/secret/r2.wav"))
    return plain(item, settings, key, listen)


def ends_process_on_second(item, settings, key, listen):
    if item.recording.recording_id == "r1":
        os._exit(9)
    return plain(item, settings, key, listen)


def talk_folder(root: Path, count: int, *, broken: int = 0, marker: str = "", seconds: float = 2.0) -> Path:
    """A folder of short voiced recordings with transcripts beside them, and files that only claim to be sound."""
    root.mkdir(parents=True)
    rng = np.random.default_rng(7)
    for number in range(count):
        write_talk(root / f"r{number:02d}{marker}.wav", 110 + 7 * number, rng, seconds)
        text = f"the boy number {'very ' * (number + 1)}small is on the stool . {marker} uh the water runs over .\n"
        root.joinpath(f"r{number:02d}{marker}.txt").write_text(text, "utf-8")
    for number in range(count, count + broken):
        path = root / f"r{number:02d}{marker}.wav"
        path.write_bytes(b"RIFF\x40\0\0\0WAVE" + f"{marker} is no sound ".encode() * 3)
    return root


def write_talk(path: Path, f0: float, rng: np.random.Generator, seconds: float, rate: int = 16_000) -> None:
    """Syllables of a harmonic tone, five in two seconds, over faint noise."""
    import soundfile

    moments = np.arange(int(seconds * rate)) / rate
    phase = 2 * np.pi * f0 * (moments + 0.01 * np.sin(2 * np.pi * 0.7 * moments))
    tone = sum(np.cos(k * phase) / k for k in range(1, 12))
    loudness = np.clip(np.sin(2 * np.pi * 2.5 * moments), 0, None)
    samples = 0.1 * loudness * tone + rng.normal(0, 0.001, len(moments))
    soundfile.write(path, samples.astype(np.float32), rate)


def compare(one: Path, other: Path) -> None:
    """Two finished runs hold the same files with the same bytes, but for the times of the runs.

    The two must lie in one folder: pages link to the sound files relatively.
    """
    assert one.parent == other.parent
    files = [sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()) for root in (one, other)]
    assert files[0] == files[1]
    for name in files[0]:
        assert _timeless(one, name) == _timeless(other, name), name


def _timeless(root: Path, name: str) -> bytes:
    content = (root / name).read_bytes()
    if name in {"provenance.json", "report/index.html"}:
        about = json.loads((root / "provenance.json").read_text("utf-8"))
        assert about["started"] <= about["finished"]
        # A quick run begins and ends in one and the same second.
        for moment in {about["started"], about["finished"]}:
            assert moment.encode() in content
            content = content.replace(moment.encode(), b"TIME")
    return content
