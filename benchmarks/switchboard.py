"""The Switchboard sample of NLTK's data as transcripts: 36 telephone calls with disfluencies annotated.

Annotation by E. Shriberg and colleagues; Open Content License. Shared by `disfluency.py` and `language_curves.py`; the
calls themselves are not part of lalia.
"""

from __future__ import annotations

import re
import zipfile
from itertools import pairwise
from pathlib import Path

from lalia.data_schemas import Kind, Speaker, Transcript, Utterance, Word

ARCHIVE = (
    Path(__file__).resolve().parents[1].parent / "shared" / "data" / "nltk_corpora" / "corpora" / "switchboard.zip"
)
Said = list[tuple[str, Kind]]
"""Words of one utterance, with what the transcriber called each."""

TOKEN = re.compile(r"\{[A-Z]|\}|\[|\]|\+|<[^>]*>|\(\(|\)\)|\*\[\[[^\]]*\]\]|[\w'’][\w'’.-]*|-?/")
NO_FILLERS = frozenset(["oh", "boy", "gosh", "wow", "gee", "man", "hey", "yeah", "yes", "huh"])
"""What Switchboard marks as {F ...} and lalia counts as a word: exclamations."""


def calls() -> list[list[tuple[str, Said]]]:
    """Utterances of each call in order, each with its speaker, A or B."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        text = archive.read("switchboard/disfluency").decode("utf-8", "replace")
    found: list[list[tuple[str, Said]]] = []
    for line in text.splitlines():
        speaker, _, rest = line.partition(":")
        if not re.fullmatch(r"[AB]\.\d+", speaker):
            continue
        if speaker.endswith(".1"):
            found.append([])
        found[-1] += [(speaker[0], said) for said in units(rest) if said]
    return found


def units(text: str) -> list[Said]:
    """Sentence-like units of a turn (a slash ends one); `[ reparandum + repair ]` may be nested.

    A reparandum that its repair begins with was repeated, any other revised.
    """
    said: list[Said] = [[]]
    opened: list[list[int]] = []
    filler = False
    for token in TOKEN.findall(text):
        if token == "[":
            opened.append([len(said[-1])])
        elif token == "+" and opened:
            opened[-1].append(len(said[-1]))
        elif token == "]" and opened:
            for start, end in pairwise(places := opened.pop()):
                _retrace(said[-1], start, end, repair=said[-1][places[-1] :])
        elif token[0] in "{}":
            filler = token == "{F"
        elif token.endswith("/") and not opened:
            said.append([])
        elif token[0].isalnum() or token[0] in "'’":
            said[-1].append((token.rstrip("."), _kind(token, filler)))
    # What is left open was given up, or mended in a later turn.
    for start, end in (pair for places in opened for pair in pairwise(places)):
        _retrace(said[-1], start, end, repair=[])
    return said


def _retrace(said: Said, start: int, end: int, repair: Said) -> None:
    """Mark the words between two places as said again or otherwise in what followed."""
    taken = [form.lower() for form, kind in said[start:end] if kind is Kind.WORD]
    again = [form.lower() for form, kind in repair if kind is not Kind.FILLER]
    kind = Kind.REPEATED if again[: len(taken)] == taken else Kind.REVISED
    said[start:end] = [(form, kind if old is Kind.WORD else old) for form, old in said[start:end]]


def _kind(token: str, filler: bool) -> Kind:
    if token.endswith("-"):
        return Kind.FRAGMENT
    return Kind.FILLER if filler and token.lower() not in NO_FILLERS else Kind.WORD


def transcript(call: list[tuple[str, Said]], participant: str) -> Transcript:
    """A call as a transcript in which one of the two is the participant."""
    utterances = tuple(
        Utterance(speaker=speaker, words=tuple(Word(text=form.rstrip("-"), kind=kind) for form, kind in said))
        for speaker, said in call
    )
    return Transcript(
        source="text",
        language="en",
        verbatim=True,
        speakers=(Speaker(code="A"), Speaker(code="B")),
        participant=participant,
        utterances=utterances,
    )
