"""The report's pages as text: every number as assessed, every reason in words, every word in its place."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lalia.data_schemas import (
    Assessment,
    Code,
    Contribution,
    Flag,
    Kind,
    ParticipantChoice,
    Reason,
    Score,
    Task,
    Utterance,
    Word,
)
from lalia.features import specs
from lalia.features.registry import FAMILIES
from lalia.pipeline import report
from lalia.pipeline.report import page, plain, render, shown, turns
from lalia.pipeline.report.figure import figure
from lalia.tests import sampledata
from lalia.tests.reading import Reader, bare, value


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return sampledata.assessment()


@pytest.fixture(scope="module")
def html(assessment) -> str:
    return page(assessment)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (plain.FLAGS, Flag),
        (plain.REASONS, Reason),
        (plain.CODES, Code),
        (plain.KINDS, Kind),
        (plain.CHOICES, ParticipantChoice),
        (plain.TASKS, Task),
    ],
)
def test_every_code_has_plain_words_of_its_own(words, kind):
    assert set(words) == set(kind)
    assert len(set(words.values())) == len(words)
    assert all(text.strip() and "_" not in text for text in words.values())


def test_every_family_has_a_heading_and_a_sentence():
    assert set(plain.FAMILIES) == set(FAMILIES)
    assert all(title and sentence.endswith(".") for title, sentence in plain.FAMILIES.values())


def test_every_feature_has_a_label_of_its_own_within_its_family():
    labels = [(spec.family, shown.label(name)) for name, spec in specs().items()]
    assert len(set(labels)) == len(labels)
    assert not [label for _, label in labels if "_" in label or not label]


def test_every_number_shown_is_the_assessments(assessment, html):
    reader = Reader(html)
    rows = {e["data-feature"]: e for e in reader.all("tr") if "data-feature" in e}
    assert set(rows) == {value.feature for value in assessment.features.values}
    numbers = iter(reader.all("data"))
    measured = [rows_of for rows_of in rows if " " not in rows_of]
    by_name = {value.feature: value for value in assessment.features.values}
    for name in measured:
        value = by_name[name]
        if value.value is None:
            continue
        number = next(numbers)
        assert float(number["value"]) == value.value
        close(number["text"], value.value)
        text = rows[name]["text"]
        assert shown.unit(value.unit) in text
        if value.ci_low is not None:
            interval = shown.value(value).interval
            assert interval in text
            for bound, exact in zip(interval.split(" to "), (value.ci_low, value.ci_high), strict=True):
                close(bound, exact)
        if value.n is not None:
            assert text.endswith(str(value.n))
    assert next(numbers, None) is None


def close(text: str, exact: float) -> None:
    """The number printed differs from the exact one by at most half a unit of its last digit."""
    mantissa, _, power = text.replace("\u202f", "").replace("\u2212", "-").partition(" × 10")
    scale = Decimal(10) ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
    last = scale * Decimal(10) ** -len(mantissa.partition(".")[2])
    # Decimal holds every double exactly; its own arithmetic errs by 1e-28 of the number.
    assert abs(Decimal(mantissa) * scale - Decimal(exact)) <= last / 2 + abs(Decimal(exact)) * Decimal("1e-25"), text


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False))
def test_any_number_is_shown_to_three_digits(x):
    text = shown.number(x)
    close(text, x)
    if x:
        digits = re.sub(r" × 10.*|[^0-9]", "", text).lstrip("0")
        assert len(digits) >= 3
    assert "e" not in text
    assert text[0] != "-"


@given(
    st.floats(min_value=-1e6, max_value=1e6),
    st.floats(min_value=0, max_value=1e3),
    st.floats(min_value=0, max_value=1e3),
)
def test_an_interval_shows_both_its_bounds(middle, below, above):
    row = value(value=middle, ci_low=middle - below, ci_high=middle + above)
    made = shown.value(row)
    close(made.text, middle)
    for bound, exact in zip(made.interval.split(" to "), (row.ci_low, row.ci_high), strict=True):
        close(bound, exact)


def test_every_missing_value_says_why(assessment, html):
    rows = {e["data-feature"]: e["text"] for e in Reader(html).all("tr") if "data-feature" in e}
    seen = set()
    for item in assessment.features.values:
        if item.value is None:
            code, _, detail = item.reason.partition(": ")
            assert plain.REASONS[Reason(code)] in rows[item.feature]
            assert detail.replace("_", " ") in rows[item.feature]
            seen.add(code)
    assert seen == {reason.value for reason in Reason}


def test_a_reason_or_family_that_is_not_known_is_still_shown():
    html = page(bare(values=(value("tapping.speed", value=None, reason="of a later version"),)))
    assert "of a later version" in html
    assert "Tapping" in html


def test_scope_stands_on_every_page(assessment, tmp_path):
    index = render(tmp_path, [assessment], [], {})
    for path in index.parent.iterdir():
        assert plain.SCOPE in path.read_text("utf-8")


def test_without_a_score_the_page_says_so_and_with_one_shows_it(assessment, html):
    assert plain.NO_SCORE in html
    score = Score(
        recording_id="story-01",
        model="m",
        version="2",
        status="ok",
        probability=0.314,
        low=0.2,
        high=0.44,
        top=(Contribution(feature="lexical.ttr", weight=-0.5),),
    )
    refused = Score(recording_id="story-01", model="k", version="1", status="refused", reason="two speakers")
    scored = page(assessment.model_copy(update={"scores": (score, refused)}))
    assert plain.NO_SCORE not in scored
    for text in ("probability 0.31", "0.20 to 0.44", "TTR (\u22120.5)", "Refused: two speakers"):
        assert text in scored


def test_flags_and_notes_stand_before_the_numbers(assessment):
    every = assessment.model_copy(update={"audio": assessment.audio.model_copy(update={"flags": tuple(Flag)})})
    html = page(every)
    reader = Reader(html)
    (problems,) = reader.all("section", id="quality")
    for told in (*plain.FLAGS.values(), *(note.rstrip(".") for note in every.transcript.notes)):
        assert told in problems["text"]
    assert html.index('id="quality"') < html.index('id="recording"') < html.index('id="measures"')
    clean = assessment.transcript.model_copy(
        update={"notes": (), "engine": None, "model": None, "participant_choice": ParticipantChoice.ROLE}
    )
    without = assessment.model_copy(
        update={"audio": assessment.audio.model_copy(update={"flags": ()}), "transcript": clean}
    )
    assert "No problem was found" in page(without)


def told_before(assessment, **changes) -> str:
    said = assessment.transcript.model_copy(update=changes)
    (problems,) = Reader(page(assessment.model_copy(update={"transcript": said}))).all("section", id="quality")
    return problems["text"]


MACHINE = "recognised by a machine"


def test_one_assumed_speaker_is_told_once(assessment):
    notes = (
        "One speaker is assumed: the recogniser does not tell voices apart.",
        "The transcript names no speakers; one speaker, the participant, was assumed.",
        "The manifest names a speaker, but without a transcript no voice has a name: one speaker is assumed.",
    )
    told = told_before(assessment, participant_choice=ParticipantChoice.ASSUMED, notes=notes)
    assert plain.CHOICES[ParticipantChoice.ASSUMED] in told
    assert "assumed" not in told
    assert "The manifest names a speaker, but without a transcript no voice has a name." in told
    # Where the choice was made in another way, nothing else says what the note says.
    assert notes[0] in told_before(assessment, participant_choice=ParticipantChoice.ROLE, notes=notes)


def test_who_made_the_words_is_told_where_there_are_words(assessment):
    assert MACHINE in told_before(assessment)
    silent = told_before(assessment, utterances=(), verbatim=False)
    assert MACHINE not in silent
    assert "hesitation" not in silent
    assert "no words were found" in silent
    given = told_before(assessment, sha256="e" * 64)
    assert MACHINE not in given
    assert "The transcript was given; it was first made by tiny.en." in given
    by_hand = told_before(assessment, sha256="e" * 64, engine=None, model=None)
    assert "first made by" not in by_hand


def test_notes_on_notation_stand_with_how_it_was_made(assessment):
    notes = ("Dependent tiers %mor were not read.", "Brackets '>' that close nothing were left out (line 3).")
    said = assessment.transcript.model_copy(update={"notes": (*notes, "Captions have no word times.")})
    reader = Reader(page(assessment.model_copy(update={"transcript": said})))
    (problems,), (how,) = (reader.all("section", id=name) for name in ("quality", "made"))
    assert "Captions have no word times." in problems["text"]
    for note in notes:
        assert note not in problems["text"]
        assert note in how["text"]


def test_notes_told_apart_are_those_the_readers_take():
    code = Path(report.__file__).parents[2]
    readers = "".join(path.read_text("utf-8") for path in sorted((code / "pipeline" / "formats").glob("*.py")))
    assert [start for start in plain.OF_FORMAT if f'"{start}' not in readers] == []
    for source in ("pipeline/formats/plain.py", "models/whisper/recogniser.py"):
        assert plain.ONE_SPEAKER.search((code / source).read_text("utf-8")), source


def test_words_transcribed_are_not_taken_for_the_word_count(assessment, html):
    facts = {e["text"]: e for e in Reader(html).all("div") if "title" in e}
    count = turns.participant_words(assessment.transcript)
    assert "splits contractions" in facts[f"Words transcribed{count}"]["title"]
    assert "Contractions are split" in next(e["text"] for e in Reader(html).all("section", id="family-lexical"))


@pytest.mark.parametrize(
    ("task", "caution"),
    [(Task.STORY_RECALL, plain.RUNNING_SPEECH), (None, plain.TASK_UNKNOWN), (Task.SUSTAINED_VOWEL, None)],
)
def test_voice_in_running_speech_is_not_held_against_limits_for_vowels(assessment, task, caution):
    rec = assessment.recording.model_copy(update={"task": task})
    reader = Reader(page(assessment.model_copy(update={"recording": rec})))
    (voice,), (prosody,) = (reader.all("section", id=f"family-{key}") for key in ("voice", "prosody"))
    assert [text in voice["text"] for text in (plain.RUNNING_SPEECH, plain.TASK_UNKNOWN)] == [
        text == caution for text in (plain.RUNNING_SPEECH, plain.TASK_UNKNOWN)
    ]
    assert "sustained vowels" not in prosody["text"]


def test_transcript_keeps_every_word_and_marks_it(assessment, html):
    spans = [e for e in Reader(html).all("span") if "data-t" in e]
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


def test_nothing_at_all_is_a_page_too(tmp_path):
    assert "There is no audio" in page(bare())
    assert "Nothing was measured" in page(bare())
    text = render(tmp_path, [], [], {}).read_text("utf-8")
    assert "No recording was assessed" in text
    Reader(text)


def test_index_tells_each_recording_and_each_rejection(assessment, tmp_path):
    reader = Reader(render(tmp_path, [assessment], sampledata.REJECTED, sampledata.PROVENANCE).read_text("utf-8"))
    rows = [e["text"] for e in reader.all("tr")]
    (row,) = [text for text in rows if text.startswith("story-01")]
    words = sum(w.kind is Kind.WORD for u in assessment.transcript.of_participant for w in u.words)
    measured = sum(v.value is not None for v in assessment.features.values)
    for text in ("P-017", "story recall", "59.2 s", f"{words}2{measured} of {len(assessment.features.values)}"):
        assert text in row
    for item in sampledata.REJECTED:
        (text,) = [row for row in rows if row.startswith(item.recording_id)]
        for part in (plain.CODES[Code(item.code)], item.code, item.message, item.stage):
            assert part in text
    assert {"../features.csv", "../errors.csv", "story-01.html"} <= {e.get("href") for e in reader.all("a")}


def test_a_value_of_another_version_says_so():
    changed = value(value=0.4).model_copy(update={"version": 99})
    assert "Measured by version 99 of the definition" in page(bare(values=(changed,)))
    assert "of the definition; the one shown" not in page(bare(values=(value(),)))


def test_a_word_heard_in_two_ways_is_marked_and_says_why(assessment):
    words = (Word(text="river", probability=0.9, codes=("[?]",)), Word(text="boat", probability=0.9))
    said = assessment.transcript.model_copy(update={"utterances": (Utterance(speaker="PAR", words=words),)})
    reader = Reader(page(assessment.model_copy(update={"transcript": said})))
    (marked,) = [element for element in reader.elements if element.get("text") == "river" and "title" in element]
    assert marked["title"] == "The recogniser's two hearings differ"
    assert not [element for element in reader.elements if element.get("text") == "boat" and "title" in element]
