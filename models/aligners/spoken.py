"""How what is written in figures, symbols and abbreviations is said, as words of the dictionary.

What is ambiguous has several readings; the alignment takes the one it hears.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

Reading = tuple[str, ...]

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_SHORT = {
    "mr": ("mister",), "mrs": ("missus",), "ms": ("miz",), "dr": ("doctor",), "prof": ("professor",),
    "st": ("saint",), "sr": ("senior",), "jr": ("junior",), "vs": ("versus",), "etc": ("et", "cetera"),
    "ave": ("avenue",), "rd": ("road",), "ft": ("feet",), "lb": ("pounds",), "lbs": ("pounds",), "oz": ("ounces",),
    "kg": ("kilograms",), "km": ("kilometers",), "cm": ("centimeters",), "mg": ("milligrams",),
    "hr": ("hour",), "hrs": ("hours",), "mph": ("miles", "per", "hour"),
    "dept": ("department",), "apt": ("apartment",), "approx": ("approximately",),
}  # fmt: skip
_SIGNS = {
    "%": "percent", "&": "and", "+": "plus", "=": "equals", "@": "at", "#": "number", "°": "degrees", "½": "half",
}  # fmt: skip
_MONEY = {"$": ("dollar", "dollars"), "£": ("pound", "pounds"), "€": ("euro", "euros")}
_MOST = 10**15
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3})")
_SAID_OTHERWISE = re.compile(r"[0-9%&+=@#°½$£€]")
_PIECES = re.compile(r"[0-9]+|[^\W\d_]+|[%&+=@#°½]")
_AMOUNT = re.compile(r"^([$£€])([0-9]+)(?:\.([0-9][0-9]))?$")
_CLOCK = re.compile(r"^([0-9]{1,2}):([0-9][0-9])$")
_ORDINAL = re.compile(r"^([0-9]+)(?:st|nd|rd|th)$")
_DECADE = re.compile(r"^'?([0-9]*[0-9]0)'?s$")
_DECIMAL = re.compile(r"^([0-9]*)\.([0-9]+)$")


def readings(text: str) -> tuple[Reading, ...]:
    """Ways to say a word that is not written as it is said; none for what has neither figure nor symbol.

    Parameters
    ----------
    text : str
        As in the transcript, without the punctuation around it.
    """
    plain = _THOUSANDS.sub("", text.lower()).strip(".,")
    if plain in _SHORT:
        return (_SHORT[plain],)
    if not _SAID_OTHERWISE.search(plain):
        return ()
    for pattern, say in (
        (_AMOUNT, _amount), (_CLOCK, _clock), (_ORDINAL, _ordinal), (_DECADE, _decade), (_DECIMAL, _decimal),
    ):  # fmt: skip
        if found := pattern.match(plain):
            return tuple(say(found))
    return tuple(_pieces(plain))


def letters_of(text: str) -> Reading:
    """The names of letters, as words of the dictionary."""
    return tuple(f"{letter}." if letter == "a" else letter for letter in text.lower() if letter.isalpha())


def number(value: int) -> list[str]:
    """A whole number in words."""
    if value < 20:
        return [_UNITS[value]]
    if value < 100:
        return [_TENS[value // 10], *([_UNITS[value % 10]] if value % 10 else [])]
    for scale, name in _SCALES:
        if value >= scale:
            left = number(value % scale) if value % scale else []
            return [*number(value // scale), name, *left]
    raise AssertionError("every number below a hundred is said above")


def _numbers(figures: str) -> Iterator[Reading]:
    value = int(figures)
    whole = value < _MOST and (figures == "0" or not figures.startswith("0"))
    if whole:
        said = number(value)
        yield tuple(said)
        if value > 100 and value % 100:
            yield (*said[: -len(number(value % 100))], "and", *number(value % 100))
    if len(figures) == 4 and not 0 < int(figures[2:]) < 10 and value % 1000:
        yield (*number(value // 100), *(number(value % 100) if value % 100 else ["hundred"]))
    elif len(figures) == 4 and value % 100 and value >= 1000:
        yield (*number(value // 100), "oh", *number(value % 100))
    if len(figures) > 2 or not whole:
        yield tuple(_UNITS[int(figure)] for figure in figures)
        if "0" in figures:
            yield tuple("oh" if figure == "0" else _UNITS[int(figure)] for figure in figures)


def _amount(found: re.Match[str]) -> Iterator[Reading]:
    sign, whole, small = found.groups()
    one, many = _MONEY[sign]
    for said in _numbers(whole):
        name = one if whole == "1" else many
        if small is None or small == "00":
            yield (*said, name)
        else:
            cents = number(int(small))
            yield (*said, name, *cents)
            yield (*said, name, "and", *cents, "cents")
            yield (*said, *cents)


def _clock(found: re.Match[str]) -> Iterator[Reading]:
    hour, minute = number(int(found[1])), int(found[2])
    if minute == 0:
        yield (*hour, "o'clock")
        yield tuple(hour)
    elif minute < 10:
        yield (*hour, "oh", *number(minute))
    else:
        yield (*hour, *number(minute))


def _ordinal(found: re.Match[str]) -> Iterator[Reading]:
    for said in itertools.islice(_numbers(found[1]), 1):
        last = said[-1]
        yield (*said[:-1], _ORDINALS.get(last, f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"))


def _decade(found: re.Match[str]) -> Iterator[Reading]:
    for said in _numbers(found[1]):
        last = said[-1]
        yield (*said[:-1], f"{last[:-1]}ies" if last.endswith("y") else f"{last}s")


def _decimal(found: re.Match[str]) -> Iterator[Reading]:
    whole = next(_numbers(found[1])) if found[1] else ()
    yield (*whole, "point", *(_UNITS[int(figure)] for figure in found[2]))


def _pieces(text: str) -> Iterator[Reading]:
    """Figures as numbers, signs by name, letters between them one by one and as a word."""
    choices: list[list[Reading]] = []
    for piece in _PIECES.findall(text):
        if piece.isascii() and piece.isdigit():
            choices.append(list(_numbers(piece)))
        elif piece in _SIGNS:
            choices.append([(_SIGNS[piece],)])
        else:
            choices.append([letters_of(piece), (piece,)] if piece.isascii() else [(piece,)])
    for parts in itertools.islice(itertools.product(*choices), 6):
        if said := tuple(word for part in parts for word in part):
            yield said
