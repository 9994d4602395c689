"""The talk on a report's page: every word, pause and contour in its place."""

from __future__ import annotations

import math

import pytest
from lalia.data_schemas import (
    Assessment,
    Kind,
    Utterance,
    Word,
)
from lalia.pipeline.report import page, turns
from lalia.pipeline.report.figure import figure
from lalia.tests import sampledata
from lalia.tests.reading import Reader


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return sampledata.assessment()


def test_transcript_keeps_every_word_and_marks_it(assessment):
    spans = [e for e in Reader(page(assessment)).all("span") if "data-t" in e]
    words = [w for u in assessment.transcript.utterances for w in u.words if w.start is not None]
    assert len(spans) == len(words)
    for span, word in zip(spans, words, strict=True):
        assert (float(span["data-t"]), float(span["data-e"])) == (word.start, word.end)
        marks = (span.get("class") or "").split()
        assert (word.kind.value in marks) == (word.kind is not Kind.WORD)
        assert ("unsure" in marks) == (word.probability < turns.UNSURE)
        if word.kind in {Kind.WORD, Kind.FILLER, Kind.REPEATED, Kind.REVISED}:
            assert span["text"] == word.text


def test_long_pauses_are_written_where_they_are():
    def said(*times, speaker="PAR"):
        words = tuple(Word(text=f"w{at}", start=at, end=at + 0.3) for at in times)
        return Utterance(speaker=speaker, words=words)

    transcript = sampledata.transcript().model_copy(
        update={"utterances": (said(0.0, 1.29), said(2.6, 4.0), said(6.5, speaker="INV"))}
    )
    first, second = turns.spoken(transcript).turns
    lines = [[piece.text for piece in line.pieces] for line in first.lines]
    # 0.99 s is no long pause; 1.01 s between utterances and 1.1 s inside one are.
    assert lines == [["w0.0", "w1.29"], ["[1.0 s]", "w2.6", "[1.1 s]", "w4.0"]]
    assert second.before == "[2.2 s]"


def test_a_pause_the_transcriber_wrote_is_not_written_twice():
    words = (
        Word(text="so", start=0.0, end=0.2),
        Word(text="", kind=Kind.PAUSE, duration=2.0),
        Word(text="then", start=2.2, end=2.4),
        Word(text="", kind=Kind.PAUSE),
    )
    transcript = sampledata.transcript().model_copy(update={"utterances": (Utterance(speaker="PAR", words=words),)})
    ((line,),) = [turn.lines for turn in turns.spoken(transcript).turns]
    assert [piece.text for piece in line.pieces] == ["so", "[2.0 s]", "then", "[pause]"]


def test_no_pause_is_told_where_words_without_times_may_lie():
    def untimed(text="w", **span):
        return Utterance(speaker="PAR", words=(Word(text=text), Word(text=text)), **span)

    def timed(start):
        return Utterance(speaker="PAR", words=(Word(text="t", start=start, end=start + 0.5),))

    def lines(*utterances):
        given = sampledata.transcript().model_copy(update={"utterances": utterances})
        (turn,) = turns.spoken(given).turns
        return [[piece.text for piece in line.pieces] for line in turn.lines]

    # The words in the middle last until 5 s, which only their utterance tells; then nobody speaks for 1.5 s.
    assert lines(timed(0), untimed(start=1, end=5), timed(5.2)) == [["t"], ["w", "w"], ["t"]]
    assert lines(timed(0), untimed(start=1, end=5), timed(6.5)) == [["t"], ["w", "w"], ["[1.5 s]", "t"]]
    # Where not even that is known, there may or may not have been a pause.
    assert lines(timed(0), untimed(), timed(9)) == [["t"], ["w", "w"], ["t"]]
    mixed = Utterance(speaker="PAR", words=(*timed(0).words, Word(text="w"), *timed(4).words))
    assert lines(mixed) == [["t", "w", "t"]]
    laughing = Utterance(speaker="PAR", words=(*timed(0).words, Word(text="", kind=Kind.NONVERBAL), *timed(4).words))
    assert lines(laughing) == [["t", "[sound]", "[3.5 s]", "t"]]


def test_figure_holds_every_word_pause_and_second(assessment):
    drawn = figure(assessment.drawing, assessment.transcript)
    assert drawn.parts[0].start == 0
    assert drawn.parts[-1].end == pytest.approx(assessment.drawing.duration)
    assert all(a.end == b.start for a, b in zip(drawn.parts, drawn.parts[1:], strict=False))
    spoken = [w for u in assessment.transcript.utterances for w in u.words if w.start is not None]
    spoken = [w for w in spoken if w.kind is not Kind.NONVERBAL]
    assert sum(len(part.labels) for part in drawn.parts) == len(spoken)
    shaded = sum(band.width for part in drawn.parts for band in part.bands)
    # Each band is rounded to a tenth of a pixel.
    paused = 60 * sum(end - start for start, end in assessment.drawing.pauses)
    assert shaded == pytest.approx(paused, abs=0.1 * sum(len(part.bands) for part in drawn.parts))
    assert f"{len(assessment.drawing.pauses)} pauses shaded" in drawn.described


def test_figure_puts_pitch_and_peaks_where_they_are():
    given = sampledata.drawing(sampledata.transcript(), 60.0).model_copy(
        update={"duration": 4.0, "peaks": (0.0, 0.5, 1.0, 0.0), "f0_times": (1.0, 1.01, 3.0), "f0_hz": (100, 200, 200)}
    )
    (part,) = figure(given, None).parts
    # 60 pixels a second; an octave spans the whole axis from 76 to 140; the third frame is a voiced run of its own.
    assert part.pitch == "M60 140.0h0L60.6 76.0M180 76.0h0"
    # The loudest peak, in the third second, is drawn 31 px high about the middle of 64.
    assert "L150 1.0L" in part.wave


def test_labels_of_the_pitch_axis_stand_clear_of_the_contour(assessment):
    drawing = assessment.drawing
    drawn = figure(drawing, assessment.transcript)
    grid = {text: y for y, text in drawn.hz if text}
    top, low, high = drawn.y_pitch, max(grid.values()), min(grid.values())
    octaves = (low - high) / (len(grid) - 1) if len(grid) > 1 else None
    assert octaves is not None
    assert sum(len(part.hz) for part in drawn.parts) > len(drawn.parts)
    lowest = int(max(grid, key=grid.get).split()[0])
    second = int(sorted(grid, key=grid.get)[-2].split()[0])
    scale = octaves / math.log(second / lowest)
    for part in drawn.parts:
        for x, y, text in part.hz:
            assert y == pytest.approx(grid[text] - 3, abs=0.11)
            assert 0 <= x <= part.width - 38
        for at, hz in zip(drawing.f0_times, drawing.f0_hz, strict=True):
            if part.start <= at < part.end:
                across, down = 60 * (at - part.start), low - scale * math.log(hz / lowest)
                assert down >= top - 0.5
                # Letters of 10 px are at most 8 px tall and, six of them, 34 px wide.
                assert not [text for x, y, text in part.hz if x <= across <= x + 34 and y - 8 <= down <= y]


def test_a_long_recording_scrolls_under_an_overview_and_a_very_long_one_has_only_that():
    short, long, longest = (
        figure(sampledata.drawing(sampledata.transcript(), 60.0).model_copy(update={"duration": s}), None)
        for s in (60.0, 61.0, 601.0)
    )
    assert (short.overview, short.scrolls) == (None, False)
    assert long.overview is not None
    assert long.scrolls
    assert longest.overview is not None
    assert longest.parts == ()


def test_a_word_heard_in_two_ways_is_marked_and_says_why(assessment):
    words = (Word(text="river", probability=0.9, codes=("[?]",)), Word(text="boat", probability=0.9))
    said = assessment.transcript.model_copy(update={"utterances": (Utterance(speaker="PAR", words=words),)})
    reader = Reader(page(assessment.model_copy(update={"transcript": said})))
    (marked,) = [element for element in reader.elements if element.get("text") == "river" and "title" in element]
    assert marked["title"] == "The recogniser's two hearings differ"
    assert not [element for element in reader.elements if element.get("text") == "boat" and "title" in element]
