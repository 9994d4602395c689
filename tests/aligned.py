"""What holds of every aligned transcript."""

from __future__ import annotations

import itertools

import pytest
from lalia.data_schemas import Audio, TimeSource, Transcript, Word


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
