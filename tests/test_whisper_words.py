"""What the recogniser writes as typed words and utterances."""

from __future__ import annotations

import itertools

import pytest
from lalia.data_schemas import Kind, Span, TimeSource
from lalia.models.whisper.engine import RawWord
from lalia.models.whisper.placed import Placed
from lalia.models.whisper.words import undivided, utterances


def _spoken(*texts: str, gap: float = 0.1) -> list[Placed]:
    step = 0.3 + gap
    return [Placed(RawWord(text, 0, 0, 0.5), Span(i * step, i * step + 0.3)) for i, text in enumerate(texts)]


KINDS = [
    ([" Um,", " the", " boy."], ["filler", "word", "word"]),
    ([" uh-huh", " Uh", " er", " hmm", " ah", " mhm"], ["word", "filler", "filler", "filler", "filler", "word"]),
    ([" the", " the", " boy"], ["repeated", "word", "word"]),
    ([" the", " um", " the", " boy"], ["repeated", "filler", "word", "word"]),
    ([" the", " b-", " the"], ["repeated", "fragment", "word"]),
    ([" I", " like", " I", " like", " I", " like", " beans"], ["repeated"] * 4 + ["word"] * 3),
    ([" the", " the", " dog", " uh", " the", " dog"], ["repeated"] * 3 + ["filler", "word", "word"]),
    ([" the", " man", " I", " mean", " the", " woman"], ["revised"] * 2 + ["word"] * 4),
    ([" that", " that", " very", " very", " no,", " no"], ["word"] * 6),
    ([" I", " I", " i"], ["repeated", "repeated", "word"]),
    ([" mother-", " -in-law"], ["fragment", "word"]),
    ([" Mm."], ["word"]),
    ([" Uh."], ["filler"]),
]


@pytest.mark.parametrize(("texts", "kinds"), KINDS)
def test_kinds_of_words(texts, kinds):
    (utterance,) = utterances(_spoken(*texts))
    assert [word.kind.value for word in utterance.words] == kinds
    assert all(word.detected == (word.kind in (Kind.REPEATED, Kind.REVISED, Kind.FRAGMENT)) for word in utterance.words)
    assert all(word.times is TimeSource.ENGINE for word in utterance.words)


def test_what_is_a_filler_depends_on_the_language():
    kinds = lambda *texts, language: [w.kind.value for w in utterances(_spoken(*texts), language)[0].words]  # noqa: E731
    assert kinds(" Ähm", " er", " geht", " um", " uh", language="de") == ["filler", "word", "word", "word", "filler"]
    assert kinds(" um", " menino", language="pt-BR") == ["word", "word"]
    assert kinds(" um", " boy", language="en-GB") == ["filler", "word"]
    assert kinds(" die", " die", language="de") == ["word", "word"], (
        "which doubled words are grammar is known of English"
    )


def test_a_hesitation_between_pauses_is_no_answer():
    cases = {
        (" And", " she,", " mm,", " went", " out."): "filler",  # parted by pauses only
        (" And", " she", " mm.", " Went", " out."): "filler",
        (" Yes.", " Mm.", " He", " went", " out."): "word",
        (" Yes.", " Mm...", " He", " went", " out."): "filler",
        (" Yes.", " Mm-", " He", " went", " out."): "fragment",
    }
    for texts, kind in cases.items():
        (word,) = (w for u in utterances(_spoken(*texts, gap=1.1)) for w in u.words if w.text.lower() == "mm")
        assert word.kind.value == kind, texts


@pytest.mark.parametrize(
    ("stop", "gap", "ends"),
    [("", 0.4, [30]), ("", 0.6, [10, 30]), (",", 0.6, [30]), ("um", 0.6, [30])],
)
def test_a_long_run_without_punctuation_ends_at_pauses(stop, gap, ends):
    said = [f" w{i}" for i in range(30)]
    if stop == "um":
        said[9] = " um"
    else:
        said[9] += stop
    words = [Placed(w.raw, Span(w.span.start + gap * (i > 9), w.span.end + gap * (i > 9)))
             for i, w in enumerate(_spoken(*said, gap=0.0))]  # fmt: skip
    found = utterances(words)
    assert list(itertools.accumulate(len(u.words) for u in found)) == ends
    assert bool(undivided(words)) is (stop != ",")
    assert undivided(words[:25]) == ()


TEXTS = [
    (" “Don’t,”", "Don't"), (" goin'", "goin'"), (" 'quoted'", "quoted"), (" well-known,", "well-known"),
    (" $5.50.", "$5.50"), (" 50%!", "50%"), (" th-", "th"), (" naïve;", "naïve"), (" John's?", "John's"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "text"), TEXTS)
def test_text_keeps_what_belongs_to_the_word(raw, text):
    assert utterances(_spoken(raw))[0].words[0].text == text


def test_what_is_only_punctuation_is_no_word():
    assert utterances(_spoken(" -", " ...", " ♪")) == ()
    assert utterances([]) == ()


@pytest.mark.parametrize(
    ("texts", "ends"),
    [
        ([" Yes.", " Is", " it?", " Oh!", " so"], [".", "?", "!", "."]),
        ([" Mr.", " Smith", " left."], ["."]),
        ([" J.", " Smith", " paid", " 3.5", " euros"], ["."]),
        ([" It", " was", " I.", " Yes"], [".", "."]),
        ([" and", " then...", " well"], ["."]),
        ([" and", " then..."], ["+..."]),
    ],
)
def test_utterances_end_at_sentence_ends(texts, ends):
    assert [utterance.terminator for utterance in utterances(_spoken(*texts))] == ends


@pytest.mark.parametrize(("gap", "count"), [(0.99, 1), (1.01, 3)])
def test_utterances_end_at_long_pauses(gap, count):
    found = utterances(_spoken(" one", " two", " three", gap=gap))
    assert len(found) == count
    assert all(u.start == u.words[0].start and u.end == u.words[-1].end for u in found)
