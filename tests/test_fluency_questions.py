"""Questions in fluency tasks: only the clause that asks is no answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lalia.features.fluency.questions import asking_from
from lalia.tests.fluency_said import names


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("dog cat horse pig what else is there ?", "dog cat horse pig"),
        ("what else is there dog cat horse what else is there ?", "dog cat horse"),
        ("dog cat did I say horse already ?", "dog cat"),
        ("how many more animals do I need ?", ""),
        ("is a whale an animal ?", ""),
        ("a whale is that one ?", "whale"),
        ("dog ? cat ?", "dog cat"),
        ("dog cat horse tractor what comes next ?", "dog cat horse"),
    ],
)
def test_only_the_clause_that_asks_is_dropped(text, given):
    assert names(text, category="animals") == given.split()


@pytest.mark.parametrize(
    ("letter", "text", "given"),
    [
        ("f", "fish farm what else ?", "fish farm"),
        ("w", "water wind which wood ?", "water wind which wood"),
        ("w", "water wind what else is there ?", "water wind"),
        ("f", "find me something ?", ""),
    ],
)
def test_a_list_with_a_rising_tone_asks_nothing(letter, text, given):
    assert names(text, letter=letter) == given.split()


@given(st.lists(st.sampled_from("dog what is i any cat else ?".split()), max_size=12), st.sampled_from(["", "w", "i"]))
def test_asking_begins_inside_the_utterance(forms, letter):
    begins = asking_from(forms, letter)
    assert begins is None or 0 <= begins < len(forms)
