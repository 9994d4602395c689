"""The flow without a server where that is enough, and on an embedded one where it is not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lalia.data_schemas import Code, LaliaError, Rejected, Settings
from lalia.flows import assess as flow_module
from lalia.flows.assess import Unfinished, Work, _absolute, _final_state, _gpu_slot, assess
from lalia.flows.embedded import run_embedded
from lalia.flows.server import LocalServer, free_port
from lalia.pipeline import batch
from lalia.pipeline.batch import Summary
from lalia.pipeline.ledger import claimed
from lalia.pipeline.workers import Workers
from lalia.tests.lines import compare, no_disk_for_third, plain, talk_folder

pytestmark = pytest.mark.flow


def summary(assessed: int, rejected: int) -> Summary:
    return Summary(assessed + rejected, assessed, rejected, 0, (("corrupt", rejected),) if rejected else ())


@pytest.mark.parametrize(
    ("assessed", "rejected", "allowed", "name"),
    [
        (4, 0, 0.0, "Completed"),
        (0, 0, 0.0, "Completed"),
        (3, 1, 0.25, "CompletedWithErrors"),
        (3, 1, 0.24, "Failed"),
        (0, 4, 1.0, "CompletedWithErrors"),
    ],
)
def test_final_state_follows_the_share_of_rejected(assessed, rejected, allowed, name):
    state = _final_state(summary(assessed, rejected), allowed)
    assert state.name == name
    assert f"{assessed} of {assessed + rejected}" in state.message


@pytest.mark.parametrize("given", [("m.csv", "/out"), ("/m.csv", "out")])
def test_paths_must_be_absolute(given):
    state = assess.fn(*given)
    assert state.is_failed()
    assert "must be an absolute path" in state.message
    assert _absolute("/a", "out") == Path("/a")


def test_a_manifest_that_cannot_be_read_leaves_only_its_code(tmp_path):
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("recording_id,participant_id,path,ZZCANARY\na,b,c.wav,d\n", "utf-8")
    state = assess.fn(str(manifest), str(tmp_path / "out"))
    assert state.is_failed()
    assert state.message.startswith("bad_manifest.")
    assert "ZZCANARY" not in repr(state)


def test_a_folder_in_use_is_said(tmp_path):
    source = talk_folder(tmp_path / "in", 1)
    with claimed(tmp_path / "out", source):
        state = assess.fn(str(source), str(tmp_path / "out"))
    assert "to itself" in state.message


@pytest.fixture
def work(tmp_path):
    source = talk_folder(tmp_path / "in", 5)
    with claimed(tmp_path / "out", source):
        planned = batch.plan(source, tmp_path / "out", Settings())
        yield planned


def test_chunks_cover_every_unit_once(work):
    for size in (1, 2, 5, 64):
        chunks = Work(work, Workers(work.ledger, work.settings, assess=plain), size)
        units = [unit for number in range(len(chunks)) for unit in chunks.chunk(number)]
        assert units == list(work.units)
        assert all(len(chunks.chunk(number)) <= size for number in range(len(chunks)))
        assert "r00" not in repr(chunks)


def test_only_faults_of_the_machine_ask_for_a_retry(work, tmp_path):
    faulty = Work(work, Workers(work.ledger, work.settings, assess=_renamed(no_disk_for_third)), 64)
    with pytest.raises(Unfinished, match=r"^1 machine_fault$"):
        flow_module.assess_chunk.fn(faulty, 0)
    (tmp_path / "in" / "disk").touch()
    assert flow_module.assess_chunk.fn(faulty, 0) == {"ok": 1}


def test_a_bad_recording_asks_for_none(work):
    def bad(item, settings, key, listen):
        name = item.recording.recording_id
        return Rejected(recording_id=name, stage="decode", code=Code.CORRUPT, message="ZZCANARY")

    assert flow_module.assess_chunk.fn(Work(work, Workers(work.ledger, work.settings, assess=bad), 64), 0) == {
        "corrupt": 5
    }


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (OSError(5, "Input/output error", "ZZCANARY.wav"), Unfinished, r"machine_fault \(OSError\)"),
        (ValueError("ZZCANARY"), RuntimeError, r"stage_failed \(ValueError\)"),
        (LaliaError("a", "ZZCANARY", "b", code=Code.CORRUPT), RuntimeError, "corrupt"),
    ],
)
def test_what_a_task_raises_holds_no_words_of_the_fault(error, kind, words):
    class Broken:
        def run(self, number):
            raise error

    with pytest.raises(kind, match=f"^{words}$") as caught:
        flow_module.assess_chunk.fn(Broken(), 0)
    assert caught.value.__suppress_context__


def test_a_processor_needs_no_slot():
    with _gpu_slot(Settings(device="cpu")):
        pass


def _renamed(assess_third):
    # The talk folder names its recordings r00, r01, ...; the line at hand expects r2.
    def line(item, settings, key, listen):
        short = item.recording.recording_id.replace("r0", "r")
        changed = item.recording.model_copy(update={"recording_id": short})
        return assess_third(type(item)(changed, item.audio, item.transcript), settings, key, listen)

    return line


def test_embedded_run_equals_the_command(tmp_path):
    source = talk_folder(tmp_path / "in", 2, broken=1)
    seen = []
    assert run_embedded(source, tmp_path / "flow", watch=seen.append, chunk_size=2) == "CompletedWithErrors"
    assert seen[-1].done == 3
    assert run_embedded(source, tmp_path / "flow", watch=(again := []).append, chunk_size=2) == "CompletedWithErrors"
    assert [now.done for now in again] == [0], "what an earlier run finished is not counted"
    words = [sys.executable, "-m", "lalia.pipeline.cli", "assess", str(source), "--out", str(tmp_path / "command")]
    assert subprocess.run(words, capture_output=True, check=False, timeout=120).returncode == 3
    compare(tmp_path / "flow", tmp_path / "command")


def test_a_port_in_use_is_refused(tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = LocalServer(tmp_path / "home", taken.getsockname()[1])
        with pytest.raises(LaliaError, match="must be free"):
            server.__enter__()
    assert 0 < free_port() < 65536
