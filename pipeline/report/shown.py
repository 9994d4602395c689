"""How numbers, times and names are shown: few digits, units in words, powers of ten only for what is tiny."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...data_schemas import FeatureValue

DIGITS = 3
"""Significant digits: more than the repeatability of any measure here supports; the CSV files keep ten."""

_MINUS, _THIN = "\u2212", "\u202f"

_UNITS = {
    "Hz^2": "Hz²",
    "st": "semitones",
    "st/s": "semitones/s",
    "syll/s": "syllables/s",
    "per min": "per minute",
    "r": "correlation",
    "z": "z-score",
    "zipf": "Zipf",
    "ln s": "log seconds",
    "count": "",
}

_WORDS = {
    "apq3": "APQ3", "apq5": "APQ5", "apq11": "APQ11", "a2": "a²", "brunet": "Brunet", "cpps": "CPPS",
    "d": "D", "dda": "DDA", "ddp": "DDP", "f0": "F0", "f1": "F1", "f2": "F2", "f3": "F3", "hammarberg": "Hammarberg",
    "hdd": "HD-D", "hnr": "HNR", "honore": "Honoré", "iqr": "IQR", "k": "K",
    "lcc": "largest component", "lsc": "largest strong component",
    "maas": "Maas", "mattr": "MATTR", "mfcc": "MFCC", "mlu": "MLU", "msttr": "MSTTR", "mtld": "MTLD", "p10": "P10",
    "ppq5": "PPQ5", "r": "R", "rap": "RAP", "sd": "SD", "simpson": "Simpson", "snr": "SNR", "ttr": "TTR", "w": "W",
    "wh": "wh-", "yule": "Yule", "zipf": "Zipf", "z": "z",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as the report prints it: `exact` for machines, `text` for people."""

    text: str
    exact: str
    interval: str
    n: str


def value(row: FeatureValue) -> Shown | None:
    """Value, interval and n of a measured row, all to the same decimal place; None for a missing one."""
    if row.value is None:
        return None
    places = 0 if row.unit == "count" and row.value.is_integer() else _places(row)
    interval = ""
    if row.ci_low is not None and row.ci_high is not None:
        # A count stays whole; the bounds of its interval need not be.
        fine = decimals(row.ci_low, row.ci_high) if row.unit == "count" else places
        interval = f"{number(row.ci_low, fine)} to {number(row.ci_high, fine)}"
    return Shown(number(row.value, places), repr(row.value), interval, "" if row.n is None else number(row.n, 0))


def _places(row: FeatureValue) -> int:
    places = decimals(row.value, row.ci_low, row.ci_high)
    if row.ci_low is None or row.ci_high is None or row.ci_high <= row.ci_low:
        return places
    # A narrow interval must not read as one number twice.
    return min(places + 2, max(places, -math.floor(math.log10(row.ci_high - row.ci_low))))


def decimals(*values: float | None) -> int:
    """Decimal places that show the first value that is not zero to three significant digits."""
    for each in values:
        if each:
            return max(0, DIGITS - 1 - math.floor(math.log10(abs(each))))
    return 0


def number(x: float, places: int | None = None) -> str:
    """A number for reading: true minus sign, thin spaces in thousands, powers of ten when under 0.001.

    >>> number(0.71234), number(-3.5), number(16000), number(0.000123)
    ('0.712', '−3.50', '16\u202f000', '1.23 × 10⁻⁴')
    """
    places = decimals(x) if places is None else places
    if places > DIGITS + 2 and x:
        digits = max(0, min(DIGITS - 1, places + math.floor(math.log10(abs(x)))))
        mantissa, _, power = f"{abs(x):.{digits}e}".partition("e")
        shown = f"{mantissa} × 10{_superscript(int(power))}"
    else:
        shown = f"{abs(x):,.{places}f}" if abs(x) >= 10_000 else f"{abs(x):.{places}f}"
        shown = shown.replace(",", _THIN)
    return _MINUS + shown if x < 0 and any(digit in shown for digit in "123456789") else shown


def _superscript(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def unit(name: str) -> str:
    """A unit in words where its symbol is not common knowledge; empty for a plain count."""
    return _UNITS.get(name, name)


def label(feature: str) -> str:
    """A feature's plain name.

    >>> label("lexical.mattr_50"), label("prosody.f0_sd")
    ('MATTR 50', 'F0 SD')
    """
    words = " ".join(_WORDS.get(word, word) for word in feature.partition(".")[2].split("_")).replace("- ", "-")
    return words[:1].upper() + words[1:] if words else feature


def clock(seconds: float) -> str:
    """Minutes and seconds from the start, cut to the second: 1:05, 1:02:05."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def length(seconds: float | None) -> str:
    """A duration: seconds with one decimal below a minute, minutes and seconds above."""
    if seconds is None:
        return "not known"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min {rest} s" if hours else f"{minutes} min {rest} s"


def bounds(low: float | None, high: float | None) -> str:
    """The closed range a feature lies in."""
    if low is None and high is None:
        return "any number"
    if high is None:
        return f"{_plain(low)} or more"
    return f"{_plain(high)} or less" if low is None else f"{_plain(low)} to {_plain(high)}"


def _plain(x: float | None) -> str:
    return f"{x:g}".replace("-", _MINUS)


def short(digest: str) -> str:
    """The first twelve characters of a hash: enough to compare by eye."""
    return digest[:12] if digest else "none"
