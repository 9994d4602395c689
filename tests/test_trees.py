"""Measures on constituency trees against trees worked by hand, and the rules they were worked by.

Values of Roark's and Yngve's sentences are the published ones; the others were counted on paper, by the definitions
in the modules' docstrings, before the code was run.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lalia.data_schemas import LaliaError, Sample, Token, Transcript, Tree, Utterance, Word
from lalia.data_schemas.brackets import read, write
from lalia.data_schemas.recording import Recording
from lalia.features import FEATURES, evaluate
from lalia.features.syntactic import depth, embedding, l2sca, phrases
from lalia.features.views.branches import Branches
from lalia.tests.trees import tree

RIGHT = "(S (NP (PRP I)) (VP (VBP see) (NP (NP (DT a) (NN dog)) (SBAR (WHNP (WDT that)) (S (VP (VBZ runs)))))))"
LEFT = "(S (NP (NP (NP (NP (NNP Mary) (POS 's)) (NN friend) (POS 's)) (NN dog) (POS 's)) (NN tail)) (VP (VBD wagged)))"


# -- Yngve and Frazier ------------------------------------------------------------------------------------------

COOK = (
    "(S (NP (PRP She)) (VP (VBD was) (NP (NP (DT a) (NN cook)) (PP (IN in) (NP (DT a) (NN school) (NN cafeteria))))))"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Roark et al. 2011, figures 1 to 3.
        (COOK, [1, 1, 2, 1, 1, 2, 1, 0]),
        # Yngve 1960: "the man saw the boy": depth 2 1 1 1 0.
        ("(S (NP (DT the) (NN man)) (VP (VBD saw) (NP (DT the) (NN boy))))", [2, 1, 1, 1, 0]),
        # Embedding: every step to the right costs nothing more.
        (RIGHT, [1, 1, 2, 1, 1, 0]),
        # Left branching piles up: Mary waits for 's, friend and 's, dog and 's, tail and wagged.
        (LEFT, [7, 6, 5, 4, 3, 2, 1, 0]),
        # Coordination of three: the first waits for four more.
        ("(NP (NN tea) (, ,) (NN milk) (CC and) (NN sugar))", [3, 2, 1, 0]),
        # A relative clause on the subject keeps the predicate waiting: +1 for each word of it.
        (
            "(S (NP (NP (DT the) (NN man)) (SBAR (WHNP (WP who)) (S (VP (VBD came))))) (VP (VBD left)))",
            [3, 2, 2, 1, 0],
        ),
        # A fragment, and one word.
        ("(FRAG (RB not) (ADVP (RB really)))", [1, 0]),
        ("(INTJ (UH yes))", [0]),
    ],
)
def test_yngve_by_hand(text, expected):
    assert depth.yngve(tree(text)) == expected


def yngve_by_paths(whole: Tree) -> list[int]:
    """The definition word for word, by recursion: an independent way to the same numbers."""
    found = []

    def walk(node: Tree, above: int) -> None:
        if not node.children:
            found.append(above)
        for place, child in enumerate(node.children):
            walk(child, above + len(node.children) - 1 - place)

    walk(whole, 0)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Roark et al. 2011, figures 2 and 3: NP 1 + S 1.5; VP; NP NP; nothing; PP; NP; nothing; nothing.
        (COOK, [2.5, 1, 2, 0, 1, 1, 0, 0]),
        # The embedded S stands right under SBAR, which counts 1.5 for both; "that" opens WHNP and SBAR.
        (RIGHT, [2.5, 1, 2, 0, 1 + 1.5, 1]),
        # "Mary" opens four NP and the sentence; every other word is no leftmost child, but for the verb's VP.
        (LEFT, [4 + 1.5, 0, 0, 0, 0, 0, 0, 1]),
        # A clause as subject: S under SBAR nothing, SBAR 1.5 under S nothing: the top S alone counts.
        (
            "(S (SBAR (IN that) (S (NP (PRP he)) (VP (VBD left)))) (VP (VBD hurt)))",
            [0 + 1.5, 1 + 0, 1, 1],
        ),
        ("(S (S (NP (PRP he)) (VP (VBD fell))) (CC and) (S (NP (PRP she)) (VP (VBD laughed))))", [2.5, 1, 0, 1, 1]),
        ("(FRAG (RB not) (ADVP (RB really)))", [1, 1]),
        ("(INTJ (UH yes))", [1]),
    ],
)
def test_frazier_by_hand(text, expected):
    assert depth.frazier(tree(text)) == pytest.approx(expected, abs=1e-12)


def test_left_and_right_branching_come_out_the_right_way_round():
    """What Yngve and Frazier were made to tell: left-branching structures are the costly ones."""
    right = tree("(A (X a) (A (X b) (A (X c) (A (X d) (X e)))))")
    left = tree("(A (A (A (A (X a) (X b)) (X c)) (X d)) (X e))")
    assert depth.yngve(right) == [1, 1, 1, 1, 0]
    assert depth.yngve(left) == [4, 3, 2, 1, 0]
    # Frazier: on the left one word opens every phrase; on the right each opens its own.
    assert depth.frazier(left) == [4, 0, 0, 0, 0]
    assert depth.frazier(right) == [1, 1, 1, 1, 0]
    assert max(depth.frazier(left)) > max(depth.frazier(right))
    assert depth.height(left) == depth.height(right) == 4


def test_frazier_span_is_three_words_or_all():
    assert depth.frazier_span([2.5, 1, 2, 0, 1]) == 5.5
    assert depth.frazier_span([0, 1, 3, 3, 0]) == 7
    assert depth.frazier_span([2.5, 1]) == 3.5
    assert depth.frazier_span([1]) == 1


@pytest.mark.parametrize(
    ("text", "levels"),
    [(COOK, 5), (RIGHT, 6), ("(INTJ (UH yes))", 1), ("(S (VP (VB stop)))", 2), ("(ROOT (UH yes))", 0)],
)
def test_height_by_hand(text, levels):
    assert depth.height(tree(text)) == levels


def test_a_chain_longer_than_the_stack_is_measured():
    whole = Tree("NN", word="x", token=3000)
    for place in reversed(range(3000)):
        whole = Tree("NP", (Tree("NN", word="x", token=place), whole))
    assert depth.height(whole) == 3000
    assert sum(depth.yngve(whole)) == 3000
    assert depth.frazier(whole)[0] == 1
    assert phrases.counted(whole, "NP") == (3000, 1, 3001)
    assert Branches(whole).end[0] == 6001


# -- Phrases, views, the line -----------------------------------------------------------------------------------


def test_phrases_inside_their_own_kind_count_once_for_length_and_share():
    text = "(S (NP (NP (DT the) (NN lid)) (PP (IN of) (NP (DT the) (NN jar)))) (VP (VBD fell)))"
    assert phrases.counted(tree(text), "NP") == (3, 1, 5)
    assert phrases.counted(tree(text), "PP") == (1, 1, 3)
    assert phrases.counted(tree(text), "VP") == (1, 1, 1)


TREE_FEATURES = [name for name, found in FEATURES.items() if "word_trees" in found.views]


def test_every_catalogue_row_is_there():
    assert len(TREE_FEATURES) == 6 + 1 + 14 + 9


def sample_of(texts: list[str]) -> Sample:
    """Hand-written trees with parses of the same tokens."""
    trees, parses = [], []
    for text in texts:
        (found,) = read(text)
        trees.append(Tree("ROOT", (found,)))
        parses.append(
            tuple(
                Token(
                    text=leaf.word,
                    lemma=leaf.word,
                    pos="PUNCT" if leaf.label in {".", ","} else "X",
                    tag=leaf.label,
                    dep="dep",
                    head=place,
                    word=place,
                )
                for place, leaf in enumerate(found.leaves())
            )
        )
    said = tuple(Utterance(speaker="PAR", words=tuple(Word(text=t.text) for t in parse)) for parse in parses)
    return Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav"),
        transcript=Transcript(source="text", language="en", utterances=said),
        parses=tuple(parses),
        trees=tuple(trees),
    )


def test_punctuation_changes_nothing():
    bare = ["(S (NP (PRP he)) (VP (VBD fell)))"] * 5
    marked = ["(S (NP (PRP he) (, ,)) (VP (VBD fell)) (. .))"] * 5
    values = [evaluate(sample_of(texts), TREE_FEATURES) for texts in (bare, marked)]
    assert values[0] == values[1]


def test_a_missing_model_is_the_reason_of_every_tree_feature():
    from lalia.data_schemas import Missing, Reason

    absent = Missing(Reason.MODEL_ABSENT, "trees: model_absent")
    sample = sample_of(["(S (NP (PRP he)) (VP (VBD fell)))"] * 5)
    bare = Sample(recording=sample.recording, transcript=sample.transcript, parses=sample.parses, trees=absent)
    assert set(evaluate(bare, TREE_FEATURES).values()) == {absent}


words_and_labels = st.recursive(
    st.sampled_from(["NN", "VB", "IN"]).map(lambda tag: f"({tag} w)"),
    lambda inner: st.tuples(st.sampled_from(["NP", "VP", "S", "SBAR"]), st.lists(inner, min_size=1, max_size=4)).map(
        lambda made: f"({made[0]} {' '.join(made[1])})"
    ),
    max_leaves=12,
)


@given(words_and_labels)
def test_whatever_the_tree_the_measures_keep_their_bounds(text):
    (found,) = read(f"(ROOT {text})")
    laid_out = Branches(found)
    words = len(found.leaves())
    assert depth.yngve(found) == yngve_by_paths(found)
    assert len(depth.yngve(found)) == len(depth.frazier(found)) == words
    assert depth.yngve(found)[-1] == 0
    # Every phrase gives its points to one word, its first: the sum does not depend on who gets them.
    nodes = [(i, n) for i, n in enumerate(laid_out.nodes) if n.children and n.label != "ROOT"]
    points = sum(
        (0 if laid_out.above(i) in depth.SENTENCES else 1.5) if n.label in depth.SENTENCES else 1 for i, n in nodes
    )
    assert sum(depth.frazier(found)) == pytest.approx(points, abs=1e-9)
    assert 0 <= embedding.d_level(found) <= 7
    assert l2sca.dependent_clauses(laid_out) <= l2sca.clauses(laid_out)
    assert l2sca.complex_t_units(laid_out) <= max(l2sca.t_units(laid_out), 0)


@given(words_and_labels)
def test_brackets_read_back_what_they_wrote(text):
    (found,) = read(f"(ROOT {text})")
    (again,) = read(write(found))
    assert again == found
    assert [leaf.token for leaf in again.leaves()] == list(range(len(again.leaves())))


@pytest.mark.parametrize("text", ["(S (NP (PRP he))", "he)", "(S a b c)", "word", "(NP (NN a)) b", "()"])
def test_broken_brackets_are_refused(text):
    with pytest.raises(LaliaError, match="Trees must be bracketed text"):
        read(text)


def test_brackets_in_words_do_not_break_the_tree():
    whole = Tree("ROOT", (Tree("NP", (Tree("SYM", word="(", token=0), Tree("NN", word="a b", token=1))),))
    (again,) = read(write(whole))
    assert [leaf.word for leaf in again.leaves()] == ["-LRB-", "a_b"]


def test_shares_lie_between_none_and_all():
    values = evaluate(sample_of([COOK, RIGHT, LEFT, COOK, RIGHT]), TREE_FEATURES)
    for name in ("np", "vp", "pp"):
        assert 0 < values[f"syntactic.{name}_share"].value <= 1
    assert np.isfinite([value.value for value in values.values()]).all()
