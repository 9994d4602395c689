"""A Prefect server on this machine only, with its database in a private folder and telemetry off."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from ..data_schemas import LaliaError
from ..pipeline.files import private_folder

LOOPBACK = "127.0.0.1"

POOL = "lalia"

GPU_LIMIT = "lalia-gpu"
"""Global concurrency limit that lets one run at a time hold a model on the GPU; `lalia serve` makes it."""

READY_SECONDS = 180.0
"""A cold start takes 10 to 20 s on two cores; a machine under load takes several times that."""

STOP_SECONDS = 10.0

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_LOGGING_LOG_PRINTS": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_CLI_PROMPT": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}
"""Environment of every process started here: nothing leaves the machine, nothing starts a server unasked."""


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        return int(found.getsockname()[1])


def environment(home: Path, port: int) -> dict[str, str]:
    """Environment of processes that talk to the server on `port` whose files are in `home`."""
    return {
        **os.environ,
        **QUIET,
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://{LOOPBACK}:{port}/api",
        "PREFECT_UI_API_URL": f"http://{LOOPBACK}:{port}/api",
    }


class Process:
    """A child process with its own children, ended together."""

    def __init__(self, words: Sequence[str], env: Mapping[str, str], output: IO[bytes] | int | None) -> None:
        # A session of its own: Ctrl-C reaches us alone, and we end our children in order.
        self._child = subprocess.Popen(  # noqa: S603  the words are ours
            [sys.executable, "-m", *words],
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output is not None else None,
            start_new_session=True,
            umask=0o077,
        )

    @property
    def ended(self) -> bool:
        """Whether it runs no longer."""
        return self._child.poll() is not None

    def wait(self) -> int:
        """Wait for the end and give the exit status."""
        return self._child.wait()

    def stop(self) -> None:
        """Ask it and its children to end, and make them after `STOP_SECONDS`."""
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(STOP_SECONDS)
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        self._child.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._child.pid, number)
            else:
                self._child.send_signal(number)


class LocalServer:
    """A context manager that runs a server on the loopback interface.

    Parameters
    ----------
    home : Path
        Folder of its database; made private to the owner.
    port : int
    quiet : bool
        Whether its own messages are dropped.

    Raises
    ------
    LaliaError
        On entering, when the port is taken or the server does not answer within `READY_SECONDS`.
    """

    def __init__(self, home: Path, port: int, *, quiet: bool = True) -> None:
        self.home, self.port, self._quiet = home, port, quiet
        self.env = environment(home, port)
        self.process: Process | None = None

    @property
    def url(self) -> str:
        """Address of its interface, as PREFECT_API_URL takes it."""
        return self.env["PREFECT_API_URL"]

    def __enter__(self) -> LocalServer:
        private_folder(self.home)
        os.chmod(self.home, 0o700)
        _require_free(self.port)
        words = ["prefect", "server", "start", "--host", LOOPBACK, "--port", str(self.port)]
        self.process = Process(words, self.env, subprocess.DEVNULL if self._quiet else None)
        try:
            self._await()
        except BaseException:
            self.process.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            self.process.stop()

    def _await(self) -> None:
        assert self.process is not None
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and not self.process.ended:
            if _answers(f"{self.url}/health"):
                return
            time.sleep(0.2)
        raise LaliaError(
            f"The Prefect server must answer within {READY_SECONDS:.0f} s",
            "a server that ended" if self.process.ended else "no answer",
            "Run `lalia doctor`; free the processor, or try `prefect server start` for its own message",
        )


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        # As the server itself does: a port that was closed a moment ago counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise LaliaError(
                "The port of the Prefect server must be free", f"{port}, which is in use", "Choose another with --port"
            ) from None


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  the loopback address above
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
