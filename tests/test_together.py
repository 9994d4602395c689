"""Recordings heard together: each gets what it gets alone, and one that cannot be heard takes no other with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lalia.data_schemas import (
    Assessment,
    Code,
    FeatureTable,
    LaliaError,
    Rejected,
    Settings,
    Transcript,
    Utterance,
    Word,
)
from lalia.models import registry, whisper
from lalia.pipeline import batch, run, together
from lalia.pipeline.ledger import claimed
from lalia.pipeline.workers import GROUP, Workers
from lalia.tests.lines import talk_folder, write_talk
from lalia.tests.runs import planned


class Counting:
    """A recogniser that notes how many recordings it was given at once, and hears how long each is."""

    def __init__(self, refused: float | None = None) -> None:
        self.at_once: list[tuple[int, bool]] = []
        self.refused = refused

    def transcribe_all(self, audios, *, languages, verbatim):
        self.at_once.append((len(audios), verbatim))
        if any(audio.duration == self.refused for audio in audios):
            raise LaliaError("A recording must be heard", "one that is not", "Leave it out", code=Code.CORRUPT)
        return [self._told(audio, verbatim) for audio in audios]

    def _told(self, audio, verbatim):
        words = (Word(text="lasting"), Word(text=f"{audio.duration:g}"))
        said = (Utterance(speaker="PAR", words=words),)
        return Transcript(source="whisper", language="en", verbatim=verbatim, utterances=said)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Five recordings of 2 to 6 s: one is read, one has a transcript; and a sixth that is none."""
    import numpy as np

    root = talk_folder(tmp_path / "in", 0, broken=1)
    rows = ["recording_id,participant_id,path,task,transcript"]
    for number in range(1, 6):
        write_talk(root / f"r{number:02d}.wav", 120.0, np.random.default_rng(number), number + 1.0)
    (root / "r03.txt").write_text("the boy is on the stool .\n", "utf-8")
    for number in range(6):
        task, given = "reading" if number == 4 else "interview", "r03.txt" if number == 3 else ""
        rows.append(f"r{number:02d},p,r{number:02d}.wav,{task},{given}")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n", "utf-8")
    # What is measured is no matter here.
    monkeypatch.setattr(run, "measure", lambda sample, **more: FeatureTable(recording_id="x", values=()))
    return root / "manifest.csv"


def _texts(work) -> dict[str, str]:
    found = {}
    for unit in work.units:
        record = work.ledger.read(unit.key)
        said = record.assessment.transcript if record.assessment else None
        words = [word.text for utterance in said.utterances for word in utterance.words] if said else []
        found[unit.item.recording.recording_id] = " ".join(words) or record.rejected.code
    return found


def _run(folder, out, monkeypatch, recogniser, **more):
    monkeypatch.setattr(whisper, "load", lambda *which: recogniser)
    with claimed(out, folder):
        work = planned(folder, out, Settings(aligner="none"))
        with Workers(work.ledger, work.settings, **more) as workers:
            counts = batch.run_units(work, workers=workers)
        return _texts(work), counts


EXPECTED = {
    "r00": "corrupt",
    "r01": "lasting 2",
    "r02": "lasting 3",
    "r03": "the boy is on the stool",
    "r04": "lasting 5",
    "r05": "lasting 6",
}


def test_recordings_of_a_group_are_heard_together(folder, tmp_path, monkeypatch):
    recogniser = Counting()
    found, counts = _run(folder, tmp_path / "out", monkeypatch, recogniser, group=6)
    assert found == EXPECTED
    assert counts == {"ok": 5, "corrupt": 1}
    # Verbatim and read ones are decoded otherwise; that with a transcript is not heard at all.
    assert recogniser.at_once == [(3, True), (1, False)]


def test_one_by_one_gives_the_same(folder, tmp_path, monkeypatch):
    recogniser = Counting()
    found, _ = _run(folder, tmp_path / "out", monkeypatch, recogniser)
    assert found == EXPECTED
    assert recogniser.at_once == [(1, True), (1, True), (1, False), (1, True)]


def test_a_recording_that_cannot_be_heard_takes_no_other_with_it(folder, tmp_path, monkeypatch):
    found, counts = _run(folder, tmp_path / "out", monkeypatch, Counting(refused=3.0), group=6)
    assert found == {**EXPECTED, "r02": "corrupt"}
    assert counts == {"ok": 4, "corrupt": 2}


def test_enough_speech_is_heard_before_more_is_decoded(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(together, "ENOUGH", 3.0)
    decoded: list[str] = []
    real = together.prepared

    def prepared(item, settings, clock):
        decoded.append(item.recording.recording_id)
        return real(item, settings, clock)

    monkeypatch.setattr(together, "prepared", prepared)
    recogniser = Counting()
    monkeypatch.setattr(whisper, "load", lambda *which: recogniser)
    work = planned(folder, tmp_path / "out", Settings(aligner="none"))
    results = together.assess_together([(unit.key, unit.item) for unit in work.units], work.settings)
    first, second, third = (next(results)[1] for _ in range(3))
    # The broken one and that with a transcript wait for nothing; of the tones only a part is taken for speech.
    assert isinstance(first, Rejected)
    assert second.recording.recording_id == "r03"
    assert third.recording.recording_id == "r01"
    assert decoded == sorted(EXPECTED)[:5]
    assert [isinstance(result, Assessment) for _, result in results] == [True] * 3


def test_long_recordings_do_not_pile_up(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(together, "LONGEST", 5.0)
    recogniser = Counting()
    found, _ = _run(folder, tmp_path / "out", monkeypatch, recogniser, group=6)
    assert found == EXPECTED
    assert [count for count, _ in recogniser.at_once] == [2, 1, 1]


def test_a_full_disk_is_tried_again_once_nothing_waits(folder, tmp_path, monkeypatch):
    waiting: list[str] = []
    real_prepared, real_completed = together.prepared, together.completed

    def prepared(item, settings, clock):
        name = item.recording.recording_id
        if len(waiting) >= 2:
            return run.rejection(name, "decode", OSError(28, "No space left on device"))
        waiting.append(name)
        return real_prepared(item, settings, clock)

    def completed(ready, *args, **more):
        waiting.remove(ready.item.recording.recording_id)
        return real_completed(ready, *args, **more)

    monkeypatch.setattr(together, "prepared", prepared)
    monkeypatch.setattr(together, "completed", completed)
    (folder.parent / "r00.wav").unlink()
    (folder.parent / "r01.wav").rename(folder.parent / "r00.wav")
    folder.write_text(folder.read_text("utf-8").replace("r01,p,r01.wav,interview,\n", ""), "utf-8")
    found, _ = _run(folder, tmp_path / "out", monkeypatch, Counting(), group=6)
    assert sorted(found.values()) == sorted(["lasting 2", "lasting 3", EXPECTED["r03"], "lasting 5", "lasting 6"])


@pytest.mark.parametrize("group", [1, 6])
def test_what_a_watcher_raises_ends_the_run_and_is_no_fault_of_a_recording(folder, tmp_path, monkeypatch, group):
    monkeypatch.setattr(whisper, "load", lambda *which: Counting())

    def watch(now):
        if now.stage == "assess: transcribe":
            raise ValueError("enough")

    out = tmp_path / "out"
    with claimed(out, folder):
        work = planned(folder, out, Settings(aligner="none"))
        with Workers(work.ledger, work.settings, group=group) as workers, pytest.raises(ValueError, match="enough"):
            batch.run_units(work, workers=workers, watch=watch)
        # What ended before that is kept, and nothing is filed of the rest.
        kept = {unit.item.recording.recording_id for unit in work.units if work.ledger.settled(unit.key)}
    assert kept == {"r00"}


def test_every_process_has_something_to_do(folder, tmp_path, monkeypatch):
    asked = []
    work = planned(folder, tmp_path / "out")
    workers = Workers(work.ledger, work.settings, 3, group=16)
    monkeypatch.setattr(workers, "_run_pool", lambda groups: asked.extend(map(len, groups)) or iter(()))
    assert list(workers.run(work.units)) == []
    assert asked == [2, 2, 2]


def test_a_gpu_takes_up_several_at_once(folder, tmp_path, monkeypatch):
    work = planned(folder, tmp_path / "out")
    monkeypatch.setattr("lalia.pipeline.workers.device", lambda settings: "cuda")
    assert Workers(work.ledger, work.settings)._group == GROUP
    monkeypatch.setattr("lalia.pipeline.workers.device", lambda settings: "cpu")
    assert Workers(work.ledger, work.settings)._group == 1


def test_real_speech_together_is_what_it_is_alone(shared, tmp_path):
    if not any(weights.name == "tiny.en" for weights in registry.installed()):
        pytest.skip("the weights of tiny.en are not installed")
    source = tmp_path / "in"
    source.mkdir()
    for path in sorted((shared / "data" / "audio_ljspeech").glob("*.flac"))[:3]:
        shutil.copy(path, source)
    records = []
    for group in (1, 3):
        out = tmp_path / f"out{group}"
        with claimed(out, source):
            work = planned(source, out, Settings(model="tiny.en", device="cpu"))
            with Workers(work.ledger, work.settings, group=group) as workers:
                assert batch.run_units(work, workers=workers) == {"ok": 3}
            records.append([work.ledger.path(unit.key).read_bytes() for unit in work.units])
    assert records[0] == records[1]


def test_an_assessment_is_one_of_a_group_of_one(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(whisper, "load", lambda *which: Counting())
    work = planned(folder, tmp_path / "out", Settings(aligner="none"))
    told = dict(together.assess_together([(unit.key, unit.item) for unit in work.units], work.settings))
    for unit in work.units:
        alone = run.assess_one(unit.item, work.settings, key=unit.key)
        assert told[unit.key] == alone
        assert isinstance(alone, Rejected) == (unit.item.recording.recording_id == "r00")
