"""Misspelt members of a category: what is taken for one, and what is another word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.features.fluency.lists import LISTS
from lalia.features.fluency.spelling import corrected, distance
from lalia.tests.fluency_said import responses


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("aligator", "alligator"), ("ardvark", "aardvark"), ("leapord", "leopard"), ("tortise", "tortoise"),
        ("girafe", "giraffe"), ("hippopatamus", "hippopotamus"), ("guinnea pig", "guinea pig"),
        ("komotodragons", "komodo dragon"), ("weasle", "weasel"),
    ],
)  # fmt: skip
def test_a_misspelling_is_the_name(written, name):
    (found,) = responses(written, category="animals")
    assert (found.name, found.valid, found.misspelt) == (name, True, written)
    assert found.groups == LISTS["animal"].groups[name]
    recognised = responses(written, category="animals", engine="openai-whisper")
    assert name not in {response.name for response in recognised}, "a recogniser writes no misspellings"


@pytest.mark.parametrize("word", "horde lama stallon3 skulk sheet bread sofa monk woodhorse cat".split())
def test_another_word_is_no_misspelling(word):
    assert corrected(word, "animal") is None


def test_a_known_name_is_not_told_as_misspelt():
    assert [r.misspelt for r in responses("racoon dogs Polar-bear", category="animals")] == [None] * 3
    assert not responses("I already said aligator", category="animals"), "spoken about"


def _by_definition(one: str, other: str) -> int:
    """Optimal string alignment by its recurrence."""
    if not one or not other:
        return len(one) + len(other)
    ways = [
        _by_definition(one[:-1], other) + 1,
        _by_definition(one, other[:-1]) + 1,
        _by_definition(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    ]
    if len(one) > 1 and len(other) > 1 and one[-2:] == other[-1] + other[-2]:
        ways.append(_by_definition(one[:-2], other[:-2]) + 1)
    return min(ways)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text("abc", max_size=5), st.text("abc", max_size=5), st.integers(0, 5))
def test_edits_against_their_definition(one, other, enough):
    assert distance(one, other, enough) == min(_by_definition(one, other), enough + 1)
