"""TextGrid, plain text, JSON, captions and ELAN as transcripts; fillers, fragments and repetitions by rule."""

from __future__ import annotations

import hashlib
import json
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
from lalia.pipeline.formats import READERS, detect, plain, read, write_json, write_textgrid, write_vtt


@pytest.fixture
def reading(tmp_path: Path):
    def from_text(name: str, text: str | bytes, participant: str | None = None) -> Transcript:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(path, participant=participant)

    return from_text


def said(transcript: Transcript) -> list[str]:
    return [" ".join(word.text for word in utterance.words) for utterance in transcript.utterances]


def marked(text: str, language: str | None = None) -> str:
    """Words with what the rules make of them: /f filler, /g fragment, /r repeated."""
    letters = {Kind.WORD: "", Kind.FILLER: "/f", Kind.FRAGMENT: "/g", Kind.REPEATED: "/r"}
    words = detect.mark([Word(text=text) for text in text.split()], language)
    assert all(word.detected is (word.kind is not Kind.WORD) for word in words)
    return " ".join(word.text + letters[word.kind] for word in words)


# Rules: fillers and fragments.


@pytest.mark.parametrize("filler", "um umm uh uhm uhh er erm eh ah hm hmm mm Um, Uh... ummm UM".split())
def test_fillers(filler):
    assert marked(f"so {filler} yes") == f"so {filler}/f yes"


@pytest.mark.parametrize(
    "word", "mhm mm-hmm uh-huh uh-uh err like well you-know hum am umbrella aha huh ehm her".split()
)
def test_what_is_no_filler(word):
    assert marked(f"so {word} yes") == f"so {word} yes"


def test_fillers_are_a_languages_own():
    assert marked("um er uh", "de") == "um er uh"
    assert marked("äh das ehm Haus", "de-AT") == "äh/f das ehm/f Haus"
    assert marked("um the the dog", "cy") == "um the the dog"


def test_a_sound_that_answers_is_no_filler():
    assert marked("Mm.") == "Mm."
    assert marked("Um.") == "Um./f"


def test_fragments():
    assert marked("the wh- what- is well-known -ing") == "the wh/g what/g is well-known -ing"
    assert marked("a br-, bread") == "a br/g bread"


# Rules: repetitions.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the the dog", "the/r the dog"),
        ("the the the dog", "the/r the/r the dog"),
        ("I like I like I like beans", "I/r like/r I/r like/r I like beans"),
        ("and then he and then he fell", "and/r then/r he/r and then he fell"),
        ("The, the dog", "The,/r the dog"),
        ("I um I think", "I/r um/f I think"),
        ("I wh- I think", "I/r wh/g I think"),
        ("we went to the we went to the shop", "we/r went/r to/r the/r we went to the shop"),
        ("Go home. Home is here", "Go home. Home is here"),
        ("that that had had very very no no no", "that that had had very very no no no"),
        ("bye bye two two 7 7", "bye bye two two 7 7"),
        ("no no I no no I mean", "no/r no/r I/r no no I mean"),
        ("the dog saw the dog", "the dog saw the dog"),
    ],
)
def test_repetitions(text, expected):
    assert marked(text) == expected


def test_other_speech_breaks_a_repetition():
    words = [Word(text="the"), Word(text="xxx", kind=Kind.UNINTELLIGIBLE), Word(text="the")]
    assert detect.mark(words) == tuple(words)
    words[1] = Word(text="(.)", kind=Kind.PAUSE)
    assert [word.kind for word in detect.mark(words)] == [Kind.REPEATED, Kind.PAUSE, Kind.WORD]


@given(st.lists(st.sampled_from("the dog a um I very wh- that. no uh-huh".split()), max_size=12))
def test_marking_is_settled_and_leaves_words_in_place(texts):
    words = [Word(text=text, start=float(at), end=at + 0.5) for at, text in enumerate(texts)]
    once = detect.mark(words)
    assert detect.mark(once) == once
    assert [(word.start, word.end) for word in once] == [(word.start, word.end) for word in words]
    assert not texts or once[-1].kind is not Kind.REPEATED


# Plain text.


def test_one_speaker_is_assumed_and_said(reading):
    transcript = reading("a.txt", "Well, um, I I saw it. Did you?\nYes! It was Dr. Smith's 3.5 m dog...\n")
    assert said(transcript) == ["Well um I I saw it", "Did you", "Yes", "It was Dr Smith's 3.5 m dog"]
    assert [u.terminator for u in transcript.utterances] == [".", "?", "!", "+..."]
    assert (transcript.participant, transcript.participant_choice) == ("PAR", ParticipantChoice.ASSUMED)
    assert (transcript.source, transcript.verbatim) == ("text", True)
    assert {word.start for u in transcript.utterances for word in u.words} == {None}
    assert any("no times" in note for note in transcript.notes)
    assert any("was assumed" in note for note in transcript.notes)


def test_text_without_disfluencies_is_not_verbatim(reading):
    assert not reading("a.txt", "I saw it.").verbatim


def test_speakers_of_plain_text(reading):
    text = "INV: Tell me: what is it?\nPAR: A dog.\nIt runs.\n*INV:\tAnd?\nHere is one thing: a cat.\n"
    transcript = reading("a.txt", text)
    assert [u.speaker for u in transcript.utterances] == ["INV", "PAR", "PAR", "INV", "INV"]
    assert transcript.participant == "PAR"
    assert transcript.participant_choice is ParticipantChoice.ROLE
    assert reading("a.txt", text, "inv").participant == "INV"
    named = reading("a.txt", "[00:01] Anna: Hi.\n[00:02] Ben: Hello you.\n[00:04] Anna: Ok.\n[00:05] Ben: So.\n")
    assert [(s.code, s.role) for s in named.speakers] == [("Anna", "Unidentified"), ("Ben", "Unidentified")]
    assert (named.participant, named.participant_choice) == ("Ben", ParticipantChoice.MOST_WORDS)
    assert "Clock times at the start of lines were left out (lines 1, 2, 3, 4)." in named.notes


def test_an_unknown_label_names_the_speakers(reading):
    with pytest.raises(LaliaError) as caught:
        reading("a.txt", "INV: Yes.\nPAR: No.\n", "SUB")
    assert caught.value.code is Code.BAD_TRANSCRIPT
    assert "INV, PAR" in str(caught.value)


def test_remarks_in_brackets(reading):
    words = (
        reading("a.txt", "I [laughs] saw (coughing) the [inaudible] (pause) dog (my own) <cutoff-cat>.")
        .utterances[0]
        .words
    )
    assert [(w.text, w.kind.value) for w in words] == [
        ("I", "word"), ("laughs", "nonverbal"), ("saw", "word"), ("coughing", "nonverbal"), ("the", "word"),
        ("xxx", "unintelligible"), ("(.)", "pause"), ("dog", "word"), ("my", "word"), ("own", "word"),
        ("cat", "fragment"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["...\n", "— !\n", "\x07\x1b\n"])
def test_text_without_words_is_refused(reading, text):
    with pytest.raises(LaliaError) as caught:
        reading("a.txt", text)
    assert caught.value.code in (Code.BAD_TRANSCRIPT, Code.EMPTY_FILE)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=150), suffix=st.sampled_from(sorted(READERS)))
def test_any_text_is_read_or_refused(tmp_path_factory, text, suffix):
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    refused = None
    try:
        assert read(path).utterances
    except LaliaError as error:
        refused = error.code
    assert refused in (None, Code.BAD_TRANSCRIPT, Code.EMPTY_FILE)


def test_meeting_transcripts(shared):
    transcript = read(shared / "data/ami_transcripts/txt/IS1000a.transcript.txt")
    words = [word for u in transcript.utterances for word in u.words]
    tokens = (shared / "data/ami_transcripts/txt/IS1000a.transcript.txt").read_text().split()
    # One event for each blank-delimited token that has a letter or digit; punctuation is in none of them.
    assert len(words) == sum(any(c.isalnum() for c in token) for token in tokens)
    assert not any(set(word.text) & set(".?!,") for word in words)
    assert sum(word.kind is Kind.FILLER and word.text.lower() == "um" for word in words) == sum(
        token.lower().strip(".,?!") == "um" for token in tokens
    )


# TextGrid.

Marks = list[tuple[float, float, str]]


def long_grid(*tiers: tuple[str, Marks]) -> str:
    """The long text format, with the layout Praat writes."""
    end = max(mark[1] for _, marks in tiers for mark in marks)
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0 ", f"xmax = {end} "]
    lines += ["tiers? <exists> ", f"size = {len(tiers)} ", "item []: "]
    for number, (name, marks) in enumerate(tiers, start=1):
        lines += [f"    item [{number}]:", '        class = "IntervalTier" ', f'        name = "{name}" ']
        lines += ["        xmin = 0 ", f"        xmax = {end} ", f"        intervals: size = {len(marks)} "]
        for at, (start, stop, text) in enumerate(marks, start=1):
            quoted = text.replace('"', '""')
            lines += [f"        intervals [{at}]:", f"            xmin = {start} ", f"            xmax = {stop} "]
            lines += [f'            text = "{quoted}" ']
    return "\n".join(lines) + "\n"


def short_grid(*tiers: tuple[str, Marks]) -> str:
    end = max(mark[1] for _, marks in tiers for mark in marks)
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "0", f"{end}", "<exists>", f"{len(tiers)}"]
    for name, marks in tiers:
        lines += ['"IntervalTier"', f'"{name}"', "0", f"{end}", f"{len(marks)}"]
        for start, stop, text in marks:
            lines += [f"{start}", f"{stop}", f'"{text}"']
    return "\n".join(lines) + "\n"


WORDS: Marks = [
    (0, 0.5, ""), (0.5, 0.8, "um"), (0.8, 1, "the"), (1, 1.2, "the"), (1.2, 1.69, "dog"), (1.69, 2.19, "sp"),
    (2.19, 2.6, "ran"), (2.6, 3.2, "sil"), (3.2, 3.5, "<unk>"), (3.5, 4, "home"),
]  # fmt: skip


@pytest.mark.parametrize("grid", [long_grid, short_grid])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_formats_and_encodings_of_textgrids(reading, grid, encoding):
    transcript = reading("a.TextGrid", grid(("words", WORDS), ("phones", [(0, 4, "d")])).encode(encoding))
    # 2.19 - 1.69 is just below 0.5 in binary, and still half a second.
    assert said(transcript) == ["um the the dog", "ran", "xxx home"]
    assert [w.kind.value for w in transcript.utterances[0].words[:4]] == ["filler", "repeated", "word", "word"]
    first = transcript.utterances[0].words[0]
    assert (first.start, first.end, first.times) == (0.5, 0.8, TimeSource.GIVEN)
    assert transcript.participant_choice is ParticipantChoice.ASSUMED
    assert "Tiers of points, phones or remarks were not read." in transcript.notes


def test_a_gap_ends_an_utterance_from_half_a_second(reading):
    words = [(0, 1, "a"), (1, 1.49, ""), (1.49, 2, "b"), (2, 2.5, ""), (2.5, 3, "c")]
    transcript = reading("a.TextGrid", long_grid(("words", words)))
    assert said(transcript) == ["a b", "c"]
    assert [(u.start, u.end) for u in transcript.utterances] == [(0.0, 2.0), (2.5, 3.0)]


def test_speakers_of_textgrids(reading):
    grid = long_grid(
        ("INV - words", [(0, 1, "what"), (1, 4, "")]), ("INV - phones", [(0, 1, "w")]),
        ("PAR - words", [(0, 1, ""), (1, 2, "a"), (2, 3, "dog"), (3, 4, "yes")]),
        ("PAR - utterances", [(0, 1, ""), (1, 3, "A dog?"), (3, 4, "Yes!")]),
    )  # fmt: skip
    transcript = reading("a.textgrid", grid)
    assert [(u.speaker, u.terminator) for u in transcript.utterances] == [("INV", "."), ("PAR", "?"), ("PAR", "!")]
    assert said(transcript) == ["what", "a dog", "yes"]
    assert (transcript.participant, transcript.participant_choice) == ("PAR", ParticipantChoice.ROLE)


def test_points_and_broken_files(reading):
    points = '"TextTier"\n"bell"\n0\n2\n1\n1.5\n"ding"\n'
    grid = short_grid(("words", [(0, 1, "a"), (1, 2, "b")])).replace("<exists>\n1\n", "<exists>\n2\n")
    transcript = reading("a.TextGrid", grid + points)
    assert said(transcript) == ["a b"]
    cut = reading("a.TextGrid", grid[: grid.index('"b"')])
    assert said(cut) == ["a"]
    assert "The TextGrid ends before its last interval." in cut.notes
    backwards = reading("a.TextGrid", short_grid(("words", [(0, 1, "a"), (2, 1, "b")])))
    assert any("end before they start" in note for note in backwards.notes)


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        'File type = "ooTextFile"\nObject class = "Pitch"\n',
        'File type = "ooTextFile"\nObject class = "TextGrid"\n',
        long_grid(("words", [(0, 1, ""), (1, 2, "sil")])), long_grid(("phones", [(0, 1, "a")])),
    ],
)  # fmt: skip
def test_textgrids_that_are_refused(reading, text):
    with pytest.raises(LaliaError) as caught:
        reading("a.TextGrid", text)
    assert caught.value.code is Code.BAD_TRANSCRIPT


@pytest.mark.parametrize(
    ("name", "speakers"),
    [
        ("audio_chat_demo/word.TextGrid", ["PAR0", "PAR1"]),
        ("audio_chat_demo/utterance.TextGrid", ["PAR0", "PAR1"]),
        ("audio_mfa_labelled/acoustic_corpus.TextGrid", ["PAR"]),
        ("audio_mfa_labelled/cold_corpus.TextGrid", ["PAR"]),
    ],
)
def test_real_textgrids(shared, name, speakers):
    parselmouth = pytest.importorskip("parselmouth")
    path = shared / "data" / name
    transcript = read(path)
    words = [word for u in transcript.utterances for word in u.words]
    # Praat's own reading of the file.
    grid = parselmouth.read(str(path))
    call = parselmouth.praat.call
    expected = []
    for tier in range(1, call(grid, "Get number of tiers") + 1):
        if call(grid, "Get tier name", tier) != "phones":
            for at in range(1, call(grid, "Get number of intervals", tier) + 1):
                expected += [t.strip(".?!,") for t in call(grid, "Get label of interval", tier, at).split()]
    assert sorted(word.text for word in words) == sorted(expected)
    assert [speaker.code for speaker in transcript.speakers] == speakers
    fillers = [word.text for word in words if word.kind is Kind.FILLER]
    assert sorted(fillers) == sorted(text for text in expected if text in ("um", "uh"))
    assert len(fillers) >= 2
    assert all((word.start is None) == ("utterance" in name) for word in words)


def transcript_of(*utterances: tuple[str, Marks, str]) -> Transcript:
    """Words with times; each utterance lasts from its first to its last."""
    made = tuple(
        Utterance(
            speaker=speaker,
            words=tuple(Word(text=t, start=a, end=b, times=TimeSource.GIVEN) for a, b, t in marks),
            start=marks[0][0],
            end=marks[-1][1],
            terminator=terminator,
        )
        for speaker, marks, terminator in utterances
    )
    speakers = tuple(Speaker(code=c, role=plain.role_of(c)) for c in dict.fromkeys(u.speaker for u in made))
    return Transcript(source="whisper", speakers=speakers, utterances=made, participant=speakers[0].code)


def test_praat_reads_what_is_written(tmp_path):
    parselmouth = pytest.importorskip("parselmouth")
    marks = [(0.25, 0.5, 'say "hi"'), (0.5, 0.75, "é"), (1.5, 2.0, "dog")]
    written = write_textgrid(transcript_of(("PAR", marks, "?"), ("INV", [(1.75, 2.5, "yes")], ".")), 3.0)
    path = tmp_path / "a.TextGrid"
    path.write_text(written, encoding="utf-8")
    grid = parselmouth.read(str(path))
    call = parselmouth.praat.call
    assert [call(grid, "Get tier name", tier) for tier in range(1, 5)] == [
        "PAR - words", "PAR - utterances", "INV - words", "INV - utterances",
    ]  # fmt: skip
    assert call(grid, "Get end time") == 3.0
    labels = [call(grid, "Get label of interval", 1, at) for at in range(1, 7)]
    assert labels == ["", 'say "hi"', "é", "", "dog", ""]
    assert [call(grid, "Get start time of interval", 1, at) for at in range(1, 7)] == [0, 0.25, 0.5, 0.75, 1.5, 2.0]
    assert call(grid, "Get label of interval", 2, 2) == 'say "hi" é dog?'


def test_overlapping_words_are_kept_apart(tmp_path):
    parselmouth = pytest.importorskip("parselmouth")
    marks = [(0.0, 1.0, "a"), (0.5, 1.5, "b"), (0.6, 1.2, "c"), (2.0, 2.5, "d")]
    path = tmp_path / "a.TextGrid"
    path.write_text(write_textgrid(transcript_of(("PAR", marks, "."))), encoding="utf-8")
    grid = parselmouth.read(str(path))
    labels = [parselmouth.praat.call(grid, "Get label of interval", 1, at) for at in range(1, 5)]
    assert labels == ["a", "b c", "", "d"]


def test_a_transcript_without_times_is_an_empty_textgrid():
    untimed = Transcript(source="text", utterances=(Utterance(speaker="PAR", words=(Word(text="a"),)),))
    written = write_textgrid(untimed, 2.0)
    assert written.count('text = ""') == 2
    assert 'text = "a"' not in written


plain_words = st.text(string.ascii_lowercase, min_size=1, max_size=6).filter(
    lambda text: (
        text not in detect.DOUBLES and text not in plain.UNINTELLIGIBLE and text not in ("sp", "sil", "silence")
    )
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_textgrids_survive_writing_and_reading(tmp_path_factory, data):
    utterances, at = [], 0.0
    for _ in range(data.draw(st.integers(1, 4))):
        marks = []
        for text in data.draw(st.lists(plain_words, min_size=1, max_size=5)):
            marks.append((at, at + 0.25, text))
            at += 0.25
        at += data.draw(st.sampled_from([0.0, 0.25, 1.0]))
        terminator = data.draw(st.sampled_from([".", "?", "!", "+..."]))
        utterances.append((data.draw(st.sampled_from(["PAR", "INV"])), marks, terminator))
    transcript = transcript_of(*utterances)
    path = tmp_path_factory.getbasetemp() / "any.TextGrid"
    path.write_text(write_textgrid(transcript), encoding="utf-8")
    back = read(path)
    assert [(u.speaker, u.start, u.end, u.terminator) for u in back.utterances] == [
        (u.speaker, u.start, u.end, u.terminator) for u in transcript.utterances
    ]
    assert [[(w.text, w.start, w.end) for w in u.words] for u in back.utterances] == [
        [(w.text, w.start, w.end) for w in u.words] for u in transcript.utterances
    ]


# JSON.


def test_our_json_loses_nothing(reading):
    transcript = transcript_of(("PAR", [(0.1, 0.30000000000000004, "um")], "+..."), ("INV", [(1.0, 2.0, "yes")], "."))
    words = (
        transcript.utterances[0]
        .words[0]
        .model_copy(update={"kind": Kind.FILLER, "detected": True, "probability": 0.1}),
    )
    transcript = transcript.model_copy(
        update={"utterances": (transcript.utterances[0].model_copy(update={"words": words}), transcript.utterances[1])}
    )
    text = write_json(transcript)
    back = reading("a.json", text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert back == transcript.model_copy(update={"sha256": digest})
    other = reading("a.json", text, "inv")
    assert (other.participant, other.participant_choice) == ("INV", ParticipantChoice.MANIFEST)


WHISPER = {
    "text": "…",
    "language": "en",
    "segments": [
        {"start": 0.0, "end": 2.0, "text": " Um, the the dog?", "words": [
            {"word": " Um,", "start": 0.0, "end": 0.4, "probability": 0.5},
            {"word": " the", "start": 0.4, "end": 0.6, "probability": 0.9},
            {"word": " the", "start": 0.6, "end": 0.8, "probability": 0.9},
            {"word": " dog?", "start": 1.0, "end": 2.0, "probability": 0.8}]},
        {"start": 2.5, "end": 3.0, "text": " Yes."},
        {"start": 3.0},
    ],
}  # fmt: skip


def test_whisper_json(reading):
    transcript = reading("a.json", json.dumps(WHISPER))
    assert said(transcript) == ["Um the the dog", "Yes"]
    first = transcript.utterances[0]
    assert [w.kind.value for w in first.words] == ["filler", "repeated", "word", "word"]
    assert (first.words[3].start, first.words[3].end, first.words[3].probability) == (1.0, 2.0, 0.8)
    assert first.words[0].times is TimeSource.ENGINE
    assert (first.start, first.end, first.terminator) == (0.0, 2.0, "?")
    assert transcript.utterances[1].words[0].start is None
    assert (transcript.language, transcript.source) == ("en", "whisper")
    assert "Segments without text were skipped." in transcript.notes


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", "{}", "[" * 100_000, '{"segments": []}', '{"segments": [3, {"text": 1}, {"text": "..."}]}', "NaN",
        '{"source": "whisper"}', '{"source": "x", "secret": "private words"}',
    ],
)  # fmt: skip
def test_json_that_is_refused(reading, text):
    with pytest.raises(LaliaError) as caught:
        reading("a.json", text)
    assert caught.value.code is Code.BAD_TRANSCRIPT
    assert "private" not in str(caught.value)


# Captions and ELAN.

VTT = """WEBVTT

NOTE made by hand

1
00:00:01.000 --> 00:00:02.500 align:start
<v Anna>Um, the <i>dog</i> &amp; cat

00:01:02,500 --> 01:00:03,000
<v Ben>Is it?

00:00:05.000 --> 00:00:04.000
Backwards
"""


def test_captions(reading):
    transcript = reading("a.vtt", VTT)
    assert said(transcript) == ["Um the dog cat", "Is it"]
    assert [(u.speaker, u.start, u.end, u.terminator) for u in transcript.utterances] == [
        ("Anna", 1.0, 2.5, "."), ("Ben", 62.5, 3603.0, "?"),
    ]  # fmt: skip
    assert any("Cues that end before they start were skipped" in note for note in transcript.notes)
    srt = reading(
        "a.srt", "1\n00:00:01,000 --> 00:00:02,000\nhello there\nyou\n\n2\n00:00:03,000 --> 00:00:04,000\nbye"
    )
    assert said(srt) == ["hello there you", "bye"]
    assert srt.participant_choice is ParticipantChoice.ASSUMED


def test_captions_survive_writing_and_reading(reading):
    transcript = transcript_of(
        ("PAR", [(0.25, 1.0, "a"), (1.0, 3.5, "dog")], "?"), ("INV", [(3700.0, 3701.0, "b")], ".")
    )
    written = write_vtt(transcript)
    assert "01:01:40.000 --> 01:01:41.000\n<v INV>b." in written
    back = reading("a.vtt", written)
    assert said(back) == said(transcript)
    assert [(u.speaker, u.start, u.end, u.terminator) for u in back.utterances] == [
        (u.speaker, u.start, u.end, u.terminator) for u in transcript.utterances
    ]


EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT><TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="500"/><TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="1500"/>
<TIME_SLOT TIME_SLOT_ID="ts3"/><TIME_SLOT TIME_SLOT_ID="ts4" TIME_VALUE="100"/></TIME_ORDER>
<TIER TIER_ID="a" PARTICIPANT="PAR"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1"
 TIME_SLOT_REF2="ts2"><ANNOTATION_VALUE>Um, a dog?</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="INV"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts4" TIME_SLOT_REF2="ts3">
<ANNOTATION_VALUE>Yes.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="gloss" PARENT_REF="a"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a3" ANNOTATION_REF="a1">
<ANNOTATION_VALUE>Hund</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>
"""


def test_elan(reading):
    transcript = reading("a.eaf", EAF)
    assert [(u.speaker, u.start, u.end, u.terminator) for u in transcript.utterances] == [
        ("INV", None, None, "."), ("PAR", 0.5, 1.5, "?"),
    ]  # fmt: skip
    assert said(transcript) == ["Yes", "Um a dog"]
    assert transcript.participant == "PAR"


@pytest.mark.parametrize(
    "text",
    [
        "<a>", "<html></html>", "<ANNOTATION_DOCUMENT/>",
        '<!DOCTYPE a [<!ENTITY b "bb">]><ANNOTATION_DOCUMENT>&b;</ANNOTATION_DOCUMENT>',
    ],
)  # fmt: skip
def test_elan_that_is_refused(reading, text):
    with pytest.raises(LaliaError) as caught:
        reading("a.eaf", text)
    assert caught.value.code is Code.BAD_TRANSCRIPT
