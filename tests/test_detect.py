"""Fillers, fragments and repetitions found by rule in plain words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lalia.data_schemas import (
    Kind,
    Word,
)
from lalia.pipeline.formats import detect


def marked(text: str, language: str | None = None) -> str:
    """Words with what the rules make of them: /f filler, /g fragment, /r repeated."""
    letters = {Kind.WORD: "", Kind.FILLER: "/f", Kind.FRAGMENT: "/g", Kind.REPEATED: "/r"}
    words = detect.mark([Word(text=text) for text in text.split()], language)
    assert all(word.detected is (word.kind is not Kind.WORD) for word in words)
    return " ".join(word.text + letters[word.kind] for word in words)


# Rules: fillers and fragments.


@pytest.mark.parametrize("filler", "um umm uh uhm uhh er erm eh ah hm hmm mm Um, Uh... ummm UM".split())
def test_fillers(filler):
    assert marked(f"so {filler} yes") == f"so {filler}/f yes"


@pytest.mark.parametrize(
    "word", "mhm mm-hmm uh-huh uh-uh err like well you-know hum am umbrella aha huh ehm her".split()
)
def test_what_is_no_filler(word):
    assert marked(f"so {word} yes") == f"so {word} yes"


def test_fillers_are_a_languages_own():
    assert marked("um er uh", "de") == "um er uh"
    assert marked("äh das ehm Haus", "de-AT") == "äh/f das ehm/f Haus"
    assert marked("um the the dog", "cy") == "um the the dog"


def test_a_sound_that_answers_is_no_filler():
    assert marked("Mm.") == "Mm."
    assert marked("Um.") == "Um./f"


def test_fragments():
    assert marked("the wh- what- is well-known -ing") == "the wh/g what/g is well-known -ing"
    assert marked("a br-, bread") == "a br/g bread"


# Rules: repetitions.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the the dog", "the/r the dog"),
        ("the the the dog", "the/r the/r the dog"),
        ("I like I like I like beans", "I/r like/r I/r like/r I like beans"),
        ("and then he and then he fell", "and/r then/r he/r and then he fell"),
        ("The, the dog", "The,/r the dog"),
        ("I um I think", "I/r um/f I think"),
        ("I wh- I think", "I/r wh/g I think"),
        ("we went to the we went to the shop", "we/r went/r to/r the/r we went to the shop"),
        ("Go home. Home is here", "Go home. Home is here"),
        ("that that had had very very no no no", "that that had had very very no no no"),
        ("bye bye two two 7 7", "bye bye two two 7 7"),
        ("no no I no no I mean", "no/r no/r I/r no no I mean"),
        ("the dog saw the dog", "the dog saw the dog"),
    ],
)
def test_repetitions(text, expected):
    assert marked(text) == expected


def test_other_speech_breaks_a_repetition():
    words = [Word(text="the"), Word(text="xxx", kind=Kind.UNINTELLIGIBLE), Word(text="the")]
    assert detect.mark(words) == tuple(words)
    words[1] = Word(text="(.)", kind=Kind.PAUSE)
    assert [word.kind for word in detect.mark(words)] == [Kind.REPEATED, Kind.PAUSE, Kind.WORD]


@given(st.lists(st.sampled_from("the dog a um I very wh- that. no uh-huh".split()), max_size=12))
def test_marking_is_settled_and_leaves_words_in_place(texts):
    words = [Word(text=text, start=float(at), end=at + 0.5) for at, text in enumerate(texts)]
    once = detect.mark(words)
    assert detect.mark(once) == once
    assert [(word.start, word.end) for word in once] == [(word.start, word.end) for word in words]
    assert not texts or once[-1].kind is not Kind.REPEATED
