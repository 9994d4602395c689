"""Categories of semantic fluency tasks: every form a member is known by, and the subcategories of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from . import animals, foods


class Members(NamedTuple):
    """Forms of the members to their names, and subcategories by name."""

    forms: Mapping[str, str]
    groups: Mapping[str, frozenset[str]]


_UNUSUAL = (
    (re.compile("(?<=[lm])ouse$"), "ice"),
    (re.compile("goose$"), "geese"),
    (re.compile(r"\box$"), "oxen"),
    (re.compile("(?<=[alo])f$"), "ves"),
    (re.compile("(?<=i)fe$"), "ves"),
    (re.compile("us$"), "i"),
    (re.compile("(?<=[^aeiou])o$"), "oes"),
)
"""Plurals that no rule for all nouns gives, by how the singular ends."""


def plurals(name: str) -> tuple[str, ...]:
    """Plurals of a name, the regular one first; only the last word changes.

    People add the regular ending to irregular nouns too, and both kinds are in use for some: all are known.

    >>> plurals("polar bear"), plurals("puppy"), plurals("field mouse"), plurals("octopus")
    (('polar bears',), ('puppies',), ('field mouses', 'field mice'), ('octopuses', 'octopi'))
    """
    if name.endswith(("s", "x", "z", "ch", "sh")):
        regular = name + "es"
    elif name.endswith("y") and name[-2:-1] not in "aeiou":
        regular = name[:-1] + "ies"
    else:
        regular = name + "s"
    return (regular, *(ending.sub(other, name) for ending, other in _UNUSUAL if ending.search(name)))


def members(also_called: Mapping[str, str], *subcategories: Mapping[str, str]) -> Members:
    """The members of a category from its subcategories.

    Parameters
    ----------
    also_called : mapping of str to str
        Other names and spellings to the names they stand for; those of no member are left out.
    subcategories : mapping of str to str
        Subcategory to its names, singular, with commas between.
    """
    others = {_plain(other): _plain(name) for other, name in also_called.items()}
    groups: dict[str, set[str]] = {}
    for by_group in subcategories:
        for group, listed in by_group.items():
            for name in map(_plain, listed.split(", ")):
                groups.setdefault(others.get(name, name), set()).add(group)
    names = {name: name for name in groups} | {other: name for other, name in others.items() if name in groups}
    forms: dict[str, str] = {}
    # A name itself comes before what is only a plural of another.
    for form, name in [*names.items(), *((form, name) for given, name in names.items() for form in _spellings(given))]:
        forms.setdefault(form, name)
    return Members(
        MappingProxyType(forms), MappingProxyType({name: frozenset(found) for name, found in groups.items()})
    )


def _plain(name: str) -> str:
    return name.replace("-", " ")


def _spellings(name: str) -> Iterable[str]:
    for form in (name, *plurals(name)):
        yield form
        # Transcripts also write names of two words as one.
        yield form.replace(" ", "")


LISTS: Mapping[str, Members] = MappingProxyType(
    {
        "animal": members(animals.ALSO_CALLED, animals.SUBCATEGORIES),
        "fruit": members(foods.ALSO_CALLED, foods.FRUITS),
        "vegetable": members(foods.ALSO_CALLED, foods.VEGETABLES),
        "fruit and vegetable": members(foods.ALSO_CALLED, foods.FRUITS, foods.VEGETABLES),
        "supermarket": members(foods.ALSO_CALLED, foods.FRUITS, foods.VEGETABLES, foods.SHELVES),
    }
)
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
