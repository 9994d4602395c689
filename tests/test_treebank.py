"""Bracket scores by EVALB's rules, gold trees made ready, and a training that runs."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lalia.data_schemas import (
    LaliaError,
    Token,
    Tree,
)
from lalia.data_schemas.brackets import read, write
from lalia.models import parsers
from lalia.models.monet.train_text import SOURCES
from lalia.models.parsers import bracketing, bridge, clues, shift_reduce, train
from lalia.models.parsers.training import export, silver, treebank
from lalia.tests.trees import USE, parses_of, said, stanza_tree

ROOT = Path(__file__).resolve().parent.parent
GUM = ROOT.parent / "shared" / "data" / "gum_constituency"


# -- Scoring ----------------------------------------------------------------------------------------------------


def brute(tree: Tree) -> Counter:
    """Labelled spans by recursion over the text: an independent way to the same brackets."""
    found: Counter = Counter()

    def walk(node: Tree, at: int) -> int:
        if node.is_leaf:
            return at + (node.label not in {",", ":", "``", "''", "."})
        start = at
        for child in node.children:
            at = walk(child, at)
        if node.label != "ROOT" and at > start:
            found[{"PRT": "ADVP"}.get(node.label, node.label), start, at] += 1
        return at

    walk(tree, 0)
    return found


trees = st.recursive(
    st.sampled_from(["NN", "VB", ",", "."]).map(lambda tag: f"({tag} w)"),
    lambda inner: st.tuples(
        st.sampled_from(["NP", "VP", "PRT", "ADVP", "S"]), st.lists(inner, min_size=1, max_size=4)
    ).map(lambda made: f"({made[0]} {' '.join(made[1])})"),
    max_leaves=12,
)


@given(trees)
def test_brackets_are_those_of_the_rules(text):
    (tree,) = read(f"(ROOT {text})")
    assert bracketing.brackets(tree)[0] == brute(tree)
    whole = bracketing.score(tree, tree)
    assert whole.f1 == (1.0 if brute(tree) else 0.0)
    assert whole.exact == 1


def test_evalb_by_hand():
    gold, test = read(
        "(ROOT (S (NP (PRP he)) (VP (VBD saw) (NP (DT the) (NN man)) (PP (IN with) (NP (PRP her)))) (. .)))"
        "(TOP (S (NP (PRP he)) (VP (VBD saw) (NP (NP (DT the) (NN man)) (PP (IN with) (NP (PRP her))))) (. .)))"
    )
    # S NP VP NP PP NP of gold are all found; the test has one NP more: precision 6 of 7.
    assert bracketing.score(gold, test) == bracketing.Score(6, 6, 7, 0, 1)
    assert bracketing.score(gold, test).f1 == pytest.approx(12 / 13)


def test_trees_over_other_words_are_not_compared():
    gold, test = read("(ROOT (NP (NN a) (NN b))) (ROOT (NP (NN a)))")
    with pytest.raises(LaliaError, match="the same words"):
        bracketing.score(gold, test)


# -- Gold trees and training ------------------------------------------------------------------------------------

GOLD = """
(ROOT (S (NP-SBJ (PRP I)) (UH um) (VP (VBP do) (RB n't) (VP (VB know) (, ,) (NP (NP (DT the) (DT the) (JJ in)
(HYPH -) (NN depth) (NN one)))))  (. .)))
(ROOT (NP (UH uh)))
(ROOT (INTJ (UH mm)))
(ROOT (FRAG (NP (DT That)) (NP (-NONE- *)) (, ,) (NP (NP (NN cat)))))
"""


def test_gold_trees_lose_fillers_repeats_functions_and_traces():
    document = treebank.Document("GUM_vlog_x", tuple(map(treebank.plain, read(GOLD))))
    first, second, third = treebank.pairs([document], parsers.load("en-core-web-sm"))
    assert (first.genre, second.genre) == ("vlog", "vlog")
    bare = write(first.tree)
    assert [leaf.word for leaf in first.tree.leaves()] == "I do n't know the in - depth one .".split()
    assert "(NP (PRP I))" in bare
    assert "um" not in bare
    # "uh" alone leaves nothing; "mm" alone answers, and stays a word; a phrase of only its own kind is one.
    assert [leaf.word for leaf in second.tree.leaves()] == ["mm", "."]
    assert write(third.tree) == "(ROOT (FRAG (NP (DT That)) (NP (NN cat)) (. .)))"


def test_written_trees_keep_everything():
    document = treebank.Document("GUM_vlog_x", tuple(map(treebank.plain, read(GOLD))))
    found = treebank.pairs([document], parsers.load("en-core-web-sm"), punctuation=1.0, clean=False)
    assert [leaf.word for leaf in next(found).tree.leaves()] == "I um do n't know , the the in - depth one .".split()


def test_only_documents_that_may_be_shared_are_trained_on():
    assert (
        not {"conversation", "essay", "fiction", "letter", "podcast", "reddit", "speech", "whow"} & treebank.OPEN_GENRES
    )


def test_clues_tell_where_the_head_lies():
    def token(head: int, tag: str = "NN") -> Token:
        return Token(text="w", lemma="w", pos="NOUN", tag=tag, dep="dep", head=head)

    parse = (token(1), token(1), token(1), token(1), token(6), token(4, tag="("), token(6))
    assert [clues.clue(parse, index) for index in range(7)] == [
        "NN|dep|>",
        "NN|dep|=",
        "NN|dep|<",
        "NN|dep|<<",
        "NN|dep|>>",
        "-LRB-|dep|<",
        "NN|dep|=",
    ]


def test_stanzas_tree_comes_back_with_our_forms_and_tags():
    (parse,) = parses_of("He (fell)")
    pieces = [f"({tag} {word})" for word, tag in (bridge.given(parse, i) for i in range(len(parse)))]
    tree = bridge.taken(stanza_tree(f"(ROOT (S {' '.join(pieces)}))"), parse)
    assert [leaf.word for leaf in tree.leaves()] == [token.text for token in parse]
    assert [leaf.label for leaf in tree.leaves()] == [clues.safe(token.tag) for token in parse]


def test_a_training_runs_and_its_model_parses(tmp_path, monkeypatch):
    """Two short epochs on a handful of sentences, then exported and read back: every step of the real one."""
    import numpy as np
    from lalia.models.parsers.training import vectors

    texts = ["he fell", "she sang", "the dog saw the cat", "the cat saw him", "they ran"]
    parser = parsers.load_constituency("lalia-gum")
    parses = parses_of(*texts)
    pairs = [treebank.Pair("GUM_vlog_x", tree, parse) for tree, parse in zip(parser.parse(parses), parses, strict=True)]
    for part in ("train", "dev"):
        (tmp_path / f"{part}.txt").write_text("\n".join(train.lines(pairs)))
    words = sorted({token.text.lower() for parse in parses for token in parse})
    vectors.save(
        words, np.random.default_rng(0).normal(size=(len(words), 8)).astype(np.float16), tmp_path / "vectors.pt"
    )
    monkeypatch.setattr(train, "SIZES", train.SIZES | {"hidden_size": 16, "tag_embedding_dim": 8})
    (tmp_path / "silver.txt").write_text("\n".join(train.lines(pairs[:2])))
    train.train(tmp_path, epochs=1, epoch_size=8)
    train.train(tmp_path, epochs=2, epoch_size=8, silver=tmp_path / "silver.txt", silver_size=4)
    export.export([tmp_path / "epoch_001.pt", tmp_path / "epoch_002.pt"], tmp_path / "vectors.pt", tmp_path / "out")
    small = shift_reduce.ShiftReduceParser(tmp_path / "out", "en", USE)
    for parse, tree in zip(parses, small.parse(parses), strict=True):
        assert [leaf.token for leaf in tree.leaves()] == list(range(len(parse)))
    assert str(tmp_path).encode() not in (tmp_path / "out" / shift_reduce.MODEL).read_bytes()


class _Teacher:
    """Gives the trees it is told to give."""

    def __init__(self, *trees: str) -> None:
        self._trees = tuple(tree for text in trees for tree in read(text))

    def parse(self, parses):
        assert len(parses) == len(self._trees)
        return self._trees


def test_trees_are_kept_where_the_teachers_agree():
    same = "(ROOT (S (NP (PRP he)) (VP (VBD fell)) (. .)))"
    first = _Teacher(same, "(ROOT (S (NP (PRP she)) (VP (VBD sang)) (. .)))")
    other = _Teacher(same, "(ROOT (FRAG (NP (PRP she) (VBD sang)) (. .)))")
    kept = list(silver.agreed([first, other], said("he fell", "she sang")))
    assert [write(pair.tree) for pair in kept] == [same]
    assert [token.text for token in kept[0].parse] == ["he", "fell", "."]


def test_no_sentence_of_the_tests_is_drawn_and_each_source_has_its_share():
    data = ROOT.parent / "shared" / "data"
    if not (data / "gum_constituency").is_dir():
        pytest.skip("The open corpora are not in ../shared/data")
    barred = silver.barred(data / "gum_constituency")
    found = list(itertools.islice(silver.drawn(data, data / "gum_constituency", 50, seed=1), 20))
    assert len(found) == 50 * silver.SHARES["AMI meetings"]
    assert all(silver.WORDS[0] <= len(one.words) <= silver.WORDS[1] for one in found)
    assert not {" ".join(word.text for word in one.words).lower() for one in found} & barred
    assert abs(sum(silver.SHARES.values()) - 1) < 1e-9
    assert set(silver.SHARES) <= {source.name for source in SOURCES}


def test_the_learning_rate_falls_in_a_line():
    optimizer = SimpleNamespace(param_groups=[{"lr": 1.0}])
    schedule = train.Linear(optimizer, 4)
    rates = []
    for _ in range(4):
        schedule.step(0.0)
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates == [0.75, 0.5, 0.25, 0.05]
