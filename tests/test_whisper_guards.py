"""Gaps heard again, loops refused, languages told: on an engine that answers from a script."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from lalia.data_schemas import Audio, LaliaError, ModelUse, ParticipantChoice, Span
from lalia.models.whisper.engine import Decoded, Heard, RawWord
from lalia.models.whisper.recogniser import Whisper
from lalia.models.whisper.settling import FILLERS_PROMPT
from lalia.models.whisper.times import NONE
from lalia.models.whisper.words import LEAST, UNSURE

RATE = 1000  # samples a second of the recordings: only lengths matter


def _audio(duration: float, spans: tuple[Span, ...] | None = None) -> Audio:
    return Audio(samples=np.zeros(round(duration * RATE), dtype=np.float32), rate=RATE, speech=spans)


class Scripted:
    """An engine that answers from a script and notes what it was asked."""

    name, batch = "scripted", 2

    def __init__(self, answers, languages=("en",)):
        self.answers, self.languages, self.prompts = answers, languages, []

    def hear(self, sounds):
        return Heard(list(sounds), tuple(len(sound) // 160 for sound in sounds))

    def detect(self, heard):
        return [{"de": 0.75, "en": 0.25}] * len(heard.frames)

    def decode(self, heard, language, prompt):
        self.prompts.append((language, prompt, len(heard.frames)))
        return [self.answers(sound, prompt) for sound in heard.encoded]


def _answer(
    text: str, *, until: float = 5.0, logprob: float = -0.2, no_speech: float = 0.0, probability=0.9
) -> Decoded:
    """Words spread evenly from 1 s, where most of the recordings begin to speak."""
    texts = text.split()
    step = (until - 1) / max(1, len(texts))
    words = tuple(RawWord(f" {t}", 1 + i * step, 1 + (i + 1) * step, probability) for i, t in enumerate(texts))
    return Decoded(words, text, logprob, no_speech)


def _recogniser(engine) -> Whisper:
    return Whisper(engine, ModelUse(role="whisper", name="tiny.en", sha256="", licence="", source=""), NONE)


SPEECH = (Span(1.0, 5.0),)


def _said(transcript) -> str:
    return " ".join(word.text for utterance in transcript.utterances for word in utterance.words)


def _unsure(transcript) -> str:
    return " ".join(word.text for utt in transcript.utterances for word in utt.words if word.codes == (UNSURE,))


def _tell(answers, *, languages=("en",), language="en", verbatim=True, spans=SPEECH, duration=6.0):
    engine = Scripted(answers, languages)
    return engine, _recogniser(engine).transcribe(_audio(duration, spans), language=language, verbatim=verbatim)


def test_two_decodings_that_agree_leave_no_doubt():
    engine, transcript = _tell(lambda sound, prompt: _answer("the boy takes a cookie", until=5.0))
    assert _said(transcript) == "the boy takes a cookie"
    assert engine.prompts == [("en", None, 1), ("en", FILLERS_PROMPT, 1)]
    assert transcript.participant_choice is ParticipantChoice.ASSUMED
    assert len(transcript.notes) == 1
    assert (transcript.language, transcript.language_probability) == ("en", None)


def test_without_verbatim_nothing_is_prompted():
    engine, _ = _tell(lambda sound, prompt: _answer("the boy takes a cookie", until=5.0), verbatim=False)
    assert engine.prompts == [("en", None, 1)]


def test_a_loop_of_the_prompted_decoding_leaves_the_other():
    _, transcript = _tell(lambda sound, prompt: _answer("uh " * 30 if prompt else "the boy is here now", until=5.0))
    assert "the boy is here now" in _said(transcript).replace("uh ", "")
    assert _said(transcript).split().count("uh") <= 1
    assert any("fillers may be missing" in note for note in transcript.notes)


def test_a_loop_of_the_other_decoding_leaves_the_prompted():
    _, transcript = _tell(lambda sound, prompt: _answer("um the boy is here" if prompt else "so " * 30, until=5.0))
    assert _said(transcript).replace("so ", "") == "um the boy is here"


def test_speech_the_prompted_decoding_left_out_is_kept():
    text = "um" + " _" * 9
    _, transcript = _tell(lambda sound, prompt: _words(text) if prompt else _words("_ a b c d e f g h i"))
    assert _said(transcript) == "um a b c d e f g h i"
    assert _unsure(transcript) == "a b c d e f g h i"
    assert transcript.notes[-1] == "Unsure words, marked [?] in the transcript: 9 of 10."


def _words(text: str, start: float = 1.0) -> Decoded:
    """A word each 0.4 s; ``_`` leaves a place empty."""
    words = [(word, start + 0.4 * i) for i, word in enumerate(text.split())]
    found = [RawWord(f" {word}", at, at + 0.3, 0.9) for word, at in words if word != "_"]
    return Decoded(tuple(found), text, -0.2, 0.0)


def test_words_of_low_probability_are_marked_and_kept():
    _, transcript = _tell(lambda sound, prompt: _answer("the boy runs", until=5.0, probability=LEAST - 0.01))
    assert _said(transcript) == _unsure(transcript) == "the boy runs"


def test_speech_without_words_is_heard_again_alone():
    spans = (Span(1.0, 3.0), Span(4.0, 9.0))

    def answers(sound, prompt):
        return _answer("a b c", until=3.0) if len(sound) > 9.5 * 16_000 else _words("d e f g h i j k", 2.5)

    _, transcript = _tell(answers, spans=spans, duration=10.0)
    assert _said(transcript) == "a b c d e f g h i j k"
    assert _unsure(transcript) == "d e f g h i j k"
    assert not any("have no words" in note for note in transcript.notes)


def test_speech_that_stays_without_words_is_told():
    texts = iter(["_ well", "um well", ""])
    _, transcript = _tell(lambda sound, prompt: _words(next(texts)))
    assert _said(transcript) == "um well"
    assert any("have no words" in note for note in transcript.notes)


def test_what_was_left_undecoded_is_decoded_next():
    spans = (Span(1.0, 5.0), Span(5.5, 9.5))
    lengths = []

    def answers(sound, prompt):
        lengths.append(len(sound) / 16_000)
        if len(sound) > 9 * 16_000:
            return replace(_answer("um one two three", until=5.2), until=5.25, cut=True)
        return _answer("four five six seven", until=4.0)

    _, transcript = _tell(answers, spans=spans, duration=10.0)
    assert _said(transcript) == "um one two three four five six seven"
    assert sorted(lengths) == pytest.approx([4.75, 4.75, 10.0, 10.0])
    assert transcript.utterances[-1].words[-1].end > 9.0
    assert len(transcript.notes) == 1


def test_a_stubborn_loop_cannot_stay():
    spans = (Span(1.0, 3.0), Span(3.5, 6.0))
    engine, transcript = _tell(lambda sound, prompt: _answer("so " * 40), spans=spans, duration=7.0)
    assert len(_said(transcript).split()) < 10
    assert FILLERS_PROMPT not in [prompt for _, prompt, _ in engine.prompts[2:]], "a prompt is what loops start from"


def test_what_the_engine_takes_for_no_speech_has_no_words():
    _, transcript = _tell(lambda sound, prompt: _answer("Thank you.", logprob=-1.5, no_speech=0.9))
    assert transcript.utterances == ()


def test_no_speech_decodes_nothing():
    engine, transcript = _tell(lambda sound, prompt: pytest.fail("decoded"), spans=())
    assert engine.prompts == []
    assert transcript.utterances == ()
    assert "No speech was found" in transcript.notes[-1]


def test_three_hours_go_by_in_windows_and_in_order():
    spans = tuple(Span(60.0 * i + 2, 60.0 * i + 27) for i in range(180))
    audio = Audio(samples=np.zeros(180 * 60 * RATE, dtype=np.float32), rate=RATE, speech=spans)
    told = _recogniser(Scripted(lambda sound, prompt: _answer(TALK, until=26))).transcribe(
        audio, language="en", verbatim=True
    )
    words = [word for utterance in told.utterances for word in utterance.words]
    assert len(words) == 180 * len(TALK.split())
    assert all(one.end <= other.start for one, other in itertools.pairwise(words))
    assert words[-1].end > 179 * 60


TALK = "the boy is on a stool and takes some cookies from the jar while his mother does dishes"


def test_windows_go_to_the_engine_in_batches():
    spans = tuple(Span(1.0 + 40 * i, 26.0 + 40 * i) for i in range(5))
    engine, _ = _tell(lambda sound, prompt: _answer(TALK, until=26), spans=spans, duration=200.0)
    assert [count for _, prompt, count in engine.prompts if prompt] == [2, 2, 1]


def test_windows_of_several_recordings_fill_one_batch_and_stay_apart():
    audios = [_audio(6.0, SPEECH), _audio(4.0, ()), _audio(9.0, (Span(1.0, 5.5),)), _audio(6.5, SPEECH)]
    answers = lambda sound, prompt: _answer(f"{len(sound) // 16} b c d e f", until=5.0)  # noqa: E731
    engine = Scripted(answers)
    told = _recogniser(engine).transcribe_all(audios, languages=["en"] * 4, verbatim=False)
    assert [count for *_, count in engine.prompts] == [2, 1]
    assert [_said(transcript).split()[:1] for transcript in told] == [["6000"], [], ["7500"], ["6500"]]
    alone = [_recogniser(Scripted(answers)).transcribe(audio, language="en", verbatim=False) for audio in audios]
    assert list(told) == alone


def test_recordings_of_several_languages_do_not_share_a_batch():
    engine = Scripted(lambda sound, prompt: _answer("a b c d e", until=5.0), ("en", "de"))
    told = _recogniser(engine).transcribe_all([_audio(6.0, SPEECH)] * 3, languages=["en", "de", "en"], verbatim=False)
    assert [(language, count) for language, _, count in engine.prompts] == [("en", 2), ("de", 1)]
    assert [transcript.language for transcript in told] == ["en", "de", "en"]


def test_languages():
    many = ("en", "de", "fr")
    answers = lambda sound, prompt: _answer("ja gut so", until=5.0)  # noqa: E731
    engine, found = _tell(answers, languages=many, language=None)
    assert (found.language, found.language_probability, engine.prompts[0][0]) == ("de", 0.75, "de")
    engine, told = _tell(answers, languages=many, language="fra-CA")
    assert (told.language, told.language_probability, engine.prompts[0][0]) == ("fr", None, "fr")
    with pytest.raises(LaliaError, match="language"):
        _tell(answers, languages=many, language="xx")
    _, other = _tell(answers, language="de")
    assert other.language == "de", "so that measures for English words are withheld"
    assert any("knows en only" in note for note in other.notes)


def test_an_uncertain_language_is_told():
    engine = Scripted(lambda sound, prompt: _answer("ja gut so", until=5.0), ("en", "de", "fr"))
    engine.detect = lambda heard: [{"de": 0.4, "en": 0.35, "fr": 0.25}]
    told = _recogniser(engine).transcribe(_audio(6.0, SPEECH), language=None, verbatim=False)
    assert (told.language, told.language_probability) == ("de", pytest.approx(0.4))
    assert any("language is uncertain" in note for note in told.notes)


@pytest.mark.parametrize(("probability", "told"), [(0.9, False), (0.35, True)])
def test_words_an_english_model_cannot_believe_are_told(probability, told):
    text = "the boy is on a stool and takes some cookies now"
    _, transcript = _tell(lambda sound, prompt: _answer(text, until=5.0, probability=probability), verbatim=False)
    assert any("may not be English" in note for note in transcript.notes) is told


def test_a_window_that_is_refused_is_not_heard_again():
    """Foreign speech read by an English model: one unprompted decoding must not bring in what two have not."""
    spans = (Span(1.0, 4.0), Span(4.5, 8.0))

    def answers(sound, prompt):
        whole = len(sound) > 8 * 16_000
        text = ("uh um er ah" if prompt else "I do not know what") if whole else "thank you for watching"
        return _answer(text, until=8.0 if whole else 3.0, probability=0.2 if whole else 0.6)

    engine, transcript = _tell(answers, language=None, spans=spans, duration=9.0)
    assert _said(transcript) == ""
    assert len(engine.prompts) == 2
    assert any("may be no speech" in note for note in transcript.notes)
    assert not any("have no words" in note for note in transcript.notes), "told once"
    (note,) = [note for note in transcript.notes if "may not be English" in note]
    assert "mean probability 0.20" in note
    assert "give it" in note


def test_a_part_that_is_refused_is_not_heard_again():
    spans = (Span(1.0, 4.9), Span(7.0, 10.9), Span(13.0, 16.9), Span(19.0, 22.9))
    seconds = []

    def answers(sound, prompt):
        seconds.append(len(sound) / 16_000)
        if seconds[-1] > 20:
            return _every_six_seconds(_sentences(sound))
        return _answer("okay then" if prompt else "mm hm yeah", until=seconds[-1], probability=0.1)

    _, transcript = _tell(answers, spans=spans, duration=24.0)
    assert len(seconds) == 6, "the whole and its halves, each both ways"
    assert sum("may be no speech" in note for note in transcript.notes) == 2


def test_bursts_that_are_refused_say_nothing_of_the_language():
    bursts = tuple(Span(1.0 + 2 * i, 1.3 + 2 * i) for i in range(5))
    _, transcript = _tell(
        lambda sound, prompt: _answer("uh um er ah" if prompt else "I do not know what", until=9.0, probability=0.1),
        spans=bursts,
        duration=11.0,
    )
    assert _said(transcript) == ""
    assert not any("may not be English" in note for note in transcript.notes)


def test_a_model_of_many_languages_asks_for_the_language_where_it_refuses_most():
    spans = (Span(1.0, 8.0),)
    answers = lambda sound, prompt: _answer("uh um er" if prompt else "ja gut so", until=8.0, probability=0.1)  # noqa: E731
    _, transcript = _tell(answers, languages=("en", "de"), language=None, spans=spans, duration=9.0)
    assert any("may not be de" in note and "give it" in note for note in transcript.notes)


def test_a_language_that_was_assumed_is_told_once():
    answers = lambda sound, prompt: _answer("the boy takes a cookie", until=5.0)  # noqa: E731
    _, assumed = _tell(answers, language=None)
    assert assumed.language == "en"
    assert [note for note in assumed.notes if "English" in note] == [
        "tiny.en knows English only: that the speech is English was not detected."
    ]
    _, given = _tell(answers, language="en")
    assert not any("English" in note for note in given.notes)
    text = "the boy is on a stool"
    _, doubted = _tell(lambda sound, prompt: _answer(text, probability=0.35), language=None)
    assert len([note for note in doubted.notes if "English" in note]) == 1


def test_one_word_in_doubt_is_told_in_good_grammar():
    _, transcript = _tell(lambda sound, prompt: _words("um so a b c d e f g h" if prompt else "_ _ a b c d e f g h"))
    assert transcript.notes[-1].endswith("in the transcript: 1 of 10.")


def test_unchecked_audio_is_refused():
    with pytest.raises(LaliaError, match="checked"):
        _recogniser(Scripted(None)).transcribe(_audio(3.0), language="en", verbatim=True)


def _sentences(sound) -> list[str]:
    """One sentence of nine words for each 6 s of sound."""
    return ["ask not what your country can do for you"] * round(len(sound) / 96_000)


def _every_six_seconds(texts) -> Decoded:
    words = [
        RawWord(f" {word}", 6 * i + 1 + 0.4 * k, 6 * i + 1.3 + 0.4 * k, 0.9)
        for i, text in enumerate(texts)
        for k, word in enumerate(text.split())
        if word != "_"
    ]
    return Decoded(tuple(words), " ".join(word.text.strip() for word in words), -0.2, 0.0)


TOLD_FOUR_TIMES = tuple(Span(6.0 * i + 1, 6.0 * i + 4.9) for i in range(4))


def test_what_a_person_says_four_times_stays():
    engine, transcript = _tell(
        lambda sound, prompt: _every_six_seconds(_sentences(sound)), spans=TOLD_FOUR_TIMES, duration=24.0
    )
    assert _said(transcript) == " ".join(["ask not what your country can do for you"] * 4)
    assert any("may have repeated itself" in note for note in transcript.notes)
    # Heard whole, then in parts, each both ways.
    assert [prompt for *_, prompt, _ in engine.prompts[2:]].count(FILLERS_PROMPT) == len(engine.prompts[2:]) // 2


@pytest.mark.parametrize("deaf", ["whole", "parts"])
def test_a_word_missed_by_some_hearings_of_what_is_repeated_stays(deaf):
    def answers(sound, prompt):
        whole = len(sound) > 20 * 16_000
        texts = _sentences(sound)
        if whole == (deaf == "whole"):
            texts[-1] = texts[-1].replace("for", "_")
        return _every_six_seconds(texts)

    _, transcript = _tell(answers, spans=TOLD_FOUR_TIMES, duration=24.0)
    assert _said(transcript) == " ".join(["ask not what your country can do for you"] * 4)


def test_rounds_that_the_parts_do_not_have_are_no_speech():
    def answers(sound, prompt):
        seconds = len(sound) / 16_000
        if seconds > 20:
            return _every_six_seconds(_sentences(sound))
        # Heard in parts, the sentence was said once, and something else for the rest of the time.
        once = _every_six_seconds(["ask not what your country can do for you"])
        return once if seconds < 8 else _answer(TALK, until=18)

    _, transcript = _tell(answers, spans=(Span(1.0, 4.9), Span(5.4, 23.5)), duration=24.0)
    assert _said(transcript) == f"ask not what your country can do for you {TALK}"


def test_a_loop_of_which_the_parts_hear_nothing_is_not_written():
    def answers(sound, prompt):
        return _answer("thank you very much " * 20, until=22) if len(sound) > 20 * 16_000 else _answer("")

    for verbatim in (True, False):
        _, transcript = _tell(answers, spans=TOLD_FOUR_TIMES, duration=24.0, verbatim=verbatim)
        assert _said(transcript) == ""


def test_a_loop_among_words_that_were_said_does_not_stay():
    def answers(sound, prompt):
        whole = len(sound) > 20 * 16_000
        times = 12 * round(len(sound) / 96_000)
        words = [
            (f" {text}", 1 + 0.48 * i + 0.16 * k) for i in range(times) for k, text in enumerate(("i", "do", "not"))
        ]
        found = tuple(RawWord(text, at, at + 0.15, 0.9) for text, at in words if whole or text == " i")
        return Decoded(found, "".join(word.text for word in found), -0.2, 0.0)

    _, transcript = _tell(answers, spans=TOLD_FOUR_TIMES, duration=24.0)
    assert _said(transcript).split().count("not") <= 2


def test_a_part_that_loops_when_asked_for_fillers_is_heard_without():
    def answers(sound, prompt):
        if prompt and len(sound) < 20 * 16_000:
            return _answer("uh " * 30)
        return _every_six_seconds(_sentences(sound))

    _, transcript = _tell(answers, spans=TOLD_FOUR_TIMES, duration=24.0)
    assert _said(transcript).replace("uh ", "") == " ".join(["ask not what your country can do for you"] * 4)
    assert _said(transcript).split().count("uh") <= 4


def test_parts_whose_decodings_share_no_word_have_none():
    def answers(sound, prompt):
        if len(sound) > 20 * 16_000:
            return _every_six_seconds(_sentences(sound))
        return _answer("okay then" if prompt else "mm hm yeah", probability=0.1)

    _, transcript = _tell(answers, spans=TOLD_FOUR_TIMES, duration=24.0)
    assert "okay" not in _said(transcript)
