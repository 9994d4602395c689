"""Content units of a stimulus: what counts as a mention, what is denied, and what is missing without a list."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import (
    ContentUnit,
    Missing,
    Reason,
    Recording,
    Sample,
    Stimulus,
    Task,
    Transcript,
    Utterance,
    Word,
)
from lalia.features import Views, evaluate
from lalia.features.views.examples import parse_of
from lalia.features.views.units import unit_mentions
from lalia.models import parsers

UNITS = (
    ContentUnit(name="dog", words=("dog", "puppy")),
    ContentUnit(name="boy", words=("Boy",)),
    ContentUnit(name="falls", words=("fall",)),
    ContentUnit(name="apple", words=("apple", "fruit")),
    ContentUnit(name="pear", words=("pear", "fruit")),
)
STIMULUS = Stimulus(stimulus_id="test", title="Test", content_units=UNITS)
VECTORS = {
    "dog": np.array([1.0, 0.0, 0.0], np.float32),
    "boy": np.array([0.0, 1.0, 0.0], np.float32),
    "hound": np.array([0.8, 0.6, 0.0], np.float32),
    "lad": np.array([0.58, 0.5, 0.64], np.float32),
    "fall": np.zeros(3, np.float32),
}


def told(text: str, vectors=VECTORS) -> list[str]:
    return [UNITS[mention.unit].name for mention in unit_mentions(STIMULUS, (parse_of(text),), vectors)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Dogs/NOUN/nsubj/2/NNS//dog fell/VERB/root/0/VBD//fall", ["dog", "falls"]),
        ("the/DET/det/2 BOY/NOUN/root/0", ["boy"]),
        ("fruit/NOUN/root/0", ["apple", "pear"]),
        ("a/DET/det/2 table/NOUN/root/0", []),
        # Cosine 0.8 with dog: near enough; 0.58 is not.
        ("hound/NOUN/root/0", ["dog"]),
        ("lad/NOUN/root/0", []),
        # Only open-class words are compared by meaning.
        ("hound/ADP/root/0", []),
        ("no/DET/det/2 dog/NOUN/root/0", []),
        ("I/PRON/nsubj/4 do/AUX/aux/4 n't/PART/advmod/4//not see/VERB/root/0 a/DET/det/6 dog/NOUN/obj/4", []),
        ("the/DET/det/2 boy/NOUN/nsubj/5 is/AUX/aux/5 not/PART/advmod/5 falling/VERB/root/0/VBG//fall", ["boy"]),
        ("boy/NOUN/root/0 without/ADP/prep/1 a/DET/det/4 dog/NOUN/pobj/2", ["boy"]),
        (
            "I/PRON/nsubj/4 do/AUX/aux/4 n't/PART/advmod/4 like/VERB/root/0 the/DET/det/6 look/NOUN/obj/4 "
            "of/ADP/prep/6 the/DET/det/9 dog/NOUN/pobj/7",
            ["dog"],
        ),
    ],
)
def test_what_counts_as_a_mention(text, names):
    assert told(text) == names


NAMES = ("dog", "boy", "cat", "ladder", "water", "bird", "ice", "cream", "mother", "fall", "run", "jump")


def told_of(text: str) -> str:
    """Units that a sentence tells, each named by one word, in order; parsed by the real parser."""
    shown = Stimulus(
        stimulus_id="s", title="S", content_units=tuple(ContentUnit(name=name, words=(name,)) for name in NAMES)
    )
    spoken = Utterance(speaker="PAR", words=tuple(Word(text=word) for word in text.split()))
    found = unit_mentions(shown, parsers.load("en-core-web-sm").parse([spoken]), {})
    return " ".join(NAMES[mention.unit] for mention in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("there is no dog", ""),
        ("there isn't a dog", ""),
        ("there is not a dog", ""),
        ("there ain't no dog", ""),
        ("there isn't a dog or a cat", ""),
        ("there aren't any birds", ""),
        ("there isn't any water", ""),
        ("there is no ice cream", ""),
        ("there's no sign of a dog", ""),
        ("it's not a dog", ""),
        ("that is not a dog", ""),
        ("it's not a dog it's a cat", "cat"),
        ("there isn't a dog but a cat", "cat"),
        ("there isn't a dog but there is a cat", "cat"),
        ("I don't think there is a dog", ""),
        ("I don't see any dog", ""),
        ("I don't see a dog", ""),
        ("I can't see the dog", ""),
        ("couldn't find the dog", ""),
        ("she isn't looking at any dog", ""),
        ("never a dog", ""),
        ("the boy is on the ladder, not the dog", "boy ladder"),
        ("a boy without a dog or a ladder", "boy"),
        ("the boy isn't falling", "boy"),
        ("no boy is falling", ""),
        ("neither the boy nor the dog is falling", ""),
        ("he isn't running or jumping", ""),
    ],
)
def test_what_is_denied_is_not_told(text, names):
    assert told_of(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("she doesn't notice the water", "water"),
        ("he is not holding the ladder", "ladder"),
        ("the boy didn't bring his dog", "boy dog"),
        ("she doesn't see the dog", "dog"),
        ("nobody sees the dog", "dog"),
        ("she doesn't see a dog", ""),
        ("nobody sees a dog", ""),
        ("no one sees the dog", "dog"),
        ("the mother doesn't seem to notice the water", "mother water"),
        ("the mother doesn't see the boy fall", "mother boy fall"),
        ("she does not notice that the water is running", "water run"),
        ("the boy isn't jumping and the mother sees the water", "boy mother water"),
        ("I don't know if that's a dog", "dog"),
        ("not only the boy but the dog too", "boy dog"),
        ("no the boy is falling", "boy fall"),
        ("the boy falls without noticing the dog", "boy fall dog"),
        ("she isn't looking and the water runs", "water run"),
    ],
)
def test_a_definite_thing_is_there_whatever_is_not_done_to_it(text, names):
    assert told_of(text) == names


def test_a_circle_of_heads_ends():
    assert told("dog/NOUN/obj/2 see/VERB/xcomp/1") == ["dog"]


def sample(text: str, stimulus: Stimulus | None, task: Task = Task.PICTURE_DESCRIPTION) -> Sample:
    recording = Recording(recording_id="r", participant_id="p", path="r.wav", task=task)
    words = tuple(Word(text=item.split("/")[0]) for item in text.split())
    transcript = Transcript(source="text", language="en", utterances=(Utterance(speaker="PAR", words=words),))
    return Sample(recording, transcript=transcript, parses=(parse_of(text),), word_vectors=VECTORS, stimulus=stimulus)


def test_values_and_reasons():
    said = "dog/NOUN/root/0 dog/NOUN/root/0 boy/NOUN/root/0 cup/NOUN/root/0"
    names = ("semantic.information_units", "semantic.information_density")
    found = evaluate(sample(said, STIMULUS), names)
    assert found[names[0]].value == 2
    assert found[names[1]].value == 2 / 4
    empty = Stimulus(stimulus_id="e", title="E")
    for shown in (None, empty):
        assert {value.reason for value in evaluate(sample(said, shown), names).values()} == {Reason.NO_STIMULUS}
    other = evaluate(sample(said, STIMULUS, Task.INTERVIEW), names)
    assert {value.reason for value in other.values()} == {Reason.WRONG_TASK}


def test_nothing_mentioned_is_none_and_not_missing():
    assert (
        evaluate(sample("cup/NOUN/root/0", STIMULUS), ["semantic.information_units"])[
            "semantic.information_units"
        ].value
        == 0
    )


def test_without_vectors_the_view_says_why():
    made = Sample(
        Recording(recording_id="r", participant_id="p", path="r.wav"),
        parses=(parse_of("dog/NOUN/root/0"),),
        word_vectors=Missing(Reason.MODEL_ABSENT, "word_vectors: model_absent"),
        stimulus=STIMULUS,
    )
    assert Views(made)["unit_mentions"].reason is Reason.MODEL_ABSENT
