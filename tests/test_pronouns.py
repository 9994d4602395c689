"""Third-person pronouns and what they stand for, on sentences parsed by the real parser."""

from __future__ import annotations

import pytest
from lalia.data_schemas import Recording, Sample, Transcript, Utterance, Word
from lalia.features.views.antecedents import third_persons
from lalia.models import parsers


def found(*talk: str, prompt: str | None = None) -> list[tuple[str, bool]]:
    """Pronouns with their verdicts; a line that begins with ``INV:`` is another speaker's."""
    utterances = tuple(
        Utterance(
            speaker="INV" if line.startswith("INV:") else "PAR",
            words=tuple(Word(text=word) for word in line.removeprefix("INV:").split()),
        )
        for line in talk
    )
    said = Transcript(source="text", language="en", participant="PAR", utterances=utterances)
    parses = parsers.load("en-core-web-sm").parse(said.of_participant)
    recording = Recording(recording_id="r", participant_id="p", path="r.wav", prompt=prompt)
    pronouns = third_persons(Sample(recording=recording, transcript=said, parses=parses), said, parses)
    return [(parses[p.utterance][p.token].text.lower(), p.resolved) for p in pronouns]


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        (["my brother lives in town", "he has a dog"], [("he", True)]),
        (["he has a dog"], [("he", False)]),
        (["he has a car", "he drives it"], [("he", False), ("he", False), ("it", True)]),
        (["the woman is drying a plate and she is looking out"], [("she", True)]),
        (["the man sat down", "she left"], [("she", False)]),
        (["there was a table", "he left"], [("he", False)]),
        (["there was a table", "they were broken"], [("they", False)]),
        (["the plates fell", "they broke"], [("they", True)]),
        (["the boy and the girl came in", "they laughed"], [("they", True)]),
        (["the police came", "they asked me"], [("they", True)]),
        (["my teacher was kind", "she helped me"], [("she", True)]),
        (["I met Anna", "she was tired"], [("she", True)]),
        (["I am a nurse", "she was tired"], [("she", False)]),
        (["somebody left their bag"], [("their", True)]),
        (["the dog barked", "it ran off", "he came back"], [("it", True), ("he", True)]),
        (["the man sat down", "one", "two", "three", "he left"], [("he", False)]),
        (["the man sat down", "he sat", "he sat", "he sat", "he left"], [("he", True)] * 4),
        # A noun that tells when names nothing to take up.
        (["two years ago they came over"], [("they", False)]),
        (["that summer it broke"], [("it", False)]),
        (["last morning it was taken"], [("it", False)]),
        (["the car is old", "it was taken"], [("it", True)]),
        (["the knife was sharp", "it was used to cut the bread"], [("it", True)]),
    ],
)
def test_nouns_and_pronouns_are_matched(talk, expected):
    assert found(*talk) == expected


@pytest.mark.parametrize(
    "text",
    [
        "it is raining",
        "it was cold",
        "it was Monday",
        "it is hard to say",
        "it seems that the boy is falling",
        "it is good to see you",
        "it takes a while to get there",
        "it is said that the house is old",
        "it is known that you ran",
    ],
)
def test_it_may_stand_for_nothing(text):
    assert found(text) == []


def test_what_others_say_may_be_meant():
    assert found("INV: tell me about your brother", "he is tall") == [("he", True)]
    assert found("INV: and then what did he do", "he left") == [("he", True)]
    assert found("INV: and then", "he left") == [("he", False)]
    assert found("he is tall", prompt="Tell me about your brother.") == [("he", True)]


def test_no_words_no_pronouns():
    assert found() == []
    assert found("yes", "INV: why ?") == []
