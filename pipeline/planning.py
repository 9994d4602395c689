"""What a run will do: which recordings there are, by content hash, and which of them are finished."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ..data_schemas import Code, LaliaError, Rejected, Settings, Task
from .corrections import corrected
from .ingest import Intake, Located, ingest
from .keys import circumstances, input_hashes, unit_key
from .ledger import Ledger
from .progress import Meter, Watch
from .ready import check_models
from .workers import Unit


@dataclass(frozen=True)
class Plan:
    """What a run will do.

    Attributes
    ----------
    source, out : Path
        Folder, manifest or recording; and the folder of the run.
    settings : Settings
    units : tuple of Unit
        One for each recording that can be located, in manifest order.
    rejected : tuple of Rejected
        Items that ingest refused.
    pending : tuple of Unit
        Those without a finished record, in order.
    ledger : Ledger
    started : str
        UTC time at which planning began, ISO 8601.
    """

    source: Path
    out: Path
    settings: Settings
    units: tuple[Unit, ...]
    rejected: tuple[Rejected, ...]
    pending: tuple[Unit, ...]
    ledger: Ledger
    started: str


def plan(
    source: Path,
    out: Path,
    settings: Settings,
    *,
    task: Task | None = None,
    transcripts: Path | None = None,
    watch: Watch | None = None,
) -> Plan:
    """Find the recordings, hash them, and see which are finished.

    Call it, and all that follows, within `ledger.claimed(out, source)`.

    Parameters
    ----------
    source : Path
        Folder of audio, manifest (.csv, .parquet) or one audio file.
    out : Path
        Folder of the run.
    settings : Settings
    task : Task, optional
        Task of recordings for which the manifest names none.
    transcripts : Path, optional
        Folder of corrected transcripts, see `corrections`. Recordings that have one there are done again from its
        words; all others stay as they are.
    watch : callable, optional
        Told of each recording hashed.

    Raises
    ------
    LaliaError
        When the source as a whole cannot be read, shares no recording with the finished run in `out`, or needs a
        model that is not there. Nothing has been written by then.
    """
    started = now()
    intake = ingest(source, settings.limits)
    ledger = Ledger(out)
    _refuse_other_source(ledger, intake)
    around = circumstances(settings)
    refused = [item.recording_id for item in intake.rejected]
    items, rejected = corrected(intake.items, transcripts, refused)
    rejected = [*intake.rejected, *rejected]
    meter = Meter("hash", len(items), watch)
    units = []
    for item in items:
        located = _with_task(item, task)
        try:
            inputs = input_hashes(located)
        except OSError as error:
            rejected.append(_unreadable(located, error))
        else:
            units.append(Unit(unit_key(located, inputs, around), located, tuple(sorted(inputs.items()))))
        meter.step()
    pending = tuple(unit for unit in units if ledger.read(unit.key) is None)
    check_models([unit.item for unit in pending], settings)
    return Plan(source, out, settings, tuple(units), tuple(rejected), pending, ledger, started)


def _refuse_other_source(ledger: Ledger, intake: Intake) -> None:
    try:
        kept = json.loads((ledger.folder / "run.json").read_text("utf-8"))
        known = {recording_id for _, recording_id, _ in kept["assessed"]}
    except (OSError, ValueError, KeyError, TypeError):
        return  # no run has ended here yet
    given = {item.recording.recording_id for item in intake.items} | {item.recording_id for item in intake.rejected}
    if known and not known & given:
        raise LaliaError(
            "The output folder must be new, or of an earlier run over at least one of these recordings",
            "a folder with a run over other recordings",
            "Choose another folder with --out",
        )


def _with_task(item: Located, task: Task | None) -> Located:
    if task is None or item.recording.task is not None:
        return item
    return replace(item, recording=item.recording.model_copy(update={"task": task}))


def _unreadable(item: Located, error: OSError) -> Rejected:
    told = LaliaError(
        "Every file of a recording must be readable",
        type(error).__name__,
        "Check that it exists and that you may read it",
        code=Code.MISSING_FILE,
    )
    return Rejected(recording_id=item.recording.recording_id, stage="ingest", code=told.code, message=str(told))


def now() -> str:
    """UTC time in ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
