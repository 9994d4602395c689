"""Windows and word times: all without recognising anything."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Audio, Code, LaliaError, Span
from lalia.models.whisper import load
from lalia.models.whisper.engine import RawWord, Text, split
from lalia.models.whisper.times import NONE, Bias, place
from lalia.models.whisper.windows import LIMIT, MARGIN, Piece, Window, halves, rest, samples, windows

RATE = 1000  # samples a second of the synthetic recordings: only lengths matter


@st.composite
def speech(draw):
    """Disjoint voiced stretches in a recording of up to a few minutes."""
    steps = draw(st.lists(st.tuples(st.integers(100, 20_000), st.integers(30, 70_000)), min_size=1, max_size=15))
    spans, at = [], 0
    for pause, length in steps:
        at += pause
        spans.append(Span(at / 1000, (at + length) / 1000))
        at += length
    return tuple(spans), (at + draw(st.integers(0, 5000))) / 1000


def _audio(duration: float, spans: tuple[Span, ...] | None = None) -> Audio:
    return Audio(samples=np.zeros(round(duration * RATE), dtype=np.float32), rate=RATE, speech=spans)


@given(speech())
@settings(max_examples=100, deadline=None)
def test_every_voiced_stretch_is_heard_exactly_once(case):
    spans, duration = case
    packed = windows(_audio(duration), spans)
    heard = [span for window in packed for span in window.speech]
    assert sum(end - start for start, end in heard) == pytest.approx(sum(end - start for start, end in spans))
    cuts = {span.start for span in heard} - {span.start for span in spans}
    assert all(any(span.end - span.start > LIMIT - 2 * MARGIN and span.start < cut < span.end for span in spans)
               for cut in cuts), "only a stretch longer than a window is cut"  # fmt: skip
    pieces = [piece for window in packed for piece in window.pieces]
    for window in packed:
        assert window.duration <= LIMIT + 1e-6
        assert all(any(p.start - 1e-9 <= s.start and s.end <= p.start + p.duration + 1e-9 for p in window.pieces)
                   for s in window.speech)  # fmt: skip
    assert pieces[0].start >= 0
    assert pieces[-1].start + pieces[-1].duration <= duration + 1e-9
    for before, after in itertools.pairwise(pieces):
        assert before.start + before.duration <= after.start + 1e-9


@given(speech())
@settings(max_examples=50, deadline=None)
def test_a_window_holds_no_pause_longer_than_two_margins(case):
    spans, duration = case
    for window in windows(_audio(duration), spans):
        silent = window.duration - sum(end - start for start, end in window.speech)
        assert silent <= 2 * MARGIN * len(window.speech) + 1e-6


def test_a_long_stretch_is_cut_where_it_is_quietest():
    signal = np.ones(50 * RATE, dtype=np.float32)
    signal[22 * RATE : 22 * RATE + 40] = 0.01
    packed = windows(Audio(samples=signal, rate=RATE), (Span(0.0, 50.0),))
    assert packed[0].speech[0].end == pytest.approx(22.02, abs=0.02)  # a frame of 20 ms


def test_halves_part_at_the_longest_pause_and_keep_everything():
    spans = (Span(1, 2), Span(2.2, 3), Span(7, 8))
    (window,) = windows(_audio(10, spans), spans)
    left, right = halves(window)
    assert left.speech + right.speech == spans
    assert right.speech == (Span(7, 8),)
    assert halves(right) == (right,)


def test_the_sound_of_a_window_is_its_pieces_end_to_end():
    signal = np.arange(16_000 * 4, dtype=np.float32) / 64_000
    window = Window((Piece(0.0, 0.5, 1.0), Piece(1.0, 2.25, 0.5)), ())
    sound = samples(Audio(samples=signal, rate=16_000), window)
    np.testing.assert_array_equal(sound, np.concatenate([signal[8000:24_000], signal[36_000:44_000]]))


@given(
    st.lists(st.tuples(st.floats(-1, 12), st.floats(-1, 12)), min_size=1, max_size=40),
    st.floats(-0.3, 0.3),
)
def test_word_times_are_in_order_disjoint_and_inside(times, late):
    window = Window((Piece(0.0, 5.0, 4.0), Piece(4.0, 20.0, 6.0)), (Span(6.0, 8.0), Span(21.0, 25.0)))
    words = [RawWord(" a", start, end, 0.5) for start, end in times]
    spans = place(words, window, Bias(late, late, "test"))
    assert len(spans) == len(words)
    assert all(5.0 <= start < end <= 26.0 for start, end in spans)
    assert all(not (9.0 < point < 20.0) for span in spans for point in span), "in the silence left out"
    assert all(before.end <= after.start + 1e-9 for before, after in itertools.pairwise(spans))


def test_bias_moves_words_and_pauses_bound_them():
    window = Window((Piece(0.0, 100.0, 5.0),), (Span(100.5, 101.0), Span(102.0, 103.0)))
    words = [RawWord(" one", 0.6, 2.05, 1), RawWord(" two", 2.2, 2.6, 1)]
    (one, two) = place(words, window, Bias(0.1, 0.1, "test"))
    assert one == pytest.approx((100.5, 101.0)), "it does not go on through the pause"
    assert two == pytest.approx((102.1, 102.5))
    (lost,) = place([RawWord(" uh", 1.2, 1.22, 1)], window, NONE)
    assert window.speech[1].start <= lost.start < lost.end <= window.speech[1].end, "a word in silence moves to speech"


TOKENS = [
    # 100 and above are timestamps in steps of 0.02 s; 50 and above are no text.
    ([100, 1, 2, 150], [1, 2], 1.0, False),
    ([100, 1, 2, 150, 150, 3, 4, 200], [1, 2, 3, 4], 2.0, False),
    ([100, 1, 2, 150, 150], [1, 2], 1.0, True),
    ([100, 1, 2, 150, 150, 3, 4], [1, 2], 1.0, True),
    ([100, 1, 2], [1, 2], None, False),
    ([1, 2], [1, 2], None, False),
    ([], [], None, False),
]


@pytest.mark.parametrize(("tokens", "text", "until", "cut"), TOKENS)
def test_timestamps_say_how_far_a_decoding_got(tokens, text, until, cut):
    assert split(tokens, 50, 100) == Text(text, until, cut)


def test_the_rest_of_a_window_keeps_the_recording_s_clock():
    window = Window((Piece(0.0, 5.0, 4.0), Piece(4.0, 20.0, 6.0)), (Span(6.0, 8.0), Span(21.0, 25.0)))
    left = rest(window, 5.5)
    assert left == Window((Piece(0.0, 21.5, 4.5),), (Span(21.5, 25.0),))
    assert left.to_recording(0.5, 1.0) == Span(22.0, 22.5)
    assert rest(window, 9.5) is None
    assert rest(window, 99.0) is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("tiny.en", "kaldi"), Code.BAD_SETTING),
        (("tiny.en", "auto", "tpu"), Code.BAD_SETTING),
        (("minilm",), Code.BAD_SETTING),
        (("no-such-model",), Code.MODEL_ABSENT),
    ],
)
def test_load_refuses_what_it_cannot_do(arguments, code):
    with pytest.raises(LaliaError) as caught:
        load(*arguments)
    assert caught.value.code is code


# -- Conversion: a small random Whisper of PyTorch's is written as CTranslate2 would and read back.
