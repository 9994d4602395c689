"""Runs over many recordings: nothing done twice, nothing lost, the same bytes again."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from lalia.data_schemas import (
    Code,
    LaliaError,
    Recording,
    Settings,
    Task,
)
from lalia.features import specs
from lalia.pipeline import batch, keys, planning
from lalia.pipeline.ingest import Located
from lalia.pipeline.ledger import Ledger, Record, claimed
from lalia.pipeline.run import Clock, rejection
from lalia.pipeline.workers import Unit, Workers
from lalia.tests.lines import ends_process_on_second, no_disk_for_third, plain, second_is_bad
from lalia.tests.runs import SETTINGS, four, made, planned, records, wav


@pytest.fixture
def folder(tmp_path):
    return four(tmp_path / "in")


def test_a_finished_unit_is_never_done_again(folder, tmp_path):
    out = tmp_path / "out"
    with claimed(out, folder):
        batch.run_units(planned(folder, out), assess=plain)
        first = records(out)
        again = planned(folder, out)
        assert again.pending == ()
        batch.run_units(again, assess=plain)
    assert len(first) == 4
    assert records(out) == first
    assert sorted(made(folder)) == ["r0", "r1", "r2", "r3"]


def test_the_key_is_known_without_decoding_and_changes_with_what_decides(folder, tmp_path, monkeypatch):
    out = tmp_path / "out"
    base = {unit.item.recording.recording_id: unit.key for unit in planned(folder, out).units}
    assert {u.key for u in planned(folder, out).units} == set(base.values())
    assert len(set(base.values())) == 4

    (folder / "r0.txt").write_text("the girl is on the stool .\n", "utf-8")
    wav(folder / "r1.wav", 99)
    changed = {unit.item.recording.recording_id: unit.key for unit in planned(folder, out).units}
    assert {name for name in base if base[name] != changed[name]} == {"r0", "r1"}

    other = planned(folder, out, Settings(seed=1)).units
    assert not {u.key for u in other} & set(changed.values())
    asked = planned(folder, out, task=Task.INTERVIEW).units
    assert not {u.key for u in asked} & set(changed.values())
    monkeypatch.setattr(keys, "__version__", "999")
    assert not {u.key for u in planned(folder, out).units} & set(changed.values())


@pytest.mark.parametrize("what", ["versions of features", "weights", "packages"])
def test_the_key_changes_with_versions(folder, tmp_path, monkeypatch, what):
    before = {unit.key for unit in planned(folder, tmp_path / "out").units}
    if what == "versions of features":
        monkeypatch.setattr(keys, "specs", lambda: dict(list(specs().items())[:-1]))
    elif what == "weights":
        monkeypatch.setattr(keys, "weights", lambda settings: {"whisper": "0" * 64})
    else:
        monkeypatch.setattr(keys, "package_versions", lambda: {"numpy": "0"})
    assert not before & {unit.key for unit in planned(folder, tmp_path / "out").units}


@pytest.mark.parametrize("damage", ["", "{", '{"key": "x"}', '{"key": "other", "rejected": null}'])
def test_a_damaged_record_is_done_again(folder, tmp_path, damage):
    out = tmp_path / "out"
    with claimed(out, folder):
        work = planned(folder, out)
        batch.run_units(work, assess=plain)
        work.ledger.path(work.units[2].key).write_text(damage, "utf-8")
        again = planned(folder, out)
        assert [unit.item.recording.recording_id for unit in again.pending] == ["r2"]
        batch.run_units(again, assess=plain)
    assert made(folder) == ["r0", "r1", "r2", "r3", "r2"]


def test_a_bad_recording_is_kept_as_such_and_the_rest_goes_on(folder, tmp_path):
    out = tmp_path / "out"
    with claimed(out, folder):
        counts = batch.run_units(planned(folder, out), assess=second_is_bad)
        assert counts == {"ok": 3, "corrupt": 1}
        assert planned(folder, out).pending == ()


def test_a_fault_of_the_machine_is_tried_again(folder, tmp_path):
    out = tmp_path / "out"
    with claimed(out, folder):
        counts = batch.run_units(planned(folder, out), assess=no_disk_for_third)
        assert counts == {"ok": 3, "machine_fault": 1}
        work = planned(folder, out)
        assert [unit.item.recording.recording_id for unit in work.pending] == ["r2"]
        told = work.ledger.settled(work.pending[0].key)
        assert told is not None
        assert told.rejected is not None
        assert "secret" not in told.rejected.message
        (folder / "disk").touch()
        assert batch.run_units(work, assess=no_disk_for_third) == {"ok": 1}
    assert planned(folder, out).pending == ()
    assert not list(out.rglob("*.failed.json"))


def test_an_unreadable_file_is_rejected_and_the_rest_goes_on(folder, tmp_path, monkeypatch):
    real = planning.input_hashes

    def hashes(item):
        if item.recording.recording_id == "r3":
            raise PermissionError(13, "Permission denied", "/secret")
        return real(item)

    monkeypatch.setattr(planning, "input_hashes", hashes)
    work = planned(folder, tmp_path / "out")
    assert [item.code for item in work.rejected] == [Code.MISSING_FILE]
    assert len(work.units) == 3
    assert "secret" not in work.rejected[0].message


def test_processes_give_the_same_records(folder, tmp_path):
    for jobs in (1, 2):
        out = tmp_path / f"out{jobs}"
        with claimed(out, folder):
            assert batch.run_units(planned(folder, out), jobs=jobs, assess=plain) == {"ok": 4}
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / f"out{j}" / ".ledger").glob("??/*")} for j in (1, 2))
    assert one == two


def test_a_recording_that_ends_its_process_takes_no_other_with_it(folder, tmp_path):
    out = tmp_path / "out"
    with claimed(out, folder):
        counts = batch.run_units(planned(folder, out), jobs=2, assess=ends_process_on_second)
        assert counts == {"ok": 3, "machine_fault": 1}
    assert sorted(set(made(folder))) == ["r0", "r2", "r3"]


def test_worker_processes_end_with_their_parent(folder, tmp_path):
    code = (
        "import sys, os, signal\n"
        "from lalia.data_schemas import Settings\n"
        "from pathlib import Path\n"
        "from lalia.pipeline import batch\n"
        "from lalia.tests.lines import plain\n"
        "if __name__ == '__main__':\n"
        "    work = batch.plan(Path(sys.argv[1]), Path(sys.argv[2]), Settings())\n"
        "    workers = batch.Workers(work.ledger, work.settings, 2, plain)\n"
        "    next(workers.run(work.units))\n"
        "    print(*workers._pool._processes, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code, "utf-8")
    words = [sys.executable, str(script), str(folder), str(tmp_path / "out")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    workers = [int(word) for word in done.stdout.split()]
    assert workers, done.stderr
    end = time.monotonic() + 10
    while any(_alive(pid) for pid in workers) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(_alive(pid) for pid in workers)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").split(") ")[-1][0] not in "ZX"
    except OSError:
        return False


def test_progress_is_told_with_speed_and_time_left(folder, tmp_path):
    seen = []
    out = tmp_path / "out"
    with claimed(out, folder):
        batch.run_units(planned(folder, out, watch=seen.append), assess=plain, watch=seen.append)
    assert [(p.stage, p.done) for p in seen] == [(s, n) for s in ("hash", "assess") for n in range(5)]
    assert seen[0].speed is None
    assert seen[-2].speed > 0
    assert seen[-2].eta > 0
    assert seen[-1].eta == 0


def test_weights_that_are_not_installed_are_told_first_where_speech_may_be_theirs(folder, tmp_path, monkeypatch):
    from lalia.models import registry

    real = registry.locate

    def locate(name):
        if name in {"en-core-web-sm", "monet"}:
            raise LaliaError("The weights must be installed", "none", "Run pip", code=Code.MODEL_ABSENT)
        return real(name)

    monkeypatch.setattr(registry, "locate", locate)
    with pytest.raises(LaliaError, match="must be installed"):
        planned(folder, tmp_path / "out")
    with pytest.raises(LaliaError, match="must be installed"):
        planned(folder, tmp_path / "out", Settings(language="en-GB"))
    assert len(planned(folder, tmp_path / "out", Settings(language="de")).pending) == 4


def test_only_recordings_that_are_recognised_need_the_recogniser(folder, tmp_path):
    absent = Settings(model="tiny.enn")
    assert batch.whole_run(folder, tmp_path / "given", absent, assess=plain).assessed == 4
    for number in range(4):
        (folder / f"r{number}.txt").unlink()
    assert len(planned(folder, tmp_path / "vowel", absent, task=Task.SUSTAINED_VOWEL).pending) == 4
    with pytest.raises(LaliaError, match="known name"):
        planned(folder, tmp_path / "spoken", absent, task=Task.INTERVIEW)


def test_an_unexpected_exception_names_its_place_but_no_data():
    clock = Clock()
    try:
        with clock("measure"):
            keys.sha256_of(Path("/nowhere/ZZCANARY"))
    except OSError as error:
        told = rejection("r0", clock.stage, error)
    assert (told.stage, told.code) == ("measure", Code.MACHINE_FAULT)
    try:
        with clock("annotate"):
            keys.unit_key("ZZCANARY", {}, "")
    except AttributeError as error:
        told = rejection("r0", clock.stage, error)
    assert (told.stage, told.code) == ("annotate", Code.STAGE_FAILED)
    assert "pipeline/keys.py:" in told.message
    assert "ZZCANARY" not in told.message
    assert clock.seconds["annotate"] >= 0


def test_no_jobs_is_refused(tmp_path):
    with pytest.raises(LaliaError, match="jobs must be 1 or more"):
        Workers(Ledger(tmp_path), SETTINGS, 0)


def test_a_record_holds_one_result():
    unit = Unit("k", Located(Recording(recording_id="a", participant_id="a", path="a.wav"), Path("a.wav")))
    with pytest.raises(ValueError, match="must hold"):
        _ = Record(key=unit.key).result
