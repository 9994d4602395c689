"""How far a run has come, and a bar that shows it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a run.

    Attributes
    ----------
    stage : str
        What is being done: ``hash``, ``assess`` or ``write``; with one job also the stage of the line,
        as in ``assess: transcribe``.
    done, total : int
        Recordings, in this stage.
    speed : float or None
        Recordings a minute in this stage so far; None before the first.
    eta : float or None
        Seconds left at that speed.
    """

    stage: str
    done: int
    total: int
    speed: float | None = None
    eta: float | None = None


Watch = Callable[[Progress], None]
"""Told of every step of a run; what it raises ends the run."""


class Meter:
    """Counts the recordings of one stage and tells a watcher after each."""

    def __init__(self, stage: str, total: int, watch: Watch | None) -> None:
        self.stage, self.total, self.done = stage, total, 0
        self._watch, self._begun = watch, time.monotonic()
        self.tell()

    def tell(self, detail: str = "") -> None:
        """Report the present state, with what is being done within the stage."""
        if self._watch is None:
            return
        spent = time.monotonic() - self._begun
        speed = 60 * self.done / spent if self.done and spent > 0 else None
        eta = 60 * (self.total - self.done) / speed if speed else None
        self._watch(Progress(f"{self.stage}: {detail}" if detail else self.stage, self.done, self.total, speed, eta))

    def step(self) -> None:
        """One more recording is done."""
        self.done += 1
        self.tell()


@contextmanager
def bar() -> Iterator[Watch]:
    """A progress bar on standard error: stage, count, speed and time left; plain lines where there is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as RichProgress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    columns = (
        TextColumn("{task.description:<22}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]:>9}"),
        TextColumn("{task.fields[left]:>10}"),
    )
    with RichProgress(*columns, console=console) as shown:
        row = shown.add_task("", total=None, speed="", left="")

        def watch(now: Progress) -> None:
            shown.update(
                row,
                description=now.stage,
                completed=now.done,
                total=now.total,
                speed=speed_text(now),
                left=left_text(now),
            )

        yield watch


def speed_text(now: Progress) -> str:
    """Speed in recordings a minute, empty before the first is done."""
    return "" if now.speed is None else f"{now.speed:,.{0 if now.speed >= 10 else 1}f}/min"


def left_text(now: Progress) -> str:
    """Time left, as minutes and seconds or hours and minutes."""
    if now.eta is None:
        return ""
    seconds = round(now.eta)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours} h {minutes:02d} min left" if hours else f"{minutes}:{seconds % 60:02d} left"


class _Lines:
    """For log files: a line when a stage begins or ends, and one every so many seconds between."""

    def __init__(self, every: float = 10.0) -> None:
        self._every, self._stage, self._told = every, "", 0.0

    def __call__(self, now: Progress) -> None:
        stage, _, detail = now.stage.partition(":")
        moment = time.monotonic()
        if stage == self._stage and (detail or (now.done < now.total and moment - self._told < self._every)):
            return
        self._stage, self._told = stage, moment
        parts = [f"{stage} {now.done}/{now.total}", speed_text(now), left_text(now)]
        print("  ".join(part for part in parts if part), file=sys.stderr, flush=True)
