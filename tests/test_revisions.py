"""Self-corrections and repetitions found by rule, and how many of a transcriber's marks they find."""

from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Kind, Word
from lalia.pipeline.formats import detect, plain

ROOT = Path(__file__).resolve().parent.parent
RETRACED = {Kind.REPEATED, Kind.REVISED}
SIGNS = {Kind.FILLER: "&", Kind.FRAGMENT: "~", Kind.REPEATED: "*", Kind.REVISED: "/"}


def marked(text: str) -> str:
    words = detect.mark(plain.events(text), "en")
    assert all(word.detected for word in words if word.kind in SIGNS), "a rule's guess is marked as one"
    return " ".join(SIGNS.get(word.kind, "") + word.text for word in words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Articles before another article or a subject.
        ("the a dog barked", "/the a dog barked"),
        ("and the he ran off", "and /the he ran off"),
        # A pronoun before its contraction, and the other way round.
        ("it it's cold", "/it it's cold"),
        ("I'm I was late", "/I'm I was late"),
        # Pronoun and auxiliary begun anew.
        ("he was he had a cat", "/he /was he had a cat"),
        ("I wouldn't um I definitely wouldn't", "/I /wouldn't &um I definitely wouldn't"),
        # Announced corrections.
        ("the man I mean the woman left", "/the /man I mean the woman left"),
        # Longer repetitions, through fillers and cut-off words.
        ("in the house um in the house", "*in *the *house &um in the house"),
        ("we went to the we went to the shop", "*we *went *to *the we went to the shop"),
        ("the the the boy", "*the *the the boy"),
        ("she wa- she was", "*she ~wa she was"),
    ],
)
def test_found(text, expected):
    assert marked(text) == expected


@pytest.mark.parametrize(
    "text",
    ["I know that that is true", "she had had enough", "years and years ago", "the you know window was open",
     "a I guess good idea", "the U S S R", "very very good", "no no no", "I think I went home", "what do do then",
     "you know you know him", "it is what it is", "he said he had it", "give her the book", "I was as tired as he was",
     "was it cold", "the more the better", "on and on and on"],
)  # fmt: skip
def test_fluent_english_is_left_alone(text):
    words = detect.mark(plain.events(text), "en")
    assert all(word.kind is Kind.WORD for word in words), marked(text)


def test_other_languages_are_left_alone():
    words = detect.mark(plain.events("die die Frau sah, the a"), "de")
    assert all(word.kind is Kind.WORD for word in words)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from("I it it's the a was he's um dog no mean wh- I'm you know".split()), max_size=25))
def test_nothing_is_lost_and_marking_again_changes_nothing(forms):
    once = detect.mark([Word(text=form) for form in forms], "en")
    assert [word.text.rstrip("-") for word in once] == [form.rstrip("-") for form in forms]
    assert sum(word.kind is Kind.WORD for word in once) >= (1 if any(f in {"dog", "mean"} for f in forms) else 0)


def test_switchboard(shared):
    """The second half of the calls, on which no rule was written: precision and recall of retraced words."""
    if not (shared / "data" / "nltk_corpora" / "corpora" / "switchboard.zip").is_file():
        pytest.skip("the Switchboard sample is not present")
    found = importlib.util.spec_from_file_location("switchboard", ROOT / "benchmarks" / "switchboard.py")
    switchboard = importlib.util.module_from_spec(found)
    found.loader.exec_module(switchboard)
    cells: Counter[tuple[bool, bool]] = Counter()
    for call in switchboard.calls()[18:]:
        for _, said in call:
            words = detect.mark([Word(text=form) for form, _ in said], "en")
            for (_, gold), word in zip(said, words, strict=True):
                cells[gold in RETRACED, word.kind in RETRACED] += 1
    precision = cells[True, True] / (cells[True, True] + cells[False, True])
    recall = cells[True, True] / (cells[True, True] + cells[True, False])
    print(f"precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.94
    assert recall >= 0.50
