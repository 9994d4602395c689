"""Edges, snapping and settling: whatever was found, words keep their order and their room."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import (
    Audio,
    Kind,
    Phone,
    Span,
    TimeSource,
    Transcript,
    Utterance,
    Word,
)
from lalia.models.aligners import Aligned, Token
from lalia.pipeline.edges import CLEAR, IN, NOISY_IN, fitted, inward, moved
from lalia.pipeline.settle import settled
from lalia.pipeline.snap import in_order, snapped
from lalia.tests.aligned import check, words_of

ROOT = Path(__file__).resolve().parents[1]
RATE = 16_000

spans = st.lists(st.floats(0, 20), min_size=2, max_size=24, unique=True).map(
    lambda times: tuple(Span(a, b) for a, b in zip(sorted(times)[::2], sorted(times)[1::2], strict=False))
)


@given(speech=spans, seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_edges_stay_in_order_and_phones_fill_words(speech, seed):
    random = np.random.default_rng(seed)
    times = np.sort(random.uniform(0, 20, 16)).tolist()
    words = [Aligned(a, b, fitted((Phone(text="A", start=a, end=b),) * 2, a, b), 0.5)
             for a, b in zip(times[::2], times[1::2], strict=True)]  # fmt: skip
    found = moved(words, speech)
    assert all(one.end <= other.start + 1e-9 for one, other in itertools.pairwise(found))
    for word in found:
        assert word.start <= word.end
        assert (word.phones[0].start, word.phones[-1].end) == (word.start, word.end)
        assert all(phone.start <= phone.end for phone in word.phones)


@pytest.mark.parametrize(("above", "within"), [(CLEAR + 3, IN), (CLEAR - 3, NOISY_IN)])
def test_in_noise_words_keep_their_soft_edges(above, within):
    """Speech that many decibels above the noise; an edge of voice activity 0.1 s inside a word."""
    noise = np.random.default_rng(0).normal(size=4 * RATE).astype(np.float32) * 1e-3
    noise[RATE : 2 * RATE] *= 10 ** (above / 20)
    noise[3 * RATE :] *= 10 ** (above / 20)
    audio = Audio(samples=noise, rate=RATE, sha256="0" * 64, speech=(Span(1.0, 2.0), Span(3.0, 4.0)))
    assert inward(audio) == within
    (word,) = moved([Aligned(0.9, 2.1, (Phone(text="A", start=0.9, end=2.1),), 0.9)], audio.speech, within)
    assert (word.start, word.end) == ((1.0, 2.0) if within == IN else (0.9, 2.1))


def test_without_a_gap_nothing_tells_the_noise():
    audio = Audio(samples=np.ones(RATE, np.float32), rate=RATE, sha256="0" * 64, speech=(Span(0.1, 0.9),))
    assert inward(audio) == IN


@given(given_spans=st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1)), min_size=1, max_size=8),
       low=st.floats(0, 10), length=st.floats(0, 5))  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_words_pushed_apart_fit_their_room(given_spans, low, length):
    room = Span(low, low + length)
    found = in_order([Span(a, a + b) for a, b in given_spans], room)
    assert all(room.start - 1e-9 <= s.start <= s.end <= room.end + 1e-9 for s in found)
    assert all(one.end <= other.start + 1e-9 for one, other in itertools.pairwise(found))


def test_a_word_out_of_its_room_keeps_half_its_length():
    assert in_order([Span(0.0, 0.4), Span(5.0, 5.2)], Span(1.0, 2.0)) == [Span(1.0, 1.2), Span(1.9, 2.0)]
    tight = in_order([Span(0.0, 0.4), Span(0.4, 0.8)], Span(1.0, 1.1))  # 50 ms each is all there is
    assert [span.end - span.start for span in tight] == pytest.approx([0.05, 0.05])


def _between_believed(found: Aligned, recognised: Span) -> Word:
    """The middle of three words, after the outer two were found where they were recognised."""
    times = [Span(1.0, 1.4), recognised, Span(3.0, 3.4)]
    words = tuple(Word(text=f"w{n}", start=t.start, end=t.end, times=TimeSource.ENGINE) for n, t in enumerate(times))
    transcript = Transcript(source="x", utterances=(Utterance(speaker="PAR", words=words),))
    outer = {(0, n): Aligned(times[n].start, times[n].end, (), 0.9) for n in (0, 2)}
    return words_of(settled(transcript, _SILENCE, {**outer, (0, 1): found}))[1]


def test_a_recognised_time_among_other_words_does_not_overrule_the_sound():
    """The recogniser has it where the word after it is said: it was found in the room between, and that stands."""
    word = _between_believed(Aligned(1.5, 1.8, (), 0.6), Span(2.98, 3.3))
    assert (word.start, word.end, word.times) == (1.5, 1.8, TimeSource.ALIGNED)
    # Were its own time free, it would be kept: 0.9 s away the aligner is rarely right.
    free = _between_believed(Aligned(1.5, 1.8, (), 0.6), Span(2.4, 2.7))
    assert free.times is TimeSource.SNAPPED
    assert free.start == pytest.approx(2.4, abs=0.15)


def _settled(*utterances: tuple[tuple[float, float, Aligned | None], ...]) -> list[Word]:
    """Words recognised at some time and found at another, after all is settled."""
    texts = tuple(
        Utterance(
            speaker="PAR",
            words=tuple(Word(text="w", start=start, end=end, times=TimeSource.ENGINE) for start, end, _ in words),
        )
        for words in utterances
    )
    found = {(n, at): word[2] for n, words in enumerate(utterances) for at, word in enumerate(words) if word[2]}
    transcript = Transcript(source="x", utterances=texts)
    result = settled(transcript, _SILENCE, found)
    check(transcript, result, _SILENCE)
    return words_of(result)


def test_what_is_not_believed_leaves_the_others_their_room():
    """The next utterance's first word was found seconds away, and is not believed there."""
    words = _settled(
        ((1.0, 1.4, Aligned(1.0, 1.4, (), 0.9)), (5.0, 5.4, Aligned(1.5, 1.8, (), 0.01))),
        ((6.0, 6.4, Aligned(2.0, 2.3, (), 0.01)),),
    )
    assert [word.times for word in words] == [TimeSource.ALIGNED, TimeSource.SNAPPED, TimeSource.SNAPPED]
    assert words[1].start == pytest.approx(5.0, abs=0.15)
    assert words[2].start == pytest.approx(6.0, abs=0.15)


def test_a_later_word_not_settled_yet_bounds_none():
    (_, second, third, _) = _settled(
        (
            (1.0, 1.4, Aligned(1.1, 2.0, (), 0.97)),
            (1.42, 1.7, Aligned(2.3, 2.6, (), 0.6)),
            (1.7, 2.0, Aligned(2.8, 3.1, (), 0.6)),
            (5.0, 5.4, Aligned(5.0, 5.4, (), 0.9)),
        )
    )
    assert [(word.start, word.times) for word in (second, third)] == [
        (2.3, TimeSource.ALIGNED),
        (2.8, TimeSource.ALIGNED),
    ]


def test_two_witnesses_believe_a_word_that_one_would_not():
    word = _between_believed(Aligned(1.5, 1.8, (), 0.01), Span(1.52, 1.82))
    assert word.times is TimeSource.ALIGNED


@given(speech=spans, seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_snapped_words_keep_their_order(speech, seed):
    random = np.random.default_rng(seed)
    audio = Audio(samples=random.normal(0, 0.1, 20 * RATE).astype(np.float32), rate=RATE, speech=speech)
    times = np.sort(random.uniform(0, 20, 10)).tolist()
    found = snapped(audio, [Span(a, b) for a, b in zip(times[::2], times[1::2], strict=True)], Span(0.0, 20.0))
    assert len(found) == 5
    assert all(one.end <= other.start + 1e-9 for one, other in itertools.pairwise(found))


def test_a_snapped_edge_is_the_edge_of_sound():
    signal = np.random.default_rng(0).normal(0, 1e-4, 3 * RATE).astype(np.float32)
    signal[RATE : 2 * RATE] += 0.3 * np.sin(2 * np.pi * 150 * np.arange(RATE) / RATE).astype(np.float32)
    audio = Audio(samples=signal, rate=RATE, speech=(Span(1.0, 2.0),))
    assert snapped(audio, [Span(1.08, 1.93)], Span(0.0, 3.0)) == [Span(1.0, 2.0)]


@st.composite
def results(draw):
    """A transcript with words of every source, and what an aligner might have found: any times, in any place."""
    sources = draw(st.lists(st.sampled_from([None, TimeSource.ENGINE, TimeSource.GIVEN]), min_size=1, max_size=10))
    clock, words, found = 0.0, [], {}
    for number, source in enumerate(sources):
        start = clock + draw(st.floats(0, 0.5))
        end = start + draw(st.floats(0.05, 0.6))
        times = {} if source is None else {"start": start, "end": end, "times": source}
        words.append(Word(text=f"w{number}", **times))
        clock = end
    at = 0.0
    for number in range(len(sources)):
        at += draw(st.floats(0, 1))
        end = at + draw(st.floats(0.06, 0.6))
        if draw(st.booleans()):
            phones = fitted((Phone(text="A", start=at, end=end), Phone(text="B", start=at, end=end)), at, end)
            found[0, number] = Aligned(at, end, phones, draw(st.floats(0, 1)))
        at = end
    return Transcript(source="x", utterances=(Utterance(speaker="PAR", words=tuple(words)),)), found


_SILENCE = Audio(samples=np.zeros(30 * RATE, np.float32), rate=RATE, speech=())


@given(case=results())
@settings(max_examples=80, deadline=None)
def test_whatever_was_found_the_words_stay_and_times_are_in_order(case):
    transcript, found = case
    result = settled(transcript, _SILENCE, found)
    check(transcript, result, _SILENCE)
    for one, two in zip(words_of(transcript), words_of(result), strict=True):
        if one.times is TimeSource.GIVEN:
            assert (one.start, one.end) == (two.start, two.end)
        if one.times is TimeSource.ENGINE:
            assert two.start is not None
    assert len(result.notes) == len(transcript.notes) + 1


def test_a_token_of_a_fragment_knows_the_word_after_it():
    from lalia.pipeline.stretches import tokens

    words = (Word(text="mont", kind=Kind.FRAGMENT), Word(text="uh", kind=Kind.FILLER), Word(text="montreal"))
    found = [token for _, token in tokens(Utterance(speaker="PAR", words=words))]
    assert found[0] == Token("mont", Kind.FRAGMENT, "montreal")
