"""The spectrogram that the report shows: ten seconds of the participant's speech as a small picture."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import numpy.typing as npt

from ..data_schemas.audio import Audio
from ..data_schemas.result import Spectrogram
from ..features.views.blocks import between
from ..features.views.spans import Spans

SECONDS, COLUMNS, ROWS = 10.0, 400, 96
"""Longest stretch shown, and size of the picture in points."""

WINDOW = 0.012
"""Seconds of a frame: short enough for single glottal pulses to blur and formants to stand out, as in print."""

HIGHEST = 8000.0
"""Hertz at the top, or half the sample rate where that is less."""

EMPHASIS = 50.0
"""Hertz from which the spectrum is lifted by 6 dB an octave, as the ear and Praat's pictures do."""

RANGE, GREYS = 60.0, 32
"""Decibels from white to black, and shades: more make the file larger and the picture no clearer."""

Floats = npt.NDArray[np.float64]


def spectrogram(audio: Audio, heard: Spans) -> Spectrogram | None:
    """The stretch of ten seconds that holds most of the participant's speech; None where there is no sound in it.

    Parameters
    ----------
    audio : Audio
    heard : tuple of Span
        Speech of the participant, at least one.
    """
    duration = audio.duration
    start = _begin(duration, heard)
    end = min(start + SECONDS, duration)
    samples = np.asarray(between(audio, start, end), dtype=np.float64)
    if len(samples) < 2 * round(WINDOW * audio.rate) or not np.ptp(samples):
        return None
    top = min(HIGHEST, audio.rate / 2)
    levels = _levels(samples, audio.rate, top)
    grey = np.clip((levels - levels.max()) / RANGE + 1, 0, 1)
    shades = np.round((1 - grey) * (GREYS - 1)) * (255 / (GREYS - 1))
    return Spectrogram(start=round(start, 3), end=round(end, 3), highest=top, png=_png(shades.astype(np.uint8)[::-1]))


def _begin(duration: float, heard: Spans) -> float:
    """Where the stretch begins: at the beginning of the recording or of some speech."""
    firsts, lasts = np.array([[span.start, span.end] for span in heard]).T
    starts = np.append(0.0, np.minimum(firsts, max(0.0, duration - SECONDS)))
    held = [np.maximum(np.minimum(lasts, at + SECONDS) - np.maximum(firsts, at), 0.0).sum() for at in starts]
    return float(starts[int(np.argmax(held))])


def _levels(samples: Floats, rate: int, top: float) -> Floats:
    """Decibels, shape (rows, columns), lowest frequency first."""
    size = round(WINDOW * rate)
    lifted = np.append(samples[0], samples[1:] - np.exp(-2 * np.pi * EMPHASIS / rate) * samples[:-1])
    columns = min(COLUMNS, len(samples) - size + 1)
    first = np.linspace(0, len(samples) - size, columns).astype(np.intp)
    points = 1 << max(10, (2 * size - 1).bit_length())
    frames = np.lib.stride_tricks.sliding_window_view(lifted, size)[first] * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, points, axis=1)) ** 2
    edges = np.linspace(0, top / rate * points, ROWS, endpoint=False).astype(np.intp)
    bands = np.add.reduceat(power, edges, axis=1)
    return np.asarray(10 * np.log10(bands.T + 1e-12 * (bands.max() or 1.0)))


def _png(grey: npt.NDArray[np.uint8]) -> str:
    """An 8-bit grey PNG in base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = grey.shape
    lines = np.insert(grey, 0, 0, axis=1).tobytes()
    parts = (
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(lines, 9)),
        chunk(b"IEND", b""),
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()
