"""What a file is, by its first bytes: the suffix is never believed, and no demuxer is ever guessed.

A text file named ``up.wav`` that begins with ``ffconcat`` makes a guessing ffmpeg decode *another* recording
of the same folder. Here the bytes choose one container from a closed list, and the decoder is held to it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

HEAD_BYTES = 64
"""Enough for every signature below: an Ogg codec name stands at byte 28."""

AUDIO_SUFFIXES = frozenset(
    ".wav .wave .flac .ogg .oga .opus .mp3 .aif .aiff .aifc .m4a .m4b .mp4 .mov .3gp .webm .mka .mkv .wma .aac".split()
)
"""Names a folder is searched for, in lower case."""

REFUSED_SUFFIXES = frozenset(
    ".m3u .m3u8 .pls .xspf .cue .ffconcat .asx .wpl .smil .mp2 .ra .rm .amr .dss .ds2 .spx .ape .wv .caf .au .snd .avi "
    ".w64 .voc".split()
)
"""Playlists and sound formats that are not taken; reported rather than passed over in silence."""


class Container(NamedTuple):
    """How a file is to be decoded.

    `decoder` is libsndfile or PyAV; `demuxers` the format names that decoder may use for it.
    """

    name: str
    decoder: Literal["sndfile", "av"]
    demuxers: tuple[str, ...]


_WAV = Container("wav", "sndfile", ("WAV", "WAVEX", "RF64"))
_AIFF = Container("aiff", "sndfile", ("AIFF",))
_FLAC = Container("flac", "sndfile", ("FLAC",))
_VORBIS = Container("ogg", "sndfile", ("OGG",))
_OPUS = Container("ogg", "av", ("ogg",))
_MP3 = Container("mp3", "sndfile", ("MP3", "MPEG"))
_AAC = Container("aac", "av", ("aac",))
_MP4 = Container("mp4", "av", ("mov",))
_MATROSKA = Container("matroska", "av", ("matroska",))
_ASF = Container("asf", "av", ("asf",))

RESYNCED = {
    "flac": Container("flac", "av", ("flac",)),
    "mp3": Container("mp3", "av", ("mp3",)),
}
"""What PyAV goes on with after a damaged stretch, where libsndfile stops."""

_ASF_GUID = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_EBML = b"\x1a\x45\xdf\xa3"
_OGG_CODEC = 28  # first page: 27 bytes of header and one of segment table before the codec's name


def sniff(head: bytes) -> Container | None:
    """The container the first `HEAD_BYTES` of a file belong to, None when it is none of those taken.

    >>> sniff(b"RIFF....WAVEfmt ").name
    'wav'
    >>> sniff(b"ffconcat version 1.0") is None
    True
    """
    if head[:4] in (b"RIFF", b"RF64"):
        return _WAV if head[8:12] == b"WAVE" else None
    if head[:4] == b"FORM":
        return _AIFF if head[8:12] in (b"AIFF", b"AIFC") else None
    if head[:4] == b"OggS":
        return _ogg(head[_OGG_CODEC:])
    return _by_prefix(head)


def _ogg(first_packet: bytes) -> Container | None:
    if first_packet.startswith(b"\x01vorbis"):
        return _VORBIS
    return _OPUS if first_packet.startswith(b"OpusHead") else None


def _by_prefix(head: bytes) -> Container | None:
    if head.startswith(b"fLaC"):
        return _FLAC
    if head[4:8] == b"ftyp":
        return _MP4
    if head.startswith(_EBML):
        return _MATROSKA
    if head.startswith(_ASF_GUID):
        return _ASF
    return _MP3 if head.startswith(b"ID3") else _mpeg_sync(head)


def _mpeg_sync(head: bytes) -> Container | None:
    # Eleven set bits open an MPEG frame; the two layer bits tell MP3 (01) from AAC in ADTS (00).
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer = head[1] >> 1 & 0b11
    if layer == 0b00:
        return _AAC if head[1] & 0xF0 == 0xF0 else None
    return _MP3 if layer == 0b01 else None


def describe(head: bytes) -> str:
    """What unknown bytes look like, in words for an error message; never a piece of the content itself."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"ffconcat", b"#extm3u", b"[playlist]", b"<asx", b"<smil")):
        return "a playlist, which names other files"
    if start.startswith((b"<?xml", b"<html", b"<!doctype", b"{\\rtf")):
        return "a text document"
    if head and all(byte >= 32 or byte in b"\t\r\n" for byte in head):
        return "text"
    return "bytes of no format known here"
