"""The wheel holds one import name, and a user's own modules of the same names cannot shadow it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FOLDERS = ("data_schemas", "features", "flows", "models", "pipeline")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The built wheel, unpacked as an installation of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (wheel,) = folder.glob("lalia-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_one_top_level_name(installed):
    names = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert names == {"lalia"}
    assert (installed / "lalia" / "py.typed").is_file()


def test_wheel_holds_every_module_and_no_more(installed):
    sources = {p.relative_to(ROOT) for folder in FOLDERS for p in (ROOT / folder).rglob("*.py")}
    packed = {p.relative_to(installed / "lalia") for p in (installed / "lalia").rglob("*.py")}
    assert packed == sources | {Path("__init__.py")}


def test_wheel_holds_the_files_modules_read(installed):
    wanted = {p.relative_to(ROOT) for p in (ROOT / "pipeline" / "report" / "templates").rglob("*") if p.is_file()}
    wanted.add(Path("flows/prefect.yaml"))
    assert not {path for path in wanted if not (installed / "lalia" / path).is_file()}


SCRIPT = """
import lalia, sys
from pathlib import Path
assert Path(lalia.__file__).is_relative_to(sys.argv[1]), lalia.__file__
import features, flows, models
assert (features.MINE, flows.MINE, models.MINE) == (1, 1, 1)
if __name__ == "__main__":
    from lalia.pipeline import assess
    done = assess("beside.wav", transcript="beside.txt")
    assert done.features.loc["lexical.word_count", "value"] == 6
    print("assessed beside the user's own modules")
"""


def test_users_modules_do_not_shadow_it(installed, tmp_path):
    import numpy as np
    import soundfile

    for name in ("models", "features", "flows"):
        (tmp_path / f"{name}.py").write_text("MINE = 1\n")
    tone = 0.1 * np.sin(2 * np.pi * 150 * np.arange(32_000) / 16_000)
    soundfile.write(tmp_path / "beside.wav", tone, 16_000)
    (tmp_path / "beside.txt").write_text("The cat sat on the mat.\n")
    (tmp_path / "script.py").write_text(SCRIPT)
    # The installation under test must win over the checkout that may be installed beside it.
    environment = os.environ | {"PYTHONPATH": str(installed), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "script.py", str(installed)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "assessed beside" in done.stdout, done.stderr[-2000:]


@pytest.mark.parametrize("module", ["lalia", "lalia.features", "lalia.pipeline", "lalia.data_schemas"])
def test_import_loads_nothing_heavy(module):
    heavy = {
        "torch",
        "spacy",
        "librosa",
        "parselmouth",
        "pandas",
        "prefect",
        "whisper",
        "faster_whisper",
        "av",
        "stanza",
        "sklearn",
        "transformers",
    }
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {heavy!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []
