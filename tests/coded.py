"""Sound files for tests of decoding: written in every format, taken, and cut short."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lalia.data_schemas import Audio, Code, LaliaError, Limits, Recording
from lalia.pipeline.decode import decode
from lalia.pipeline.ingest import Located

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
