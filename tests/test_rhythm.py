"""Rhythm: intervals of sounds, syllables from sounds, and trains of syllables."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import Kind, Measured, Missing, Phone, Reason, Sample, Span, Transcript, Utterance, Word
from lalia.features import Views, evaluate
from lalia.tests.synthesis import harmonic, sample_of
from lalia.tests.test_battery import RECORDING

RATE = 16_000
NAMES = ("articulation.npvi_vocalic", "articulation.percent_v", "articulation.delta_c")


def _said(sounds, gaps=None, kind=Kind.WORD):
    """One word a pair of sounds: (symbol, seconds), one after the other, `gaps` seconds after some words."""
    words, clock = [], 0.0
    for place in range(0, len(sounds), 2):
        phones = []
        for text, seconds in sounds[place : place + 2]:
            phones.append(Phone(text=text, start=clock, end=clock + seconds))
            clock += seconds
        words.append(Word(text="ta", kind=kind, start=phones[0].start, end=clock, phones=tuple(phones)))
        clock += (gaps or {}).get(place // 2, 0.0)
    return Transcript(source="text", language="en", utterances=(Utterance(speaker="PAR", words=tuple(words)),))


def _sample(said):
    return Sample(recording=RECORDING, transcript=said)


def test_published_formulas_on_drawn_lengths():
    rng = np.random.default_rng(2)
    consonants, vowels = rng.uniform(0.04, 0.2, 40), rng.uniform(0.05, 0.3, 40)
    sounds = [pair for c, v in zip(consonants, vowels, strict=True) for pair in (("T", c), ("AA1", v))]
    found = evaluate(_sample(_said(sounds)), NAMES)
    pairs = np.abs(np.diff(vowels)) / ((vowels[1:] + vowels[:-1]) / 2)
    assert found[NAMES[0]].value == pytest.approx(100 * pairs.mean(), rel=1e-9)
    assert found[NAMES[1]].value == pytest.approx(vowels.sum() / (vowels.sum() + consonants.sum()), rel=1e-9)
    assert found[NAMES[2]].value == pytest.approx(np.std(consonants, ddof=1), rel=1e-9)


def test_neighbouring_sounds_are_one_interval_and_silence_parts_them():
    sounds = [("S", 0.1), ("T", 0.1), ("AA", 0.2), ("IY", 0.1), ("W", 0.1), ("AH0", 0.1), ("AH", 0.1), ("N", 0.1)]
    found = Views(_sample(_said(sounds, gaps={2: 0.3})))["sound_intervals"]
    assert [(interval.vocalic, interval.run) for interval in found] == [
        (False, 0), (True, 0), (False, 0), (True, 0), (True, 1), (False, 1),
    ]  # fmt: skip
    assert [round(interval.seconds, 6) for interval in found] == [0.2, 0.3, 0.1, 0.1, 0.1, 0.1]


def test_pairs_do_not_cross_silences():
    # Short and long vowels alternate only across pauses: within a stretch all are alike.
    sounds = [("T", 0.1), ("AA", 0.1)] * 12 + [("T", 0.1), ("AA", 0.3)] * 12
    found = evaluate(_sample(_said(sounds, gaps={11: 0.5})), NAMES)
    assert found[NAMES[0]].value == pytest.approx(0.0, abs=1e-9)


def test_few_or_no_sounds_have_a_reason():
    few = evaluate(_sample(_said([("T", 0.1), ("AA", 0.1)] * 5)), NAMES)
    none = evaluate(_sample(_said([("T", 0.1), ("AA", 0.1)] * 40).model_copy(update={"utterances": ()})), NAMES)
    assert all(isinstance(r, Missing) and r.reason is Reason.TOO_SHORT for r in few.values())
    assert all(isinstance(r, Missing) and r.reason is Reason.NO_WORD_TIMES for r in none.values())


def test_syllables_are_the_vowels_of_aligned_words():
    said = _said([("T", 0.2), ("AA", 0.3)] * 12)
    spelt = said.utterances[0].words[0].model_copy(update={"phones": (), "text": "banana"})
    words = (spelt, *said.utterances[0].words[1:])
    mixed = said.model_copy(update={"utterances": (said.utterances[0].model_copy(update={"words": words}),)})
    # One vowel in each of 12 words; in the second transcript the first word has three by its spelling.
    assert Views(_sample(said))["syllables_said"] == 12
    assert Views(_sample(mixed))["syllables_said"] == 14


def _train(intervals, length=0.08):
    """Vowels of `length` seconds beginning after each interval, in faint noise."""
    starts = 0.3 + np.concatenate([[0.0], np.cumsum(intervals)])
    total = np.random.default_rng(0).normal(0, 1e-4, round((starts[-1] + 0.6) * RATE))
    vowel = harmonic(120.0, length) * np.sin(np.pi * np.arange(round(length * RATE)) / (length * RATE))
    for start in starts:
        first = round(start * RATE)
        total[first : first + len(vowel)] += vowel
    return sample_of(total, speech=(Span(0.25, starts[-1] + 0.2),), task="ddk")


DDK = ("articulation.ddk_rate", "articulation.ddk_regularity")


@pytest.mark.parametrize("rate", [3.0, 5.0, 7.0])
def test_rate_of_an_even_train(rate):
    found = evaluate(_train(np.full(20, 1 / rate)), DDK)
    assert found[DDK[0]].value == pytest.approx(rate, rel=0.01)
    # Peaks are placed to about a millisecond.
    assert found[DDK[1]].value < 0.03
    assert found[DDK[0]].n == 20


@pytest.mark.parametrize("spread", [0.1, 0.2])
def test_regularity_of_an_uneven_train(spread):
    intervals = 0.22 * (1 + spread * np.random.default_rng(4).uniform(-(3**0.5), 3**0.5, 30))
    found = evaluate(_train(intervals), DDK)
    assert found[DDK[1]].value == pytest.approx(intervals.std(ddof=1) / intervals.mean(), abs=0.015)
    assert found[DDK[0]].value == pytest.approx(1 / intervals.mean(), rel=0.01)


def test_a_breath_is_no_interval():
    even = np.full(20, 0.2)
    even[10] = 0.9
    found = evaluate(_train(even), DDK)
    assert found[DDK[0]].value == pytest.approx(5.0, rel=0.01)
    assert found[DDK[0]].n == 19


def test_short_trains_and_other_tasks_have_a_reason():
    found = evaluate(_train(np.full(4, 0.2)), DDK)
    assert all(isinstance(r, Missing) and r.reason is Reason.TOO_SHORT for r in found.values())
    talk = sample_of(_train(np.full(20, 0.2)).audio.samples)
    assert all(r.reason is Reason.WRONG_TASK for r in evaluate(talk, DDK).values())
    assert isinstance(evaluate(_train(np.full(20, 0.2)), DDK)[DDK[0]], Measured)
