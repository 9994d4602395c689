"""What tests of runs make of a folder: recordings, plans and records."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from lalia.data_schemas import (
    Settings,
)
from lalia.pipeline import batch

SETTINGS = Settings()


def wav(path: Path, seed: int = 0, seconds: float = 0.5) -> Path:
    import soundfile

    rng = np.random.default_rng(seed)
    soundfile.write(path, rng.normal(0, 0.05, int(16_000 * seconds)).astype(np.float32), 16_000)
    return path


def made(folder: Path) -> list[str]:
    log = folder / "made.log"
    return log.read_text("utf-8").split() if log.exists() else []


def planned(folder: Path, out: Path, settings: Settings = SETTINGS, **more):
    return batch.plan(folder, out, settings, **more)


def records(out: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in sorted((out / ".ledger").glob("??/*.json")):
        state = path.stat()
        found[path.name] = (state.st_ino, state.st_mtime_ns)
    return found


def everything(out: Path) -> dict[str, tuple[bytes, int]]:
    return {str(p.relative_to(out)): (p.read_bytes(), p.stat().st_mtime_ns) for p in out.rglob("*") if p.is_file()}


def four(root: Path) -> Path:
    """A folder of four recordings, each with its transcript."""
    root.mkdir()
    for number in range(4):
        wav(root / f"r{number}.wav", number)
        (root / f"r{number}.txt").write_text("the boy is on the stool .\n", "utf-8")
    return root
