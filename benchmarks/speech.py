"""What the speech measures cost, beside other tools: processor seconds and memory for a minute of real speech.

Run from the repository root: ``python benchmarks/speech.py``. Every tool runs in a fresh process on one thread; a tool
that is not installed is left out and said so. Writes ``benchmarks/results/speech.md``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from memory import Watcher

ROOT = Path(__file__).resolve().parent.parent
DATA, OUT = ROOT.parent / "shared" / "data", ROOT / "benchmarks" / "results"
RATE = 16_000
REPEATS = 3
"""Runs of one minute in a process, of which the median counts; longer recordings run once."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def speech(minutes: float, file: Path) -> Any:
    """Real speech of one reader, the clips one after the other with 0.6 s of faint noise between, repeated.

    Mapped from `file`, as the line maps what it has decoded.
    """
    import numpy as np
    import soundfile
    import soxr

    rng = np.random.default_rng(0)
    parts = []
    for clip in sorted((DATA / "audio_ljspeech").glob("*.flac")):
        samples, rate = soundfile.read(clip, dtype="float32")
        gap = rng.normal(0, 3e-4, round(0.6 * RATE)).astype(np.float32)
        parts += [soxr.resample(samples, rate, RATE), gap]
    once = np.concatenate(parts)
    total = round(minutes * 60 * RATE)
    with file.open("wb") as out:
        for done in range(0, total, len(once)):
            out.write(once[: total - done].tobytes())
    return np.memmap(file, dtype=np.float32, mode="r", shape=(total,))


def of_lalia(samples: Any, families: tuple[str, ...]) -> int:
    from lalia.data_schemas import Audio, Recording, Sample, Task
    from lalia.features import FEATURES, evaluate

    names = [n for n, found in FEATURES.items() if found.spec.family in families and "egemaps" not in n]
    recording = Recording(recording_id="r", participant_id="p", path="r.wav", task=Task.FREE_SPEECH, language="en")
    audio = Audio(samples, RATE, speech=_spans(samples))
    found = evaluate(Sample(recording=recording, audio=audio), names)
    return sum(hasattr(result, "value") for result in found.values())


def _spans(samples: Any) -> tuple[Any, ...]:
    """Speech by energy, so that voice activity detection is nobody's cost."""
    import numpy as np
    from lalia.data_schemas import Span

    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    levels = np.concatenate([part.std(axis=1) for part in np.array_split(frames, len(frames) // 6000 + 1)])
    loud = np.convolve(levels > 2e-3, np.ones(15), "same") > 0
    edges = np.flatnonzero(np.diff(loud.astype(np.int8), prepend=0, append=0)).reshape(-1, 2) * 0.01
    return tuple(Span(float(a), float(b)) for a, b in edges)


ALL = ("timing", "prosody", "voice", "articulation", "spectral", "quality")


def praat(samples: Any, cpps_step: float | None) -> int:
    """Pitch, intensity, jitter, shimmer, HNR, formants and CPPS by Praat's own commands, whole recording."""
    import parselmouth
    from parselmouth.praat import call

    sound = parselmouth.Sound(samples.astype(float), RATE)
    pitch = sound.to_pitch_ac(time_step=0.01, pitch_floor=75, pitch_ceiling=500)
    call(pitch, "Get mean", 0, 0, "Hertz")
    sound.to_intensity(time_step=0.01)
    points = call([sound, pitch], "To PointProcess (cc)")
    for name in ("local", "rap", "ppq5", "ddp"):
        call(points, f"Get jitter ({name})", 0, 0, 0.0001, 0.02, 1.3)
    for name in ("local", "apq3", "apq5", "apq11", "dda"):
        call([sound, points], f"Get shimmer ({name})", 0, 0, 0.0001, 0.02, 1.3, 1.6)
    call(sound.to_harmonicity_cc(0.01, 75, 0.1, 1.0), "Get mean", 0, 0)
    formants = sound.to_formant_burg(0.01, 5, 5500, 0.025, 50)
    for number in (1, 2, 3):
        call(formants, "Get mean", number, 0, 0, "hertz")
    if cpps_step:
        _cpps(sound, cpps_step)
    return 18 if cpps_step else 17


def _cpps(sound: Any, step: float) -> float:
    from parselmouth.praat import call

    cepstra = call(sound, "To PowerCepstrogram", 60, step, 5000, 50)
    return float(
        call(cepstra, "Get CPPS", "no", 0.01, 0.001, 60, 330, 0.05, "Parabolic", 0.001, 0, "Straight", "Robust")
    )


def praat_cpps(samples: Any, step: float) -> int:
    import parselmouth

    _cpps(parselmouth.Sound(samples.astype(float), RATE), step)
    return 1


def own_cpps(samples: Any) -> int:
    from lalia.features.views.cepstrum import prominences

    prominences(samples, RATE).mean()
    return 1


def of_opensmile(samples: Any) -> int:
    opensmile: Any = importlib.import_module("opensmile")
    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02, feature_level=opensmile.FeatureLevel.Functionals
    )
    return int(smile(samples, RATE).size)


def of_librosa(samples: Any) -> int:
    """13 MFCC, centroid, bandwidth, roll-off and flatness of 25 ms frames every 10 ms, mean and deviation."""
    import librosa
    import numpy as np

    spectrum = np.abs(librosa.stft(samples, n_fft=400, hop_length=160))
    mel = librosa.feature.melspectrogram(S=spectrum**2, sr=RATE, n_mels=40)
    made = [
        librosa.feature.mfcc(S=librosa.power_to_db(mel), n_mfcc=14),
        librosa.feature.spectral_centroid(S=spectrum, sr=RATE),
        librosa.feature.spectral_bandwidth(S=spectrum, sr=RATE),
        librosa.feature.spectral_rolloff(S=spectrum, sr=RATE),
        librosa.feature.spectral_flatness(S=spectrum),
    ]
    return sum(np.concatenate([rows.mean(axis=1), rows.std(axis=1)]).size for rows in made)


def of_pyin(samples: Any) -> int:
    import librosa

    librosa.pyin(samples, fmin=75, fmax=500, sr=RATE, hop_length=160)
    return 1


TOOLS: Mapping[str, tuple[str, str, Callable[[Any], int]]] = {
    "lalia, all speech families": ("lalia", "", lambda x: of_lalia(x, ALL)),
    "lalia, prosody and voice": ("lalia", "", lambda x: of_lalia(x, ("prosody", "voice"))),
    "lalia, articulation": ("lalia", "", lambda x: of_lalia(x, ("articulation",))),
    "lalia, spectral": ("lalia", "", lambda x: of_lalia(x, ("spectral",))),
    "lalia, CPPS alone": ("lalia", "every 10 ms", own_cpps),
    "Praat, bundle with CPPS": ("parselmouth", "CPPS every 2 ms, its default", lambda x: praat(x, 0.002)),
    "Praat, bundle without CPPS": ("parselmouth", "", lambda x: praat(x, None)),
    "Praat, CPPS alone": ("parselmouth", "every 2 ms, its default", lambda x: praat_cpps(x, 0.002)),
    "Praat, CPPS alone, 10 ms": ("parselmouth", "every 10 ms", lambda x: praat_cpps(x, 0.01)),
    "openSMILE, eGeMAPSv02": ("opensmile", "functionals", of_opensmile),
    "librosa, MFCC and spectrum": ("librosa", "as lalia's spectral family", of_librosa),
    "librosa, pyin": ("librosa", "F0 alone", of_pyin),
}


def run_one(tool: str, minutes: float) -> dict[str, float]:
    """In this process: processor seconds (median after a first run on ten seconds), MiB, features.

    Memory is what no file backs, while the tool works: the recording, mapped from its file, is not counted, but what
    a tool copies of it is.
    """
    _, _, work = TOOLS[tool]
    with tempfile.TemporaryDirectory() as folder:
        samples = speech(minutes, Path(folder) / "speech.raw")
        work(samples[: 10 * RATE])
        spent = []
        with Watcher() as watcher:
            for _ in range(REPEATS if minutes <= 1 else 1):
                begun, wall = time.process_time(), time.perf_counter()
                count = work(samples)
                spent.append((time.process_time() - begun, time.perf_counter() - wall))
                watcher.look()
    spent.sort()
    cpu, wall = spent[len(spent) // 2]
    return {"cpu": cpu, "wall": wall, "mib": max(watcher.peaks.values()) / 2**20, "features": count}


def fresh(tool: str, minutes: float) -> dict[str, float] | None:
    """The same in a fresh process; None where the tool is not installed."""
    if importlib.util.find_spec(TOOLS[tool][0]) is None:
        return None
    command = [sys.executable, __file__, "--tool", tool, "--minutes", str(minutes)]
    done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{tool} must run. Got {done.stderr.strip().splitlines()[-1]}. See what it needs.")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    print(f"{tool}, {minutes:g} min: {found['cpu']:.2f} s of the processor, {found['mib']:.0f} MiB", flush=True)
    return found


def markdown(minute: Mapping[str, dict[str, float] | None], lengths: Mapping[float, dict[str, float]]) -> str:
    lines = [
        "# What the speech measures cost",
        "",
        f"Speech of LJ Speech, 16 kHz, mono; {platform.machine()}, Python {platform.python_version()}, one thread, a "
        "fresh process each, imports and a first run on 10 s left out; median of 3 runs. CPU: processor seconds for a "
        "minute of sound. Load average while measuring: "
        f"{os.getloadavg()[0]:.1f}. Speech was found by energy, beforehand. Made by `python benchmarks/speech.py`.",
        "",
        "| Tool | What | Values | CPU s a minute | CPU ms a value | MiB |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for tool, found in minute.items():
        if found is None:
            lines.append(f"| {tool} | not installed here | | | | |")
            continue
        each = 1000 * found["cpu"] / found["features"]
        what = f"| {tool} | {TOOLS[tool][1]} | {found['features']:.0f} |"
        lines.append(f"{what} {found['cpu']:.2f} | {each:.0f} | {found['mib']:.0f} |")
    lines += ["", "## Long recordings, all speech families of lalia", "", "| Minutes | CPU s | CPU s a minute | MiB |"]
    lines.append("|---:|---:|---:|---:|")
    for minutes, found in sorted(lengths.items()):
        per = found["cpu"] / minutes
        lines.append(f"| {minutes:g} | {found['cpu']:.1f} | {per:.2f} | {found['mib']:.0f} |")
    lines += [
        "",
        "MiB: the most that was held and that no file backs. The recording is mapped from a file, as the line maps it.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", choices=list(TOOLS))
    parser.add_argument("--minutes", type=float, nargs="+", default=[1, 10, 60, 120])
    given = parser.parse_args()
    if not (DATA / "audio_ljspeech").is_dir():
        raise SystemExit("../shared/data must hold open recordings of speech. Got no such folder. Nothing is measured.")
    if given.tool:
        print(json.dumps(run_one(given.tool, given.minutes[0])))
        return
    minute = {tool: fresh(tool, 1) for tool in TOOLS}
    first = next(iter(TOOLS))
    lengths = {minutes: found for minutes in given.minutes if (found := fresh(first, minutes)) is not None}
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "speech.md").write_text(markdown(minute, lengths), encoding="utf-8")


if __name__ == "__main__":
    main()
