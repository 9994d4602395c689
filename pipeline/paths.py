"""Which files may be opened: inside the folder given, plain, of known size and known format."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from io import FileIO
from pathlib import Path

from ..data_schemas import Code, LaliaError, Limits
from .containers import HEAD_BYTES, Container, describe, sniff

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


def require_source(source: Path) -> None:
    """Raise LaliaError (``missing_file``) where the input of a run does not exist."""
    if not source.exists():
        raise LaliaError(
            "The input must be a folder, a manifest or a recording",
            "nothing there",
            "Check the name",
            code=Code.MISSING_FILE,
        )


def inside(root: Path, text: str) -> Path:
    """The real path of a file named relative to `root`, proven to lie inside it.

    Parameters
    ----------
    root : Path
        A resolved folder.
    text : str
        As a manifest or a folder listing gives it; an absolute path must lie inside `root` too.

    Raises
    ------
    LaliaError
        unsafe_path for anything that could lead elsewhere or be read as something else than a file name
        (``..``, links out of the folder, control characters, a leading ``-``, ``concat:`` and any other
        scheme); missing_file where nothing is there.
    """
    problem = _problem(text)
    if problem:
        raise _unsafe(problem)
    missing: LaliaError | None = None
    # File systems store accents composed or decomposed; a manifest typed elsewhere may hold the other form.
    for form in dict.fromkeys([text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)]):
        try:
            real = (root / form).resolve(strict=True)
        except (OSError, RuntimeError) as error:  # RuntimeError: a ring of links
            missing = LaliaError(
                "A file named in the input must exist",
                f"none there ({type(error).__name__})",
                "Correct the name; write folders with / and relative to the folder of the manifest",
                code=Code.MISSING_FILE,
            )
            continue
        if not real.is_relative_to(root):
            raise _unsafe("one that leads out of it")
        return real
    assert missing is not None
    raise missing


def _problem(text: str) -> str | None:
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        return "one with control characters, or that is not Unicode text"
    if _SCHEME.match(text):
        return "one that begins like an address (name:)"
    parts = Path(text).parts
    if ".." in parts:
        return "one with '..'"
    if any(part.startswith("-") for part in parts):
        return "a name that begins with '-'"
    return None


def _unsafe(got: str) -> LaliaError:
    return LaliaError(
        "A path must be a plain file name inside the folder of the recordings",
        got,
        "Move or rename the file, and name it relative to the folder of the manifest",
        code=Code.UNSAFE_PATH,
    )


def open_plain(path: Path) -> FileIO:
    """Open a file for reading, unbuffered, and never a link or a pipe put in its place since it was checked.

    Raises
    ------
    LaliaError
        missing_file or unsupported_format (a folder, pipe or device).
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise unsupported("a folder, link, pipe or device")
        handle = os.open(path, flags)
    except OSError as error:
        raise LaliaError(
            "A file must be readable",
            f"an error on opening it ({type(error).__name__})",
            "Check that it exists and that you may read it",
            code=Code.MISSING_FILE,
        ) from None
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return FileIO(handle, "rb")
    os.close(handle)
    raise unsupported("a folder, link, pipe or device")


def check_file(source: FileIO, limits: Limits) -> Container:
    """What an open file is, if it is sound of acceptable size; reads its first bytes only.

    Raises
    ------
    LaliaError
        empty_file, too_large or unsupported_format.
    """
    size = os.fstat(source.fileno()).st_size
    if size == 0:
        raise LaliaError(
            "A recording must hold sound",
            "a file of zero bytes",
            "Copy it again from the recorder",
            code=Code.EMPTY_FILE,
        )
    if size > limits.max_bytes:
        raise LaliaError(
            f"A recording must be at most {limits.max_bytes / 1e6:.0f} MB",
            f"{size / 1e6:.0f} MB",
            "Split it, store it as FLAC, or raise the limit max_bytes",
            code=Code.TOO_LARGE,
        )
    head = source.read(HEAD_BYTES)
    source.seek(0)
    container = sniff(head)
    if container is None:
        raise unsupported(describe(head))
    return container


def unsupported(got: str) -> LaliaError:
    """The refusal of something that is not sound in a format taken."""
    return LaliaError(
        "A recording must be a WAV, FLAC, OGG, MP3, AIFF, M4A, MP4, WebM, Opus, WMA or AAC file",
        got,
        "Convert it to WAV or FLAC",
        code=Code.UNSUPPORTED_FORMAT,
    )
