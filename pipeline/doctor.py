"""`lalia doctor`: what is installed, what is missing, and what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from .. import __version__
from ..data_schemas import LaliaError, Settings
from ..data_schemas.sample import EMBEDDER, LANGUAGE_MODEL
from .keys import NUMERIC_PACKAGES, OPTIONAL, package_versions

PYTHONS = ((3, 11), (3, 13))

FREE_BYTES = 2 * 1024**3
"""Room for the decoded samples of the longest recording taken, mono at 44.1 kHz, and the results."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the examination; `do` says what to do when it is not good."""

    name: str
    good: bool
    found: str
    do: str = ""
    needed: bool = True


def examine() -> list[Check]:
    """Look at everything a run needs; no check raises."""
    parts: tuple[Callable[[], Iterator[Check]], ...] = (_python, _packages, _features, _models, _gpu, _prefect, _disk)
    checks = []
    for part in parts:
        try:
            checks += list(part())
        except Exception as error:  # a broken installation is what this is for
            name = part.__name__.removeprefix("_")
            checks.append(Check(name, False, f"{type(error).__name__}: {error}", "Install lalia again"))
    return checks


def show(checks: list[Check]) -> None:
    """Print the checks, one a line, then what to do."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for check in checks:
        mark = "ok" if check.good else ("MISSING" if check.needed else "no")
        table.add_row(mark, check.name, check.found)
    console = Console()
    console.print(table)
    bad = [check for check in checks if not check.good]
    for check in bad:
        console.print(f"{check.name}: {check.do}.", markup=False, highlight=False)
    if not any(check.needed for check in bad):
        console.print("Everything that is needed is there.")


def _python() -> Iterator[Check]:
    low, high = PYTHONS
    good = low <= sys.version_info[:2] <= high
    yield Check("lalia", True, __version__)
    yield Check(
        "Python",
        good,
        f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        f"Use Python {low[0]}.{low[1]} to {high[0]}.{high[1]}",
    )


def _packages() -> Iterator[Check]:
    versions = package_versions(NUMERIC_PACKAGES)
    absent = [name for name, version in versions.items() if version == "absent" and name not in OPTIONAL]
    found = ", ".join(f"{name} {version}" for name, version in versions.items() if version != "absent")
    yield Check("packages", not absent, found, f"pip install {' '.join(absent)}")


def _features() -> Iterator[Check]:
    from ..features import specs

    yield Check("features", bool(specs()), str(len(specs())), "Install lalia again")


def _models() -> Iterator[Check]:
    from ..models import registry

    defaults = Settings()
    needed = (
        ("silero-vad", "vad"),
        (defaults.model, "whisper"),
        (defaults.aligner, "aligner"),
        (defaults.parser, "parser"),
        (defaults.constituency, "constituency"),
        (defaults.embedder, EMBEDDER),
        (defaults.language_model, LANGUAGE_MODEL),
    )
    for name in dict(needed):
        # One model may serve two ends.
        role = " and ".join(end for one, end in needed if one == name)
        try:
            registry.locate(name)
        except LaliaError as error:
            yield Check(f"model {name}", False, f"{role}: {error.got}", error.do)
        else:
            yield Check(f"model {name}", True, f"{role}: installed, SHA-256 as expected")


def _gpu() -> Iterator[Check]:
    import torch

    if torch.cuda.is_available():
        yield Check("GPU", True, torch.cuda.get_device_name(0), needed=False)
    else:
        do = "None is needed: the processor is used. For an NVIDIA GPU install torch built for CUDA"
        yield Check("GPU", False, f"none that torch {torch.__version__} can use", do, needed=False)


def _prefect() -> Iterator[Check]:
    version = metadata.version("prefect")
    yield Check("Prefect", version.startswith("3."), version, "pip install 'prefect>=3.8.8,<4'")
    fastapi = metadata.version("fastapi")
    fits = tuple(int(part) for part in fastapi.split(".")[:2]) < (0, 151)
    yield Check(
        "fastapi", fits, fastapi, "pip install 'fastapi<0.151': the Prefect server does not start with later ones"
    )
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    yield _home(settings.home)
    url = settings.api.url
    yield Check("Prefect server", url is not None, url or "none named", _SERVE, needed=False)
    remote = url is not None and not any(f"//{host}" in url for host in ("127.0.0.1", "localhost", "[::1]"))
    if remote:
        do = "Make sure that the paths of manifests and output folders name nobody: the server stores them"
        yield Check("Prefect server is local", False, str(url), do, needed=False)
    quiet = not settings.server.analytics_enabled and os.environ.get("DO_NOT_TRACK") == "1"
    do = "export PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1 (`lalia serve` does this itself)"
    yield Check("Prefect telemetry off", quiet, "off" if quiet else "on by default", do, needed=False)


_SERVE = "Only `prefect deployment run` needs one: run `lalia serve` and set PREFECT_API_URL as it says"


def _home(home: Path) -> Check:
    if not home.exists() or os.name != "posix":
        return Check("PREFECT_HOME", True, str(home), needed=False)
    mode = stat.S_IMODE(home.stat().st_mode)
    return Check(
        "PREFECT_HOME private", mode & 0o077 == 0, f"{home} has mode {mode:04o}", f"chmod 700 {home}", needed=False
    )


def _disk() -> Iterator[Check]:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    found = f"{free / 1e9:.1f} GB free for temporary files"
    yield Check("disk", free >= FREE_BYTES, found, "Free space, or set TMPDIR to a folder with 2 GB or more")
