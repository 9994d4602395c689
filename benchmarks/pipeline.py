"""How long each stage takes and how much memory the line holds, on real speech of several lengths.

Recordings are joined with short gaps at the level of their own room, and repeated until the length is reached. Each
length is assessed in a fresh process, so that what one leaves behind does not count for the next.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import report
from memory import Watcher

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE.parent / "examples" / "recordings"
REAL = ("telephone.wav", "beckett.wav", "arctic.wav")
RESULTS = HERE / "results"

GAP = 0.7
"""Seconds between the recordings: longer than the gaps at which voice activity is split."""

FRESH = 5
"""Fresh processes for a start-up time, of which the median is kept."""

MIB = 1024**2


def joined(paths: Sequence[Path]) -> tuple[npt.NDArray[np.float32], int]:
    """The recordings one after the other, each followed by a gap; all mono or mixed down, at one rate."""
    import soundfile

    random = np.random.default_rng(0)
    parts: list[npt.NDArray[np.float32]] = []
    rates = set()
    for path in paths:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        mono = samples.mean(axis=1)
        gap = random.normal(0, room_level(mono, rate), round(GAP * rate)).astype(np.float32)
        parts += [mono, gap]
        rates.add(rate)
    if len(rates) != 1:
        raise SystemExit(f"All recordings must have one sample rate. Got {sorted(rates)} Hz. Give them one by one.")
    return np.concatenate(parts), rates.pop()


def room_level(samples: npt.NDArray[np.float32], rate: int) -> float:
    """RMS of the quietest twentieth of 20 ms frames: the room between the words."""
    size = round(0.02 * rate)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    return float(np.percentile(np.sqrt(np.mean(frames**2, axis=1)), 5))


def write_loop(samples: npt.NDArray[np.float32], rate: int, minutes: float, path: Path) -> None:
    """Repeat the signal to so many minutes, as 16-bit WAV, without holding it."""
    import soundfile

    left = round(minutes * 60 * rate)
    with soundfile.SoundFile(path, "w", rate, 1, "PCM_16") as out:
        while left > 0:
            out.write(samples[:left])
            left -= len(samples)


def highest() -> tuple[int, int]:
    """High-water of the resident set in bytes: of this process, and of the largest child it has waited for."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_maxrss * unit, children.ru_maxrss * unit


def cpu() -> float:
    """CPU seconds of this process and of children it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def assess(path: Path, model: str, engine: Any) -> dict[str, Any]:
    """Take one recording through the line, and say what it cost by stage."""
    from lalia.data_schemas import Limits, Recording, Rejected, Settings
    from lalia.pipeline.ingest import Located
    from lalia.pipeline.run import STAGES, Clock, assess_one

    used = dict.fromkeys(STAGES, 0.0)
    since = [STAGES[0], cpu()]

    def entered(stage: str) -> None:
        watcher.look()
        now = cpu()
        used[since[0]] += now - since[1]
        since[:] = [stage, now]
        watcher.stage = stage

    clock = Clock(entered)
    settings = Settings(model=model, engine=engine, limits=Limits(max_bytes=4 * 1024**3))
    item = Located(Recording(recording_id="loop", participant_id="loop", path=path.name), path, None, None)
    with Watcher() as watcher:
        begun = time.perf_counter()
        result = assess_one(item, settings, clock=clock)
        wall = time.perf_counter() - begun
        entered(clock.stage)
    if isinstance(result, Rejected):
        raise SystemExit(f"The recording must be assessed. Got {result.code} in {result.stage}: {result.message}")
    resident, child = highest()
    words = sum(len(utterance.words) for utterance in result.transcript.utterances) if result.transcript else 0
    return {
        "seconds": result.audio.duration if result.audio else 0.0,
        "words": words,
        "measured": sum(value.status == "ok" for value in result.features.values),
        "wall": wall,
        "stages": {name: {"wall": clock.seconds[name], "cpu": used[name]} for name in STAGES},
        "resident": resident,
        "child": child,
        "anonymous": max(watcher.peaks.values(), default=None),
        "anonymous_by_stage": watcher.peaks,
    }


def start_up() -> dict[str, float]:
    """Seconds to import the features, and to print the help of the command; the median of fresh processes."""
    timed = "import time; t = time.perf_counter(); import lalia.features; print(time.perf_counter() - t)"
    imports, helps = [], []
    command = Path(sys.executable).with_name("lalia.exe" if os.name == "nt" else "lalia")
    for _ in range(FRESH):
        imports.append(float(subprocess.run([sys.executable, "-c", timed], **_CAPTURED).stdout))
        begun = time.perf_counter()
        subprocess.run([command, "--help"], **_CAPTURED)
        helps.append(time.perf_counter() - begun)
    return {"import lalia.features": statistics.median(imports), "lalia --help": statistics.median(helps)}


_CAPTURED: dict[str, Any] = {"check": True, "stdout": subprocess.PIPE, "text": True}


def machine() -> dict[str, Any]:
    """Number of cores, family of the processor, and how busy it was before."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"cores": os.cpu_count(), "processor": processor(), "system": platform.system(), "load_before": load}


def processor() -> str:
    """Model name as the system gives it, without its clock."""
    name = platform.machine()
    if sys.platform == "darwin":
        name = subprocess.run(["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], **_CAPTURED).stdout
    elif Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next((line.partition(":")[2] for line in lines if line.startswith("model name")), name)
    return name.partition("@")[0].strip()


def lengths(minutes: Sequence[float], recordings: Sequence[Path], model: str, engine: str) -> Iterator[dict[str, Any]]:
    """What each length costs, in a process of its own."""
    samples, rate = joined(recordings)
    for length in minutes:
        with tempfile.TemporaryDirectory(prefix="lalia-bench-") as folder:
            path = Path(folder) / "loop.wav"
            write_loop(samples, rate, length, path)
            command = [sys.executable, __file__, "--one", str(path), "--model", model, "--engine", engine]
            yield {"minutes": length, "rate": rate, **json.loads(subprocess.run(command, **_CAPTURED).stdout)}


def main() -> None:
    options = parsed()
    os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    if options.one:
        print(json.dumps(assess(options.one, options.model, options.engine)))
        return
    recordings = options.audio or [RECORDINGS / name for name in REAL]
    if absent := [path for path in recordings if not path.is_file()]:
        raise SystemExit(f"The recordings must exist. Got none at {absent[0]}. Run examples/get.py or give --audio.")
    options.out.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {
        "lalia": version("lalia"),
        "python": platform.python_version(),
        "machine": machine(),
        "model": options.model,
        "engine": options.engine,
        "recordings": [path.stem for path in recordings],
        "start_up": start_up(),
        "lengths": [],
    }
    for row in lengths(options.minutes, recordings, options.model, options.engine):
        # Written after each, so that a long run that is cut off leaves the shorter ones.
        found["lengths"].append(row)
        (options.out / "pipeline.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        (options.out / "pipeline.md").write_text(report.markdown(found), "utf-8")
    print(report.markdown(found))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, nargs="+", default=[1, 10, 60], help="lengths to measure")
    parser.add_argument("--audio", type=Path, nargs="+", help="recordings to join; those of the examples otherwise")
    parser.add_argument("--model", default="tiny.en", help="Whisper model")
    parser.add_argument(
        "--engine", default="auto", choices=("auto", "ctranslate2", "openai-whisper"), help="what runs it"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for pipeline.json and pipeline.md")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
