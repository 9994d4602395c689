"""Doing units of work: in this process, or in a pool of processes that each load the models once."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

from ..data_schemas import Assessment, Code, LaliaError, Rejected, Settings
from .ingest import Located
from .keys import device
from .ledger import Ledger, Record

Assess = Callable[[Located, Settings, str, Callable[[str], None] | None], Assessment | Rejected]
"""Takes one recording through the line, given its key and who is told of each stage; never raises for bad data."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "LALIA_THREADS")


@dataclass(frozen=True, slots=True)
class Unit:
    """One recording to assess and the key its record is filed under."""

    key: str
    item: Located
    inputs: tuple[tuple[str, str], ...] = ()


def by_line(item: Located, settings: Settings, key: str, listen: Callable[[str], None] | None) -> Assessment | Rejected:
    """The line itself, loaded when the first unit needs it."""
    from .run import Clock, assess_one

    return assess_one(item, settings, key=key, clock=Clock(listen))


GROUP = 16
"""Recordings that a process takes up at once where a GPU recognises them."""


def run_group(
    units: Sequence[Unit],
    settings: Settings,
    ledger: Ledger,
    *,
    assess: Assess = by_line,
    listen: Callable[[str], None] | None = None,
) -> Iterator[Record]:
    """Assess units and file what came of each as it ends.

    Several are heard together by the line; another `assess` takes them one by one.

    Raises
    ------
    OSError
        When a record cannot be written; that unit and those after it are then not finished.
    Exception
        Whatever `listen` raises, likewise.
    """
    from .run import Stopped

    try:
        for key, result in _results(units, settings, assess, listen):
            found = {"assessment": result} if isinstance(result, Assessment) else {"rejected": result}
            record = Record(key=key, **found)
            ledger.write(record)
            yield record
    except Stopped as stopped:
        raise stopped.error from None


def _results(
    units: Sequence[Unit], settings: Settings, assess: Assess, listen: Callable[[str], None] | None
) -> Iterator[tuple[str, Assessment | Rejected]]:
    if len(units) > 1 and assess is by_line:
        from .together import assess_together

        yield from assess_together(((unit.key, unit.item) for unit in units), settings, listen)
    else:
        yield from ((unit.key, assess(unit.item, settings, unit.key, listen)) for unit in units)


def _run_whole(units: Sequence[Unit], settings: Settings, ledger: Ledger, assess: Assess) -> list[Record]:
    return list(run_group(units, settings, ledger, assess=assess))


class Workers:
    """Runs units, `jobs` at a time; a context manager that ends its processes.

    Parameters
    ----------
    ledger : Ledger
    settings : Settings
    jobs : int
        1 runs in this process. More start that many processes, whose threads together do not exceed the
        processor's cores.
    assess : callable, optional
        What is done with each unit; a function of a module when `jobs` > 1.
    group : int, optional
        Units that a process takes up at once. `GROUP` where the recogniser runs on a GPU, which several recordings
        fill better than one; else 1, for on a CPU it changes nothing.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        jobs: int = 1,
        assess: Assess = by_line,
        *,
        group: int | None = None,
    ) -> None:
        if jobs < 1:
            raise LaliaError("The number of jobs must be 1 or more", str(jobs), "Correct --jobs")
        self._ledger, self._settings, self._jobs, self._assess = ledger, settings, jobs, assess
        self._group = group or (GROUP if device(settings) == "cuda" else 1)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            # After a fault the rest of the queue is not worth waiting for.
            self._pool.shutdown(wait=error is None, cancel_futures=True)

    def run(self, units: Iterable[Unit], listen: Callable[[str], None] | None = None) -> Iterator[Record]:
        """Run units and give each record as it is filed; with several jobs those of a group together, as they end."""
        todo = list(units)
        size = max(1, min(self._group, -(-len(todo) // self._jobs)))  # every process has something to do
        groups = [todo[first : first + size] for first in range(0, len(todo), size)]
        if self._jobs == 1:
            for group in groups:
                yield from run_group(group, self._settings, self._ledger, assess=self._assess, listen=listen)
        else:
            yield from self._run_pool(groups)

    def _run_pool(self, groups: list[list[Unit]]) -> Iterator[Record]:
        suspects: list[Unit] = []
        while groups:
            with _few_threads(self._jobs):
                unsure = yield from self._until_broken(groups)
            suspects += unsure
        yield from self._one_by_one(suspects)

    def _until_broken(self, groups: list[list[Unit]]) -> Generator[Record, None, list[Unit]]:
        pool = self._pool = self._pool or self._start(self._jobs)
        ahead = self._jobs * (2 if self._group == 1 else 1)  # all that is ahead is suspect when a process ends
        flying: dict[Future[list[Record]], list[Unit]] = {}
        try:
            while groups or flying:
                while groups and len(flying) < ahead:
                    flying[self._submit(pool, groups[0])] = groups[0]
                    groups.pop(0)
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    records = future.result()
                    del flying[future]
                    yield from records
        except BrokenProcessPool:
            pool.shutdown(wait=False)
            self._pool = None
        return [unit for group in flying.values() for unit in group]

    def _one_by_one(self, suspects: Iterable[Unit]) -> Iterator[Record]:
        """Units of which one ended its process: each can only end its own now."""
        pool: ProcessPoolExecutor | None = None
        try:
            for unit in suspects:
                record = self._ledger.read(unit.key)
                if record is None:
                    with _few_threads(self._jobs):
                        pool = pool or self._start(1)
                        try:
                            record = self._submit(pool, [unit]).result()[0]
                        except BrokenProcessPool:
                            pool.shutdown(wait=False)
                            pool = None
                            record = Record(key=unit.key, rejected=_ended(unit))
                            self._ledger.write(record)
                yield record
        finally:
            if pool is not None:
                pool.shutdown()

    def _submit(self, pool: ProcessPoolExecutor, units: list[Unit]) -> Future[list[Record]]:
        return pool.submit(_run_whole, units, self._settings, self._ledger, self._assess)

    def _start(self, jobs: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _end_with_parent)


def _ended(unit: Unit) -> Rejected:
    error = LaliaError(
        "A recording must not end the process that assesses it",
        "a process that was ended by the system",
        "Check that there is enough memory and run again; if there is, report this as a defect",
        code=Code.MACHINE_FAULT,
    )
    return Rejected(recording_id=unit.item.recording.recording_id, stage="assess", code=error.code, message=str(error))


def _end_with_parent() -> None:
    # A worker whose parent was killed would wait for ever, with its models in memory.
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _few_threads(jobs: int) -> Iterator[None]:
    # Numeric libraries read these as they are loaded in the new process.
    share = str(max(1, (os.cpu_count() or 1) // jobs))
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update({name: value or share for name, value in before.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
