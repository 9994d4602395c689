"""Generated pages are up to date, and every dependency says why it is there."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_generated_pages_are_up_to_date():
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    stale = [path.name for path, text in build.pages().items() if not path.exists() or path.read_text("utf-8") != text]
    assert not stale, "run `make docs`"


def test_every_dependency_is_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = project["dependencies"] + [d for extra in project["optional-dependencies"].values() for d in extra]
    names = {re.split(r"[\[<>=~ ]", item, maxsplit=1)[0] for item in listed}
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    assert not {name for name in names if f"`{name}`" not in page}


def test_every_dependency_is_pinned_in_the_constraints():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pinned = {
        re.sub(r"[-_.]+", "-", name).lower()
        for name in re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text("utf-8"), re.M)
    }
    used = project["dependencies"] + [
        d for key in ("offline", "examples", "explain", "dev") for d in project["optional-dependencies"][key]
    ]
    names = {re.split(r"[\[<>=~ ]", item, maxsplit=1)[0].lower() for item in used}
    assert not names - pinned
