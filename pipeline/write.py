"""The write stage: everything a run leaves in its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..data_schemas import Assessment, Rejected
from ..data_schemas.tables import data_package
from ..features import specs
from ..features.references import full
from .files import private_folder, write_json, write_whole
from .formats import write_chat, write_textgrid, write_vtt
from .formats import write_json as transcript_json
from .tables import csv_text, frame, tables

TRANSCRIPT_SUFFIXES = (".json", ".cha", ".TextGrid", ".vtt")


def write_run(
    out: Path, assessments: Sequence[Assessment], rejected: Sequence[Rejected], provenance: Mapping[str, object]
) -> None:
    """Write tables, data dictionary, transcripts and provenance; each file whole or not at all.

    Parameters
    ----------
    out : Path
        Folder of the run; made if absent, private to its owner.
    assessments, rejected : sequence
        Finished units and rejected items, in manifest order.
    provenance : mapping
        JSON-ready record of inputs, versions, models, settings and seeds.
    """
    private_folder(out)
    known = specs()
    for name, (columns, rows) in tables(assessments, rejected, known).items():
        frame(columns, rows, name)
        write_whole(out / name, csv_text(columns, rows))
    write_json(out / "data_dictionary.json", data_package(known, full))
    _write_transcripts(out / "transcripts", assessments)
    write_json(out / "provenance.json", dict(provenance))


def _write_transcripts(folder: Path, assessments: Sequence[Assessment]) -> None:
    private_folder(folder)
    kept = set()
    for done in assessments:
        if done.transcript is None:
            continue
        duration = done.audio.duration if done.audio else None
        texts = (
            transcript_json(done.transcript),
            write_chat(done.transcript, done.recording),
            write_textgrid(done.transcript, duration),
            write_vtt(done.transcript),
        )
        for suffix, text in zip(TRANSCRIPT_SUFFIXES, texts, strict=True):
            path = folder / f"{done.recording.recording_id}{suffix}"
            write_whole(path, text)
            kept.add(path.name)
    # A transcript of an item that is no longer in the run would outlive the person's consent.
    for path in folder.iterdir():
        if path.suffix in TRANSCRIPT_SUFFIXES and path.name not in kept:
            path.unlink()
