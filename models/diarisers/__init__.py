"""Who speaks when, by voice alone: an embedded diariser, or pyannote's with weights the user supplies."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from ...data_schemas import Code, LaliaError, ModelUse, Span
from ...data_schemas.audio import Samples

EMBEDDED, NONE = "embedded", "none"

WEIGHTS = ("speaker-segmentation", "speaker-voiceprint")
"""Models of the registry that the embedded diariser reads: who talks within ten seconds, and whose voice it is."""


class Turn(NamedTuple):
    """A stretch of one speaker's talk, in seconds; turns of different speakers may overlap.

    `speaker` is ``S1`` for who speaks first, ``S2`` for the next, and so on. `confidence`, 0 to 1, is how much nearer
    the voice is to that speaker's than to the next; 1 where there is only one.
    """

    speaker: str
    start: float
    end: float
    confidence: float


class Diariser(Protocol):
    """A loaded diariser."""

    use: tuple[ModelUse, ...]

    def turns(self, samples: Samples, speech: Sequence[Span]) -> tuple[Turn, ...]:
        """Turns of all speakers, in order of time.

        Parameters
        ----------
        samples : ndarray of float32, shape (n,)
            The whole recording at 16 kHz.
        speech : sequence of Span
            Where somebody speaks, in seconds.
        """
        ...


def load(name: str, device: str = "cpu") -> Diariser:
    """The diariser of that name, loaded once per process.

    Parameters
    ----------
    name : str
        ``embedded``, or the path of a folder with a pyannote pipeline (``config.yaml`` and the models it names).
    device : str
        For a pyannote pipeline: ``cpu``, ``cuda``, or ``auto``. The embedded one runs on the CPU.

    Raises
    ------
    LaliaError
        MODEL_ABSENT, BAD_MODEL or BAD_SETTING, with what to do.
    """
    return _embedded() if name == EMBEDDED else _given(str(_folder(name)), device)


def check(name: str) -> None:
    """Raise what `load` would raise of a name the user gave; the embedded diariser may be absent."""
    if name not in (EMBEDDED, NONE):
        from .pyannote import check as check_folder

        check_folder(_folder(name))


def sha256(name: str) -> str:
    """One digest for the weights of a diariser; empty for none. Raises as `load` does."""
    if name == NONE:
        return ""
    if name == EMBEDDED:
        from .. import registry
        from ..weights import digest

        return digest({model: registry.use(model, "diariser").sha256 for model in WEIGHTS})
    from .pyannote import folder_sha256

    return folder_sha256(str(_folder(name)))


def _folder(name: str) -> Path:
    folder = Path(name).expanduser()
    if name == NONE or not folder.is_dir():
        raise LaliaError(
            "The diariser must be embedded, none, or the path of a folder with a pyannote pipeline",
            "none" if name == NONE else "a path where no folder is" if {"/", "\\"} & set(name) else repr(name),
            "Use one of them",
            code=Code.BAD_SETTING,
        )
    return folder.resolve()


@functools.cache
def _embedded() -> Diariser:
    from .embedded import Embedded

    return Embedded()


@functools.cache
def _given(folder: str, device: str) -> Diariser:
    from .pyannote import Pyannote

    return Pyannote(Path(folder), device)


__all__ = ["EMBEDDED", "NONE", "WEIGHTS", "Diariser", "Turn", "check", "load", "sha256"]
