"""The flow `train`: thin, and its messages hold counts and codes only."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("prefect")

from lalia.flows.train import train, train_model
from lalia.models.risk import load
from lalia.tests.risk_data import QUICK, study


def test_a_relative_path_is_refused_before_anything_is_read():
    state = train.fn(features="features.csv", labels="/l.csv", out="/o", target="dx")
    assert state.is_failed()
    assert "must be an absolute path" in state.message


def test_the_task_writes_the_bundle_and_tells_counts(tmp_path):
    features, labels = study(people=40, seed=2)
    told = train_model.fn(
        {"features": features, "labels": labels, "target": "dx", "plan": QUICK, "out": tmp_path / "m", "name": "m"}
    )
    assert told.startswith("auc 0.")
    assert told.endswith("people 20, 20; not established")
    assert load(tmp_path / "m").card.name == "m"


def test_what_goes_wrong_is_a_code_without_words_of_the_tables():
    features, labels = study()
    cells = ["ZZCANARY", *features["f0"][1:]]
    with pytest.raises(RuntimeError) as caught:
        train_model.fn({"features": features | {"f0": cells}, "labels": labels, "target": "dx", "plan": QUICK})
    assert str(caught.value) == "bad_setting"


def test_it_is_deployed():
    import yaml

    listed = yaml.safe_load((Path(train_file()).with_name("prefect.yaml")).read_text("utf-8"))["deployments"]
    (mine,) = [each for each in listed if each["entrypoint"] == "lalia.flows.train.train"]
    assert mine["name"] == "model"
    assert mine["work_pool"]["name"] == "lalia"


def train_file() -> str:
    import lalia.flows.train as module

    return str(module.__file__)
