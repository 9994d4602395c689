"""Tokenisers of Monet checkpoints: pieces and the words they belong to, and Llama's own file."""

from __future__ import annotations

import struct

import pytest
import torch
from lalia.data_schemas.errors import Code, LaliaError
from lalia.models.monet.checkpoint import load_monet
from lalia.tests.test_monet_checkpoint import write


def test_llama_pieces_belong_to_their_words(tmp_path):
    write(tmp_path / "m")
    pieces = load_monet(tmp_path / "m", device="cpu").tokenizer
    (found,) = pieces.encode(["the boy stool"])
    assert [pieces.piece(k) for k in found.ids] == ["▁the", "▁boy", "▁st", "oo", "l"]
    assert found.words == (0, 1, 2, 2, 2)
    assert pieces.start == 1
    assert [e.ids for e in pieces.encode(["", "   "])] == [(), ()] or not any(e.known for e in pieces.encode([""]))


def test_a_tokenizer_larger_than_the_model_is_refused(tmp_path):
    write(
        tmp_path / "m",
        config={"vocab_size": 30},
        change=lambda h: h.update(
            {"model.embed_tokens.weight": torch.zeros(30, 16), "lm_head.weight": torch.zeros(30, 16)}
        ),
    )
    with pytest.raises(LaliaError, match="34 pieces for a model of 30"):
        load_monet(tmp_path / "m", device="cpu")


def field(number: int, value: bytes | int | float) -> bytes:
    """One field of a protocol buffer's message."""

    def varint(n: int) -> bytes:
        found = bytearray()
        while n > 0x7F:
            found.append(n & 0x7F | 0x80)
            n >>= 7
        return bytes([*found, n])

    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


JOINED = ["▁t", "he", "▁the", "▁b", "oy", "▁boy", "in", "ing", "▁th", "is"]
"""Pieces longer than a letter, the best first."""


def llama(kind: int = 2, demanded: bool = False) -> bytes:
    """A ``tokenizer.model`` as sentencepiece writes it for Llama: marks, bytes, joined pieces, letters."""
    pieces = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3), *((f"<0x{k:02X}>", 0.0, 6) for k in range(256))]
    pieces += [(piece, -float(k), 1) for k, piece in enumerate(JOINED)]
    pieces += [(letter, -float(k + len(JOINED)), 4 if demanded else 1) for k, letter in enumerate("▁behinostyg")]
    entries = (field(1, text.encode()) + field(2, score) + field(3, way) for text, score, way in pieces)
    # Byte-pair encoding that spells the unknown in bytes; a space before the text, and all spaces kept.
    settings = field(2, field(3, kind) + field(35, 1)) + field(3, field(3, 1) + field(4, 0))
    return b"".join(field(1, entry) for entry in entries) + settings


def with_llama(folder, held: bytes, pieces: int = 280):
    shape = {name: torch.zeros(pieces, 16) for name in ("model.embed_tokens.weight", "lm_head.weight")}
    write(folder, config={"vocab_size": pieces}, change=lambda h: h.update(shape))
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.model").write_bytes(held)


def test_llamas_own_pieces_are_read_without_a_tokenizer_json(tmp_path):
    with_llama(tmp_path / "m", llama())
    pieces = load_monet(tmp_path / "m", device="cpu").tokenizer
    assert pieces.size == 280
    texts = ["the boy is being", "thing", "the  é", "<s>", "", "o🙂"]
    found = pieces.encode(texts)
    assert [[pieces.piece(k) for k in encoded.ids] for encoded in found] == [
        # Worked by hand: ▁t, he, then ▁the of both; in "thing" ▁t, in, ing, then ▁th.
        ["▁the", "▁boy", "▁", "is", "▁b", "e", "ing"],
        ["▁th", "ing"],
        ["▁the", "▁", "▁", "<0xC3>", "<0xA9>"],
        ["▁", "<0x3C>", "s", "<0x3E>"],
        [],
        ["▁", "o", "<0xF0>", "<0x9F>", "<0x99>", "<0x82>"],
    ]
    assert found[0].words == (0, 1, 2, 2, 3, 3, 3)
    # The mark for a space is of the word that it begins.
    assert found[2].words == (0, 1, 1, 1, 1)
    assert found[5].words == (0,) * 6
    assert [encoded.known for encoded in found] == [True, True, True, True, False, True]


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (llama(kind=1), "cannot be read (ValueError)"),
        (llama(demanded=True), "cannot be read (ValueError)"),
        (llama()[:100], "cannot be read (ValueError)"),
        (b"", "cannot be read (ValueError)"),
        (b"\xff" * 40, "cannot be read (ValueError)"),
        (b"YQ== 0\nYg== 1\n", "cannot be read (ValueError)"),
    ],
)
def test_a_tokenizer_model_that_is_none_of_llamas_is_refused(tmp_path, held, said):
    with_llama(tmp_path / "m", held)
    with pytest.raises(LaliaError, match="the tokenizer it was trained with") as raised:
        load_monet(tmp_path / "m", device="cpu")
    assert raised.value.code is Code.BAD_MODEL
    assert said in str(raised.value)


@pytest.mark.parametrize(("pieces", "good"), [(279, False), (280, True), (407, True), (408, False), (600, False)])
def test_the_tokenizer_must_be_as_large_as_the_model_but_for_padding(tmp_path, pieces, good):
    with_llama(tmp_path / "m", llama(), pieces)
    if good:
        load_monet(tmp_path / "m", device="cpu")
        return
    with pytest.raises(LaliaError, match=f"280 pieces for a model of {pieces}"):
        load_monet(tmp_path / "m", device="cpu")
