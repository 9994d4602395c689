"""From a folder, a manifest or one file to the recordings of a run, each located and proven safe to open."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..data_schemas import Code, LaliaError, Limits, Recording, Rejected
from .containers import AUDIO_SUFFIXES, REFUSED_SUFFIXES
from .formats import SUFFIXES as TRANSCRIPT_SUFFIXES
from .formats.source import MAX_BYTES as MAX_TRANSCRIPT
from .manifest import SUFFIXES as MANIFEST_SUFFIXES
from .manifest import Row, bad_manifest, read_rows, to_recording
from .paths import check_file, inside, open_plain, require_source, unsupported

STAGE = "ingest"

_LEGAL = re.compile(r"[^\W_][\w.\-]{0,99}")
_ILLEGAL = re.compile(r"[^\w.\-]+")


@dataclass(frozen=True, slots=True)
class Located:
    """A recording whose files were found; every path is real and inside the folder given.

    `corrected`: the transcript was fed back by somebody who put its words right, and its words are aligned anew.
    """

    recording: Recording
    audio: Path
    transcript: Path | None = None
    stimulus: Path | None = None
    corrected: bool = False

    def __post_init__(self) -> None:
        """Refuse a stimulus that is named and has no file: features would read nothing, without a word."""
        if self.recording.stimulus and self.stimulus is None:
            raise _no_stimulus_file()


@dataclass(frozen=True, slots=True)
class Intake:
    """What a run will work on, and what it will not, in the order of the input."""

    items: tuple[Located, ...]
    rejected: tuple[Rejected, ...]


def ingest(source: Path, limits: Limits) -> Intake:
    """Find the recordings of a run.

    Parameters
    ----------
    source : Path
        A folder (searched with its sub-folders, in sorted order), a manifest (.csv or .parquet, paths
        relative to its folder), or one sound file.
    limits : Limits
        Size is checked here; everything in the header by `decode`.

    Returns
    -------
    Intake
        A bad item is rejected with its reason and the rest goes on. Items that share a recording_id, in
        whatever case, are all rejected: nobody could tell which of them the results belong to.

    Raises
    ------
    LaliaError
        When the source as a whole cannot be used (absent, no recordings, a manifest without its columns).
    """
    require_source(source)
    if source.is_dir():
        found = _from_folder(source.resolve(), limits)
    elif source.suffix.lower() in MANIFEST_SUFFIXES:
        found = _from_manifest(source, limits)
    else:
        found = _from_file(source, limits)
    return _unique(found)


Found = list[Located | Rejected]

_TABLES = frozenset([".xlsx", ".xls", ".ods", ".tsv", ".json", ".jsonl", ".feather", ".sav", ".dta"])
"""Tables that are no manifest; without a word of their own they would be called sound of an unknown kind."""


def reject(recording_id: str, error: LaliaError, stage: str = STAGE) -> Rejected:
    """One row of errors.csv."""
    return Rejected(recording_id=recording_id, stage=stage, code=error.code.value, message=str(error))


def _attempt(recording_id: str, locate: Callable[[], Located]) -> Located | Rejected:
    try:
        return locate()
    except LaliaError as error:
        return reject(recording_id, error)


def _from_manifest(source: Path, limits: Limits) -> Found:
    root = source.parent.resolve()
    return [_attempt(_row_id(row), partial(_row, root, row, limits)) for row in read_rows(source)]


def _row_id(row: Row) -> str:
    given = row.cells.get("recording_id") or ""
    return given if _LEGAL.fullmatch(given) else f"row-{row.number}"


def _row(root: Path, row: Row, limits: Limits) -> Located:
    recording = to_recording(row)
    for name, value in row.cells.items():
        if name != "path" and value and any(unicodedata.category(c) == "Cc" and c not in "\t\r\n" for c in value):
            raise bad_manifest("Cells must hold plain text", f"control characters in {name}", "Remove them")
    return _locate(root, recording, limits)


def _locate(root: Path, recording: Recording, limits: Limits) -> Located:
    audio = _audio(root, recording.path, limits)
    transcript = _transcript(root, recording.transcript) if recording.transcript else None
    return Located(recording, audio, transcript, _stimulus(root, recording.stimulus))


def _audio(root: Path, text: str, limits: Limits) -> Path:
    path = inside(root, text)
    with open_plain(path) as source:
        check_file(source, limits)
    return path


def _transcript(root: Path, text: str) -> Path:
    path, size = _named(root, "transcript", text)
    if path.suffix.lower() not in TRANSCRIPT_SUFFIXES:
        raise LaliaError(
            f"A transcript must be a {', '.join(TRANSCRIPT_SUFFIXES[:-1])} or {TRANSCRIPT_SUFFIXES[-1]} file",
            "another kind",
            "Convert it",
            code=Code.BAD_TRANSCRIPT,
        )
    require_transcript_size(size)
    return path


def require_transcript_size(size: int) -> None:
    """Raise ``bad_transcript`` for a transcript that is empty or too large."""
    if not 0 < size <= MAX_TRANSCRIPT:
        raise LaliaError(
            f"A transcript must hold 1 byte to {MAX_TRANSCRIPT >> 20} MB",
            f"{size} bytes",
            "Check the file",
            code=Code.BAD_TRANSCRIPT,
        )


def _stimulus(root: Path, text: str | None) -> Path | None:
    if text is None:
        return None
    if not text.lower().endswith(".json"):
        raise _no_stimulus_file()
    return _named(root, "stimulus", text)[0]


def _no_stimulus_file() -> LaliaError:
    return bad_manifest(
        "stimulus must be the path of a .json file that describes it",
        "something else",
        "Correct the column stimulus; docs/stimuli.md describes the file",
    )


def _named(root: Path, column: str, text: str) -> tuple[Path, int]:
    """The real path and size in bytes of a file beside a recording; errors name its column."""
    try:
        path = inside(root, text)
        with open_plain(path) as source:
            return path, os.fstat(source.fileno()).st_size
    except LaliaError as error:
        raise LaliaError(
            f"The {column} must be a plain file that exists, inside the folder of the recordings",
            error.got,
            f"Correct the column {column}, or the file; paths are relative to the folder of the manifest",
            code=error.code,
        ) from None


def _from_folder(root: Path, limits: Limits) -> Found:
    found: Found = []
    for name, is_file in _walk(root):
        recording_id = legal_identifier(Path(name).with_suffix("").as_posix())
        if not is_file:
            error = LaliaError(
                "Folders are searched only where they can be read and are no links",
                "one that is a link or unreadable",
                "Copy its recordings here",
                code=Code.UNSAFE_PATH,
            )
            found.append(reject(recording_id, error))
        elif Path(name).suffix.lower() in REFUSED_SUFFIXES:
            found.append(reject(recording_id, unsupported("a playlist or a sound format not taken")))
        else:
            found.append(_attempt(recording_id, partial(_beside, root, name, recording_id, limits)))
    if not found:
        raise LaliaError(
            "The folder must hold at least one recording",
            "no sound file",
            "See the formats in docs/input.md",
            code=Code.MISSING_FILE,
        )
    return found


def _walk(root: Path) -> Iterable[tuple[str, bool]]:
    """Sound files (true) and folders that were not entered (false) below `root`, relative, sorted.

    Hidden files are left out: copies made by macOS put a ``._name.wav`` that is no sound beside each file.
    """
    unread: list[str] = []
    for folder, folders, files in os.walk(root, onerror=lambda error: unread.append(str(error.filename))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(folder)
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in AUDIO_SUFFIXES | REFUSED_SUFFIXES:
                yield (here / name).relative_to(root).as_posix(), True
        for name in folders:
            if (here / name).is_symlink():
                yield (here / name).relative_to(root).as_posix(), False
    for path in unread:
        yield Path(path).relative_to(root).as_posix(), False


def _from_file(source: Path, limits: Limits) -> Found:
    root = source.parent.resolve()
    if source.suffix.lower() not in AUDIO_SUFFIXES:
        if source.suffix.lower() in _TABLES:
            raise bad_manifest(
                "A manifest must be CSV or Parquet", f"a {source.suffix.lower()} file", "Save the table as 'CSV UTF-8'"
            )
        with open_plain(source.resolve()) as stream:
            check_file(stream, limits)
    recording_id = legal_identifier(source.stem)
    return [_attempt(recording_id, partial(_beside, root, source.name, recording_id, limits))]


def _beside(root: Path, name: str, recording_id: str, limits: Limits) -> Located:
    """A recording without a manifest: its own participant, with the transcript of the same stem beside it."""
    audio = _audio(root, name, limits)
    transcript = _sidecar(root, Path(name))
    recording = Recording(
        recording_id=recording_id,
        participant_id=recording_id,
        path=name,
        transcript=None if transcript is None else transcript.as_posix(),
    )
    return Located(recording, audio, None if transcript is None else _transcript(root, transcript.as_posix()))


def _sidecar(root: Path, name: Path) -> Path | None:
    """The transcript of the same stem in the format that tells most: only one is read."""
    for suffix in TRANSCRIPT_SUFFIXES:
        for spelling in (suffix, suffix.upper(), ".TextGrid" if suffix == ".textgrid" else suffix):
            beside = name.with_suffix(spelling)
            if os.path.lexists(root / beside):
                return beside
    return None


def legal_identifier(text: str) -> str:
    """An identifier made from a file's relative name: folders joined by '-', other characters by '_'.

    >>> legal_identifier("site 1/Anna (2nd)")
    'site_1-Anna_2nd'
    """
    text = unicodedata.normalize("NFC", text)
    legal = _ILLEGAL.sub("_", text.replace("/", "-")).strip("_-.")
    if len(legal) > 100:
        legal = f"{legal[:87]}-{hashlib.sha256(text.encode(errors='surrogateescape')).hexdigest()[:12]}"
    return legal or "recording"


def _unique(found: Found) -> Intake:
    same: defaultdict[str, list[Located]] = defaultdict(list)
    for item in found:
        if isinstance(item, Located):
            # Results are named by identifier, and some file systems do not tell case apart.
            same[item.recording.recording_id.casefold()].append(item)
    items: list[Located] = []
    rejected: list[Rejected] = []
    for item in found:
        if isinstance(item, Rejected):
            rejected.append(item)
        elif len(same[item.recording.recording_id.casefold()]) == 1:
            items.append(item)
        else:
            rejected.append(
                reject(item.recording.recording_id, _repeated(same[item.recording.recording_id.casefold()]))
            )
    return Intake(tuple(items), tuple(rejected))


def _repeated(items: list[Located]) -> LaliaError:
    # Of names only the suffixes lalia knows: what else a name holds may say whose it is.
    suffixes = sorted({Path(item.recording.path).suffix.lower() for item in items} & AUDIO_SUFFIXES)
    return bad_manifest(
        "A recording_id must be given once, whatever its case",
        f"{len(items)} recordings with this one" + (f" ({', '.join(suffixes)})" if suffixes else ""),
        "Rename them, or name them apart in a manifest",
    )
