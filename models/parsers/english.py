"""spaCy behind the parser interface."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ...data_schemas.errors import Code, LaliaError
from ...data_schemas.result import ModelUse
from ...data_schemas.sample import Parse, Token
from ...data_schemas.transcript import Kind, Utterance
from .clear import relation

PIECE = 1000
"""Words parsed at once. A longer utterance is parsed in pieces, each with roots of its own: memory stays flat."""

LONGEST_WORD = 1000
"""Characters; a longer one is no word, and tokenising it could take minutes."""

BATCH = 64

Piece = tuple[int, int, list[tuple[int, str]], str]
"""Utterance, place of its first token, words with their indices, and terminator."""


class SpacyParser:
    """A spaCy pipeline without named entities.

    Parameters
    ----------
    folder : Path
        The pipeline's folder, the one that holds ``config.cfg``.
    language : str
        ISO 639-1 code.
    use : ModelUse
        What provenance says of it.
    """

    def __init__(self, folder: Path, language: str, use: ModelUse) -> None:
        import spacy

        self.language = language
        self.use = use
        self._nlp = spacy.load(folder, exclude=["ner", "senter"])

    def parse(self, utterances: Sequence[Utterance]) -> tuple[Parse, ...]:
        """One parse per utterance, in order.

        The text given to spaCy is the utterance's plain words (fillers, fragments and retraced material set
        aside) joined by a space, with its terminator as . ? or !. Utterances come from the transcript: where spaCy
        finds two sentences in one, the parse has two roots, each its own head.

        Parameters
        ----------
        utterances : sequence of Utterance

        Returns
        -------
        tuple of Parse
            `Token.word` is the index into the utterance's `words`, -1 for the terminator that was added. Relations
            are named as in Universal Dependencies (see `clear`).

        Raises
        ------
        LaliaError
            ``bad_transcript`` for a word of more than 1,000 characters.
        """
        parses: list[list[Token]] = [[] for _ in utterances]
        pieces = list(_pieces(utterances))
        texts = (_text(piece) for piece in pieces)
        # The zone gives back the strings of this recording, which would otherwise stay in memory.
        with self._nlp.memory_zone():
            for piece, doc in zip(pieces, self._nlp.pipe(texts, batch_size=BATCH), strict=True):
                found = parses[piece[0]]
                found.extend(_tokens(doc, piece, len(found)))
        return tuple(tuple(tokens) for tokens in parses)


def _pieces(utterances: Iterable[Utterance]) -> Iterator[Piece]:
    for number, utterance in enumerate(utterances):
        words = [(index, clean(word.text)) for index, word in enumerate(utterance.words) if word.kind is Kind.WORD]
        words = [(index, text) for index, text in words if text]
        longest = max((len(text) for _, text in words), default=0)
        if longest > LONGEST_WORD:
            raise LaliaError(
                f"A word must be at most {LONGEST_WORD:,} characters long",
                f"one of {longest:,}",
                "Separate words by spaces in the transcript",
                code=Code.BAD_TRANSCRIPT,
            )
        for start in range(0, len(words), PIECE):
            last = start + PIECE >= len(words)
            yield number, start, words[start : start + PIECE], terminator(utterance.terminator) if last else ""


def clean(text: str) -> str:
    """A word as one stretch of visible characters; control characters and lone surrogates go, inner spaces stay one."""
    visible = "".join(" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in visible if unicodedata.category(char) not in {"Cc", "Cs"}).split())


def terminator(mark: str) -> str:
    """The transcript's terminator (CHAT knows a dozen) as the one of . ? ! that spaCy was trained on."""
    return next((plain for plain in "?!" if plain in mark), ".")


def _text(piece: Piece) -> str:
    _, _, words, end = piece
    text = " ".join(word for _, word in words)
    return f"{text} {end}" if end and text[-1] not in ".?!" else text


def _tokens(doc: Any, piece: Piece, offset: int) -> Iterator[Token]:
    _, _, words, _ = piece
    ends, indices, at = [], [], 0
    for index, word in words:
        at += len(word) + 1
        ends.append(at)
        indices.append(index)
    place = 0
    for token in doc:
        while place < len(ends) and token.idx >= ends[place]:
            place += 1
        yield Token(
            text=token.text,
            lemma=token.lemma_,
            pos=token.pos_,
            tag=token.tag_,
            dep=relation(token.dep_, token.tag_, token.pos_, token.head.pos_),
            head=offset + token.head.i,
            morph=str(token.morph),
            word=indices[place] if place < len(indices) else -1,
        )
