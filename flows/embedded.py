"""The flow without a standing server: one is started for a single run and gone afterwards."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ..data_schemas import LaliaError
from ..pipeline.progress import Progress, Watch
from .server import LocalServer, Process, free_port

_POLL = 0.5


def run_embedded(manifest: Path, out: Path, *, watch: Watch | None = None, **parameters: Any) -> str:
    """Run the flow `assess` on a temporary local server.

    Parameters
    ----------
    manifest, out : Path
    watch : callable, optional
        Told how many recordings this run has finished; those of an earlier run in `out` are not counted.
    **parameters
        Any other parameter of the flow.

    Returns
    -------
    str
        Name of the final state: ``Completed`` or ``CompletedWithErrors``.

    Raises
    ------
    LaliaError
        When the server does not start, or the run does not complete.
    """
    given = {"manifest": str(manifest.resolve()), "out": str(out.resolve()), **parameters}
    # The server's database goes with the folder.
    with tempfile.TemporaryDirectory(prefix="lalia-", ignore_cleanup_errors=True) as home:
        answer = Path(home) / "state.json"
        with LocalServer(Path(home) / "prefect", free_port()) as server:
            env = {**server.env, "PREFECT_LOGGING_LEVEL": "ERROR"}
            run = Process([__name__, json.dumps(given), str(answer)], env, None)
            try:
                _follow(run, out, watch)
            finally:
                run.stop()
        return _outcome(answer)


def _follow(run: Process, out: Path, watch: Watch | None) -> None:
    told, before, ended = -1, _records(out), False
    while not ended:
        ended = run.ended  # asked before the count, so that the last records are counted too
        done = len(_records(out) - before)
        if watch is not None and done != told:
            watch(Progress("assess", done, 0))
            told = done
        if not ended:
            time.sleep(_POLL)


def _records(out: Path) -> set[str]:
    return {path.name for path in (out / ".ledger").glob("??/*.json")}


def _outcome(answer: Path) -> str:
    try:
        state = json.loads(answer.read_text("utf-8"))
    except FileNotFoundError:
        state = {"type": "CRASHED", "name": "Crashed", "message": "the process of the flow ended"}
    if state["type"] != "COMPLETED":
        raise LaliaError("The flow must complete", str(state["message"]), "Correct what it names and run again")
    return str(state["name"])


def _main(parameters: str, answer: str) -> None:
    from ..pipeline.files import write_whole
    from .assess import assess

    state: Any = assess(**json.loads(parameters), return_state=True)
    told = {"type": state.type.value, "name": state.name, "message": state.message}
    write_whole(Path(answer), json.dumps(told))


if __name__ == "__main__":
    _main(*sys.argv[1:])
