"""Embedders from folders of sentence-transformers: read as MiniLM is, or refused, and known by their bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from lalia.data_schemas import LaliaError, Settings
from lalia.data_schemas.errors import Code
from lalia.data_schemas.sample import EMBEDDER, LANGUAGE_MODEL
from lalia.models import embedders, registry
from lalia.models.monet import embedded
from lalia.pipeline import keys
from lalia.pipeline.ingest import Located
from lalia.pipeline.ready import check_models

TEXTS = ["the boy fell", "", "🙂", "a dog is running over the grass " * 60]


@pytest.fixture
def folder(tmp_path):
    """all-MiniLM-L6-v2 as anybody would have it."""
    made = tmp_path / "theirs"
    shutil.copytree(registry.locate("minilm"), made)
    return made


def rewrite(path: Path, **changes) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_the_same_weights_give_the_same_vectors(folder, monkeypatch):
    packaged = embedders.load("minilm", "cpu")
    monkeypatch.chdir(folder.parent)
    made = embedders.load("theirs", "cpu")
    assert np.array_equal(made.embed(TEXTS), packaged.embed(TEXTS))
    assert embedders.load(str(folder), "cpu") is embedders.load("./theirs", "cpu") is made
    assert (made.use.role, made.use.name, len(made.use.sha256)) == (EMBEDDER, "theirs", 64)
    assert embedders.use("theirs") == made.use
    assert str(folder.parent) not in made.use.model_dump_json()


def test_its_digest_is_of_its_bytes(folder):
    before = embedders.use(str(folder)).sha256
    other = folder.parent / "other"
    shutil.copytree(folder, other)
    assert embedders.use(str(other)).sha256 == before
    third = folder.parent / "third"
    shutil.copytree(folder, third)
    rewrite(third / "1_Pooling" / "config.json", more=1)
    assert embedders.use(str(third)).sha256 != before


def test_a_shorter_window_is_kept_to(folder):
    rewrite(folder / "sentence_bert_config.json", max_seq_length=34)
    made = embedders.load(str(folder), "cpu")
    assert {len(chunk) for chunk in made._chunks(TEXTS[3])} >= {32}
    assert np.linalg.norm(made.embed(TEXTS[3:])) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: rewrite(f / "1_Pooling" / "config.json", pooling_mode_cls_token=True), "the pooling"),
        (lambda f: rewrite(f / "1_Pooling" / "config.json", pooling_mode="cls"), "the pooling cls"),
        (lambda f: rewrite(f / "config.json", model_type="xlm-roberta"), "a model of the type xlm-roberta"),
        (lambda f: rewrite(f / "sentence_bert_config.json", do_lower_case=True), "before the tokenizer"),
        (
            lambda f: rewrite(f / "config_sentence_transformers.json", default_prompt_name="query"),
            "before the tokenizer",
        ),
        (lambda f: (f / "modules.json").write_text("[]"), "the modules"),
        (lambda f: (f / "modules.json").write_text("{"), "modules.json that cannot be read"),
        (lambda f: (f / "modules.json").unlink(), "modules.json that cannot be read"),
        (lambda f: (f / "model.safetensors").unlink(), "cannot be read"),
        (lambda f: (f / "model.safetensors").write_bytes(b"\0" * 64), "cannot be read"),
        (lambda f: (f / "tokenizer.json").unlink(), "cannot be read"),
        (lambda f: rewrite(f / "config.json", hidden_size=36), "cannot be read"),
    ],
)
def test_other_models_are_refused(folder, spoil, said):
    spoil(folder)
    with pytest.raises(LaliaError, match="whose last states are averaged") as raised:
        embedders.load(str(folder), "cpu")
    assert raised.value.code is Code.BAD_MODEL
    assert said in str(raised.value)


def test_a_dense_layer_after_the_mean_is_refused(folder):
    modules = json.loads((folder / "modules.json").read_text())
    modules[2]["type"] = "sentence_transformers.models.Dense"
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(LaliaError, match="Transformer, Pooling, Dense"):
        embedders.load(str(folder), "cpu")


def test_a_folders_bytes_decide_a_unit(folder):
    def weights(**changes) -> dict[str, str]:
        return keys.weights(Settings(device="cpu", **changes))

    assert weights(embedder=str(folder))[EMBEDDER] == embedders.use(str(folder)).sha256
    assert weights()[EMBEDDER] == weights()[LANGUAGE_MODEL] == embedders.use("monet").sha256
    assert weights(embedder="minilm")[EMBEDDER] == registry.use("minilm", EMBEDDER).sha256


def test_a_folder_named_as_another_model_is_not_it(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    before = keys.weights(Settings(device="cpu"))
    for name in ("en-core-web-sm", "silero-vad", "minilm"):
        shutil.copytree(folder, folder.parent / name)
        (folder.parent / name / "modules.json").unlink()
        assert not embedded.is_monet(name)
    assert keys.weights(Settings(device="cpu")) == before


def test_a_language_model_that_cannot_be_read_stops_a_run_before_it_begins(folder):
    from lalia.data_schemas import Recording

    item = Located(Recording(recording_id="a", participant_id="p", path="a.wav"), Path("a.wav"), Path("a.cha"), None)
    for name in (str(folder), "no-such"):
        with pytest.raises(LaliaError, match="A Monet must be"):
            check_models([item], Settings(device="cpu", language_model=name))
    for file in ("modules.json", "config_sentence_transformers.json"):
        (folder / file).unlink()
    with pytest.raises(LaliaError, match=r"config\.json with every size"):
        check_models([item], Settings(device="cpu", language_model=str(folder)))
    check_models([item], Settings(device="cpu", language_model="none"))
