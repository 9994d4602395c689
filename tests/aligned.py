"""What holds of every aligned transcript, and a talk with exact times to align."""

from __future__ import annotations

import functools
import itertools
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from lalia.data_schemas import Audio, TimeSource, Transcript, Word
from lalia.models.vad import speech_spans

ROOT = Path(__file__).resolve().parents[1]
RATE = 16_000

CHAT = """@UTF8
@Begin
@Languages:\teng
@Participants:\tPAR Participant, INV Investigator
@ID:\teng|x|PAR|||||Participant|||
@ID:\teng|x|INV|||||Investigator|||
*INV:\twhat happened in the story ?
*PAR:\twell &-um (1.4) there was a woman called Rosa .
*PAR:\tand she went on a [/] a ferry &-uh to some island (0.6) with 2 clocks .
*PAR:\tand when they were &+mi in the middle of the water (0.9) a big wave hit the boat .
*PAR:\t<she wanted to buy> [//] she wanted to sell a smartphonezilla .
@End
"""


def words_of(transcript: Transcript) -> list[Word]:
    return [word for utterance in transcript.utterances for word in utterance.words]


def check(transcript: Transcript, result: Transcript, audio: Audio) -> None:
    """What holds of every result: the same words; times in order, apart, inside the recording; phones fill words."""
    keep = {"start", "end", "times", "phones", "alignment"}
    assert [word.model_dump(exclude=keep) for word in words_of(transcript)] == [
        word.model_dump(exclude=keep) for word in words_of(result)
    ]
    for utterance in result.utterances:
        ours = [w for w in utterance.words if w.times in (TimeSource.ALIGNED, TimeSource.SNAPPED)]
        for word in ours:
            assert 0 <= word.start <= word.end <= audio.duration + 1e-3
            assert word.alignment is not None
            if word.phones:
                assert word.phones[0].start == pytest.approx(word.start)
                assert word.phones[-1].end == pytest.approx(word.end)
                assert all(a.end == pytest.approx(b.start) for a, b in itertools.pairwise(word.phones))
        for one, other in itertools.pairwise(ours):
            assert one.end <= other.start + 1e-6


@functools.cache
def spoken() -> tuple[Audio, Transcript]:
    """`CHAT` by a synthetic voice, with exact times and 0.6 s of silence between utterances."""
    pytest.importorskip("espeakng_loader")
    sys.path.insert(0, str(ROOT / "examples"))
    import synthesise
    from lalia.pipeline.formats import read

    with tempfile.TemporaryDirectory() as folder:
        (path := Path(folder) / "talk.cha").write_text(CHAT, encoding="utf-8")
        told = read(path)
    samples, truth = synthesise.speak(told, synthesise.Espeak(), "female")
    return checked((samples / 32_768).astype(np.float32), synthesise.RATE), truth


def checked(signal: np.ndarray, rate: int = RATE) -> Audio:
    """A signal with its voice activity."""
    return Audio(samples=signal, rate=rate, speech=speech_spans(signal, rate))


def retimed(transcript: Transcript, change, *, bounds: bool = True) -> Transcript:
    """The transcript with each word's times replaced by `change(word)`."""
    utterances = []
    for utterance in transcript.utterances:
        words = tuple(word.model_copy(update=change(word)) for word in utterance.words)
        limits = {} if bounds else {"start": None, "end": None}
        utterances.append(utterance.model_copy(update={"words": words, **limits}))
    return transcript.model_copy(update={"utterances": tuple(utterances)})


def bare(transcript: Transcript, *, bounds: bool = False) -> Transcript:
    """The transcript without times of words, and without those of utterances unless `bounds`."""
    return retimed(transcript, lambda word: {"start": None, "end": None, "times": None}, bounds=bounds)


def lateness(truth: Transcript, found: Transcript) -> np.ndarray:
    """Seconds by which each word begins late."""
    pairs = zip(words_of(truth), words_of(found), strict=True)
    return np.array([two.start - one.start for one, two in pairs if one.start is not None and two.start is not None])
