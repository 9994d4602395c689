"""Speech recognition by Whisper: one interface, two engines that give the same transcript.

>>> from lalia.models import whisper
>>> recogniser = whisper.load("tiny.en")  # doctest: +SKIP
>>> recogniser.transcribe(audio, language="en", verbatim=True)  # doctest: +SKIP
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ...data_schemas import Audio, Code, LaliaError, ModelUse, Transcript
from .. import registry
from ..choice import available_device, resolved
from .engine import Engine
from .times import NONE, Bias

ENGINES = ("openai-whisper", "ctranslate2")

_SOURCE = (
    "measured on 77 s of spontaneous speech, 182 words, against forced alignments: the median error of both engines"
)

BIASES: Mapping[str, Bias] = {
    "tiny.en": Bias(0.10, 0.10, _SOURCE),
    "base": Bias(-0.055, -0.055, _SOURCE),
}
"""How late each model's word times come. Taking it off doubles the starts within 50 ms of tiny.en (22 to 47 %)."""


class Recogniser(Protocol):
    """A loaded recogniser."""

    use: ModelUse

    def transcribe(self, audio: Audio, *, language: str | None, verbatim: bool) -> Transcript:
        """What is said in the voiced stretches of a checked recording."""
        ...

    def transcribe_all(
        self, audios: Sequence[Audio], *, languages: Sequence[str | None], verbatim: bool
    ) -> Sequence[Transcript]:
        """The same of several, each as `transcribe` would give it; their windows are decoded together."""
        ...


def load(model: str, engine: str = "auto", device: str = "auto") -> Recogniser:
    """The recogniser of that model, loaded once per process.

    Parameters
    ----------
    model : str
        A name of `registry.WEIGHTS` or `registry.HUB`, or the path of a CTranslate2 folder or OpenAI .pt checkpoint.
    engine : str
        ``openai-whisper`` (PyTorch), ``ctranslate2``, or ``auto``: the former on CUDA and for checkpoints, the latter
        on a CPU.
    device : str
        ``cpu``, ``cuda``, or ``auto``: CUDA where PyTorch finds it.

    Raises
    ------
    LaliaError
        MODEL_ABSENT, BAD_MODEL or BAD_SETTING, with what to do.
    """
    if engine not in ("auto", *ENGINES):
        raise LaliaError("The engine must be auto, openai-whisper or ctranslate2", repr(engine), "Name one of them")
    if device not in ("auto", "cpu", "cuda"):
        raise LaliaError("The device must be auto, cpu or cuda", repr(device), "Name one of them")
    _check_role(model)
    path = registry.locate(model)
    where = resolved(device)
    if where == "cuda" and available_device() != "cuda":
        raise LaliaError("The device cuda must be available", "none that PyTorch can use", "Use the device auto or cpu")
    return _load(model, _engine(engine, path, where), where)


def _check_role(model: str) -> None:
    known = registry.WEIGHTS.get(model)
    if known is not None and known.role != "whisper":
        raise LaliaError(
            "The recogniser's model must be a Whisper model", f"{model}, a {known.role}", "Use tiny.en, base or another"
        )


def _engine(asked: str, path: Path, device: str) -> str:
    if path.is_file() and asked == "ctranslate2":
        raise LaliaError(
            "The engine ctranslate2 must have a converted folder",
            "an OpenAI checkpoint",
            "Use the engine openai-whisper, or convert it with ct2-transformers-converter",
            code=Code.BAD_MODEL,
        )
    if asked != "auto":
        return asked
    return "openai-whisper" if device == "cuda" or path.is_file() else "ctranslate2"


@functools.cache
def _load(model: str, engine: str, device: str) -> Recogniser:
    from .recogniser import Whisper

    use = registry.use(model, "whisper")
    return Whisper(_start(registry.locate(model), engine, device), use, BIASES.get(model, NONE))


def _start(path: Path, engine: str, device: str) -> Engine:
    if engine == "ctranslate2":
        from .ctranslate2 import CTranslate2Engine

        return CTranslate2Engine(path, device)
    from .openai import OpenAIEngine

    return OpenAIEngine(path, device, sha256=registry.sha256(path) if path.is_file() else "")


__all__ = ["BIASES", "ENGINES", "Recogniser", "load"]
