"""A run of the example recordings gives what it gave when `tests/golden/examples.json` was written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pytest
from lalia.data_schemas import FeatureSpec
from lalia.features import specs
from lalia.features.registry import FEATURES, ROOTS, VIEWS
from lalia.tests.update_golden import GOLDEN, absent, observed

TELL = "If the change is meant: raise the version of the features it changes, run `make golden`, read the difference"

EXACT_UNITS = frozenset(["count", "nodes", "edges", "utterances", "levels"])

WORD_SHIFT = 0.1
"""Seconds by which a recogniser's word time may move: five of its frames of 20 ms."""


@dataclass(frozen=True)
class Tolerance:
    """How far a value may lie from the golden one: the larger of the two, and why."""

    relative: float
    absolute: float
    why: str

    def holds(self, value: float, golden: float) -> bool:
        return abs(value - golden) <= max(self.absolute, self.relative * abs(golden))


COUNTED = Tolerance(0, 0, "whole units are counted")
FRAMES = Tolerance(1e-2, 1, "a frame at the edge of a voiced stretch may fall on either side")
TEXT = Tolerance(1e-9, 0, "arithmetic on whole words; the tables hold ten digits")
COSINE = Tolerance(0, 1e-4, "32-bit embeddings: another BLAS adds in another order; cosines of sentences move by 1e-6")
SLOPE = Tolerance(0, 1e-5, "a cosine's tolerance over a sample of ten utterances and more")
COSINE_Z = Tolerance(0, 1e-2, "a cosine's tolerance over the spread of shuffled ones, about 0.01")
COSINE_R = Tolerance(0, 1e-3, "a cosine's tolerance over the spread of cosines, about 0.1")
BITS = Tolerance(0, 1e-3, "32-bit states: another BLAS adds in another order; bits of words move by 1e-5")
PERPLEXITY = Tolerance(1e-3, 0, "two to the power of a mean of bits that moves by 1e-3 at most")
SHARE = Tolerance(0, 0.02, "a word at the edge of a cosine of 0.95 may need one component more, of some sixty")
LEVEL = Tolerance(1e-3, 0.01, "a hundredth of a dB or semitone: below what resampling and FFT of another build move")
SOUND = Tolerance(1e-3, 1e-4, "Praat, FFT and voice activity work in floating point; 1e-3 is far below repeatability")

SEMANTIC = {
    "cosine": COSINE,
    "cosine/utterance": SLOPE,
    "z": COSINE_Z,
    "r": COSINE_R,
    "bits/word": BITS,
    "units/word": TEXT,
    "units/s": SOUND,
    "bits": BITS,
    "index": PERPLEXITY,
    "ratio": SHARE,
}


def tolerance(spec: FeatureSpec) -> Tolerance:
    """By unit and family; every feature has one."""
    if spec.unit in EXACT_UNITS:
        return COUNTED
    if spec.family in {"lexical", "syntactic", "discourse_graph"} or (spec.family == "fluency" and spec.unit != "s"):
        return TEXT
    if spec.family == "semantic":
        return SEMANTIC[spec.unit]
    return LEVEL if spec.unit in {"dB", "dB/s", "dB/octave", "st", "st/s"} else SOUND


def reads(view: str) -> set[str]:
    """The fields of a sample that a view is made from."""
    return {view} if view in ROOTS else {root for below in VIEWS[view].views for root in reads(below)}


AUDIO_ONLY = frozenset(
    name for name, found in FEATURES.items() if {root for view in found.views for root in reads(view)} == {"audio"}
)
"""Features that no word can move: what is compared where a recogniser heard other words on this processor."""


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    return json.loads(GOLDEN.read_text("utf-8"))


@pytest.fixture(scope="module")
def anew(tmp_path_factory) -> dict[str, Any]:
    if gone := absent():
        pytest.skip(f"the example recordings are not there ({len(gone)} missing); `make demo` fetches and makes them")
    return observed(tmp_path_factory.mktemp("golden") / "out")


def recordings() -> list[str]:
    return list(json.loads(GOLDEN.read_text("utf-8"))["recordings"]) if GOLDEN.is_file() else []


def compare(name: str, found: dict[str, Any], golden: dict[str, Any], spec: FeatureSpec) -> list[str]:
    """What differs in one feature, in words; nothing when all is within the tolerance."""
    same = ("missing", "version")
    if found.keys() != golden.keys() or any(found.get(key) != golden.get(key) for key in same):
        return [f"{name}: {found}, was {golden}"]
    if "missing" in golden:
        return []
    units = FRAMES if spec.family in {"prosody", "voice"} else COUNTED
    checks = [("value", found["value"], golden["value"], tolerance(spec))]
    checks += [("n", found["n"], golden["n"], units)] if "n" in golden else []
    checks += [
        ("interval", bound, was, tolerance(spec))
        for bound, was in zip(found.get("interval", []), golden.get("interval", []), strict=True)
    ]
    return [
        f"{name}: {part} {now}, was {was} ({allowed.why})"
        for part, now, was, allowed in checks
        if not allowed.holds(now, was)
    ]


def test_same_files(anew, golden):
    assert anew["files"] == golden["files"], TELL


def test_same_columns_and_types(anew, golden):
    assert {name: list(types.items()) for name, types in anew["tables"].items()} == {
        name: list(types.items()) for name, types in golden["tables"].items()
    }, TELL


def test_same_recordings(anew, golden):
    assert list(anew["recordings"]) == list(golden["recordings"]), TELL


@pytest.mark.parametrize("recording", recordings())
def test_recordings_table_tells_the_same(anew, golden, recording):
    assert anew["recordings"][recording]["told"] == golden["recordings"][recording]["told"], TELL


@pytest.mark.parametrize("recording", recordings())
def test_same_values(anew, golden, recording):
    now, was = anew["recordings"][recording], golden["recordings"][recording]
    if now["inputs"] != was["inputs"]:
        assert recording.startswith("synthetic_"), "a fetched recording is pinned by its bytes"
        pytest.skip("the synthesiser speaks other bytes on this kind of computer, so nothing can be compared")
    assert list(now["features"]) == list(was["features"]), TELL
    # Elsewhere an 8-bit recogniser may round a word into another one; what was measured on the words then differs.
    compared = now["features"].keys() if now["heard"] == was["heard"] else AUDIO_ONLY
    known = specs()
    wrong = [
        told
        for name in now["features"]
        if name in compared
        for told in compare(name, now["features"][name], was["features"][name], known[name])
    ]
    assert not wrong, "\n".join([TELL, *wrong])


@pytest.mark.asr
@pytest.mark.parametrize("recording", recordings())
def test_recogniser_hears_the_same(anew, golden, recording):
    now, was = anew["recordings"][recording]["heard"], golden["recordings"][recording]["heard"]
    assert (now is None) == (was is None), TELL
    if now is None:
        return
    assert abs(len(now["times"]) - len(was["times"])) <= 1, "one word may differ on another processor"
    if len(now["times"]) == len(was["times"]):
        assert list(chain(*now["times"])) == pytest.approx(list(chain(*was["times"])), abs=WORD_SHIFT)


def test_golden_run_covers_the_catalogue(golden):
    """Every feature has a value in some recording, or the reason why none of the examples can give one is known."""
    runs = [recording["features"] for recording in golden["recordings"].values()]
    never = {name for name in specs() if all("value" not in run[name] for run in runs)}
    vowel = {"voice.voice_breaks", "voice.maximum_phonation_time", "voice.tremor_frequency"}
    syllables = {"articulation.ddk_rate", "articulation.ddk_regularity"}
    assert never == vowel | syllables, "there is no sustained vowel and no repeated syllable among them"


def test_a_change_is_seen(golden):
    known = specs()
    run = golden["recordings"]["synthetic_picture"]["features"]
    for name, was in run.items():
        assert compare(name, was, was, known[name]) == []
        if "value" in was:
            moved = {**was, "value": was["value"] + 0.05 * max(1, abs(was["value"]))}
            assert compare(name, moved, was, known[name]), name
        assert compare(name, {**was, "version": was["version"] + 1}, was, known[name])


def test_audio_only_features_are_there():
    assert {"quality.snr", "quality.clipping", "quality.bandwidth", "quality.sample_rate"} <= AUDIO_ONLY
    assert not {name for name in AUDIO_ONLY if specs()[name].family in {"lexical", "syntactic", "semantic"}}
