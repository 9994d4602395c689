"""References as text, from docs/references.bib: what the package carries so that every number names its source."""

from __future__ import annotations

from pathlib import Path

from pybtex.database import Entry, Person, parse_file
from pybtex.richtext import Text

MANY = 3
"""With more authors than this, only the first is named."""


def references(path: Path) -> dict[str, dict[str, str]]:
    """Each entry's ``short`` form (Boersma 1993) and ``full`` reference, by key in alphabetical order."""
    entries = parse_file(str(path), bib_format="bibtex").entries
    return {key: {"short": _short(entries[key]), "full": _full(entries[key])} for key in sorted(entries)}


def _people(entry: Entry) -> list[Person]:
    return list(entry.persons.get("author") or entry.persons.get("editor") or ())


def _surname(person: Person) -> str:
    return _plain(" ".join([*person.prelast_names, *person.last_names]))


def _full_name(person: Person) -> str:
    initials = "".join(f"{_plain(name)[0]}." for name in [*person.first_names, *person.middle_names])
    return f"{_surname(person)}, {initials}" if initials else _surname(person)


def _short(entry: Entry) -> str:
    names = [_surname(person) for person in _people(entry)]
    who = f"{names[0]} et al." if len(names) > 2 else " & ".join(names)
    return f"{who} {entry.fields['year']}"


def _full(entry: Entry) -> str:
    people = [_full_name(person) for person in _people(entry)]
    who = f"{people[0]} et al." if len(people) > MANY else "; ".join(people)
    field = {name: _plain(text) for name, text in entry.fields.items()}
    where = field.get("journal") or field.get("booktitle") or field.get("publisher") or field.get("howpublished")
    where = where or field.get("institution") or ""
    if "volume" in field:
        where += f" {field['volume']}" + (f"({field['number']})" if "number" in field else "")
    where += f", {field['pages']}" if "pages" in field else ""
    link = f"https://doi.org/{field['doi']}" if "doi" in field else field.get("url", "")
    parts = [f"{who} ({field['year']})", field.get("title", field.get("note", "")), where, link]
    return " ".join(part if part.endswith((".", "?", link or "?")) else f"{part}." for part in parts if part)


def _plain(text: str) -> str:
    return str(Text.from_latex(text)).replace("--", "–").replace("\N{NO-BREAK SPACE}", " ")
