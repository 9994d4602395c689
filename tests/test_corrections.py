"""Corrected transcripts fed back: only their recordings are done again, from the words that somebody put right."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from lalia.data_schemas import Code, Kind, LaliaError, Settings, TimeSource, Transcript
from lalia.pipeline import batch, transcribe
from lalia.pipeline.corrections import corrected
from lalia.pipeline.formats import read
from lalia.pipeline.ingest import ingest
from lalia.pipeline.ledger import claimed
from lalia.tests.lines import plain

SETTINGS = Settings(model="no-such-model")
"""No recogniser can be loaded, so that asking for one fails."""


@pytest.fixture
def folder(tmp_path):
    import soundfile

    root = tmp_path / "in"
    root.mkdir()
    random = np.random.default_rng(1)
    for name in ("r0", "r1", "r2"):
        soundfile.write(root / f"{name}.wav", random.normal(0, 0.05, 8_000).astype(np.float32), 16_000)
        (root / f"{name}.txt").write_text("the boy is on the stool .\n", "utf-8")
    return root


@pytest.fixture
def put_right(tmp_path):
    place = tmp_path / "right"
    place.mkdir()
    (place / "r1.txt").write_text("The boy is on the tool.\n", "utf-8")
    return place


def run(folder: Path, out: Path, **more):
    with claimed(out, folder):
        work = batch.plan(folder, out, SETTINGS, **more)
        batch.run_units(work, assess=plain)
        batch.finish(work)
    return work


def made(folder: Path) -> list[str]:
    return (folder / "made.log").read_text("utf-8").split()


def test_only_the_corrected_recording_is_done_again(folder, put_right, tmp_path):
    out = tmp_path / "out"
    first = run(folder, out)
    again = run(folder, out, transcripts=put_right)
    assert made(folder) == ["r0", "r1", "r2", "r1"]
    keys = [[unit.key for unit in work.units] for work in (first, again)]
    assert [one == other for one, other in zip(*keys, strict=True)] == [True, False, True]
    # The same correction once more: nothing is left to do. A changed one: that recording again.
    assert run(folder, out, transcripts=put_right).pending == ()
    (put_right / "r1.txt").write_text("The girl is on the stool.\n", "utf-8")
    run(folder, out, transcripts=put_right)
    assert made(folder) == ["r0", "r1", "r2", "r1", "r1"]


def test_a_transcript_fed_back_is_not_the_same_unit_as_one_given(folder, put_right, tmp_path):
    shutil.copy(folder / "r1.txt", put_right / "r1.txt")
    given = run(folder, tmp_path / "a").units[1]
    fed = run(folder, tmp_path / "b", transcripts=put_right).units[1]
    assert given.inputs == fed.inputs
    assert given.key != fed.key


def test_a_name_that_fits_no_recording_is_an_error(folder, put_right, tmp_path):
    (put_right / "r7.cha").write_text("x", "utf-8")
    with pytest.raises(LaliaError, match="1 of 2 that belong to no recording") as caught:
        run(folder, tmp_path / "out", transcripts=put_right)
    assert caught.value.code is Code.MISSING_FILE
    (put_right / "r7.cha").unlink()
    (put_right / "r1.txt").unlink()
    with pytest.raises(LaliaError, match="Got none"):
        run(folder, tmp_path / "out", transcripts=put_right)
    with pytest.raises(LaliaError, match="must lie in a folder"):
        run(folder, tmp_path / "out", transcripts=tmp_path / "nothing")


def test_two_corrections_of_one_recording_are_refused_and_the_others_go_on(folder, put_right):
    (put_right / "r1.cha").write_text("x", "utf-8")
    (put_right / ".hidden.cha").write_text("x", "utf-8")
    (put_right / "notes.md").write_text("x", "utf-8")
    items, rejected = corrected(ingest(folder, SETTINGS.limits).items, put_right)
    assert [item.recording.recording_id for item in items] == ["r0", "r2"]
    assert [(item.recording_id, item.code) for item in rejected] == [("r1", Code.BAD_TRANSCRIPT)]
    assert ".cha, .txt" in rejected[0].message


def test_a_link_out_of_the_folder_and_an_empty_file_are_refused(folder, put_right, tmp_path):
    secret = tmp_path / "secret.cha"
    secret.write_text("x", "utf-8")
    (put_right / "r0.cha").symlink_to(secret)
    (put_right / "r2.cha").write_text("", "utf-8")
    items, rejected = corrected(ingest(folder, SETTINGS.limits).items, put_right)
    assert [item.corrected for item in items] == [True]
    assert [(item.recording_id, item.code) for item in rejected] == [
        ("r0", Code.UNSAFE_PATH),
        ("r2", Code.BAD_TRANSCRIPT),
    ]


CHAT = """@UTF8
@Begin
@Languages:\teng
@Participants:\tPAR Participant, INV Investigator
*INV:\twhat do you see ? \x150_900\x15
*PAR:\ta &-um boy . \x151000_2000\x15
%wor:\ta \x151000_1200\x15 um \x151300_1500\x15 boy \x151500_2000\x15 .
@End
"""


def test_times_of_a_corrected_transcript_are_only_where_the_alignment_begins(folder, put_right):
    (put_right / "r1.txt").unlink()
    (put_right / "r1.cha").write_text(CHAT, "utf-8")
    items, _ = corrected(ingest(folder, SETTINGS.limits).items, put_right)
    item = next(item for item in items if item.corrected)
    done = transcribe.transcribe(item, None, SETTINGS)  # type: ignore[arg-type]
    words = [word for utterance in done.utterances for word in utterance.words]
    assert [word.times for word in words] == [None] * 4 + [TimeSource.ENGINE] * 3
    assert [word.start for word in words[4:]] == [1.0, 1.3, 1.5]
    assert [u.start for u in done.utterances] == [0.0, 1.0]
    assert done.engine is None


def edited(written: Path, right: Path, old: str, new: str) -> None:
    text = written.read_text("utf-8")
    assert old in text
    right.mkdir()
    (right / written.name).write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture(scope="module")
def spoken(shared, tmp_path_factory) -> tuple[Path, Path]:
    """A folder with one recording of real speech, and the folder of a finished run over it."""
    from lalia.models import registry
    from lalia.pipeline import assess_batch

    source = shared / "data" / "audio_jfk" / "jfk.flac"
    if not source.is_file():
        pytest.skip("audio_jfk is not present")
    if "tiny.en" not in {known.name for known in registry.installed()}:
        pytest.skip("the package of tiny.en is not installed")
    root = tmp_path_factory.mktemp("spoken")
    (root / "in").mkdir()
    shutil.copy(source, root / "in" / "talk.flac")
    assess_batch(root / "in", root / "out", progress=False)
    return root / "in", root / "out"


@pytest.mark.asr
@pytest.mark.parametrize("suffix", [".cha", ".TextGrid", ".json"])
def test_what_a_run_wrote_can_be_edited_and_fed_back(spoken, tmp_path, monkeypatch, suffix):
    from lalia.pipeline import assess_batch

    source, out, right = spoken[0], tmp_path / "out", tmp_path / "right"
    shutil.copytree(spoken[1], out)
    first = read(out / "transcripts" / "talk.json")
    edited(out / "transcripts" / f"talk{suffix}", right, "country", "nation")

    from lalia.models import whisper

    def no_recogniser(*_, **__):
        raise AssertionError("the recogniser was asked for")

    monkeypatch.setattr(whisper, "load", no_recogniser)
    done = assess_batch(source, out, transcripts=right, progress=False)
    assert (done.summary.assessed, done.summary.rejected) == (1, 0)
    second = read(out / "transcripts" / "talk.json")
    before, after = (words(transcript) for transcript in (first, second))
    expected = [text for text, _ in before]
    expected[expected.index("country")] = "nation"
    assert [text for text, _ in after] == expected
    # Every word was found in the sound again; the new one is not what is said there, and need not be.
    near = [abs(a - b) < 0.1 for (text, a), (_, b) in zip(after, before, strict=True) if text != "nation"]
    assert np.mean(near) >= 0.9
    times = {w.times for u in second.utterances for w in u.words if w.text != "nation" and w.kind is not Kind.PAUSE}
    assert {TimeSource.ALIGNED} <= times <= {TimeSource.ALIGNED, TimeSource.SNAPPED}
    # The run's own page and tables tell the same words.
    assert "nation" in (out / "transcripts" / "talk.vtt").read_text("utf-8")


def words(transcript: Transcript) -> list[tuple[str, float]]:
    said = [word for u in transcript.utterances for word in u.words if word.kind is not Kind.PAUSE]
    return [("".join(c for c in word.text.lower() if c.isalnum()), word.start or 0.0) for word in said]


def test_notes_that_a_correction_outdates_are_not_said_twice():
    stale = ("Times of 12 words: 12 found in the sound.", "Words and the voice that was heard agree: 98 %.")
    given = Transcript(source="json", notes=(*stale, "One speaker is assumed."))
    assert transcribe._rough(given).notes == ("One speaker is assumed.",)
