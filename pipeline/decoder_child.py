"""The decoder process: sound file on standard input, float32 samples on standard output, one JSON report on error.

Run as a script by `decode`, never imported by it: a decoder that crashes, hangs or allocates without end takes
only this process with it. It sees no file name, only an open file, and imports nothing of lalia, so that it
starts in a fraction of a second.
"""

from __future__ import annotations

import abc
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

MIX_BLOCK = 1 << 20
"""Samples rescaled at a time when dead channels were mixed in."""

LOUDNESS_FRAME = 1024
"""Samples in a frame of loudness, about a syllable at 8 kHz and less at higher rates."""

TOGETHER = 0.5
"""Correlation of the loudness of two channels below which they hold different speakers."""

READ_FRAMES = 65536
"""Frames handled at a time."""

FLAC_FRAMES = 4096
"""The same for FLAC, where an error loses the block read: the usual size of a FLAC block."""

LOUDEST = 16.0
"""Full scale is 1; floating-point files may exceed it (+24 dB here), integers stored as floats exceed it by far."""

SHORTFALL = 0.02
"""A file that gives this share less than its header promised was cut off."""

PCM_LIKE = frozenset("PCM_S8 PCM_U8 PCM_16 PCM_24 PCM_32 FLOAT DOUBLE ULAW ALAW VORBIS MPEG_LAYER_III".split())
"""libsndfile codecs taken. ADPCM is not: its parser overflowed in libsndfile 1.2.2."""


class Refused(Exception):
    """A reason to stop, in the terms of LaliaError: code, must, got, do."""


def main() -> None:
    """Decode standard input as the JSON in the first argument says."""
    given = json.loads(sys.argv[1])
    # Decoding libraries print to 1 and 2 as they like; keep both ends for ourselves.
    samples, report = os.dup(1), os.dup(2)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    limit(given)
    os.lseek(0, 0, os.SEEK_SET)
    try:
        answer = decode(given, samples)
    except Refused as refused:
        answer = dict(zip(("code", "must", "got", "do"), refused.args, strict=True))
    except MemoryError:
        answer = _refusal("corrupt", "A recording must decode within the memory limit", "one that does not")
    except Exception as error:
        answer = _refusal("corrupt", "A recording must be decodable", f"a decoder error ({type(error).__name__})")
    os.write(report, json.dumps(answer).encode())


def _refusal(code: str, must: str, got: str) -> dict[str, str]:
    return {"code": code, "must": must, "got": got, "do": "Open it in an audio editor and save it again as WAV or FLAC"}


def limit(given: dict[str, Any]) -> None:
    """Cap memory and processor time where the system can (not on Windows; only in part on macOS)."""
    try:
        import resource
    except ImportError:
        return
    wanted = {"RLIMIT_AS": given["decode_bytes"], "RLIMIT_CPU": given["decode_seconds"], "RLIMIT_CORE": 0}
    for name, value in wanted.items():
        try:
            kind = getattr(resource, name)
            _, hard = resource.getrlimit(kind)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))
        except (AttributeError, ValueError, OSError):
            continue  # a limit this system does not know


def decode(given: dict[str, Any], out: int) -> dict[str, Any]:
    """Check the header, then write one channel or the mean of all to `out`, and say what was done."""
    source = SndfileSource(given) if given["decoder"] == "sndfile" else AvSource(given)
    check_header(given, source)
    mixer = Mixer(source.channels, given["channel"], out)
    most = int(given["max_seconds"] * source.rate)
    damaged = False
    try:
        for block in source.blocks():
            mixer.add(block)
            if mixer.frames > most:
                raise too_long(given, f"more than {given['max_seconds']:g} s")
    except source.errors:
        damaged = True
    if mixer.frames == 0:
        raise Refused(*_refusal("corrupt", "A recording must hold sound that decodes", "none").values())
    if mixer.frames < given["min_seconds"] * source.rate:
        raise Refused(
            "too_short",
            f"A recording must last {given['min_seconds']:g} s or more",
            f"{mixer.frames / source.rate:.3f} s",
            "Check that recording was not stopped at once",
        )
    channel, flags = mixer.finish()
    short = source.promised is not None and mixer.frames < (1 - SHORTFALL) * source.promised
    if damaged or source.damaged or short:
        flags.append("truncated")
    return {
        "rate": source.rate,
        "frames": mixer.frames,
        "native_channels": source.channels,
        "channel": channel,
        "codec": source.codec,
        "flags": flags,
    }


def check_header(given: dict[str, Any], source: Source) -> None:
    """Refuse what the header says is out of limits, before a sample is decoded."""
    if not given["min_rate"] <= source.rate <= given["max_rate"]:
        raise Refused(
            "bad_header",
            f"The sample rate must lie in {given['min_rate']}-{given['max_rate']} Hz",
            f"{source.rate} Hz",
            "Record at 16 kHz or more, or resample the file",
        )
    if not 1 <= source.channels <= given["max_channels"]:
        raise Refused(
            "bad_header",
            f"A recording must have 1-{given['max_channels']} channels",
            f"{source.channels}",
            "Export the channels of the speakers only",
        )
    if given["channel"] is not None and given["channel"] >= source.channels:
        raise Refused(
            "bad_manifest",
            "participant_channel must be a channel of the file, counted from 0",
            f"{given['channel']} for a file with {source.channels}",
            "Correct the manifest",
        )
    if source.length is not None and source.length > given["max_seconds"] * source.rate:
        raise too_long(given, f"{source.length / source.rate:.0f} s")


def too_long(given: dict[str, Any], got: str) -> Refused:
    """The refusal of a recording over the time limit."""
    return Refused(
        "too_long",
        f"A recording must last at most {given['max_seconds']:g} s",
        got,
        "Split it, or raise the limit max_seconds",
    )


class Source(abc.ABC):
    """A sound file: its header, and its samples in blocks.

    `length` is the number of frames the decoder expects, `promised` what the header claims; None if unknown.
    """

    rate: int
    channels: int
    codec: str
    length: int | None = None
    promised: int | None = None
    damaged = False
    errors: tuple[type[Exception], ...] = ()

    @abc.abstractmethod
    def blocks(self) -> Iterator[Any]:
        """Blocks of shape (frames, channels), float32, full scale 1."""


class SndfileSource(Source):
    """WAV, AIFF, FLAC, MP3 and Ogg Vorbis through libsndfile."""

    def __init__(self, given: dict[str, Any]) -> None:
        import soundfile

        class Forward(soundfile.SoundFile):  # type: ignore[misc]
            # soundfile seeks to where it already is after every read, which empties the bit reservoir of
            # an MP3 decoder: each block would begin with a few damaged frames. Seeking is refused instead.
            def seekable(self) -> bool:
                return False

        with open(0, "rb", closefd=False) as stream:
            promised, self.damaged = _promise(stream, given["container"])
        os.lseek(0, 0, os.SEEK_SET)
        self._file = Forward(0, closefd=False)
        if self._file.format not in given["demuxers"] or self._file.subtype not in PCM_LIKE:
            raise unsupported(f"{self._file.subtype} coding")
        self.rate, self.channels = self._file.samplerate, self._file.channels
        self.codec = self._file.subtype.lower()
        self.errors = (soundfile.SoundFileError,)
        if 0 < self._file.frames < 1 << 62:  # a stream's header may not know its length
            self.length = self._file.frames
            self.promised = max(promised or 0, self.length)

    def blocks(self) -> Iterator[Any]:
        """As in Source."""
        size = FLAC_FRAMES if self._file.format == "FLAC" else READ_FRAMES
        while len(block := self._file.read(size, dtype="float32", always_2d=True)):
            yield block


def _promise(stream: BinaryIO, container: str) -> tuple[int | None, bool]:
    """Frames a WAV or AIFF header promises (libsndfile trims that to what is there), and whether an Ogg ends early."""
    if container in ("wav", "aiff"):
        return _chunks(stream, "little" if container == "wav" else "big"), False
    if container == "ogg":
        return None, not _ogg_ends(stream)
    return None, False


def _chunks(stream: BinaryIO, order: Any) -> int | None:
    stream.seek(12)
    frame = 0
    for _ in range(64):
        head = stream.read(8)
        if len(head) < 8:
            return None
        name, size = head[:4], int.from_bytes(head[4:], order)
        if name == b"data" or (name == b"COMM" and order == "big"):
            if name == b"COMM":
                return int.from_bytes(stream.read(6)[2:], "big")
            # 0 and 0xFFFFFFFF are written by programs that stream and do not know the length.
            return size // frame if frame and 0 < size < 0xFFFFFFFF else None
        body = stream.read(min(size, 16)) if name == b"fmt " else b""
        frame = int.from_bytes(body[12:14], "little") if body else frame
        stream.seek(size - len(body) + size % 2, os.SEEK_CUR)
    return None


def _ogg_ends(stream: BinaryIO) -> bool:
    # An Ogg stream has no length in its header; its last page carries an end mark instead.
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - (1 << 17)))
    tail = stream.read()
    page = tail.rfind(b"OggS")
    return page >= 0 and len(tail) > page + 5 and bool(tail[page + 5] & 4)


class AvSource(Source):
    """Everything else through PyAV, held to one demuxer and to the one open file."""

    def __init__(self, given: dict[str, Any]) -> None:
        import av

        def no_other_file(*_: Any) -> Any:
            raise PermissionError("a recording must not name other files")

        stream = open(0, "rb", closefd=False)  # noqa: SIM115 - open for as long as the process
        self.damaged = given["container"] == "ogg" and not _ogg_ends(stream)
        stream.seek(0)
        self._container = av.open(stream, format=given["demuxers"][0], io_open=no_other_file)
        if not self._container.streams.audio:
            raise unsupported("a container without sound")
        self._stream = self._container.streams.audio[0]
        context = self._stream.codec_context
        if not context.sample_rate or not context.channels:
            raise Refused(*_refusal("bad_header", "The header must give rate and channels", "neither").values())
        self.rate, self.channels, self.codec = context.sample_rate, context.channels, context.name
        self._bad = av.FFmpegError
        self._frames = self._decoded()
        self._first = next(self._frames, None)
        # Spectral band replication doubles the rate a header states; the decoded frames are right.
        if self._first is not None:
            self.rate, self.channels = self._first.sample_rate, self._first.layout.nb_channels
        self.length = self.promised = self._length(given["container"])

    def _length(self, container: str) -> int | None:
        if container == "aac":  # no header: an estimate from the bit rate, off by more than the shortfall
            return None
        if self._stream.duration and self._stream.time_base:
            return int(self._stream.duration * self._stream.time_base * self.rate)
        return int(self._container.duration / 1e6 * self.rate) if self._container.duration else None

    def _decoded(self) -> Iterator[Any]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
                frames = None if packet is None else packet.decode()
            except self._bad:
                self.damaged = True  # this packet is lost; the next may be sound
                continue
            if frames is None:
                return
            yield from frames

    def blocks(self) -> Iterator[Any]:
        """As in Source; codec frames are joined, as they hold about a thousand samples each."""
        import itertools

        import numpy as np

        held: list[Any] = []
        if self._first is None:
            return
        for frame in itertools.chain([self._first], self._frames):
            held.append(self._block(frame))
            if sum(map(len, held)) >= READ_FRAMES:
                yield np.concatenate(held)
                held = []
        if held:
            yield np.concatenate(held)

    def _block(self, frame: Any) -> Any:
        import numpy as np

        if frame.sample_rate != self.rate or frame.layout.nb_channels != self.channels:
            raise Refused(
                *_refusal("corrupt", "Rate and channels must not change within a recording", "a change").values()
            )
        raw = frame.to_ndarray()
        raw = raw.T if frame.format.is_planar else raw.reshape(-1, self.channels)
        if raw.dtype.kind == "f":
            return raw.astype(np.float32)
        if raw.dtype.kind == "u":
            return (raw.astype(np.float32) - 128) / 128
        return (raw / -float(np.iinfo(raw.dtype).min)).astype(np.float32)


def unsupported(got: str) -> Refused:
    """The refusal of a format or coding that is not taken."""
    return Refused(
        "unsupported_format",
        "A recording must be WAV, FLAC, OGG, MP3, AIFF, M4A, MP4, WebM, Opus, WMA or AAC sound",
        got,
        "Convert it to WAV or FLAC",
    )


class Mixer:
    """Writes one channel, or the mean of those that are alive, and remembers what each held."""

    def __init__(self, channels: int, channel: int | None, out: int) -> None:
        import numpy as np

        self._np, self._channels, self._channel, self._out = np, channels, channel, out
        self._alive = np.zeros(channels, dtype=bool)
        self._equal = True
        self._loudness: list[Any] = []
        self.frames = 0

    def add(self, block: Any) -> None:
        """Take a block of shape (frames, channels)."""
        np = self._np
        loudest = float(np.abs(block).max(initial=0.0))
        if not loudest <= LOUDEST:  # also true of NaN
            raise Refused(
                "bad_samples",
                f"Samples must be finite numbers within full scale (1.0, at most {LOUDEST:g} tolerated)",
                f"{loudest:.3g}" if np.isfinite(loudest) else "a sample that is no finite number",
                "Export the file again; divide integers stored as floats by their full scale",
            )
        self._alive |= block.any(axis=0)
        self._equal = self._equal and bool((block == block[:, :1]).all())
        if self._channels == 2 and self._channel is None:
            whole = block[: len(block) // LOUDNESS_FRAME * LOUDNESS_FRAME]
            self._loudness.append(np.abs(whole.reshape(-1, LOUDNESS_FRAME, 2)).mean(axis=1))
        if self._channel is not None:
            mono = block[:, self._channel]
        elif self._channels == 1:
            mono = block[:, 0]
        else:
            mono = block.sum(axis=1, dtype=np.float32) * np.float32(1 / self._channels)
        self._write(np.ascontiguousarray(mono, dtype="<f4").tobytes())
        self.frames += len(block)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._out, view) :]
        except OSError as error:
            raise Refused(
                "machine_fault",
                "Decoded sound must fit in the temporary folder",
                f"an error on writing it ({type(error).__name__})",
                "Free space, or set TMPDIR to a larger disk",
            ) from None

    def finish(self) -> tuple[int | None, list[str]]:
        """The channel taken (None for a mean) and the flags raised."""
        alive = [int(index) for index in self._np.flatnonzero(self._alive)]
        dead = ["dead_channel"] if 0 < len(alive) < self._channels else []
        if self._channel is not None:
            return self._channel, dead if self._channel not in alive else []
        if self._equal:  # one signal, stored once for each channel
            return 0, []
        if dead:
            self._rescale(self._channels / len(alive))
        if len(alive) == 1:
            return alive[0], dead
        return None, ["mixed_down", *(["channels_apart"] if self._apart() else []), *dead]

    def _apart(self) -> bool:
        # Two microphones in one room grow loud together; two speakers on a channel each take turns.
        np = self._np
        loudness = np.concatenate(self._loudness) if self._loudness else np.zeros((0, 2))
        if len(loudness) < 2 or not loudness.std(axis=0).all():
            return False
        return bool(np.corrcoef(loudness.T)[0, 1] < TOGETHER)

    def _rescale(self, factor: float) -> None:
        # The mean was taken over all channels before it was known that some never sounded.
        np = self._np
        with open(self._out, "r+b", closefd=False) as stream:
            for start in range(0, self.frames, MIX_BLOCK):
                stream.seek(4 * start)
                block = np.frombuffer(stream.read(4 * MIX_BLOCK), dtype="<f4")
                stream.seek(4 * start)
                stream.write((block * np.float32(factor)).tobytes())


if __name__ == "__main__":
    main()
