"""The report's pages as text: every number as assessed, every reason in words, every word in its place."""

from __future__ import annotations

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
)
from lalia.features import specs
from lalia.features.registry import FAMILIES
from lalia.pipeline import report
from lalia.pipeline.report import page, plain, render, shown, turns
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
