"""`lalia serve`: all that `prefect deployment run assess/batch` needs, on this machine only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from ..data_schemas import LaliaError
from .server import POOL, LocalServer, Process

DEPLOYMENT = Path(__file__).with_name("prefect.yaml")


def serve(*, port: int = 4200, limit: int = 1) -> None:
    """Start server, work pool, GPU limit, deployment and worker; end them all on Ctrl-C or SIGTERM.

    The server keeps its database in PREFECT_HOME (``~/.prefect`` when not set), made private to its owner.

    Parameters
    ----------
    port : int
        Of the loopback interface.
    limit : int
        Flow runs at a time.

    Raises
    ------
    LaliaError
        When the port is taken, or a part does not start.
    """
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect").expanduser().resolve()
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        print("Starting the Prefect server ...", flush=True)
        with LocalServer(home, port) as server:
            prepare(server.env)
            words = ["prefect", "worker", "start", "--pool", POOL, "--type", "process", "--limit", str(limit)]
            worker = Process([*words, "--name", "lalia"], server.env, None)
            try:
                _tell(server.url)
                _watch(server, worker)
            finally:
                worker.stop()
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    finally:
        signal.signal(signal.SIGTERM, before)


def prepare(env: Mapping[str, str]) -> None:
    """Make pool, GPU limit and deployment on the server that `env` names; what exists is kept or brought up to date.

    Raises
    ------
    LaliaError
        When Prefect refuses.
    """
    _run(env, "lalia.flows.prepare")
    _run(env, "prefect", "--no-prompt", "deploy", "--prefect-file", str(DEPLOYMENT), "--all")


def _run(env: Mapping[str, str], *words: str) -> None:
    done = subprocess.run(  # noqa: S603  the words are ours
        [sys.executable, "-m", *words],
        env=dict(env),
        # Prefect keeps the folder it deploys from, and runs flows in it: this one names nobody.
        cwd=env["PREFECT_HOME"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise LaliaError("Prefect must take the deployment", lines[-1], "Run `lalia doctor`")


def _watch(server: LocalServer, worker: Process) -> None:
    assert server.process is not None
    while not (server.process.ended or worker.ended):
        time.sleep(0.5)
    what = "server" if server.process.ended else "worker"
    raise LaliaError(f"The Prefect {what} must keep running", "one that ended", "See its messages above; start again")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _tell(url: str) -> None:
    print(
        f"""Ready. In another terminal:

  export PREFECT_API_URL={url}
  prefect deployment run assess/batch -p manifest=$PWD/manifest.csv -p out=$PWD/out --watch

Prefect keeps these two paths in its database: they must not name a person.
Ctrl-C ends server and worker.""",
        flush=True,
    )
