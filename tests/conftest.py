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
