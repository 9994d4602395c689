"""CHAT in and out: every mark becomes the right event, and nothing said is lost on the way back."""

from __future__ import annotations

import hashlib
import re

import pytest
from lalia.data_schemas import (
    Code,
    Kind,
    LaliaError,
    ParticipantChoice,
    Speaker,
    TimeSource,
    Transcript,
    Utterance,
    Word,
)
from lalia.pipeline.formats import detect, read, write_chat
from lalia.tests.chat_text import HEAD, LINES, RECORDING, TERMINATORS, kinds, oracle, told


@pytest.mark.parametrize("line", LINES)
def test_marks(chat, line):
    assert kinds(chat(f"*PAR:\t{line}\n").utterances[0]) == LINES[line]


@pytest.mark.parametrize("line", LINES)
def test_writing_what_was_read_gives_the_same_transcript(chat, line):
    first = chat(f"*PAR:\t{line}\n")
    written = write_chat(first, RECORDING)
    second = chat(written)
    assert second.utterances == first.utterances
    assert second.speakers == first.speakers
    assert write_chat(second.model_copy(update={"notes": first.notes}), RECORDING) == written


def test_a_group_is_written_as_it_was(chat):
    line = "*PAR:\t<<a b> [/] a b c> [//] no [x 3] 0is gonna [: going to] [* x] , (be)cause &*INV:mhm b@l +/. [+ exc]"
    assert line in write_chat(chat(f"{line}\n"), RECORDING)


@pytest.mark.parametrize("terminator", TERMINATORS)
def test_terminators(chat, terminator):
    transcript = chat(f"*PAR:\tI see it {terminator}\n")
    assert transcript.utterances[0].terminator == terminator
    assert kinds(transcript.utterances[0]) == "I see it"
    assert transcript.notes == ()


def test_pause_lengths_targets_and_codes(chat):
    words = chat("*PAR:\ta (.) (2.3) (1:05.2) gonna [: going to] [* s] were [:: was] , 0is b@l .\n").utterances[0].words
    assert [word.duration for word in words[1:4]] == [None, 2.3, 65.2]
    assert [word.target for word in words] == [None, None, None, None, "going to", "was", None]
    assert words[4].codes == ("[* s]",)
    assert words[5].codes == ("[::]", ",", "0is")
    assert words[6].codes == ("@l",)


@pytest.mark.parametrize(
    ("bullet", "times"),
    [
        ("\x15125_2475\x15", (0.125, 2.475)),
        ('\x15%snd:"old file"_125_2475\x15', (0.125, 2.475)),
        ("•125_2475•", (0.125, 2.475)),
        ("\x15125_2475-\x15", (0.125, 2.475)),
        ("\x15900_100\x15", (None, None)),
        ("", (None, None)),
    ],
)
def test_time_marks(chat, bullet, times):
    said = chat(f"*PAR:\thello . {bullet}\n").utterances[0]
    assert (said.start, said.end) == times


def test_lost_time_marks_are_read_with_a_note(chat):
    transcript = chat("*PAR:\thello . 125_2475\n")
    assert (transcript.utterances[0].start, transcript.utterances[0].end) == (0.125, 2.475)
    assert "without their control characters" in told(transcript)


def wor(*words: tuple[str, int, int]) -> str:
    return "%wor:\t" + " ".join(f"{word} \x15{start}_{end}\x15" for word, start, end in words) + " .\n"


def test_word_times(chat):
    tier = wor(("um", 0, 100), ("the", 100, 200), ("the", 200, 300), ("fr", 300, 400), ("dog", 400, 500))
    words = chat(f"*PAR:\t&-um the [/] the (.) &+fr dog . \x150_500\x15\n{tier}").utterances[0].words
    assert [word.start for word in words] == [0.0, 0.1, 0.2, None, 0.3, 0.4]
    assert {word.times for word in words if word.start is not None} == {TimeSource.GIVEN}


def test_word_times_where_the_aligner_left_events_out(chat):
    no_fragments = wor(("um", 0, 100), ("dog", 400, 500))
    words = chat(f"*PAR:\t&-um &+d dog xxx .\n{no_fragments}").utterances[0].words
    assert [word.start for word in words] == [0.0, None, 0.4, None]


def test_word_times_of_a_replaced_word(chat):
    tier = wor(("I'm", 0, 100), ("going", 100, 150), ("to", 150, 200), ("go", 200, 300))
    words = chat(f"*PAR:\tI'm gonna [: going to] go .\n{tier}").utterances[0].words
    assert [(word.start, word.end) for word in words] == [(0.0, 0.1), (0.1, 0.2), (0.2, 0.3)]


def test_a_word_without_its_own_time_mark_has_none(chat):
    words = chat("*PAR:\tthe dog ran .\n%wor:\tthe \x150_100\x15 dog ran \x15200_300\x15 .\n").utterances[0].words
    assert [word.start for word in words] == [0.0, None, 0.2]


@pytest.mark.parametrize("words", [("the", "cat"), ("the",), ("the", "dog", "ran")])
def test_word_times_that_do_not_match_are_not_used(chat, words):
    tier = wor(*((word, 100 * at, 100 * at + 50) for at, word in enumerate(words)))
    transcript = chat(f"*PAR:\tthe dog . \x150_900\x15\n{tier}")
    assert [word.start for word in transcript.utterances[0].words] == [None, None]
    assert (transcript.utterances[0].start, transcript.utterances[0].end) == (0.0, 0.9)
    assert "do not match" in told(transcript)
    assert "line 8" in told(transcript)


def test_headers(chat):
    transcript = chat("*PAR:\tyes .\n*INV:\tno .\n")
    assert transcript.speakers == (
        Speaker(code="PAR", role="Participant", corpus="corpus", age="67;06.", sex="female"),
        Speaker(code="INV", role="Investigator", corpus="corpus"),
    )
    assert (transcript.language, transcript.source, transcript.verbatim) == ("en", "chat", True)
    assert (transcript.participant, transcript.participant_choice) == ("PAR", ParticipantChoice.ROLE)
    whole = f"{HEAD}*PAR:\tyes .\n*INV:\tno .\n@End\n"
    assert transcript.sha256 == hashlib.sha256(whole.encode()).hexdigest()


def test_continuation_lines(chat):
    transcript = chat("*PAR:\tthe dog\n\tran home\n\t. \x150_900\x15\n%com:\tone\n\ttwo\n*INV:\tyes .\n")
    assert [kinds(u) for u in transcript.utterances] == ["the dog ran home", "yes"]
    assert transcript.utterances[0].end == 0.9


def test_tiers_that_are_not_read_are_listed_once(chat):
    transcript = chat("*PAR:\tyes .\n%mor:\tco|yes .\n*PAR:\tno .\n%mor:\tco|no .\n")
    assert [note for note in transcript.notes if "%mor" in note] == ["Dependent tiers %mor were not read."]


@pytest.mark.parametrize(
    ("body", "said", "note"),
    [
        ("*PAR:\thello\n", "hello", "Utterances without a terminator were given a full stop (line 7)."),
        ("*PAR:\thello.\n", "hello", "written against the last word"),
        ("*PAR:\t<a b [/] c .\n", "a b/r c", "never closed were left out (line 7)."),
        ("*PAR:\ta > b .\n", "a b", "close nothing were left out (line 7)."),
        ("*PAR:\ta [b c .\n", "a b c", "belong to nothing were left out (line 7)."),
        ("*PAR:\ta . b .\n", "a b", "more than one terminator"),
        ("*PAR:\ta \x15x\x15 b .\n", "a b", "Time marks that could not be read"),
        ("rubbish\n*PAR:\ta .\n", "a", "no header, main line or dependent tier were skipped (line 7)."),
        ("*PAR a .\n*PAR:\tb .\n", "b", "skipped (line 7)."),
        ("*PAR:\t\n*PAR:\tb .\n", "b", "Main lines that say nothing were skipped (line 7)."),
        ("%wor:\ta .\n*PAR:\tb .\n", "b", "Dependent tiers without a main line were skipped (line 7)."),
        ("*ZZZ:\tb .\n", "b", "ZZZ is not listed"),
        ("*PAR:\tb\x01\x02 .\n", "b", "Control or invisible characters"),
        ("*PAR:\tno [x 99999999] .\n", "no", "Repeat counts outside 1-50"),
        (f"*PAR:\t{'<' * 60} a .\n", "a", "more than 50 deep"),
        ("*PAR:\ta .\n@End\n*PAR:\tb .\n", "a", "Lines after @End were skipped (lines 9, 10)."),
    ],
)
def test_broken_rules_give_utterances_and_notes(chat, body, said, note):
    transcript = chat(body)
    assert " ".join(kinds(u) for u in transcript.utterances) == said
    assert note in told(transcript)


def test_counts_cannot_swell_a_transcript(chat):
    transcript = chat("*PAR:\ta [x 50] .\n" * 1000)
    assert 10_000 < sum(len(u.words) for u in transcript.utterances) < 12_000
    assert "or too many, were kept as codes only" in told(transcript)


def test_many_lines_share_one_note(chat):
    transcript = chat("*PAR:\thello\n" * 100)
    assert transcript.notes == (
        "Utterances without a terminator were given a full stop (lines 7, 8, 9, 10, 11 and 95 more).",
    )


@pytest.mark.parametrize(
    ("data", "got"),
    [
        (b"just some text\nand more\n", "neither"),
        (b"@UTF8\n@Begin\n@End\n", "none"),
        (HEAD.encode() + b"*PAR hello .\n@End\n", "skipped (line 7)"),
        (b"@Begin\n*PAR:\thel\x00lo .\n", "NUL"),
        (b"\xff\xfe" + "@Begin\n".encode("utf-16-le"), "NUL"),
        (b" " * (20 * 1024**2 + 1), "20.0 MB"),
        (HEAD.encode() + b"*PAR:\t" + b"a " * 500_001, "Got more"),
    ],
)
def test_what_is_refused(chat, data, got):
    with pytest.raises(LaliaError) as caught:
        chat(data)
    assert caught.value.code is Code.BAD_TRANSCRIPT
    assert got in str(caught.value)


def test_other_errors(tmp_path, chat):
    with pytest.raises(LaliaError) as caught:
        read(tmp_path / "absent.cha")
    assert caught.value.code is Code.MISSING_FILE
    assert str(tmp_path) not in str(caught.value)
    with pytest.raises(LaliaError) as caught:
        chat(b" \n")
    assert caught.value.code is Code.EMPTY_FILE
    with pytest.raises(LaliaError) as caught:
        read(tmp_path / "notes.docx")
    assert caught.value.code is Code.UNSUPPORTED_FORMAT


def test_encodings(chat):
    text = f"{HEAD}*PAR:\tcafé .\n@End\n"
    assert kinds(chat(b"\xef\xbb\xbf" + text.encode()).utterances[0]) == "café"
    latin = chat(text.encode("latin-1"))
    assert kinds(latin.utterances[0]) == "café"
    assert "Latin-1" in told(latin)
    # A letter and its accent as two characters are the same word.
    assert kinds(chat(text.replace("é", "e\u0301")).utterances[0]) == "café"
    assert kinds(chat(text.replace("\n", "\r\n")).utterances[0]) == "café"
    assert kinds(chat(text.replace("\n", "\r")).utterances[0]) == "café"


def choice(chat, participants: str, lines: str, label: str | None = None) -> tuple[str, str]:
    text = f"@Begin\n@Participants:\t{participants}\n{lines}@End\n"
    found = chat(text, participant=label)
    return found.participant, found.participant_choice.value


def test_participant_choice(chat):
    both = "*INV:\ttell me all about it .\n*PAR:\tyes .\n"
    assert choice(chat, "INV Investigator, PAR Participant", both) == ("PAR", "role")
    assert choice(chat, "INV Investigator, PAR Participant", both, "inv") == ("INV", "manifest")
    assert choice(chat, "INV Investigator, PAR Speaker", both) == ("PAR", "role")
    assert choice(chat, "INV Investigator, PAR Other", both) == ("PAR", "role")
    assert choice(chat, "CHI Target_Child, INV Mother", "*INV:\thello .\n") == ("CHI", "role")
    assert choice(chat, "MOT Mother", "*MOT:\thello .\n") == ("MOT", "only_speaker")
    assert choice(chat, "INV Participant, PAR Participant", both) == ("INV", "most_words")
    with pytest.raises(LaliaError) as caught:
        choice(chat, "INV Investigator, PAR Participant", both, "SUB")
    assert caught.value.code is Code.BAD_TRANSCRIPT
    assert "INV, PAR" in str(caught.value)


FILES = [
    "data/audio_chat_demo/test.cha",
    "data/audio_chat_demo/unlinked.cha",
    "reference/language_values/reftext_clinical.cha",
    "reference/language_values/reftext_clinical_mor.cha",
]


@pytest.mark.parametrize("name", FILES)
def test_real_files_survive_reading_and_writing(chat, shared, name):
    first = read(shared / name)
    written = write_chat(first, RECORDING.model_copy(update={"age": None, "sex": None}))
    second = chat(written)
    assert second.utterances == first.utterances
    assert (second.speakers, second.participant, second.language) == (
        first.speakers, first.participant, first.language,
    )  # fmt: skip
    assert oracle(written) == oracle((shared / name).read_text(encoding="utf-8"))


def test_real_word_times(shared):
    path = shared / "data/audio_chat_demo/test.cha"
    words = [word for u in read(path).utterances for word in u.words]
    tiers = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("%wor")]
    given = [int(start) / 1000 for tier in tiers for start in re.findall(r"\x15(\d+)_\d+\x15", tier)]
    assert [word.start for word in words if word.start is not None] == given
    # All but the one utterance of six words that has no %wor tier.
    assert [word.text for word in words if word.start is None] == ["this", "is", "a", "test", "of", "wake-up"]
    assert [w.start for w in words if w.kind is Kind.FILLER] == [17.455, 20.735]


def test_no_name_or_path_is_written(chat):
    written = write_chat(chat("*PAR:\tyes .\n"), RECORDING)
    assert "Jane" not in written
    assert "@ID:\teng|corpus|PAR|67;06.|female|||Participant|||" in written
    assert "@Media:\trec-1, audio, unlinked" in written


def test_what_a_rule_marked_is_told_from_what_a_person_marked(chat):
    words = detect.mark([Word(text=text) for text in "um I like I like the the wh- dog".split()])
    transcript = Transcript(
        source="whisper",
        speakers=(Speaker(code="PAR", role="Participant"),),
        utterances=(Utterance(speaker="PAR", words=words),),
    )
    written = write_chat(transcript, RECORDING)
    assert "*PAR:\t&-um <I like> [/] I like the [/] the &+wh dog .\n%xdetected:\t1 2 3 6 8\n" in written
    assert chat(written).utterances == transcript.utterances


def test_text_that_chat_cannot_hold_is_repaired(chat):
    texts = ["Hello,", "AT&T", "[x]", "3:30", "1,000", "0", "New York", "a\x15b", "—", "dog."]
    transcript = Transcript(
        source="whisper",
        speakers=(Speaker(code="speaker one", role="Speaker"),),
        participant="speaker one",
        utterances=(Utterance(speaker="speaker one", words=tuple(Word(text=text) for text in texts)),),
    )
    back = chat(write_chat(transcript, RECORDING))
    assert kinds(back.utterances[0]) == "Hello AT_T x 3:30 1000 zero New_York a_b dog"
    assert (back.participant, back.participant_choice) == ("speaker_one", ParticipantChoice.ROLE)
