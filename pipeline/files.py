"""Files that are whole or not there at all, and that nobody else can read."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader, or a crash at any moment, sees the old content or the new, never a part.

    The file is private to its owner (mode 0600), as everything about a patient must be.

    Parameters
    ----------
    path : Path
        In an existing folder.
    content : str or bytes
        Text is written as UTF-8 with newlines as they are.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=path.parent)  # mkstemp makes the file 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def private_folder(path: Path) -> Path:
    """Make a folder, and its missing parents, that only the owner can enter (mode 0700)."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write_json(path: Path, value: Any) -> None:
    """Write JSON with sorted keys, so that equal content is equal bytes."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    write_whole(path, text + "\n")


def _sync_folder(folder: Path) -> None:
    # The rename itself must survive a power cut; Windows cannot open a folder and needs no such call.
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
