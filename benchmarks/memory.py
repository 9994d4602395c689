"""Memory that a process holds while it works, looked at from a thread beside the work."""

from __future__ import annotations

import threading
from pathlib import Path

EVERY = 0.2
"""Seconds between two looks at the memory."""


class Watcher:
    """Anonymous memory of this process, looked at while stages run; its high-water is kept for each stage."""

    def __init__(self) -> None:
        self.stage = "start"
        self.peaks: dict[str, int] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(EVERY):
            self.look()

    def look(self) -> None:
        """Count what is held now for the stage that runs now."""
        held = anonymous()
        if held is not None:
            self.peaks[self.stage] = max(held, self.peaks.get(self.stage, 0))


def anonymous() -> int | None:
    """Bytes that no file backs; None where the system does not tell.

    A mapped recording or model is not counted: the system drops such pages when memory is short.
    """
    try:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Anonymous:"))
