"""Scoring: refusal first, numbers that can be taken apart, people combined, change only beyond measurement error."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from lalia.data_schemas import FeatureTable, FeatureValue, LaliaError, Recording, Sample, Score, Task
from lalia.models.risk import Scope, Subject, composites, norms, site, train
from lalia.models.risk.calibration import expit
from lalia.models.risk.reliability import SCORE, Reliability, Repeatability
from lalia.models.risk.sessions import UNKNOWN, by_person, log_odds
from lalia.models.risk.subjects import of_tables
from lalia.models.risk.table import table
from lalia.pipeline.cli import app
from lalia.pipeline.predict import predict
from lalia.tests.risk_data import QUICK, study
from typer.testing import CliRunner


@pytest.fixture(scope="module")
def study_model():
    features, labels = study(people=80)
    gappy = list(features["f2"])
    gappy[:12] = [None] * 12
    features["f2"] = gappy
    scope = Scope(tasks=("interview",), languages=("en",), codecs=("pcm_s16le",), ages=(20, 69))
    return features, train(features, labels, target="dx", positive="ill", plan=QUICK, name="demo", scope=scope)


@pytest.fixture(autouse=True)
def _own_site(tmp_path, monkeypatch):
    monkeypatch.setenv("LALIA_SITE", str(tmp_path / "site"))


def subject(features, row=20, **more):
    values = {
        name: float(features[name][row]) for name in features if name[0] == "f" and features[name][row] is not None
    }
    told = {"task": "interview", "language": "en-GB", "codec": "pcm_s16le", "age": 40.0} | more
    return Subject(f"r{row}", values, participant_id=f"p{row}", **told)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"task": "reading"}, "wrong task: needs interview, got reading"),
        ({"task": None}, "wrong task: needs interview, got none stated"),
        ({"language": "de"}, "wrong language: needs en, got de"),
        ({"codec": "opus"}, "wrong codec: needs pcm_s16le, got opus"),
        ({"age": 75.0}, "age out of range: needs 20 to 69 years, got 75"),
        ({"flags": ("silent",)}, "recording flagged silent"),
    ],
)
def test_out_of_scope_is_refused_with_the_reason_and_no_number(study_model, change, reason):
    features, model = study_model
    (score,) = model.score([subject(features, **change)])
    assert (score.status, score.reason) == ("refused", reason)
    assert (score.probability, score.low, score.high, score.z, score.value, score.top) == (None,) * 5 + ((),)


def test_missing_inputs_beyond_training_are_refused(study_model):
    features, model = study_model
    whole = subject(features)
    used = next(name for name in ("f0", "f1") if name in model.never_missing)
    without = replace(whole, values={name: x for name, x in whole.values.items() if name != used})
    assert "which no training recording lacked" in (model.score([without])[0].reason or "")
    as_in_training = replace(whole, values={name: x for name, x in whole.values.items() if name != "f2"})
    assert model.score([as_in_training])[0].status == "ok"


def test_another_version_of_a_feature_is_refused(study_model):
    features, model = study_model
    (score,) = model.score([subject(features, versions={"f0": 7})])
    assert score.reason == "f0 is of version 7, the model learnt version 0"


def test_what_is_unlike_training_is_refused_and_training_is_not(study_model):
    features, model = study_model
    far = subject(features)
    far = replace(far, values=far.values | {"f0": 60.0})
    assert "unlike the training recordings" in (model.score([far])[0].reason or "")
    own = [subject(features, row) for row in range(80)]
    refused = sum(score.status == "refused" for score in model.score(own))
    assert refused <= 4  # 5 % of good recordings


def test_contributions_add_up_to_the_score(study_model):
    features, model = study_model
    (score,) = model.score([subject(features)])
    x = np.array([[features[name][20] for name in model.names]], dtype=float)
    z = model.fitted.preparation.apply(x, np.array([40.0]))
    moved = model.fitted.learner.coef[:, 0] * z[0] * model.calibration.slope
    start = model.calibration.intercept[0] + model.calibration.slope * model.fitted.learner.intercept[0]
    assert score.probability == pytest.approx(float(expit(start + moved.sum())), abs=1e-12)
    weights = {item.feature: item.weight for item in score.top}
    for place, name in enumerate(model.names):
        if name in weights and name != "f2":  # f2 has its gap as an input of its own
            assert weights[name] == pytest.approx(moved[place], abs=1e-12)
    assert all(item.words for item in score.top)
    assert sorted(weights.values(), key=abs, reverse=True) == list(weights.values())


def test_words_say_which_way_a_feature_pulls(study_model):
    features, model = study_model
    high = replace(subject(features), values=subject(features).values | {"f0": 3.5})
    words = {item.feature: item.words or "" for item in model.score([high])[0].top}
    assert "SD above the training mean, pulls towards ill" in words["f0"]


def test_the_interval_holds_the_score(study_model):
    features, model = study_model
    for score in model.score([subject(features, row) for row in range(15, 30)]):
        if score.status == "ok":
            assert 0 <= score.low <= score.probability <= score.high <= 1
            assert score.label == "ill"
            assert score.validation == "no clinical validation"


def test_severity_has_a_value_and_no_probability():
    features, labels = study(people=40)
    labels["dx"] = np.array(features["f0"]) * 3
    (score,) = train(features, labels, target="dx", plan=QUICK).score([subject(features, codec=None)])
    assert score.probability is None
    assert score.low <= score.value <= score.high


ANIMALS = Subject(
    "a", {"fluency.correct_count": 12.4}, participant_id="p", task="semantic_fluency", language="en", age=70.0,
    education=16.0, category="animals",
)  # fmt: skip


def test_a_composite_is_the_deviation_from_the_published_norm():
    cognitive = next(each for each in composites.composites() if each.name == "cognitive-deviation")
    score = composites.score(cognitive, ANIMALS)
    assert score.z == pytest.approx((18.2 - 12.4) / 4.2)  # Tombaugh 1999: 60-79 years, 13-21 of school
    assert score.probability is None
    assert score.validation == "no clinical validation"
    assert score.coverage == pytest.approx(2 / 3, abs=1e-6)
    assert score.top[0].words == "1.4 SD below the norm, pulls towards impairment"
    unknown = composites.score(cognitive, replace(ANIMALS, education=None))
    means, sds = np.array([14.4, 16.4, 18.2]), np.array([3.4, 4.3, 4.2])
    spread = np.sqrt((sds**2).mean() + means.var())
    assert unknown.z == pytest.approx((means.mean() - 12.4) / spread)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"age": None}, "norms by age need the age"),
        ({"category": "fruits"}, "coverage 0%"),
        ({"language": "de"}, "wrong language"),
        ({"task": "reading"}, "wrong task"),
        ({"values": {}}, "coverage 0%, needs 25%"),
    ],
)
def test_a_composite_refuses_what_its_norms_do_not_cover(change, text):
    cognitive = next(each for each in composites.composites() if each.name == "cognitive-deviation")
    score = composites.score(cognitive, replace(ANIMALS, **change))
    assert score.status == "refused"
    assert text in (score.reason or "")
    assert score.z is None


def test_every_norm_and_member_names_its_source_and_a_registered_feature():
    from lalia.features import specs

    known = specs()
    published, own = norms.installed()
    assert own is None
    for norm in published.entries:
        assert norm.feature in known
        assert norm.population
        assert norm.citation
    for composite in composites.composites():
        for member in composite.members:
            assert member.feature in known, member.feature
            assert member.citation
            assert {Task(name) for name in member.tasks}


def test_a_site_replaces_the_norms_with_its_own(tmp_path):
    rng = np.random.default_rng(0)
    lines = ["recording_id,participant_id,task,lexical.mattr_50,timing.pause_proportion"]
    lines += [
        f"r{k},p{k // 2},interview,{0.7 + 0.05 * rng.normal():.4f},{0.3 + 0.1 * rng.normal():.4f}" for k in range(60)
    ]
    (tmp_path / "controls.csv").write_text("\n".join(lines) + "\n", "utf-8")
    words = ["norms", "fit", "--features", str(tmp_path / "controls.csv"), "--population", "our controls"]
    done = CliRunner().invoke(app, [*words, "--language", "en"])
    assert done.exit_code == 0, done.output
    entries = {entry.feature: entry for entry in norms.read(site.folder() / site.NORMS).entries}
    assert entries["lexical.mattr_50"].n == 30
    assert entries["lexical.mattr_50"].population == "our controls"
    values = np.array([float(line.split(",")[3]) for line in lines[1:]]).reshape(30, 2).mean(1)
    assert entries["lexical.mattr_50"].mean == pytest.approx(values.mean())
    assert entries["lexical.mattr_50"].sd == pytest.approx(values.std(ddof=1))
    before = Subject(
        "a", {"lexical.mattr_50": 0.6, "timing.pause_proportion": 0.5}, task="interview", language="en", age=50.0
    )
    cognitive = next(each for each in composites.composites() if each.name == "cognitive-deviation")
    score = composites.score(cognitive, before)
    assert score.status == "ok"
    assert score.low < score.z < score.high


def test_too_few_controls():
    few = [Subject(f"r{k}", {"lexical.mattr_50": k / 10}, participant_id=f"p{k}", task="interview") for k in range(19)]
    with pytest.raises(LaliaError, match="Norms need at least 20 people"):
        norms.fit(few, "few")


def scored(*values, model="m", refused=()):
    found = []
    for k, (session, p) in enumerate(values):
        told = Subject(f"r{k}", {}, participant_id="p1", session=session, task="interview")
        bad = k in refused
        found.append(
            (
                told,
                Score(
                    recording_id=f"r{k}", model=model, version="1", status="refused" if bad else "ok",
                    probability=None if bad else p, low=None if bad else p / 2, high=None if bad else (1 + p) / 2,
                    label=None if bad else "ill",
                ),
            )
        )  # fmt: skip
    return found


def measured(mdc95):
    return Reliability(
        entries=(
            Repeatability(
                measure=f"{SCORE}m", task="interview", version=0, people=30, sessions=2, icc2=0.8, icc2_low=0.6,
                icc2_high=0.9, icc3=0.8, icc3_low=0.6, icc3_high=0.9, sd=1, sem=mdc95 / 2.77, mdc95=mdc95,
            ),
        )
    )  # fmt: skip


def test_recordings_of_a_session_are_combined_in_log_odds():
    rows = by_person(scored(("1", 0.2), ("1", 0.8), ("1", 0.9), refused=(2,)))
    assert len(rows) == 1
    assert (rows[0].recordings, rows[0].refused) == (3, 1)
    assert rows[0].probability == pytest.approx(0.5)
    assert rows[0].low < 0.5 < rows[0].high
    assert rows[0].change is None


def test_change_is_called_change_only_beyond_mdc95():
    pair = scored(("s2", 0.5), ("s10", 0.8))
    moved = log_odds(0.8)
    assert by_person(pair)[1].change == UNKNOWN
    assert by_person(pair, measured(moved * 1.01))[1].change.startswith("no change beyond measurement error")
    assert by_person(pair, measured(moved * 0.99))[1].change.startswith("higher beyond measurement error")
    assert by_person(pair[::-1], measured(moved * 0.99))[1].session == "s10"


def test_the_predict_stage_scores_or_refuses_with_every_model():
    values = tuple(
        FeatureValue(
            feature=name, value=value, unit="", status="ok", reason=None, n=None, ci_low=None, ci_high=None, version=1
        )
        for name, value in {"fluency.correct_count": 12.0}.items()
    )
    told = Recording(
        recording_id="a", participant_id="p", path="a.wav", task=Task.SEMANTIC_FLUENCY, category="animals",
        language="en", age=70,
    )  # fmt: skip
    scores = predict(FeatureTable(recording_id="a", values=values), Sample(recording=told), None)
    by_model = {score.model: score for score in scores}
    assert set(by_model) >= {"cognitive-deviation", "thought-disorder-deviation", "thought-disorder-fluency"}
    assert by_model["cognitive-deviation"].z > 0
    fluency = by_model["thought-disorder-fluency"]
    assert fluency.status == "refused"
    assert fluency.reason


def test_a_damaged_model_of_the_site_scores_nobody_and_ends_nothing(tmp_path):
    folder = site.folder() / site.MODELS / "broken"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}", "utf-8")
    (column,) = [each for each in site.scores([ANIMALS]) if each[0].model == "broken"]
    assert column[0].status == "refused"
    assert "model not usable" in column[0].reason


def test_train_and_score_as_commands(tmp_path):
    features, labels = study(people=40)
    for name, columns in (("features", features), ("labels", labels)):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    words = ["--features", str(tmp_path / "features.csv")]
    given = [
        "--labels",
        str(tmp_path / "labels.csv"),
        "--target",
        "dx",
        "--positive",
        "ill",
        "--out",
        str(tmp_path / "m"),
    ]
    quick = ["--candidate", "elastic_net", "--repeats", "1", "--permutations", "0"]
    done = CliRunner().invoke(app, ["train", *words, *given, *quick])
    assert done.exit_code == 0, done.output
    assert "no clinical validation" in done.output
    done = CliRunner().invoke(
        app, ["score", *words, "--model", str(tmp_path / "m"), "--language", "en", "--out", str(tmp_path / "scores")]
    )
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader((tmp_path / "scores" / "scores.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 40
    assert list(rows[0])[:14] == [
        "recording_id", "model", "version", "status", "probability", "low", "high", "z", "reason",
        "top_1", "top_2", "top_3", "top_4", "top_5",
    ]  # fmt: skip
    for row in rows:
        assert (row["status"] == "ok") == bool(row["probability"]) == (not row["reason"])
    assert json.loads((tmp_path / "m" / "card.json").read_text("utf-8"))["name"] == "m"
    people = list(csv.DictReader((tmp_path / "scores" / "scores_by_participant.csv").read_text("utf-8").splitlines()))
    assert len(people) == 40


def test_a_manifest_tells_what_the_features_do_not():
    features = table({"recording_id": ["a", "b"], "lexical.mattr_50": [0.7, None]}, "features")
    about = table({"recording_id": ["b"], "age": ["71"], "task": ["interview"], "flags": ["clipped low_snr"]}, "about")
    first, second = of_tables(features, about, language="en", task="reading")
    assert (first.task, first.age, first.language) == ("reading", None, "en")
    assert (second.task, second.age, second.flags) == ("interview", 71.0, ("clipped", "low_snr"))
    assert (dict(first.values), dict(second.values)) == ({"lexical.mattr_50": 0.7}, {})


def test_a_model_of_own_measures_is_scored_from_a_table_and_strange_text_beside_is_no_matter(study_model):
    features, model = study_model
    given = {name: features[name] for name in features} | {"remark": ["none"] * 80}
    subjects = of_tables(table(given, "features"), language="en", codec="pcm_s16le", age=40)
    assert "remark" not in subjects[0].values
    assert sum(score.status == "ok" for score in model.score(subjects)) > 70


def test_text_in_a_feature_of_lalia_is_refused():
    with pytest.raises(LaliaError, match=r"Column lexical\.word_count of the features must hold finite numbers"):
        of_tables(table({"recording_id": ["r0"], "lexical.word_count": ["many"]}, "features"))
