"""Morphemes of words that are no plural, no two words, or lost the g of their ending."""

from __future__ import annotations

import pytest
from lalia.data_schemas import Recording, Sample, Transcript, Utterance, Word
from lalia.features import Views
from lalia.models import parsers


def morphemes(text: str, match: str = "none") -> int:
    said = Transcript(
        source="text",
        language="en",
        utterances=(Utterance(speaker="PAR", words=tuple(Word(text=form) for form in text.split())),),
    )
    sample = Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav"),
        transcript=said,
        parses=parsers.load("en-core-web-sm").parse(said.of_participant),
        match=match,
    )
    (found,) = Views(sample)["morpheme_counts"]
    return found


@pytest.mark.parametrize("match", ["none", "clan"])
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("he put on pants", 4),
        ("the scissors are sharp", 4),
        ("her clothes are new", 4),
        ("her shoes are new", 5),
        ("let's go", 2),
        ("Let’s go", 2),
        ("he is goin' home", 5),
        ("what are you doin' there", 6),
        ("he was walkin' down the road", 7),
        ("the water is runnin' over", 6),
        ("she is cookin' dinner", 5),
        ("it was early in the mornin'", 6),
        ("good mornin' sir", 3),
        ("he saw nothin'", 3),
        ("in the win", 3),
        ("the children's cabin", 4),
    ],
)
def test_morphemes_of_an_utterance(text, count, match):
    assert morphemes(text, match) == count
