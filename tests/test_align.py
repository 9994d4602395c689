"""Word times by alignment: near exact ones, none lost, none out of place, none believed where the text is another."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from lalia.data_schemas import (
    Audio,
    Code,
    Kind,
    LaliaError,
    Settings,
    Span,
    TimeSource,
    Transcript,
    Utterance,
    Word,
)
from lalia.models import aligners, registry
from lalia.pipeline.align import align, is_aligned
from lalia.pipeline.stretches import timed
from lalia.tests.aligned import bare, check, checked, lateness, retimed, spoken, words_of

ROOT = Path(__file__).resolve().parents[1]
RATE = 16_000


@pytest.fixture(scope="module", autouse=True)
def _installed():
    if "pocketsphinx" not in {known.name for known in registry.installed()}:
        pytest.skip("the package of pocketsphinx is not installed")


def _recognised(transcript: Transcript, late: float = 0.0, seed: int = 0) -> Transcript:
    """As a recogniser would time it: late by a constant, and each edge by up to 150 ms more or less."""
    random = np.random.default_rng(seed)

    def change(word: Word) -> dict[str, object]:
        if word.start is None or word.end is None:
            return {"times": None}
        start = max(0.0, word.start + late + float(random.uniform(-0.15, 0.15)))
        return {"start": start, "end": start + max(0.05, word.end - word.start), "times": TimeSource.ENGINE}

    return retimed(transcript, change, bounds=False)


@pytest.mark.parametrize("bounds", [False, True], ids=["no times", "bounds of utterances"])
def test_a_text_without_times_gets_exact_ones(bounds):
    audio, truth = spoken()
    given_text = bare(truth, bounds=bounds)
    result = align(given_text, audio, Settings())
    check(given_text, result, audio)
    errors = lateness(truth, result)
    assert len(errors) == len([word for word in words_of(truth) if word.start is not None])
    assert np.mean(np.abs(errors) <= 0.05) >= 0.9  # of 942 words in four voices: 92 %
    assert abs(np.median(errors)) < 0.02
    assert {word.times for word in words_of(result) if word.kind is not Kind.PAUSE} == {TimeSource.ALIGNED}
    assert all(word.phones for word in words_of(result) if word.kind is not Kind.PAUSE)
    assert result.utterances[0].start == result.utterances[0].words[0].start or bounds


def test_planted_pauses_have_their_length():
    audio, truth = spoken()
    result = align(bare(truth), audio, Settings())
    for utterance in result.utterances:
        for before, pause, after in zip(utterance.words, utterance.words[1:], utterance.words[2:], strict=False):
            if pause.kind is Kind.PAUSE:
                assert after.start - before.end == pytest.approx(pause.duration, abs=0.04)  # 30 ms and a frame


def test_fillers_fragments_figures_and_unknown_words_are_timed():
    audio, truth = spoken()
    pairs = list(zip(words_of(truth), words_of(align(bare(truth), audio, Settings())), strict=True))
    for one, two in pairs:
        if one.kind in (Kind.FILLER, Kind.FRAGMENT) or one.text in ("2", "smartphonezilla"):
            # How a word broken off is said is a guess: the voice says "my" for "mi".
            assert two.start == pytest.approx(one.start, abs=0.3 if one.kind is Kind.FRAGMENT else 0.1)
    phones = {two.text: [phone.text for phone in two.phones] for _, two in pairs}
    assert phones["2"] == ["T", "UW"]
    assert phones["mi"][0] == "M"
    assert phones["um"] in (["AH", "M"], ["AA", "M"], ["ER", "M"], ["M"])


def test_recognised_times_are_made_exact():
    audio, truth = spoken()
    heard = _recognised(truth, late=0.1)
    result = align(heard, audio, Settings())
    check(heard, result, audio)
    before, after = np.abs(lateness(truth, heard)), np.abs(lateness(truth, result))
    assert np.mean(after <= 0.05) >= 0.9 > 0.5 > np.mean(before <= 0.05)
    assert any(f"{len(after)} aligned with the sound" in note for note in result.notes)


def test_a_recogniser_s_gross_errors_are_not_followed():
    """Ten words thrown 3 s off are still found where they are said, or kept and marked as not found."""
    audio, truth = spoken()
    count = itertools.count()

    def change(word: Word) -> dict[str, object]:
        if word.start is None:
            return {}
        shift = 3.0 if 10 <= next(count) < 20 else 0.0
        return {"start": word.start + shift, "end": word.end + shift, "times": TimeSource.ENGINE}

    heard = retimed(truth, change, bounds=False)
    result = align(heard, audio, Settings())
    check(heard, result, audio)
    placed = [word for word in words_of(result) if word.start is not None]
    wrong = [word for word, error in zip(placed, lateness(truth, result), strict=True) if abs(error) > 0.5]
    assert all(word.times is TimeSource.SNAPPED or word.alignment < 0.3 for word in wrong)


def test_given_times_stay_and_get_phones():
    audio, truth = spoken()
    result = align(truth, audio, Settings())
    check(truth, result, audio)
    for one, two in zip(words_of(truth), words_of(result), strict=True):
        assert (one.start, one.end, one.times) == (two.start, two.end, two.times)
    timed_words = [word for word in words_of(result) if word.start is not None]
    assert np.mean([bool(word.phones) for word in timed_words]) > 0.9
    assert is_aligned(result)
    assert not is_aligned(truth)


def test_a_word_added_between_given_times_is_found_between_them():
    audio, truth = spoken()
    utterance = truth.utterances[3]
    place = next(n for n, word in enumerate(utterance.words) if word.text == "big")
    words = list(utterance.words)
    words[place] = words[place].model_copy(update={"start": None, "end": None, "times": None})
    partly = truth.model_copy(
        update={"utterances": (*truth.utterances[:3], utterance.model_copy(update={"words": tuple(words)}))}
    )
    found = align(partly, audio, Settings()).utterances[3].words[place]
    assert found.times is TimeSource.ALIGNED
    assert found.start == pytest.approx(utterance.words[place].start, abs=0.05)


def test_another_text_is_not_believed():
    audio, _ = spoken()
    text = "seventeen purple onions argued about the parliament of owls yesterday evening while nobody was listening "
    words = tuple(Word(text=word) for word in (text * 3).split())
    other = Transcript(source="text", language="en", utterances=(Utterance(speaker="PAR", words=words),))
    result = align(other, audio, Settings())
    check(other, result, audio)
    assert sum(word.start is not None for word in words_of(result)) <= 0.2 * len(words)
    assert "without" in result.notes[0]


def test_another_text_with_recognised_times_keeps_them():
    audio, truth = spoken()
    said = iter(
        "seventeen purple onions argued about parliament of owls yesterday evening while nobody listened".split() * 9
    )
    other = _recognised(truth)
    other = other.model_copy(
        update={
            "utterances": tuple(
                u.model_copy(update={"words": tuple(w.model_copy(update={"text": next(said)}) for w in u.words)})
                for u in other.utterances
            )
        }
    )
    result = align(other, audio, Settings())
    check(other, result, audio)
    pairs = [(a, b) for a, b in zip(words_of(other), words_of(result), strict=True) if a.start is not None]
    assert all(b.start is not None for _, b in pairs)
    assert np.mean([b.times is TimeSource.SNAPPED for _, b in pairs]) > 0.5
    assert np.median([abs(a.start - b.start) for a, b in pairs if b.times is TimeSource.SNAPPED]) < 0.15


def test_telephone_speech_is_aligned():
    audio, truth = spoken()
    import soxr

    telephone = checked(soxr.resample(audio.samples, audio.rate, 8_000).astype(np.float32), 8_000)
    errors = lateness(truth, align(bare(truth), telephone, Settings()))
    assert np.mean(np.abs(errors) <= 0.1) >= 0.8


@pytest.mark.parametrize("seconds", [0.0, 0.01, 3.0])
def test_silence_gives_no_times(seconds):
    text = Transcript(source="text", utterances=(Utterance(speaker="PAR", words=(Word(text="hello"),)),))
    result = align(text, checked(np.zeros(round(seconds * RATE), np.float32)), Settings())
    assert words_of(result)[0].start is None
    assert "No word has times" in result.notes[-1]


def test_recognised_words_in_silence_are_kept():
    words = (Word(text="hello", start=0.5, end=0.9, times=TimeSource.ENGINE),)
    text = Transcript(source="whisper", language="en", utterances=(Utterance(speaker="PAR", words=words),))
    word = words_of(align(text, checked(np.zeros(2 * RATE, np.float32)), Settings()))[0]
    assert (word.text, word.times) == ("hello", TimeSource.SNAPPED)
    assert word.alignment < 0.3


def test_nothing_said_is_left_alone():
    empty = Transcript(source="none", utterances=())
    audio = checked(np.zeros(RATE, np.float32))
    assert align(empty, audio, Settings()) is empty
    noises = Transcript(
        source="chat", utterances=(Utterance(speaker="PAR", words=(Word(text="(.)", kind=Kind.PAUSE),)),)
    )
    assert align(noises, audio, Settings()) is noises


def test_one_word():
    audio, truth = spoken()
    first = next(word for word in truth.utterances[0].words)
    cut = Audio(
        samples=audio.samples[: round((first.end + 0.02) * audio.rate)], rate=audio.rate, speech=audio.speech[:1]
    )
    text = Transcript(source="text", utterances=(Utterance(speaker="PAR", words=(Word(text=first.text),)),))
    word = words_of(align(text, cut, Settings()))[0]
    assert word.start == pytest.approx(first.start, abs=0.05)


@pytest.mark.parametrize("language", ["de", "fr-CA", "cmn"])
def test_other_languages_keep_their_times_and_say_so(language):
    audio, truth = spoken()
    foreign = _recognised(truth).model_copy(update={"language": language})
    result = align(foreign, audio, Settings())
    assert result.utterances == foreign.utterances
    assert "knows only en" in result.notes[-1]
    untold = bare(truth).model_copy(update={"language": None})
    assert align(untold, audio, Settings(), language).utterances == untold.utterances


@pytest.mark.parametrize("language", ["en", "eng", "en-GB", "EN"])
def test_english_by_any_name_is_aligned(language):
    audio, truth = spoken()
    assert is_aligned(align(bare(truth).model_copy(update={"language": language}), audio, Settings()))


def test_none_changes_nothing():
    audio, truth = spoken()
    assert align(truth, audio, Settings(aligner="none")) is truth


def test_an_unknown_aligner_is_refused():
    audio, truth = spoken()
    with pytest.raises(LaliaError) as caught:
        align(truth, audio, Settings(aligner="other"))
    assert caught.value.code is Code.BAD_SETTING


def test_without_the_weights_a_note_says_so(monkeypatch):
    audio, truth = spoken()

    def absent(name: str):
        raise LaliaError("The weights must be installed", "none found", "Install them", code=Code.MODEL_ABSENT)

    monkeypatch.setattr(aligners, "load", absent)
    result = align(truth, audio, Settings())
    assert result.utterances == truth.utterances
    assert "not installed" in result.notes[-1]


def test_the_same_bits_twice():
    audio, truth = spoken()
    assert align(bare(truth), audio, Settings()) == align(bare(truth), audio, Settings())


def test_both_speakers_are_aligned():
    audio, truth = spoken()
    result = align(bare(truth), audio, Settings())
    assert {utterance.speaker for utterance in result.utterances} == {"INV", "PAR"}
    assert all(utterance.start is not None for utterance in result.utterances)


def test_overlapping_speakers_are_aligned_apart():
    one = Utterance(speaker="PAR", words=(Word(text="yes"),), start=1.0, end=6.0)
    other = Utterance(speaker="INV", words=(Word(text="no"),), start=2.0, end=3.0)
    text = Transcript(source="chat", utterances=(one, other))
    assert len(timed(text, (Span(1.0, 6.0),), 10.0)) == 2


def test_real_speech_agrees_with_another_aligner(shared):
    """MFA's own output, so an agreement: 93 % of starts within 50 ms, 98 % within 100 ms."""
    import soundfile

    folder = shared / "data" / "audio_mfa_labelled"
    if not (folder / "acoustic_corpus.wav").is_file():
        pytest.skip("audio_mfa_labelled is not present")
    lines = (folder / "acoustic_corpus.TextGrid").read_text("utf-8").splitlines()
    at = lines.index('"words"') + 3
    rows = [lines[at + 1 + 3 * n : at + 4 + 3 * n] for n in range(int(lines[at]))]
    truth = [(float(start), text.strip('"')) for start, _, text in rows if text != '""']
    signal, rate = soundfile.read(folder / "acoustic_corpus.wav", dtype="float32")
    words = tuple(Word(text=text) for _, text in truth)
    text = Transcript(source="text", language="en", utterances=(Utterance(speaker="PAR", words=words),))
    result = align(text, checked(signal, rate), Settings())
    errors = np.array([word.start - start for word, (start, _) in zip(words_of(result), truth, strict=True)])
    assert np.mean(np.abs(errors) <= 0.0501) >= 0.88
    assert np.mean(np.abs(errors) <= 0.1) >= 0.95
