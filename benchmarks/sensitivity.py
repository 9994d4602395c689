"""How far each speech feature moves when a recording gets worse: noise, telephone, codecs, clipping, rooms, gain.

Run from the repository root: ``python benchmarks/sensitivity.py``. Reads real recordings from ``../shared/data`` and
writes ``benchmarks/results/sensitivity.md`` and ``sensitivity.csv``.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from lalia.data_schemas import Audio, Measured, Missing, Recording, Sample, Task
from lalia.features import FEATURES, Views, evaluate
from lalia.pipeline.check import check

ROOT = Path(__file__).resolve().parent.parent
DATA, OUT = ROOT.parent / "shared" / "data", ROOT / "benchmarks" / "results"

CLIPS = (
    "audio_ljspeech/LJ001-0001.flac",
    "audio_ljspeech/LJ001-0010.flac",
    "audio_jfk/jfk.flac",
    "audio_mfa_labelled/acoustic_corpus.wav",
    "audio_mfa_labelled/cold_corpus.wav",
    "audio_chat_demo/test.mp3",
)
LONGEST = 12.0
"""Seconds read of each recording."""

FAMILIES = ("timing", "prosody", "voice", "articulation", "spectral")
RELATIVE = frozenset(["Hz", "s", "%", "ratio", "per min", "syll/s", "Hz/ms", "Hz^2", "index", "count", "st"])
"""Units whose changes are told as shares; those of the others (dB, slopes, cepstra) as they are."""

Wave = npt.NDArray[np.float64]
Change = Callable[[Wave, int], tuple[Wave, int]]


def pink(count: int, seed: int) -> Wave:
    """Noise whose power falls by 3 dB an octave, of mean square 1."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.normal(size=count))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    noise = np.fft.irfft(spectrum, count)
    return np.asarray(noise / noise.std(), dtype=np.float64)


def speech_power(wave: Wave, rate: int) -> float:
    """Mean square where there is speech."""
    spans = check(Audio(wave.astype(np.float32), rate)).speech or ()
    parts = [wave[round(a * rate) : round(b * rate)] for a, b in spans] or [wave]
    return float(np.mean(np.concatenate(parts) ** 2))


def noisy(snr: float) -> Change:
    return lambda wave, rate: (
        wave + pink(len(wave), 1) * np.sqrt(speech_power(wave, rate) / 10 ** (snr / 10)),
        rate,
    )


def telephone(wave: Wave, rate: int) -> tuple[Wave, int]:
    """300-3400 Hz at 8 kHz."""
    import soxr
    from scipy.signal import butter, sosfiltfilt

    narrow = soxr.resample(wave, rate, 8000)
    return sosfiltfilt(butter(4, [300, 3400], "bandpass", fs=8000, output="sos"), narrow), 8000


def coded(codec: str, container: str, kbits: int, rate_out: int) -> Change:
    """Through an encoder and back, by PyAV."""

    def change(wave: Wave, rate: int) -> tuple[Wave, int]:
        import av
        import soxr

        given = soxr.resample(wave, rate, rate_out).astype(np.float32)
        buffer = io.BytesIO()
        with av.open(buffer, "w", format=container) as sink:
            stream: Any = sink.add_stream(codec, rate=rate_out)
            stream.bit_rate, stream.layout = kbits * 1000, "mono"
            size = 960
            for first in range(0, len(given), size):
                part = np.pad(given[first : first + size], (0, max(0, first + size - len(given))))
                frame = av.AudioFrame.from_ndarray(part[None], format="fltp", layout="mono")
                frame.sample_rate, frame.pts = rate_out, first
                sink.mux(stream.encode(_as(frame, stream)))
            sink.mux(stream.encode(None))
        buffer.seek(0)
        with av.open(buffer) as source:
            to = av.AudioResampler("fltp", "mono", rate_out)
            frames = [made.to_ndarray()[0] for frame in source.decode(audio=0) for made in to.resample(frame)]
        return np.concatenate(frames).astype(np.float64), rate_out

    return change


def _as(frame: Any, stream: Any) -> Any:
    import av

    wanted = stream.codec_context.format.name
    if frame.format.name == wanted:
        return frame
    made = av.AudioResampler(wanted, "mono", frame.sample_rate).resample(frame)
    made[0].pts = frame.pts
    return made[0]


def clipped(share: float) -> Change:
    """So loud that this share of the samples is cut off."""
    return lambda wave, rate: (np.clip(wave / np.quantile(np.abs(wave), 1 - share), -1, 1), rate)


def room(seconds: float, direct: float) -> Change:
    """Exponentially fading reverberation of this time (60 dB), the direct sound `direct` dB above all of it."""

    def change(wave: Wave, rate: int) -> tuple[Wave, int]:
        from scipy.signal import fftconvolve

        at = np.arange(round(seconds * rate)) / rate
        tail = np.random.default_rng(2).normal(size=len(at)) * 10 ** (-3 * at / seconds)
        tail[: round(0.003 * rate)] = 0
        tail *= 10 ** (-direct / 20) / np.sqrt((tail**2).sum())
        tail[0] = 1.0
        return fftconvolve(wave, tail)[: len(wave)], rate

    return change


def gain(factor: float) -> Change:
    return lambda wave, rate: ((wave * factor).astype(np.float64), rate)


CHANGES: Mapping[str, Change] = {
    **{f"noise {snr} dB": noisy(snr) for snr in (40, 30, 20, 15, 10, 5, 0)},
    "telephone": telephone,
    "MP3 64": coded("libmp3lame", "mp3", 64, 44_100),
    "MP3 24": coded("libmp3lame", "mp3", 24, 16_000),
    "Opus 64": coded("libopus", "ogg", 64, 48_000),
    "Opus 24": coded("libopus", "ogg", 24, 48_000),
    "clipped 0.1 %": clipped(0.001),
    "clipped 2 %": clipped(0.02),
    "room 0.3 s": room(0.3, 6.0),
    "room 0.8 s": room(0.8, 0.0),
    "gain -20 dB": gain(0.1),
}


def read(name: str) -> tuple[Wave, int]:
    import librosa

    samples, rate = librosa.load(DATA / name, sr=None, mono=True, duration=LONGEST)
    return samples.astype(np.float64), int(rate)


def measured(wave: Wave, rate: int) -> dict[str, Measured | Missing]:
    names = [name for name, found in FEATURES.items() if found.spec.family in FAMILIES and not found.spec.tasks]
    audio = check(Audio(wave.astype(np.float32), rate))
    recording = Recording(recording_id="r", participant_id="p", path="r.wav", task=Task.FREE_SPEECH)
    sample = Sample(recording=recording, audio=audio)
    views = Views(sample)
    # What noise does is the question: nothing is withheld because of it.
    views._made["signal_to_noise"] = float("inf")
    return evaluate(sample, names, views=views)


def change_of(name: str, before: Measured | Missing, after: Measured | Missing) -> float:
    """Share by which a value changed, or the change itself; infinite where it went missing, NaN where it was."""
    if isinstance(before, Missing):
        return float("nan")
    if isinstance(after, Missing):
        return float("inf")
    away = abs(after.value - before.value)
    if FEATURES[name].spec.unit in RELATIVE:
        return away / abs(before.value) if before.value else (0.0 if away == 0 else float("inf"))
    return away


def study(clips: Sequence[str] = CLIPS) -> tuple[dict[str, dict[str, list[float]]], dict[str, list[float]]]:
    """Changes by feature and condition, one a clip; and the plain values."""
    found: dict[str, dict[str, list[float]]] = {}
    plain: dict[str, list[float]] = {}
    for clip in clips:
        wave, rate = read(clip)
        before = measured(wave, rate)
        for name, value in before.items():
            if isinstance(value, Measured):
                plain.setdefault(name, []).append(value.value)
        for condition, change in CHANGES.items():
            begun = time.process_time()
            after = measured(*change(wave, rate))
            for name, value in before.items():
                found.setdefault(name, {}).setdefault(condition, []).append(change_of(name, value, after[name]))
            print(f"{clip} {condition}: {time.process_time() - begun:.1f} s of the processor", flush=True)
    return found, plain


def middle(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.median(known)) if known else float("nan")


def cell(name: str, values: Sequence[float]) -> str:
    value = middle(values)
    if np.isnan(value):
        return ""
    if np.isinf(value):
        return "–"
    return f"{100 * value:.0f} %" if FEATURES[name].spec.unit in RELATIVE else f"{value:.2g}"


def markdown(found: Mapping[str, Mapping[str, list[float]]], plain: Mapping[str, Sequence[float]]) -> str:
    conditions = list(CHANGES)
    lines = [
        "# How far features move when a recording gets worse",
        f"Median over {len(CLIPS)} recordings of speech (at most {LONGEST:g} s each, 4 speakers, no transcript) of "
        "the absolute change from the recording as it is. In percent of the value, or, for dB, slopes and cepstra, in "
        "the feature's own unit. – : missing in at least half of the recordings. Voice activity is sought anew each "
        "time. Noise is pink, at the SNR of its power to that of the speech; codecs in kbit/s; rooms are exponential "
        "reverberation (60 dB in 0.3 s, direct sound 6 dB above it; 0.8 s and 0 dB). Made by "
        "`python benchmarks/sensitivity.py`.",
        "| Feature | Unit | Median | " + " | ".join(conditions) + " |",
        "|---|---|" + "---:|" * (len(conditions) + 1),
    ]
    for name, by in found.items():
        unit, usual = FEATURES[name].spec.unit, f"{np.median(plain[name]):.3g}" if name in plain else ""
        cells = [cell(name, by.get(condition, [])) for condition in conditions]
        lines.append(f"| {name} | {unit} | {usual} | " + " | ".join(cells) + " |")
    return "\n\n".join(lines[:2]) + "\n\n" + "\n".join(lines[2:]) + "\n"


def main() -> None:
    if not DATA.is_dir():
        raise SystemExit("../shared/data must hold open recordings of speech. Got no such folder. Nothing is measured.")
    found, plain = study()
    write(found, plain)


def write(found: Mapping[str, Mapping[str, list[float]]], plain: Mapping[str, Sequence[float]]) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "sensitivity.md").write_text(markdown(found, plain), encoding="utf-8")
    with open(OUT / "sensitivity.csv", "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["feature", "unit", "told_as", *CHANGES])
        for name, by in found.items():
            unit = FEATURES[name].spec.unit
            row = [f"{middle(by.get(condition, [])):.4g}" for condition in CHANGES]
            writer.writerow([name, unit, "share" if unit in RELATIVE else "difference", *row])


if __name__ == "__main__":
    main()
