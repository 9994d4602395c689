"""The example recordings: what is fetched is what was pinned, and what is spoken has the times it claims."""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import shutil
import sys
import wave
import zipfile
from itertools import groupby, pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from lalia.data_schemas import Kind, LaliaError, Limits, Recording, Task
from lalia.pipeline.formats import read, write_chat
from lalia.pipeline.ingest import ingest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

FRAME = 0.005
"""Seconds over which the level is taken."""

DECAY = 0.03
"""Seconds by which a gap seems longer: the last sounds before it fade into the room noise."""

CHAT = """@UTF8
@Begin
@Languages:\teng
@Participants:\tPAR Participant, INV Investigator
@ID:\teng|lalia|PAR|70;|female|||Participant|||
@ID:\teng|lalia|INV|||||Investigator|||
*INV:\twhat did you see ?
*PAR:\t&-um one of the (2.3) the [/] the boats &=laughs (.) went &+o over .
*PAR:\t<he was> [//] (..) they were xxx (1.25) and out of the water in a long row at the end of the day +...
@End
"""
PLANTED = [0.6, 0.6, 2.3, 0.3, 0.6, 0.6, 1.25, 0.6]
"""Silences of that transcript in seconds: lead, turn, (2.3), (.), utterance, (..), (1.25), tail."""


def load(name: str) -> ModuleType:
    """A script of the examples as a module."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


get, synthesise = load("get"), load("synthesise")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory) -> tuple[Path, Path]:
    """Two folders into which the same transcript was spoken."""
    pytest.importorskip("espeakng_loader", reason="the synthesiser of the examples is not installed")
    root = tmp_path_factory.mktemp("spoken")
    (root / "talk.cha").write_text(CHAT, "utf-8")
    for name in ("once", "again"):
        synthesise.synthesise([root / "talk.cha"], root / name)
    return root / "once", root / "again"


@pytest.fixture(scope="module")
def fetched(tmp_path_factory) -> Path:
    """A folder of the real recordings, from those fetched earlier or from the package index."""
    folder = tmp_path_factory.mktemp("fetched")
    for pin in get.PINS:
        if get.is_right(EXAMPLES / "recordings" / pin.name, pin.sha256):
            shutil.copy(EXAMPLES / "recordings" / pin.name, folder)
    try:
        get.get(folder)
    except LaliaError as error:
        if "package index" not in str(error):
            raise
        pytest.skip("the package index cannot be reached and the recordings were not fetched earlier")
    return folder


def heard(path: Path) -> tuple[np.ndarray, int]:
    """Samples of full scale 1, by the standard library alone."""
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32_768, sound.getframerate()


def gaps(samples: np.ndarray, rate: int, least: float) -> list[tuple[float, float]]:
    """Start and length, in s, of stretches below -54 dBFS, 6 dB above the room noise, of at least `least` s."""
    size = round(FRAME * rate)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    quiet = np.sqrt(np.mean(frames**2, axis=1)) < 10 ** (-54 / 20)
    found, at = [], 0
    for silent, run in groupby(quiet.tolist()):
        length = len(list(run))
        if silent and length * size / rate >= least:
            found.append((at * size / rate, length * size / rate))
        at += length
    return found


def test_same_bytes_each_time(spoken):
    for name in ("synthetic_talk.wav", "synthetic_talk.cha"):
        assert (spoken[0] / name).read_bytes() == (spoken[1] / name).read_bytes()


def test_silences_are_those_planted_and_no_others(spoken):
    found = gaps(*heard(spoken[0] / "synthetic_talk.wav"), least=0.15)
    assert [length for _, length in found] == pytest.approx(PLANTED, abs=DECAY)


def test_room_noise_is_at_60_db_below_full_scale(spoken):
    samples, rate = heard(spoken[0] / "synthetic_talk.wav")
    level = 20 * np.log10(np.sqrt(np.mean(samples[: rate // 2] ** 2)))
    assert level == pytest.approx(-60, abs=0.3)  # dB; the standard error of 11 025 samples is 0.06


def test_times_lie_on_the_speech(spoken):
    samples, rate = heard(spoken[0] / "synthetic_talk.wav")
    transcript = read(spoken[0] / "synthetic_talk.cha")
    silences = gaps(samples, rate, least=0.15)
    for utterance in transcript.utterances:
        timed = [word for word in utterance.words if word.kind not in (Kind.PAUSE, Kind.NONVERBAL)]
        assert all(word.start is not None and word.end > word.start for word in timed)
        assert (timed[0].start, timed[-1].end) == (utterance.start, utterance.end)
        assert all(a.end <= b.start for a, b in pairwise(timed))
        for word in timed:
            inside = [min(word.end, at + length) - max(word.start, at) for at, length in silences]
            assert max(inside) < DECAY, word.text
    edges = sorted(word.end for utterance in transcript.utterances for word in utterance.words if word.end)
    assert all(min(abs(at - edge) for edge in edges) < DECAY for at, _ in silences[1:])


def test_transcript_says_that_it_is_synthetic_and_keeps_the_person(spoken):
    text = (spoken[0] / "synthetic_talk.cha").read_text("utf-8")
    assert "synthetic speech" in text
    assert "|PAR|70;|female|" in text


def test_nothing_said_is_lost(spoken):
    before, after = read(spoken[0].parent / "talk.cha"), read(spoken[0] / "synthetic_talk.cha")
    told = [[(w.text, w.kind, w.duration) for u in t.utterances for w in u.words] for t in (before, after)]
    assert told[0] == told[1]


def test_times_survive_chat(spoken, tmp_path):
    transcript = read(spoken[0] / "synthetic_talk.cha")
    again = tmp_path / "again.cha"
    again.write_text(write_chat(transcript, Recording(recording_id="r", participant_id="p", path="r.wav")), "utf-8")
    for one, other in zip(transcript.utterances, read(again).utterances, strict=True):
        assert (one.start, one.end) == (other.start, other.end)
        assert [(w.start, w.end) for w in one.words] == [(w.start, w.end) for w in other.words]


def test_broken_transcript_is_refused(tmp_path):
    pytest.importorskip("espeakng_loader", reason="the synthesiser of the examples is not installed")
    (tmp_path / "bad.cha").write_text("@UTF8\n@Begin\n@End\n", "utf-8")
    with pytest.raises(LaliaError, match=r"bad\.cha must be spoken"):
        synthesise.synthesise([tmp_path / "bad.cha"], tmp_path / "out")


def test_pins(fetched):
    assert all(get.is_right(fetched / pin.name, pin.sha256) for pin in get.PINS)


def test_second_time_needs_no_network(fetched):
    def none(package, folder):
        raise AssertionError("nothing may be fetched")

    assert get.get(fetched, none) == ()


def test_changed_file_is_fetched_again(fetched, tmp_path):
    for pin in get.PINS:
        shutil.copy(fetched / pin.name, tmp_path)
    (tmp_path / "beckett.wav").write_bytes(b"RIFF")

    def local(package, folder):
        return wheel(folder, {"moonshine_onnx/assets/beckett.wav": (fetched / "beckett.wav").read_bytes()})

    assert get.get(tmp_path, local) == ("beckett.wav",)
    assert (tmp_path / "beckett.wav").read_bytes() == (fetched / "beckett.wav").read_bytes()


@pytest.mark.parametrize("members", [{}, {pin.member: b"other bytes" for pin in get.PINS}], ids=["absent", "changed"])
def test_other_bytes_are_refused(tmp_path, members):
    with pytest.raises(LaliaError, match="must have the SHA-256"):
        get.get(tmp_path / "here", lambda package, folder: wheel(folder, members))
    assert not list((tmp_path / "here").iterdir())


def wheel(folder: Path, members: dict[str, bytes]) -> Path:
    """An archive with these members."""
    with zipfile.ZipFile(folder / "package.whl", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return folder / "package.whl"


def test_unreachable_index_is_said_in_one_line(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(LaliaError, match="package index must hand out pyannote-audio") as caught:
        get.get(tmp_path)
    assert "\n" not in str(caught.value)


def test_telephone_keeps_times_speakers_and_words(fetched):
    transcript = read(fetched / "telephone.json", participant="Sheila")
    lines = (fetched / "telephone.stm").read_text("utf-8").splitlines()
    assert len(transcript.utterances) == len(lines) == 13
    for utterance, line in zip(transcript.utterances, lines, strict=True):
        found = re.fullmatch(r"sample 1 (\w+) ([\d.]+) ([\d.]+) (.*)", line)
        assert (utterance.speaker, utterance.start, utterance.end) == (found[1], float(found[2]), float(found[3]))
        assert [word.text for word in utterance.words] == re.findall(r"[\w']+", found[4])


def test_manifest_is_taken_in_whole(fetched, tmp_path):
    pytest.importorskip("espeakng_loader", reason="the synthesiser of the examples is not installed")
    for name in ("stimuli", "transcripts"):
        shutil.copytree(EXAMPLES / name, tmp_path / name)
    shutil.copy(EXAMPLES / "manifest.csv", tmp_path)
    shutil.copytree(fetched, tmp_path / "recordings")
    sources = sorted((tmp_path / "transcripts").glob("*.cha"))
    synthesise.synthesise(sources, tmp_path / "recordings")
    intake = ingest(tmp_path / "manifest.csv", Limits())
    assert intake.rejected == ()
    items = {item.recording.recording_id: item for item in intake.items}
    assert set(items) == {"telephone", "beckett", "arctic", *(f"synthetic_{source.stem}" for source in sources)}
    assert {name: item.stimulus.name for name, item in items.items() if item.stimulus} == {
        "synthetic_picture": "market.json",
        "synthetic_story": "story.json",
    }
    assert items["synthetic_animals"].recording.task is Task.SEMANTIC_FLUENCY
    for name, item in items.items():
        if item.transcript is not None:
            transcript = read(item.transcript, participant=item.recording.participant_speaker)
            assert all(u.start is not None or not u.words for u in transcript.utterances), name


def test_manifest_and_transcripts_name_the_same_people():
    with (EXAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as source:
        rows = {row["recording_id"]: row for row in csv.DictReader(source)}
    for path in (EXAMPLES / "transcripts").glob("*.cha"):
        found = re.search(r"\|PAR\|(\d+);\|(\w)", path.read_text("utf-8"))
        row = rows[f"synthetic_{path.stem}"]
        assert (row["age"], row["sex"]) == (found[1], found[2])
