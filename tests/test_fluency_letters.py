"""Letter fluency: which words are names or numbers, wherever a list is cut and however it is written."""

from __future__ import annotations

import re

import pytest
from lalia.features.fluency import proper
from lalia.tests.fluency_said import measure, responses, sample_of

S_WORDS = (
    "sun sand sea sock shoe ship snake snow soup star stone street six seven sister son spoon salt sugar silver smile "
    "smoke snail soap sofa song sound space spider spring square stamp step stick storm story summer sweet swim sword "
    "sixteen smooth"
).split()


UNSAID = {"six", "seven", "sixteen"}


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8, len(S_WORDS)])
def test_words_of_a_letter_count_wherever_the_list_is_cut(length):
    lines = [" ".join(S_WORDS[at : at + length]) for at in range(0, len(S_WORDS), length)]
    found = responses("\n".join(lines), letter="s")
    assert [response.name for response in found] == S_WORDS
    assert {response.name for response in found if not response.valid} == UNSAID


@pytest.mark.parametrize(
    ("letter", "words", "intruders"),
    [
        ("f", "fish France farm Fiona fence february fox friday", "france fiona february friday"),
        ("s", "sun sarah sand spain shoe scottish soap Sainsbury's sea", "sarah spain scottish sainsbury"),
        ("s", "sun seventy-six sand six", "seventy six"),
        ("a", "apple alice ant april arm africa axe amazon", "alice april africa amazon"),
        # Names that are words too count.
        ("m", "mark may mouse march moon", ""),
        ("r", "rose robin ruby ray ring", ""),
    ],
)  # fmt: skip
def test_names_and_numbers_are_told_by_lists(letter, words, intruders):
    found = responses("\n".join(words.split()), letter=letter)
    assert len(found) == len(words.split())
    told = "".join(response.name for response in found if not response.valid)
    # How the lemma of a possessive or a number is written is the parser's affair.
    assert re.sub(r"'s|\W", "", told) == intruders.replace(" ", "")


def test_a_capital_tells_a_name_in_a_transcript_that_has_case():
    lines = "fish farm fence flower Foxley\nfun fast fit Frank full\nFurlong fork"
    assert [r.name for r in responses(lines, letter="f") if not r.valid] == ["foxley"], "frank is a word, too"
    assert all(response.valid for response in responses(lines.lower(), letter="f"))
    assert all(response.valid for response in responses(lines.title(), letter="f")), "a heading's capitals tell nothing"


def test_plurals_taken_for_names_are_repetitions():
    found = measure(sample_of("fish farm fox foxes frogs frog", task="letter_fluency", letter="f"))
    assert (found["correct_count"], found["repetition_count"]) == (4, 2)


def test_the_lists_of_names():
    assert not proper.NAMES & proper.WORDS_TOO
    assert all(name == name.lower() for name in proper.NAMES | proper.WORDS_TOO)
    everyday = (
        "sun sand sea ship star stone apple rose mark hope grace will jack china turkey march may bath nice reading"
    )
    assert not proper.NAMES & set(everyday.split())
