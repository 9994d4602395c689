"""Llama's ``tokenizer.model``, which sentencepiece wrote, as a tokeniser of the package tokenizers.

Only what decides the pieces is read from the file: the pieces themselves, with their scores and kinds, and how a text
is prepared. Byte-pair encoding joins, again and again, the two neighbours whose union has the best score; so the order
of the merges is that of the scores of what they make.

References
----------
.. [1] Kudo, Richardson (2018). SentencePiece: a simple and language independent subword tokenizer and detokenizer for
   neural text processing. EMNLP, system demonstrations.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPACE = "▁"
"""Stands for a space within a piece."""

NORMAL, UNKNOWN, DEMANDED = 1, 2, 4
"""Kinds of pieces: those that are joined, the one for what has none, and those that whoever made the model demanded."""

UNIGRAM, BPE = 1, 2
"""Kinds of models; the first is what a file that names none is."""

Field = tuple[int, int | bytes]


@dataclass(frozen=True)
class Model:
    """What a ``tokenizer.model`` says.

    Attributes
    ----------
    pieces : tuple of (str, float, int)
        Text, score and kind, by number.
    kind : int
        `BPE` or another.
    bytes_for_unknown : bool
        Whether a character without a piece is spelt in bytes.
    charsmap : bytes
        Replacements of characters, compiled.
    space_before, one_space : bool
        Whether a text is read as if a space came before it, and runs of spaces as one.
    """

    pieces: tuple[tuple[str, float, int], ...]
    kind: int
    bytes_for_unknown: bool
    charsmap: bytes
    space_before: bool
    one_space: bool


def read(path: Path) -> Model:
    """Read a ``tokenizer.model``; raises ValueError where it is none."""
    pieces: list[tuple[str, float, int]] = []
    trainer: dict[int, int | bytes] = {}
    normaliser: dict[int, int | bytes] = {}
    for number, value in _fields(path.read_bytes()):
        if number not in (1, 2, 3):
            continue
        if not isinstance(value, bytes):
            raise ValueError("not a model of sentencepiece")
        held = dict(_fields(value))
        if number == 1:
            (score,) = struct.unpack("<f", _bytes(held.get(2, b"\0" * 4)))
            pieces.append((_bytes(held.get(1, b"")).decode("utf-8"), score, _whole(held.get(3, NORMAL))))
        elif number == 2:
            trainer = held
        else:
            normaliser = held
    return Model(
        pieces=tuple(pieces),
        kind=_whole(trainer.get(3, UNIGRAM)),
        bytes_for_unknown=bool(_whole(trainer.get(35, 0))),
        charsmap=_bytes(normaliser.get(2, b"")),
        space_before=bool(_whole(normaliser.get(3, 1))),
        one_space=bool(_whole(normaliser.get(4, 1))),
    )


def tokenizer(path: Path) -> Any:
    """A `tokenizers.Tokenizer` that cuts texts as sentencepiece does with this file; marks in a text are text.

    Raises
    ------
    ValueError
        When the file is none of sentencepiece's, is no byte-pair encoding, or has pieces that its user demanded.
    """
    from tokenizers import Tokenizer, models

    model = read(path)
    if model.kind != BPE or not model.pieces or any(kind == DEMANDED for _, _, kind in model.pieces):
        raise ValueError("not Llama's kind of model")
    made = Tokenizer(
        models.BPE(
            {text: number for number, (text, _, _) in enumerate(model.pieces)},
            list(_merges(model)),
            unk_token=next((text for text, _, kind in model.pieces if kind == UNKNOWN), None),
            fuse_unk=True,
            byte_fallback=model.bytes_for_unknown,
        )
    )
    made.normalizer = _normalizer(model)
    return made


def _merges(model: Model) -> Iterator[tuple[str, str]]:
    """Pairs of pieces to join, the best union first."""
    joinable = {text: k for k, (text, _, kind) in enumerate(model.pieces) if kind == NORMAL}
    for text, _ in sorted(joinable.items(), key=lambda item: (-model.pieces[item[1]][1], item[1])):
        pairs = ((text[:at], text[at:]) for at in range(1, len(text)))
        found = [pair for pair in pairs if pair[0] in joinable and pair[1] in joinable]
        yield from sorted(found, key=lambda pair: (joinable[pair[0]], joinable[pair[1]]))


def _normalizer(model: Model) -> Any:
    from tokenizers import Regex, normalizers

    steps: list[Any] = [normalizers.Precompiled(model.charsmap)] if model.charsmap else []
    if model.one_space:
        steps += [normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    if model.space_before:
        steps.append(normalizers.Prepend(SPACE))
    return normalizers.Sequence([*steps, normalizers.Replace(" ", SPACE)])


def _fields(data: bytes) -> Iterator[Field]:
    """Number and value of each field of a protocol buffer's message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, way = key >> 3, key & 7
        if way == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if way == 2:
            size, at = _varint(data, at)
        elif way in (1, 5):
            size = 8 if way == 1 else 4
        else:
            raise ValueError("not a protocol buffer")
        if at + size > len(data):
            raise ValueError("a file cut short")
        yield number, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("a file cut short")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("not a protocol buffer")


def _bytes(value: int | bytes) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("a number where text must be")
    return value


def _whole(value: int | bytes) -> int:
    if not isinstance(value, int):
        raise ValueError("text where a number must be")
    return value
