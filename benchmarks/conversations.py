"""Conversations made from recordings of single speakers, with the truth about who speaks when.

Nothing here is committed: recordings are read from ``../shared/data`` and from ``examples/recordings``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "shared" / "data"
RECORDINGS = HERE.parent / "examples" / "recordings"
RATE = 16_000

MFA = DATA / "audio_mfa_labelled"
VOICES: dict[str, tuple[Path, ...]] = {
    "LJ": tuple(sorted((DATA / "audio_ljspeech").glob("*.flac"))),
    "MFA": (MFA / "acoustic_corpus.wav", MFA / "cold_corpus.wav"),
    "LibriSpeech 61": (MFA / "61-70968-0000.flac",),
    "CHAT demo": (DATA / "audio_chat_demo" / "test.mp3",),
    "JFK": (DATA / "audio_jfk" / "jfk.flac",),
    "Beckett": (RECORDINGS / "beckett.wav",),
    "Arctic": (RECORDINGS / "arctic.wav",),
}
"""Recordings by speaker; the telephone talk gives two more."""

STYLES = tuple(
    MFA / f"{name}.flac"
    for name in (
        "whisper", "whisper2", "falsetto", "falsetto2", "mfa_creaky", "mfa_breathy", "mfa_exaggerated", "mfa_laughter",
        "mfa_affectation", "mfa_whisper", "mfa_falsetto", "mfa_registershift", "mfa_long", "mfa_cutoff", "mfa_surround",
    )
)  # fmt: skip
"""One man whispering, laughing, creaking, in falsetto: what a diariser may take for somebody else."""


class Spoken(NamedTuple):
    """A stretch of talk in seconds."""

    speaker: str
    start: float
    end: float


@dataclass(frozen=True)
class Conversation:
    """A mixture at 16 kHz and who speaks when."""

    name: str
    samples: Samples
    truth: tuple[Spoken, ...]


def load(path: Path) -> Samples:
    """A recording at 16 kHz, mixed down."""
    from lalia.models.resample import to_16k

    if path.suffix == ".mp3":
        import av

        with av.open(str(path)) as container:
            rate = container.streams.audio[0].rate
            frames = [frame.to_ndarray().astype(np.float32) for frame in container.decode(audio=0)]
        samples = np.concatenate(frames, axis=1).mean(axis=0)
    else:
        import soundfile

        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        samples = samples.mean(axis=1)
    return to_16k(np.ascontiguousarray(samples, dtype=np.float32), rate)


def pieces(samples: Samples, longest: float = 5.0) -> list[Samples]:
    """Stretches of speech of 0.8 s to `longest`, cut at silences, all at one loudness."""
    from lalia.models.vad import speech_spans

    found: list[list[float]] = []
    for span in speech_spans(samples, RATE):
        if found and span.start - found[-1][1] < 0.35 and span.end - found[-1][0] <= longest:
            found[-1][1] = span.end
        else:
            found.append([span.start, span.end])
    cut = [samples[round(a * RATE) : round(b * RATE)] for a, b in found if b - a >= 0.8]
    return [piece * np.float32(0.05 / max(float(np.sqrt(np.mean(piece**2))), 1e-6)) for piece in cut]


def telephone() -> tuple[dict[str, list[Samples]], Conversation | None]:
    """The two speakers of the telephone talk, and the talk itself with its published segments."""
    path = RECORDINGS / "telephone.wav"
    if not path.is_file():
        return {}, None
    samples = load(path)
    rows = [
        line.split(maxsplit=5) for line in path.with_suffix(".stm").read_text("utf-8").splitlines() if line[:1] != ";"
    ]
    truth = tuple(Spoken(row[2], float(row[3]), float(row[4])) for row in rows if len(row) > 4)
    by_speaker: dict[str, list[Samples]] = {}
    for speaker, start, end in truth:
        found = pieces(samples[round(start * RATE) : round(end * RATE)])
        by_speaker.setdefault(f"telephone {speaker}", []).extend(found)
    return by_speaker, Conversation("telephone talk", samples, truth)


def voices() -> dict[str, list[Samples]]:
    """Pieces of speech by speaker, for those whose recordings are here."""
    found = {
        name: [piece for path in paths for piece in pieces(load(path))]
        for name, paths in VOICES.items()
        if paths and all(path.is_file() for path in paths)
    }
    found.update(telephone()[0])
    return {name: some for name, some in found.items() if some}


CONDITIONS = ("clean", "telephone band", "noise 15 dB")


def conversation(
    name: str, first: Sequence[Samples], second: Sequence[Samples], seed: int, condition: str, seconds: float = 45.0
) -> Conversation:
    """Two speakers in turn: the first speaks about two thirds of the time; one turn in five overlaps the last.

    Both voices pass through the same telephone band, or get the same noise, so that the channel does not give them
    away. Pauses between turns last 0.15-1.2 s, within a turn 0.2-0.6 s.
    """
    random = np.random.default_rng(seed)
    total = round(seconds * RATE)
    mix = np.zeros(total + 20 * RATE, dtype=np.float32)
    truth: list[Spoken] = []
    queues = [_endless(some, random) for some in (first, second)]
    at, ends, who = round(0.4 * RATE), 0, int(random.integers(2))
    while at < total:
        for _ in range(int(random.integers(2, 5)) if who == 0 else int(random.integers(1, 3))):
            piece = next(queues[who])
            mix[at : at + len(piece)] += piece
            truth.append(Spoken("AB"[who], at / RATE, (at + len(piece)) / RATE))
            ends = max(ends, at + len(piece))
            at += len(piece) + round(random.uniform(0.2, 0.6) * RATE)
        at = ends + round(random.uniform(0.15, 1.2) * RATE)
        if random.uniform() < 0.2:
            at = ends - round(random.uniform(0.3, 0.9) * RATE)
        who = 1 - who
    length = ends + RATE // 2
    return Conversation(name, _condition(mix[:length], condition, random), tuple(truth))


def monologue(name: str, some: Sequence[Samples], seed: int, condition: str, seconds: float = 45.0) -> Conversation:
    """One speaker, with pauses of 0.2-1.5 s; half-way the recording grows quieter by 8 dB, as when a head turns."""
    random = np.random.default_rng(seed)
    parts: list[Samples] = []
    truth: list[Spoken] = []
    at, queue = 0, _endless(some, random)
    while at < seconds * RATE:
        gap, piece = np.zeros(round(random.uniform(0.2, 1.5) * RATE), dtype=np.float32), next(queue)
        parts += [gap, piece * np.float32(1.0 if at < seconds * RATE / 2 else 0.4)]
        truth.append(Spoken("A", (at + len(gap)) / RATE, (at + len(gap) + len(piece)) / RATE))
        at += len(gap) + len(piece)
    return Conversation(name, _condition(np.concatenate(parts), condition, random), tuple(truth))


def _endless(some: Sequence[Samples], random: np.random.Generator) -> Iterator[Samples]:
    while True:
        yield from (some[i] for i in random.permutation(len(some)))


def _condition(samples: Samples, condition: str, random: np.random.Generator) -> Samples:
    from scipy.signal import butter, sosfiltfilt

    if condition == "telephone band":
        band = butter(4, [300, 3400], "bandpass", fs=RATE, output="sos")
        samples = sosfiltfilt(band, samples).astype(np.float32)
    level = 0.05 * 10 ** (-15 / 20) if condition == "noise 15 dB" else 0.05 * 10 ** (-40 / 20)
    return (samples + random.normal(0, level, len(samples))).astype(np.float32)


def style_pieces() -> list[Samples]:
    """The styles of one man, in order."""
    return [piece for path in STYLES if path.is_file() for piece in pieces(load(path), longest=8.0)]


def synthetic() -> Conversation | None:
    """The interview of the examples, spoken by two synthetic voices: easy, and of no weight for real speech."""
    from lalia.pipeline.formats import read

    path = RECORDINGS / "synthetic_interview.wav"
    if not path.is_file():
        return None
    said = read(path.with_suffix(".cha")).utterances
    truth = tuple(Spoken(u.speaker, u.start, u.end) for u in said if u.start is not None and u.end is not None)
    return Conversation("synthetic interview", load(path), truth)
