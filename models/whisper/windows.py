"""Which stretches of a recording the recogniser hears together, and how its clock maps back to the recording's.

Only voiced stretches and a margin around them are ever decoded: silence cannot yield an invented sentence,
and memory does not grow with the recording. A pause longer than two margins is shortened to two margins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...data_schemas import Audio, Span

LIMIT = 30.0
"""Seconds: what Whisper's encoder takes at once (Radford et al. 2022, section 2.2)."""

MARGIN = 2.0
"""Seconds of the recording kept on either side of a voiced stretch, so that only pauses above 4 s are shortened.

Voice activity misses soft words, such as "ask not" between the pauses of an inaugural address when digital silence
precedes it; these must still be heard.
"""

FULL = 20.0
"""Seconds: a window at least this long may end at its longest pause rather than run on to `LIMIT`."""

RATE = 16_000

_FRAME = 0.02


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the recording: `at` seconds into the window, `start` seconds into the recording."""

    at: float
    start: float
    duration: float


@dataclass(frozen=True, slots=True)
class Window:
    """What is decoded at once: pieces of the recording laid end to end, and the voiced stretches in them.

    `speech` is in seconds of the recording.
    """

    pieces: tuple[Piece, ...]
    speech: tuple[Span, ...]

    @property
    def duration(self) -> float:
        """Seconds of sound in the window."""
        return self.pieces[-1].at + self.pieces[-1].duration

    @property
    def voiced(self) -> float:
        """Seconds of speech in the window."""
        return sum(span.end - span.start for span in self.speech)

    def to_recording(self, start: float, end: float) -> Span:
        """Map an interval of the window to the recording.

        One that straddles a shortened pause lies in the piece that holds the greater part of it.
        """
        piece = max(self.pieces, key=lambda p: min(end, p.at + p.duration) - max(start, p.at))
        shift = piece.start - piece.at
        low, high = piece.start, piece.start + piece.duration
        return Span(min(max(start + shift, low), high), min(max(end + shift, low), high))


def windows(audio: Audio, speech: Sequence[Span]) -> tuple[Window, ...]:
    """Pack voiced stretches into windows of at most `LIMIT` seconds.

    Parameters
    ----------
    audio : Audio
        Read only where a stretch is longer than a window and must be cut, at its quietest point.
    speech : sequence of Span
        Voiced stretches in seconds, in order and disjoint.

    Returns
    -------
    tuple of Window
        In order; every stretch is in exactly one window, whole, unless it alone exceeds `LIMIT`.
    """
    stretches = [part for span in speech for part in _divided(audio, span)]
    padded = _padded(stretches, (0.0, audio.duration))
    packed: list[Window] = []
    while stretches:
        count = _take(padded)
        packed.append(_window(padded[:count], stretches[:count]))
        stretches, padded = stretches[count:], padded[count:]
    return tuple(packed)


def halves(window: Window) -> tuple[Window, ...]:
    """The window cut in two at its longest pause, or as it is where nothing in it can be cut."""
    spans = window.speech
    if len(spans) < 2:
        return (window,)
    bounds = (window.pieces[0].start, window.pieces[-1].start + window.pieces[-1].duration)
    padded = _padded(spans, bounds)
    cut = max(range(1, len(spans)), key=lambda i: spans[i].start - spans[i - 1].end)
    return _window(padded[:cut], spans[:cut]), _window(padded[cut:], spans[cut:])


def around(audio: Audio, span: Span) -> Window:
    """A window of one stretch of at most `LIMIT` seconds, with its margins as far as there is room."""
    end = min(span.end, span.start + LIMIT)
    margin = min(MARGIN, (LIMIT - (end - span.start)) / 2)
    return _window([Span(max(0.0, span.start - margin), min(audio.duration, end + margin))], [Span(span.start, end)])


def rest(window: Window, at: float) -> Window | None:
    """What a window holds from `at` seconds into it; None where nothing voiced is left."""
    pieces: list[Piece] = []
    for piece in window.pieces:
        skipped = max(0.0, at - piece.at)
        if skipped < piece.duration:
            begun = pieces[-1].at + pieces[-1].duration if pieces else 0.0
            pieces.append(Piece(begun, piece.start + skipped, piece.duration - skipped))
    if not pieces:
        return None
    start = pieces[0].start
    speech = tuple(Span(max(start, span.start), span.end) for span in window.speech if span.end > start)
    return Window(tuple(pieces), speech) if speech else None


def samples(audio: Audio, window: Window) -> npt.NDArray[np.float32]:
    """The sound of a window: mono, 16 kHz, float32."""
    from ..resample import to_16k

    parts = []
    for piece in window.pieces:
        first, last = round(piece.start * audio.rate), round((piece.start + piece.duration) * audio.rate)
        part = to_16k(np.ascontiguousarray(audio.samples[first:last]), audio.rate)
        # The clock of the window is exact: resampling may differ by a sample.
        length = round((piece.at + piece.duration) * RATE) - round(piece.at * RATE)
        parts.append(np.pad(part[:length], (0, max(0, length - len(part)))))
    return np.concatenate(parts).astype(np.float32, copy=False)


def _divided(audio: Audio, span: Span) -> Iterator[Span]:
    longest = LIMIT - 2 * MARGIN
    start = span.start
    while span.end - start > longest:
        cut = _quietest(audio, start + longest / 2, start + longest)
        yield Span(start, cut)
        start = cut
    yield Span(start, span.end)


def _quietest(audio: Audio, low: float, high: float) -> float:
    size = max(1, round(_FRAME * audio.rate))
    block = np.asarray(audio.samples[round(low * audio.rate) : round(high * audio.rate)], dtype=np.float64)
    frames = block[: len(block) // size * size].reshape(-1, size)
    if not len(frames):
        return high
    return low + (int(np.argmin((frames**2).sum(axis=1))) + 0.5) * size / audio.rate


def _padded(spans: Sequence[Span], bounds: tuple[float, float]) -> list[Span]:
    """Each span with its margins; where two would overlap they meet in the middle of the pause."""
    starts = [max(bounds[0], span.start - MARGIN) for span in spans]
    ends = [min(bounds[1], span.end + MARGIN) for span in spans]
    for i in range(1, len(spans)):
        if starts[i] < ends[i - 1]:
            starts[i] = ends[i - 1] = (spans[i - 1].end + spans[i].start) / 2
    return [Span(*pair) for pair in zip(starts, ends, strict=True)]


def _take(padded: Sequence[Span]) -> int:
    """How many of the leading spans make the next window."""
    lengths = np.cumsum([span.end - span.start for span in padded])
    most = max(1, int(np.searchsorted(lengths, LIMIT + 1e-9, side="right")))
    if most == len(padded):
        return most
    ends = [count for count in range(1, most + 1) if lengths[count - 1] >= FULL] or [most]
    # The pause that follows, shortened or not; the later of equals, so windows are as full as they can be.
    return max(ends, key=lambda count: (padded[count].start - padded[count - 1].end, count))


def _window(padded: Sequence[Span], spans: Sequence[Span]) -> Window:
    pieces: list[Piece] = []
    for span in padded:
        if pieces and abs(pieces[-1].start + pieces[-1].duration - span.start) < 1e-9:
            last = pieces[-1]
            pieces[-1] = Piece(last.at, last.start, span.end - last.start)
            continue
        at = pieces[-1].at + pieces[-1].duration if pieces else 0.0
        pieces.append(Piece(at, span.start, span.end - span.start))
    return Window(tuple(pieces), tuple(spans))
