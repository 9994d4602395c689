"""TextGrids in and out."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import (
    Code,
    Kind,
    LaliaError,
    ParticipantChoice,
    TimeSource,
    Transcript,
    Utterance,
    Word,
)
from lalia.pipeline.formats import detect, plain, read, write_textgrid
from lalia.tests.timed import Marks, said, transcript_of


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
    back = read(path, participant=transcript.participant)
    assert [(u.speaker, u.start, u.end, u.terminator) for u in back.utterances] == [
        (u.speaker, u.start, u.end, u.terminator) for u in transcript.utterances
    ]
    assert [[(w.text, w.start, w.end) for w in u.words] for u in back.utterances] == [
        [(w.text, w.start, w.end) for w in u.words] for u in transcript.utterances
    ]
