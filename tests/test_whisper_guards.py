"""Two decodings made one, loops cut, gaps heard again, languages told: on an engine that answers from a script."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Audio, LaliaError, ModelUse, ParticipantChoice, Span
from lalia.models.whisper.engine import Decoded, Heard, RawWord
from lalia.models.whisper.loops import loops, thinned, unlooped
from lalia.models.whisper.merge import union
from lalia.models.whisper.placed import Placed, in_order, text_of, wordless
from lalia.models.whisper.recogniser import FILLERS_PROMPT, Whisper
from lalia.models.whisper.times import NONE
from lalia.models.whisper.words import LEAST, UNSURE

RATE = 1000  # samples a second of the recordings: only lengths matter


def _audio(duration: float, spans: tuple[Span, ...] | None = None) -> Audio:
    return Audio(samples=np.zeros(round(duration * RATE), dtype=np.float32), rate=RATE, speech=spans)


def _at(text: str, *, start: float = 0.0, step: float = 0.4, length: float = 0.3) -> list[Placed]:
    """Words said at a steady pace; ``_`` leaves a place empty."""
    return [
        Placed(RawWord(f" {word}", 0, 0, 0.9), Span(start + i * step, start + i * step + length))
        for i, word in enumerate(text.split())
        if word != "_"
    ]


def _plain(words) -> str:
    return " ".join(f"{word.key}{'?' if word.unsure else ''}" for word in words)


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
    assert "9 of 10 words are unsure" in transcript.notes[-1]


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


def test_unchecked_audio_is_refused():
    with pytest.raises(LaliaError, match="checked"):
        _recogniser(Scripted(None)).transcribe(_audio(3.0), language="en", verbatim=True)


def test_text_is_put_together_as_the_engine_wrote_it():
    assert text_of(_at("um the boy")) == " um the boy"
