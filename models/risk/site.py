"""What a site adds: its own norms, its repeatability, its models; and the digest of all that decides a score."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ...data_schemas import LaliaError
from .bundle import MANIFEST, digest

if TYPE_CHECKING:
    from ...data_schemas import Score
    from .model import Model, Subject

SHIPPED = Path(__file__).resolve().parent / "shipped"
NORMS, RELIABILITY, MODELS = "norms.json", "reliability.json", "models"


def folder() -> Path:
    """The site's folder: LALIA_SITE, else ``lalia`` in the platform's folder of settings (``~/.config/lalia``)."""
    if given := os.environ.get("LALIA_SITE"):
        return Path(given).expanduser()
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "lalia"


def bundles() -> tuple[Path, ...]:
    """Folders of the models that score every recording: shipped ones, then the site's, by name."""
    found = [path.parent for path in sorted(SHIPPED.glob(f"*/{MANIFEST}"))]
    return (*found, *(path.parent for path in sorted((folder() / MODELS).glob(f"*/{MANIFEST}"))))


def digests() -> dict[str, str]:
    """SHA-256 of every installed bundle's manifest and of the norms, by name: what provenance.json keeps."""
    found = {path.name: _sha(path / MANIFEST) for path in bundles()}
    return found | {"published norms": _sha(SHIPPED.parent / NORMS), "site norms": _sha(folder() / NORMS)}


def fingerprint() -> str:
    """SHA-256 over every file that can change a score; part of each recording's content hash."""
    parts = [f"model {_sha(path / MANIFEST)}" for path in bundles()]
    for path in (SHIPPED.parent / NORMS, SHIPPED.parent / "composites.json", folder() / NORMS):
        parts.append(f"{path.name} {_sha(path)}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _sha(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "absent"


@cache
def _loaded(path: Path, sha256: str) -> Model:
    from .bundle import load

    return load(path, sha256=sha256)


def models() -> tuple[tuple[str, Model | LaliaError], ...]:
    """Every installed model by name, loaded once a process; in place of one that is refused, the error that says why.

    A model that learnt features of other versions must not end a run: it scores nobody, and says so.
    """
    found: dict[str, Model | LaliaError] = {}
    for path in bundles():
        try:
            made: Model | LaliaError = _loaded(path, digest(path))
        except LaliaError as error:
            made = error
        name = path.name if isinstance(made, LaliaError) else made.card.name
        if name in found:
            made = LaliaError("Installed models must have different names", f"{name} twice", "Rename or remove one")
        found[name] = made
    return tuple(found.items())


def scores(subjects: Sequence[Subject]) -> list[tuple[Score, ...]]:
    """Scores of every installed model: one tuple a model, in the order of the subjects."""
    from ...data_schemas import Score

    columns: list[tuple[Score, ...]] = []
    for name, model in models():
        if isinstance(model, LaliaError):
            columns.append(
                tuple(
                    Score(
                        recording_id=each.recording_id,
                        model=name,
                        version="unknown",
                        status="refused",
                        reason=f"model not usable: {model.must}. Got {model.got}",
                    )
                    for each in subjects
                )
            )
        else:
            columns.append(model.score(subjects))
    return columns
