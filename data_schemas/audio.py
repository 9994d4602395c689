"""Checked audio: samples in memory or mapped from an unlinked scratch file, and what was found in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .base import Frozen

Samples = npt.NDArray[np.float32]


class Span(NamedTuple):
    """A stretch of time in seconds from the start of the recording."""

    start: float
    end: float


class Flag(StrEnum):
    """Quality flags the check stage can raise; each has a plain sentence in the report."""

    MIXED_DOWN = "mixed_down"
    CHANNELS_APART = "channels_apart"
    CLIPPED = "clipped"
    LOW_SNR = "low_snr"
    NARROW_BAND = "narrow_band"
    SILENT = "silent"
    LITTLE_SPEECH = "little_speech"
    DC_OFFSET = "dc_offset"
    DEAD_CHANNEL = "dead_channel"
    TRUNCATED = "truncated"
    HUM = "hum"


@dataclass(frozen=True, eq=False, slots=True)
class Audio:
    """One mono signal at its native rate.

    Attributes
    ----------
    samples : ndarray of float32, shape (n,)
        Full scale is 1.0. May be a read-only memory map: slice it, do not copy it whole.
    rate : int
        Samples per second, native (never resampled).
    native_channels, channel : int, int or None
        Channels in the file, and the one taken; None when they were mixed down.
    container, codec : str
        As the decoder names them.
    sha256 : str
        Of the file's bytes.
    speech : tuple of Span or None
        Where voice activity was found, None before the check stage.
    flags : tuple of Flag
        What the check stage found wrong.
    """

    samples: Samples
    rate: int
    native_channels: int = 1
    channel: int | None = 0
    container: str = "array"
    codec: str = "pcm"
    sha256: str = ""
    speech: tuple[Span, ...] | None = None
    flags: tuple[Flag, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.rate


class AudioSummary(Frozen):
    """What is kept of the audio in results: never a sample."""

    sha256: str
    duration: float
    rate: int
    native_channels: int
    channel: int | None
    container: str
    codec: str
    speech: tuple[Span, ...] | None
    flags: tuple[Flag, ...]
