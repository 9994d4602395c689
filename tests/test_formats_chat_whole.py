"""CHAT against another reader, and of any content: what is written is read back, and any text is read or refused."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import (
    Kind,
    Speaker,
    TimeSource,
    Transcript,
    Utterance,
    Word,
)
from lalia.pipeline.formats import read, write_chat
from lalia.tests.chat_text import HEAD, LINES, RECORDING, TERMINATORS, kinds, oracle
from lalia.tests.timed import is_read_or_refused


@pytest.mark.parametrize("line", [line for line in LINES if not re.search(r"(^|\s)&[a-z]|#|↑|no::|black", line)])
def test_another_reader_finds_the_same_words(chat, line):
    transcript = chat(f"*PAR:\t{line}\n")
    ours = [
        part
        for word in transcript.utterances[0].words
        if word.kind is Kind.WORD
        for part in (word.target.split() if word.target and "[::]" not in word.codes else [word.text])
    ]
    # That reader takes filled pauses in the old notation for words.
    theirs = [word for word in oracle(write_chat(transcript, RECORDING)) if not (word == "um" and "@fp" in line)]
    assert ours == theirs


LETTERS = string.ascii_letters + "éüñ'"
plain_texts = st.text(LETTERS, min_size=1, max_size=8).filter(
    lambda text: text.strip("'") and text not in ("xxx", "yyy", "www", "xx", "yy")
)


@st.composite
def words(draw, at: int) -> Word:
    kind = draw(st.sampled_from(list(Kind)))
    if kind is Kind.PAUSE:
        text, duration = draw(st.sampled_from([("(.)", None), ("(..)", None), ("(0.4)", 0.4), ("(1:02.5)", 62.5)]))
        return Word(text=text, kind=kind, duration=duration)
    text = "xxx" if kind is Kind.UNINTELLIGIBLE else draw(plain_texts)
    if kind is Kind.NONVERBAL:
        return Word(text=text, kind=kind)
    target = draw(st.none() | plain_texts) if kind is not Kind.UNINTELLIGIBLE else None
    return Word(
        text=text, kind=kind, target=target, start=at / 1000, end=(at + 50) / 1000, times=TimeSource.GIVEN,
        detected=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def transcripts(draw) -> Transcript:
    utterances = []
    for number in range(draw(st.integers(1, 4))):
        count = draw(st.integers(1, 8))
        start = number * 10_000
        said = tuple(draw(words(start + 100 * at)) for at in range(count))
        timed = draw(st.booleans())
        utterances.append(
            Utterance(
                speaker=draw(st.sampled_from(["PAR", "INV"])),
                words=said,
                terminator=draw(st.sampled_from(TERMINATORS)),
                start=start / 1000 if timed else None,
                end=(start + 1000) / 1000 if timed else None,
            )
        )
    speakers = (Speaker(code="PAR", role="Participant"), Speaker(code="INV", role="Investigator"))
    return Transcript(source="whisper", speakers=speakers, utterances=tuple(utterances), language="en")


def without_codes(transcript: Transcript) -> list[Utterance]:
    return [
        u.model_copy(update={"words": tuple(w.model_copy(update={"codes": ()}) for w in u.words)})
        for u in transcript.utterances
    ]


@settings(max_examples=150, deadline=None)
@given(transcript=transcripts())
def test_any_transcript_survives_writing_and_reading(tmp_path_factory, transcript):
    path = tmp_path_factory.getbasetemp() / "any.cha"
    path.write_text(write_chat(transcript, RECORDING), encoding="utf-8")
    back = read(path)
    assert without_codes(back) == list(transcript.utterances)
    assert [(s.code, s.role) for s in back.speakers] == [(s.code, s.role) for s in transcript.speakers]
    assert (back.participant, back.language) == ("PAR", "en")
    # What was read keeps its codes through another round.
    path.write_text(write_chat(back, RECORDING), encoding="utf-8")
    assert read(path).utterances == back.utterances


def test_a_recognisers_doubt_is_written_and_read_back(tmp_path):
    said = (Word(text="the"), Word(text="moderate", codes=("[?]",), probability=0.2), Word(text="boy", codes=("@x",)))
    transcript = Transcript(
        source="whisper",
        language="en",
        speakers=(Speaker(code="PAR", role="Participant"),),
        participant="PAR",
        utterances=(Utterance(speaker="PAR", words=said),),
    )
    path = tmp_path / "a.cha"
    path.write_text(write_chat(transcript, RECORDING), encoding="utf-8")
    assert "*PAR:\tthe moderate [?] boy ." in path.read_text("utf-8")
    assert [word.codes for word in read(path).utterances[0].words] == [(), ("[?]",), ()]


def as_the_other_reader_counts(utterance: Utterance) -> Utterance:
    """It takes the target of a filler for a word, and `+!?` for two terminators."""
    words = [w if w.kind is Kind.WORD else w.model_copy(update={"target": None}) for w in utterance.words]
    terminator = "?" if utterance.terminator == "+!?" else utterance.terminator
    return utterance.model_copy(update={"words": tuple(words), "terminator": terminator})


@settings(max_examples=100, deadline=None)
@given(transcript=transcripts())
def test_what_is_written_is_chat_to_another_reader(transcript):
    utterances = tuple(as_the_other_reader_counts(u) for u in transcript.utterances)
    expected = [w.target or w.text for u in utterances for w in u.words if w.kind is Kind.WORD]
    assert oracle(write_chat(transcript.model_copy(update={"utterances": utterances}), RECORDING)) == expected


SOUP = st.lists(
    st.sampled_from(
        (
            "dog the um < > [ ] [/] [//] [x [: a] [:: b] [x 2] [x 3] [* s] [+ exc] [- spa] &-uh &+d &=x &*I:a & &- &= "
            '0 0is ( (.) (2.3) (1:2) ) . ? ! +... +/. + +< +" +, “ ” , ; : „ ‡ # #3 xxx a@l @ @@ b@ $ ↑ no:: : '
            "(be)cause \x15 \x151_2\x15 \x15a\x15 copy form: \u202e 1,000 a.b ..."
        ).split(" ")
    ),
    max_size=14,
)


@settings(max_examples=400, deadline=None)
@given(tokens=SOUP, glue=st.sampled_from([" ", ""]))
def test_any_mixture_of_marks_is_read_and_settles(tmp_path_factory, tokens, glue):
    path = tmp_path_factory.getbasetemp() / "soup.cha"
    path.write_text(f"{HEAD}*INV:\tyes .\n*PAR:\t{glue.join(tokens)}\n@End\n", encoding="utf-8")
    first = read(path)
    path.write_text(write_chat(first, RECORDING), encoding="utf-8")
    second = read(path)
    assert [kinds(u) for u in second.utterances] == [kinds(u) for u in first.utterances]
    path.write_text(write_chat(second, RECORDING), encoding="utf-8")
    assert read(path).utterances == second.utterances


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    is_read_or_refused(tmp_path_factory.getbasetemp() / "text.cha", text)
