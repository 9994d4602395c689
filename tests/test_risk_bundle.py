"""Bundles: what is read back is what was written; anything else is refused; pickle is never reached."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from lalia.data_schemas import Code, LaliaError
from lalia.models.risk import Scope, Subject, load, save, train
from lalia.models.risk.bundle import CARD, CARD_TEXT, FILES, MANIFEST, STRUCTURE, WEIGHTS, _sha
from lalia.tests.risk_data import QUICK, study


def subjects(features, count=8, **more):
    names = [name for name in features if name[0] == "f"]
    told = {"task": "interview", "language": "en", "age": 40.0} | more
    return [
        Subject(f"r{k}", {name: float(features[name][k]) for name in names}, participant_id=f"p{k}", **told)
        for k in range(count)
    ]


@pytest.fixture(scope="module")
def trained():
    features, labels = study()
    return features, train(features, labels, target="dx", positive="ill", plan=QUICK, name="demo")


@pytest.fixture
def folder(trained, tmp_path):
    save(trained[1], tmp_path / "m")
    return tmp_path / "m"


@pytest.mark.parametrize("candidate", ["elastic_net", "random_forest", "gradient_boosting", "dummy"])
def test_what_is_read_back_scores_the_same_bits(candidate, tmp_path):
    features, labels = study(people=40)
    plan = QUICK.model_copy(update={"candidates": (candidate,), "bags": 2, "inner": 2, "outer": 2})
    model = train(features, labels, target="dx", plan=plan, out=tmp_path / "m")
    again = load(tmp_path / "m")
    assert again.score(subjects(features)) == model.score(subjects(features))


def test_the_same_model_is_the_same_bytes(trained, folder, tmp_path):
    first = save(trained[1], tmp_path / "again")
    assert (tmp_path / "again" / MANIFEST).read_bytes() == (folder / MANIFEST).read_bytes()
    assert load(tmp_path / "again", sha256=first).card.name == "demo"
    with pytest.raises(LaliaError, match="must have the digest"):
        load(folder, sha256="0" * 64)


def test_files_are_private_and_none_is_a_pickle(folder):
    assert {path.name for path in folder.iterdir()} == {*FILES, MANIFEST}
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0
        assert not path.read_bytes().startswith((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"))


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_is_refused(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(LaliaError, match="must be the file that was hashed") as caught:
        load(folder)
    assert caught.value.code is Code.BAD_MODEL


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_missing_file_is_refused(folder, name):
    (folder / name).unlink()
    with pytest.raises(LaliaError) as caught:
        load(folder)
    assert caught.value.code is Code.BAD_MODEL


def test_another_file_beside_is_refused(folder):
    (folder / "weights.pkl").write_bytes(b"\x80\x04.")
    with pytest.raises(LaliaError, match="must hold nothing else"):
        load(folder)
    with pytest.raises(LaliaError, match="must hold nothing else"):
        save(load_copy(folder), folder)


def load_copy(folder):
    clean = folder.with_name("clean")
    shutil.copytree(folder, clean, ignore=shutil.ignore_patterns("*.pkl"))
    return load(clean)


def rewrite(folder, name, change, *, card_too=False):
    """Change a file as someone would who rewrites the manifest with it."""
    found = json.loads((folder / name).read_text("utf-8"))
    change(found)
    (folder / name).write_text(json.dumps(found), "utf-8")
    if card_too:
        rewrite(folder, CARD, lambda card: card["sha256"].update({name: _sha((folder / name).read_bytes())}))
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    manifest["files"] = {each: _sha((folder / each).read_bytes()) for each in FILES}
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")


def test_weights_of_another_card_are_refused(folder):
    rewrite(folder, STRUCTURE, lambda found: found.update(threshold=0.01))
    with pytest.raises(LaliaError, match="must be of these weights"):
        load(folder)


def test_a_card_without_its_limits_is_refused(folder):
    rewrite(folder, CARD, lambda card: card.update(limits=" "))
    with pytest.raises(LaliaError, match="what the model is for and not for"):
        load(folder)


def test_a_card_that_says_more_than_its_page_is_refused(folder):
    rewrite(folder, CARD, lambda card: card["numbers"].update(auc=0.99))
    with pytest.raises(LaliaError, match=r"card\.md must say what card.json says"):
        load(folder)


def test_a_feature_of_another_version_is_refused(trained, tmp_path):
    card = trained[1].card
    from dataclasses import replace

    known = "lexical.mattr_50"
    names = (known, *trained[1].names[1:])
    old = card.model_copy(update={"features": {name: 99 if name == known else 0 for name in names}})
    save(replace(trained[1], card=old, names=names, never_missing=()), tmp_path / "old")
    with pytest.raises(LaliaError, match="must have the version that the model was trained on"):
        load(tmp_path / "old")


def test_structure_that_fits_nothing_is_refused_without_a_traceback_of_others(folder):
    rewrite(folder, STRUCTURE, lambda found: found.update(learner="os.system"), card_too=True)
    with pytest.raises(LaliaError, match="must fit each other"):
        load(folder)


def test_card_and_checklist_say_what_matters(folder):
    card, checklist = (folder / CARD_TEXT).read_text("utf-8"), (folder / "tripod_ai.md").read_text("utf-8")
    for text in ("No clinical validation", "Not established", "## Out of scope", "covariates only", "## Subgroups"):
        assert text in card
    for item in ("| 1 |", "| 12a |", "| 18f |", "| 27c |"):
        assert item in checklist
    assert checklist.count("\n| ") == 52 + 2  # items with their letters, and the head


def test_weights_hold_no_identifier_of_training(folder):
    whole = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b'"r17"' not in whole
    assert b'"p17"' not in whole


HOOK = """
import sys
from importlib.abc import MetaPathFinder
import numpy, safetensors.numpy, pydantic
import lalia.models.risk.bundle, lalia.models.risk.model, lalia.features
lalia.features.specs()
BANNED = ("pickle", "_pickle", "cPickle", "joblib", "cloudpickle", "dill", "skops", "torch", "sklearn")

class Refuse(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BANNED:
            raise AssertionError(f"{name} was reached")

class Broken:
    def __getattr__(self, name):
        raise AssertionError(f"pickle.{name} was reached")

for name in [name for name in sys.modules if name.partition(".")[0] in BANNED]:
    sys.modules[name] = Broken() if name in ("pickle", "_pickle") else None
    if name not in ("pickle", "_pickle"):
        del sys.modules[name]
import numpy.lib.format, numpy.lib._npyio_impl as npyio
for module in (npyio, sys.modules.get("numpy.lib._format_impl", numpy.lib.format)):
    if hasattr(module, "pickle"):
        module.pickle = Broken()
sys.meta_path.insert(0, Refuse())
try:
    import pickle; pickle.loads(b"")
except AssertionError:
    pass
else:
    raise SystemExit("the hook does not work")
from lalia.models.risk import Subject, load
model = load(sys.argv[1])
subject = Subject("a", {name: 0.0 for name in model.names}, task="interview", language="en", age=40.0)
print(model.score([subject])[0].status)
"""


def test_pickle_is_never_reached(folder):
    done = subprocess.run([sys.executable, "-c", HOOK, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "ok"


def test_a_scope_given_is_kept(trained, tmp_path):
    from dataclasses import replace

    model = replace(trained[1], scope=Scope(tasks=("reading",), codecs=("pcm",)))
    save(model, tmp_path / "m")
    (score,) = load(tmp_path / "m").score(subjects(trained[0], 1))
    assert score.reason == "wrong task: needs reading, got interview"
    assert np.all(load(tmp_path / "m").novelty.whiten == model.novelty.whiten)
    assert (tmp_path / "m" / WEIGHTS).stat().st_size < 20_000
