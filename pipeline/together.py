"""Several recordings through the line, the windows of all heard at once: short recordings alone do not fill a GPU."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..data_schemas import Assessment, Code, Rejected, Settings
from .ingest import Located
from .run import Clock, Prepared, Said, completed, prepared, said
from .transcribe import is_heard

ENOUGH = 8 * 30.0
"""Seconds of speech that are heard at once: as many windows as fill a GPU. Recordings wait for it decoded, so more
would only cost disk and, were the run stopped, work."""

LONGEST = 1800.0
"""Seconds of recordings that wait at most, those that hold less speech: 0.3 GB of disk at 44.1 kHz."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    key: str
    clock: Clock
    ready: Prepared


def assess_together(
    items: Iterable[tuple[str, Located]], settings: Settings, listen: Callable[[str], None] | None = None
) -> Iterator[tuple[str, Assessment | Rejected]]:
    """Take recordings through every stage, as `assess_one` does each.

    Parameters
    ----------
    items : iterable of (str, Located)
        Keys and recordings; read as they are needed.
    settings : Settings
    listen : callable, optional
        Told the name of each stage as it begins.

    Yields
    ------
    key, result : str, Assessment or Rejected
        In the order in which they end: what needs no recogniser waits for nothing. Where recordings cannot be heard
        together each is heard alone, so that each has its own words or its own reason.
    """
    waiting: list[_Waiting] = []
    for key, item in items:
        clock = Clock(listen)
        ready = prepared(item, settings, clock)
        if waiting and isinstance(ready, Rejected) and ready.code == Code.MACHINE_FAULT:
            # What waits may be what fills the disk.
            yield from _finished(waiting, settings)
            ready = prepared(item, settings, clock)
        if isinstance(ready, Rejected):
            yield key, ready
        elif not is_heard(item):
            yield key, completed(ready, settings, key=key, clock=clock)
        else:
            waiting.append(_Waiting(key, clock, ready))
            if sum(map(_voiced, waiting)) >= ENOUGH or sum(map(_length, waiting)) >= LONGEST:
                yield from _finished(waiting, settings)
    yield from _finished(waiting, settings)


def _voiced(one: _Waiting) -> float:
    parts = (one.ready.audio, one.ready.beside)
    return sum(span.end - span.start for audio in parts if audio is not None for span in audio.speech or ())


def _length(one: _Waiting) -> float:
    # Of two channels each is copied once more to be heard.
    return one.ready.audio.duration * (1 if one.ready.beside is None else 4)


def _finished(waiting: list[_Waiting], settings: Settings) -> Iterator[tuple[str, Assessment | Rejected]]:
    """Hear what waits, and let go of each as it is finished; `waiting` is empty then."""
    for words in _heard(waiting, settings):
        one = waiting.pop(0)
        yield one.key, completed(one.ready, settings, key=one.key, clock=one.clock, words=words)


def _heard(waiting: list[_Waiting], settings: Settings) -> list[Said] | list[None]:
    alone = [None] * len(waiting)
    if len(waiting) < 2:
        return alone
    try:
        with waiting[0].clock("transcribe"):
            return said([one.ready for one in waiting], settings)
    except Exception:  # of one, or of all together: alone, each is told its own
        return alone
