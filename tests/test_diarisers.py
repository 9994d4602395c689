"""Voices told apart: the networks against what is known of them, the clustering, and pyannote's pipelines."""

from __future__ import annotations

import itertools
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from lalia.data_schemas import Code, LaliaError, Span
from lalia.models import diarisers, registry
from lalia.models.diarisers import Turn, clusters, pyannote
from lalia.models.diarisers.voiceprint import filter_bank

RATE = 16_000


@pytest.fixture(scope="module")
def embedded():
    if not set(diarisers.WEIGHTS) <= {known.name for known in registry.installed()}:
        pytest.skip("the package with the speaker networks is not installed")
    return diarisers.load("embedded")


@pytest.fixture(scope="module")
def telephone():
    """Thirty seconds of two people on the telephone, fetched by examples/get.py, and who is said to speak when."""
    import soundfile

    path = Path(__file__).resolve().parent.parent / "examples" / "recordings" / "telephone.wav"
    if not path.is_file():
        pytest.skip("the telephone talk is not here; run examples/get.py")
    lines = path.with_suffix(".stm").read_text("utf-8").splitlines()
    rows = [line.split(maxsplit=5) for line in lines if not line.startswith(";")]
    return soundfile.read(path, dtype="float32")[0], [(row[2], float(row[3]), float(row[4])) for row in rows]


def speech_of(samples) -> tuple[Span, ...]:
    from lalia.models.vad import speech_spans

    return speech_spans(samples, RATE)


# The networks.


def test_the_filter_bank_hears_a_tone_in_its_band():
    time = np.arange(RATE) / RATE
    for hz in (200.0, 1000.0, 4000.0):
        bands = filter_bank((0.1 * np.sin(2 * np.pi * hz * time)).astype(np.float32))
        edges = np.linspace(*(1127 * np.log(1 + f / 700) for f in (20.0, 8000.0)), 82)
        centres = 700 * (np.exp(edges[1:-1] / 1127) - 1)
        assert bands.shape == (98, 80)
        # A band is as wide as the distance to the next centre.
        assert abs(centres[bands.mean(axis=0).argmax()] - hz) <= 1.1 * np.diff(centres)[bands.mean(axis=0).argmax()]


def test_the_filter_bank_follows_the_level_and_needs_a_whole_frame():
    noise = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    # Half the amplitude is a quarter of the energy.
    assert np.allclose(filter_bank(noise) - filter_bank(noise / 2), np.log(4), atol=1e-3)
    assert filter_bank(noise[:399]).shape == (0, 80)
    assert filter_bank(noise[:400]).shape == (1, 80)


def test_a_voice_is_like_itself_and_unlike_others(embedded, telephone, shared):
    import soundfile

    samples, truth = telephone
    voices: dict[str, list[np.ndarray]] = {}
    for speaker, start, end in truth:
        if end - start > 1.5:
            part = samples[round(start * RATE) : round(end * RATE)]
            voices.setdefault(speaker, []).append(embedded._voiceprint.embed(filter_bank(part)))
    for name in ("LJ001-0001", "LJ001-0002"):
        read, rate = soundfile.read(shared / "data" / "audio_ljspeech" / f"{name}.flac", dtype="float32")
        from lalia.models.resample import to_16k

        voices.setdefault("LJ", []).append(embedded._voiceprint.embed(filter_bank(to_16k(read, rate)[: 4 * RATE])))
    alike = [a @ b for some in voices.values() for a in some for b in some if a is not b]
    different = [a @ b for one in voices for other in voices if one < other for a in voices[one] for b in voices[other]]
    assert min(alike) > 0.4
    assert np.mean(different) < 0.3
    assert np.mean(alike) - np.mean(different) > 0.3
    assert all(abs(np.linalg.norm(v) - 1) < 1e-5 for some in voices.values() for v in some)


def test_two_on_the_telephone_are_told_apart(embedded, telephone):
    samples, truth = telephone
    turns = embedded.turns(samples, speech_of(samples))
    assert {turn.speaker for turn in turns} == {"S1", "S2"}
    names = {"Diane": "S1", "Sheila": "S2"}
    right = sum(
        max(0.0, min(end, turn.end) - max(start, turn.start))
        for speaker, start, end in truth
        for turn in turns
        if turn.speaker == names[speaker]
    )
    assert right >= 0.9 * sum(end - start for _, start, end in truth)
    assert sum(turn.end - turn.start for turn in turns) <= 1.2 * sum(end - start for _, start, end in truth)
    assert [turn.start for turn in turns] == sorted(turn.start for turn in turns)
    assert all(0 <= turn.confidence <= 1 and 0 <= turn.start < turn.end <= 30 for turn in turns)
    # Overlapping talk is kept: one begins before the other has ended.
    assert any(a.speaker != b.speaker and b.start < a.end for a, b in itertools.pairwise(turns))
    assert embedded.turns(samples, speech_of(samples)) == turns


def test_one_reader_is_one_speaker(embedded, shared):
    import soundfile
    from lalia.models.resample import to_16k

    parts = []
    for at, name in enumerate(("LJ001-0001", "LJ001-0002", "LJ001-0004", "LJ001-0005")):
        read, rate = soundfile.read(shared / "data" / "audio_ljspeech" / f"{name}.flac", dtype="float32")
        # Nearer to the microphone, then farther from it.
        parts += [to_16k(read, rate) * np.float32((1.0, 0.4)[at % 2]), np.zeros(RATE // 2, np.float32)]
    samples = np.concatenate(parts)
    assert {turn.speaker for turn in embedded.turns(samples, speech_of(samples))} == {"S1"}


def test_where_nobody_speaks_there_are_no_turns(embedded):
    silence = np.zeros(3 * RATE, np.float32)
    assert embedded.turns(silence, ()) == ()
    assert embedded.turns(silence[:100], (Span(0.0, 0.006),)) == ()


def test_use_names_both_networks_and_their_licences(embedded):
    assert [(use.role, use.licence) for use in embedded.use] == [("diariser", "MIT"), ("diariser", "Apache-2.0")]
    assert len(diarisers.sha256("embedded")) == 64
    assert diarisers.sha256("none") == ""


# pyannote's pipelines.

CONFIG = """pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    segmentation: $model/segmentation
    embedding: $model/embedding
params:
  clustering:
    threshold: 0.6
"""


@pytest.fixture
def pipeline_folder(tmp_path) -> Path:
    folder = tmp_path / "pipeline"
    for part in ("segmentation", "embedding"):
        (folder / part).mkdir(parents=True)
        (folder / part / "pytorch_model.bin").write_bytes(part.encode())
    (folder / "config.yaml").write_text(CONFIG, "utf-8")
    return folder


class Segment:
    def __init__(self, start: float, end: float) -> None:
        self.start, self.end = start, end


class Annotation:
    """What the library answers with, as far as it is used: tracks in the order of its own choosing."""

    def itertracks(self, yield_label: bool = False):
        assert yield_label
        yield Segment(2.0, 3.5), "B", "SPEAKER_00"
        yield Segment(-0.1, 2.2), "A", "SPEAKER_01"
        yield Segment(3.9, 9.0), "C", "SPEAKER_01"
        yield Segment(5.0, 6.0), "D", "SPEAKER_02"


class Answer:
    speaker_diarization = Annotation()


@pytest.fixture
def library(monkeypatch):
    """A stand-in for pyannote.audio with the calls of versions 3 and 4 that are used."""
    asked: dict[str, object] = {}

    class Pipeline:
        answer: object = Answer()

        @classmethod
        def from_pretrained(cls, checkpoint):
            asked["checkpoint"] = checkpoint
            return cls()

        def __call__(self, file):
            asked["file"] = file
            return self.answer

    outer, inner = types.ModuleType("pyannote"), types.ModuleType("pyannote.audio")
    outer.__path__, inner.Pipeline, outer.audio = [], Pipeline, inner  # type: ignore[attr-defined]
    for name, module in (("pyannote", outer), ("pyannote.audio", inner)):
        module.__spec__ = types.SimpleNamespace(submodule_search_locations=[], name=name)  # type: ignore[assignment]
        monkeypatch.setitem(sys.modules, name, module)
    for name in pyannote._QUIET:
        monkeypatch.setenv(name, "as before")
    asked["class"] = Pipeline
    diarisers._given.cache_clear()
    yield asked
    diarisers._given.cache_clear()


@pytest.mark.parametrize("version", [3, 4])
def test_a_pipeline_of_the_users_own(library, pipeline_folder, version):
    import os

    library["class"].answer = Answer() if version == 4 else Annotation()
    diariser = diarisers.load(str(pipeline_folder))
    turns = diariser.turns(np.zeros(4 * RATE, np.float32), (Span(0.0, 4.0),))
    assert turns == (Turn("S1", 0.0, 2.2, 1.0), Turn("S2", 2.0, 3.5, 1.0), Turn("S1", 3.9, 4.0, 1.0))
    assert library["checkpoint"] == str(pipeline_folder.resolve())
    assert (library["file"]["waveform"].shape, library["file"]["sample_rate"]) == ((1, 4 * RATE), RATE)
    assert (diariser.use[0].name, diariser.use[0].role) == ("pipeline", "diariser")
    assert diariser.turns(np.zeros(RATE, np.float32), ()) == ()
    # The library reports each file's length to its makers unless it is told not to.
    assert os.environ["PYANNOTE_METRICS_ENABLED"] == "false"
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_any_changed_file_is_another_diariser(pipeline_folder):
    pyannote.folder_sha256.cache_clear()
    before = diarisers.sha256(str(pipeline_folder))
    pyannote.folder_sha256.cache_clear()
    (pipeline_folder / "embedding" / "pytorch_model.bin").write_bytes(b"other")
    assert diarisers.sha256(str(pipeline_folder)) != before


@pytest.mark.parametrize(
    ("old", "new", "got"),
    [
        ("$model/segmentation", "pyannote/segmentation-3.0", "named by its hub"),
        ("$model/embedding", "$model/gone", "not there"),
        ("pipeline:", "other:", "without one"),
        ("name:", "[", "without one"),
    ],
)
def test_a_folder_that_would_need_the_network_is_refused(library, pipeline_folder, old, new, got):
    (pipeline_folder / "config.yaml").write_text(CONFIG.replace(old, new), "utf-8")
    for ask in (diarisers.check, diarisers.load):
        with pytest.raises(LaliaError, match=got) as caught:
            ask(str(pipeline_folder))
        assert caught.value.code is Code.BAD_MODEL
        assert "checkpoint" not in library


def test_what_the_library_cannot_load_is_told_without_its_words(library, pipeline_folder, monkeypatch):
    def broken(checkpoint):
        raise RuntimeError("/home/anna/secret")

    monkeypatch.setattr(library["class"], "from_pretrained", broken)
    with pytest.raises(LaliaError, match="cannot load") as caught:
        diarisers.load(str(pipeline_folder))
    assert "anna" not in str(caught.value)


def test_without_the_library_its_extra_is_named(pipeline_folder):
    import importlib.util

    if importlib.util.find_spec("pyannote") is not None:
        pytest.skip("pyannote.audio is installed")
    with pytest.raises(LaliaError, match=r"lalia\[pyannote\]") as caught:
        diarisers.load(str(pipeline_folder))
    assert caught.value.code is Code.MODEL_ABSENT
    (pipeline_folder / "config.yaml").unlink()
    with pytest.raises(LaliaError, match=r"config\.yaml"):
        diarisers.check(str(pipeline_folder))


@pytest.mark.parametrize("name", ["none", "embeded", "no/such/folder"])
def test_a_name_that_is_no_diariser(name):
    with pytest.raises(LaliaError, match="embedded, none, or the path") as caught:
        diarisers.load(name)
    assert caught.value.code is Code.BAD_SETTING
    assert "no/such" not in str(caught.value)
    assert clusters.MOST >= 2
