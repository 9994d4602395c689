"""Whether a second pitch tracker would catch errors of F0: lalia's voicing beside SwiftF0.

Run from the repository root: ``pip install --no-deps swift-f0``, then ``python benchmarks/octaves.py``. Reads real
recordings from ``../shared/data`` and writes ``benchmarks/results/octaves.md``.

F0 counts as known where both trackers agree within 10 % on the recording as it is; then the recording is made worse,
and a frame is wrong where F0 is more than 20 % from that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sensitivity
from lalia.data_schemas import Audio, Missing, Recording, Sample, Task
from lalia.features import Views
from lalia.features.views import acoustic
from lalia.pipeline.check import check

OUT = Path(__file__).resolve().parent / "results"
EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "recordings"
FACTORS = (1.5, 2.0, 2.5)
LONGEST = 30.0
"""Seconds read of each recording for the ceilings."""

LOWEST, HIGHEST = 60.0, 700.0
AGREE, WRONG, OCTAVE = 0.10, 0.20, 0.15
"""Shares of F0: within which trackers agree, beyond which a value is wrong, within which it is an octave away."""

SURE = 0.9
"""Confidence from which SwiftF0 calls a frame voiced, its own default."""

Wave = npt.NDArray[np.float64]


def hum(wave: Wave, rate: int) -> tuple[Wave, int]:
    """50 Hz and its harmonics, 10 dB below the speech."""
    at = np.arange(len(wave)) / rate
    tone = sum(np.sin(2 * np.pi * 50 * k * at) / k for k in range(1, 8))
    tone *= np.sqrt(sensitivity.speech_power(wave, rate) / 10 / np.mean(tone**2))
    return wave + tone, rate


CHANGES: Mapping[str, sensitivity.Change] = {
    **{name: sensitivity.CHANGES[name] for name in sensitivity.CHANGES if name.startswith(("noise", "tele", "room"))},
    "hum -10 dB": hum,
}

Frames = tuple[Wave, Wave]
"""Times in seconds, and F0 in Hz, NaN where unvoiced."""


def lalia(wave: Wave, rate: int) -> Frames:
    """F0 of the line: Praat's autocorrelation in two passes, in the speech that voice activity finds."""
    audio = check(Audio(wave.astype(np.float32), rate))
    recording = Recording(recording_id="r", participant_id="p", path="r.wav", task=Task.FREE_SPEECH)
    found = Views(Sample(recording=recording, audio=audio))["voicing"]
    if isinstance(found, Missing):
        return np.zeros(0), np.zeros(0)
    return found.f0.times, found.f0.values


def swift(wave: Wave, rate: int) -> Frames:
    """F0 by SwiftF0 0.3, every 16 ms."""
    found = _swift().detect(wave.astype(np.float32), rate, fmin=LOWEST, fmax=HIGHEST)
    times, hz, sure = (
        np.asarray(part, dtype=np.float64) for part in (found.timestamps, found.pitch_hz, found.confidence)
    )
    return times, np.where(sure >= SURE, hz, np.nan)


@cache
def _swift() -> Any:
    from swift_f0 import SwiftF0

    return SwiftF0(threads=1)


def at(times: Wave, frames: Frames) -> Wave:
    """F0 of the nearest frame, NaN where that is unvoiced or more than 16 ms away."""
    if not len(frames[0]):
        return np.full(len(times), np.nan)
    right = np.clip(np.searchsorted(frames[0], times), 1, len(frames[0]) - 1)
    near = np.where(times - frames[0][right - 1] < frames[0][right] - times, right - 1, right)
    return np.where(np.abs(frames[0][near] - times) <= 0.016, frames[1][near], np.nan)


def away(found: Wave, known: Wave) -> Wave:
    return np.abs(found / known - 1)


def rows() -> Iterator[tuple[str, Wave, Wave, Wave]]:
    """For every condition and recording: known F0, and what each tracker says there."""
    for clip in sensitivity.CLIPS:
        wave, rate = sensitivity.read(clip)
        plain, second = lalia(wave, rate), swift(wave, rate)
        times, hz = plain
        other = at(times, second)
        both = np.isfinite(hz) & np.isfinite(other)
        yield "as it is", other[both], hz[both], other[both]
        kept = both & (away(other, hz) <= AGREE)
        for name, change in CHANGES.items():
            worse = change(wave, rate)
            yield name, hz[kept], at(times[kept], lalia(*worse)), at(times[kept], swift(*worse))


def told(known: Wave, ours: Wave, other: Wave) -> str:
    """A row of the table, in percent."""
    voiced, heard = np.isfinite(ours), np.isfinite(other)
    wrong = voiced & (away(ours, known) > WRONG)
    octave = wrong & (np.minimum(away(ours, 2 * known), away(ours, known / 2)) <= OCTAVE)
    second = heard & (away(other, known) > WRONG)
    doubt = voiced & heard & (away(ours, other) > WRONG)

    def percent(part: npt.NDArray[np.bool_], whole: npt.NDArray[np.bool_]) -> str:
        return f"{100 * part.sum() / whole.sum():.1f}" if whole.any() else "-"

    everything = np.ones(len(known), dtype=bool)
    cells = [
        str(len(known)),
        *(percent(voiced, everything), percent(wrong, voiced), percent(octave, voiced)),
        *(percent(heard, everything), percent(second, heard)),
        *(percent(wrong & doubt, wrong), percent(doubt & ~wrong, voiced & ~wrong)),
    ]
    return " | ".join(cells)


def by_ceiling() -> Iterator[str]:
    """A row for each ceiling of the second pass, over every recording at hand."""
    import librosa

    recordings = []
    for path in sorted([*sensitivity.DATA.glob("audio_*/*.*"), *EXAMPLES.glob("*.wav")]):
        if path.suffix in (".flac", ".mp3", ".wav"):
            wave, rate = librosa.load(path, sr=None, mono=True, duration=LONGEST)
            recordings.append((wave.astype(np.float64), int(rate), swift(wave.astype(np.float64), int(rate))))
    own = acoustic.CEILING_FACTOR
    for factor in FACTORS:
        acoustic.CEILING_FACTOR = factor
        made = [(lalia(wave, rate), other) for wave, rate, other in recordings]
        acoustic.CEILING_FACTOR = own
        ours = np.concatenate([hz for (_, hz), _ in made])
        other = np.concatenate([at(times, second) for (times, _), second in made])
        both = np.isfinite(ours) & np.isfinite(other)
        wrong = both & (away(ours, other) > WRONG)
        cells = (len(made), np.isfinite(ours).sum(), both.sum(), (wrong & (ours < other)).sum())
        yield f"| {factor:g} | " + " | ".join(map(str, (*cells, (wrong & (ours > other)).sum()))) + " |"


ABOUT = """# F0 beside a second tracker

Made by `python benchmarks/octaves.py`: lalia's F0 (Praat's autocorrelation, two passes) and SwiftF0 (Nieradzik 2025).

## Ceiling of the second pass

All recordings of speech at hand, whispers and synthetic ones included, at most 30 s each. SwiftF0 calls fewer frames
voiced; among those that both do, F0 more than 20 % below or above SwiftF0's is told.

| times Q3 | recordings | voiced frames | voiced for both | below | above |
|---:|---:|---:|---:|---:|---:|
"""

WORSE = """
## When a recording gets worse

Six recordings of four speakers, at most 12 s each. As it is: SwiftF0's F0 is what lalia's is held against. Elsewhere F0
is known where both agree within 10 % on the recording as it is. Wrong: more than 20 % away. Caught: of lalia's wrong
frames, those where SwiftF0 is voiced and says otherwise. False alarm: of lalia's right frames, the same. In percent.

| recording | frames | lalia voiced | wrong | an octave | SwiftF0 voiced | wrong | caught | false alarm |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def main() -> None:
    if not sensitivity.DATA.is_dir():
        raise SystemExit("../shared/data must hold open recordings of speech. Got no such folder. Nothing is measured.")
    found: dict[str, list[tuple[Wave, Wave, Wave]]] = {}
    for name, *columns in rows():
        found.setdefault(name, []).append((columns[0], columns[1], columns[2]))
    lines = [
        f"| {name} | {told(*(np.concatenate(column) for column in zip(*parts, strict=True)))} |"
        for name, parts in found.items()
    ]
    ceilings = list(by_ceiling())
    (OUT / "octaves.md").write_text(
        ABOUT + "\n".join([*ceilings, WORSE + lines[0], *lines[1:]]) + "\n", encoding="utf-8"
    )
    print(*ceilings, *lines, sep="\n")


if __name__ == "__main__":
    main()
