"""Recordings whose word times are known, and how far others are from them."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from lalia.data_schemas import Audio, Kind, TimeSource, Transcript, Utterance, Word
from lalia.models.vad import speech_spans
from lalia.pipeline.formats import read

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT / "examples"))

PAUSE = 0.25
"""Seconds: the shortest gap between two words that counts as a pause."""

SIDE = 0.5
"""Share of the shorter of two pauses that must overlap for them to be the same one."""

HELD = frozenset([Kind.WORD, Kind.FILLER, Kind.FRAGMENT, Kind.REPEATED, Kind.REVISED])

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Known:
    """A recording, and its transcript with the times it is judged by."""

    name: str
    audio: Audio
    truth: Transcript


def words_of(transcript: Transcript) -> list[Word]:
    return [word for utterance in transcript.utterances for word in utterance.words]


def without_times(transcript: Transcript, *, utterances: bool = False) -> Transcript:
    """The text alone; with `utterances`, their bounds stay."""
    bare = {"start": None, "end": None, "times": None}
    kept = tuple(
        utterance.model_copy(
            update={
                "words": tuple(word.model_copy(update=bare) for word in utterance.words),
                **({} if utterances else {"start": None, "end": None}),
            }
        )
        for utterance in transcript.utterances
    )
    return transcript.model_copy(update={"utterances": kept})


def synthetic(voices: Sequence[tuple[str, int, int]]) -> Iterator[Known]:
    """The example transcripts, spoken by eSpeak NG, each by the next pair of voices: (name, words a minute, pitch)."""
    import synthesise

    espeak = _espeak()
    for number, path in enumerate(sorted((ROOT / "examples" / "transcripts").glob("*.cha"))):
        pair = [synthesise.Voice(*voices[(2 * number + at) % len(voices)]) for at in (0, 1)]
        synthesise.VOICES["benchmark"] = tuple(pair)
        samples, timed = synthesise.speak(read(path), espeak, "benchmark")
        signal = (samples / 32_768).astype(np.float32)
        yield Known(path.stem, heard(signal, synthesise.RATE), timed)


@cache
def _espeak() -> Any:
    # One for all: what a second one says first is cut short.
    import synthesise

    return synthesise.Espeak()


def heard(signal: npt.NDArray[np.float32], rate: int) -> Audio:
    """A checked recording."""
    return Audio(samples=signal, rate=rate, speech=speech_spans(signal, rate))


def noisy(known: Known, decibels: float, seed: int = 0) -> Known:
    """The recording in pink noise, `decibels` below its speech."""
    signal = known.audio.samples.astype(np.float64)
    white = np.fft.rfft(np.random.default_rng(seed).normal(size=len(signal)))
    noise = np.fft.irfft(white / np.sqrt(np.maximum(1, np.arange(len(white)))), len(signal))
    voiced = np.concatenate([signal[round(s.start * known.audio.rate) : round(s.end * known.audio.rate)]
                             for s in known.audio.speech or ()])  # fmt: skip
    gain = np.sqrt((voiced**2).mean() / (noise**2).mean()) * 10 ** (-decibels / 20)
    mixed = (signal + gain * noise).astype(np.float32)
    return Known(known.name, heard(mixed / max(1.0, float(np.abs(mixed).max())), known.audio.rate), known.truth)


def recorded(name: str) -> tuple[npt.NDArray[np.float32], int]:
    import soundfile

    signal, rate = soundfile.read(SHARED / name, dtype="float32", always_2d=True)
    return np.ascontiguousarray(signal.mean(axis=1)), rate


def forced() -> Iterator[Known]:
    """The clips with TextGrids made by the Montreal Forced Aligner: the tier of words, in its short text format."""
    for name in ("acoustic_corpus", "cold_corpus"):
        lines = (SHARED / "audio_mfa_labelled" / f"{name}.TextGrid").read_text("utf-8").splitlines()
        at = lines.index('"words"') + 3
        rows = [lines[at + 1 + 3 * row : at + 4 + 3 * row] for row in range(int(lines[at]))]
        words = tuple(_given(text.strip('"'), float(start), float(end)) for start, end, text in rows if text != '""')
        truth = Transcript(source="textgrid", language="en", utterances=(Utterance(speaker="PAR", words=words),))
        yield Known(name, heard(*recorded(f"audio_mfa_labelled/{name}.wav")), truth)


def _given(text: str, start: float, end: float) -> Word:
    kind = Kind.FILLER if text in ("um", "uh") else Kind.WORD
    return Word(text=text, kind=kind, start=start, end=end, times=TimeSource.GIVEN)


def chat() -> Known:
    """The CHAT demonstration with a ``%wor`` tier."""
    return Known("chat demo", heard(*recorded("audio_chat_demo/test.mp3")), read(SHARED / "audio_chat_demo/test.cha"))


@dataclass(slots=True)
class Errors:
    """What was found of a recording's words and pauses; errors in seconds, found less true."""

    words: int
    starts: Floats
    ends: Floats
    pauses: int
    found: int
    right: int
    held: int
    lengths: Floats

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            words=self.words + other.words,
            starts=np.concatenate([self.starts, other.starts]),
            ends=np.concatenate([self.ends, other.ends]),
            pauses=self.pauses + other.pauses,
            found=self.found + other.found,
            right=self.right + other.right,
            held=self.held + other.held,
            lengths=np.concatenate([self.lengths, other.lengths]),
        )

    def row(self) -> str:
        """Cells of a table: `HEAD`."""
        near = [(np.abs(errors) <= limit + 1e-9).sum() / max(1, self.words)
                for errors, limit in ((self.starts, 0.05), (self.starts, 0.1), (self.ends, 0.05))]  # fmt: skip
        return " | ".join(
            [
                f"{len(self.starts)}/{self.words}",
                f"{_ms(self.starts)} / {_ms(np.abs(self.starts))}",
                *(f"{share:.0%}" for share in near),
                f"{self.right}/{self.pauses}",
                f"{self.held}/{self.found}",
                f"{_ms(self.lengths)} / {_ms(np.abs(self.lengths))}",
            ]
        )


HEAD = (
    "words found | start: median / median size, ms | starts ≤ 50 ms | ≤ 100 ms | ends ≤ 50 ms | pauses found | "
    "pauses right | pause length: median / median size, ms"
)


def _ms(values: Floats) -> str:
    return f"{1000 * np.median(values):.0f}" if len(values) else "–"


def compare(known: Known, other: Transcript) -> Errors:
    """Every word of the truth against the same word of another transcript, which may have other words too."""
    truth = [word for word in words_of(known.truth) if word.kind in HELD and word.start is not None]
    found = [word for word in words_of(other) if word.kind in HELD]
    pairs = [(one, two) for one, two in _matched(truth, found) if two.start is not None]
    starts = np.array([two.start - one.start for one, two in pairs], float)
    ends = np.array([two.end - one.end for one, two in pairs], float)
    real, heard_ = _pauses(truth), _pauses(found)
    same = [(one, two) for one in real for two in heard_ if _overlap(one, two)]
    lengths = np.array([(two[1] - two[0]) - (one[1] - one[0]) for one, two in same], float)
    right, held = len({one for one, _ in same}), len({two for _, two in same})
    return Errors(len(truth), starts, ends, len(real), len(heard_), right, held, lengths)


def _matched(truth: Sequence[Word], found: Sequence[Word]) -> Iterator[tuple[Word, Word]]:
    one, two = ([re.sub(r"[^a-z']", "", word.text.lower()) for word in words] for words in (truth, found))
    for tag, i, j, k, _ in difflib.SequenceMatcher(a=one, b=two, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((truth[i + step], found[k + step]) for step in range(j - i))


def _pauses(words: Sequence[Word]) -> list[tuple[float, float]]:
    spans = sorted((word.start, word.end) for word in words if word.start is not None and word.end is not None)
    gaps, latest = [], None
    for start, end in spans:
        if latest is not None and start - latest >= PAUSE - 1e-9:
            gaps.append((latest, start))
        latest = end if latest is None else max(latest, end)
    return gaps


def _overlap(one: tuple[float, float], two: tuple[float, float]) -> bool:
    shared = min(one[1], two[1]) - max(one[0], two[0])
    return shared > SIDE * min(one[1] - one[0], two[1] - two[0])
