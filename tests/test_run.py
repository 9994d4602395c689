"""The line itself: what it says of the models it used, and that it never raises."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from lalia.data_schemas import Settings, Transcript, Utterance, Word
from lalia.pipeline import assess, run
from lalia.pipeline.formats import write_json


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "talk.wav"
    soundfile.write(path, 0.1 * np.sin(2 * np.pi * 150 * np.arange(32_000) / 16_000), 16_000)
    said = Transcript(
        source="whisper",
        language="en",
        engine="ctranslate2",
        model="tiny.en",
        utterances=(Utterance(speaker="PAR", words=(Word(text="hello"),)),),
    )
    path.with_suffix(".json").write_text(write_json(said), encoding="utf-8")
    return path


def test_a_corrected_transcript_needs_no_recogniser(recording):
    done = assess(recording, settings=Settings(model="no-such-model"))
    assert {used.role for used in done.assessment.models} == {
        "vad",
        "parser",
        "constituency",
        "embedder",
        "language model",
    }
    assert done.transcript is not None
    assert done.transcript.model == "tiny.en"


@pytest.mark.parametrize("stage", ["decode", "check", "transcribe", "annotate", "measure", "predict", "draw"])
def test_a_fault_in_any_stage_is_a_rejection(recording, monkeypatch, stage):
    def broken(*_, **__):
        raise ZeroDivisionError("the patient's words")

    monkeypatch.setattr(run, {"transcribe": "transcribe_all"}.get(stage, stage), broken)
    with pytest.raises(ValueError, match=f"The {stage} stage must") as caught:
        assess(recording)
    assert "patient" not in str(caught.value)
