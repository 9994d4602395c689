"""Reading a long signal piece by piece, cut in silence, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Audio, Samples, Span
from .spans import Spans

BLOCK = 60.0
"""Longest block in seconds."""

MARGIN = 0.1
"""Seconds read beyond a block on both sides, for analysis windows that overhang; digital silence past the ends."""

FRAME = 0.01
"""Time step of every contour in seconds."""

HEADROOM, LIMIT = 2.0, 5.0
"""Praat's reference peak and the limit of samples, as multiples of the level.

In 65 open recordings the peak of clean speech is 2.1 times its level (median): twice the level stands for the
peak that Praat compares with, whatever a click or cough does; samples beyond five times it are cut off there.
"""

OFFSET = 0.02
"""Share of the level beyond which the mean of a stretch is a fault of the recorder, and is taken off."""

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Block:
    """Spans to analyse, and the samples `first` to `last` (which may lie outside the recording) around them."""

    spans: Spans
    first: int
    last: int


def blocks(audio: Audio, spans: Spans) -> Iterator[Block]:
    """Group `spans` into blocks of at most 60 s, never cutting one unless it is longer than that alone."""
    group: list[Span] = []
    for whole in spans:
        for span in _cut(audio, whole):
            if group and span.end - group[0].start > BLOCK:
                yield _block(audio, group)
                group = []
            group.append(span)
    if group:
        yield _block(audio, group)


def _block(audio: Audio, group: list[Span]) -> Block:
    first, last = ((at * audio.rate) for at in (group[0].start - MARGIN, group[-1].end + MARGIN))
    return Block(tuple(group), round(first), round(last))


def _cut(audio: Audio, span: Span) -> Iterator[Span]:
    """Cut a span of more than 60 s at the quietest 20 ms of the last 10 s of each block."""
    start = span.start
    while span.end - start > BLOCK:
        window = between(audio, start + BLOCK - 10, start + BLOCK).astype(np.float64)
        length = max(1, round(0.02 * audio.rate))
        frames = window[: len(window) // length * length].reshape(-1, length)
        quietest = int(np.argmin(frames.var(axis=1)))
        end = start + BLOCK - 10 + (quietest + 0.5) * length / audio.rate
        yield Span(start, end)
        start = end
    yield Span(start, span.end)


def between(audio: Audio, start: float, end: float) -> Samples:
    """A slice (no copy) of the samples between two times."""
    return audio.samples[max(0, round(start * audio.rate)) : max(0, round(end * audio.rate))]


def excerpt(audio: Audio, block: Block, level: float) -> Floats:
    """A block's samples as float64, limited to five times the level around their median, without an offset."""
    inside = limited(audio.samples[max(0, block.first) : max(0, block.last)], level)
    before = max(0, -block.first)
    after = block.last - block.first - before - len(inside)
    return np.pad(inside, (before, max(0, after)))


def limited(samples: Samples, level: float) -> Floats:
    """Samples as float64, cut off at five times the level around their median; an offset is taken off.

    Praat's amplitudes and formants are those of the signal with its offset. One that is small against the speech
    changes nothing, and is left, so that values stay Praat's.
    """
    wide = samples.astype(np.float64)
    centre = float(np.median(wide)) if len(wide) else 0.0
    cut = np.clip(wide, centre - LIMIT * level, centre + LIMIT * level)
    mean = float(cut.mean()) if len(cut) else 0.0
    return cut - mean if abs(mean) > OFFSET * level else cut


def frame_peaks(audio: Audio, spans: Spans) -> Floats:
    """Largest deviation from the span's mean in each whole 10 ms of each span; digital silence left out."""
    length = max(1, round(FRAME * audio.rate))
    found = []
    for whole in spans:
        for span in _cut(audio, whole):
            part = between(audio, *span).astype(np.float64)
            with np.errstate(invalid="ignore"):
                frames = np.abs(part[: len(part) // length * length] - (part.mean() if len(part) else 0.0))
                quiet = (
                    np.ptp(part[: frames.size].reshape(-1, length), axis=1) == 0 if frames.size else np.zeros(0, bool)
                )
            found.append(frames.reshape(-1, length).max(axis=1)[~quiet] if frames.size else np.zeros(0))
    return np.concatenate(found) if found else np.zeros(0)


def places(times: Floats, spans: Spans | tuple[tuple[float, float], ...]) -> npt.NDArray[np.intp]:
    """Index of the span each time lies in, -1 outside all; spans are sorted and do not overlap."""
    if not spans:
        return np.full(len(times), -1)
    starts, ends = np.array(spans).T
    index = np.searchsorted(starts, times, side="right") - 1
    return np.where((index >= 0) & (times < ends[np.maximum(index, 0)]), index, -1)
