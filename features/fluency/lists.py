"""Categories of semantic fluency tasks: every form a member is known by, and the subcategories of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from . import foods
from .animals import ANIMALS, FORMS, plural


class Members(NamedTuple):
    """Forms of the members to their names, and subcategories by name."""

    forms: Mapping[str, str]
    groups: Mapping[str, frozenset[str]]


def _members(*subcategories: Mapping[str, str]) -> Members:
    groups: dict[str, set[str]] = {}
    for by_group in subcategories:
        for group, names in by_group.items():
            for name in names.split(", "):
                plain = name.replace("-", " ")
                groups.setdefault(foods.ALSO_CALLED.get(plain, plain), set()).add(group)
    others = {other: name for other, name in foods.ALSO_CALLED.items() if name.replace("-", " ") in groups}
    forms: dict[str, str] = {}
    for name, stands_for in [*((name, name) for name in groups), *others.items()]:
        for form in _spellings(name.replace("-", " ")):
            forms.setdefault(form, stands_for.replace("-", " "))
    return Members(forms, {name: frozenset(found) for name, found in groups.items()})


def _spellings(name: str) -> Iterable[str]:
    many = _IRREGULAR.get(name) or (
        re.sub("o$", "oes", name) if name.endswith(("tato", "mato", "ngo")) else plural(name)
    )
    for form in (name, many, plural(name)):
        yield form
        yield form.replace(" ", "")


_IRREGULAR = {"leaf": "leaves", "bay leaf": "bay leaves", "loaf": "loaves", "knife": "knives", "radish": "radishes"}

_FOOD = _members(foods.FRUITS, foods.VEGETABLES)

LISTS: Mapping[str, Members] = {
    "animal": Members(FORMS, ANIMALS),
    "fruit": _members(foods.FRUITS),
    "vegetable": _members(foods.VEGETABLES),
    "fruit and vegetable": _FOOD,
    "supermarket": _members(foods.FRUITS, foods.VEGETABLES, foods.SHELVES),
}
"""Category, in the singular, to its members."""

_ALIASES = {
    "fruit or vegetable": "fruit and vegetable",
    "fruit vegetable": "fruit and vegetable",
    "supermarket item": "supermarket",
    "thing in a supermarket": "supermarket",
    "item in a supermarket": "supermarket",
    "grocery": "supermarket",
    "grocerie": "supermarket",
    "thing you can buy in a supermarket": "supermarket",
}


def category(asked: str) -> str:
    """The name of a category as `LISTS` has it: in the singular, one name for what is called by several.

    >>> category("Animals"), category("fruits and vegetables"), category("supermarket items"), category("tools")
    ('animal', 'fruit and vegetable', 'supermarket', 'tool')
    """
    words = re.sub(r"[^a-z]+", " ", asked.lower()).split()
    singular = " ".join(word[:-1] if word.endswith("s") and len(word) > 3 else word for word in words)
    return _ALIASES.get(singular, singular)
