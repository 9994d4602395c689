"""One battery over every registered feature; adding a feature adds its tests."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Measured, Missing, Reason, Recording, Sample, Token, Transcript, Utterance, Word
from lalia.data_schemas.feature import Example
from lalia.features import FEATURES, evaluate, measured
from lalia.features.registry import FAMILIES
from lalia.tests.samples import CHANGES

ROOT = Path(__file__).resolve().parent.parent
NAMES = list(FEATURES)
RECORDING = Recording(recording_id="r", participant_id="p", path="r.wav")

TOLERANCE = {
    "case": (1e-9, "the same numbers are added, perhaps in another order"),
    "word_order": (1e-9, "the same numbers are added in another order"),
    "utterance_order": (1e-9, "the same numbers are added in another order"),
    "gain": (1e-4, "float32 samples halve exactly; level-relative thresholds may move by a rounding"),
    "polarity": (2e-2, "peaks become troughs, so cycle boundaries move by part of a sample"),
    "padding": (3e-2, "analysis frames of 10 ms fall elsewhere on the signal"),
}

HIDDEN = {
    ("discourse_graph.edges", "utterance_order"): "turns end more than a window away from both ends of the sample",
    ("semantic.ambiguous_pronoun_rate", "word_order"): "what a pronoun stands for was said in an utterance before",
    ("semantic.monet_topic_persistence", "word_order"): "no topic lasts for two utterances, in whatever order of words",
    ("quality.clipping", "gain"): "no sample of the voice is at full scale",
    ("quality.clipping", "padding"): "a share of nothing stays nothing",
}
"""Declared changes that this sample cannot show, and why."""


def _result(name: str, given: dict) -> Measured | Missing:
    value = FEATURES[name].function(**given)
    if isinstance(value, dict):
        value = value[name]
    return measured(FEATURES[name].spec, value)


@pytest.mark.parametrize("name", NAMES)
def test_worked_example(name):
    found = FEATURES[name]
    example: Example = found.spec.example
    assert set(example.given) == set(found.views), "a worked example gives every view the function reads"
    assert example.why.strip(), "a worked example says where its number is from"
    result = _result(name, dict(example.given))
    if isinstance(example.expect, Reason):
        assert isinstance(result, Missing)
        assert result.reason is example.expect
    else:
        assert isinstance(result, Measured), result
        assert result.value == pytest.approx(example.expect, abs=example.tolerance, rel=0)


def test_empty_sample_is_missing_with_a_reason():
    for name, result in evaluate(Sample(recording=RECORDING)).items():
        assert isinstance(result, Missing), name
        assert result.reason is not Reason.VIEW_FAILED, (name, result)


def test_too_little_is_missing_not_zero():
    said = Transcript(
        source="text",
        language="en",
        verbatim=True,
        utterances=(Utterance(speaker="PAR", words=(Word(text="yes", start=0.0, end=0.2),)),),
    )
    token = Token(text="yes", lemma="yes", pos="INTJ", tag="UH", dep="root", head=0, word=0)
    tiny = Sample(recording=RECORDING, transcript=said, parses=((token,),), embeddings=np.ones((1, 4), np.float32) / 2)
    for name, result in evaluate(tiny).items():
        if FEATURES[name].spec.needs:
            assert isinstance(result, Missing), name
            assert result.reason is not Reason.VIEW_FAILED, (name, result)


@pytest.fixture(scope="module")
def results(sample):
    return evaluate(sample)


def test_the_sample_measures_what_it_should(results):
    failed = {
        name: r.detail for name, r in results.items() if isinstance(r, Missing) and r.reason is Reason.VIEW_FAILED
    }
    assert not failed
    allowed = {Reason.WRONG_TASK, Reason.UNDEFINED, Reason.TOO_SHORT}
    missing = {name: str(r) for name, r in results.items() if isinstance(r, Missing) and r.reason not in allowed}
    assert not missing


def test_same_sample_same_bits(sample, results):
    before = sample.audio.samples.copy(), sample.embeddings.copy()
    assert evaluate(sample) == results
    assert np.array_equal(before[0], sample.audio.samples)
    assert np.array_equal(before[1], sample.embeddings)


def test_intervals_hold_their_value(results):
    for name, result in results.items():
        if isinstance(result, Measured) and result.ci_low is not None:
            assert result.ci_low <= result.ci_high, name
            assert result.n is None or result.n >= 2, name


@pytest.mark.parametrize("change", list(CHANGES))
def test_declared_invariances(sample, results, change):
    changed = evaluate(CHANGES[change](sample, seed=3))
    tolerance, _ = TOLERANCE[change]
    broken, idle = {}, []
    for name, before in results.items():
        after = changed[name]
        if isinstance(before, Missing):
            continue
        same = isinstance(after, Measured) and after.value == pytest.approx(before.value, rel=tolerance, abs=1e-9)
        if FEATURES[name].spec.invariances[change] and not same:
            broken[name] = (before.value, getattr(after, "value", str(after)))
        if not FEATURES[name].spec.invariances[change] and after == before and (name, change) not in HIDDEN:
            idle.append(name)
    assert not broken, f"declared unchanged by {change}"
    for seed in range(4, 10):  # one shuffle may by chance leave a count as it was
        again = evaluate(CHANGES[change](sample, seed=seed), idle) if idle else {}
        idle = [name for name in idle if again[name] == results[name]]
    assert not idle, f"declared changed by {change}, but the sample shows no change: declare True or mend the sample"


WORDS = st.sampled_from(["the", "dog", "ran", "home", "um", "a", "it", "was", "so", "cold", "Paris", "she", "x"])
POS = st.sampled_from(["NOUN", "VERB", "ADJ", "DET", "PRON", "ADP", "AUX", "PUNCT", "PROPN", "CCONJ", "NUM", "X"])
DEP = st.sampled_from(["nsubj", "obj", "det", "conj", "advcl", "acl:relcl", "aux:pass", "obl", "ccomp", "dep", "punct"])


@st.composite
def text_samples(draw) -> Sample:
    utterances, parses = [], []
    clock = 0.0
    for _ in range(draw(st.integers(0, 12))):
        length = draw(st.integers(1, 14))
        texts = draw(st.lists(WORDS, min_size=length, max_size=length))
        words = []
        for text in texts:
            gap, spoken = draw(st.floats(0, 2)), draw(st.floats(0.01, 1))
            words.append(Word(text=text, start=clock + gap, end=clock + gap + spoken))
            clock += gap + spoken
        utterances.append(Utterance(speaker=draw(st.sampled_from(["PAR", "PAR", "INV"])), words=tuple(words)))
        if utterances[-1].speaker == "PAR":
            root = draw(st.integers(0, length - 1))
            parses.append(
                tuple(
                    Token(
                        text=t,
                        lemma=t,
                        pos=draw(POS),
                        tag="NN",
                        dep="root" if i == root else draw(DEP),
                        head=root,
                        word=i,
                    )
                    for i, t in enumerate(texts)
                )
            )
    vectors = np.random.default_rng(draw(st.integers(0, 99))).normal(size=(len(parses), 8)).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    said = Transcript(source="text", language="en", verbatim=True, utterances=tuple(utterances))
    return Sample(recording=RECORDING, transcript=said, parses=tuple(parses), embeddings=vectors)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(made=text_samples())
def test_any_transcript_gives_values_in_range_or_reasons(made):
    for name, result in evaluate(made).items():
        if isinstance(result, Measured):
            assert FEATURES[name].spec.contains(result.value), name
        else:
            assert result.reason is not Reason.VIEW_FAILED, (name, result)


@pytest.mark.parametrize("name", NAMES)
def test_spec_stands_in_the_catalogue(name, shared):
    with open(shared / "feature_catalogue.csv", encoding="utf-8", newline="") as stream:
        rows = {row["name"]: row for row in csv.DictReader(stream)}
    spec = FEATURES[name].spec
    # The catalogue asks for variants with another shortest pause, and lists a whole group by its prefix. It has no row
    # for a form that takes out what the length of utterances does to a measure.
    listed = name if name in rows else name.removesuffix("_150").removesuffix("_length_adjusted")
    listed = "spectral.egemaps_*" if name.startswith("spectral.egemaps_") else listed
    assert listed in rows, "names are those of the catalogue"
    row = rows[listed]
    if listed.endswith("*"):
        return
    assert spec.unit == row["unit"]
    for bound, text in ((spec.low, row["low"]), (spec.high, row["high"])):
        assert bound == (float(text) if text else None)


def test_citations_are_in_the_bibliography():
    known = set(re.findall(r"^@\w+\{([^,]+),", (ROOT / "docs" / "references.bib").read_text(encoding="utf-8"), re.M))
    cited = {key for found in FEATURES.values() for key in found.spec.citation.split()}
    assert cited <= known, f"add to docs/references.bib: {sorted(cited - known)}"


def test_families_are_known_and_in_order():
    families = [found.spec.family for found in FEATURES.values()]
    assert families == sorted(families, key=FAMILIES.index)
