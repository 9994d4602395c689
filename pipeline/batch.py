"""A run over many recordings: planned by content hash, done unit by unit, written at the end.

The command line, the Python interface and the Prefect flow all call `plan`, `run_units` and `finish`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from ..data_schemas import Assessment, LaliaError, Rejected, Settings, Task
from .files import write_json
from .ledger import Ledger, Record, claimed, is_run
from .planning import Plan, now, plan
from .progress import Meter, Watch
from .provenance import provenance
from .workers import Assess, Unit, Workers, by_line

__all__ = ["Plan", "Summary", "Unit", "Workers", "finish", "plan", "render_again", "run_units", "whole_run"]


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a finished run, and nothing that could name anyone."""

    recordings: int
    assessed: int
    rejected: int
    reused: int
    codes: tuple[tuple[str, int], ...]

    @property
    def share_rejected(self) -> float:
        """Rejected items as a share of all, 0 for none."""
        return self.rejected / self.recordings if self.recordings else 0.0


def run_units(
    work: Plan,
    units: Sequence[Unit] | None = None,
    *,
    jobs: int = 1,
    assess: Assess = by_line,
    workers: Workers | None = None,
    watch: Watch | None = None,
) -> Counter[str]:
    """Do units that are not finished, and file each as it ends.

    Parameters
    ----------
    work : Plan
    units : sequence of Unit, optional
        Those to do; all pending ones when None. A finished one among them is left alone.
    jobs : int
        Processes, when `workers` is not given.
    assess : callable
        What is done with each unit; the whole line unless told otherwise.
    workers : Workers, optional
        Processes shared with other calls.
    watch : callable, optional

    Returns
    -------
    Counter of str
        How many gave ``ok``, and how many each rejection code.
    """
    todo = [unit for unit in (work.pending if units is None else units) if work.ledger.read(unit.key) is None]
    meter = Meter("assess", len(todo), watch)
    counts: Counter[str] = Counter()
    if workers is not None:
        _count(workers.run(todo, meter.tell), meter, counts)
    elif todo:
        with Workers(work.ledger, work.settings, jobs, assess) as own:
            _count(own.run(todo, meter.tell), meter, counts)
    return counts


def _count(records: Iterator[Record], meter: Meter, counts: Counter[str]) -> None:
    for record in records:
        counts["ok" if record.rejected is None else record.rejected.code] += 1
        meter.step()


class Results(Sequence[Assessment]):
    """Assessments read from the ledger one at a time, so that a large run does not have to fit in memory."""

    def __init__(self, ledger: Ledger, keys: Sequence[str]) -> None:
        self._ledger, self._keys = ledger, tuple(keys)

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, place: int) -> Assessment: ...

    @overload
    def __getitem__(self, place: slice) -> Results: ...

    def __getitem__(self, place: int | slice) -> Assessment | Results:
        """Read one, or give a part of the sequence; a record that is gone raises LaliaError."""
        if isinstance(place, slice):
            return Results(self._ledger, self._keys[place])
        record = self._ledger.read(self._keys[place])
        if record is None or record.assessment is None:
            raise LaliaError(
                "The ledger of a run must hold every finished recording",
                "a record that is gone or damaged",
                "Run `lalia assess` again; it does again what is missing",
            )
        return record.assessment


def finish(work: Plan, *, watch: Watch | None = None) -> Summary:
    """Write the tables, transcripts, report and provenance of a run whose units are all settled.

    Raises
    ------
    LaliaError
        When a unit has not been done yet.
    """
    from .report import render
    from .write import write_run

    meter = Meter("write", len(work.units), watch)
    assessed, rejected, codes = [], list(work.rejected), Counter(item.code for item in work.rejected)
    for unit in work.units:
        record = work.ledger.settled(unit.key)
        if record is None:
            raise _unfinished()
        if record.rejected is None:
            assessed.append(unit)
        else:
            rejected.append(record.rejected)
            codes[record.rejected.code] += 1
    results = Results(work.ledger, [unit.key for unit in assessed])
    told = provenance(work.source, work.settings, work.units, results, rejected, work.started, now())
    about = json.loads(json.dumps(told, sort_keys=True))  # in the order of the file, for the report shows it
    audio = {unit.item.recording.recording_id: unit.item.audio for unit in assessed}
    write_run(work.out, results, rejected, about)
    render(work.out, results, rejected, about, audio)
    _remember(work, assessed, rejected)
    files = {unit.item.recording.recording_id: _files(dict(unit.inputs)) for unit in work.units}
    work.ledger.keep_only(files, {unit.key for unit in work.units})
    meter.done = meter.total
    meter.tell()
    total = len(work.units) + len(work.rejected)
    reused = len(work.units) - len(work.pending)
    return Summary(total, len(assessed), len(rejected), reused, tuple(sorted(codes.items())))


def _files(inputs: dict[str, str]) -> tuple[str, str | None]:
    return inputs["audio"], inputs.get("transcript")


def _remember(work: Plan, assessed: Sequence[Unit], rejected: Sequence[Rejected]) -> None:
    write_json(
        work.ledger.folder / "run.json",
        {
            "assessed": [[unit.key, unit.item.recording.recording_id, str(unit.item.audio)] for unit in assessed],
            "rejected": [item.model_dump(mode="json") for item in rejected],
        },
    )


def render_again(out: Path) -> Path:
    """Make the report of a finished run anew from its ledger, and give the path of its first page.

    Raises
    ------
    LaliaError
        When the folder holds no finished run.
    """
    from .report import render

    ledger = Ledger(out)
    try:
        kept = json.loads((ledger.folder / "run.json").read_text("utf-8"))
        about = json.loads((out / "provenance.json").read_text("utf-8"))
    except (OSError, ValueError):
        state = "one that is not finished" if is_run(out) else "a folder that lalia did not make"
        raise LaliaError(
            "A report can be made from a finished run", state, "Run `lalia assess` with this folder as --out"
        ) from None
    results = Results(ledger, [key for key, _, _ in kept["assessed"]])
    rejected = [Rejected.model_validate(item) for item in kept["rejected"]]
    audio = {recording_id: Path(path) for _, recording_id, path in kept["assessed"]}
    render(out, results, rejected, about, {name: path for name, path in audio.items() if path.is_file()})
    return out / "report" / "index.html"


def _unfinished() -> LaliaError:
    return LaliaError(
        "Every recording must be done before the tables are written",
        "one that is not",
        "Run the same command again; finished recordings are kept",
    )


def whole_run(
    source: Path,
    out: Path,
    settings: Settings,
    *,
    task: Task | None = None,
    transcripts: Path | None = None,
    jobs: int = 1,
    assess: Assess = by_line,
    watch: Watch | None = None,
) -> Summary:
    """Plan, do and finish a run in one go, alone in its folder."""
    with claimed(out, source):
        work = plan(source, out, settings, task=task, transcripts=transcripts, watch=watch)
        run_units(work, jobs=jobs, assess=assess, watch=watch)
        return finish(work, watch=watch)
