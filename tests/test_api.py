"""What `assess` gives beside the tables: the sample that was measured, without its audio."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import soundfile
from lalia.data_schemas import LaliaError, Missing, Reason
from lalia.pipeline import assess

SAID = (
    "The dog ran into the garden and dug a hole under the old tree. A cat sat in the garden and saw the dog. Well. "
    "My soup is cold and there is no bread left on the table. The train to the city leaves at seven in the morning. "
    "I bought a ticket for the train and a book to read on the way.\n"
)


@pytest.fixture(scope="module")
def assessed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    hum = 0.1 * np.sin(2 * np.pi * 150 * np.arange(32_000) / 16_000)
    soundfile.write(folder / "talk.wav", hum, 16_000)
    (folder / "talk.txt").write_text(SAID, "utf-8")
    return assess(folder / "talk.wav", prompt="Tell me about your garden.")


def test_a_transition_is_explained_from_what_assess_gives(assessed):
    found = assessed.sample.explain_transition(0)
    assert (found.first, found.second) == (0, 1)
    assert found.shared
    assert found.cosine == pytest.approx(float(assessed.sample.embeddings[0] @ assessed.sample.embeddings[1]), abs=1e-6)
    with pytest.raises(LaliaError, match="must begin"):
        assessed.sample.explain_transition(5)


def test_the_sample_is_made_once_when_asked_for_and_holds_no_audio(assessed):
    again = dataclasses.replace(assessed)
    assert "sample" not in vars(again)
    assert again.sample is again.sample
    assert isinstance(again.sample.audio, Missing)
    assert again.sample.audio.reason is Reason.NO_AUDIO
    assert again.sample.transcript is assessed.transcript
    assert len(again.sample.parses) == len(again.sample.embeddings) == 6
    assert np.any(again.sample.prompt_embedding)


def test_nothing_of_it_can_be_set(assessed):
    for held, name in ((assessed, "settings"), (assessed.sample, "parses")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(held, name, None)


def test_the_sample_is_the_one_that_was_measured(assessed):
    told = assessed.assessment.transitions
    assert told
    for transition in told:
        again = assessed.sample.explain_transition(transition.first)
        assert again.shared == transition.shared
        assert again.cosine == pytest.approx(transition.cosine, abs=1e-9)
