"""ICC, SEM and MDC95 against published figures, an independent package and closed forms."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import LaliaError
from lalia.models.risk import Subject, site
from lalia.models.risk import reliability as repeat
from lalia.pipeline.cli import app
from typer.testing import CliRunner

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)
"""Table 2 of Shrout and Fleiss (1979): six targets, four judges."""


def test_shrout_and_fleiss():
    found = repeat.icc(SHROUT_FLEISS)
    assert found["icc2"] == pytest.approx(0.29, abs=0.005)  # as printed, two decimals
    assert found["icc3"] == pytest.approx(0.71, abs=0.006)


def test_pingouin():
    pingouin = pytest.importorskip("pingouin")
    import pandas as pd

    rng = np.random.default_rng(0)
    for people, sessions in ((6, 4), (30, 2), (75, 3)):
        values = rng.normal(size=(people, 1)) + 0.7 * rng.normal(size=(people, sessions)) + rng.normal(size=sessions)
        long = pd.DataFrame(
            {
                "who": np.repeat(np.arange(people), sessions),
                "when": np.tile(np.arange(sessions), people),
                "x": values.ravel(),
            }
        )
        table = pingouin.intraclass_corr(long, targets="who", raters="when", ratings="x")
        rows = [row for row in table.to_dict("records") if row["Type"] in ("ICC2", "ICC3", "ICC(A,1)", "ICC(C,1)")]
        assert len(rows) == 2
        got = repeat.icc(values)
        for row, name in zip(rows, ("icc2", "icc3"), strict=True):
            assert got[name] == pytest.approx(row["ICC"], abs=1e-6)
            bounds = next(row[key] for key in row if key.startswith("CI95"))
            assert (got[f"{name}_low"], got[f"{name}_high"]) == pytest.approx(tuple(bounds), abs=0.0051)  # two decimals


@given(
    people=st.integers(10, 40), sessions=st.integers(2, 4), shift=st.floats(-100, 100), scale=st.floats(0.01, 100),
    seed=st.integers(0, 99),
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_shift_and_scale(people, sessions, shift, scale, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(people, 1)) + rng.normal(size=(people, sessions))
    one, other = repeat.icc(values), repeat.icc(values * scale + shift)
    for name in ("icc2", "icc2_low", "icc2_high", "icc3"):
        assert other[name] == pytest.approx(one[name], abs=1e-6)
    for name in ("sd", "sem", "mdc95"):
        assert other[name] == pytest.approx(one[name] * scale, rel=1e-6)
    assert one["mdc95"] == pytest.approx(1.96 * math.sqrt(2) * one["sem"])


def test_sem_is_sd_times_the_root_of_what_is_not_reliable():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(50, 1)) + 0.5 * rng.normal(size=(50, 2)) + np.array([0, 0.8])
    found = repeat.icc(values)
    assert found["sem"] == pytest.approx(found["sd"] * math.sqrt(1 - found["icc2"]))


def test_equal_sessions_are_perfectly_repeatable():
    values = np.repeat(np.arange(12.0)[:, None], 2, axis=1)
    found = repeat.icc(values)
    assert (found["icc2"], found["icc3"], found["sem"]) == (1, 1, 0)


def subjects(people=15, sessions=2, each=1, seed=0, task="interview"):
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=people)
    return [
        Subject(
            f"r{who}-{when}-{k}",
            {"lexical.mattr_50": float(0.7 + 0.05 * trait[who] + 0.02 * rng.normal())},
            participant_id=f"p{who}",
            session=f"s{when + 9}",
            task=task,
            versions={"lexical.mattr_50": 1},
        )
        for who in range(people)
        for when in range(sessions)
        for k in range(each)
    ]


def test_recordings_of_a_session_are_averaged_and_sessions_ordered_by_number():
    chosen = subjects(each=3)
    entry = repeat.repeatability(chosen).find("lexical.mattr_50", "interview")
    values = np.array([subject.values["lexical.mattr_50"] for subject in chosen]).reshape(15, 2, 3).mean(2)
    assert entry.icc2 == pytest.approx(repeat.icc(values)["icc2"], abs=1e-8)  # nine decimals are kept
    assert (entry.people, entry.sessions) == (15, 2)
    assert repeat.order("s9") < repeat.order("s10")


def test_tasks_are_kept_apart_and_too_few_people_are_not_computed():
    mixed = subjects() + subjects(people=9, task="reading")
    found = repeat.repeatability(mixed)
    assert found.find("lexical.mattr_50", "interview") is not None
    assert found.find("lexical.mattr_50", "reading") is None
    with pytest.raises(LaliaError, match="at least 10 people recorded in two sessions"):
        repeat.repeatability(subjects(people=9))
    with pytest.raises(LaliaError, match="Got 0 such people"):
        repeat.repeatability(subjects(sessions=1))


def test_the_command_writes_them_where_scoring_and_the_report_find_them(tmp_path, monkeypatch):
    monkeypatch.setenv("LALIA_SITE", str(tmp_path / "site"))
    lines = ["recording_id,participant_id,session,task,lexical.mattr_50"]
    lines += [
        f"{s.recording_id},{s.participant_id},{s.session},{s.task},{s.values['lexical.mattr_50']}" for s in subjects()
    ]
    (tmp_path / "features.csv").write_text("\n".join(lines) + "\n", "utf-8")
    done = CliRunner().invoke(app, ["reliability", "--features", str(tmp_path / "features.csv")])
    assert done.exit_code == 0, done.output
    (row,) = csv.DictReader((tmp_path / "reliability.csv").read_text("utf-8").splitlines())
    assert row["measure"] == "lexical.mattr_50"
    assert (tmp_path / "site" / site.RELIABILITY).stat().st_mode & 0o077 == 0
    entry = repeat.installed().find("lexical.mattr_50", "interview")
    assert entry.mdc95 == pytest.approx(float(row["mdc95"]))
    assert "15 people in 2 sessions" in entry.told()
    without = [line.replace(",s9,", ",,").replace(",s10,", ",,") for line in lines]
    (tmp_path / "features.csv").write_text("\n".join(without) + "\n", "utf-8")
    done = CliRunner().invoke(app, ["reliability", "--features", str(tmp_path / "features.csv")])
    assert isinstance(done.exception, LaliaError)


def test_the_report_tells_this_sites_repeatability(tmp_path, monkeypatch):
    from lalia.data_schemas import FeatureValue, Task
    from lalia.pipeline.report import measures

    monkeypatch.setenv("LALIA_SITE", str(tmp_path))
    about = measures.About("d", "r", (), "not measured", "", 1)
    value = FeatureValue(
        feature="lexical.mattr_50",
        value=0.7,
        unit="",
        status="ok",
        reason=None,
        n=1,
        ci_low=None,
        ci_high=None,
        version=1,
    )
    assert measures._as_measured_here(about, value, Task.INTERVIEW).repeatability == "not measured"
    (tmp_path / site.RELIABILITY).write_text(repeat.text(repeat.repeatability(subjects())), "utf-8")
    assert "MDC95" in measures._as_measured_here(about, value, Task.INTERVIEW).repeatability
    assert measures._as_measured_here(about, value, Task.READING).repeatability == "not measured"
    other = value.model_copy(update={"version": 2})
    assert measures._as_measured_here(about, other, Task.INTERVIEW).repeatability == "not measured"
