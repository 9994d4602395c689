"""From a file to samples, in a child process with limits, so that no recording can take the run with it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from io import FileIO
from pathlib import Path
from typing import IO, Any

import numpy as np

from ..data_schemas import Audio, Code, Flag, LaliaError, Limits
from ..data_schemas.audio import Samples
from .containers import RESYNCED, Container
from .ingest import Located
from .paths import check_file, open_plain

MIN_SECONDS = 0.1
"""Shortest recording taken: two periods of the lowest voice and one analysis frame need about as much."""

_CHILD = Path(__file__).with_name("decoder_child.py")
_AGAIN = "Open it in an audio editor and save it again as WAV or FLAC"


def decode(item: Located, limits: Limits) -> Audio:
    """Decode one recording at its native rate.

    Parameters
    ----------
    item : Located
        From `ingest`; ``recording.participant_channel`` picks a channel, else channels are averaged.
    limits : Limits
        Checked on the header first, and enforced while decoding.

    Returns
    -------
    Audio
        Samples are a read-only memory map of a temporary file that no longer has a name: they cost no
        memory that the system cannot take back, and vanish with the object. Flags: MIXED_DOWN (mean of
        channels that differ), DEAD_CHANNEL (one held only zeros), TRUNCATED (some of the sound is missing; after
        a hole in a FLAC or MP3 file, times are earlier by what is lost).

    Raises
    ------
    LaliaError
        With a code of: missing_file, empty_file, unsupported_format, too_large, too_long, too_short,
        bad_header, bad_manifest (no such channel), bad_samples, corrupt, machine_fault (no room to decode to).
    """
    channel = item.recording.participant_channel
    with open_plain(item.audio) as source:
        container = check_file(source, limits)
        sha256 = hashlib.file_digest(source, "sha256").hexdigest()
        found, samples = _decoded(source, container, channel, limits)
        if Flag.TRUNCATED in found["flags"] and container.name in RESYNCED:
            with contextlib.suppress(LaliaError):
                again, more = _decoded(source, RESYNCED[container.name], channel, limits)
                if len(more) > len(samples):
                    flags = dict.fromkeys([*again["flags"], Flag.TRUNCATED])
                    found, samples = {**again, "flags": list(flags)}, more
    return Audio(
        samples=samples,
        rate=int(found["rate"]),
        native_channels=int(found["native_channels"]),
        channel=found["channel"],
        container=container.name,
        codec=str(found["codec"]),
        sha256=sha256,
        flags=tuple(Flag(flag) for flag in found["flags"]),
    )


def _decoded(
    source: FileIO, container: Container, channel: int | None, limits: Limits
) -> tuple[dict[str, Any], Samples]:
    source.seek(0)
    with tempfile.TemporaryFile() as scratch:
        found = _run(source, scratch, _request(container, channel, limits), limits)
        return found, _map(scratch, int(found["frames"]))


def _request(container: Container, channel: int | None, limits: Limits) -> dict[str, Any]:
    return {
        "container": container.name,
        "decoder": container.decoder,
        "demuxers": container.demuxers,
        "channel": channel,
        "min_seconds": MIN_SECONDS,
        **limits.model_dump(),
    }


def _run(source: FileIO, scratch: IO[bytes], request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    # -P keeps the current folder, where recordings may lie, out of the child's import path; one thread
    # keeps the arithmetic library's buffers, which grow with the machine, inside the memory limit.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, "-P", str(_CHILD), json.dumps(request)]
    try:
        done = subprocess.run(  # noqa: S603 - our own script, and no part of the command comes from the file
            command,
            stdin=source,
            stdout=scratch,
            stderr=subprocess.PIPE,
            env=environment,
            timeout=limits.decode_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_slow(limits) from None
    if -done.returncode == getattr(signal, "SIGXCPU", None):
        raise _too_slow(limits)
    try:
        report = dict(json.loads(done.stderr))
    except ValueError:
        raise LaliaError(
            "A recording must decode without harm to the decoder",
            f"a decoder that died (status {done.returncode})",
            _AGAIN,
            code=Code.CORRUPT,
        ) from None
    if "code" in report:
        raise LaliaError(report["must"], report["got"], report["do"], code=Code(report["code"]))
    return report


def _too_slow(limits: Limits) -> LaliaError:
    return LaliaError(
        f"A recording must decode within {limits.decode_seconds} s",
        "a decoder still at work",
        f"{_AGAIN}, or raise the limit decode_seconds",
        code=Code.CORRUPT,
    )


def _map(scratch: IO[bytes], frames: int) -> Samples:
    if os.fstat(scratch.fileno()).st_size != 4 * frames:
        raise LaliaError(
            "The decoder must write every sample", "fewer", "Free space on the disk", code=Code.MACHINE_FAULT
        )
    mapped = np.memmap(scratch, dtype="<f4", mode="r", shape=(frames,))
    return mapped.view(np.ndarray)
