"""The Switchboard sample of NLTK's data as transcripts: 36 telephone calls with disfluencies annotated.

Annotation by E. Shriberg and colleagues; Open Content License. Shared by `disfluency.py` and `language_curves.py`; the
calls themselves are not part of lalia.
"""

from __future__ import annotations

import re
import zipfile
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
    """Sentence-like units of a turn (a slash ends one); `[ reparandum + repair ]` may be nested."""
    said: list[Said] = [[]]
    opened: list[int] = []
    filler = False
    for token in TOKEN.findall(text):
        if token == "[":
            opened.append(len(said[-1]))
        elif token == "+" and opened:
            start = opened[-1]
            said[-1][start:] = [(form, Kind.REVISED if kind is Kind.WORD else kind) for form, kind in said[-1][start:]]
        elif token == "]" and opened:
            opened.pop()
        elif token[0] in "{}":
            filler = token == "{F"
        elif token.endswith("/") and not opened:
            said.append([])
        elif token[0].isalnum() or token[0] in "'’":
            said[-1].append((token.rstrip("."), _kind(token, filler)))
    return said


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
