"""Lists of categories: plurals, and names that are no form of another."""

from __future__ import annotations

import pytest
from lalia.features.fluency.lists import LISTS, plurals
from lalia.tests.fluency_said import responses


@pytest.mark.parametrize(
    "many", "octopuses octopi hippopotamuses platypuses walruses mosquitoes buffaloes mouses".split()
)
def test_regular_and_irregular_plurals(many):
    (found,) = responses(many, category="animals")
    assert found.valid
    assert many in plurals(found.name)


@pytest.mark.parametrize("asked", list(LISTS))
def test_a_name_is_no_form_of_another(asked):
    forms, groups = LISTS[asked]
    assert {name: forms[name] for name in groups} == {name: name for name in groups}
    assert set(forms.values()) == set(groups)
