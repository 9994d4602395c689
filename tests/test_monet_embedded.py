"""The Monet that comes with lalia: whole, small, and of some sense; and where the line uses it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from lalia.data_schemas import Missing, Reason, Settings
from lalia.data_schemas.errors import Code, LaliaError
from lalia.data_schemas.transcript import Kind
from lalia.models import embedders, registry
from lalia.models.monet import embedded


@pytest.fixture(scope="module")
def reader():
    return embedded.load("monet", "cpu")


@pytest.fixture(scope="module")
def embedder():
    return embedders.load("monet", "cpu")


def test_it_is_small_and_whole_and_says_its_licence():
    folder = registry.locate("monet")
    assert sum(path.stat().st_size for path in folder.iterdir()) < 40_000_000
    assert {path.name for path in folder.iterdir()} == set(registry.WEIGHTS["monet"].files)
    use = embedded.use("monet", "language model")
    assert (use.name, use.licence, len(use.sha256)) == ("monet", "CC-BY-SA-4.0", 64)


def test_its_config_is_of_a_real_monet(reader):
    config = reader.model.config
    assert config.experts >= 16_384
    assert config.moe_decompose == "vertical"
    assert 8e6 < sum(p.numel() for p in reader.model.parameters()) < 20e6


def test_altered_weights_are_noticed(tmp_path, monkeypatch):
    import shutil

    shutil.copytree(registry.locate("monet"), tmp_path / "embedded_weights")
    with (tmp_path / "embedded_weights" / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    registry._found.cache_clear()
    monkeypatch.setattr(registry, "_package", lambda module: tmp_path)
    with pytest.raises(LaliaError, match="other bytes in model.safetensors".replace(".", "[.]")) as raised:
        registry.verify("monet")
    assert raised.value.code is Code.BAD_MODEL
    monkeypatch.undo()
    registry._found.cache_clear()


def test_the_embedder_promises(embedder):
    rows = embedder.embed(["the boy fell", "", "🙂", "THE BOY FELL", "a dog is running over the grass"])
    assert rows.dtype == np.float32
    assert rows.shape == (5, embedder.dimension)
    assert not rows[1:3].any()
    np.testing.assert_allclose(np.linalg.norm(rows[[0, 3, 4]], axis=1), 1, atol=1e-6)
    assert float(rows[0] @ rows[3]) == pytest.approx(1, abs=1e-6)
    assert embedder.use.role == "embedder"
    assert embedder.language == "en"
    assert embedders.load("monet", "cpu") is embedder


ALIKE = [
    ("a dog runs over the grass", "a puppy is running across the lawn", "we need the budget for the remote control"),
    ("the mother is washing the dishes", "a woman cleans plates at the sink", "the train left the station at nine"),
    ("he was ill and saw a doctor", "the man was sick and went to the hospital", "they played football on the beach"),
    ("the children want a cookie", "a boy and a girl ask for biscuits", "the president spoke to the congress"),
    ("it rained all day", "the weather was wet", "she bought a new computer"),
]


@pytest.mark.parametrize(("one", "like", "unlike"), ALIKE)
def test_like_sentences_are_nearer_than_unlike_ones(embedder, one, like, unlike):
    a, b, c = embedder.embed([one, like, unlike])
    assert float(a @ b) > float(a @ c) + 0.1


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [
        ("the boy is on the table", "table the the on boy is"),
        ("i do not know what it is", "know i it not is what do"),
        ("a man is riding a horse", "riding man horse a a is"),
        ("yeah i think that would be a good idea", "idea good yeah would a be that think i"),
    ],
)
def test_words_in_order_are_less_surprising(reader, likely, unlikely):
    one, other = (sum(bits) for bits in reader.read([likely, unlikely], surprisal=True).surprisal)
    assert one < other - 5  # bits


def test_an_embedder_that_is_no_model_is_refused():
    with pytest.raises(LaliaError, match="An embedder must be one of"):
        embedders.load("no-such")
    with pytest.raises(LaliaError, match="A Monet must be"):
        embedded.load("minilm")


def test_a_folder_of_a_checkpoint_is_an_embedder_too(tmp_path):
    import shutil

    from lalia.models.monet.export import HERE

    folder = tmp_path / "mine"
    shutil.copytree(HERE, folder)
    # As another's checkpoint: without the map to sentence vectors.
    from safetensors.torch import load_file, save_file

    held = load_file(str(folder / "model.safetensors"))
    save_file({k: v for k, v in held.items() if not k.startswith("projection.")}, str(folder / "model.safetensors"))
    values = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({k: v for k, v in values.items() if "embedding_" not in k}))
    made = embedders.load(str(folder), "cpu")
    assert made.embed(["the boy fell"]).shape == (1, 256)
    assert made.use.name == "mine"
    assert str(tmp_path) not in made.use.model_dump_json()


@pytest.fixture
def exported(tmp_path):
    """A folder as `export` writes it."""
    import shutil

    from lalia.models.monet.export import HERE

    return Path(shutil.copytree(HERE, tmp_path / "mine"))


def test_a_folder_as_export_writes_it_is_an_embedder_too(exported, embedder, monkeypatch):
    made = embedders.load(str(exported), "cpu")
    texts = ["the boy fell", "a dog is running over the grass"]
    assert np.array_equal(made.embed(texts), embedder.embed(texts))
    assert (made.use.name, made.use.sha256) == ("mine", embedder.use.sha256)
    assert made.use.licence == "as its owner states"
    # The bare name of a folder is as good as its path, and a model's name is better than a folder's.
    monkeypatch.chdir(exported.parent)
    for name in ("mine", "./mine", "mine/"):
        assert embedders.load(name, "cpu") is made
    exported.rename("monet")
    assert embedders.load("monet", "cpu") is embedder


@pytest.mark.parametrize(
    ("changes", "drop", "said"),
    [
        ({"embedding_layer": 5}, None, "at most num_hidden_layers"),
        ({"embedding_width": 0}, None, "embedding_width"),
        ({"embedding_width": 12}, None, "projection.bias"),
        ({}, "projection.weight", "no projection.weight"),
        ({}, "projection.", "no projection.bias and 1 others missing"),
    ],
)
def test_a_map_to_vectors_that_does_not_fit_is_refused(exported, changes, drop, said):
    from safetensors.torch import load_file, save_file

    values = json.loads((exported / "config.json").read_text())
    (exported / "config.json").write_text(json.dumps({**values, **changes}))
    if drop:
        held = load_file(str(exported / "model.safetensors"))
        save_file({k: v for k, v in held.items() if not k.startswith(drop)}, str(exported / "model.safetensors"))
    with pytest.raises(LaliaError) as raised:
        embedders.load(str(exported), "cpu")
    assert raised.value.code is Code.BAD_MODEL
    assert said in str(raised.value)


def test_the_embedded_monet_is_a_checkpoint_too(reader):
    from lalia.models.monet.checkpoint import load_monet

    found = load_monet("monet", device="cpu").model.state_dict()
    for name, value in reader.model.state_dict().items():
        assert np.array_equal(found[name].numpy(), value.numpy())


@pytest.mark.parametrize("name", ["MonetLLM/monet-vd-850M-100BT-hf", "monetllm/monet-vd-850m-100bt-hf"])
def test_a_releases_name_on_the_hub_will_do(name, tmp_path, monkeypatch):
    monkeypatch.setenv("LALIA_MODELS", str(tmp_path))
    for load in (embedders.load, embedded.load, embedders.use):
        with pytest.raises(LaliaError, match="lalia models fetch monet-vd-850m") as raised:
            load(name, "cpu")
        assert raised.value.code is Code.MODEL_ABSENT
    assert embedders.language(name) == embedders.language("monet") == "en"
    assert embedders.language("./mine") is None


def test_topic_experts_are_kept_however_little_they_are_used(reader):
    from lalia.features.semantic.reference_table import load

    (topics,) = {id(t): t for t in [load().topics(embedded.use("monet", "language model").sha256)]}.values()
    text = "it rained all day and the road to the station was wet so we took the train home with the dog"
    (encoded,) = reader.pieces.encode([text])
    import torch

    with torch.inference_mode():
        gates = reader.model(torch.tensor([[reader.pieces.start, *encoded.ids]])).routing
    use = [torch.einsum("thi,thj->ij", a[0, 1:], b[0, 1:]).flatten() / a.shape[2] for a, b in gates]
    full = (torch.cat(use) / len(encoded.ids)).numpy()
    kept = reader.read([text], routing=True).routing.of(0)
    assert {k for k in kept if k in set(topics.experts.tolist())} == {int(k) for k in topics.experts if full[k] > 0}


def test_export_writes_what_is_read(tmp_path):
    import torch
    from lalia.models.monet.config import MonetConfig
    from lalia.models.monet.export import export
    from lalia.models.monet.sentence import SentenceMonet

    values = json.loads((registry.locate("monet") / "config.json").read_text())
    config = MonetConfig.model_validate({**values, "hidden_size": 16, "moe_experts": 8, "moe_topk": 3})
    torch.manual_seed(0)
    model = SentenceMonet(config, 12, 3).eval()
    state = {
        "model": model.state_dict(),
        "config": config.model_dump(),
        "settings": {"embedding_layer": 3, "teacher_width": 12},
    }
    files = export(state, registry.locate("monet") / "tokenizer.json", tmp_path)
    assert files == {path.name: registry.sha256(path) for path in tmp_path.iterdir()}
    reader = embedded.read_folder(tmp_path)
    for name, value in model.monet.state_dict().items():
        # Half precision keeps eleven bits.
        torch.testing.assert_close(reader.model.state_dict()[name], value, rtol=1e-3, atol=1e-6)


# -- in the line ------------------------------------------------------------------------------------------------


def annotated(tmp_path: Path, **changes):
    from lalia.data_schemas import Audio, Recording, Transcript, Utterance, Word
    from lalia.pipeline.annotate import annotate
    from lalia.pipeline.ingest import Located

    def said(text: str) -> Utterance:
        words = (Word(text=w, kind=Kind.FILLER if w == "um" else Kind.WORD) for w in text.split())
        return Utterance(speaker="PAR", words=tuple(words))

    texts = ("The boy is um on the stool.", "um", "He falls! The jar breaks 🙂.")
    transcript = Transcript(source="text", utterances=tuple(map(said, texts)))
    recording = Recording(recording_id="a", participant_id="p", path="a.wav")
    item = Located(recording, tmp_path / "a.wav", None, None)
    return annotate(item, Audio(np.zeros(16_000, np.float32), 16_000), transcript, Settings(device="cpu", **changes))


def test_a_sample_has_a_surprisal_for_each_word_and_a_routing_for_each_utterance(tmp_path, reader):
    from lalia.pipeline.annotate import spoken

    sample = annotated(tmp_path)
    texts = [spoken(utterance) for utterance in sample.transcript.of_participant]
    assert [len(bits) for bits in sample.surprisal] == [len(text.split()) for text in texts]
    assert len(sample.routing) == len(texts)
    alone = reader.read(texts, surprisal=True).surprisal
    assert sample.surprisal == alone
    assert any(bits is None for found in sample.surprisal for bits in found) == any("🙂" in text for text in texts)
    empty = [not any(word.kind is Kind.WORD for word in u.words) for u in sample.transcript.of_participant]
    np.testing.assert_allclose(sample.routing.halves.sum(-1)[~np.array(empty)], 1, atol=1e-5)


def test_no_language_model_no_surprisal(tmp_path):
    sample = annotated(tmp_path, language_model="none")
    assert isinstance(sample.surprisal, Missing)
    assert sample.surprisal.reason is Reason.MODEL_ABSENT
    assert isinstance(sample.routing, Missing)


def test_one_model_reads_an_utterance_once(tmp_path, monkeypatch, embedder):
    from lalia.models.monet.reader import Reader

    read, texts = Reader.read, []

    def counted(self, given, **options):
        texts.append((list(given), options))
        return read(self, given, **options)

    monkeypatch.setattr(Reader, "read", counted)
    both = annotated(tmp_path)
    whole = [given for given, _ in texts if len(given) == 3 and "stool" in given[0]]
    assert len(whole) == 1
    monkeypatch.undo()
    assert np.array_equal(both.embeddings, embedder.embed(whole[0]))
    vectors = annotated(tmp_path, language_model="none").embeddings
    assert np.array_equal(both.embeddings, vectors)


def test_the_command_and_the_flow_name_the_language_model(tmp_path, monkeypatch):
    from lalia.flows import assess as flows
    from lalia.pipeline import batch, cli
    from typer.testing import CliRunner

    asked = []

    def caught(source, out, settings, **_):
        asked.append(settings)
        raise LaliaError("A", "b", "C")

    monkeypatch.setattr(batch, "whole_run", caught)
    monkeypatch.setattr(flows, "plan", caught)
    (tmp_path / "in").mkdir()
    for name in ("none", None):
        given = [] if name is None else ["--language-model", name]
        CliRunner().invoke(cli.app, ["assess", str(tmp_path / "in"), "--out", str(tmp_path / "out"), *given])
        flows.assess.fn(str(tmp_path / "in"), str(tmp_path / "out"), language_model=name)
    assert [settings.language_model for settings in asked] == ["none", "none", "monet", "monet"]


def test_the_embedder_setting_chooses(tmp_path):
    assert annotated(tmp_path).embeddings.shape[1] == 384
    monet = annotated(tmp_path, embedder="monet")
    np.testing.assert_allclose(
        monet.embeddings[0], embedders.load("monet", "cpu").embed(["The boy is on the stool"])[0], atol=1e-5
    )


def test_speech_of_another_language_is_not_read(tmp_path):
    sample = annotated(tmp_path, language="de")
    assert sample.surprisal.reason is Reason.WRONG_LANGUAGE
