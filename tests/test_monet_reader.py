"""Reading texts with a Monet: vectors, surprisal and routing against slow, separate computations."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from lalia.models.monet.config import MonetConfig
from lalia.models.monet.model import Monet
from lalia.models.monet.reader import Reader
from lalia.models.monet.tokens import Pieces
from lalia.models.monet.usage import KEPT, Sums
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

WINDOW = 16
WORDS = ["the", "boy", "girl", "cookie", "jar", "is", "on", "a", "stool", "wat", "##er", "##ing", "'", "s"]
LETTERS = [*"xyz", *(f"##{k}" for k in "xyz")]
CLOSE = {"rtol": 0.0, "atol": 1e-5}
"""Single precision: bits up to 20, sums of some tens of terms."""


def make(layer: int | None = 2, window: int = WINDOW) -> Reader:
    vocabulary = {piece: k for k, piece in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, *LETTERS])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    config = MonetConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=4, num_attention_heads=2, moe_dim=4, moe_heads=2,
        moe_experts=24, moe_topk=4, moe_groups=2, moe_decompose="vertical", max_position_embeddings=window,
        bos_token_id=2, eos_token_id=3,
    )  # fmt: skip
    torch.manual_seed(0)
    model = Monet(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(std=0.3)
    projection = None if layer is None else torch.nn.Linear(16, 12)
    return Reader(model.eval(), Pieces(tokenizer, 2, 3), projection, layer)


SHORT = [
    "the boy is on a stool",
    "a girl is watering",
    "the cookie jar",
    "boy",
    "",
    "the boy's cookie is on the jar xyz",
]
LONG = " ".join(["the boy is on a stool a girl is watering the cookie jar"] * 9)


@pytest.fixture(scope="module")
def reader():
    return make()


def whole(reader: Reader, text: str):
    """One pass over a text that fits: residual stream at the reader's layer, bits of each piece, gates."""
    (encoded,) = reader.pieces.encode([text])
    ids = torch.tensor([[2, *encoded.ids]])
    with torch.inference_mode():
        out = reader.model(ids, all_hidden=True)
        chances = torch.log_softmax(reader.model.logits(out.states[0]), dim=-1)
    bits = [-float(chances[at, number]) / math.log(2) for at, number in enumerate(encoded.ids)]
    return out, bits, encoded


@pytest.mark.parametrize("text", [text for text in SHORT if text])
def test_surprisal_is_the_bits_of_each_words_pieces(reader, text):
    _, bits, encoded = whole(reader, text)
    expected = [
        sum(b for b, word in zip(bits, encoded.words, strict=True) if word == k) for k in range(len(text.split()))
    ]
    (found,) = reader.read([text], surprisal=True).surprisal
    np.testing.assert_allclose(found, expected, **CLOSE)


def test_pieces_are_summed_over_their_word(reader):
    (encoded,) = reader.pieces.encode(["a girl is watering the boy's jar"])
    assert encoded.words == (0, 1, 2, 3, 3, 3, 4, 5, 5, 5, 6)
    assert len(reader.read(["a girl is watering the boy's jar"], surprisal=True).surprisal[0]) == 7


def test_chances_of_all_next_pieces_sum_to_one(reader):
    # The surprisal of every possible continuation of one piece, as the reader finds it, is a distribution.
    pieces = [piece for piece in WORDS + LETTERS if not piece.startswith("##")]
    read = reader.read([f"the boy {piece}" for piece in pieces], surprisal=True)
    total = sum(2 ** -float(found[-1]) for found in read.surprisal)
    with torch.inference_mode():
        states = reader.model(torch.tensor([[2, 4, 5]])).states[0, -1]
        chances = torch.softmax(reader.model.logits(states), dim=-1)
    others = [k for k in range(len(chances)) if reader.pieces.piece(k) not in pieces]
    assert total + float(chances[others].sum()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", [text for text in SHORT if text])
def test_the_vector_is_the_projected_mean_state_without_the_start_mark(reader, text):
    out, _, _ = whole(reader, text)
    with torch.inference_mode():
        expected = reader.projection(out.hidden[2][0, 1:].mean(dim=0))
    expected = (expected / expected.norm()).numpy()
    np.testing.assert_allclose(reader.read([text]).vectors[0], expected, **CLOSE)


def test_a_checkpoint_without_projection_gives_the_mean_of_the_last_states():
    reader = make(layer=None)
    out, _, _ = whole(reader, SHORT[0])
    expected = out.states[0, 1:].mean(dim=0)
    np.testing.assert_allclose(reader.read(SHORT[:1]).vectors[0], (expected / expected.norm()).numpy(), **CLOSE)
    assert reader.dimension == 16


@pytest.mark.parametrize("options", [{}, {"surprisal": True}, {"routing": True}])
def test_what_else_is_asked_for_does_not_change_the_vectors(reader, options):
    np.testing.assert_allclose(
        reader.read([*SHORT, LONG], **options).vectors, reader.read([*SHORT, LONG]).vectors, atol=1e-6
    )


def test_a_long_text_is_read_in_windows_that_overlap(reader):
    (encoded,) = reader.pieces.encode([LONG])
    room = WINDOW - 1
    bits: list[float] = []
    states = []
    at = 0
    while at < len(encoded.ids):
        context = 0 if at == 0 else room // 2
        fresh = room if at == 0 else room - room // 2
        ids = torch.tensor([[2, *encoded.ids[at - context : at + fresh]]])
        with torch.inference_mode():
            out = reader.model(ids, all_hidden=True)
            chances = torch.log_softmax(reader.model.logits(out.states[0]), dim=-1)
        for k, number in list(enumerate(ids[0, 1:].tolist()))[context:]:
            bits.append(-float(chances[k, number]) / math.log(2))
        states.append(out.hidden[2][0, 1 + context :])
        at += fresh
    assert len(bits) == len(encoded.ids)
    expected = np.bincount(encoded.words, weights=bits)
    read = reader.read([LONG], surprisal=True)
    np.testing.assert_allclose(read.surprisal[0], expected, **CLOSE)
    with torch.inference_mode():
        mean = reader.projection(torch.cat(states).mean(dim=0))
    np.testing.assert_allclose(read.vectors[0], (mean / mean.norm()).numpy(), **CLOSE)


@pytest.mark.parametrize("words", [14, 15, 16, 22, 23, 24, 5000])
def test_nothing_of_a_text_is_left_out(reader, words):
    text = ["boy", "girl"] * (words // 2) + ["jar"] * (words % 2)
    read = reader.read([" ".join(text), " ".join([*text[:-1], "cookie"])], surprisal=True)
    assert [len(found) for found in read.surprisal] == [words, words]
    np.testing.assert_allclose(read.surprisal[0][:-1], read.surprisal[1][:-1], **CLOSE)
    assert read.surprisal[0][-1] != read.surprisal[1][-1]
    assert not np.array_equal(read.vectors[0], read.vectors[1])


def test_a_texts_values_do_not_depend_on_its_company(reader):
    together = reader.read([*SHORT, LONG, *SHORT], surprisal=True, routing=True)
    for k, text in enumerate([*SHORT, LONG]):
        alone = reader.read([text], surprisal=True, routing=True)
        np.testing.assert_allclose(alone.vectors[0], together.vectors[k], atol=1e-6)
        np.testing.assert_allclose(alone.surprisal[0], together.surprisal[k], atol=1e-5)
        np.testing.assert_allclose(alone.routing.halves[0], together.routing.halves[k], atol=1e-6)
    for k in range(len(SHORT)):
        assert np.array_equal(together.vectors[k], together.vectors[k + len(SHORT) + 1])
        assert together.surprisal[k] == together.surprisal[k + len(SHORT) + 1]


def test_the_same_call_gives_the_same_bits_in_any_order(reader):
    one, other = reader.read([*SHORT, LONG], surprisal=True), reader.read([LONG, *SHORT[::-1]], surprisal=True)
    assert np.array_equal(one.vectors[:-1], other.vectors[1:][::-1])
    assert np.array_equal(one.vectors[-1], other.vectors[0])
    assert one.surprisal[:-1] == other.surprisal[1:][::-1]


def test_texts_without_a_known_piece(reader):
    read = reader.read(["", "   ", "🙂 🙂", "the 🙂 boy", "\ud800"], surprisal=True, routing=True)
    assert not read.vectors[[0, 1, 2, 4]].any()
    assert np.linalg.norm(read.vectors[3]) == pytest.approx(1, abs=1e-6)
    assert read.surprisal[0] == read.surprisal[1] == ()
    assert read.surprisal[2] == (None, None)
    assert [bits is None for bits in read.surprisal[3]] == [False, True, False]
    for k in (0, 1, 2, 4):
        assert not read.routing.halves[k].any()
        assert read.routing.of(k) == {}
    assert read.routing.used.tolist() == [False, False, False, True, False]


@pytest.mark.parametrize("mark", ["\u200b", "\u0301", "\u0007", "\ud800"])
def test_a_word_without_a_piece_has_no_surprisal(reader, mark):
    """Zero width, combining, control, half a character: a word to `str.split`, and nothing to the tokeniser."""
    texts = [f"the {mark} boy", f"the boy {mark}", f"{mark} the boy", mark]
    found = reader.read(texts, surprisal=True).surprisal
    assert [len(bits) for bits in found] == [len(text.split()) for text in texts]
    alone = reader.read(["the boy"], surprisal=True).surprisal[0]
    for bits, at in zip(found, (1, 2, 0, 0), strict=True):
        assert bits[at] is None
        rest = [*bits[:at], *bits[at + 1 :]]
        np.testing.assert_allclose(rest, alone[: len(rest)], **CLOSE)


def test_a_half_character_leaves_the_words_after_it_theirs(reader):
    one, other = reader.read(["the bo\ud800y is on", "the boy is on"], surprisal=True).surprisal
    # Several threads share out the rows of a product, and single precision rounds each share its own way.
    assert one == pytest.approx(other, rel=1e-6)


def test_no_text_at_all(reader):
    read = reader.read([], surprisal=True, routing=True)
    assert read.vectors.shape == (0, 12)
    assert read.surprisal == ()
    assert len(read.routing) == 0
    assert read.routing.halves.shape == (0, 2, 2, 24)


@pytest.mark.parametrize("text", [SHORT[0], SHORT[5]])
def test_routing_is_the_mean_use_of_experts(reader, text):
    out, _, encoded = whole(reader, text)
    found = reader.read([text], routing=True).routing
    for router, (one, other) in enumerate(out.routing):
        one, other = one[0, 1:].numpy(), other[0, 1:].numpy()
        full = np.einsum("thi,thj->ij", one, other).reshape(-1) / (2 * len(encoded.ids))
        assert full.sum() == pytest.approx(1, abs=1e-5)
        kept = {k - router * 576: share for k, share in found.of(0).items() if k // 576 == router}
        assert len(kept) == min(KEPT, int((full > 0).sum()))
        np.testing.assert_allclose(sorted(kept.values()), np.sort(full)[::-1][: len(kept)][::-1], atol=1e-6)
        for expert, share in kept.items():
            assert share == pytest.approx(full[expert], abs=1e-6)
        for side, gates in enumerate((one, other)):
            np.testing.assert_allclose(found.halves[0, router, side], gates.mean(axis=(0, 1)), atol=1e-6)


def test_watched_experts_are_kept_however_little_they_are_used(reader):
    watched = np.arange(0, 2 * 576, 7)
    other = Reader(reader.model, reader.pieces, reader.projection, reader.layer, watched)
    text = " ".join(SHORT)
    plain, found = (which.read([text], routing=True).routing.of(0) for which in (reader, other))
    (encoded,) = reader.pieces.encode([text])
    with torch.inference_mode():
        ids = encoded.ids
        # All in one window: a reader whose window is long enough would see the same.
        wide = make(window=64)
        gates = wide.model(torch.tensor([[2, *ids]])).routing
        reading = Reader(wide.model, wide.pieces, wide.projection, wide.layer, watched).read([text], routing=True)
    full = np.concatenate([np.einsum("thi,thj->ij", a[0, 1:], b[0, 1:]).reshape(-1) for a, b in gates]) / (2 * len(ids))
    kept = reading.routing.of(0)
    assert {k for k in kept if k in set(watched.tolist())} == {int(k) for k in watched if full[k] > 0}
    assert all(kept[k] == pytest.approx(full[k], abs=1e-6) for k in kept)
    assert plain.items() <= found.items()
    assert len(plain) < len(found)


def test_the_table_of_all_experts_is_held_for_few_texts_at_a_time(reader, monkeypatch):
    held, most = set(), []

    class Counted(Sums):
        def __init__(self, config):
            super().__init__(config)
            held.add(id(self))
            most.append(len(held))

        def kept(self, watched):
            held.discard(id(self))
            return super().kept(watched)

    monkeypatch.setattr("lalia.models.monet.reader.Sums", Counted)
    texts = [f"the boy is on a stool {'x' * k}" for k in range(1, 60)]
    texts += [f"{LONG} {'y' * k}" for k in range(1, 10)]
    found = reader.read(texts, routing=True).routing
    assert found.used.all()
    assert not held
    assert max(most) == 1


def test_capitals_and_spaces_do_not_matter(reader):
    read = reader.read(["the boy is on a stool", "  The BOY is\non a  stool "], surprisal=True)
    assert np.array_equal(read.vectors[0], read.vectors[1]) or np.allclose(*read.vectors, atol=1e-6)
    np.testing.assert_allclose(*read.surprisal, atol=1e-5)
