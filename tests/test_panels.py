"""Small pictures of the report: what is drawn, where, and what is said of it."""

from __future__ import annotations

import base64
import math
import re
import struct
import zlib
from itertools import accumulate

import numpy as np
from lalia.data_schemas import Audio, Drawing, Span
from lalia.pipeline.draw import draw
from lalia.pipeline.report.panels import HEIGHT, LEFT, WIDTH, panels
from lalia.pipeline.spectrogram import spectrogram


def _pauses(*lengths):
    starts = accumulate((length + 1 for length in lengths), initial=1.0)
    return tuple(Span(start, start + length) for start, length in zip(starts, lengths, strict=False))


def _drawing(**fields):
    return Drawing(duration=60.0, peaks=(0.1, 0.2), **fields)


def _by_key(drawing):
    return {panel.key: panel for panel in panels(drawing)}


def test_nothing_is_drawn_of_nothing():
    assert panels(_drawing()) == ()
    assert panels(_drawing(pauses=_pauses(0.3, 0.5, 0.7, 1.0))) == ()


def test_bars_are_the_counts_on_a_logarithmic_axis():
    panel = _by_key(_drawing(pauses=_pauses(0.25, 0.26, 0.3, 0.5, 0.55, 1.1)))["pauses"]
    heights = [bar[3] for bar in panel.bars]
    # Edges at 0.25, 0.354, 0.5, 0.707, 1.0, 1.414 s: three, none, two, none, one.
    assert np.allclose(np.array(heights) / heights[0], [1, 2 / 3, 1 / 3], atol=0.01)
    at = {text.text: text.x for text in panel.texts}
    assert math.isclose(at["0.5"] - at["0.25"], at["1"] - at["0.5"], abs_tol=0.2)
    assert "6 pauses of 0.25 to 1.10 s" in panel.described


def test_every_pause_is_in_a_bar():
    rng = np.random.default_rng(1)
    lengths = np.exp(rng.normal(-0.5, 0.8, 60)).clip(0.25, 20)
    panel = _by_key(_drawing(pauses=_pauses(*lengths.tolist())))["pauses"]
    tallest = max(bar[3] for bar in panel.bars)
    most = max(int(text.text) for text in panel.texts if text.anchor == "end")
    assert round(sum(bar[3] for bar in panel.bars) / tallest * most) == 60


def test_the_peak_of_the_rhythm_is_told_and_drawn():
    hz = tuple(np.arange(1, 65) * 10 / 64)
    power = tuple(math.exp(-((at - 5) ** 2)) for at in hz)
    panel = _by_key(_drawing(modulation_hz=hz, modulation_power=power))["modulation"]
    assert "strongest at 5.0 Hz" in panel.described
    points = [tuple(map(float, point.split())) for point in panel.line[1:].split("L")]
    highest = min(points, key=lambda point: point[1])
    assert math.isclose((highest[0] - LEFT) / (WIDTH - LEFT - 8), 0.5, abs_tol=0.01)
    assert len(points) == 64


def test_close_front_vowels_stand_at_the_top_left():
    vowels = (("AA", 730.0, 1090.0), ("IY", 280.0, 2250.0), ("UW", 310.0, 870.0))
    frames = tuple((f1, f2) for _, f1, f2 in vowels)
    panel = _by_key(_drawing(formants=frames, vowels=vowels))["vowels"]
    at = {text.text: text for text in panel.texts if text.strong}
    assert at["i"].x < at["ɑ"].x < at["u"].x
    assert at["i"].y < at["ɑ"].y
    assert "i at 280 and 2250 Hz" in panel.described


def test_all_is_inside_the_panel():
    rng = np.random.default_rng(2)
    frames = tuple(
        (float(a), float(b)) for a, b in zip(rng.uniform(100, 1500, 50), rng.uniform(400, 3900, 50), strict=True)
    )
    for panel in panels(_drawing(pauses=_pauses(*[0.3] * 8), formants=frames)):
        numbers = [tuple(map(float, pair)) for pair in re.findall(r"M([\d.]+) ([\d.]+)", panel.dots)]
        numbers += [(text.x, text.y) for text in panel.texts]
        numbers += [(bar[0] + bar[2], bar[1] + bar[3]) for bar in panel.bars]
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in numbers), panel.key


def test_a_sample_is_drawn_with_its_rhythm_and_vowels(sample):
    drawing = draw(sample)
    assert math.isclose(sum(drawing.modulation_power), 1.0, abs_tol=1e-3)
    assert 0 < len(drawing.formants) <= 300
    found = panels(drawing)
    assert {panel.key for panel in found} >= {"pauses", "modulation", "vowels"}
    for panel in found:
        assert panel.described.endswith(".")
        assert any("(" in text.text for text in panel.texts), "an axis names its unit"


def _picture(found) -> np.ndarray:
    """The grey values of a PNG as its standard lays them down: chunks with a checksum, lines without a filter."""
    data = base64.b64decode(found.png)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(data):
        (size,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + body)
        chunks[kind] = body
        at += 12 + size
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour) == (8, 0)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert not lines[:, 0].any()
    return lines[:, 1:]


def test_a_chirp_rises_through_the_spectrogram():
    rate, seconds = 16_000, 10.0
    time = np.arange(int(rate * seconds)) / rate
    rising = np.sin(2 * np.pi * (500 * time + (6500 - 500) / seconds / 2 * time**2)).astype(np.float32)
    found = spectrogram(Audio(samples=rising, rate=rate, sha256="0" * 64), (Span(0.0, seconds),))
    grey = _picture(found)
    assert (found.start, found.end, found.highest) == (0.0, 10.0, 8000.0)
    rows, columns = grey.shape
    for column in range(10, columns - 10, 20):
        darkest = rows - 1 - int(grey[:, column].argmin())
        hertz = 500 + 6000 * column / columns
        # Two rows of 83 Hz: a frame of 12 ms holds frequencies 170 Hz apart.
        assert abs((darkest + 0.5) * 8000 / rows - hertz) < 2 * 8000 / rows
    assert np.median(grey) == 255, "what is not there is white"


def test_the_spectrogram_shows_where_most_is_said():
    rate = 8_000
    samples = np.random.default_rng(0).normal(0, 0.01, 60 * rate).astype(np.float32)
    audio = Audio(samples=samples, rate=rate, sha256="0" * 64)
    found = spectrogram(audio, (Span(1.0, 2.0), Span(30.0, 34.0), Span(35.0, 39.0), Span(50.0, 53.0)))
    assert (found.start, found.end, found.highest) == (30.0, 40.0, 4000.0)
    late = spectrogram(audio, (Span(57.0, 59.0),))
    assert (late.start, late.end) == (50.0, 60.0)
    short = Audio(samples=samples[: 2 * rate], rate=rate, sha256="0" * 64)
    assert spectrogram(short, (Span(0.5, 1.0),)).end == 2.0
    silent = Audio(samples=np.zeros(rate, np.float32), rate=rate, sha256="0" * 64)
    assert spectrogram(silent, (Span(0.0, 1.0),)) is None


def test_loudness_stands_at_its_time_and_level():
    drawing = _drawing(intensity=tuple((float(second), -40.0 + second / 3) for second in range(0, 60, 2)))
    panel = _by_key(drawing)["loudness"]
    dots = [tuple(map(float, pair)) for pair in re.findall(r"M([\d.]+) ([\d.]+)", panel.dots)]
    assert np.allclose(np.diff([x for x, _ in dots]), dots[1][0] - dots[0][0], atol=0.2)
    ticks = {text.text: text.y - 3.5 for text in panel.texts if text.anchor == "end"}
    assert math.isclose(dots[0][1], ticks["-40"], abs_tol=0.2)
    assert dots[-1][1] < dots[0][1], "louder is higher"


def test_the_spectrogram_of_a_sample_is_on_its_page(sample):
    drawing = draw(sample)
    assert drawing.spectrogram is not None
    assert 100 < len(drawing.intensity) <= 300
    panel = _by_key(drawing)["spectrogram"]
    assert panel.picture == drawing.spectrogram.png
    assert len(panel.picture) < 80_000, "light enough for a page of hundreds of kilobytes"
