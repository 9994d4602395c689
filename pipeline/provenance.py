"""Where a run's numbers came from: inputs, versions, models, settings. Only its times differ between equal runs."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from .. import __version__
from ..data_schemas import Assessment, ModelUse, Rejected, Settings
from ..features import specs
from ..models.risk.site import digests
from .keys import device, package_versions, sha256_of
from .workers import Unit


def provenance(
    source: Path,
    settings: Settings,
    units: Sequence[Unit],
    assessed: Iterable[Assessment],
    rejected: Sequence[Rejected],
    started: str,
    finished: str,
) -> dict[str, object]:
    """The record written to provenance.json.

    Parameters
    ----------
    source : Path
        Only its own name and, for a file, its SHA-256 are kept.
    settings : Settings
    units : sequence of Unit
        Every recording that was located.
    assessed : iterable of Assessment
    rejected : sequence of Rejected
    started, finished : str
        UTC, ISO 8601: the only fields that differ between equal runs.
    """
    models: dict[tuple[str, str, str], ModelUse] = {}
    count = 0
    for done in assessed:
        count += 1
        models.update({(use.role, use.name, use.sha256): use for use in done.models})
    return {
        "software": {"lalia": __version__, "python": platform.python_version(), **package_versions()},
        "commit": commit(),
        "platform": f"{platform.system()} {platform.machine()}",
        "device": device(settings),
        "source": {"name": source.name, "sha256": sha256_of(source) if source.is_file() else None},
        "settings": settings.model_dump(mode="json"),
        "seed": settings.seed,
        "features": {name: spec.version for name, spec in specs().items()},
        "risk": digests(),
        "models": [models[key].model_dump(mode="json") for key in sorted(models)],
        "inputs": [
            {
                "recording_id": unit.item.recording.recording_id,
                "key": unit.key,
                "sha256": dict(unit.inputs),
                **({"corrected": True} if unit.item.corrected else {}),
            }
            for unit in units
        ],
        "counts": {"assessed": count, "rejected": len(rejected)},
        "started": started,
        "finished": finished,
    }


@cache
def commit() -> dict[str, object] | None:
    """The commit lalia runs from and whether files differ from it; None when it was installed from a package."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return None
    head = _git(root, "rev-parse", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return None if head is None else {"sha": head, "changed": bool(changed)}


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603  the words are ours
            ["git", "-C", str(root), *words],  # noqa: S607  whichever git the user has
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
