"""The model of tag trigrams, against plain loops over the same counts."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from lalia.features import FEATURES
from lalia.features.syntactic.tag_model import TABLE, TagModel, load
from lalia.features.syntactic.tags import EXAMPLE

SHA256 = "14c5c6043aa36e03ef44567259e123316ea281d6ba9af105cdfdd3cf438b90c2"


@pytest.fixture(scope="module")
def table():
    with np.load(TABLE, allow_pickle=False) as file:
        names = str(file["names"]).split("\n")
        rows = [(int(a), int(b), int(c)) for a, b, c in file["rows"]]
        return names, dict(zip(rows, file["times"].tolist(), strict=True))


def _probability(names, trigrams, tag, context):
    """Witten and Bell's estimate, shorter contexts first."""
    shorter = _probability(names, trigrams, tag, context[1:]) if context else 1 / (len(names) + 1)
    after: dict[int, int] = {}
    for (first, second, third), times in trigrams.items():
        if (first, second)[2 - len(context) :] == context:
            after[third] = after.get(third, 0) + times
    if not after:
        return shorter
    return (after.get(tag, 0) + len(after) * shorter) / (sum(after.values()) + len(after))


def _bits(names, trigrams, tags):
    codes = [0, 0, *(names.index(tag) for tag in tags), 0]
    triples = zip(codes, codes[1:], codes[2:], strict=False)
    return -sum(math.log2(_probability(names, trigrams, third, (first, second))) for first, second, third in triples)


def test_the_table_is_the_one_that_was_checked():
    assert hashlib.sha256(TABLE.read_bytes()).hexdigest() == SHA256


@pytest.mark.parametrize("tags", [["DT", "NN", "VBD"], ["UH"], ["TO", "TO", "DT", "POS"], ["PRP", "MD", "VB", "IN"]])
def test_bits_equal_plain_loops(table, tags):
    assert load().bits(tags) == pytest.approx(_bits(*table, tags), abs=1e-9)


def test_worked_example(table):
    bits = sum(_bits(*table, [token.tag for token in parse]) for parse in EXAMPLE)
    assert FEATURES["syntactic.pos_cross_entropy"].spec.example.expect == pytest.approx(bits / 6, abs=1e-9)


def test_probabilities_sum_to_one():
    model = TagModel(["", "A", "B"], np.array([[0, 0, 1], [0, 1, 2], [1, 2, 0], [0, 0, 2]]), np.array([3, 2, 2, 1]))
    total = 2.0**-model._bits
    assert np.allclose(total.sum(axis=2), 1)


def test_unusual_order_costs_more():
    usual = ["PRP", "VBD", "TO", "DT", "NN", "IN", "DT", "NN"]
    assert load().bits(usual[::-1]) > load().bits(usual) + 8, "a bit a tag and more"


def test_an_unknown_tag_is_possible():
    assert math.isfinite(load().bits(["XYZ", "NN"]))
