"""The tutorial runs from start to end, without an error and without the network."""

from __future__ import annotations

import copy
import os
import re
import shutil
from pathlib import Path

import pytest
from lalia.tests.update_golden import absent

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
NOTEBOOK = EXAMPLES / "tutorial.ipynb"

ELSEWHERE = "192.0.2.1"
"""An address that nobody has (RFC 5737)."""

GUARD = """
import os, sys

def guard(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host not in (None, "", "localhost", "127.0.0.1", "::1", b"localhost"):
        with open(os.environ["LALIA_TEST_REACHED"], "a") as log:
            log.write(f"{host}\\n")
        raise OSError("the network is not to be used")

sys.addaudithook(guard)
"""

PROBE = f"""
import socket
try:
    socket.create_connection(("{ELSEWHERE}", 9), timeout=1)
except OSError as error:
    print(error)
"""

HARMLESS = re.compile(r"TqdmWarning: IProgress not found|from \.autonotebook import tqdm")
"""A progress bar's library says that this kernel has no widgets."""


@pytest.fixture(scope="module")
def tutorial():
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def executed(tutorial, tmp_path_factory):
    """The notebook after a run in a copy of the examples, and the addresses beyond this computer it asked for."""
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    from nbformat.v4 import new_code_cell

    if gone := absent():
        pytest.skip(f"the example recordings are not there ({len(gone)} missing); `make demo` fetches and makes them")
    root = tmp_path_factory.mktemp("tutorial")
    shutil.copytree(EXAMPLES, root / "examples", ignore=shutil.ignore_patterns("out", "__pycache__"))
    (root / "guard").mkdir()
    (root / "guard" / "sitecustomize.py").write_text(GUARD, "utf-8")
    (root / "reached").touch()
    notebook = copy.deepcopy(tutorial)
    notebook.cells = [*tutorial.cells, new_code_cell(PROBE)]
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(root / "examples")}}
    )
    client.execute(
        env={**os.environ, "PYTHONPATH": str(root / "guard"), "LALIA_TEST_REACHED": str(root / "reached")},
        cleanup_kc=True,
    )
    return notebook, (root / "reached").read_text("utf-8").split(), root / "examples"


def test_is_valid_and_stores_no_results(tutorial):
    import nbformat

    nbformat.validate(tutorial)
    identifiers = [cell["id"] for cell in tutorial.cells]
    assert len(set(identifiers)) == len(identifiers)
    code = [cell for cell in tutorial.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_runs_without_an_error(executed):
    notebook, _, _ = executed
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error", cell.source
            if output.get("name") == "stderr":
                assert [line for line in output.text.splitlines() if line and not HARMLESS.search(line)] == []


def test_shows_the_report_and_the_measures(executed):
    notebook, _, examples = executed
    shown = [output.data for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    assert any("<iframe" in data.get("text/html", "") for data in shown)
    assert any("lexical.mattr_50" in data.get("text/plain", "") for data in shown)
    assert "recordings=7, assessed=7, rejected=0, reused=0" in "".join(data.get("text/plain", "") for data in shown)
    assert (examples / "out" / "features.csv").is_file()


def test_uses_no_network(executed):
    # The probe at the end is the only one: it shows that the guard was on.
    assert executed[1] == [ELSEWHERE]
