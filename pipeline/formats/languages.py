"""ISO 639 codes: three letters in CHAT headers, two in everything else here."""

from __future__ import annotations

UNKNOWN = "und"
"""ISO 639-2's code for a language that nobody knows."""

_TWO_TO_THREE = {
    "af": "afr", "ar": "ara", "bg": "bul", "ca": "cat", "cs": "ces", "cy": "cym", "da": "dan", "de": "deu",
    "el": "ell", "en": "eng", "es": "spa", "et": "est", "eu": "eus", "fa": "fas", "fi": "fin", "fr": "fra",
    "ga": "gle", "gl": "glg", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "id": "ind", "is": "isl",
    "it": "ita", "ja": "jpn", "ko": "kor", "lt": "lit", "lv": "lav", "nl": "nld", "no": "nor", "pl": "pol",
    "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv", "sr": "srp", "sv": "swe", "ta": "tam",
    "th": "tha", "tr": "tur", "uk": "ukr", "ur": "urd", "vi": "vie", "yue": "yue", "zh": "zho",
}  # fmt: skip
_THREE_TO_TWO = {three: two for two, three in _TWO_TO_THREE.items()}


def short(code: str) -> str | None:
    """``eng`` → ``en``; a code that has no short form stays; None for what is no code."""
    code = code.strip().lower()
    if not (code.isascii() and code.isalpha() and len(code) in (2, 3)) or code == UNKNOWN:
        return None
    return _THREE_TO_TWO.get(code, code)


def long(code: str | None) -> str:
    """``en`` → ``eng``; ``und`` (undetermined) for None."""
    primary = (code or UNKNOWN).partition("-")[0].lower()
    return _TWO_TO_THREE.get(primary, primary)
