"""Transcript files: one reader for each format, chosen by suffix, and writers.

Readers keep everything said as typed events; docs/transcripts.md says what each format gives.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...data_schemas.errors import Code, LaliaError
from ...data_schemas.transcript import Transcript
from . import captions, chat_read, elan, native, text, textgrid
from .about import About
from .captions import write_vtt
from .chat_write import write_chat
from .native import write_json
from .source import Source, load
from .textgrid_write import write_textgrid

__all__ = ["READERS", "SUFFIXES", "read", "write_chat", "write_json", "write_textgrid", "write_vtt"]

READERS: dict[str, Callable[[Source, About], Transcript]] = {
    ".cha": chat_read.read,
    ".textgrid": textgrid.read,
    ".json": native.read,
    ".eaf": elan.read,
    ".vtt": captions.read,
    ".srt": captions.read,
    ".txt": text.read,
}
"""Reader by suffix in lower case; where several files stand beside a recording, the first listed tells most."""

SUFFIXES = tuple(READERS)
"""Suffixes of transcripts, in lower case, best first."""


def read(
    path: Path, *, participant: str | None = None, language: str | None = None, otherwise: str | None = None
) -> Transcript:
    """Read a transcript file.

    Parameters
    ----------
    path : Path
        Its suffix, case ignored, tells the format.
    participant : str or None
        What the manifest calls the participant in this transcript; None to choose by role, then by words.
    language : str or None
        What the manifest says is spoken. It decides whose fillers are looked for and goes before what the file names.
    otherwise : str or None
        The language where neither does. Without any, English is assumed, unless the words belie it.

    Returns
    -------
    Transcript
        With at least one utterance, times in seconds, and `sha256` of the file's bytes. `language` is None where
        English was assumed, ``und`` where it is unknown.

    Raises
    ------
    LaliaError
        UNSUPPORTED_FORMAT, MISSING_FILE, EMPTY_FILE, or BAD_TRANSCRIPT (too large, not text, not the format its
        suffix says, no utterances, no speaker called `participant`, or nobody who can be it). No message holds the
        transcript's words.
    """
    suffix = path.suffix.lower()
    reader = READERS.get(suffix)
    if reader is None:
        known = ", ".join(SUFFIXES)
        raise LaliaError(
            f"A transcript's suffix must be one of {known}",
            repr(suffix),
            "Rename or convert it",
            code=Code.UNSUPPORTED_FORMAT,
        )
    source = load(path, wide=suffix in (".textgrid", ".eaf"))
    return reader(source, About(participant, language, otherwise))
