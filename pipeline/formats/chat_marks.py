"""The marks of the CHAT transcription format: what each looks like on a main line.

Source: MacWinney, "Tools for Analyzing Talk, Part 1: The CHAT Transcription Format",
https://talkbank.org/manuals/CHAT.html.
"""

from __future__ import annotations

import re
from typing import Final

from ...data_schemas.transcript import Kind

BULLET: Final = "\x15"
"""Encloses a time mark, ``start_end`` in milliseconds."""

RETRACING: Final = {
    "[/]": Kind.REPEATED,
    "[//]": Kind.REVISED,
    "[///]": Kind.REVISED,
    "[/-]": Kind.REVISED,
    "[/?]": Kind.REVISED,
}
"""Repetition, retracing with correction, reformulation, false start, and retracing of unclear type."""

UNSURE: Final = "[?]"
"""After a word: the best guess of whoever wrote it."""

UNTRANSCRIBED: Final = frozenset(["xxx", "yyy", "www", "xx", "yy"])
"""Unintelligible, phonologically coded, and not transcribed; the two-letter forms are older."""

SIMPLE_TERMINATORS: Final = frozenset([".", "?", "!"])

OPENING: Final = frozenset(["<", "“"])
"""Codes that stand before the event they are kept with; all others follow it."""

MADE_COPY: Final = "copy"
"""Code of a copy that the reader made of a word marked ``[x 3]``; no CHAT mark, never written."""

FORM: Final = "form:"
"""Starts the code that keeps a word as typed, where its text is the plain form (``(be)cause``, ``no:``)."""

MAX_COPIES: Final = 50
MAX_DEPTH: Final = 50

PAUSE: Final = r"\((?:\.{1,3}|\d+:\d+(?:\.\d*)?|\d+(?:\.\d*)?|\d*\.\d+)\)"

TERMINATOR: Final = r'\+(?:\.\.\.|\.\.\?|!\?|//?[.?!]+|"/?[.?!]|[.?!])(?=[\s\[\x15]|$)'
"""Trailing off, interruption and quotation: all terminators but the plain stop, question and exclamation mark."""

LINKER: Final = r'\+[<+^",≈≋]'

TOKEN: Final = re.compile(
    rf"\x15[^\x15]*\x15|\[[^\[\]]*\]|{PAUSE}(?![^\s<>\[\],;\x15])|{TERMINATOR}|{LINKER}|[<>“”;]|,(?!\d)"
    r"|(?:[^\s<>\[\]\x15“”,;]|(?<=\d),(?=\d))+|\S"
)
"""Every non-blank stretch of a main line, in order."""

TIME_MARK: Final = re.compile(r"(\d{1,9})_(\d{1,9})-?$")
GLUED_TERMINATOR: Final = re.compile(r"(?<=[^\s+./!?\"(])([.?!])(?=\s*(?:\[\+[^\[\]]*\]\s*)*(?:\x15[^\x15]*\x15\s*)*$)")
LOST_BULLET: Final = re.compile(r"(?<=[.?!\]])\s+(\d{1,9}_\d{1,9})\s*$")
UNCLOSED: Final = re.compile(
    r"\[(?=[^\[\]]*(?:\[|$))(?:x ?\d+(?!\S)|/{1,3}[-?]?(?!\S)|(?:[<>]\d?|!{1,2}|\?)(?!\S)"
    r"|(?:\*|::?|\+|%|=!?|-)(?= )[^\[\]\x15]*)"
)
"""A code without its closing bracket: a repeat count or sign alone, else with all up to the next code or time mark."""

REPEAT_COUNT: Final = re.compile(r"\[x (\d{1,9})\]")
REPLACEMENT: Final = re.compile(r"\[(::?) ([^\[\]]+)\]")
SPECIAL_FORM: Final = re.compile(r"(?<=.)[@$]\w\S*$")
OMITTED: Final = re.compile(r"0+\*?[^\W\d_].*|0")
OLD_PAUSE: Final = re.compile(r"#+(\d*(?:\.\d+)?)")

# Prosody, overlap and stress marks of conversation analysis; they are no part of a word's spelling.
_CA = "↑↓↗↘→↖⇗⇘∞≈≋≡∙⌈⌉⌊⌋∆∇⁎⁇⁑°◉▁▔☺♋∮∬↻↕§∾↫„‡ˈˌ〔〕⟨⟩"
_STRIPPED: Final = str.maketrans("", "", _CA + '()+^"“”*%,&@$')
_SEGMENT_REPEATED: Final = re.compile(r"↫[^↫]*↫")
_LENGTHENED: Final = re.compile(r"(?<!\d):+|:+(?!\d)")


def without_unclosed(text: str) -> str:
    """A main line without codes whose bracket is never closed, but with the terminator that stands after one."""
    return UNCLOSED.sub(lambda match: f" {_last_terminator(match[0])} ", text)


def _last_terminator(text: str) -> str:
    last = text.split()[-1]
    return last if last in SIMPLE_TERMINATORS or re.fullmatch(TERMINATOR, last) else ""


def plain_form(typed: str) -> str:
    """A word as a word count sees it: shortenings filled in, lengthening and prosody marks gone."""
    return _LENGTHENED.sub("", _SEGMENT_REPEATED.sub("", typed)).translate(_STRIPPED)


def noise_name(typed: str) -> str:
    """What ``&=`` names, in letters, digits, and ``: ' - _``."""
    return "_".join(re.sub(r"[^\w:'-]+", " ", typed).split())
