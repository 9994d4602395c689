"""Tables that cannot be learnt from, or only with care: a clear error or clear handling for each."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import LaliaError
from lalia.models.risk import train
from lalia.models.risk.examples import examples
from lalia.models.risk.folds import apart, by_site, grouped, refuse_duplicates
from lalia.models.risk.preparation import CLIP, prepare
from lalia.models.risk.table import table
from lalia.tests.risk_data import QUICK, study


def made(features, labels, **more):
    return examples(table(features, "features"), table(labels, "labels"), "dx", "participant_id", **more)


def refused(features, labels, text, **more):
    with pytest.raises(LaliaError) as caught:
        made(features, labels, **more)
    assert text in str(caught.value)
    assert str(caught.value).count("Got ") == 1


def test_one_class_only():
    features, labels = study()
    refused(features, labels | {"dx": ["ill"] * 60}, "at least two classes")


def test_three_speakers():
    features, labels = study(people=3, each=10)
    refused(features, labels, "at least 10 people")


def test_a_class_of_three_people():
    features, labels = study()
    labels["dx"] = ["ill" if k < 3 else "well" for k in range(60)]
    refused(features, labels, "3 in the smallest class")


def test_duplicated_ids():
    features, labels = study()
    refused(features, labels | {"recording_id": ["r0", "r0", *labels["recording_id"][2:]]}, "1 identifiers more than")
    refused(features | {"recording_id": ["r0", "r0", *features["recording_id"][2:]]}, labels, "1 identifiers more than")


def test_text_in_a_numeric_column_names_the_column_and_row_but_not_the_text():
    features, labels = study()
    cells = list(features["f3"])
    cells[7] = "Mrs Example"
    refused(features | {"f3": cells}, labels, "Column f3 of the features must hold finite numbers")
    with pytest.raises(LaliaError) as caught:
        made(features | {"f3": cells}, labels)
    assert "data row 8" in str(caught.value)
    assert "Example" not in str(caught.value)


def test_an_infinite_number():
    features, labels = study()
    refused(features | {"f3": [np.inf, *features["f3"][1:]]}, labels, "an infinite number in data row 1")


def test_labels_of_unknown_ids_and_empty_labels_are_left_out_and_counted():
    features, labels = study()
    labels["recording_id"] = [*labels["recording_id"][:58], "stranger-1", "stranger-2"]
    labels["dx"] = [float("nan"), None, *labels["dx"][2:]]
    found = made(features, labels)
    assert len(found.ids) == 56
    assert found.notes == (
        "2 recordings without a label were left out",
        "2 recordings with an empty label were left out",
        "2 labels name a recording_id that is not among the features",
    )


@pytest.mark.parametrize("gap", ["NaN", "nan", "NA", "n/a", "", " "])
def test_an_absent_answer_as_other_programs_write_it_is_no_class(gap):
    features, labels = study()
    found = made(features, labels | {"dx": [gap] * 8 + labels["dx"][8:]})
    assert found.kind == "binary"
    assert len(found.ids) == 52


def test_only_unknown_ids():
    features, labels = study()
    refused(features, labels | {"recording_id": [f"x{k}" for k in range(60)]}, "none with a label in both")


def test_labels_of_people_serve_all_their_recordings():
    features, labels = study(people=20, each=3)
    people = {"participant_id": [f"p{k}" for k in range(20)], "dx": labels["dx"][::3]}
    assert made(features, people).y.tolist() == made(features, labels).y.tolist()


def test_an_empty_and_a_constant_column_change_nothing():
    features, labels = study()
    plain = made(features, labels)
    more = made(features | {"empty": [None] * 60, "constant": [3.0] * 60}, labels)
    z = prepare(plain, None, 0).apply(plain.x, plain.age)
    assert np.array_equal(prepare(more, None, 0).apply(more.x, more.age), z)


def test_only_empty_columns():
    features, labels = study(features=2)
    refused(features | {"f0": [None] * 60, "f1": [None] * 60}, labels, "only empty columns")


def test_a_speaker_without_a_name():
    features, labels = study()
    refused(features | {"participant_id": [None, *features["participant_id"][1:]]}, labels, "1 empty cells")


def test_kinds_are_told_from_the_target():
    features, labels = study(classes=3)
    assert made(features, labels).kind == "multiclass"
    rng = np.random.default_rng(0)
    assert made(features, labels | {"dx": rng.integers(0, 5, 60).astype(float)}).kind == "ordinal"
    assert made(features, labels | {"dx": rng.normal(size=60)}).kind == "regression"
    assert made(features, study()[1]).classes[-1] in ("well", "ill")
    assert made(features, study()[1], positive="well").classes == ("ill", "well")


def test_csv_and_columns_give_the_same(tmp_path):
    features, labels = study(people=12)
    for name, columns in (("features", features), ("labels", labels)):
        lines = [",".join(columns)] + [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
        (tmp_path / f"{name}.csv").write_text("\ufeff" + "\r\n".join(lines) + "\r\n", "utf-8")
    read = examples(
        table(tmp_path / "features.csv", "features"), table(tmp_path / "labels.csv", "labels"), "dx", "participant_id"
    )
    assert np.array_equal(read.x, made(features, labels).x)
    assert read.ids.tolist() == features["recording_id"]


@given(people=st.integers(12, 40), each=st.integers(1, 4), folds=st.integers(2, 6), seed=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_no_speaker_is_ever_on_both_sides_and_every_row_is_tested_once(people, each, folds, seed):
    found = made(*study(people=people, each=each, seed=seed))
    splits = list(apart(found, grouped(found, folds, seed)))
    tested = np.sort(np.concatenate([test for _, test in splits]))
    assert tested.tolist() == list(range(people * each))
    for train_rows, test_rows in splits:
        assert not set(found.people[train_rows]) & set(found.people[test_rows])
        assert abs((found.y[test_rows] == 1).mean() - 0.5) <= 0.5


def test_a_split_that_shares_a_speaker_is_refused():
    found = made(*study(people=20, each=2))
    with pytest.raises(LaliaError, match="No speaker may be on both sides"):
        list(apart(found, [(np.arange(0, 21), np.arange(21, 40))]))


def test_sites_are_held_out_and_people_of_two_sites_do_not_teach():
    features, labels = study(people=24, each=2)
    sites = [("a", "b", "c")[(k // 2) % 3] for k in range(48)]
    sites[1] = "b"  # the first person was recorded at two sites
    found = made(features, labels | {"site": sites})
    for train_rows, test_rows in apart(found, by_site(found)):
        assert not set(found.people[train_rows]) & set(found.people[test_rows])
    assert len(by_site(found)) == 3


def test_the_same_sound_under_two_speakers_is_refused():
    features, labels = study(people=20)
    same = ["h"] * 2 + [f"h{k}" for k in range(18)]
    with pytest.raises(LaliaError, match="must not stand under two speakers"):
        refuse_duplicates(made(features, labels | {"audio_sha256": same}))
    features, labels = study(people=20, each=2)
    refuse_duplicates(made(features, labels | {"audio_sha256": [f"h{k // 2}" for k in range(40)]}))


def test_nearly_equal_features_under_two_speakers_are_refused():
    features, labels = study(people=20, features=12)
    refuse_duplicates(made(features, labels))
    copied = {name: [*cells[:-1], cells[0] + 1e-3] if name[0] == "f" else cells for name, cells in features.items()}
    with pytest.raises(LaliaError, match="Got 1 pairs"):
        refuse_duplicates(made(copied, labels))


def test_gaps_are_filled_marked_and_clipped():
    features, labels = study(people=40)
    gappy = np.array(features["f0"])
    gappy[:10] = np.nan
    gappy[11] = 1e6
    found = made(features | {"f0": gappy}, labels)
    prepared = prepare(found, None, 0)
    assert prepared.marked.tolist() == [0]
    z = prepared.apply(found.x, found.age)
    assert np.isfinite(z).all()
    assert abs(z).max() == CLIP
    assert len(set(z[:10, 0])) == 1
    assert (z[:10, -1] > 0).all()
    assert (z[10:, -1] < 0).all()


def test_selection_keeps_the_features_that_carry_the_answer():
    found = made(*study(people=80, features=60, signal=2.0))
    chosen = prepare(found, 4, 0).feature_of
    assert {found.names[k] for k in chosen} >= {"f0", "f1"}
    assert len(chosen) < 12


def test_features_can_be_taken_relative_to_age():
    features, labels = study(people=60, signal=0)
    features["f0"] = np.array(labels["age"]) ** 2 + np.array(features["f0"])
    found = made(features, labels)
    z = prepare(found, None, 0, adjust=True).apply(found.x, found.age)
    assert abs(np.corrcoef(z[:, 0], found.age)[0, 1]) < 0.2
    with pytest.raises(LaliaError, match="needs the age of every speaker"):
        train(
            features,
            {name: cells for name, cells in labels.items() if name != "age"},
            target="dx",
            plan=QUICK.model_copy(update={"adjust_age": True}),
        )


def test_a_large_table_is_read_and_split_in_seconds():
    rng = np.random.default_rng(0)
    n = 10_000
    features = {"recording_id": [f"r{k}" for k in range(n)], "participant_id": [f"p{k // 2}" for k in range(n)]}
    features |= {f"f{k}": column for k, column in enumerate(rng.normal(size=(40, n)))}
    labels = {"recording_id": features["recording_id"], "dx": [("a", "b")[k // 2 % 2] for k in range(n)]}
    begun = time.process_time()
    found = made(features, labels)
    splits = list(apart(found, grouped(found, 5, 0)))
    assert time.process_time() - begun < 5  # s; it takes 0.6
    assert len(splits) == 5
