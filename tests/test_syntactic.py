"""Syntactic measures on trees drawn by hand, against published definitions, and on real parses."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Kind, Measured, Parse, Reason, Recording, Sample, Token, Transcript, Utterance, Word
from lalia.features import evaluate
from lalia.features.syntactic import clauses, dependency
from lalia.features.views import language
from lalia.features.views.examples import parse_of


def clause_values(*texts: str) -> dict[str, float]:
    made = clauses.clause_measures(tuple(parse_of(text) for text in texts))
    return {name.partition(".")[2]: getattr(value, "value", value) for name, value in made.items()}


# -- trees ------------------------------------------------------------------------------------------------------


@st.composite
def parses(draw) -> Parse:
    """Any forest: each word hangs on an earlier one of a random order, or is a root."""
    n = draw(st.integers(1, 25))
    order = draw(st.permutations(range(n)))
    heads = list(range(n))
    for place in range(1, n):
        heads[order[place]] = order[draw(st.integers(0, place - 1))] if draw(st.booleans()) else order[place]
    pos = draw(st.lists(st.sampled_from(["NOUN", "PUNCT"]), min_size=n, max_size=n))
    return tuple(Token(text="w", lemma="w", pos=pos[i], tag="", dep="dep", head=heads[i], word=i) for i in range(n))


def _path(parse: Parse, index: int) -> list[int]:
    path = [index]
    while parse[path[-1]].head != path[-1]:
        path.append(parse[path[-1]].head)
    return path


@given(parses())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_roots_and_heights_equal_walking_up(parse):
    assert language.roots_of(parse) == [_path(parse, i)[-1] for i in range(len(parse))]
    assert dependency.height(parse) == max(len(_path(parse, i)) - 1 for i in range(len(parse)))


@given(parses())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_words_without_punctuation_hang_on_their_nearest_kept_ancestor(parse):
    keep = [i for i, token in enumerate(parse) if token.pos != "PUNCT"]
    kept = language.subparse(parse, keep)
    assert len(kept) == len(keep)
    for new, old in enumerate(keep):
        above = [i for i in _path(parse, old)[1:] if i in keep]
        assert keep[kept[new].head] == (above[0] if above else old)


@given(parses())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_each_root_makes_a_tree(parse):
    trees = language.dependency_trees((parse,))
    assert sum(map(len, trees)) == len(parse)
    for tree in trees:
        assert sum(token.head == i for i, token in enumerate(tree)) == 1


def test_a_cycle_of_heads_ends():
    parse = parse_of("a/X/dep/2 b/X/dep/3 c/X/dep/1 d/X/dep/3")
    assert len(language.roots_of(parse)) == 4
    assert len(language.subparse(parse, [3])) == 1
    assert dependency.height(parse_of("a/X/dep/0 b/X/dep/1")) == 1


def test_a_tree_twenty_thousand_words_deep_is_measured():
    deep = tuple(
        Token(text="w", lemma="w", pos="NOUN", tag="", dep="dep", head=max(i - 1, 0), word=i) for i in range(20_000)
    )
    assert dependency.height(deep) == 19_999
    assert language.roots_of(deep)[-1] == 0
    assert float(dependency.dependency_distances((deep,))["syntactic.dependency_distance_mean"]) == 1


# -- dependency distance ----------------------------------------------------------------------------------------


def test_distances_of_a_sentence_counted_by_hand():
    # John threw out the trash: Gibson's short particle; out hangs on threw.
    parse = parse_of("John/PROPN/nsubj/2 threw/VERB/root/0 out/ADP/compound:prt/2 the/DET/det/5 trash/NOUN/obj/2")
    made = dependency.dependency_distances((parse,))
    assert float(made["syntactic.dependency_distance_mean"]) == (1 + 1 + 1 + 3) / 4
    assert float(made["syntactic.dependency_distance_max"]) == 3
    assert float(made["syntactic.left_dependency_share"]) == 2 / 4
    assert float(dependency.dependency_distance_normalised((parse,))) == pytest.approx(
        abs(math.log(1.5 / math.sqrt(2 * 5)))
    )


def test_commas_lengthen_nothing():
    plain = parse_of("dogs/NOUN/nsubj/2 bark/VERB/root/0")
    comma = parse_of("dogs/NOUN/nsubj/3 ,/PUNCT/punct/3 bark/VERB/root/0 ./PUNCT/punct/3")
    kept = language.tokens_by_utterance((comma,))[0]
    assert [(t.text, t.head) for t in kept] == [(t.text, t.head) for t in plain]


def test_one_word_utterances_have_no_distance():
    made = dependency.dependency_distances((parse_of("yes/INTJ/root/0"),) * 6)
    assert made["syntactic.dependency_distance_mean"].reason is Reason.UNDEFINED
    assert made["syntactic.dependency_distance_max"].reason is Reason.UNDEFINED
    assert float(dependency.dependency_tree_height((parse_of("yes/INTJ/root/0"),))) == 0


def test_mean_distance_on_a_fixed_parse_of_a_thousand_words(shared):
    path = shared / "reference" / "language_values" / "reftext_spacy_tokens.json"
    if not path.is_file():
        pytest.skip("the reference parse is not present")
    rows = [row for row in json.loads(path.read_text(encoding="utf-8"))["tokens"] if not row["is_space"]]
    place = {row["i"]: new for new, row in enumerate(rows)}
    parse = tuple(
        Token(
            text=row["text"],
            lemma=row["lemma"],
            pos="PUNCT" if row["is_punct"] else "X",
            tag=row["tag"],
            dep=row["dep"],
            head=place[row["head"]],
            word=new,
        )
        for new, row in enumerate(rows)
    )
    # Liu's definition with punctuation counted into positions, as the stored reference has it.
    gaps = [abs(t.head - i) for i, t in enumerate(parse) if t.head != i and t.pos == "X"]
    raw = [abs(r["head"] - r["i"]) for r in rows if r["head"] != r["i"] and not r["is_punct"]]
    assert np.mean(raw) == pytest.approx(3.11292, abs=5e-6)
    # Positions over words alone: never longer.
    made = dependency.dependency_distances(language.tokens_by_utterance((parse,)))
    mean = float(made["syntactic.dependency_distance_mean"])
    words = [i for i, t in enumerate(parse) if t.pos == "X"]
    rank = {old: new for new, old in enumerate(words)}
    slow = [abs(rank[parse[i].head] - rank[i]) for i in words if parse[i].head != i and parse[i].head in rank]
    assert mean == pytest.approx(np.mean(slow), rel=1e-12)
    assert mean < np.mean(gaps)


# -- clauses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("she/PRON/nsubj/2 sang/VERB/root/0", ["sang"]),
        ("a/DET/det/2 dog/NOUN/root/0", []),
        ("she/PRON/nsubj/2 happy/ADJ/root/0", ["happy"]),
        ("it/PRON/nsubj/3 is/AUX/cop/3 late/ADJ/root/0", ["late"]),
        ("it/PRON/nsubj/2 is/AUX/root/0 late/ADJ/xcomp:pred/2", ["is"]),
        ("she/PRON/nsubj/2 wants/VERB/root/0 to/PART/mark/4 go/VERB/xcomp/2", ["wants", "go"]),
        ("she/PRON/nsubj/3 has/AUX/aux/3 sung/VERB/root/0", ["sung"]),
        ("he/PRON/nsubj/2 sat/VERB/root/0 and/CCONJ/cc/4 ate/VERB/conj/2", ["sat", "ate"]),
        ("cats/NOUN/nsubj/4 and/CCONJ/cc/3 dogs/NOUN/conj/1 fight/VERB/root/0", ["fight"]),
        ("what/PRON/obj/3 he/PRON/nsubj/3 said/VERB/csubj/4 hurts/VERB/root/0", ["said", "hurts"]),
    ],
)
def test_clausal_heads(text, heads):
    assert [token.text for token in clauses.clausal_heads(parse_of(text))] == heads


def test_a_passive_is_counted_once_and_short_ones_too():
    made = clause_values(
        "it/PRON/nsubj:pass/3 was/AUX/aux:pass/3 stolen/VERB/root/0",
        "he/PRON/nsubj:pass/3 got/AUX/aux:pass/3 hurt/VERB/root/0",
        "seen/VERB/root/0 by/ADP/case/3 me/PRON/obl:agent/1",
    )
    assert made["passive_rate"] == pytest.approx(100 * 2 / 9)


def test_tense_needs_a_finite_verb():
    made = clauses.clause_measures((parse_of("a/DET/det/2 dog/NOUN/root/0"),) * 5)
    assert made["syntactic.past_tense_share"].reason is Reason.UNDEFINED
    assert float(made["syntactic.incomplete_utterance_rate"]) == 1


# -- length -----------------------------------------------------------------------------------------------------


def _sample(*texts: str) -> Sample:
    utterances = tuple(
        Utterance(
            speaker="PAR",
            words=tuple(
                Word(text=w.strip("&"), kind=Kind.FILLER if w.startswith("&") else Kind.WORD) for w in text.split()
            ),
        )
        for text in texts
    )
    return Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav"),
        transcript=Transcript(source="text", language="en", utterances=utterances),
    )


def test_length_counts_words_and_leaves_out_utterances_without_one():
    result = evaluate(_sample("he's here", "&um", "&um yes", "no", "the dog ran off", "I see it"))
    assert result["syntactic.utterance_count"] == Measured(6.0, 6)
    assert result["syntactic.mlu_words"].value == (2 + 1 + 1 + 4 + 3) / 5
    assert result["syntactic.utterance_length_max"].value == 4
    # Without a parse, what needs one says so; what does not stands.
    assert result["syntactic.dependency_distance_mean"].reason is Reason.NO_TRANSCRIPT


def test_four_utterances_are_too_few():
    result = evaluate(_sample("yes it is", "no", "well then", "I see"))
    assert result["syntactic.mlu_words"].reason is Reason.TOO_SHORT
    assert result["syntactic.utterance_count"].value == 4


def test_other_speakers_do_not_count():
    made = _sample("one two", "three")
    more = made.transcript.model_copy(
        update={
            "utterances": (*made.transcript.utterances, Utterance(speaker="INV", words=(Word(text="so"),))),
        }
    )
    result = evaluate(Sample(recording=made.recording, transcript=more))
    assert result["syntactic.utterance_count"].value == 2


def test_length_of_utterances_equals_clans_but_for_replacements(shared):
    path = shared / "reference" / "language_values" / "reftext_clinical.cha"
    if not path.is_file():
        pytest.skip("the reference transcript is not present")
    from lalia.pipeline.formats import read

    made = Sample(recording=Recording(recording_id="r", participant_id="p", path="r.wav"), transcript=read(path))
    result = evaluate(made, ["syntactic.mlu_words", "syntactic.utterance_count"])
    # `mlu +sxxx` of CLAN (20-Feb-2025) has 109 words in 14 utterances; it counts "gonna [: going to]" as two.
    assert result["syntactic.utterance_count"].value == 14
    assert result["syntactic.mlu_words"].value * 14 == pytest.approx(109 - 1)
