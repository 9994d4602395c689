"""`lalia serve` and `prefect deployment run`, as a user does it: killed midway, run again, and nobody named."""

from __future__ import annotations

import csv
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from lalia.flows.server import free_port
from lalia.models.risk import load
from lalia.tests.lines import compare, talk_folder
from lalia.tests.risk_data import study

pytestmark = [
    pytest.mark.flow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds the flow's process through /proc"),
]

CANARY = "ZZCANARY"
RECORDINGS = 24


@dataclass
class Story:
    """What happened, for the tests to look at."""

    source: Path
    out: Path
    home: Path
    env: dict[str, str]
    first: subprocess.CompletedProcess[str]
    at_kill: dict[str, tuple[int, int]]
    second: subprocess.CompletedProcess[str]
    log: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A folder with a neutral name, and `lalia serve` with a private PREFECT_HOME."""
    root = tmp_path_factory.mktemp("study7")
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    env |= {"PREFECT_HOME": str(root / "home"), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
    log = root / "serve.log"
    command = [sys.executable, "-m", "lalia.pipeline.cli", "serve", "--port", str(port)]
    with open(log, "wb") as stream:
        serving = subprocess.Popen(command, env=env, stdout=stream, stderr=subprocess.STDOUT, cwd=root)
    try:
        _until(lambda: "Ready." in log.read_text("utf-8") or serving.poll() is not None, 180)
        assert serving.poll() is None, log.read_text("utf-8")
        yield root, env, log
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(60)
    assert serving.returncode == 0
    assert not _processes(env["PREFECT_HOME"])


@pytest.fixture(scope="module")
def story(served) -> Story:
    """A run that is killed midway, and run again."""
    root, env, log = served
    source = talk_folder(root / "recordings", RECORDINGS, broken=1, marker=CANARY)
    manifest = _manifest(root, source)
    out = root / "out"
    with subprocess.Popen(_deployment_run(manifest, out), env=env, stdout=subprocess.PIPE, text=True) as running:
        _until(lambda: len(_records(out)) >= RECORDINGS // 3, 150)
        (flow,) = _processes(str(root / "home"), "PREFECT__FLOW_RUN_ID=")
        os.kill(flow, signal.SIGKILL)
        at_kill = _records(out)
        stdout, _ = running.communicate(timeout=120)
        first = subprocess.CompletedProcess(running.args, running.returncode, stdout)
    second = subprocess.run(
        _deployment_run(manifest, out), env=env, capture_output=True, text=True, check=False, timeout=200
    )
    return Story(manifest, out, root / "home", env, first, at_kill, second, log)


def _manifest(root: Path, source: Path) -> Path:
    rows = ["recording_id,participant_id,path,transcript,task"]
    for path in sorted(source.glob("*.wav")):
        text = path.with_suffix(".txt")
        transcript = f"recordings/{text.name}" if text.exists() else ""
        rows.append(f"{path.stem},{CANARY}-{path.stem[:3]},recordings/{path.name},{transcript},interview")
    manifest = root / "manifest.csv"
    manifest.write_text("\n".join(rows) + "\n", "utf-8")
    return manifest


def _deployment_run(manifest: Path, out: Path) -> list[str]:
    given = ["-p", f"manifest={manifest}", "-p", f"out={out}", "-p", "chunk_size=4"]
    words = ["deployment", "run", "assess/batch", *given, "--watch", "--watch-interval", "1", "--watch-timeout", "180"]
    return [sys.executable, "-m", "prefect", *words]


def _records(out: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in (out / ".ledger").glob("??/*.json"):
        state = path.stat()
        found[path.name] = (state.st_ino, state.st_mtime_ns)
    return found


def _processes(home: str, *also: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            env = (folder / "environ").read_bytes().decode(errors="replace").split("\0")
            words = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        named = f"PREFECT_HOME={home}" in env and all(any(entry.startswith(word) for entry in env) for word in also)
        # The flow's own children (a decoder, a git) inherit its environment; Prefect's engine is what is sought.
        if named and (not also or "prefect" in words):
            found.append(int(folder.name))
    return found


def _until(holds, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def test_a_killed_run_is_told_as_such(story):
    assert story.first.returncode == 1
    assert 0 < len(story.at_kill) < RECORDINGS
    assert not (story.out / "features.csv").exists() or story.second.returncode == 0


def test_nothing_finished_is_done_again(story):
    assert story.second.returncode == 0, story.second.stdout + story.second.stderr
    assert "CompletedWithErrors" in story.second.stdout
    after = _records(story.out)
    assert len(after) == RECORDINGS + 1  # the broken one is finished too
    assert {name: after[name] for name in story.at_kill} == story.at_kill


def test_the_output_equals_that_of_an_unbroken_run(story):
    unbroken = story.out.parent / "unbroken"
    words = [sys.executable, "-m", "lalia.pipeline.cli", "assess", str(story.source), "--out", str(unbroken)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 3, done.stderr
    compare(story.out, unbroken)
    assert CANARY in (story.out / "features.csv").read_text("utf-8")


def test_prefect_stores_nobody(story):
    stored = {path: path.read_bytes() for path in story.home.rglob("*") if path.is_file()}
    stored[story.log] = story.log.read_bytes()
    database = b"".join(content for path, content in stored.items() if path.name.startswith("prefect.db"))
    # The search would find them: what is known to be stored is there.
    for known in (str(story.source).encode(), b"CompletedWithErrors", b"assess-chunk"):
        assert known in database
    assert [path.name for path, content in stored.items() if CANARY.encode() in content] == []
    told = story.first.stdout + story.second.stdout + story.second.stderr
    assert CANARY not in told


def test_the_database_is_private(story):
    assert stat.S_IMODE(story.home.stat().st_mode) == 0o700
    for path in story.home.rglob("prefect.db*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


HOLD = """
import time
from lalia.data_schemas import Settings
from lalia.flows.assess import _gpu_slot
with _gpu_slot(Settings(device="cuda")):
    print(time.monotonic(), flush=True)
    time.sleep(2)
    print(time.monotonic(), flush=True)
"""


def test_two_runs_never_hold_the_gpu_at_once(story):
    running = [
        subprocess.Popen([sys.executable, "-c", HOLD], env=story.env, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    spans = sorted([float(word) for word in child.communicate(timeout=120)[0].split()] for child in running)
    assert [child.returncode for child in running] == [0, 0]
    assert spans[0][1] <= spans[1][0]


def test_the_deployment_can_be_made_from_a_clone(story):
    root = Path(__file__).resolve().parent.parent
    words = ["--no-prompt", "deploy", "--prefect-file", "flows/prefect.yaml", "--all"]
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *words], cwd=root, env=story.env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "assess/batch" in done.stdout


def test_a_model_is_trained_on_the_server_and_prefect_stores_nobody(served):
    """`train/model` by a worker: a bundle that loads, and a table that fails without its words in the database."""
    root, env, log = served
    features, labels = study(people=40, features=3)
    features["participant_id"] = [f"{CANARY}-{name}" for name in features["participant_id"]]
    _csv(root / "features.csv", features)
    _csv(root / "labels.csv", labels)
    _csv(root / "broken.csv", features | {"f1": [CANARY, *features["f1"][1:]]})
    done = _train(env, root / "features.csv", root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert load(root / "model").card.people == {"well": 20, "ill": 20}
    failed = _train(env, root / "broken.csv", root)
    assert failed.returncode == 1
    stored = b"".join(path.read_bytes() for path in (root / "home").rglob("*") if path.is_file()) + log.read_bytes()
    for told in (b"train-model", b"people 20, 20; not established", b"bad_setting"):
        assert told in stored
    assert CANARY.encode() not in stored
    assert CANARY not in done.stdout + done.stderr + failed.stdout + failed.stderr


def _train(env: dict[str, str], features: Path, root: Path) -> subprocess.CompletedProcess[str]:
    given = {"features": features, "labels": root / "labels.csv", "out": root / "model", "target": "dx"}
    given |= {"repeats": 1, "permutations": 0}
    words = [word for name, value in given.items() for word in ("-p", f"{name}={value}")]
    watch = ["--watch", "--watch-interval", "1", "--watch-timeout", "180"]
    command = [sys.executable, "-m", "prefect", "deployment", "run", "train/model", *words, *watch]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=200)


def _csv(path: Path, columns: dict[str, list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream)
        lines.writerow(columns)
        lines.writerows(zip(*columns.values(), strict=True))
