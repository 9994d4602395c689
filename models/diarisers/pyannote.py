"""A pyannote.audio pipeline whose weights the user supplies in a folder; nothing is fetched and nothing is reported.

The library is an extra (``pip install lalia[pyannote]``). Its pipelines are gated on their hub, so lalia cannot bring
one: copy the folder of, say, ``pyannote/speaker-diarization-community-1`` and name it.
"""

from __future__ import annotations

import functools
import importlib.util
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...data_schemas import Code, LaliaError, ModelUse, Span
from ...data_schemas.audio import Samples
from .. import registry
from ..choice import resolved
from ..weights import digest
from . import Turn

RATE = 16_000
CONFIG = "config.yaml"

_QUIET = {
    # The library sends the length of each file it is given to its makers unless it is told not to.
    "PYANNOTE_METRICS_ENABLED": "false",
    "OTEL_SDK_DISABLED": "true",
    "HF_HUB_OFFLINE": "1",
}


class Pyannote:
    """A loaded pipeline.

    Parameters
    ----------
    folder : Path
        With ``config.yaml`` and the models it names (``$model/<sub-folder>``, or paths). Only give one you trust:
        pyannote's checkpoints are Python pickles.
    device : str
        ``cpu``, ``cuda`` or ``auto``.

    Raises
    ------
    LaliaError
        MODEL_ABSENT where pyannote.audio is not installed; BAD_MODEL where the folder holds no whole pipeline.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        check(folder)
        self.use: tuple[ModelUse, ...] = (
            ModelUse(
                role="diariser",
                name=folder.name,
                sha256=folder_sha256(str(folder)),
                licence="as its owner states",
                source="a pyannote pipeline given by the user",
            ),
        )
        self._pipeline = _loaded(folder, device)

    def turns(self, samples: Samples, speech: Sequence[Span]) -> tuple[Turn, ...]:
        """Turns of all speakers, in order of time; see `Diariser.turns`. The pipeline finds speech by itself."""
        import torch

        if not speech or not len(samples):
            return ()
        waveform = torch.from_numpy(np.array(samples, dtype=np.float32, ndmin=2))
        found = self._pipeline({"waveform": waveform, "sample_rate": RATE})
        # From version 4 on the answer holds several annotations, before that it was the annotation itself.
        annotation = getattr(found, "speaker_diarization", found)
        talk = sorted(_talk(annotation.itertracks(yield_label=True), len(samples) / RATE))
        names = {label: f"S{at}" for at, label in enumerate(dict.fromkeys(label for *_, label in talk), start=1)}
        return tuple(Turn(names[label], start, end, 1.0) for start, end, label in talk)


def _talk(tracks: Iterable[tuple[Any, Any, Any]], duration: float) -> Iterator[tuple[float, float, str]]:
    for segment, _, label in tracks:
        start, end = max(0.0, float(segment.start)), min(float(segment.end), duration)
        if end > start:
            yield start, end, str(label)


def check(folder: Path) -> None:
    """Raise LaliaError where the folder holds no whole pipeline or pyannote.audio is not installed."""
    if not (folder / CONFIG).is_file():
        raise _bad("one without it", "Copy the whole folder of a pipeline")
    config = _config(folder / CONFIG)
    for named in _strings(config["pipeline"].get("params", {})):
        if _missing(named, folder):
            raise _bad(
                "a model that is named by its hub, or not there",
                "Copy the models into sub-folders and write $model/<sub-folder> in config.yaml",
            )
    if importlib.util.find_spec("pyannote") is None or importlib.util.find_spec("pyannote.audio") is None:
        raise LaliaError(
            "pyannote.audio must be installed to use a pyannote pipeline",
            "none",
            "Run: pip install 'lalia[pyannote]'",
            code=Code.MODEL_ABSENT,
        )


def _config(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        config = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        config = None
    if not isinstance(config, dict) or not isinstance(config.get("pipeline"), dict) or "name" not in config["pipeline"]:
        raise _bad("a config.yaml without one", "Copy the file again")
    return config


def _strings(value: object) -> Iterator[str]:
    """Values that name a model or a folder with some: of lists and mappings, every string with a slash in it."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str) and "/" in value:
        yield value


def _missing(named: str, folder: Path) -> bool:
    path = folder / named.removeprefix("$model/").partition("@")[0] if named.startswith("$model/") else Path(named)
    return not path.exists()


def _loaded(folder: Path, device: str) -> Any:
    os.environ.update(_QUIET)
    import torch
    from pyannote.audio import Pipeline

    try:
        pipeline = Pipeline.from_pretrained(str(folder))
    except Exception as error:  # the library raises whatever its parts do; their words may quote paths
        raise _bad(f"one that pyannote.audio cannot load ({type(error).__name__})", "Copy it again") from None
    if pipeline is None:
        raise _bad("one that pyannote.audio cannot load", "Copy it again")
    if resolved(device) == "cuda":
        pipeline.to(torch.device("cuda"))
    return pipeline


@functools.cache
def folder_sha256(folder: str) -> str:
    """One digest for every file of the folder, sub-folders included."""
    root = Path(folder)
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return digest({path.relative_to(root).as_posix(): registry.sha256(path) for path in files})


def _bad(got: str, do: str) -> LaliaError:
    return LaliaError(
        "The folder of a diariser must hold a pyannote pipeline: config.yaml and the models it names",
        got,
        do,
        code=Code.BAD_MODEL,
    )
