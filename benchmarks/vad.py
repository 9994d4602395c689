"""Voice activity on pauses of exact length, on soft and whispered speech, and on sounds that are none: a table each."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from lalia.data_schemas import Span
from lalia.models.resample import blocks_16k, to_16k
from lalia.models.vad import _joined, _spans, speech_spans
from lalia.models.vad.edges import refine
from lalia.models.vad.silero import probabilities
from lalia.tests import sounds

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared" / "data"

TIMES = 8
"""Whispers in a row."""

SEEDS = 2
"""Splices of 30 pauses at each noise."""

Sound = npt.NDArray[np.float32]


def detector(samples: Sound, rate: int) -> tuple[Span, ...]:
    """Silero alone, by the same thresholds."""
    return _joined(_spans(probabilities(blocks_16k(samples, rate)), len(samples) / rate))


def with_edges(samples: Sound, rate: int) -> tuple[Span, ...]:
    """Silero with its edges moved to where the level crosses, as lalia did at first."""
    return _joined(refine(samples, rate, detector(samples, rate)))


def usual(samples: Sound, rate: int) -> tuple[Span, ...]:
    """faster-whisper's default: 2 s of silence at least, 0.4 s of padding."""
    from faster_whisper.vad import get_speech_timestamps

    return tuple(
        Span(found["start"] / 16_000, found["end"] / 16_000) for found in get_speech_timestamps(to_16k(samples, rate))
    )


WAYS: dict[str, Callable[[Sound, int], tuple[Span, ...]]] = {
    "faster-whisper's default": usual,
    "Silero, 0.10 s, no padding": detector,
    "the same with energy edges": with_edges,
    "lalia": speech_spans,
}

# Where somebody speaks, by the level of these clips, in seconds: they are nearly silent otherwise.
CLIPS = {
    "whispered (whisper)": ("audio_mfa_labelled/whisper.flac", ((0.65, 2.4),)),
    "whispered (whisper2)": ("audio_mfa_labelled/whisper2.flac", ((0.65, 3.6),)),
    "whispered (mfa_whisper)": ("audio_mfa_labelled/mfa_whisper.flac", ((0.4, 2.2),)),
    "breathy": ("audio_mfa_labelled/mfa_breathy.flac", ((0.68, 2.6),)),
    "creaky": ("audio_mfa_labelled/mfa_creaky.flac", ((1.35, 4.3),)),
    "falsetto": ("audio_mfa_labelled/falsetto.flac", ((0.65, 2.6),)),
    "loud breaths between words": ("audio_mfa_labelled/mfa_breaths.flac", ((4.3, 5.02), (6.95, 7.85), (11.0, 11.9))),
    "an address with long pauses": (
        "audio_jfk/jfk.flac", ((0.32, 2.15), (3.27, 3.70), (4.0, 4.42), (5.4, 7.7), (8.15, 10.45)),
    ),
}  # fmt: skip


def pause_table() -> Iterator[str]:
    """Pauses of 0.25-2 s between phrases, in pink noise."""
    yield "| way | SNR | found | invented | median error of length, s | 95 % below, s |\n|---|---|---|---|---|---|"
    phrases = [sounds.espeak(text) for text in sounds.LISTED]
    for name, way in WAYS.items():
        for snr in (None, 20.0, 10.0):
            recall, errors, invented = [], [], 0
            for seed in range(SEEDS):
                random = np.random.default_rng(seed)
                lengths = np.round(np.concatenate([np.full(5, 0.25), random.uniform(0.25, 2, 25)]), 3)
                signal, spans = sounds.gaps(phrases, lengths)
                if snr is not None:
                    signal = sounds.mixed(signal, sounds.pink(len(signal) / sounds.RATE + 1, seed), snr)
                found = sounds.compared(sounds.pauses(spans), sounds.pauses(way(signal, sounds.RATE)))
                recall.append(found[0])
                errors.append(found[1])
                invented += found[2]
            off = np.abs(np.concatenate(errors))
            middle = f"{np.median(off):.3f} | {np.quantile(off, 0.95):.3f}" if len(off) else "- | -"
            yield f"| {name} | {'clean' if snr is None else f'{snr:.0f} dB'} | {100 * np.mean(recall):.1f} % " \
                f"of {30 * SEEDS} | {invented} | {middle} |"  # fmt: skip


def shares(spans: tuple[Span, ...], truth: tuple[Span, ...], duration: float) -> tuple[float, float]:
    """Share of the speech that is found, and seconds found more than 0.25 s from any."""
    at = np.arange(0.005, duration, 0.01)
    found, said, near = (np.zeros(len(at), bool) for _ in range(3))
    for start, end in spans:
        found |= (at > start) & (at < end)
    for start, end in truth:
        said |= (at > start) & (at < end)
        near |= (at > start - 0.15) & (at < end + 0.25)
    return float(found[said].mean()) if said.any() else np.nan, float((found & ~near).sum() * 0.01)


def recordings() -> Iterator[tuple[str, Sound, int, tuple[Span, ...]]]:
    """Real clips where they are present, soft and loud speech made from one of them, and the synthetic scenes."""
    for name, scene in sounds.scenes().items():
        yield name, scene.sound, scene.rate, scene.speech
    for noise in sounds.NOISES:
        for snr in sounds.SNRS:
            scene = sounds.noisy(noise, snr)
            yield f"in {noise} noise, {snr:.0f} dB", scene.sound, scene.rate, scene.speech
    if not SHARED.is_dir():
        return
    import soundfile

    for name, (path, truth) in CLIPS.items():
        voice, rate = soundfile.read(SHARED / path, dtype="float32", always_2d=True)
        mono = voice.mean(axis=1)
        yield name, mono, rate, tuple(Span(*pair) for pair in truth)
        if name.startswith("whispered"):
            starts = np.arange(TIMES) * len(mono) / rate
            again = tuple(Span(a + start, b + start) for start in starts.tolist() for a, b in truth)
            yield f"{name}, {TIMES} times", np.tile(mono, TIMES), rate, again
    voice, rate = soundfile.read(SHARED / "audio_jfk" / "jfk.flac", dtype="float32", always_2d=True)
    address, truth = voice.mean(axis=1), [Span(*pair) for pair in CLIPS["an address with long pauses"][1]]
    late = np.concatenate([np.zeros(60 * rate, np.float32), address])
    yield "the address after 60 s of digital silence", late, rate, tuple(Span(a + 60, b + 60) for a, b in truth)
    soft = np.concatenate([address, np.zeros(rate, np.float32), sounds.at_level(address, -50)])
    later = len(address) / rate + 1
    yield "the address, then again 30 dB softer", soft, rate, (*truth, *(Span(a + later, b + later) for a, b in truth))
    for name in ("acoustic_corpus", "cold_corpus"):
        voice, rate = soundfile.read(SHARED / "audio_mfa_labelled" / f"{name}.wav", dtype="float32")
        yield (
            f"spontaneous speech ({name})",
            voice,
            rate,
            tuple(labelled(SHARED / f"audio_mfa_labelled/{name}.TextGrid")),
        )


def labelled(path: Path) -> Iterator[Span]:
    """Words of the first tier of a TextGrid in the short format."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    at = lines.index('"IntervalTier"')
    for index in range(int(lines[at + 4])):
        start, end, text = lines[at + 5 + 3 * index : at + 8 + 3 * index]
        if text != '""':
            yield Span(float(start), float(end))


def speech_table() -> Iterator[str]:
    """Share of the speech that is found, and seconds of what is not speech."""
    ways = {name: way for name, way in WAYS.items() if name != "the same with energy edges"}
    yield f"| recording | {' | '.join(ways)} |\n|---|{'---|' * len(ways)}"
    for name, sound, rate, truth in recordings():
        cells = []
        for way in ways.values():
            share, false = shares(way(np.ascontiguousarray(sound), rate), truth, len(sound) / rate)
            cells.append(f"{100 * share:.0f} %{f', {false:.1f} s false' if false >= 0.05 else ''}")
        yield f"| {name} | {' | '.join(cells)} |"


def false_table() -> Iterator[str]:
    """Seconds of 15 in which somebody is said to speak."""
    yield f"| nobody speaks | {' | '.join(WAYS)} |\n|---|{'---|' * len(WAYS)}"
    for name, make in sounds.WORDLESS.items():
        sound = make(15.0)
        heard = [sum(end - start for start, end in way(sound, sounds.RATE)) for way in WAYS.values()]
        yield f"| {name} | {' | '.join(f'{seconds:.1f}' for seconds in heard)} |"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "results")
    out = parser.parse_args().out
    begun = time.process_time()
    lines = ["# Voice activity", ""]
    if not SHARED.is_dir():
        lines += ["The open recordings (../shared) are not here: only synthetic speech was measured.", ""]
    lines += ["## Pauses of exact length", "", *pause_table(), "", "## Speech found", "", *speech_table(), ""]
    lines += ["## Sounds that are no speech: seconds of 15 taken for it", "", *false_table(), ""]
    lines.append(f"Measured in {time.process_time() - begun:.0f} s of processor time by `python benchmarks/vad.py`.")
    text = "\n".join(lines) + "\n"
    print(text)
    out.mkdir(parents=True, exist_ok=True)
    (out / "vad.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
