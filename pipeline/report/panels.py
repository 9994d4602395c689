"""Small pictures beside the measures: lengths of pauses, loudness, rhythm of the envelope, vowels, spectrogram.

Each says in words what it shows, for those who cannot see it, and has axes with units.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from ...data_schemas import Drawing

WIDTH, HEIGHT = 300.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 8.0, 10.0, 34.0
"""Size of a panel and room around its field, in pixels."""

SHORTEST, STEP = 0.25, 2**0.5
"""Shortest pause in seconds, and the ratio of a histogram's edges: two bars an octave."""

FEWEST = 5
"""Pauses from which a histogram says more than the list of them."""

IPA = dict(
    zip(
        ["IY", "IH", "EH", "AE", "AA", "AO", "UH", "UW", "AH", "ER"],
        ["i", "ɪ", "ɛ", "æ", "ɑ", "ɔ", "ʊ", "u", "ʌ", "ɝ"],
        strict=True,
    )
)

_SECONDS = (0.25, 0.5, 1, 2, 4, 8, 16, 32)
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)


@dataclass(frozen=True, slots=True)
class Text:
    """A word in a panel; `anchor` as in SVG."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """What the template draws: bars (x, y, width, height), a line, dots, a PNG (base64) in the field, axes, labels."""

    key: str
    title: str
    described: str
    axes: str
    texts: tuple[Text, ...]
    bars: tuple[tuple[float, float, float, float], ...] = ()
    line: str = ""
    dots: str = ""
    picture: str = ""
    width: float = WIDTH
    height: float = HEIGHT
    field: tuple[float, float, float, float] = (LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM)


def panels(drawing: Drawing) -> tuple[Panel, ...]:
    """The panels there is something to show in."""
    made = (_pauses(drawing), _loudness(drawing), _modulation(drawing), _vowels(drawing), _spectrogram(drawing))
    return tuple(panel for panel in made if panel is not None)


def _across(low: float, high: float) -> Callable[[float], float]:
    return lambda value: round(LEFT + (WIDTH - LEFT - RIGHT) * (value - low) / (high - low), 1)


def _up(low: float, high: float) -> Callable[[float], float]:
    return lambda value: round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low), 1)


def _frame(xs: list[float], ys: list[float]) -> str:
    """Both axes, with a tick at each place."""
    foot, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    ticks = [f"M{x:g} {foot:g}v4" for x in xs] + [f"M{LEFT:g} {y:g}h-4" for y in ys]
    return f"M{LEFT:g} {TOP:g}V{foot:g}H{right:g}" + "".join(ticks)


def _labels(across: list[tuple[float, str]], up: list[tuple[float, str]], below: str, beside: str) -> tuple[Text, ...]:
    foot = HEIGHT - BOTTOM
    return (
        *(Text(x, foot + 15, text) for x, text in across),
        *(Text(LEFT - 6, y + 3.5, text, "end") for y, text in up),
        Text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, below),
        Text(LEFT + 4, TOP - 1, beside, "start"),
    )


def _pauses(drawing: Drawing) -> Panel | None:
    lengths = [end - start for start, end in drawing.pauses if end - start >= SHORTEST - 1e-9]
    if len(lengths) < FEWEST:
        return None
    last = max(4, math.ceil(math.log(max(lengths) / SHORTEST, STEP) + 1e-9))
    counts = [0] * last
    for seconds in lengths:
        counts[min(last - 1, int(math.log(seconds / SHORTEST, STEP) + 1e-9))] += 1
    x, y = _across(0, last), _up(0, max(counts))
    ticks = [
        (x(math.log(at / SHORTEST, STEP)), f"{at:g}") for at in _SECONDS if at <= SHORTEST * STEP**last * (1 + 1e-9)
    ]
    bars = tuple(
        (round(x(k) + 1, 1), y(count), round(x(k + 1) - x(k) - 2, 1), round(y(0) - y(count), 1))
        for k, count in enumerate(counts)
        if count
    )
    heights = [(y(0), "0"), (y(max(counts)), str(max(counts)))]
    return Panel(
        "pauses",
        "Lengths of pauses",
        f"{len(lengths)} pauses of {min(lengths):.2f} to {max(lengths):.2f} s, half of them shorter than "
        f"{median(lengths):.2f} s. Each bar is half an octave wide.",
        _frame([at for at, _ in ticks], [at for at, _ in heights]),
        _labels(ticks, heights, "length of pause (s, logarithmic)", "pauses"),
        bars,
    )


def _modulation(drawing: Drawing) -> Panel | None:
    hz, power = drawing.modulation_hz, drawing.modulation_power
    total = sum(power)
    if len(hz) < 2 or total <= 0:
        return None
    shares = [100 * value / total for value in power]
    x, y = _across(0, 10), _up(0, max(shares))
    peak = hz[shares.index(max(shares))]
    ticks = [(x(at), str(at)) for at in (0, 2, 4, 6, 8, 10)]
    heights = [(y(0), "0"), (y(max(shares)), f"{max(shares):.2g}")]
    below = sum(share for at, share in zip(hz, shares, strict=True) if at < 4)
    return Panel(
        "modulation",
        "Rhythm of loudness",
        f"Envelope modulation spectrum: strongest at {peak:.1f} Hz; {below:.0f} % of the power lies below 4 Hz.",
        _frame([at for at, _ in ticks], [at for at, _ in heights]),
        _labels(ticks, heights, "modulation frequency (Hz)", "% of power"),
        line="M" + "L".join(f"{x(at):g} {y(share):g}" for at, share in zip(hz, shares, strict=True)),
    )


def _loudness(drawing: Drawing) -> Panel | None:
    if len(drawing.intensity) < FEWEST:
        return None
    levels = tuple(level for _, level in drawing.intensity)
    low, high = 10 * math.floor(min(levels) / 10), 10 * math.ceil(max(levels) / 10 + 1e-9)
    x, y = _across(0, drawing.duration), _up(low, high)
    step = _step(drawing.duration)
    ticks = [(x(at), f"{at:g}") for at in (k * step for k in range(int(drawing.duration / step) + 1))]
    heights = [(y(at), str(at)) for at in range(low, high + 1, 10 if high - low <= 50 else 20)]
    return Panel(
        "loudness",
        "Loudness",
        f"Intensity while the participant speaks, half of the points between {_quartile(levels, 1):.0f} and "
        f"{_quartile(levels, 3):.0f} dB re full scale; it depends on the microphone and its distance.",
        _frame([at for at, _ in ticks], [at for at, _ in heights]),
        _labels(ticks, heights, "time (s)", "intensity (dB)"),
        dots="".join(f"M{x(at):g} {y(level):g}h0" for at, level in drawing.intensity),
    )


def _spectrogram(drawing: Drawing) -> Panel | None:
    found = drawing.spectrogram
    if found is None:
        return None
    x, y = _across(found.start, found.end), _up(0, found.highest / 1000)
    step = _step(found.end - found.start)
    first = math.ceil(found.start / step - 1e-9)
    ticks = [(x(k * step), f"{k * step:g}") for k in range(first, int(found.end / step + 1e-9) + 1)]
    heights = [(y(at), str(at)) for at in range(0, int(found.highest / 1000) + 1, 2)]
    return Panel(
        "spectrogram",
        "Spectrogram",
        f"The {found.end - found.start:.1f} s that hold most of the participant's speech, from {found.start:.1f} s on, "
        f"up to {found.highest / 1000:g} kHz; the loudest point is black, 60 dB below it is white.",
        _frame([at for at, _ in ticks], [at for at, _ in heights]),
        _labels(ticks, heights, "time (s)", "frequency (kHz)"),
        picture=found.png,
    )


def _step(seconds: float) -> float:
    """Seconds between the ticks of an axis that long: at most six of them."""
    return next((step for step in _STEPS if seconds / step <= 6), _STEPS[-1])


def _vowels(drawing: Drawing) -> Panel | None:
    if not drawing.formants:
        return None
    first, second = zip(*drawing.formants, strict=True)
    low1, high1 = min(200.0, *first), max(1000.0, *first)
    low2, high2 = min(600.0, *second), max(2800.0, *second)
    # As phoneticians draw it: the mouth seen from the left, close vowels at the top.
    x, y = _across(high2, low2), _up(high1, low1)
    ticks = [(x(at), str(at)) for at in range(500, 4001, 500) if low2 <= at <= high2]
    heights = [(y(at), str(at)) for at in range(200, 1601, 200) if low1 <= at <= high1]
    vowels = tuple(Text(x(f2), y(f1) + 4, IPA.get(name, name.lower()), strong=True) for name, f1, f2 in drawing.vowels)
    told = ", ".join(f"{IPA.get(name, name.lower())} at {f1:.0f} and {f2:.0f} Hz" for name, f1, f2 in drawing.vowels)
    return Panel(
        "vowels",
        "Vowel space",
        f"F1 and F2 of {len(drawing.formants)} vowel-like frames, the middle half of them between "
        f"{_quartile(first, 1):.0f} and {_quartile(first, 3):.0f} Hz, and {_quartile(second, 1):.0f} and "
        f"{_quartile(second, 3):.0f} Hz." + (f" Vowels by alignment, medians: {told}." if told else ""),
        _frame([at for at, _ in ticks], [at for at, _ in heights]),
        (*_labels(ticks, heights, "F2 (Hz)", "F1 (Hz)"), *vowels),
        dots="".join(f"M{x(f2):g} {y(f1):g}h0" for f1, f2 in drawing.formants),
    )


def _quartile(values: tuple[float, ...], which: int) -> float:
    return sorted(values)[round(which * (len(values) - 1) / 4)]
