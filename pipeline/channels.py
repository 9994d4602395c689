"""Two speakers on a channel each: the other channel of a recording, and each channel's speech without the other's."""

from __future__ import annotations

import tempfile
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..data_schemas import Audio, Flag, Settings, Span
from .check import check
from .decode import decode
from .ingest import Located
from .transcribe import is_heard

FRAME = 0.02
"""Seconds over which loudness is taken."""

TOGETHER = 0.5
"""Correlation of the channels' loudness from which on they hold the same sound: microphones in one room."""

BLEED = 10.0
"""Decibels by which the other channel must be louder, each beside its own speech, for sound to be the other's."""

SMOOTH = 5
"""Frames of the running mean of energy: 0.1 s, about a syllable."""

SHORTEST = 0.1
"""Seconds of speech worth keeping beside a stretch that was cut out."""

AROUND = 0.2
"""Seconds beside a speaker's own speech that the recogniser hears as they are: soft beginnings and ends of words."""

HUSHED = 0.001
"""Factor for what lies further off: 60 dB."""

BLOCK = 1 << 20
"""Samples copied at once."""

Levels = npt.NDArray[np.float64]


def apart(item: Located, audio: Audio, settings: Settings) -> tuple[Audio, Audio | None]:
    """The participant's channel, and the other one where it holds another speaker.

    Parameters
    ----------
    item : Located
        A channel of two must be named by ``participant_channel``, and no transcript be given: a transcript tells its
        speakers apart itself.
    audio : Audio
        The participant's channel, checked.
    settings : Settings
        Limits for decoding.

    Returns
    -------
    participant, other
        Where the other channel is another speaker's, both with ``speech`` that leaves out what only leaks over from
        the other; else the audio as given, and None.
    """
    recording = item.recording
    channel = recording.participant_channel
    if channel is None or audio.native_channels != 2 or not is_heard(item):
        return audio, None
    other_item = replace(item, recording=recording.model_copy(update={"participant_channel": 1 - channel}))
    other = check(decode(other_item, settings.limits))
    if not audio.speech or not other.speech or {Flag.SILENT, Flag.DEAD_CHANNEL} & set(other.flags):
        return audio, None
    levels, other_levels = _loudness(audio), _loudness(other)
    if not levels.std() or not other_levels.std() or np.corrcoef(levels, other_levels)[0, 1] >= TOGETHER:
        return audio, None
    difference = _decibels(levels, audio) - _decibels(other_levels, other)
    own = replace(audio, speech=_without(audio.speech, difference < -BLEED))
    rest = replace(other, speech=_without(other.speech, difference > BLEED))
    return own, rest if rest.speech else None


def hushed(audio: Audio) -> Audio:
    """A channel as the recogniser is to hear it, without the other's voice: it listens beyond voiced stretches.

    The copy lies in a file without a name. Nothing but words is to be taken from it: levels are no longer true.
    """
    with tempfile.TemporaryFile() as scratch:
        samples = np.memmap(scratch, dtype="<f4", mode="w+", shape=audio.samples.shape)
    for first in range(0, len(samples), BLOCK):
        samples[first : first + BLOCK] = audio.samples[first : first + BLOCK] * np.float32(HUSHED)
    for span in audio.speech or ():
        first = max(0, round((span.start - AROUND) * audio.rate))
        last = round((span.end + AROUND) * audio.rate)
        samples[first:last] = audio.samples[first:last]
    return replace(audio, samples=samples)


def _loudness(audio: Audio) -> Levels:
    """Mean magnitude of each frame; read in pieces, so that a long recording is not copied."""
    size = round(FRAME * audio.rate)
    block = size * 4096
    parts = []
    for start in range(0, len(audio.samples) // size * size, block):
        piece = audio.samples[start : start + block]
        parts.append(np.abs(piece[: len(piece) // size * size]).reshape(-1, size).mean(axis=1, dtype=np.float64))
    return np.concatenate(parts) if parts else np.zeros(0)


def _decibels(levels: Levels, audio: Audio) -> Levels:
    """Loudness, smoothed, re the loudest tenth of the channel's own speech."""
    smooth = np.convolve(levels, np.full(SMOOTH, 1 / SMOOTH), mode="same")
    spoken = np.zeros(len(levels), dtype=np.bool_)
    for span in audio.speech or ():
        spoken[int(span.start / FRAME) : int(np.ceil(span.end / FRAME))] = True
    reference = float(np.percentile(smooth[spoken], 90)) if spoken.any() else float(smooth.max())
    decibels: Levels = 20 * np.log10(np.maximum(smooth, 1e-7) / max(reference, 1e-7))
    return decibels


def _without(speech: tuple[Span, ...], leaked: npt.NDArray[np.bool_]) -> tuple[Span, ...]:
    kept = []
    for span in speech:
        first, last = int(span.start / FRAME), int(np.ceil(span.end / FRAME))
        inside = leaked[first:last]
        edges = np.flatnonzero(np.diff(np.concatenate([[True], inside, [True]]).astype(np.int8)))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            cut = Span(max(span.start, (first + int(begin)) * FRAME), min(span.end, (first + int(end)) * FRAME))
            if cut.end - cut.start >= (SHORTEST if inside.any() else 0.0):
                kept.append(cut)
    return tuple(kept)
