"""The annotate stage: what it makes of a transcript, and what it says when a model cannot."""

from __future__ import annotations

import json

import numpy as np
import pytest
from lalia.data_schemas import (
    Audio,
    Code,
    Kind,
    LaliaError,
    Measured,
    Missing,
    Reason,
    Recording,
    Settings,
    Transcript,
    Utterance,
    Word,
)
from lalia.features import FEATURES, evaluate
from lalia.models import embedders, parsers
from lalia.pipeline import annotate as stage
from lalia.pipeline.ingest import Located

SILENCE = Audio(np.zeros(16_000, np.float32), 16_000)


def located(tmp_path, **fields) -> Located:
    stimulus = fields.pop("stimulus_file", None)
    recording = Recording(recording_id="r", participant_id="p", path="r.wav", **fields)
    return Located(recording, tmp_path / "r.wav", None, stimulus)


def transcript(*texts: str, language: str | None = "en") -> Transcript:
    utterances = tuple(
        Utterance(speaker=speaker, words=tuple(Word(text=w) for w in text.split()))
        for text in texts
        for speaker, text in [text.split(":", 1) if ":" in text else ("PAR", text)]
    )
    return Transcript(source="text", language=language, utterances=utterances)


def annotate(tmp_path, said: Transcript, **fields):
    return stage.annotate(located(tmp_path, **fields), SILENCE, said, Settings(device="cpu"))


def test_a_parse_and_a_row_for_each_utterance_of_the_participant_in_order(tmp_path):
    said = transcript("The boy fell .", "INV:What then ?", "He cried", "INV:And ?", "")
    made = annotate(tmp_path, said)
    assert [parse[0].text if parse else None for parse in made.parses] == ["The", "He", None]
    assert made.embeddings.shape == (3, 384)
    assert [bool(row.any()) for row in made.embeddings] == [True, True, False]
    alone = embedders.load("monet", "cpu").embed(["The boy fell"])[0]
    # 1e-6: the batch has another size.
    np.testing.assert_allclose(made.embeddings[0], alone, atol=1e-6)
    assert made.prompt_embedding == Missing(Reason.NO_PROMPT)
    assert made.audio is SILENCE
    assert made.stimulus is None


def test_only_plain_words_without_their_punctuation_are_embedded():
    utterance = Utterance(
        speaker="PAR",
        words=(
            Word(text="um", kind=Kind.FILLER),
            Word(text="He", kind=Kind.REPEATED),
            Word(text="He"),
            Word(text="isn't,"),
            Word(text="..."),
            Word(text="“here”."),
        ),
    )
    assert stage.spoken(utterance) == "He isn't here"


def test_the_prompt_is_embedded(tmp_path):
    made = annotate(tmp_path, transcript("Yes"), prompt="Tell me about your day.")
    assert np.linalg.norm(made.prompt_embedding) == pytest.approx(1, abs=1e-6)
    assert isinstance(annotate(tmp_path, transcript("Yes"), prompt="  ").prompt_embedding, Missing)


def test_questions_are_embedded_with_their_answers(tmp_path):
    said = transcript("Well .", "INV:What then ?", "INV:Tell me", "He cried", "Loudly", "INV:And ?")
    made = annotate(tmp_path, said)
    asked, answer = embedders.load("monet", "cpu").embed(["What then Tell me", "He cried Loudly"])
    # 1e-6: the batch has another size.
    np.testing.assert_allclose(made.exchange_embeddings, [[asked, answer]], atol=1e-6)
    assert annotate(tmp_path, transcript("He cried")).exchange_embeddings.reason is Reason.NO_SECOND_SPEAKER


def test_each_lemma_and_each_word_of_the_stimulus_has_a_vector(tmp_path):
    made = annotate(tmp_path, transcript("The boys fell"))
    assert set(made.word_vectors) == {"the", "boy", "fall"}
    np.testing.assert_allclose(made.word_vectors["boy"], embedders.load("monet", "cpu").embed(["boy"])[0], atol=1e-6)


@pytest.mark.parametrize(("spoken", "stated"), [("fr", None), (None, "fr-CA"), ("fr", "en")])
def test_another_language_is_not_parsed_as_english(tmp_path, spoken, stated):
    made = annotate(tmp_path, transcript("le garçon", language=spoken), language=stated, prompt="Parlez")
    for view in (made.parses, made.embeddings, made.prompt_embedding):
        assert view.reason is Reason.WRONG_LANGUAGE
        assert "got fr" in view.detail


def test_words_of_a_recogniser_that_does_not_know_the_language_are_not_measured(tmp_path):
    said = transcript("the garden sun").model_copy(update={"engine": "ctranslate2"})
    made = annotate(tmp_path, said, language="fr-CA")
    for view in (made.transcript, made.parses, made.embeddings):
        assert view == Missing(Reason.WRONG_LANGUAGE, "the recogniser writes en, the recording is in fr-CA")
    assert annotate(tmp_path, said, language="en-GB").transcript is said


@pytest.mark.parametrize("language", ["en", "en-GB", None])
def test_english_and_unknown_languages_are_parsed(tmp_path, language):
    assert not isinstance(annotate(tmp_path, transcript("Yes", language=language)).parses, Missing)


def _fails(error: Exception):
    def load(*args):
        raise error

    return load


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (LaliaError("A", "b", "C", code=Code.MODEL_ABSENT), Reason.MODEL_ABSENT, "model_absent"),
        (LaliaError("A", "b", "C", code=Code.BAD_MODEL), Reason.MODEL_ABSENT, "bad_model"),
        (LaliaError("A", "b", "C", code=Code.BAD_TRANSCRIPT), Reason.VIEW_FAILED, "bad_transcript"),
        (ValueError("my secret words"), Reason.VIEW_FAILED, "ValueError"),
    ],
)
def test_a_failing_model_is_a_reason_and_the_rest_stands(tmp_path, monkeypatch, error, reason, detail):
    monkeypatch.setattr(parsers, "load", _fails(error))
    made = annotate(tmp_path, transcript("Yes it is"))
    assert made.parses == Missing(reason, f"parses: {detail}")
    assert made.embeddings.shape == (1, 384)
    assert evaluate(made, ["lexical.ttr"])["lexical.ttr"].reason is reason
    assert evaluate(made, ["syntactic.utterance_count"])["syntactic.utterance_count"].value == 1


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA out of memory")])
def test_too_little_memory_is_not_written_down_as_missing(tmp_path, monkeypatch, error):
    monkeypatch.setattr(embedders, "load", _fails(error))
    with pytest.raises(type(error)):
        annotate(tmp_path, transcript("Yes"))


def test_an_unknown_parser_is_the_users_error(tmp_path):
    with pytest.raises(LaliaError, match="A parser must be one of"):
        stage.annotate(located(tmp_path), SILENCE, transcript("Yes"), Settings(parser="nope", device="cpu"))


# -- stimulus ---------------------------------------------------------------------------------------------------


def test_the_stimulus_is_read(tmp_path):
    path = tmp_path / "kitchen.json"
    path.write_text(
        json.dumps(
            {"stimulus_id": "kitchen", "title": "Kitchen", "content_units": [{"name": "boy", "words": ["boy"]}]}
        ),
        encoding="utf-8",
    )
    made = annotate(tmp_path, transcript("Yes"), stimulus_file=path)
    assert made.stimulus.content_units[0].words == ("boy",)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, Code.MISSING_FILE),
        (b"", Code.BAD_MANIFEST),
        (b"not json, secret", Code.BAD_MANIFEST),
        (b'{"title": "secret"}', Code.BAD_MANIFEST),
        (b"\xff\xfe\x00secret", Code.BAD_MANIFEST),
        (b'{"stimulus_id": "a", "title": "b", "secret": 1}', Code.BAD_MANIFEST),
        (b" " * (stage.STIMULUS_BYTES + 1), Code.BAD_MANIFEST),
    ],
)
def test_a_stimulus_that_cannot_be_read_is_an_error(tmp_path, content, code):
    path = tmp_path / "s.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LaliaError) as caught:
        annotate(tmp_path, transcript("Yes"), stimulus_file=path)
    assert caught.value.code is code
    assert str(tmp_path) not in str(caught.value)


# -- hostile transcripts ----------------------------------------------------------------------------------------

HOSTILE = {
    "empty": Transcript(source="text", language="en"),
    "other speaker alone": transcript("INV:Hello there"),
    "one word": transcript("yes"),
    "the same again and again": transcript(*["the boy fell down the stairs and cried"] * 12),
    "only fillers": Transcript(
        source="text",
        language="en",
        verbatim=True,
        utterances=(Utterance(speaker="PAR", words=tuple(Word(text="um", kind=Kind.FILLER) for _ in range(80))),) * 6,
    ),
    "emoji": transcript(*["🙂 👍"] * 60),
    "mixed scripts": transcript(*["the 男の子 мальчик laughed שלום"] * 20),
    "control characters": transcript(*["a\x00b \x1b[0m c\u202ed"] * 20),
    "one long utterance": transcript("the boy ran home and " * 4000),
    "a word without end": transcript("a" * 100_000),
}


TEXTUAL = [name for name in FEATURES if name.startswith(("lexical.", "syntactic.", "semantic."))]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_transcript_is_annotated_and_measured(tmp_path, name):
    made = annotate(tmp_path, HOSTILE[name])
    results = evaluate(made, TEXTUAL)
    if name == "one long utterance":
        assert results["lexical.word_count"].value == 20_000
    for feature, result in results.items():
        if isinstance(result, Measured):
            assert np.isfinite(result.value), feature
        elif name == "a word without end":
            assert result.reason in {
                Reason.VIEW_FAILED,
                Reason.TOO_SHORT,
                Reason.NO_PROMPT,
                Reason.NO_SECOND_SPEAKER,
                Reason.NOT_VERBATIM,
                Reason.WRONG_TASK,
            }
        else:
            assert result.reason is not Reason.VIEW_FAILED, (feature, result)


def test_emoji_are_no_words(tmp_path):
    made = annotate(tmp_path, HOSTILE["emoji"])
    assert evaluate(made, ["lexical.word_count"])["lexical.word_count"].value == 0
    assert not made.embeddings.any()
