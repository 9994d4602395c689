"""Vowels by alignment: planted formants, rejection of errors, corner vowels, density, and movement of F2."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import Measured, Missing, Phone, Reason, Span, Transcript, Utterance, Word
from lalia.features import Views, evaluate
from lalia.features.views.vowels import Vowels
from lalia.tests.synthesis import sample_of
from scipy.signal import lfilter

RATE = 16_000
PLANTED = {
    "IY": (280.0, 2250.0, 2900.0, 3500.0, 4500.0),
    "AA": (730.0, 1090.0, 2440.0, 3500.0, 4500.0),
    "UW": (320.0, 920.0, 2240.0, 3500.0, 4500.0),
    "EH": (530.0, 1840.0, 2480.0, 3500.0, 4500.0),
    "AE": (660.0, 1720.0, 2410.0, 3500.0, 4500.0),
}
CORNER = [
    "articulation.vowel_space_area",
    "articulation.formant_centralisation_ratio",
    "articulation.vowel_articulation_index",
]


def _voice(resonances, seconds, f0=100.0, moving=None):
    """Pulses through resonators; `moving` replaces F2 by one value a sample."""
    track = f0 * (1 + 0.05 * np.sin(2 * np.pi * 1.3 * np.arange(round(seconds * RATE)) / RATE))
    signal = np.diff(np.floor(np.cumsum(track) / RATE), prepend=0.0)
    signal = lfilter([1.0], [1.0, -0.98], signal)
    for place, hz in enumerate(resonances):
        radius = np.exp(-np.pi * (50 + 0.02 * hz) / RATE)
        if place == 1 and moving is not None:
            out = np.zeros(len(signal) + 2)
            for at in range(len(signal)):
                angle = 2 * radius * np.cos(2 * np.pi * moving[at] / RATE)
                out[at + 2] = signal[at] + angle * out[at + 1] - radius**2 * out[at]
            signal = out[2:]
        else:
            signal = lfilter([1.0], [1.0, -2 * radius * np.cos(2 * np.pi * hz / RATE), radius**2], signal)
    return 0.05 * signal / signal.std()


def _spoken(order, length=0.2, gap=0.05, f0=100.0, scale=1.0):
    """Vowels of known formants in a row, a word each, with their phones."""
    parts, words, clock = [], [], 0.1
    # No two tokens of a speaker are alike: formants vary by 3 %.
    vary = np.random.default_rng(1).normal(1, 0.03, (len(order), 5)).clip(0.94, 1.06)
    parts.append(np.zeros(round(0.1 * RATE)))
    for name, part in zip(order, vary, strict=True):
        parts += [_voice(np.array(PLANTED[name]) * scale * part, length, f0), np.zeros(round(gap * RATE))]
        words.append(
            Word(
                text=name.lower(),
                start=clock,
                end=clock + length,
                phones=(Phone(text=name + "1", start=clock, end=clock + length),),
            )
        )
        clock += length + gap
    said = Transcript(source="text", language="en", utterances=(Utterance(speaker="PAR", words=tuple(words)),))
    return sample_of(np.concatenate([*parts, np.zeros(RATE // 5)]), transcript=said)


@pytest.mark.parametrize(("f0", "scale"), [(100.0, 1.0), (210.0, 1.12)])
def test_planted_vowels(f0, scale):
    found = Views(_spoken(list(PLANTED) * 5, f0=f0, scale=scale))["vowels"]
    assert isinstance(found, Vowels)
    for name, planted in PLANTED.items():
        hz = found.hz[found.of(name)]
        assert len(hz) >= 3, name
        # Linear prediction is drawn to the nearest harmonic: a third of their distance, or 2 %.
        for formant in (0, 1):
            true = planted[formant] * scale
            assert np.median(hz[:, formant]) == pytest.approx(true, abs=max(f0 / 3, 0.02 * true)), (name, formant)


def test_corner_measures_of_planted_vowels():
    found = evaluate(_spoken(["IY", "AA", "UW", "EH"] * 6), CORNER)
    (f1i, f2i), (f1a, f2a), (f1u, f2u) = (PLANTED[name][:2] for name in ("IY", "AA", "UW"))
    area = abs(f1i * (f2a - f2u) + f1a * (f2u - f2i) + f1u * (f2i - f2a)) / 2
    centralised = (f2u + f2a + f1i + f1u) / (f2i + f1a)
    for name, planted in zip(CORNER, (area, centralised, 1 / centralised), strict=True):
        assert isinstance(found[name], Measured), (name, found[name])
        assert found[name].n == 18
        # Formants err by up to 25 Hz each.
        assert found[name].value == pytest.approx(planted, rel=0.1), name
    low, high = found[CORNER[1]].ci_low, found[CORNER[1]].ci_high
    assert low <= found[CORNER[1]].value <= high


def test_too_few_corner_vowels_have_a_reason():
    for result in evaluate(_spoken(["IY", "AA", "EH"] * 4 + ["UW"] * 2), CORNER).values():
        assert isinstance(result, Missing)
        assert result.reason is Reason.TOO_SHORT
        assert "UW 2" in result.detail


def test_wrong_labels_and_silent_vowels_are_left_out():
    order = ["IY", "AA", "UW", "EH"] * 6
    sample = _spoken(order)
    words = list(sample.transcript.utterances[0].words)
    # The aligner calls one a an i, and puts one u into the silence behind the words.
    wrong = words[1].phones[0].model_copy(update={"text": "IY"})
    words[1] = words[1].model_copy(update={"phones": (wrong,)})
    end = sample.audio.duration
    words[2] = words[2].model_copy(update={"phones": (Phone(text="UW", start=end - 0.15, end=end),)})
    said = sample.transcript.model_copy(
        update={"utterances": (sample.transcript.utterances[0].model_copy(update={"words": tuple(words)}),)}
    )
    found = Views(sample_of(sample.audio.samples, transcript=said))["vowels"]
    assert found.of("IY").sum() == 6
    assert found.of("UW").sum() == 5


def test_only_the_speakers_own_voice_counts():
    sample = _spoken(["IY", "AA", "UW"] * 4)
    half = sample.audio.duration / 2
    quiet = sample_of(sample.audio.samples, speech=(Span(0.0, half),), transcript=sample.transcript)
    moved = sample.transcript.utterances[0].words
    said = sample.transcript.model_copy(
        update={
            "utterances": (
                Utterance(speaker="PAR", words=moved[:6]),
                Utterance(speaker="INV", words=moved[6:]),
            )
        }
    )
    assert len(Views(sample_of(sample.audio.samples, transcript=said))["vowels"].symbols) == 6
    assert len(Views(quiet)["vowels"].symbols) == 12


def test_narrow_band_has_no_vowels():
    sample = _spoken(["IY", "AA", "UW"] * 4)
    narrow = sample_of(sample.audio.samples[::2], 8_000, transcript=sample.transcript)
    for result in evaluate(narrow, CORNER).values():
        assert isinstance(result, Missing)
        assert "8000 Hz" in result.detail


def test_words_without_phones_have_a_reason():
    said = Transcript(
        source="text", utterances=(Utterance(speaker="PAR", words=(Word(text="a", start=0.0, end=1.0),)),)
    )
    for result in evaluate(sample_of(_voice(PLANTED["AA"], 2.0), transcript=said), [*CORNER][1:2]).values():
        assert isinstance(result, Missing)
        assert result.reason is Reason.NO_WORD_TIMES


@pytest.mark.parametrize("rate", [2.0, 6.0])
def test_planted_slope_of_f2(rate):
    name = "articulation.f2_slope"
    steps = np.zeros(round(0.2 * RATE)), np.linspace(0, 1, round(600 / rate / 1000 * RATE)), np.ones(round(0.2 * RATE))
    cycle = 1200 + 600 * np.concatenate([steps[0], steps[1], steps[2], 1 - steps[1]])
    moving = np.tile(cycle, int(np.ceil(4 * RATE / len(cycle))))[: 4 * RATE]
    found = evaluate(sample_of(_voice((500.0, 1500.0, 2600.0, 3500.0, 4500.0), 4.0, moving=moving)), [name])[name]
    assert isinstance(found, Measured), found
    # The 25 ms window rounds both ends of a transition off.
    assert found.value == pytest.approx(rate, rel=0.25)


def test_a_still_vowel_has_no_transition():
    found = evaluate(sample_of(_voice(PLANTED["EH"], 4.0)), ["articulation.f2_slope"])["articulation.f2_slope"]
    assert isinstance(found, Missing)
    assert found.reason is Reason.UNDEFINED


def test_density_grows_with_the_vowels_used():
    name = "articulation.vowel_space_density"
    narrow, wide = (
        evaluate(_spoken(order * 6), [name])[name].value for order in (["EH", "AE"], ["IY", "AA", "UW", "EH", "AE"])
    )
    assert wide > 2 * narrow


def test_equal_to_praat_on_the_whole_file():
    import parselmouth

    sample = _spoken(list(PLANTED) * 5)
    found = Views(sample)["vowels"]
    made = parselmouth.Sound(sample.audio.samples.astype(float), RATE).to_formant_burg(
        0.001, 5, found.ceiling, 0.025, 50
    )
    words = sample.transcript.utterances[0].words
    middles = [(word.start + word.end) / 2 for word in words]
    theirs = np.array([[made.get_value_at_time(k, t) for k in (1, 2)] for t in middles])
    for row in found.hz:
        # Medians of three frames 10 ms apart; the pulses beat with the frames by a few hertz.
        assert np.abs(theirs / row - 1).max(axis=1).min() < 0.02
