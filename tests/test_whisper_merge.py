"""Two decodings made one, and loops cut."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Span
from lalia.models.whisper.engine import RawWord
from lalia.models.whisper.loops import loops, thinned, unlooped
from lalia.models.whisper.merge import shared_by_none, union
from lalia.models.whisper.placed import Placed, in_order, text_of, wordless


def _at(text: str, *, start: float = 0.0, step: float = 0.4, length: float = 0.3) -> list[Placed]:
    """Words said at a steady pace; ``_`` leaves a place empty."""
    return [
        Placed(RawWord(f" {word}", 0, 0, 0.9), Span(start + i * step, start + i * step + length))
        for i, word in enumerate(text.split())
        if word != "_"
    ]


def _plain(words) -> str:
    return " ".join(f"{word.key}{'?' if word.unsure else ''}" for word in words)


def _believed(text: str, probability: float) -> list[Placed]:
    return [Placed(replace(word.raw, probability=probability), word.span) for word in _at(text)]


@pytest.mark.parametrize(
    ("prompted", "plain", "expected"),
    [
        # What two decodings of coughs were, words and probabilities.
        (_believed("uh um er ah", 0.01), _believed("i dont know what to do", 0.27), True),
        (_believed("uh", 0.0), [], True),
        # One word in common, and words that one decoding believes in, are speech.
        (_believed("uh no", 0.1), _believed("well no", 0.1), False),
        (_believed("audrey all forced", 0.3), _believed("montreal forest", 0.5), False),
        ([], _believed("yes", 0.6), False),
        ([], [], False),
    ],
)
def test_words_that_no_two_decodings_share_and_nobody_believes_are_none(prompted, plain, expected):
    assert shared_by_none(prompted, plain) is expected
    assert shared_by_none(plain, prompted) is expected


EVERYWHERE = (Span(0.0, 60.0),)

MERGED = [
    # Both the same: nothing is in doubt.
    ("the boy runs", "the boy runs", "the boy runs"),
    # A filler only the prompted one has is what it was asked for.
    ("um the _ boy", "_ the _ boy", "um the boy"),
    # What only the prompted one heard is kept, in doubt.
    ("the boy runs home", "the boy _ _", "the boy runs? home?"),
    # A sentence the prompted one lost is taken from the other.
    ("um the boy _ _ _", "_ the boy is at home", "um the boy is? at? home?"),
    ("_ _ _ and then", "well I went and then", "well? i? went? and then"),
    # Two hearings of one sound: the prompted one's, in doubt.
    ("the bay runs", "the boy runs", "the bay? runs"),
    # Three words against one, one of which has its time to itself.
    ("the bay _ _ runs", "the boy who quickly runs", "the bay? who? quickly? runs"),
    # A filler where the other heard a word.
    ("the um runs", "the boy runs", "the um? runs"),
    # People repeat themselves: the one more that a decoding heard is kept.
    ("the the the boy", "_ _ the boy", "the? the? the boy"),
    ("", "the boy", "the? boy?"),
    ("the boy", "", "the? boy?"),
    ("", "", ""),
]


@pytest.mark.parametrize(("prompted", "plain", "expected"), MERGED)
def test_what_either_heard_is_kept_once(prompted, plain, expected):
    words, left_out = union(_at(prompted), _at(plain), EVERYWHERE)
    assert _plain(words) == expected
    assert left_out == 0


def test_a_word_of_one_decoding_in_silence_is_left_out_and_counted():
    speech = (Span(0.0, 0.8),)
    words, left_out = union(_at("the boy thank you"), _at("the boy"), speech)
    assert (_plain(words), left_out) == ("the boy", 2)
    both, none = union(_at("the boy so"), _at("the boy so"), speech)
    assert (_plain(both), none) == ("the boy so", 0), "two hearings outweigh the detector"


def _believed(word: str, start: float, end: float, probability: float) -> Placed:
    return Placed(RawWord(f" {word}", 0, 0, probability), Span(start, end))


def test_a_word_the_engine_hardly_believed_gives_way():
    """Seen in synthetic speech: "washing the dishes and" became "washing And", over the time of all of it."""
    start, end = _believed("washing", 4.2, 4.4, 0.9), _believed("water", 5.7, 5.9, 0.9)
    prompted = [start, _believed("And", 4.6, 5.6, 0.03), end]
    plain = [start, _believed("the", 4.6, 4.8, 0.6), _believed("dishes", 4.8, 5.1, 0.9),
             _believed("and", 5.1, 5.6, 0.8), end]  # fmt: skip
    words, _ = union(prompted, plain, EVERYWHERE)
    assert _plain(words) == "washing the? dishes? and water"


def test_of_two_hearings_the_far_more_probable_is_taken():
    prompted, plain = [_believed("bay", 1.0, 1.3, 0.2)], [_believed("boy", 1.0, 1.3, 0.9)]
    assert _plain(union(prompted, plain, EVERYWHERE)[0]) == "boy?"
    assert _plain(union(plain, prompted, EVERYWHERE)[0]) == "boy?"


def test_an_improbable_word_of_one_decoding_is_left_out_and_counted():
    words, left_out = union([_believed("uh", 1.0, 1.3, 0.001)], [], EVERYWHERE)
    assert (words, left_out) == ([], 1)
    both, none = union([_believed("uh", 1.0, 1.3, 0.001)], [_believed("uh", 1.0, 1.3, 0.001)], EVERYWHERE)
    assert ([word.key for word in both], none) == (["uh"], 0)


def test_the_same_word_far_away_is_another_word():
    words, _ = union(_at("go"), _at("go", start=10.0), EVERYWHERE)
    assert _plain(words) == "go? go?"


words_of = st.lists(
    st.tuples(st.sampled_from("um uh the boy runs home".split()), st.floats(0, 20), st.floats(0.02, 1.5)), max_size=15
).map(lambda found: in_order([Placed(RawWord(f" {w}", 0, 0, 0.5), Span(at, at + n)) for w, at, n in found], 0.02))


@given(words_of, words_of)
@settings(max_examples=150, deadline=None)
def test_merging_keeps_order_and_invents_nothing(prompted, plain):
    merged, left_out = union(prompted, plain, EVERYWHERE)
    assert left_out == 0
    assert all(one.span.end <= other.span.start + 1e-9 for one, other in itertools.pairwise(merged))
    assert len(prompted) <= len(merged) <= len(prompted) + len(plain)
    for key in {word.key for word in merged}:
        count = [sum(word.key == key for word in words) for words in (merged, prompted, plain)]
        assert count[1] <= count[0] <= count[1] + count[2]
    same, _ = union(prompted, prompted, EVERYWHERE)
    assert [word.raw for word in same] == [word.raw for word in prompted]


@given(words_of)
@settings(max_examples=100, deadline=None)
def test_cutting_loops_ends_and_takes_nothing_but_repeats(words):
    cut = unlooped(words * 7, None, EVERYWHERE)
    assert {word.key for word in cut} == {word.key for word in words}
    assert unlooped(words[:2], None, EVERYWHERE) == words[:2]


LOOPS = [
    ("uh " * 40, True),
    ("I don't know. " * 6, True),
    ("so we went to the shop and bought some bread and then we came home again", False),
    ("no no no no that is mine", False),
    ("the the the boy", False),
    ("one two one two one two one two one two", True),
    ("I think that it is cold. " * 3, True),
    ("I think that it is cold. " * 2, False),
    ("", False),
]


@pytest.mark.parametrize(("text", "looped"), LOOPS)
def test_loops_are_told_from_people(text, looped):
    assert loops(text) is looped


def test_a_loop_is_cut_where_the_other_heard_something_else():
    looped, other = _at("so uh uh uh uh uh uh uh bye"), _at("so the boy is at home again now bye")
    assert _plain(unlooped(looped, other, EVERYWHERE)) == "so uh bye"
    assert _plain(unlooped(looped, None, EVERYWHERE)) == "so uh? uh? uh? uh? uh? uh? uh? bye", "a person can do that"
    assert _plain(unlooped(looped, None, (Span(0.0, 0.5),))) == "so uh bye", "but not where nobody speaks"


def test_a_loop_that_varies_is_thinned():
    rounds = ["going to have a lot of time", "going to have a lot of time before this is"]
    words = _at(" ".join(rounds[i % 2] for i in range(20)))
    assert loops(text_of(words))
    cut = thinned(unlooped(words, None, EVERYWHERE))
    assert not loops(text_of(cut))
    assert {word.key for word in cut} == {word.key for word in words}
    assert thinned(_at("the boy is on a stool")) == _at("the boy is on a stool")


def test_speech_without_words_is_found():
    speech = (Span(0.0, 2.0), Span(5.0, 12.0))
    assert wordless(_at("a b c d"), speech, 1.0) == [Span(5.0, 12.0)]
    (gap,) = wordless(_at("a b c d") + _at("e", start=8.0), speech, 3.0)
    assert gap == pytest.approx((8.8, 12.0))
    assert wordless(_at("a b c d"), (), 1.0) == []


def test_text_is_put_together_as_the_engine_wrote_it():
    assert text_of(_at("um the boy")) == " um the boy"
