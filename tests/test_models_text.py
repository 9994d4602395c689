"""The parser and the embedder: what they promise, on real sentences and on hostile text."""

from __future__ import annotations

import numpy as np
import pytest
from lalia.data_schemas import Code, Kind, LaliaError, Utterance, Word
from lalia.models import embedders, parsers
from lalia.models.parsers import clear, english


def said(text: str, terminator: str = ".") -> Utterance:
    return Utterance(speaker="PAR", words=tuple(Word(text=w) for w in text.split(" ") if w), terminator=terminator)


@pytest.fixture(scope="module")
def parser():
    return parsers.load("en-core-web-sm")


@pytest.fixture(scope="module")
def embedder():
    return embedders.load("minilm", "cpu")


# -- parser -----------------------------------------------------------------------------------------------------


def test_one_parse_for_each_utterance_even_of_two_sentences(parser):
    made = parser.parse([said("She left . He stayed at home"), said(""), said("What happened", "?")])
    assert len(made) == 3
    assert made[1] == ()
    roots = [token.text for index, token in enumerate(made[0]) if token.head == index]
    assert roots == ["left", "stayed"]
    assert [token.text for token in made[2]] == ["What", "happened", "?"]


def test_tokens_point_to_the_words_they_were_cut_from(parser):
    utterance = Utterance(
        speaker="PAR",
        words=(
            Word(text="um", kind=Kind.FILLER),
            Word(text="he", kind=Kind.REVISED),
            Word(text="she"),
            Word(text="doesn't"),
            Word(text="kn", kind=Kind.FRAGMENT),
            Word(text="know"),
        ),
    )
    (parse,) = parser.parse([utterance])
    assert [(t.text, t.word) for t in parse] == [("she", 2), ("does", 3), ("n't", 3), ("know", 5), (".", -1)]
    assert {t.head for t in parse} <= set(range(len(parse)))


def test_relations_are_those_of_universal_dependencies(parser):
    def relations(text: str) -> dict[str, str]:
        return {token.text: token.dep for token in parser.parse([said(text)])[0]}

    passive = relations("The cake was eaten by the dog which barked")
    assert passive["cake"] == "nsubj:pass"
    assert passive["was"] == "aux:pass"
    assert passive["by"] == "obl:agent"
    assert passive["barked"] == "acl:relcl"
    wants = relations("She wants to give the boy a book about cats")
    assert wants["to"] == "mark"
    assert wants["give"] == "xcomp"
    assert wants["boy"] == "iobj"
    assert wants["book"] == "obj"
    assert wants["about"] == "nmod"
    assert relations("He is happy")["happy"] == "xcomp:pred"


def test_every_label_of_the_model_is_in_the_table(parser):
    labels = set(parser._nlp.get_pipe("parser").labels)
    assert labels <= set(clear.RELATIONS)


def test_an_unknown_relation_becomes_dep():
    assert clear.relation("newlabel", "NN", "NOUN", "VERB") == "dep"


@pytest.mark.parametrize(
    ("mark", "plain"), [("?", "?"), ("+!?", "?"), ("!", "!"), ("+...", "."), ("", "."), ("+//.", ".")]
)
def test_terminators(mark, plain):
    assert english.terminator(mark) == plain


def test_no_second_full_stop_is_added_to_a_transcript_that_writes_its_own(parser):
    (parse,) = parser.parse([said("It fell.")])
    assert [token.text for token in parse] == ["It", "fell", "."]
    assert parse[2].word == 1


HOSTILE = {
    "emoji": "the 🙂 boy 👨‍👩‍👧 laughed",
    "mixed scripts": "the 男の子 мальчик boy",
    "right to left": "السلام عليكم שלום",
    "control characters": "the\x00 \x1b[31m boy\x07 \x85 ran",
    "invisible": "\u200b \u200e \ufeff boy",
    "markup": "<script>alert(1)</script> =cmd|'/C'!A0 ../../etc",
    "punctuation": ". , ! ? ... --- '",
    "apostrophes": "' 's n't 'd",
    "one letter": "a",
    "combining": "e\u0301 a\u0328\u0301\u0302\u0303",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_parse_and_embed(parser, embedder, name):
    utterance = said(HOSTILE[name])
    (parse,) = parser.parse([utterance])
    for token in parse:
        assert 0 <= token.head < len(parse)
        assert token.text == token.text.strip()
        assert -1 <= token.word < len(utterance.words)
        if token.word >= 0:
            assert token.text in english.clean(utterance.words[token.word].text)
    (row,) = embedder.embed([HOSTILE[name]])
    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-6) or not row.any()


def test_words_of_nothing_visible_give_an_empty_parse(parser):
    assert parser.parse([said("\x00 \x07")]) == ((),)


def test_twenty_thousand_words_in_one_utterance(parser):
    words = ["the", "boy", "runs", "fast"] * 5000
    (parse,) = parser.parse([said(" ".join(words))])
    assert [token.text for token in parse[:-1]] == words
    assert [token.word for token in parse] == [*range(20_000), -1]
    assert all(abs(token.head - index) < english.PIECE for index, token in enumerate(parse))


def test_a_word_no_one_can_say_is_refused_without_quoting_it(parser):
    with pytest.raises(LaliaError, match="at most 1,000 characters") as caught:
        parser.parse([said("secret" * 500)])
    assert caught.value.code is Code.BAD_TRANSCRIPT
    assert "secret" not in str(caught.value)


def test_parsing_twice_or_among_others_gives_the_same(parser):
    one, other = said("the boy is standing on a stool"), said("she dries the dishes", "!")
    assert parser.parse([one, other]) == parser.parse([one]) + parser.parse([other])
    assert parser.parse([one, other]) == parser.parse([one, other])


# -- embedder ---------------------------------------------------------------------------------------------------


def test_vectors_equal_those_of_sentence_transformers(embedder):
    from lalia.models.registry import locate
    from sentence_transformers import SentenceTransformer

    texts = ["the boy is standing on a stool", "she dries the dishes", "Never!", "a " * 100]
    theirs = SentenceTransformer(str(locate("minilm")), device="cpu", local_files_only=True).encode(texts)
    # 1e-5 of a unit vector: batches are padded there and not here.
    np.testing.assert_allclose(embedder.embed(texts), theirs, atol=1e-5)


def test_texts_without_known_words_are_zero_rows(embedder):
    rows = embedder.embed(["", "   ", "\x00", "🙂 🙂", "yes"])
    assert rows.shape == (5, 384)
    assert rows.dtype == np.float32
    assert not rows[:4].any()
    assert np.linalg.norm(rows[4]) == pytest.approx(1, abs=1e-6)
    assert embedder.embed([]).shape == (0, 384)


def test_nothing_of_a_long_text_is_cut_off(embedder):
    head = "the boy is standing on a stool and taking cookies " * 30
    tails = ["she dries the dishes", "the central bank raised interest rates"]
    rows = embedder.embed([head, *(head + tail for tail in tails)])
    assert rows[0] @ rows[1] < 0.9999
    assert np.abs(rows[1] - rows[2]).max() > 1e-3
    # The mean of the stretches, weighted by their word pieces.
    pieces = embedder._tokenizer.encode(head, add_special_tokens=False).ids
    assert len(pieces) > 254
    pooled = embedder._pooled(embedder._chunks(head))
    slow = sum(len(chunk) * vector for chunk, vector in pooled.items()) / len(pieces)
    np.testing.assert_allclose(rows[0], slow / np.linalg.norm(slow), atol=1e-6)


def test_the_same_words_give_the_same_bits(embedder):
    texts = ["the boy is standing on a stool", "she dries the dishes", "the boy is standing on a stool"]
    rows = embedder.embed(texts)
    assert np.array_equal(rows[0], rows[2])
    assert np.array_equal(rows, embedder.embed(texts))


def test_capitals_do_not_matter(embedder):
    rows = embedder.embed(["the boy fell", "THE BOY FELL"])
    assert np.array_equal(rows[0], rows[1])


# -- loading ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [parsers.load, embedders.load])
def test_unknown_names_are_refused_with_the_known_ones(load):
    with pytest.raises(LaliaError, match="must be one of") as caught:
        load("no-such-model")
    assert caught.value.code is Code.BAD_SETTING


def test_models_load_once_and_say_what_they_are(parser, embedder):
    assert parsers.load("en-core-web-sm") is parser
    assert embedders.load("minilm", "cpu") is embedder
    assert parser.language == embedder.language == "en"
    for use, role in ((parser.use, "parser"), (embedder.use, "embedder")):
        assert use.role == role
        assert len(use.sha256) == 64
        assert use.licence
