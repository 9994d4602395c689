"""The whole line on open recordings of real people, where they are present."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from lalia.pipeline import assess_batch

pytestmark = pytest.mark.asr

FILES = (
    "audio_jfk/jfk.flac",
    "audio_ljspeech/LJ001-0001.flac",
    "audio_ljspeech/LJ001-0005.flac",
    "audio_chat_demo/test.mp3",
    "audio_chat_demo/test.cha",
    "audio_mfa_labelled/acoustic_corpus.wav",
    "audio_mfa_labelled/acoustic_corpus.TextGrid",
    "audio_mfa_labelled/common_voice_en_22058264.mp3",
)


@pytest.fixture(scope="module")
def run(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    for name in FILES:
        shutil.copy(shared / "data" / name, folder)
    (folder / "broken.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVEnothing")
    return assess_batch(folder, tmp_path_factory.mktemp("run") / "out")


def _words(run, name: str) -> list[str]:
    said = json.loads((run.out / "transcripts" / f"{name}.json").read_text("utf-8"))
    kinds = ("word", "repeated", "revised")
    return [
        re.sub(r"[^\w']", "", w["text"].lower()) for u in said["utterances"] for w in u["words"] if w["kind"] in kinds
    ]


def _errors(reference: list[str], found: list[str]) -> int:
    row = list(range(len(found) + 1))
    for i, want in enumerate(reference, 1):
        before, row[0] = row[0], i
        for j, got in enumerate(found, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (want != got))
    return row[-1]


def test_the_broken_file_alone_is_rejected(run):
    assert list(run.errors["recording_id"]) == ["broken"]
    assert len(run.features) == 6


def test_kennedy_is_understood(run, shared):
    text = (shared / "data/audio_jfk/jfk.txt").read_text("utf-8")
    reference = re.sub(r"[^\w' ]", "", text.lower()).split()
    # tiny.en makes at most one slip in these 22 words.
    assert _errors(reference, _words(run, "jfk")) <= 1


def test_given_transcripts_are_used(run, shared):
    said = json.loads((run.out / "transcripts" / "test.json").read_text("utf-8"))
    assert said["source"] == "chat"
    assert said["engine"] is None
    assert _words(run, "test")[:6] == ["hello", "this", "is", "a", "test", "of"]
    assert json.loads((run.out / "transcripts" / "acoustic_corpus.json").read_text("utf-8"))["source"] == "textgrid"


@pytest.mark.parametrize("name", ["LJ001-0001", "LJ001-0005"])
def test_pitch_is_praats(run, shared, name):
    import numpy as np
    import parselmouth

    hertz = (
        parselmouth.Sound(str(shared / "data/audio_ljspeech" / f"{name}.flac")).to_pitch().selected_array["frequency"]
    )
    ours = run.features.set_index("recording_id").loc[name, "prosody.f0_median"]
    # Praat's standard settings look from 75 to 600 Hz and at breaths too; 8 % covers the other range and frames.
    assert ours == pytest.approx(np.median(hertz[hertz > 0]), rel=0.08)


def test_speeches_pause_where_people_hear_it(run):
    long = run.features_long.set_index(["recording_id", "feature"])
    # The sentence has three rhetorical pauses of half a second and more; the line starts with none.
    assert long.loc[("jfk", "timing.pause_count"), "value"] >= 3
    assert long.loc[("jfk", "timing.pause_max"), "value"] > 0.5


def test_every_missing_value_has_a_reason(run):
    missing = run.features_long[run.features_long["status"] == "missing"]
    assert missing["value"].isna().all()
    assert missing["reason"].str.len().gt(0).all()
    assert not missing["reason"].str.startswith("view_failed").any()
