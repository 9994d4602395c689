"""CHAT's marks in text of another format: somebody typed ``&-um`` or ``the [/] the`` where nothing asks for it."""

from __future__ import annotations

import re

from ...data_schemas.transcript import Word
from . import chat_words
from .remarks import NOISES, PAUSES, UNINTELLIGIBLE, noise_name
from .source import Notes

MARKS = re.compile(
    r"(?<!\S)&[-+~=]\w|(?<!\S)\(\.{1,3}\)(?!\S)"
    r"|\[(?:/{1,3}|/[-?]|x \d{1,9}|[<>]\d?|\*|(?:\*|::?|\+|%|=!?) [^\[\]]*)\]"
)
"""Marks that mean nothing but what they mean in CHAT."""

_BRACKETED = re.compile(r"\[[^\[\]]*\]|\([^()]*\)")
_END = re.compile(r"(?<![(\[.?!…])(?:\+[/\"]*)?[.?!…]+[\"'”’)\]]*\s*$")


def events(text: str, notes: Notes, line: int | None) -> tuple[Word, ...]:
    """Events of one sentence that holds such marks; remarks as plain text has them are understood beside them."""
    notes.add("CHAT's marks were read as in a .cha file", line)
    return chat_words.parse(_BRACKETED.sub(_in_chat, _END.sub("", text)), line, notes).words


def _in_chat(match: re.Match[str]) -> str:
    """A remark in CHAT's way; anything else as it stands."""
    token = match[0]
    inside = token[1:-1].strip().lower()
    if inside in UNINTELLIGIBLE:
        return " xxx "
    if inside in PAUSES:
        return " (.) "
    square = token[0] == "[" and inside[:1].isalpha() and not re.fullmatch(r"x \d+", inside)
    return f" &={noise_name(inside)} " if square or (token[0] == "(" and NOISES.fullmatch(inside)) else token
