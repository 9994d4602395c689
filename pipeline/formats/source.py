"""A transcript file's bytes as safe text, and the notes a reader takes on the way."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from ...data_schemas.errors import Code, LaliaError

MAX_BYTES = 20 * 1024**2
"""Largest transcript file taken; three hours of annotated talk are under 1 MB."""

MAX_TOKENS = 500_000
"""Most blank-delimited pieces in a transcript; three hours of fast talk with every tier are 200,000."""

MAX_MADE = 10_000
"""Most events in one file that a count such as ``[x 3]`` stands for."""

SHOWN_LINES = 5
"""Line numbers listed in one note before the rest are only counted."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_KEPT_CONTROLS = frozenset("\t\n\x15")
# Bidirectional overrides, isolates and the byte-order mark change how text shows without being seen.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def bad_transcript(must: str, got: str, do: str) -> LaliaError:
    """An error of kind BAD_TRANSCRIPT; `got` must hold none of the transcript's words."""
    return LaliaError(must, got, do, code=Code.BAD_TRANSCRIPT)


def too_many() -> LaliaError:
    """The error for a file that no recording can have as its transcript."""
    return bad_transcript(f"A transcript must have at most {MAX_TOKENS} words and marks", "more", "Split it")


@dataclass
class Notes:
    """Notes in the order first taken; the same note on many lines becomes one."""

    lines: dict[str, list[int]] = field(default_factory=dict)
    made: int = 0

    def may_make(self, count: int) -> bool:
        """Whether a reader may add `count` events that the file only counts; adds them to those made."""
        fits = self.made + count <= MAX_MADE
        self.made += count if fits else 0
        return fits

    def add(self, what: str, line: int | None = None) -> None:
        """Note `what`, a sentence without its full stop, at a line counted from 1."""
        where = self.lines.setdefault(what, [])
        if line is not None and line not in where[-1:]:
            where.append(line)

    def told(self) -> tuple[str, ...]:
        """One sentence for each note, with its line numbers."""
        return tuple(_told(what, where) for what, where in self.lines.items())


def _told(what: str, where: list[int]) -> str:
    if not where:
        return f"{what}."
    shown = ", ".join(map(str, where[:SHOWN_LINES]))
    more = f" and {len(where) - SHOWN_LINES} more" if len(where) > SHOWN_LINES else ""
    return f"{what} (line{'s' if len(where) > 1 else ''} {shown}{more})."


@dataclass(frozen=True)
class Source:
    """A file as text: line ends are line feeds, control characters but tab and U+0015 are gone."""

    text: str
    sha256: str
    notes: Notes

    @property
    def lines(self) -> list[str]:
        """Lines without their ends; only CR, LF and CR LF end a line."""
        return self.text.split("\n")


def load(path: Path, *, wide: bool = False) -> Source:
    """Read a transcript file as text.

    UTF-8 with or without byte-order mark, then Latin-1 with a note; UTF-16 only where `wide`. A `wide` format
    (TextGrid, ELAN) spends many marks on each word, and its reader counts words itself.

    Raises
    ------
    LaliaError
        MISSING_FILE, EMPTY_FILE, or BAD_TRANSCRIPT for a file that is too large or not text.
    """
    data = _bytes(path)
    notes = Notes()
    text = _decoded(data, notes, wide=wide)
    if "\x00" in text:
        raise bad_transcript("A transcript must be a text file", "NUL bytes", "Save it as UTF-8 text")
    if not text.strip():
        raise LaliaError("A transcript must hold text", "an empty file", "Remove it or fill it", code=Code.EMPTY_FILE)
    if not wide and len(text.split(None, MAX_TOKENS)) > MAX_TOKENS:
        raise too_many()
    return Source(_cleaned(_LINE_END.sub("\n", text), notes), hashlib.sha256(data).hexdigest(), notes)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise bad_transcript(
                f"A transcript must have at most {MAX_BYTES // 1024**2} MB", f"{size / 1024**2:.1f} MB", "Split it"
            )
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        kind = type(error).__name__
        raise LaliaError(
            "A transcript must be a readable file", kind, "Check its path and rights", code=Code.MISSING_FILE
        ) from None


def _decoded(data: bytes, notes: Notes, *, wide: bool) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom) and (wide or encoding == "utf-8"):
            # A file cut mid-character still gives its text.
            return data[len(bom) :].decode(encoding, errors="replace")
    if wide and b"\x00" in data[:4]:
        return data.decode("utf-16-be" if data[:1] == b"\x00" else "utf-16-le", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        notes.add("The file is not UTF-8; it was read as Latin-1, so letters with accents may be wrong")
        return data.decode("latin-1")


def _cleaned(text: str, notes: Notes) -> str:
    """Without control and invisible characters; canonical composition, so that equal words compare equal."""
    kept = _INVISIBLE.sub("", text)
    kept = "".join(c for c in kept if c in _KEPT_CONTROLS or unicodedata.category(c) not in ("Cc", "Cs"))
    if len(kept) != len(text):
        notes.add("Control or invisible characters were removed")
    return unicodedata.normalize("NFC", kept)
