"""Where definitions come from: the references behind the keys that specs cite."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def _references() -> Mapping[str, Mapping[str, str]]:
    text = resources.files(__package__).joinpath("references.json").read_text("utf-8")
    known: Mapping[str, Mapping[str, str]] = json.loads(text)
    return known


def short(citation: str) -> str:
    """Authors and year of each key in `citation`, as in ``Covington & McFall 2010``; an unknown key stays a key."""
    known = _references()
    return "; ".join(known[key]["short"] if key in known else key for key in citation.split())


def full(citation: str) -> tuple[str, ...]:
    """The whole reference of each key in `citation`, with its DOI where that is known for certain."""
    known = _references()
    return tuple(known[key]["full"] if key in known else key for key in citation.split())
