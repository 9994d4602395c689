"""Transcripts that are hardly any: each gives values or reasons, never a crash."""

from __future__ import annotations

import resource
import time

import numpy as np
import pytest
from lalia.data_schemas import (
    Kind,
    LaliaError,
    Measured,
    Missing,
    Reason,
    Recording,
    Sample,
    Transcript,
    Utterance,
    Word,
)
from lalia.features import FEATURES, evaluate
from lalia.models import parsers
from lalia.pipeline.formats import detect, read

FAMILIES = ("lexical.", "syntactic.", "discourse_graph.", "fluency.")
NAMES = [name for name in FEATURES if name.startswith(FAMILIES)]
CHAT = "@UTF8\n@Begin\n@Languages:\teng\n@Participants:\t{who}\n{lines}@End\n"


def measured_of(*utterances: str, speaker: str = "PAR", language: str = "en", **fields: object) -> dict:
    said = tuple(
        Utterance(speaker=speaker, words=detect.mark([Word(text=form) for form in text.split()], language))
        for text in utterances
    )
    transcript = Transcript(source="text", language=language, verbatim=True, utterances=said)
    mine = transcript.of_participant
    parses = parsers.load("en-core-web-sm").parse(mine) if language == "en" else Missing(Reason.WRONG_LANGUAGE)
    recording = Recording(recording_id="r", participant_id="p", path="r.wav", **fields)
    sample = Sample(recording=recording, transcript=transcript, parses=parses)
    results = evaluate(sample, NAMES)
    for name, result in results.items():
        if isinstance(result, Missing):
            assert result.reason is not Reason.VIEW_FAILED, (name, result)
        else:
            assert np.isfinite(result.value), name
            assert FEATURES[name].spec.contains(result.value), name
    return results


@pytest.mark.parametrize(
    "utterances",
    [
        (),
        ("",),
        ("yes",),
        ("um", "uh um", "er"),
        ("😀 😀 🎉", "👍🏽", "❤️ ❤️ ❤️ ❤️ ❤️"),
        ("the Москва 東京 café naïve Ω", "كلمة the dog 12 % ½"),
        ("שלום עולם זה מבחן", "مرحبا بالعالم"),
        ("the\x00dog \x07ran\x1b[31m home", "\u202ethe\u202c cat", "a\ud800b c"),
        ("the " * 300,),
        ("- -- … ?! «»",),
        ("a" * 900,),
        ("xxx-" * 50, "'", "’s 'll n't"),
    ],
    ids=["nothing", "an empty utterance", "one word", "only fillers", "emoji", "mixed scripts", "right to left",
         "control characters", "perseveration", "punctuation", "a long word", "scraps"],
)  # fmt: skip
def test_values_or_reasons(utterances):
    results = measured_of(*utterances)
    assert set(results) == set(NAMES)


def test_only_fillers_are_counted_as_such():
    results = measured_of(*["um uh"] * 12)
    assert results["lexical.filler_rate"].reason is Reason.TOO_SHORT, "no words to be a share of"
    assert results["syntactic.utterance_count"].value == 12
    assert results["lexical.ttr"].reason is Reason.TOO_SHORT
    assert results["lexical.word_count"].value == 0


def test_perseveration_has_values():
    results = measured_of(*["the dog"] * 60)
    assert results["lexical.ttr"].value == pytest.approx(2 / 120)
    assert results["discourse_graph.nodes"].value == 2


def test_another_language_keeps_what_needs_no_english():
    results = measured_of(*["der Hund schläft im Garten unter dem Baum"] * 10, language="de")
    wrong = {n for n, r in results.items() if isinstance(r, Missing) and r.reason is Reason.WRONG_LANGUAGE}
    assert "lexical.mean_concreteness" in wrong
    assert "syntactic.mlu_morphemes" in wrong
    assert results["syntactic.mlu_words"].value == 8
    assert results["syntactic.utterance_count"].value == 10


def test_an_interviewer_only():
    results = measured_of("how are you today", "and what happened then", speaker="INV")
    assert all(isinstance(r, Missing) or r.value == 0 for r in results.values())


def test_a_chat_file_without_the_participant(tmp_path):
    path = tmp_path / "a.cha"
    path.write_text(CHAT.format(who="INV Investigator", lines="*INV:\thow are you ?\n"), "utf-8")
    for label in (None, "PAR"):
        with pytest.raises(LaliaError, match="participant_speaker"):
            read(path, participant=label)
    assert read(path, participant="INV").participant == "INV", "whoever names the interviewer means it"


def test_a_chat_file_whose_participant_says_nothing(tmp_path):
    path = tmp_path / "a.cha"
    who = "PAR Participant, INV Investigator"
    path.write_text(CHAT.format(who=who, lines="*INV:\thow are you ?\n*PAR:\t0 .\n"), "utf-8")
    said = read(path, participant="PAR")
    sample = Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav"),
        transcript=said,
        parses=parsers.load("en-core-web-sm").parse(said.of_participant),
    )
    for name, result in evaluate(sample, NAMES).items():
        assert isinstance(result, Missing) or result.value == 0, name


def test_a_hundred_thousand_words_in_one_utterance():
    """Parsed in pieces; measured in seconds of this process, and in memory that does not run away."""
    vocabulary = "the dog saw a cat and then it ran to her old house because he was so very hungry there".split()
    rng = np.random.default_rng(0)
    forms = rng.choice(vocabulary, 100_000).tolist()
    said = Utterance(speaker="PAR", words=tuple(Word(text=form) for form in forms))
    token = parsers.load("en-core-web-sm").parse([Utterance(speaker="PAR", words=said.words[:1000])])[0]
    parse = tuple(
        t.model_copy(update={"head": t.head + 1000 * k, "word": t.word + 1000 * k})
        for k in range(100)
        for t in token
        if t.word >= 0
    )
    transcript = Transcript(source="text", language="en", verbatim=True, utterances=(said,))
    recording = Recording(recording_id="r", participant_id="p", path="r.wav")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    names = [name for name in NAMES if not name.startswith("discourse_graph.")]
    results = evaluate(Sample(recording=recording, transcript=transcript, parses=(parse,)), names)
    assert results["lexical.word_count"].value == len(parse)
    assert results["syntactic.mlu_words"].reason is Reason.TOO_SHORT, "one utterance"
    assert isinstance(results["lexical.mattr_50"], Measured)
    failed = [name for name, r in results.items() if isinstance(r, Missing) and r.reason is Reason.VIEW_FAILED]
    assert not failed
    assert time.process_time() - started < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_500_000, "kilobytes"


def test_all_words_are_said_by_somebody_else():
    said = Transcript(
        source="text",
        language="en",
        utterances=(Utterance(speaker="INV", words=(Word(text="so", kind=Kind.WORD),)),),
        participant="PAR",
    )
    results = evaluate(
        Sample(recording=Recording(recording_id="r", participant_id="p", path="r.wav"), transcript=said, parses=()),
        NAMES,
    )
    assert all(isinstance(r, Missing) or r.value == 0 for r in results.values())
