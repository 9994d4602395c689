"""What is said of words and voice activity when they agree and when they do not."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import Audio, Kind, Span, Transcript, Utterance, Word
from lalia.pipeline.agreement import compared

RATE = 1000


def _said(*bounds: tuple[float, float], others: tuple[tuple[float, float], ...] = ()) -> Transcript:
    return Transcript(
        source="text",
        language="en",
        utterances=tuple(
            Utterance(speaker=speaker, words=tuple(Word(text="so", start=a, end=b) for a, b in pairs))
            for speaker, pairs in (("PAR", bounds), ("INV", others))
            if pairs
        ),
        participant="PAR",
    )


def _heard(*bounds: tuple[float, float]) -> Audio:
    return Audio(np.zeros(20 * RATE, np.float32), RATE, speech=tuple(Span(*pair) for pair in bounds))


def _note(transcript: Transcript, audio: Audio) -> str:
    (note,) = compared(transcript, audio).notes
    return note


@pytest.mark.parametrize(
    ("words", "voice", "told"),
    [
        ([(1, 2), (2, 4)], [(1, 4)], "agree: 100 % of the time in words has a voice, 100 % of the voice has words."),
        # Edges that differ by a tenth of a second are no difference.
        (
            [(0.9, 2), (2, 4.1)],
            [(1, 4)],
            "agree: 100 % of the time in words has a voice, 100 % of the voice has words.",
        ),
        # Two of four seconds of words where nobody was heard, all but the tenth beside the voice.
        ([(1, 3), (8, 10)], [(1, 3)], "differ: 50 % of the time in words has a voice, 100 % of the voice has words."),
        ([(1, 3)], [(1, 3), (6, 10)], "differ: 100 % of the time in words has a voice, 33 % of the voice has words."),
    ],
)
def test_shares(words, voice, told):
    note = _note(_said(*words), _heard(*voice))
    assert told in note
    assert note.endswith("Check pauses and rates.") is ("differ" in told)


def test_others_account_for_the_voice_but_are_not_sought_in_it():
    both = _said((1, 3), others=((5, 9),))
    assert "agree: 100 %" in _note(both, _heard((1, 3), (5, 9)))
    assert "100 % of the voice has words" in _note(both, _heard((1, 3)))


def test_pauses_and_laughter_are_no_words():
    said = _said((1, 3))
    (utterance,) = said.utterances
    pause = Word(text="(4.0)", kind=Kind.PAUSE, start=3, end=7)
    laugh = Word(text="laughs", kind=Kind.NONVERBAL, start=8, end=12)
    marked = said.model_copy(
        update={"utterances": (utterance.model_copy(update={"words": (*utterance.words, pause, laugh)}),)}
    )
    assert "agree: 100 % of the time in words has a voice, 100 %" in _note(marked, _heard((1, 3)))
    assert "40 % of the voice has words" in _note(marked, _heard((1, 3), (9, 12)))


def test_nothing_to_compare_says_nothing():
    assert compared(_said((1, 3)), _heard()).notes == ()
    assert compared(_said(), _heard((1, 3))).notes == ()
    untimed = Transcript(source="text", language="en", utterances=(Utterance(speaker="PAR", words=(Word(text="so"),)),))
    assert compared(untimed, _heard((1, 3))).notes == ()
