"""The example pictures, stories and transcripts keep what their pages promise."""

from __future__ import annotations

import json
import re
import struct
from collections import Counter
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import pylangacq
import pytest
from lalia.data_schemas import ContentUnit, Kind, ParticipantChoice, Recording, Transcript, Utterance, Word
from lalia.models import parsers
from lalia.pipeline.annotate import read_stimulus
from lalia.pipeline.formats import read, write_chat

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
STIMULI = EXAMPLES / "stimuli"
SVG = STIMULI / "market.svg"
PNG = STIMULI / "market.png"
SVG_SIZE = (900, 600)
PNG_SIZE = (1350, 900)

# Fill in the SVG that only one thing has, and the unit it belongs to.
OWN_COLOUR = {
    "#e2574c": "kite",
    "#e08a3c": "cat",
    "#6c8fc4": "birds",
    "#e9b23c": "woman with an umbrella",
    "#8f99aa": "dark cloud",
    "#4f9fa8": "shopping bag",
    "#e77f9c": "girl",
    "#f7b6c6": "ice cream melts",
    "#6f8fb0": "watering can",
    "#a9744a": "dog",
    "#b5523b": "sausages",
    "#a05a9c": "woman",
    "#8fa15c": "man on the bench",
    "#cc6f45": "flower in a pot",
}

# Least number of each event in the participant's utterances.
PROMISED = {
    "picture": {"utterances": 14, "words": 180, "fillers": 5, "timed": 2},
    "story": {"utterances": 9, "words": 110, "fillers": 5, "timed": 3},
    "animals": {"utterances": 8, "words": 25, "fillers": 5, "timed": 4},
    "interview": {"utterances": 20, "words": 220, "fillers": 5, "timed": 2},
}
AT_LEAST = {Kind.REPEATED: 1, Kind.REVISED: 1, Kind.FRAGMENT: 1, Kind.PAUSE: 8, Kind.UNINTELLIGIBLE: 1}


@cache
def units(name: str) -> dict[str, ContentUnit]:
    return {unit.name: unit for unit in read_stimulus(STIMULI / f"{name}.json").content_units}


@cache
def transcript(name: str) -> Transcript:
    return read(EXAMPLES / "transcripts" / f"{name}.cha")


@cache
def pixels() -> np.ndarray:
    with av.open(str(PNG)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


def counts(name: str) -> Counter[Kind]:
    return Counter(word.kind for utterance in transcript(name).of_participant for word in utterance.words)


def spoken(name: str) -> list[str]:
    said = transcript(name).of_participant
    return [word.text.lower() for utterance in said for word in utterance.words if word.kind is Kind.WORD]


@pytest.mark.parametrize("name", ["market", "story"])
def test_a_stimulus_says_what_it_is_and_under_which_licence(name):
    stimulus = read_stimulus(STIMULI / f"{name}.json")
    assert stimulus.stimulus_id == name
    assert stimulus.title
    assert "CC BY 4.0" in stimulus.licence
    assert (stimulus.picture is None) != (stimulus.text is None)
    listed = json.loads((STIMULI / f"{name}.json").read_text("utf-8"))["content_units"]
    assert len(units(name)) == len(listed), "names must differ"


@pytest.mark.parametrize("name", ["market", "story"])
def test_words_of_a_unit_are_single_lower_case_and_different(name):
    for unit in units(name).values():
        assert unit.words, unit.name
        assert len(set(unit.words)) == len(unit.words), unit.name
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)?", word) for word in unit.words), unit.name


def test_the_picture_has_enough_units_and_the_story_too():
    assert len(units("market")) >= 25
    assert len(units("story")) >= 20
    assert all(unit.box is None for unit in units("story").values())


def test_the_story_is_short_enough_to_recall():
    text = read_stimulus(STIMULI / "story.json").text
    assert text is not None
    assert 60 <= len(text.split()) <= 90


def test_boxes_lie_inside_the_picture():
    for unit in units("market").values():
        assert unit.box is not None, unit.name
        x, y, width, height = unit.box
        assert min(x, y) >= 0, unit.name
        assert min(width, height) > 0, unit.name
        assert max(x + width, y + height) <= 1, unit.name


@pytest.mark.parametrize(("colour", "name"), OWN_COLOUR.items())
def test_a_box_holds_the_thing_that_is_drawn(colour, name):
    """All of a thing's own colour lies in its box, and the box is not much larger than the thing."""
    box = units("market")[name].box
    assert box is not None
    x, y, width, height = (side * size for side, size in zip(box, PNG_SIZE * 2, strict=True))
    rows, columns = np.nonzero((pixels() == list(bytes.fromhex(colour[1:]))).all(axis=2))
    inside = (columns >= x) & (columns < x + width) & (rows >= y) & (rows < y + height)
    assert rows.size > 100
    # Where two colours blend at an edge, a stray pixel elsewhere may have this one.
    assert inside.mean() > 0.99
    assert np.ptp(columns[inside]) > 0.3 * width
    assert np.ptp(rows[inside]) > 0.2 * height


def test_the_svg_carries_its_licence_and_nothing_that_runs_or_loads():
    text = SVG.read_text("utf-8")
    assert "<!" not in text
    assert "creativecommons.org/licenses/by/4.0" in text
    for element in ElementTree.fromstring(text).iter():
        tag = element.tag.rpartition("}")[2]
        assert tag not in {"script", "foreignObject", "image", "use", "style", "a", "iframe", "animate", "set"}
        for attribute, value in element.attrib.items():
            name = attribute.rpartition("}")[2].lower()
            assert not name.startswith("on")
            assert name not in {"href", "src"}
            assert "url(" not in value.lower()
            assert "://" not in value or tag == "license"


def test_the_picture_is_named_and_has_a_description_for_those_who_cannot_see_it():
    root = ElementTree.fromstring(SVG.read_text("utf-8"))
    assert (root.get("width"), root.get("height")) == tuple(map(str, SVG_SIZE))
    found = {child.tag.rpartition("}")[2]: child.text for child in root}
    assert found["title"] == read_stimulus(STIMULI / "market.json").title
    assert len((found["desc"] or "").split()) > 20
    assert read_stimulus(STIMULI / "market.json").picture == SVG.name


def test_the_png_has_the_size_promised():
    head = PNG.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == PNG_SIZE
    assert PNG.stat().st_size < 300_000
    assert PNG_SIZE[0] * SVG_SIZE[1] == PNG_SIZE[1] * SVG_SIZE[0]


@pytest.mark.parametrize("name", PROMISED)
def test_a_transcript_reads_whole(name):
    found = transcript(name)
    assert found.notes == ()
    assert found.language == "en"
    assert (found.participant, found.participant_choice) == ("PAR", ParticipantChoice.ROLE)
    assert {utterance.speaker for utterance in found.utterances} == {"PAR", "INV"}
    text = (EXAMPLES / "transcripts" / f"{name}.cha").read_text("utf-8")
    assert "@Comment:\tWritten for lalia; invented talk, no real person." in text


@pytest.mark.parametrize("name", PROMISED)
def test_a_transcript_has_the_events_promised(name):
    promised, found = PROMISED[name], counts(name)
    assert len(transcript(name).of_participant) >= promised["utterances"]
    assert found[Kind.WORD] >= promised["words"]
    assert found[Kind.FILLER] >= promised["fillers"]
    assert all(found[kind] >= least for kind, least in AT_LEAST.items())
    words = [word for utterance in transcript(name).of_participant for word in utterance.words]
    assert sum(word.duration is not None for word in words) >= promised["timed"]
    assert any(word.kind is Kind.NONVERBAL and word.text == "laughs" for word in words)
    assert {".", "?", "+..."} <= {utterance.terminator for utterance in transcript(name).of_participant}


@pytest.mark.parametrize("name", PROMISED)
def test_another_reader_finds_the_same_utterances(name):
    """Oracle: pylangacq, a reader of CHAT that shares no code with ours."""
    others = pylangacq.read_chat(str(EXAMPLES / "transcripts" / f"{name}.cha")).utterances()
    assert [u.participant for u in others] == [u.speaker for u in transcript(name).utterances]


@pytest.mark.parametrize("name", PROMISED)
def test_a_transcript_comes_back_from_writing_as_it_was(name, tmp_path):
    recording = Recording(recording_id=name, participant_id="example", path=f"{name}.wav")
    path = tmp_path / f"{name}.cha"
    path.write_text(write_chat(transcript(name), recording), "utf-8")
    again = read(path)
    assert again.notes == ()
    assert again.utterances == transcript(name).utterances
    assert again.speakers == transcript(name).speakers


def test_the_interview_has_turns_of_both():
    speakers = [utterance.speaker for utterance in transcript("interview").utterances]
    starts = [now for before, now in zip([None, *speakers], speakers, strict=False) if now != before]
    assert min(Counter(starts).values()) >= 8


def test_the_animals_slow_down_repeat_one_and_hold_one_that_is_none():
    said = spoken("animals")
    assert said.count("dog") == 2
    assert said.count("tractor") == 1
    words = [word for utterance in transcript("animals").of_participant for word in utterance.words]
    timed = [word.duration for word in words if word.duration is not None]
    # The last four pauses grow, and each is longer than any before.
    assert timed[-4:] == sorted(timed[-4:])
    assert timed[-4] > max(timed[:-4])


@pytest.mark.parametrize(("stimulus", "name"), [("market", "picture"), ("story", "story")])
def test_most_units_are_found_in_the_talk_by_lemma(stimulus, name):
    parses = parsers.load("en-core-web-sm").parse(transcript(name).of_participant)
    lemmas = {token.lemma.lower() for parse in parses for token in parse}
    told = [unit for unit in units(stimulus).values() if lemmas & set(unit.words)]
    assert len(told) >= 0.75 * len(units(stimulus))


def test_every_unit_of_the_story_is_in_its_text_by_lemma():
    text = read_stimulus(STIMULI / "story.json").text
    assert text is not None
    words = tuple(Word(text=word.strip(".,")) for word in text.split())
    lemmas = {t.lemma.lower() for t in parsers.load("en-core-web-sm").parse([Utterance(speaker="INV", words=words)])[0]}
    assert [unit.name for unit in units("story").values() if not lemmas & set(unit.words)] == []


def test_the_page_shows_a_unit_as_the_file_has_it():
    page = (EXAMPLES.parent / "docs" / "stimuli.md").read_text("utf-8")
    shown = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert len(shown) == 1
    unit = ContentUnit.model_validate_json(shown[0])
    assert unit == units("market")[unit.name]


@pytest.mark.parametrize("name", ["market", "story"])
def test_the_page_tells_the_number_of_units(name):
    page = (EXAMPLES.parent / "docs" / "stimuli.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `examples/stimuli/{name}.json`"))
    assert row.split("|")[3].strip() == str(len(units(name)))
