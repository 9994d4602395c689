"""What every test may use: the shared data where it is present, and one annotated sample."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

# No test may reach a model hub; this must hold before any library that knows one is imported.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
# Nor may a user's own norms, reliability figures and models change a result.
os.environ["LALIA_SITE"] = tempfile.mkdtemp(prefix="lalia-site-")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of open recordings, corpora and reference values; not part of the product."""
    if not SHARED.is_dir():
        pytest.skip("the shared reference data is not present")
    return SHARED


@pytest.fixture(scope="session")
def sample():
    """An interview of two speakers with fillers, retracings, pauses and a synthetic voice."""
    from lalia.tests.samples import spoken_sample

    return spoken_sample()


@pytest.fixture
def chat(tmp_path: Path):
    """Read CHAT text from a file, with the usual headers unless it brings its own."""
    from lalia.pipeline.formats import read
    from lalia.tests.chat_text import HEAD

    def from_text(body: str | bytes, participant: str | None = None):
        path = tmp_path / "t.cha"
        if isinstance(body, bytes):
            path.write_bytes(body)
        else:
            whole = body if body.startswith("@") else f"{HEAD}{body}@End\n"
            path.write_bytes(whole.encode())
        return read(path, participant=participant)

    return from_text


@pytest.fixture
def reading(tmp_path: Path):
    """Read a transcript of that file name from its text."""
    from lalia.pipeline.formats import read

    def from_text(name: str, text: str | bytes, participant: str | None = None):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(path, participant=participant)

    return from_text
