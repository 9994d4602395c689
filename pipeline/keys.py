"""The content hash of a unit of work: the same exactly when nothing that could change its result has changed."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from .. import __version__
from ..data_schemas import LaliaError, Settings
from ..data_schemas.sample import EMBEDDER, LANGUAGE_MODEL
from ..features import specs
from ..models.risk.site import fingerprint
from .ingest import Located

NUMERIC_PACKAGES = (
    "av",
    "ctranslate2",
    "faster-whisper",
    "librosa",
    "numpy",
    "onnxruntime",
    "openai-whisper",
    "opensmile",
    "pocketsphinx",
    "praat-parselmouth",
    "scipy",
    "sentence-transformers",
    "soundfile",
    "spacy",
    "stanza",
    "torch",
    "transformers",
    "wordfreq",
)
"""Packages whose version can change a number."""

OPTIONAL = frozenset(["opensmile"])
"""Those among them that an extra brings."""

_BLOCK = 1 << 20


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, read in blocks of 1 MiB."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


@cache
def package_versions(names: tuple[str, ...] = NUMERIC_PACKAGES) -> dict[str, str]:
    """Installed versions of packages; one that is absent says so."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def input_hashes(item: Located) -> dict[str, str]:
    """SHA-256 of each file of a recording."""
    files = {"audio": item.audio, "transcript": item.transcript, "stimulus": item.stimulus}
    return {name: sha256_of(path) for name, path in files.items() if path is not None}


def circumstances(settings: Settings) -> str:
    """Everything but the recording that decides a result, as canonical JSON."""
    return _canonical(
        {
            "lalia": __version__,
            "settings": settings.model_dump(mode="json"),
            "device": device(settings),
            "features": {name: spec.version for name, spec in specs().items()},
            "models": weights(settings),
            "risk": fingerprint(),
            "packages": package_versions(),
        }
    )


def unit_key(item: Located, inputs: dict[str, str], around: str) -> str:
    """Content hash of one unit: its files, what the manifest says of it, and the circumstances."""
    known: dict[str, Any] = {"inputs": inputs, "recording": item.recording.model_dump(mode="json"), "around": around}
    if item.corrected:
        known["corrected"] = True
    return hashlib.sha256(_canonical(known).encode()).hexdigest()


def weights(settings: Settings) -> dict[str, str]:
    """SHA-256 of the weights that `settings` name; a model that is not installed says so."""
    from ..models import aligners, diarisers, embedders, parsers, registry
    from ..models.monet import embedded

    roles = {"vad": "silero-vad", "whisper": settings.model, "parser": settings.parser, EMBEDDER: settings.embedder}
    uses = {EMBEDDER: embedders.use, LANGUAGE_MODEL: embedded.use}
    if settings.aligner != aligners.NONE:
        roles["aligner"] = settings.aligner
    if settings.constituency != parsers.NONE:
        roles["constituency"] = settings.constituency
    if settings.language_model != embedded.NONE:
        roles[LANGUAGE_MODEL] = settings.language_model
    found = {}
    for role, name in roles.items():
        try:
            found[role] = uses.get(role, registry.use)(name, role).sha256
        except LaliaError as error:
            found[role] = error.code.value
    try:
        found["diariser"] = diarisers.sha256(settings.diariser)
    except LaliaError as error:
        found["diariser"] = error.code.value
    return found


def device(settings: Settings) -> str:
    """The device the recogniser runs on: ``cpu`` or ``cuda``."""
    if settings.device != "auto":
        return settings.device
    from ..models.choice import available_device

    return available_device()


def _canonical(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
