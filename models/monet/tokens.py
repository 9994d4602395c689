"""Text to token ids and back to words, for the embedded Monet's word pieces and the released ones' Llama pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...data_schemas.errors import Code, LaliaError
from .config import MonetConfig

PADDING = 128
"""Embeddings are often made longer than the vocabulary, up to the next multiple of this."""


@dataclass(frozen=True)
class Encoded:
    """Tokens of a text, without a start mark.

    Attributes
    ----------
    ids : tuple of int
    words : tuple of int
        For each token the number of the white-space separated word it belongs to.
    known : bool
        Whether at least one token is other than the unknown one.
    count : int
        White-space separated words of the text; one of marks without width alone has no token.
    unknown_words : frozenset of int
        Words with a piece the vocabulary lacks.
    """

    ids: tuple[int, ...]
    words: tuple[int, ...]
    known: bool
    count: int
    unknown_words: frozenset[int] = frozenset()


class Pieces:
    """A tokeniser that says which word each piece is of.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
    start, end : int
        Ids of the marks before and after a text.
    """

    def __init__(self, tokenizer: Any, start: int, end: int) -> None:
        self.start, self.end = start, end
        self._tokenizer = tokenizer
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        unknown = [tokenizer.token_to_id(name) for name in ("[UNK]", "<unk>")]
        self._unknown = {number for number in unknown if number is not None}

    @property
    def size(self) -> int:
        """Pieces in the vocabulary."""
        return int(self._tokenizer.get_vocab_size())

    def piece(self, number: int) -> str:
        """A piece as the vocabulary writes it."""
        return str(self._tokenizer.id_to_token(number))

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Tokens of each text."""
        # Lone surrogates cannot be encoded; they stand for no character.
        clean = [text.encode("utf-8", "ignore").decode("utf-8") for text in texts]
        found = self._tokenizer.encode_batch(clean, add_special_tokens=False)
        return [
            self._aligned(text, encoding.ids, encoding.offsets) for text, encoding in zip(texts, found, strict=True)
        ]

    def _aligned(self, text: str, ids: list[int], offsets: list[tuple[int, int]]) -> Encoded:
        number, word_at, inside = -1, [], False
        for character in text:
            fresh = not character.isspace()
            number += fresh and not inside
            inside = fresh
            if not "\ud800" <= character <= "\udfff":
                # A space is of the word after it, which Llama's pieces begin with one.
                word_at.append(number + (not fresh))
        word_at = [min(word, number) for word in word_at]
        words = tuple(word_at[min(max(end - 1, 0), len(word_at) - 1)] for _, end in offsets)
        kept = [k for k, word in enumerate(words) if word >= 0]
        unknown = [k for k in kept if ids[k] in self._unknown]
        return Encoded(
            ids=tuple(ids[k] for k in kept),
            words=tuple(words[k] for k in kept),
            known=len(unknown) < len(kept),
            count=number + 1,
            unknown_words=frozenset(words[k] for k in unknown),
        )


def read_tokenizer(folder: Path, config: MonetConfig) -> Pieces:
    """The tokeniser of a checkpoint: ``tokenizer.json``, or Llama's ``tokenizer.model``.

    Raises
    ------
    LaliaError
        ``bad_model`` when there is none, it cannot be read, or its pieces are more than those of the model, or fewer by
        more than padding explains.
    """
    try:
        tokenizer = _from_folder(folder)
    except LaliaError:
        raise
    except Exception as error:  # the library raises bare exceptions of its own
        raise _bad(f"one that cannot be read ({type(error).__name__})") from None
    pieces = max(tokenizer.get_vocab().values(), default=-1) + 1
    if not config.vocab_size - PADDING < pieces <= config.vocab_size:
        raise _bad(f"{pieces:,} pieces for a model of {config.vocab_size:,}")
    return Pieces(tokenizer, config.bos_token_id, config.eos_token_id)


def _from_folder(folder: Path) -> Any:
    from tokenizers import Tokenizer

    if (folder / "tokenizer.json").is_file():
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    if (folder / "tokenizer.model").is_file():
        from .sentencepiece import tokenizer

        return tokenizer(folder / "tokenizer.model")
    raise _bad("neither tokenizer.json nor tokenizer.model")


def _bad(got: str) -> LaliaError:
    return LaliaError(
        "A Monet checkpoint must hold the tokenizer it was trained with",
        got,
        "Copy the tokenizer of the release beside config.json, best as tokenizer.json",
        code=Code.BAD_MODEL,
    )
