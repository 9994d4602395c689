"""Documents on which coherence is measured: stretches of speech and of picture captions, parsed as the line parses.

GUM's speech genres (a text is cut into stretches), AMI meetings (each speaker's own turns) and COCO captions (five
captions of each of eight photos, photo after photo). Every document belongs to a *half* by the text it is from: the
reference cosines are made from the first half, everything that is reported comes from the second.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from lalia.data_schemas import Token, Utterance
from lalia.features.views.language import counts, spoken
from lalia.models import parsers
from lalia.models.parsers.training.treebank import SPEECH_GENRES, documents, utterance
from lalia.pipeline.formats import plain

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
NEEDED = ("gum_constituency", "ami_transcripts", "coco_captions_pictures")

OPEN_GENRES = ("court", "interview", "vlog")
"""GUM's speech genres whose texts may be used for any purpose: CC BY 4.0, CC BY 2.5, CC BY 3.0."""

SIZE, LEAST = 30, 20
"""Utterances of a stretch, and the fewest of one."""

PHOTOS = 8


@dataclass(frozen=True)
class Said:
    """An utterance's plain words, each with its tokens, and what is embedded of it."""

    forms: tuple[str, ...]
    tokens: tuple[tuple[Token, ...], ...]

    @cached_property
    def text(self) -> str:
        """Plain words joined by a space."""
        return " ".join(self.forms)

    @cached_property
    def length(self) -> int:
        """Words as features count them: a contraction is as many as the parser makes of it."""
        return sum(counts(token) for word in self.tokens for token in word)


@dataclass(frozen=True)
class Document:
    """A stretch of one text: `corpus` is a GUM genre, ``ami`` or ``coco``; `text` names what it was cut from."""

    corpus: str
    text: str
    said: tuple[Said, ...]


def present() -> None:
    """End with a plain sentence where the corpora are absent."""
    absent = [name for name in NEEDED if not (DATA / name).is_dir()]
    if absent:
        raise SystemExit(f"../shared/data must hold {', '.join(NEEDED)}. Got no {', '.join(absent)}. Nothing is done.")


def gum(held_out: bool, genres: Sequence[str] = SPEECH_GENRES, size: int = SIZE) -> list[Document]:
    """Speech genres of GUM, the texts of one half, in stretches of at most so many utterances."""
    texts = [
        (
            document.genre,
            document.name,
            [utterance(t, punctuation=False, lower=False, clean=True)[0] for t in document.trees],
        )
        for part in ("train", "dev", "test")
        for document in documents(DATA / "gum_constituency", part)
        if document.genre in genres and in_held_out_half(document.name) is held_out
    ]
    return _parsed(_stretches(texts, size))


def ami(held_out: bool, most: int, size: int = SIZE) -> list[Document]:
    """AMI: some stretches of single speakers' turns. Meetings of one group of people count as one text."""
    texts = []
    for path in sorted((DATA / "ami_transcripts" / "txt").glob("*.txt")):
        name = path.name.partition(".")[0]
        group = name[:-1] if name[-1].isalpha() else name
        if in_held_out_half(group) is held_out:
            lines = path.read_text("utf-8").splitlines()
            texts += [("ami", group, list(plain.utterances(line.replace("_", ""), "PAR", "en"))) for line in lines]
    found = _stretches(texts, size)
    chosen = np.random.default_rng(0).permutation(len(found))[:most]
    return _parsed([found[k] for k in sorted(chosen)])


def coco(held_out: bool) -> list[Document]:
    """Captions, photo after photo; those of the six example photos left out."""
    folder = DATA / "coco_captions_pictures"
    shown = {int(path.stem) for path in (folder / "pictures").glob("*.jpg")}
    by_photo: dict[int, list[str]] = {}
    for row in json.loads((folder / "captions_val2017.json").read_text("utf-8"))["annotations"]:
        if row["image_id"] not in shown:
            by_photo.setdefault(row["image_id"], []).append(" ".join(row["caption"].split()))
    photos = sorted(by_photo)[: 60 * PHOTOS]
    pages = [photos[at : at + PHOTOS] for at in range(0, len(photos), PHOTOS)]
    texts = [
        (
            "coco",
            f"coco{page[0]}",
            list(plain.utterances("\n".join(t for p in page for t in by_photo[p][:5]), "PAR", "en")),
        )
        for page in pages
        if in_held_out_half(f"coco{page[0]}") is held_out
    ]
    return _parsed(_stretches(texts))


def in_held_out_half(text: str) -> bool:
    """Whether a text is in the half that no reference was made from."""
    return zlib.crc32(text.encode()) % 2 == 1


Stretch = tuple[str, str, list[Utterance]]


def _stretches(texts: Sequence[Stretch], size: int = SIZE) -> list[Stretch]:
    found = []
    for corpus, name, said in texts:
        kept = [one for one in said if spoken(one)]
        starts = range(0, len(kept) - LEAST + 1, size)
        found += [(corpus, name, kept[start : start + size]) for start in starts]
    return found


def _parsed(stretches: Sequence[Stretch]) -> list[Document]:
    parser, made = parsers.load("en-core-web-sm"), []
    for corpus, name, part in stretches:
        found = [_said(one, parse) for one, parse in zip(part, parser.parse(part), strict=True)]
        found = [said for said in found if said.length]
        if len(found) >= LEAST:
            made.append(Document(corpus, name, tuple(found)))
    return made


def _said(said: Utterance, parse: Sequence[Token]) -> Said:
    by_word: dict[int, list[Token]] = {}
    for token in parse:
        if token.word >= 0:
            by_word.setdefault(token.word, []).append(token)
    forms, tokens = [], []
    for place in sorted(by_word):
        # The words as the line embeds them, each alone.
        form = spoken(said.model_copy(update={"words": (said.words[place],)}))
        if form:
            forms.append(form)
            tokens.append(tuple(by_word[place]))
    return Said(tuple(forms), tuple(tokens))
