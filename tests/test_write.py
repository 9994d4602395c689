"""The CSV files: right columns, safe cells, valid against both schemas, the same bytes twice."""

from __future__ import annotations

import csv
import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lalia.data_schemas import Assessment, FeatureTable, FeatureValue, LaliaError, Recording, Rejected
from lalia.data_schemas.tables import ERRORS, features_columns
from lalia.features import specs
from lalia.pipeline.files import write_whole
from lalia.pipeline.tables import csv_text, error_rows, frame, long_rows, number_text, safe_text, wide_rows
from lalia.pipeline.write import write_run


def assessment(recording_id: str = "r1", **changes) -> Assessment:
    values = []
    for name, spec in specs().items():
        missing = name != "lexical.word_count" and "lexical" in name
        low = spec.low if spec.low is not None else -1.5
        values.append(
            FeatureValue(
                feature=name,
                value=None if missing else low,
                unit=spec.unit,
                status="missing" if missing else "ok",
                reason="too_short: words: needs 50, got 3" if missing else None,
                n=None,
                ci_low=None,
                ci_high=None,
                version=spec.version,
            )
        )
    rec = Recording(recording_id=recording_id, participant_id="p1", path="a.wav", **changes)
    table = FeatureTable(recording_id=recording_id, values=tuple(values))
    return Assessment(key="k", recording=rec, audio=None, transcript=None, features=table)


HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    " =1",
    '=HYPERLINK("x")',
    "-x.wav",
    "=cmd|' /C'!A0",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_cannot_start_a_formula(text):
    row = next(
        csv.reader(
            [
                csv_text(ERRORS, error_rows([Rejected(recording_id=text, stage="s", code="c", message="m")])).split(
                    "\r\n", 1
                )[1]
            ]
        )
    )
    assert row[0].startswith("'")


@given(st.text())
def test_safe_text_changes_only_what_is_dangerous(text):
    safe = safe_text(text)
    assert safe.lstrip(" ")[:1] not in set("=+-@\t\r\n\0")
    assert safe in (text.replace("\0", ""), "'" + text.replace("\0", ""))


@given(st.floats(-1e300, 1e300))
def test_numbers_stay_numbers(value):
    # 10 significant digits are printed, so half a unit in the tenth is lost at most.
    assert float(number_text(value)) == pytest.approx(value, rel=1e-9)


def test_negative_numbers_are_not_quoted():
    rows = long_rows([assessment()])
    text = csv_text(features_columns(specs().values()), [[None] * 4 + [-3.2]])
    assert ",-3.2" in text
    assert all(not str(row[2]).startswith("'") for row in rows)


def test_tables_fit_their_own_schema():
    known = specs()
    made = frame(features_columns(known.values()), wide_rows([assessment()], known), "features.csv")
    assert list(made.columns[:4]) == ["recording_id", "participant_id", "session", "task"]
    assert list(made.columns[4:]) == list(known)


def test_a_value_out_of_range_is_refused():
    bad = assessment()
    values = tuple(
        v.model_copy(update={"value": -1.0}) if v.feature == "lexical.word_count" else v for v in bad.features.values
    )
    bad = bad.model_copy(update={"features": bad.features.model_copy(update={"values": values})})
    with pytest.raises(LaliaError, match="must fit its column's schema"):
        frame(features_columns(specs().values()), wide_rows([bad], specs()), "features.csv")


def test_run_folder_is_complete_private_and_valid(tmp_path):
    out = tmp_path / "out"
    rejected = [Rejected(recording_id="=bad", stage="ingest", code="unsafe_path", message="no")]
    write_run(out, [assessment()], rejected, {"seed": 0})
    files = {path.name for path in out.iterdir()}
    assert files == {
        "features.csv",
        "features_long.csv",
        "recordings.csv",
        "scores.csv",
        "scores_by_participant.csv",
        "errors.csv",
        "data_dictionary.json",
        "provenance.json",
        "transcripts",
    }
    for path in out.rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path.name
    with open(out / "features.csv", newline="", encoding="utf-8") as stream:
        header, row = list(csv.reader(stream))
    assert header == ["recording_id", "participant_id", "session", "task", *specs()]
    assert row[:4] == ["r1", "p1", "", ""]


def test_data_package_is_valid_frictionless(tmp_path):
    frictionless = pytest.importorskip("frictionless")
    write_run(tmp_path, [assessment(), assessment("r2")], [], {})
    report = frictionless.Package(str(tmp_path / "data_dictionary.json"), basepath=str(tmp_path)).validate()
    assert report.valid, report.flatten(["path", "type", "message"])[:3]


def test_write_twice_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_run(tmp_path / name, [assessment()], [], {"b": 1, "a": 2})
    for path in (tmp_path / "a").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    write_whole(path, "old")

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", broken)
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_data_dictionary_says_what_a_feature_is(tmp_path):
    write_run(tmp_path, [], [], {})
    package = json.loads((tmp_path / "data_dictionary.json").read_text("utf-8"))
    fields = {f["name"]: f for f in package["resources"][0]["schema"]["fields"]}
    for name, spec in specs().items():
        assert fields[name]["unit"] == spec.unit
        assert fields[name]["description"] == spec.definition
        assert fields[name]["version"] == spec.version
