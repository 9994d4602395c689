"""Several recordings through the line, the windows of all heard at once: short recordings alone do not fill a GPU."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..data_schemas import Assessment, Rejected, Settings
from .ingest import Located
from .run import Clock, Prepared, Said, completed, prepared, said

ENOUGH = 8 * 30.0
"""Seconds of speech that are heard at once: as many windows as fill a GPU. Recordings wait for it decoded, so more
would only cost memory and, were the run stopped, work."""


@dataclass(slots=True)
class _Waiting:
    key: str
    clock: Clock
    ready: Prepared | Rejected


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
        In the order given. A recording that cannot be heard together with others is heard alone, so that each has its
        own words or its own reason.
    """
    waiting: list[_Waiting] = []
    for key, item in items:
        clock = Clock(listen)
        waiting.append(_Waiting(key, clock, prepared(item, settings, clock)))
        if sum(map(_voiced, waiting)) >= ENOUGH:
            yield from _finished(waiting, settings)
            waiting = []
    yield from _finished(waiting, settings)


def _voiced(one: _Waiting) -> float:
    if isinstance(one.ready, Rejected) or one.ready.item.transcript is not None:
        return 0.0
    return sum(span.end - span.start for span in one.ready.audio.speech or ())


def _finished(waiting: list[_Waiting], settings: Settings) -> Iterator[tuple[str, Assessment | Rejected]]:
    words = iter(_heard(waiting, settings))
    for one in waiting:
        if isinstance(one.ready, Rejected):
            yield one.key, one.ready
        else:
            yield one.key, completed(one.ready, settings, key=one.key, clock=one.clock, words=next(words))


def _heard(waiting: list[_Waiting], settings: Settings) -> list[Said] | list[None]:
    recordings = [one.ready for one in waiting if isinstance(one.ready, Prepared)]
    if len(recordings) < 2:
        return [None] * len(recordings)
    try:
        with waiting[0].clock("transcribe"):
            return said(recordings, settings)
    except Exception:  # of one, or of all together: alone, each is told its own
        return [None] * len(recordings)
