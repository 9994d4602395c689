"""The user's folder of models: each model's folder is there whole, with a record of its files, or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..data_schemas import Code, LaliaError

RECORD = "lalia.json"


@dataclass(frozen=True, slots=True)
class Record:
    """SHA-256 of each file as it was fetched, and where from."""

    files: Mapping[str, str]
    source: str


def root() -> Path:
    """The cache: LALIA_MODELS, else ``lalia`` in the platform's cache folder (``~/.cache/lalia``)."""
    if given := os.environ.get("LALIA_MODELS"):
        return Path(given).expanduser()
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "lalia"


def folder(name: str) -> Path:
    """Where a model of that name lies, or would."""
    return root() / "models" / name


@contextmanager
def making(name: str) -> Iterator[Path]:
    """A new folder to fill; it takes the model's name only when the context ends without an error."""
    final = folder(name)
    final.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".making-", dir=final.parent))
    try:
        yield building
        try:
            building.rename(final)
        except OSError:
            # Another process was first; its folder is checked like any other.
            if not final.is_dir():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def write_record(where: Path, record: Record) -> None:
    """Keep the hashes of a fetched model beside it."""
    text = json.dumps({"files": dict(record.files), "source": record.source}, indent=1, sort_keys=True)
    (where / RECORD).write_text(text + "\n", encoding="utf-8")


def record(where: Path) -> Record:
    """The record of a fetched model."""
    try:
        read = json.loads((where / RECORD).read_text(encoding="utf-8"))
        return Record({str(name): str(value) for name, value in read["files"].items()}, str(read["source"]))
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise LaliaError(
            "A fetched model must carry the record of its files",
            f"none that can be read ({type(error).__name__})",
            f"Remove the folder {where.name} from the cache and fetch the model again",
            code=Code.BAD_MODEL,
        ) from None
