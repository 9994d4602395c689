"""Alignment of long recordings: in linear time, stretch by stretch, wherever they can be cut."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import Audio, Kind, Settings, Span, TimeSource, Transcript, Utterance, Word
from lalia.models import registry
from lalia.models.aligners import pocketsphinx
from lalia.models.aligners.search import search
from lalia.pipeline.align import align
from lalia.pipeline.stretches import FARTHEST, LONGEST, MARGIN, timed
from lalia.tests.aligned import bare, lateness, spoken, words_of


@pytest.fixture(scope="module", autouse=True)
def _installed():
    if "pocketsphinx" not in {known.name for known in registry.installed()}:
        pytest.skip("the package of pocketsphinx is not installed")


def looped(times: int) -> tuple[Audio, Transcript, Transcript]:
    audio, truth = spoken()
    seconds = audio.duration
    speech = tuple(Span(s.start + n * seconds, s.end + n * seconds) for n in range(times) for s in audio.speech)
    long = Audio(samples=np.tile(audio.samples, times), rate=audio.rate, speech=speech)
    utterances = []
    for n in range(times):
        for utterance in truth.utterances:
            words = tuple(
                w
                if w.start is None
                else w.model_copy(update={"start": w.start + n * seconds, "end": w.end + n * seconds})
                for w in utterance.words
            )
            bounds = {"start": utterance.start + n * seconds, "end": utterance.end + n * seconds}
            utterances.append(utterance.model_copy(update={"words": words, **bounds}))
    exact = truth.model_copy(update={"utterances": tuple(utterances)})
    return long, exact, bare(exact, bounds=True)


def test_ten_minutes_are_aligned_to_the_end_in_linear_work(monkeypatch):
    searched = []

    def counted(model, graph, features):
        searched.append(len(features) * graph.before.size)
        return search(model, graph, features)

    monkeypatch.setattr(pocketsphinx, "search", counted)
    work = {}
    for minutes in (2, 10):
        times = round(minutes * 60 / spoken()[0].duration)
        audio, truth, text = looped(times)
        searched.clear()
        result = align(text, audio, Settings())
        work[minutes] = sum(searched) / audio.duration
    assert np.mean(np.abs(lateness(truth, result)[-60:]) <= 0.05) >= 0.9
    # Steps that are weighed for a second of sound. Stretches are cut a little differently; quadratic would be 5.
    assert 0 < work[10] < 1.2 * work[2]


def test_no_stretch_grows_with_the_recording():
    """Memory is for one stretch: twenty minutes have more of them, not longer ones."""
    audio, truth, _ = looped(round(1200 / spoken()[0].duration))
    for transcript in (truth, bare(truth, bounds=True)):
        stretches = timed(transcript, audio.speech, audio.duration)
        assert max(s.end - s.start for s in stretches) <= LONGEST + 2 * MARGIN
        placed = [(item.utterance, item.word) for stretch in stretches for item in stretch.items]
        assert len(set(placed)) == len(placed) == sum(w.kind is not Kind.PAUSE for w in words_of(truth))


def test_speech_without_any_silence_is_cut_all_the_same():
    words = tuple(Word(text="word", start=n * 0.4, end=n * 0.4 + 0.4, times=TimeSource.ENGINE) for n in range(1000))
    text = Transcript(source="whisper", utterances=(Utterance(speaker="PAR", words=words),))
    stretches = timed(text, (Span(0.0, 400.0),), 400.0)
    assert max(s.end - s.start for s in stretches) <= FARTHEST + 2 * MARGIN
    assert sum(len(s.items) for s in stretches) == 1000
