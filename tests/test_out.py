"""What is written of a transcript, read by the programs it is written for."""

from __future__ import annotations

import io
import json
import math
import os
import re
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lalia.data_schemas import (
    Kind,
    ParticipantChoice,
    Phone,
    Recording,
    Speaker,
    TimeSource,
    Transcript,
    Utterance,
    Word,
)
from lalia.pipeline.formats import read, write_chat, write_json, write_textgrid, write_vtt

RECORDING = Recording(recording_id="rec-1", participant_id="p1", path="a/b.wav")


def word(text: str, start: float, end: float, phones: str = "", **more) -> Word:
    """An aligned word whose sounds share its time equally."""
    names = phones.split()
    step = (end - start) / max(1, len(names))
    sounds = tuple(
        Phone(text=name, start=start + at * step, end=start + (at + 1) * step) for at, name in enumerate(names)
    )
    return Word(text=text, start=start, end=end, phones=sounds, times=TimeSource.ALIGNED, alignment=0.9, **more)


def spoken() -> Transcript:
    par = (
        word("um", 1.0, 1.25, "AH M", kind=Kind.FILLER, detected=True),
        word("the", 1.75, 1.875, "DH AH", kind=Kind.REPEATED, detected=True),
        word("the", 2.0, 2.125, "DH AH"),
        word("b", 2.25, 2.375, "B", kind=Kind.FRAGMENT, detected=True),
        word("boy", 3.5, 4.0, "B OY"),
    )
    inv = (word("Tell", 0.0, 0.25, "T EH L"), word("me", 0.25, 0.5, "M IY"))
    late = (word("yes", 3.75, 4.25, "Y EH S"),)
    return Transcript(
        source="whisper",
        language="en",
        engine="ctranslate2",
        model="tiny.en",
        verbatim=True,
        speakers=(Speaker(code="PAR", role="Participant"), Speaker(code="INV", role="Investigator")),
        participant_choice=ParticipantChoice.MOST_WORDS,
        utterances=(
            Utterance(speaker="INV", words=inv, start=0.0, end=0.5),
            Utterance(speaker="PAR", words=par, start=1.0, end=4.0),
            Utterance(speaker="INV", words=late, start=3.75, end=4.25, terminator="?"),
        ),
    )


# CHAT.


def test_pylangacq_reads_words_times_and_speakers():
    import pylangacq

    reader = pylangacq.CHAT.from_strs([write_chat(spoken(), RECORDING)])
    assert [{person.code for person in found} for found in reader.participants(by_file=True)] == [{"PAR", "INV"}]
    marks = [u.time_marks for u in reader.utterances()]
    assert marks == [(0, 500), (1000, 4000), (3750, 4250)]
    # That reader leaves out fillers, fragments and what is said again.
    assert [w for w in reader.words() if w.isalpha()] == ["Tell", "me", "the", "boy", "yes"]


def test_fillers_retracing_pauses_and_word_times_have_their_marks():
    lines = write_chat(spoken(), RECORDING).splitlines()
    assert "*PAR:\t&-um (0.5) the [/] the &+b (1.12) boy . \x151000_4000\x15" in lines
    wor = next(line for line in lines if line.startswith("%wor:\tum"))
    assert wor.split("\t")[1].split(" ")[:2] == ["um", "\x151000_1250\x15"]
    assert "%xdetected:\t1 2 3 5 6" in lines


def test_pauses_are_written_only_where_times_are_sure(tmp_path):
    engine = spoken().model_dump()
    for utterance in engine["utterances"]:
        for each in utterance["words"]:
            each["times"] = TimeSource.ENGINE
    assert "(1.12)" not in write_chat(Transcript.model_validate(engine), RECORDING)
    # A pause that a transcriber wrote stands alone.
    mine = Utterance(
        speaker="PAR",
        words=(word("a", 0.0, 0.5), Word(text="(.)", kind=Kind.PAUSE), word("b", 2.0, 2.5)),
    )
    written = write_chat(spoken().model_copy(update={"utterances": (mine,)}), RECORDING)
    assert "*PAR:\ta (.) b ." in written


def test_what_was_written_is_read_back_the_same(tmp_path):
    path = tmp_path / "a.cha"
    path.write_text(write_chat(spoken(), RECORDING), "utf-8")
    back = read(path)
    for ours, theirs in zip(spoken().utterances, back.utterances, strict=True):
        assert [(w.text, w.kind, w.start, w.end, w.detected) for w in theirs.words] == [
            (w.text, w.kind, w.start, w.end, w.detected) for w in ours.words
        ]
    # Written once more, after the times have been found again, the pauses are there again.
    again = back.model_copy(
        update={
            "utterances": tuple(
                u.model_copy(
                    update={"words": tuple(w.model_copy(update={"times": TimeSource.ALIGNED}) for w in u.words)}
                )
                for u in back.utterances
            )
        }
    )
    assert "*PAR:\t&-um (0.5) the [/] the &+b (1.12) boy ." in write_chat(again, RECORDING)
    assert "(1.12)" not in write_chat(back, RECORDING)


def test_a_line_that_somebody_changed_is_taken_as_it_stands(tmp_path):
    """Positions on our tier of what rules marked no longer fit it, and a person has seen what is there."""
    path = tmp_path / "a.cha"
    path.write_text(write_chat(spoken(), RECORDING).replace("the &+b", "the nice &+b", 1), "utf-8")
    words = read(path).utterances[1].words
    assert [(w.text, w.kind) for w in words if w.kind is not Kind.PAUSE] == [
        ("um", Kind.FILLER),
        ("the", Kind.REPEATED),
        ("the", Kind.WORD),
        ("nice", Kind.WORD),
        ("b", Kind.FRAGMENT),
        ("boy", Kind.WORD),
    ]
    assert not any(w.detected for w in words)
    assert all(w.start is None for w in words)


# TextGrid.


def test_praat_reads_words_and_phones(tmp_path):
    parselmouth = pytest.importorskip("parselmouth")
    call = parselmouth.praat.call
    path = tmp_path / "a.TextGrid"
    path.write_text(write_textgrid(spoken(), 5.0), "utf-8")
    grid = parselmouth.read(str(path))
    assert (call(grid, "Get start time"), call(grid, "Get end time")) == (0.0, 5.0)
    names = [call(grid, "Get tier name", at) for at in range(1, call(grid, "Get number of tiers") + 1)]
    kinds = ("words", "phones", "utterances")
    assert names == [f"{code} - {kind}" for code in ("PAR", "INV") for kind in kinds]

    def intervals(tier: int) -> list[tuple[str, float, float]]:
        found = [
            tuple(
                call(grid, what, tier, at) for what in ("Get label of interval", "Get starting point", "Get end point")
            )
            for at in range(1, call(grid, "Get number of intervals", tier) + 1)
        ]
        return [(text, start, end) for text, start, end in found if text]

    par = spoken().utterances[1]
    assert intervals(1) == [("b-" if w.text == "b" else w.text, w.start, w.end) for w in par.words]
    assert intervals(2) == [(p.text, p.start, p.end) for w in par.words for p in w.phones]
    assert [text for text, _, _ in intervals(2)][-2:] == ["B", "OY"]


def test_phones_are_left_out_where_there_are_none():
    bare = Transcript(
        source="text",
        speakers=(Speaker(code="PAR"),),
        utterances=(Utterance(speaker="PAR", words=(Word(text="a", start=0.0, end=1.0),)),),
    )
    assert "phones" not in write_textgrid(bare)


def test_our_own_textgrid_gives_the_words_again(tmp_path):
    path = tmp_path / "a.TextGrid"
    path.write_text(write_textgrid(spoken(), 5.0), "utf-8")
    back = read(path)
    assert [(u.speaker, [w.text for w in u.words]) for u in back.utterances] == [
        (u.speaker, [w.text for w in u.words]) for u in spoken().utterances
    ]


# WebVTT.


def cues(text: str) -> list[tuple[float, float, str]]:
    """Cues as FFmpeg's demuxer reads them: start and end in seconds, and the payload."""
    import av

    with av.open(io.BytesIO(text.encode()), format="webvtt") as container:
        packets = [packet for packet in container.demux() if packet.size]
        return [
            (float(p.pts * p.time_base), float((p.pts + p.duration) * p.time_base), bytes(p).decode()) for p in packets
        ]


def test_ffmpeg_reads_the_captions():
    assert cues(write_vtt(spoken())) == [
        (0.0, 0.5, "<v INV>Tell me."),
        (1.0, 4.0, "<v PAR>um the the b- boy."),
        (3.75, 4.25, "<v INV>yes?"),
    ]


texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda text: any(c.isalnum() for c in text)
)


@given(
    st.lists(
        st.tuples(st.floats(0, 20_000), st.floats(0, 30), texts, st.sampled_from(["PAR", "a <b> & c"])), max_size=6
    )
)
def test_captions_hold_whatever_was_said(said):
    made = Transcript(
        source="whisper",
        utterances=tuple(
            Utterance(speaker=who, words=(Word(text=text),), start=start, end=start + length)
            for start, length, text, who in said
        ),
    )
    written = write_vtt(made)
    assert written.startswith("WEBVTT\n")
    found = [line for line in written.splitlines() if "-->" in line]
    clock = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})")
    times = [[int(part) for part in clock.fullmatch(line).groups()] for line in found]
    bounds = [
        (h * 3600 + m * 60 + s + ms / 1000, a * 3600 + b * 60 + c + d / 1000) for h, m, s, ms, a, b, c, d in times
    ]
    assert len(bounds) == len(said)
    assert all(
        math.isclose(start, ours[0], abs_tol=6e-4) for (start, _), ours in zip(bounds, sorted(said), strict=True)
    )
    assert all(end > start for start, end in bounds)
    # A blank line ends a cue and "-->" begins one: neither may come from what was said.
    assert len(re.split(r"\n\n+", written.strip())) == 1 + len(said)


@pytest.mark.browser
def test_a_browser_tells_the_speakers():
    playwright = pytest.importorskip("playwright.sync_api")
    path = os.environ.get("LALIA_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content("<video id=v></video>")
        found = page.evaluate(
            """async (text) => {
                const track = document.createElement('track');
                track.src = URL.createObjectURL(new Blob([text], {type: 'text/vtt'}));
                document.getElementById('v').append(track);
                track.track.mode = 'hidden';
                await new Promise((done, failed) => { track.onload = done; track.onerror = failed; });
                return [...track.track.cues].map(cue => {
                    const voice = cue.getCueAsHTML().querySelector('span');
                    return [cue.startTime, cue.endTime, voice.title, voice.textContent];
                });
            }""",
            write_vtt(spoken()),
        )
        browser.close()
    assert found[1] == [1, 4, "PAR", "um the the b- boy."]
    assert [cue[2] for cue in found] == ["INV", "PAR", "INV"]


# JSON.


def test_json_keeps_everything_and_follows_its_schema(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(write_json(spoken()), "utf-8")
    back = read(path)
    assert back.model_copy(update={"sha256": None}) == spoken()
    schema = Transcript.model_json_schema()
    assert {"Phone", "Word", "Utterance", "Speaker"} <= set(schema["$defs"])
    assert set(json.loads(write_json(spoken()))) == set(schema["properties"])
