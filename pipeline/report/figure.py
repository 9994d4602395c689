"""Geometry of the report's figure: waveform, pauses, words and pitch on one time axis.

The strip is drawn in pieces of a few seconds that stand side by side: on a wide screen and on paper they wrap as
lines of music do, elsewhere they scroll.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...data_schemas import Drawing, Kind, Transcript, Word
from . import shown
from .turns import sentence

SECONDS, SCALE = 5.0, 60.0
"""Length of a piece in seconds, and pixels a second: three words a second then fit in two or three rows of text."""

WRAP = 60.0
"""Seconds up to which the strip is shown whole; a longer one scrolls below an overview."""

STRIP = 600.0
"""Seconds beyond which peaks and pitch points lie too far apart for a strip: only the overview is drawn."""

WAVE, ROW, ROWS, PITCH, GAP, AXIS = 64.0, 14.0, 5, 64.0, 12.0, 18.0
"""Heights in pixels: waveform, a row of words (and how many at most), pitch, space between, time axis."""

LETTER, LONGEST = 7.0, 14
"""Mean width of a letter in pixels, and letters of a word shown before it is cut."""

WIDE, TALL = 38.0, 14.0
"""Room in pixels for a label of the pitch axis, above its line."""

To = Callable[[float], float]
"""From seconds of the recording to pixels of a piece."""

_TICKS = (50, 75, 100, 150, 200, 300, 400, 600, 800)
_OCTAVES = frozenset([50, 100, 200, 400, 800])


@dataclass(frozen=True, slots=True)
class Label:
    """A word under the waveform."""

    x: float
    y: float
    text: str
    quiet: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A pause, with its length where there is room for it."""

    x: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of the strip, in its own pixels."""

    start: float
    end: float
    width: float
    wave: str
    pitch: str
    bands: tuple[Band, ...]
    labels: tuple[Label, ...]
    hz: tuple[tuple[float, float, str], ...]
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """Everything the figure's template needs; `y_` are tops of the bands, `hz` the lines of the pitch axis."""

    parts: tuple[Part, ...]
    overview: Part | None
    scrolls: bool
    height: float
    y_words: float
    y_pitch: float
    y_axis: float
    hz: tuple[tuple[float, str], ...]
    described: str
    duration: float
    marks: tuple[str, ...]


def figure(drawing: Drawing, transcript: Transcript | None) -> Figure:
    """Lay out a drawing and the timed words of a transcript."""
    placed, rows = _placed(transcript)
    low, high = _range(drawing.f0_hz)
    y_words = WAVE + GAP
    y_pitch = y_words + rows * ROW + (GAP + 4 if rows else 0)
    y_axis = y_pitch + (PITCH + GAP if drawing.f0_hz else 0)
    axis = _Axis(low, high, y_pitch, _voiced_gap(drawing.f0_times))
    loudest = max(drawing.peaks, default=0.0) or 1.0
    parts: tuple[Part, ...] = ()
    if drawing.duration <= STRIP:
        parts = tuple(_part(drawing, start, end, axis, loudest, placed) for start, end in _pieces(drawing.duration))
    overview = _overview(drawing, loudest) if drawing.duration > WRAP else None
    quarters = [drawing.duration * share / 4 for share in range(5)]
    return Figure(
        parts=parts,
        overview=overview,
        scrolls=drawing.duration > WRAP,
        height=y_axis + AXIS,
        y_words=y_words,
        y_pitch=y_pitch,
        y_axis=y_axis,
        hz=_grid(axis) if drawing.f0_hz else (),
        described=_described(drawing, bool(placed)),
        duration=drawing.duration,
        marks=tuple(shown.clock(at) for at in quarters),
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """Logarithmic pitch axis: equal steps are equal intervals. Frames more than `gap` seconds apart are not joined."""

    low: float
    high: float
    top: float
    gap: float

    def __call__(self, hz: float) -> float:
        return self.top + PITCH * (1 - math.log(hz / self.low) / math.log(self.high / self.low))


def _grid(axis: _Axis) -> tuple[tuple[float, str], ...]:
    ticks = [hz for hz in _TICKS if axis.low <= hz <= axis.high]
    octaves = [hz for hz in ticks if hz in _OCTAVES]
    # Two labelled lines make a scale; more would only stand in the way of the contour.
    labelled = octaves if len(octaves) > 1 else ticks
    return tuple((round(axis(hz), 1), f"{hz} Hz" if hz in labelled else "") for hz in ticks)


def _scale(drawing: Drawing, start: float, end: float, axis: _Axis) -> tuple[tuple[float, float, str], ...]:
    """Labels of the pitch axis in a piece, each as far left as it stands clear of the contour, or left out."""
    here = slice(bisect_left(drawing.f0_times, start), bisect_left(drawing.f0_times, end))
    points = [
        ((at - start) * SCALE, axis(hz)) for at, hz in zip(drawing.f0_times[here], drawing.f0_hz[here], strict=True)
    ]
    found = []
    for line, text in _grid(axis) if drawing.f0_hz else ():
        if not text:
            continue
        near = [x for x, y in points if line - TALL <= y <= line]
        for left in range(3, int((end - start) * SCALE - WIDE) + 1, 3):
            if not any(left - 3 <= x <= left + WIDE for x in near):
                found.append((float(left), round(line - 3, 1), text))
                break
    return tuple(found)


def _range(hz: Sequence[float]) -> tuple[float, float]:
    if not hz:
        return 75.0, 300.0
    low = max((tick for tick in _TICKS if tick <= min(hz)), default=min(hz) * 0.95)
    high = min((tick for tick in _TICKS if tick >= max(hz)), default=max(hz) * 1.05)
    return (float(low), float(high)) if high > low else (low / 1.5, low * 1.5)


def _pieces(duration: float) -> Iterator[tuple[float, float]]:
    count = max(1, math.ceil(duration / SECONDS - 1e-9))
    for place in range(count):
        yield place * SECONDS, min((place + 1) * SECONDS, duration)


def _part(
    drawing: Drawing, start: float, end: float, axis: _Axis, loudest: float, placed: Sequence[tuple[float, Label]]
) -> Part:
    def x(seconds: float) -> float:
        return round((seconds - start) * SCALE, 1)

    bands = []
    for begun, ended in drawing.pauses:
        left, right = max(begun, start), min(ended, end)
        if right > left:
            # The length is written once, in the piece where most of the pause lies.
            whole = ended - begun >= 1 and start <= (begun + ended) / 2 < end and right - left > 0.6
            bands.append(Band(x(left), round((right - left) * SCALE, 1), f"{ended - begun:.1f} s" if whole else ""))
    labels = tuple(
        Label(round((at - start) * SCALE, 1), word.y, word.text, word.quiet) for at, word in placed if start <= at < end
    )
    seconds = range(math.ceil(start), math.ceil(end))
    return Part(
        start=start,
        end=end,
        width=round((end - start) * SCALE, 1),
        wave=_wave(drawing, start, end, x, loudest),
        pitch=_pitch(drawing, start, end, x, axis),
        bands=tuple(bands),
        labels=labels,
        hz=_scale(drawing, start, end, axis),
        ticks=tuple((x(at), shown.clock(at) if at == start else "") for at in seconds),
    )


def _wave(drawing: Drawing, start: float, end: float, x: To, loudest: float) -> str:
    """The envelope as one closed path, above and below the middle."""
    count = len(drawing.peaks)
    if not count or not drawing.duration:
        return ""
    step = drawing.duration / count
    first, last = int(start / step), min(count, math.ceil(end / step - 1e-9))
    middle, half = WAVE / 2, WAVE / 2 - 1
    points = []
    for place in range(first, last):
        at = min(max((place + 0.5) * step, start), end)
        points.append((x(at), max(0.4, half * drawing.peaks[place] / loudest)))
    if not points:
        return ""
    points = [(x(start), points[0][1]), *points, (x(end), points[-1][1])]
    above = "L".join(f"{at:g} {middle - tall:.1f}" for at, tall in points)
    below = "L".join(f"{at:g} {middle + tall:.1f}" for at, tall in reversed(points))
    return f"M{above}L{below}Z"


def _pitch(drawing: Drawing, start: float, end: float, x: To, axis: _Axis) -> str:
    """The contour, broken where frames are unvoiced; a frame on its own is a dot."""
    pieces: list[str] = []
    previous = -math.inf
    here = slice(bisect_left(drawing.f0_times, start), bisect_left(drawing.f0_times, end))
    for at, hz in zip(drawing.f0_times[here], drawing.f0_hz[here], strict=True):
        joined = at - previous <= axis.gap
        # A move followed by a line of no length is drawn as a dot by round line caps.
        pieces.append(f"{'L' if joined else 'M'}{x(at):g} {axis(hz):.1f}{'' if joined else 'h0'}")
        previous = at
    return "".join(pieces)


def _voiced_gap(times: Sequence[float]) -> float:
    steps = sorted(b - a for a, b in pairwise(times))
    return 2.5 * steps[(len(steps) - 1) // 2] if steps else 0.0


def _placed(transcript: Transcript | None) -> tuple[list[tuple[float, Label]], int]:
    """Timed words, each in the first row where it does not run into the one before; and how many rows."""
    if transcript is None:
        return [], 0
    timed = sorted(
        (
            (word.start, utterance.speaker != transcript.participant, _label(word))
            for utterance in transcript.utterances
            for word in utterance.words
            if word.start is not None and word.kind not in {Kind.PAUSE, Kind.NONVERBAL}
        ),
        key=lambda found: found[0],
    )
    ends = [-math.inf] * ROWS
    placed: list[tuple[float, Label]] = []
    for at, quiet, text in timed:
        x = at * SCALE
        row = next((place for place, end in enumerate(ends) if x >= end), min(range(ROWS), key=ends.__getitem__))
        ends[row] = x + LETTER * len(text) + 6
        placed.append((at, Label(0.0, WAVE + GAP + (row + 0.8) * ROW, text, quiet)))
    return placed, sum(end > -math.inf for end in ends)


def _label(word: Word) -> str:
    text = "[?]" if word.kind is Kind.UNINTELLIGIBLE else sentence(word)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _overview(drawing: Drawing, loudest: float) -> Part:
    """The whole recording in a thousand units, to be stretched to the width there is."""
    width, total = 1000.0, drawing.duration

    def x(seconds: float) -> float:
        return round(width * seconds / total, 2)

    bands = tuple(Band(x(a), round(x(b) - x(a), 2), "") for a, b in drawing.pauses if b - a >= 1)
    return Part(0.0, total, width, _wave(drawing, 0.0, total, x, loudest), "", bands, (), (), ())


def _described(drawing: Drawing, words: bool) -> str:
    """What the figure shows, in words: for those who cannot see it and as its caption."""
    told = [f"{shown.length(drawing.duration)} of sound."]
    if drawing.pauses:
        lengths = [end - start for start, end in drawing.pauses]
        noun = "pause" if len(lengths) == 1 else "pauses"
        told.append(f"{len(lengths)} {noun} shaded, {sum(lengths):.1f} s in all, the longest {max(lengths):.1f} s.")
    else:
        told.append("No pause is marked.")
    if words:
        told.append("Words stand where they begin.")
    if drawing.f0_hz:
        told.append(f"F0 between {min(drawing.f0_hz):.0f} and {max(drawing.f0_hz):.0f} Hz, on a logarithmic axis.")
    else:
        told.append("No F0 contour was found.")
    told.append("The waveform is scaled to its own loudest moment.")
    return " ".join(told)
