"""Pauses, rates and turns: planted exactly, from voice activity, from words, and from both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Kind, Measured, Missing, Reason, Span, TimeSource, Transcript, Utterance, Word
from lalia.features import FEATURES, Views, evaluate
from lalia.features.views.spans import overlap, seconds, union, without
from lalia.tests.synthesis import bursts, sample_of

TIMING = [name for name, found in FEATURES.items() if found.spec.family == "timing"]


def value(results, name):
    found = results[name]
    assert isinstance(found, Measured), (name, str(found))
    return found.value


def said(*utterances, verbatim=True, source=TimeSource.GIVEN):
    """A transcript of (speaker, [(text, start, end), ...]) with one-speaker codes PAR and INV."""
    made = []
    for speaker, words in utterances:
        kinds = [Kind.FILLER if text in {"um", "uh"} else Kind.WORD for text, *_ in words]
        timed = [
            Word(text=text, kind=kind, start=start, end=end, times=source if start is not None else None)
            for (text, start, end), kind in zip(words, kinds, strict=True)
        ]
        made.append(Utterance(speaker=speaker, words=tuple(timed)))
    return Transcript(source="chat", language="en", verbatim=verbatim, utterances=tuple(made))


spans_lists = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=8).map(
    lambda pairs: [Span(float(start), float(start + length)) for start, length in pairs]
)


@given(one=spans_lists, other=spans_lists)
def test_span_arithmetic_is_that_of_sets(one, other):
    def cells(spans):
        return {cell for start, end in spans for cell in range(int(start), int(end))}

    assert cells(union(one, other)) == cells(one) | cells(other)
    assert cells(overlap(one, other)) == cells(one) & cells(other)
    assert cells(without(one, other)) == cells(one) - cells(other)
    for spans in (union(one, other), overlap(one, other), without(one, other)):
        assert seconds(spans) == len(cells(spans))
        assert list(spans) == sorted(spans)


def test_short_pauses_are_counted_beside_the_others():
    samples, spans = bursts([3.0, 2.0, 2.0, 1.0], [0.14, 0.2, 0.5])
    found = evaluate(sample_of(samples, speech=spans), TIMING)
    # Of 0.14, 0.2 and 0.5 s two are of 150 ms or more, one of 250 ms.
    assert (value(found, "timing.pause_count_150"), value(found, "timing.pause_count")) == (2, 1)
    assert value(found, "timing.pause_total_150") == pytest.approx(0.7)
    assert value(found, "timing.pause_mean_150") == pytest.approx(0.35)
    assert value(found, "timing.pause_rate_150") == pytest.approx(60 * 2 / 8.84)
    assert value(found, "timing.pause_proportion_150") == pytest.approx(0.7 / 8.84)


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.integers(30, 300), min_size=2, max_size=8),
    gaps=st.lists(st.integers(1, 200), min_size=7, max_size=7),
)
def test_planted_pauses_are_found(lengths, gaps):
    gaps = gaps[: len(lengths) - 1]
    clock, spans = 100, []
    for length, gap in zip(lengths, [*gaps, 0], strict=True):
        spans.append(Span(clock / 100, (clock + length) / 100))
        clock += length + gap
    sample = sample_of(np.zeros(clock * 80), 8_000, speech=tuple(spans))
    views = Views(sample)
    planted = [gap / 100 for gap in gaps if gap >= 25]
    assert [end - start for start, end in views["pauses"]] == pytest.approx(planted, abs=1e-9)
    runs = views["runs"]
    assert len(runs) == len(planted) + 1
    whole = spans[-1].end - spans[0].start
    assert sum(run.end - run.start + run.pause for run in runs) == pytest.approx(whole, abs=1e-9)
    results = evaluate(sample, [n for n in TIMING if n != "timing.articulation_rate_acoustic"])
    if sum(lengths) >= 500:
        assert value(results, "timing.pause_count") == len(planted)
        assert value(results, "timing.pause_total") == pytest.approx(sum(planted), abs=1e-9)
        assert value(results, "timing.phonation_time") == pytest.approx(whole - sum(planted), abs=1e-9)
    else:
        assert results["timing.pause_count"].reason is Reason.TOO_SHORT


WORDS = [
    ("I", 1.0, 1.5),
    ("um", 1.6, 2.0),
    ("saw", 3.0, 3.5),
    ("dogs", 3.6, 4.5),
    ("there", 6.0, 8.5),
    ("now", 8.6, 9.5),
]


def test_words_alone():
    sample = sample_of(np.zeros(0), transcript=said(("PAR", WORDS[:4]), ("PAR", WORDS[4:])))
    sample = type(sample)(recording=sample.recording, transcript=sample.transcript)
    results = evaluate(sample, TIMING)
    # Pauses 2.0-3.0 and 4.5-6.0; talk from 1.0 to 9.5.
    expected = {
        "speech_duration": 8.5, "phonation_time": 6.0, "pause_count": 2, "pause_max": 1.5, "long_pause_count": 2,
        "verbal_rate": 5 / 8.5, "pause_word_ratio": 2 / 5, "run_length_max": 2, "run_length_mean": 5 / 3,
        "within_utterance_pause_share": 0.5, "filled_pause_rate": 60 / 8.5, "filled_pause_mean": 0.4,
        "hesitation_ratio": 2.9 / 8.5,
    }  # fmt: skip
    for name, expect in expected.items():
        assert value(results, f"timing.{name}") == pytest.approx(expect, abs=1e-9), name
    assert results["timing.recording_duration"].reason is Reason.NO_AUDIO
    assert results["timing.turn_count"].reason is Reason.NO_SECOND_SPEAKER


def test_voice_activity_fills_what_words_leave_out():
    activity = (Span(1.0, 2.0), Span(2.2, 4.5), Span(6.0, 9.5))
    sample = sample_of(np.zeros(80_000), 8_000, activity, said(("PAR", WORDS)))
    assert [tuple(p) for p in Views(sample)["pauses"]] == [(4.5, 6.0)]


def test_recognisers_words_do_not_hide_a_pause():
    # The recogniser has stretched "saw" over the silence before it, and "there" was too soft for voice activity.
    stretched = [("I", 1.0, 1.5), ("saw", 1.5, 3.5), ("dogs", 3.5, 4.5), ("there", 6.0, 7.0), ("now", 8.0, 10.0)]
    activity = (Span(1.0, 1.5), Span(3.0, 4.5), Span(8.0, 9.5))
    heard = Views(sample_of(np.zeros(96_000), 8_000, activity, said(("PAR", stretched), source=TimeSource.ENGINE)))
    assert [tuple(p) for p in heard["pauses"]] == [(1.5, 3.0), (4.5, 6.0), (7.0, 8.0)]
    assert heard["timeline"].stretches == (Span(1.0, 9.5),)
    given_times = Views(sample_of(np.zeros(96_000), 8_000, activity, said(("PAR", stretched))))
    assert [tuple(p) for p in given_times["pauses"]] == [(4.5, 6.0), (7.0, 8.0)]


def test_voice_of_an_interviewer_alone_is_not_the_participants():
    activity = (Span(1.0, 4.0),)
    sample = sample_of(np.zeros(80_000), 8_000, activity, said(("INV", [("well", 1.0, 2.0), ("so", 2.5, 4.0)])))
    assert sample.transcript.participant == "PAR"
    assert isinstance(Views(sample)["timeline"], Missing)
    assert isinstance(evaluate(sample, TIMING)["timing.speech_duration"], Missing)


def test_interviewers_turns_are_not_pauses():
    talk = said(
        ("INV", [("well", 0.0, 1.0)]),
        ("PAR", [("I", 1.5, 3.0), ("went", 3.5, 5.0)]),
        ("INV", [("and", 6.0, 7.0)]),
        ("PAR", [("home", 6.8, 9.0)]),
    )
    activity = (Span(0.0, 1.0), Span(1.5, 3.0), Span(3.5, 5.0), Span(6.0, 9.0))
    sample = sample_of(np.zeros(80_000), 8_000, activity, talk)
    results, views = evaluate(sample, TIMING), Views(sample)
    assert [tuple(p) for p in views["pauses"]] == [(3.0, 3.5)]
    assert seconds(views["heard"]) == pytest.approx(1.5 + 1.5 + 2.0, abs=1e-9)
    expected = {
        "speech_duration": 3.5 + 2.2, "response_latency_mean": (0.5 - 0.2) / 2, "turn_count": 2,
        "turn_length_mean": 1.5, "overlap_share": 0.2 / 5.2, "participant_share": 5.2 / 7.2,
    }  # fmt: skip
    for name, expect in expected.items():
        assert value(results, f"timing.{name}") == pytest.approx(expect, abs=1e-9), name


def test_utterance_times_with_voice_activity():
    untimed = (Word(text="so"), Word(text="there"))
    talk = Transcript(
        source="chat",
        utterances=(
            Utterance(speaker="PAR", words=untimed, start=0.0, end=6.0),
            Utterance(speaker="INV", words=untimed, start=7.0, end=8.0),
        ),
    )
    activity = (Span(0.5, 3.0), Span(3.5, 6.0), Span(7.0, 8.0))
    views = Views(sample_of(np.zeros(80_000), 8_000, activity, talk))
    assert [tuple(p) for p in views["pauses"]] == [(3.0, 3.5)]
    assert seconds(views["speech"]) == 5.0
    assert views["word_times"] == Missing(Reason.NO_WORD_TIMES)
    alone = Views(type(views["sample"])(recording=views["sample"].recording, transcript=talk))
    assert alone["pauses"].reason is Reason.NO_WORD_TIMES


def test_no_times_at_all():
    words = [("so", None, None), ("there", None, None)]
    one = sample_of(np.zeros(80_000), 8_000, (Span(0.0, 6.0), Span(7.0, 9.0)), said(("PAR", words)))
    results = evaluate(one, TIMING)
    assert value(results, "timing.pause_count") == 1
    assert value(results, "timing.verbal_rate") == pytest.approx(2 / 9, abs=1e-12)
    assert results["timing.verbal_rate"].ci_low is None
    assert results["timing.run_length_mean"].reason is Reason.NO_WORD_TIMES
    two = sample_of(np.zeros(80_000), 8_000, (Span(0.0, 6.0),), said(("PAR", words), ("INV", words)))
    assert evaluate(two, ["timing.pause_count"])["timing.pause_count"].reason is Reason.NO_WORD_TIMES


def test_counted_syllables():
    # Sixty syllables, three a second, each rising and falling by much more than 2 dB, in five phrases.
    rate = 16_000
    samples, spans = bursts([4.0] * 5, [0.5] * 4, rate)
    time = np.arange(4 * rate) / rate
    shape = 0.05 + np.sin(np.pi * 3 * time) ** 2
    for start, _ in spans:
        first = round(start * rate)
        samples[first : first + 4 * rate] *= shape
    rate_found = evaluate(sample_of(samples, rate, spans), TIMING)["timing.articulation_rate_acoustic"]
    assert rate_found.value == pytest.approx(3, abs=0.05)


def test_quality_of_the_transcript():
    words = (Word(text="a", probability=0.4), Word(text="b", probability=0.8, start=0.0, end=0.1))
    names = [n for n in FEATURES if n.startswith("quality.") and FEATURES[n].function.__module__.endswith("transcript")]
    talk = Transcript(source="whisper", utterances=(Utterance(speaker="PAR", words=words),))
    sample = sample_of(np.zeros(8_000), 8_000, (), talk)
    results = evaluate(sample, names)
    assert {n: results[n].value for n in names} == pytest.approx(
        {
            "quality.transcript_confidence": 0.6,
            "quality.low_confidence_share": 0.5,
            "quality.words_timed_share": 0.5,
            "quality.speaker_count": 1,
        }
    )
    given_transcript = evaluate(sample_of(np.zeros(8_000), 8_000, (), said(("PAR", WORDS))), names)
    assert given_transcript["quality.transcript_confidence"].reason is Reason.UNDEFINED


def test_no_speech_at_all_is_too_short_and_not_a_failure():
    silent = sample_of(np.zeros(96_000), speech=(), transcript=said(("PAR", [])))
    for name, found in evaluate(silent, TIMING).items():
        assert isinstance(found, Measured) or found.reason is not Reason.VIEW_FAILED, (name, found)
