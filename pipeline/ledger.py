"""The ledger of a run: one small file for each finished unit, so that nothing finished is done twice.

``OUT/.ledger/<first two of key>/<key>.json`` holds an assessment or the reason for its rejection. The key is a
content hash (see `keys`), so a changed recording, setting, model or version is another unit. Faults of the
machine, as opposed to the recording, are kept beside it as ``<key>.failed.json`` and tried again by the next run.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from ..data_schemas import Assessment, Code, Frozen, LaliaError, Rejected
from .files import private_folder, write_json, write_whole
from .paths import require_source

TRANSIENT = frozenset({Code.MACHINE_FAULT, Code.MODEL_ABSENT, Code.BAD_MODEL})
"""Codes of faults that are not the recording's; such a unit is not finished."""

_FOLDER, _MARKER, _LOCK = ".ledger", "lalia.json", "lock"


class Record(Frozen):
    """What became of one unit."""

    key: str
    assessment: Assessment | None = None
    rejected: Rejected | None = None

    @property
    def result(self) -> Assessment | Rejected:
        """Whichever of the two there is."""
        result = self.assessment or self.rejected
        if result is None:
            raise ValueError("a record must hold an assessment or a rejection")
        return result

    @property
    def recording_id(self) -> str:
        """Whose record it is."""
        result = self.result
        return result.recording.recording_id if isinstance(result, Assessment) else result.recording_id

    @property
    def finished(self) -> bool:
        """Whether doing the unit again could give nothing else."""
        return self.rejected is None or self.rejected.code not in TRANSIENT


class Ledger:
    """Records of finished units below a run's folder; safe to write from several processes at once."""

    def __init__(self, out: Path) -> None:
        self.folder = out / _FOLDER

    def path(self, key: str, *, finished: bool = True) -> Path:
        """Where the record of `key` is kept."""
        return self.folder / key[:2] / f"{key}{'' if finished else '.failed'}.json"

    def read(self, key: str) -> Record | None:
        """The finished record, or None when there is none; a damaged or foreign file counts as none."""
        return _read(self.path(key), key)

    def settled(self, key: str) -> Record | None:
        """The finished record, else the last transient fault."""
        return self.read(key) or _read(self.path(key, finished=False), key)

    def write(self, record: Record) -> None:
        """File a record, whole or not at all."""
        path = self.path(record.key, finished=record.finished)
        private_folder(path.parent)
        write_whole(path, record.model_dump_json() + "\n")
        if record.finished:
            self.path(record.key, finished=False).unlink(missing_ok=True)

    def keep_only(self, files: Mapping[str, tuple[str, str | None]], keys: Collection[str] = ()) -> None:
        """Remove records of anything but the run's present files: they would outlive a person's consent.

        Parameters
        ----------
        files : mapping of str to tuple
            SHA-256 of the audio and of the transcript given, or None, of each recording in the run. Records of
            just these files are kept, under whatever settings they were made.
        keys : collection of str
            Units known to be of these files, whose records need not be read.
        """
        for path in self.folder.glob("??/*"):
            key = path.name.split(".")[0]
            if key not in keys and not _is_of(_read(path, key), files):
                path.unlink()


def _is_of(record: Record | None, files: Mapping[str, tuple[str, str | None]]) -> bool:
    # A file that cannot be read could be anyone's; a rejection does not say what it rejected.
    done = record.assessment if record is not None else None
    if done is None or done.audio is None:
        return False
    given = done.transcript.sha256 if done.transcript is not None else None
    return files.get(done.recording.recording_id) == (done.audio.sha256, given)


def _read(path: Path, key: str) -> Record | None:
    try:
        record = Record.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    whole = (record.assessment is None) != (record.rejected is None)
    return record if whole and record.key == key else None


@contextmanager
def claimed(out: Path, source: Path) -> Iterator[Ledger]:
    """Make or take over the folder of a run, alone, for as long as the context lasts.

    Raises
    ------
    LaliaError
        When `out` is or holds the recordings, has other files in it, or is in use by another run.
    """
    _refuse_sources(out, source)
    _refuse_foreign(out)
    try:
        private_folder(out)
        os.chmod(out, 0o700)
    except OSError as error:
        raise LaliaError(
            "The output folder must be one you may make and write to",
            error.strerror or type(error).__name__,
            "Choose another folder with --out",
        ) from None
    ledger = Ledger(out)
    private_folder(ledger.folder)
    with _alone(ledger.folder / _LOCK):
        if not (ledger.folder / _MARKER).exists():
            write_json(ledger.folder / _MARKER, {"format": 1, "made_by": "lalia"})
        yield ledger


def is_run(out: Path) -> bool:
    """Whether a folder is one that lalia made."""
    return (out / _FOLDER / _MARKER).is_file()


def _refuse_sources(out: Path, source: Path) -> None:
    require_source(source)  # before a folder is made for nothing
    held = source.resolve()
    if held == out.resolve() or held.is_relative_to(out.resolve()):
        raise LaliaError(
            "The output folder must not be, or hold, the recordings",
            "a folder that does",
            "Choose another folder with --out",
        )


def _refuse_foreign(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise LaliaError("The output must be a folder", "a file", "Choose another folder with --out")
    # A run that was killed as it began may have left the ledger's folder without its marker.
    if out.is_dir() and not is_run(out) and {path.name for path in out.iterdir()} - {_FOLDER}:
        raise LaliaError(
            "The output folder must be new, empty, or one that lalia made",
            "a folder with other files in it",
            "Choose another folder with --out",
        )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    # The system frees such a lock when its holder dies, however it dies.
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as stream:
        try:
            _lock(stream)
        except OSError:
            raise LaliaError(
                "A run must have its output folder to itself",
                "a folder in which another run is at work",
                "Wait for it to end, or choose another folder with --out",
            ) from None
        yield


def _lock(stream: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
