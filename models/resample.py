"""Resampling to the 16 kHz that speech recognisers and voice activity detectors are trained on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..data_schemas.audio import Samples

RATE = 16_000
"""Samples per second after resampling."""

BLOCK = 1 << 18
"""Input samples taken at a time; a recording of any length needs memory for two blocks."""


def blocks_16k(samples: Samples, rate: int) -> Iterator[Samples]:
    """Blocks of the signal at 16 kHz, in order, of unequal length; memory does not grow with the recording.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        May be a memory map.
    rate : int
        Its samples per second.

    Yields
    ------
    ndarray of float32
        Together ``round(n * 16000 / rate)`` samples, by soxr's high quality linear-phase filter, whose
        delay is taken out: sample k is at k / 16000 s.
    """
    left = round(len(samples) * RATE / rate)
    for block in _resampled(samples, rate):
        yield block[:left]
        left -= len(block[:left])
    if left:
        yield np.zeros(left, dtype=np.float32)


def _resampled(samples: Samples, rate: int) -> Iterator[Samples]:
    starts = range(0, len(samples), BLOCK)
    if rate == RATE:
        yield from (np.ascontiguousarray(samples[start : start + BLOCK], dtype=np.float32) for start in starts)
        return
    import soxr

    stream = soxr.ResampleStream(rate, RATE, 1, dtype="float32", quality="HQ")
    for start in starts:
        block = np.ascontiguousarray(samples[start : start + BLOCK], dtype=np.float32)
        yield stream.resample_chunk(block, last=start + BLOCK >= len(samples))


def to_16k(samples: Samples, rate: int) -> Samples:
    """The whole signal at 16 kHz: `blocks_16k` joined, 3.8 MB a minute.

    Returns
    -------
    ndarray of float32, shape (round(n * 16000 / rate),)
    """
    out = np.empty(round(len(samples) * RATE / rate), dtype=np.float32)
    done = 0
    for block in blocks_16k(samples, rate):
        out[done : done + len(block)] = block
        done += len(block)
    return out
