"""Corrected transcripts fed back: a folder with a file for each recording whose words somebody has put right."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..data_schemas import Code, LaliaError, Rejected
from .formats import SUFFIXES
from .ingest import Located, reject, require_transcript_size
from .paths import inside, open_plain


def corrected(
    items: Sequence[Located], folder: Path | None, known: Sequence[str] = ()
) -> tuple[list[Located], list[Rejected]]:
    """The recordings, each with its corrected transcript where there is one.

    Parameters
    ----------
    items : sequence of Located
    folder : Path or None
        Holds ``<recording_id>.cha``, ``.TextGrid``, ``.json`` or another format that `formats` reads. None: nothing
        is corrected.
    known : sequence of str
        Identifiers of recordings that were refused already, whose transcripts are no mistake.

    Returns
    -------
    items, rejected
        Those with a corrected transcript have it in place of any other, and ``corrected`` set: no recogniser is used,
        and their words are aligned anew. A recording with two of them is rejected: nobody could tell which counts.

    Raises
    ------
    LaliaError
        When the folder is none, or holds a transcript that is of no recording of the run: a name mistyped would
        otherwise leave the old words in place without a word.
    """
    if folder is None:
        return list(items), []
    if not folder.is_dir():
        raise LaliaError(
            "Corrected transcripts must lie in a folder", "none there", "Check --transcripts", code=Code.MISSING_FILE
        )
    found = _by_recording(folder)
    strange = set(found) - {item.recording.recording_id for item in items} - set(known)
    if strange or not found:
        raise LaliaError(
            "The folder of corrected transcripts must hold files named by recording_id "
            f"(<recording_id>.cha, {', '.join(SUFFIXES[1:])})",
            f"{len(strange)} of {len(found)} that belong to no recording of this run" if found else "none",
            "Name each as in transcripts/ of the run's folder, and remove what is of other recordings",
            code=Code.MISSING_FILE,
        )
    kept: list[Located] = []
    rejected: list[Rejected] = []
    for item in items:
        names = found.get(item.recording.recording_id)
        try:
            kept.append(item if names is None else _with(item, folder.resolve(), names))
        except LaliaError as error:
            rejected.append(reject(item.recording.recording_id, error))
    return kept, rejected


def _by_recording(folder: Path) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(os.listdir(folder)):
        if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
            found[Path(name).stem].append(name)
    return dict(found)


def _with(item: Located, folder: Path, names: Sequence[str]) -> Located:
    if len(names) > 1:
        suffixes = ", ".join(Path(name).suffix for name in names)
        raise LaliaError(
            "A recording must have one corrected transcript",
            f"{len(names)} ({suffixes})",
            "Leave the one that you corrected",
            code=Code.BAD_TRANSCRIPT,
        )
    path = inside(folder, names[0])
    with open_plain(path) as source:
        size = os.fstat(source.fileno()).st_size
    require_transcript_size(size)
    recording = item.recording.model_copy(update={"transcript": names[0]})
    return replace(item, recording=recording, transcript=path, corrected=True)
