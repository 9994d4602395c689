"""The flow `assess`: chunks of recordings as tasks, resumed by content hash.

Prefect stores parameters, state messages, logs and artifacts in its database. None of them names a recording:
tasks get the number of a chunk, states and artifacts hold counts and codes. The paths of the manifest and of the
output folder are parameters and are stored, so they must not name a person.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Annotated, Any, Literal

import prefect
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import Field

from ..data_schemas import Code, LaliaError, Settings, Task
from ..pipeline import keys
from ..pipeline.batch import Plan, Summary, finish, plan, run_units
from ..pipeline.ledger import claimed
from ..pipeline.workers import Unit, Workers
from .server import GPU_LIMIT

LEASE = 60
"""Seconds after which the slot of a run that was killed is free again: the shortest that Prefect allows."""


class Unfinished(Exception):
    """Some recordings of a chunk met a fault of the machine; the message holds counts and codes only."""


class Work:
    """What chunk tasks share; a plain object, which Prefect neither looks into nor stores."""

    def __init__(self, planned: Plan, workers: Workers, size: int) -> None:
        self._plan, self._workers, self._size = planned, workers, size

    def __repr__(self) -> str:
        return "<Work>"

    def __len__(self) -> int:
        return -(-len(self._plan.units) // self._size)

    def chunk(self, number: int) -> tuple[Unit, ...]:
        """Units of a chunk, finished ones included."""
        return self._plan.units[number * self._size : (number + 1) * self._size]

    def run(self, number: int) -> Counter[str]:
        """Do what is not finished of a chunk, and count what came of it."""
        return run_units(self._plan, self.chunk(number), workers=self._workers)


@prefect.task(
    name="assess-chunk",
    retries=2,
    retry_delay_seconds=[5, 30],
    retry_condition_fn=lambda task, run, state: _is_transient(state),
    cache_policy=NO_CACHE,
    persist_result=False,
    log_prints=False,
)
def assess_chunk(work: Work, number: int) -> dict[str, int]:
    """Do one chunk; finished recordings are left alone, so a retry costs only what failed."""
    counts = _coded(lambda: work.run(number))
    faults = {code: count for code, count in sorted(counts.items()) if code == Code.MACHINE_FAULT}
    if faults:
        raise Unfinished(", ".join(f"{count} {code}" for code, count in faults.items()))
    return dict(counts)


def _is_transient(state: State[Any]) -> bool:
    try:
        state.result(raise_on_failure=True)
    except Unfinished:
        return True
    except Exception:  # the state keeps it and the run ends with it; here it only means: do not try again
        return False
    return False


def _coded(do: Callable[[], Counter[str]]) -> Counter[str]:
    # What an exception says may name a recording; only its kind goes further.
    try:
        return do()
    except OSError as error:
        raise Unfinished(f"machine_fault ({type(error).__name__})") from None
    except Exception as error:
        raise RuntimeError(_kind(error)) from None


def _kind(error: Exception) -> str:
    return error.code.value if isinstance(error, LaliaError) else f"{Code.STAGE_FAILED} ({type(error).__name__})"


@prefect.flow(name="assess", persist_result=False, log_prints=False, validate_parameters=True)
def assess(
    manifest: str,
    out: str,
    task: Task | None = None,
    model: str | None = None,
    engine: Literal["auto", "openai-whisper", "ctranslate2"] = "auto",
    device: Literal["auto", "cpu", "cuda"] = "auto",
    language: str | None = None,
    verbatim: Literal["auto", "on", "off"] = "auto",
    embedder: str | None = None,
    language_model: str | None = None,
    aligner: str | None = None,
    diariser: str | None = None,
    match: Literal["none", "clan"] = "none",
    transcripts: str | None = None,
    seed: Annotated[int, Field(ge=0)] = 0,
    jobs: Annotated[int, Field(ge=1)] = 1,
    chunk_size: Annotated[int, Field(ge=1)] = 64,
    max_failed: Annotated[float, Field(ge=0, le=1)] = 0.5,
) -> State[Any]:
    """Assess the recordings of a manifest and write tables and a report.

    Parameters
    ----------
    manifest : str
        Absolute path of a manifest, a folder of audio or one recording. Stored by Prefect: choose a neutral name.
    out : str
        Absolute path of the run's folder. Run the flow again with the same one to go on. Stored by Prefect.
    task : Task, optional
        Where the manifest names none.
    model, engine, device, language, verbatim, embedder, language_model, aligner, diariser, match, seed
        As in `Settings`.
    transcripts : str, optional
        Absolute path of a folder of corrected transcripts. Stored by Prefect.
    jobs : int
        Processes.
    chunk_size : int
        Recordings a task.
    max_failed : float
        Share of rejected recordings, 0 to 1, above which the run ends as Failed. Its output is written all the same.
    """
    given: dict[str, Any] = {"engine": engine, "device": device, "language": language, "verbatim": verbatim}
    given |= {"match": match, "seed": seed}
    named = {"model": model, "embedder": embedder, "language_model": language_model}
    named |= {"aligner": aligner, "diariser": diariser}
    given |= {name: value for name, value in named.items() if value}
    with ExitStack() as stack:
        try:
            source, folder = _absolute(manifest, "manifest"), _absolute(out, "out")
            corrected = _absolute(transcripts, "transcripts") if transcripts else None
            stack.enter_context(claimed(folder, source))
        except LaliaError as error:  # fixed words, nothing of the input
            return Failed(message=str(error))
        try:
            planned = plan(source, folder, Settings(**given), task=task, transcripts=corrected)
            rows = _run_chunks(planned, jobs, chunk_size)
            create_table_artifact(rows, key="assess-chunks", description="One row a chunk, counts of this run only.")
            return _final_state(finish(planned), max_failed)
        except Exception as error:  # its words and traceback would be stored, and may quote the manifest
            return Failed(message=f"{_kind(error)}. `lalia assess` with the same input and folder says more.")


def _absolute(text: str, name: str) -> Path:
    path = Path(text)
    if not path.is_absolute():
        # A worker runs in a folder of its own, where a relative path means something else.
        raise LaliaError(f"{name} must be an absolute path", "a relative one", "Put the folder in front, as in $PWD/")
    return path


def _run_chunks(planned: Plan, jobs: int, size: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    total, done = len(planned.units), 0
    artifact: Any = create_progress_artifact(0.0, key="assess-progress", description=f"0 of {total} recordings")
    with _gpu_slot(planned.settings), Workers(planned.ledger, planned.settings, jobs) as workers:
        work = Work(planned, workers, size)
        for number in range(len(work)):
            begun = time.monotonic()
            state: State[Any] = assess_chunk(work, number, return_state=True)
            rows.append(_row(number, len(work.chunk(number)), state, time.monotonic() - begun))
            done += len(work.chunk(number))
            update_progress_artifact(artifact, 100 * done / total, description=f"{done} of {total} recordings")
    return rows


def _row(number: int, size: int, state: State[Any], seconds: float) -> dict[str, Any]:
    counts = state.result() if state.is_completed() else {}
    done = sum(counts.values())
    return {
        "chunk": number,
        "recordings": size,
        "done now": done,
        "rejected now": done - counts.get("ok", 0),
        "seconds": round(seconds, 1),
        "state": state.name,
    }


def _final_state(summary: Summary, max_failed: float) -> State[Any]:
    codes = "".join(f", {count} {code}" for code, count in summary.codes)
    message = f"{summary.assessed} of {summary.recordings} recordings assessed{codes}"
    if summary.share_rejected > max_failed:
        return Failed(message=f"{message}: more rejected than max_failed allows; the output is written")
    return Completed(name="CompletedWithErrors" if summary.rejected else "Completed", message=message)


def _gpu_slot(settings: Settings) -> AbstractContextManager[None]:
    # Taken before the model is loaded and kept while it is: two large models do not fit one GPU.
    if keys.device(settings) != "cuda":
        return nullcontext()
    from prefect.concurrency.sync import concurrency

    return concurrency(GPU_LIMIT, occupy=1, strict=True, lease_duration=LEASE)
