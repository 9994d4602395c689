"""A run's folder: who may use it, what stays in it and what does not."""

from __future__ import annotations

import stat
import subprocess
import sys

import pytest
from lalia.data_schemas import (
    Code,
    LaliaError,
    Rejected,
    Settings,
)
from lalia.pipeline import batch
from lalia.pipeline.ledger import Ledger, Record, claimed
from lalia.tests.lines import no_disk_for_third, plain
from lalia.tests.runs import SETTINGS, everything, four, made, planned, records, wav


@pytest.fixture
def folder(tmp_path):
    return four(tmp_path / "in")


def test_two_runs_cannot_share_a_folder(folder, tmp_path):
    with claimed(tmp_path / "out", folder):
        code = (
            "import sys; from pathlib import Path; from lalia.pipeline.ledger import claimed\n"
            "with claimed(Path(sys.argv[1]), Path(sys.argv[2])): pass"
        )
        words = [sys.executable, "-c", code, str(tmp_path / "out"), str(folder)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "must have its output folder to itself" in done.stderr
    with claimed(tmp_path / "out", folder):
        pass


def test_a_lock_dies_with_its_holder(folder, tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from lalia.pipeline.ledger import claimed\n"
        "with claimed(Path(sys.argv[1]), Path(sys.argv[2])): print('held', flush=True); time.sleep(60)"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "out"), str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(LaliaError, match="to itself"), claimed(tmp_path / "out", folder):
            pass
        child.kill()
        child.wait()
    with claimed(tmp_path / "out", folder):
        pass


def test_folders_that_are_not_ours_are_refused(folder, tmp_path):
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.txt").write_text("years of work", "utf-8")
    with pytest.raises(LaliaError, match="new, empty, or one that lalia made"), claimed(other, folder):
        pass
    assert [path.name for path in other.iterdir()] == ["chapter.txt"]
    with pytest.raises(LaliaError, match="must not be, or hold, the recordings"), claimed(folder, folder):
        pass
    with pytest.raises(LaliaError, match="must not be, or hold, the recordings"), claimed(tmp_path, folder / "r0.wav"):
        pass
    with (
        pytest.raises(LaliaError, match="one you may make"),
        claimed(other / "chapter.txt" / "out", folder),
    ):
        pass
    with pytest.raises(LaliaError, match="nothing there"), claimed(tmp_path / "fresh", tmp_path / "mistyped"):
        pass
    assert not (tmp_path / "fresh").exists()
    with pytest.raises(LaliaError, match="must be a folder"), claimed(other / "chapter.txt", folder):
        pass


def test_everything_in_the_folder_is_private(folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir(mode=0o755)
    with claimed(out, folder):
        batch.run_units(planned(folder, out), assess=no_disk_for_third)
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    for path in out.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name


def test_what_cannot_be_told_to_be_of_the_run_is_removed(tmp_path):
    ledger = Ledger(tmp_path)
    for key, recording_id in (("aa11", "gone"), ("bb22", "stays"), ("cc33", "stays")):
        told = Rejected(recording_id=recording_id, stage="s", code=Code.CORRUPT, message="no")
        ledger.write(Record(key=key, rejected=told))
    (ledger.folder / "aa" / "aa33.json").write_text("{", "utf-8")
    ledger.keep_only({"stays": ("audio", None)}, {"bb22"})
    assert [path.name for path in ledger.folder.glob("??/*")] == ["bb22.json"]


def test_records_under_other_settings_are_kept_until_consent_ends(folder, tmp_path):
    out, other = tmp_path / "out", Settings(seed=1)
    batch.whole_run(folder, out, SETTINGS, assess=plain)
    batch.whole_run(folder, out, other, assess=plain)
    assert len(records(out)) == 8
    assert batch.whole_run(folder, out, SETTINGS, assess=plain).reused == 4
    assert len(made(folder)) == 8

    (folder / "r0.wav").unlink()
    assert batch.whole_run(folder, out, SETTINGS, assess=plain).recordings == 3
    assert len(records(out)) == 6
    kept = [Record.model_validate_json(path.read_bytes()) for path in (out / ".ledger").glob("??/*.json")]
    assert {record.recording_id for record in kept} == {"r1", "r2", "r3"}


@pytest.mark.parametrize("name", ["r0.wav", "r0.txt"])
def test_what_was_taken_out_of_a_file_does_not_stay_in_the_ledger(folder, tmp_path, name):
    out = tmp_path / "out"
    for settings in (SETTINGS, Settings(seed=1)):
        batch.whole_run(folder, out, settings, assess=plain)
    if name == "r0.wav":
        wav(folder / name, 99)
    else:
        (folder / name).write_text("the boy is there .\n", "utf-8")
    assert batch.whole_run(folder, out, SETTINGS, assess=plain).reused == 3
    # Of r0 only the new record; of the three others those under both settings.
    assert len(records(out)) == 7


def test_other_recordings_are_refused_in_the_folder_of_a_run(folder, tmp_path):
    out, strange = tmp_path / "out", tmp_path / "strange"
    batch.whole_run(folder, out, SETTINGS, assess=plain)
    before = everything(out)
    strange.mkdir()
    wav(strange / "x1.wav", 7)
    with pytest.raises(LaliaError, match=r"over other recordings.*another folder"):
        batch.whole_run(strange, out, SETTINGS, assess=plain)
    assert everything(out) == before
    wav(strange / "r0.wav", 8)  # one that is known is enough: a study grows and shrinks
    assert batch.whole_run(strange, out, SETTINGS, assess=plain).recordings == 2


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ({"model": "tiny.enn"}, Code.MODEL_ABSENT, "A model must be a known name"),
        ({"model": "minilm"}, Code.BAD_SETTING, "must be a Whisper model"),
        ({"parser": "no-such-parser"}, Code.BAD_SETTING, "A parser must be one of"),
        ({"embedder": "no-such-embedder"}, Code.BAD_SETTING, "An embedder must be one of"),
    ],
)
def test_a_model_that_is_not_there_is_told_before_the_run_is_touched(folder, tmp_path, given, code, words):
    out = tmp_path / "out"
    (folder / "r3.txt").unlink()
    batch.whole_run(folder, out, SETTINGS, assess=plain)
    before = everything(out)
    with pytest.raises(LaliaError, match=words) as caught:
        batch.whole_run(folder, out, Settings(**given), assess=plain)
    assert caught.value.code is code
    assert everything(out) == before
    assert len(made(folder)) == 4
