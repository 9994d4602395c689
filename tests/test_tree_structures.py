"""L2SCA's structures and D-level on trees worked by hand, by the definitions in the modules' docstrings."""

from __future__ import annotations

import pytest
from lalia.features.syntactic import embedding, l2sca
from lalia.features.views.branches import Branches
from lalia.tests.trees import tree


def counts(text: str) -> dict[str, int]:
    laid_out = Branches(tree(text))
    return {
        "W": l2sca.words(laid_out),
        "C": l2sca.clauses(laid_out),
        "DC": l2sca.dependent_clauses(laid_out),
        "T": l2sca.t_units(laid_out),
        "CT": l2sca.complex_t_units(laid_out),
        "VP": l2sca.verb_phrases(laid_out),
        "CP": l2sca.coordinate_phrases(laid_out),
        "CN": l2sca.complex_nominals(laid_out),
    }


# -- L2SCA ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A simple sentence.
        ("(S (NP (PRP she)) (VP (VBD sang)))", {"W": 2, "C": 1, "T": 1, "VP": 1}),
        # Embedding: an object clause, which Lu counts as a nominal clause too.
        (
            "(S (NP (PRP I)) (VP (VBP think) (SBAR (IN that) (S (NP (PRP she)) (VP (VBD sang))))))",
            {"W": 5, "C": 2, "DC": 1, "T": 1, "CT": 1, "VP": 2, "CN": 1},
        ),
        # The same without "that".
        (
            "(S (NP (PRP I)) (VP (VBP think) (SBAR (S (NP (PRP she)) (VP (VBD sang))))))",
            {"W": 4, "C": 2, "DC": 1, "T": 1, "CT": 1, "VP": 2, "CN": 1},
        ),
        # Two coordinated main clauses are two T-units.
        (
            "(S (S (NP (PRP he)) (VP (VBD fell))) (CC and) (S (NP (PRP she)) (VP (VBD laughed))) (. .))",
            {"W": 5, "C": 2, "T": 2, "VP": 2},
        ),
        # Three.
        (
            "(S (S (NP (PRP I)) (VP (VBD came))) (, ,) (S (NP (PRP I)) (VP (VBD saw))) (, ,) "
            "(S (NP (PRP I)) (VP (VBD won))))",
            {"W": 6, "C": 3, "T": 3, "VP": 3},
        ),
        # Coordinated verb phrases: one clause, one T-unit, one coordinate phrase; the inner VP hang on a VP.
        (
            "(S (NP (PRP he)) (VP (VP (VBD fell)) (CC and) (VP (VBD cried))))",
            {"W": 4, "C": 1, "T": 1, "VP": 1, "CP": 1},
        ),
        # Coordinated noun phrases.
        ("(S (NP (NNS cats) (CC and) (NNS dogs)) (VP (VBP fight)))", {"W": 4, "C": 1, "T": 1, "VP": 1, "CP": 1}),
        # A relative clause: the noun phrase it modifies is a complex nominal, and it is a dependent clause.
        (
            "(S (NP (NP (DT the) (NN man)) (SBAR (WHNP (WP who)) (S (VP (VBD came))))) (VP (VBD left)))",
            {"W": 5, "C": 2, "DC": 1, "T": 1, "CT": 1, "VP": 2, "CN": 1},
        ),
        # A nominal clause as object, its pronoun an NP as some treebanks have it, and as a WHNP.
        (
            "(S (NP (PRP I)) (VP (VBP know) (SBAR (NP (WP what)) (S (NP (PRP he)) (VP (VBD said))))))",
            {"W": 5, "C": 2, "DC": 1, "T": 1, "CT": 1, "VP": 2, "CN": 1},
        ),
        (
            "(S (NP (PRP I)) (VP (VBP know) (SBAR (WHNP (WP what)) (S (NP (PRP he)) (VP (VBD said))))))",
            {"W": 5, "C": 2, "DC": 1, "T": 1, "CT": 1, "VP": 2, "CN": 1},
        ),
        # An adverbial clause, its clause finite: dependent, no nominal.
        (
            "(S (SBAR (IN if) (S (NP (PRP it)) (VP (VBZ rains)))) (, ,) (NP (PRP we)) (VP (VBP stay)))",
            {"W": 5, "C": 2, "DC": 1, "T": 1, "CT": 1, "VP": 2},
        ),
        # An infinitive is a verb phrase and no clause.
        (
            "(S (NP (PRP she)) (VP (VBZ wants) (S (VP (TO to) (VP (VB sleep))))))",
            {"W": 4, "C": 1, "T": 1, "VP": 2},
        ),
        # A gerund as subject is a complex nominal.
        (
            "(S (S (VP (VBG swimming))) (VP (VBZ is) (ADJP (JJ fun))))",
            {"W": 3, "C": 1, "T": 1, "VP": 2, "CN": 1},
        ),
        # Adjective, possessive, prepositional phrase: three complex nominals ("the dog" under PP is none).
        (
            "(S (NP (DT the) (JJ old) (NN man)) (VP (VBD saw) (NP (NP (NNP Mary) (POS 's)) (NN cat)) "
            "(PP (IN in) (NP (NP (DT a) (NN box)) (PP (IN of) (NP (NN tin)))))))",
            {"W": 12, "C": 1, "T": 1, "VP": 1, "CN": 3},
        ),
        # An imperative right below the root is a clause.
        ("(S (VP (VB look)) (. !))", {"W": 1, "C": 1, "T": 1, "VP": 1}),
        # A question without a verb phrase: the verb stands for one.
        ("(SQ (VBZ is) (NP (PRP he)) (ADJP (JJ ill)) (. ?))", {"W": 3, "C": 1, "T": 1, "VP": 1}),
        # A wh-question is one T-unit and one clause.
        (
            "(SBARQ (WHNP (WP what)) (SQ (VBD did) (NP (PRP you)) (VP (VB see))) (. ?))",
            {"W": 4, "C": 1, "T": 1, "VP": 1},
        ),
        # What Lu asks for is a verb that heads the clause or a phrase in it: an S without VP is headed by its NP.
        ("(S (NP (PRP I)) (VBP mean))", {"W": 2, "T": 1}),
        ("(S (ADVP (RB so)) (VBP do) (NP (PRP we)) (VP (VB go)))", {"W": 4, "T": 1, "VP": 1}),
        ("(SQ (VBP do) (NP (PRP we)) (VP (VB go)))", {"W": 3, "C": 1, "T": 1, "VP": 1}),
        # The first of joined verbs is the head.
        (
            "(S (NP (PRP they)) (VP (VBP have) (CC or) (VB do) (NP (PRP it))))",
            {"W": 5, "C": 1, "T": 1, "VP": 1, "CP": 1},
        ),
        # Fragments: FRAG is a clause and a T-unit, a bare noun phrase neither; their words count.
        ("(FRAG (RB not) (ADVP (RB really)) (. .))", {"W": 2, "C": 1, "T": 1}),
        ("(NP (DT a) (NN window) (. .))", {"W": 2}),
        # One word.
        ("(INTJ (UH yes))", {"W": 1}),
    ],
)
def test_structures_of_lu_by_hand(text, expected):
    assert counts(text) == {name: expected.get(name, 0) for name in ("W", "C", "DC", "T", "CT", "VP", "CP", "CN")}


def test_coordination_inside_a_dependent_clause_is_no_t_unit():
    text = (
        "(S (NP (PRP I)) (VP (VBP know) (SBAR (IN that) (S (S (NP (PRP he)) (VP (VBD fell))) (CC and) "
        "(S (NP (PRP she)) (VP (VBD laughed)))))))"
    )
    assert counts(text)["T"] == 1
    assert counts(text)["C"] == 3


# -- D-level ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "level"),
    [
        # 0: simple sentence, question, fragment, one word, semi-auxiliaries.
        ("(S (NP (NNP John)) (VP (VBD left)))", 0),
        ("(SQ (VBD did) (NP (PRP he)) (VP (VB leave)))", 0),
        ("(NP (DT a) (NN window))", 0),
        ("(INTJ (UH yes))", 0),
        ("(S (NP (PRP he)) (VP (VBZ 's) (VP (VBG going) (S (VP (TO to) (VP (VB fall)))))))", 0),
        ("(S (NP (PRP I)) (VP (VBP have) (S (VP (TO to) (VP (VB go))))))", 0),
        # 1: "try to brush her hair", "try brushing her hair".
        ("(S (VP (VB Try) (S (VP (TO to) (VP (VB brush) (NP (PRP$ her) (NN hair)))))))", 1),
        ("(S (VP (VB Try) (S (VP (VBG brushing) (NP (PRP$ her) (NN hair))))))", 1),
        ("(S (VP (VB Try) (VP (TO to) (VP (VB sleep)))))", 1),
        ("(S (NP (PRP he)) (VP (VBZ 's) (VP (VBG going) (VP (TO to) (VP (VB fall))))))", 0),
        ("(S (NP (PRP I)) (VP (VBD felt) (PP (IN like) (S (VP (VBG turning) (NP (PRP it)))))))", 1),
        # 2: "John and Mary left early"; joined sentences, verbs, adjectives.
        ("(S (NP (NNP John) (CC and) (NNP Mary)) (VP (VBD left) (ADVP (RB early))))", 2),
        ("(S (S (NP (PRP he)) (VP (VBD fell))) (CC and) (S (NP (PRP she)) (VP (VBD laughed))))", 2),
        ("(S (NP (PRP we)) (VP (VP (VBD sat)) (CC and) (VP (VBD talked))))", 2),
        ("(S (NP (PRP it)) (VP (VBZ is) (ADJP (JJ big) (CC and) (JJ red))))", 2),
        # … but objects joined are simple, and so is a sentence that begins with "and".
        ("(S (NP (PRP I)) (VP (VBP like) (NP (NN tea) (CC and) (NN milk))))", 0),
        ("(S (CC And) (NP (PRP he)) (VP (VBD fell)))", 0),
        # 3: relative clause on the object, finite object clause.
        (
            "(S (NP (DT The) (NN man)) (VP (VBD scolded) (NP (NP (DT the) (NN boy)) (SBAR (WHNP (WP who)) "
            "(S (VP (VBD stole) (NP (DT the) (NN bicycle))))))))",
            3,
        ),
        ("(S (NP (NNP John)) (VP (VBD knew) (SBAR (IN that) (S (NP (NNP Mary)) (VP (VBD left))))))", 3),
        ("(S (NP (PRP I)) (VP (VBP wonder) (SBAR (IN if) (S (NP (PRP it)) (VP (VBZ rains))))))", 3),
        # 4: "I want it done", comparatives.
        ("(S (NP (PRP I)) (VP (VBP want) (S (NP (PRP you)) (VP (TO to) (VP (VB go))))))", 4),
        ("(S (NP (NNP John)) (VP (VBZ is) (ADJP (JJR older) (PP (IN than) (NP (NNP Mary))))))", 4),
        # 5: "They will play today if it does not rain"; a non-finite adjunct.
        (
            "(S (NP (PRP They)) (VP (MD will) (VP (VB play) (NP (NN today)) (SBAR (IN if) (S (NP (PRP it)) "
            "(VP (VBZ does) (RB not) (VP (VB rain))))))))",
            5,
        ),
        (
            "(S (S (VP (VBG Having) (VP (VBN tried) (NP (DT both))))) (, ,) (NP (PRP I)) (VP (VBP prefer) "
            "(NP (DT the) (JJ second))))",
            5,
        ),
        # 6: "The man who cleans the room left early"; a clause as subject.
        (
            "(S (NP (NP (DT The) (NN man)) (SBAR (WHNP (WP who)) (S (VP (VBZ cleans) (NP (DT the) (NN room)))))) "
            "(VP (VBD left) (ADVP (RB early))))",
            6,
        ),
        ("(S (SBAR (IN That) (S (NP (NNP John)) (VP (VBD left)))) (VP (VBD hurt) (NP (NNP Mary))))", 6),
        # 7: "John decided to leave Mary when he heard that she was seeing Mark."
        (
            "(S (NP (NNP John)) (VP (VBD decided) (S (VP (TO to) (VP (VB leave) (NP (NNP Mary))))) (SBAR (WHADVP "
            "(WRB when)) (S (NP (PRP he)) (VP (VBD heard) (SBAR (IN that) (S (NP (PRP she)) (VP (VBD was) "
            "(VP (VBG seeing) (NP (NNP Mark)))))))))))",
            7,
        ),
    ],
)
def test_d_level_by_hand(text, level):
    assert embedding.d_level(tree(text)) == level


@pytest.mark.parametrize(
    ("text", "published", "ours"),
    [
        # Examples of other authors' table of the revised scale (PMC9911097, table 2), parsed by hand.
        ("(S (NP (PRP I)) (VP (VBP 'm) (RB not) (VP (VBG taking) (NP (DT a) (NN bath)))))", 0, 0),
        # They count *going to*, which the revision of the scale made a semi-auxiliary.
        (
            "(S (CC And) (NP (DT the) (NN boy)) (VP (VBZ is) (VP (VBG going) (S (VP (TO to) (VP (VB give) "
            "(NP (DT the) (NN bunny)) (NP (DT a) (NN carrot))))))))",
            1,
            0,
        ),
        (
            "(S (NP (DT The) (NN mom)) (VP (VP (VBD came) (ADVP (RB over))) (CC and) (VP (VBD grabbed) "
            "(NP (DT the) (NN bunny))) (CC and) (VP (VBD went) (NP (NN home)))))",
            2,
            2,
        ),
        (
            "(S (CC And) (NP (DT some)) (VP (VBP are) (RB not) (ADJP (JJ happy) (SBAR (IN that) "
            "(S (NP (DT the) (NN bunny)) (VP (VBZ is) (ADJP (RB so) (JJ sneaky))))))))",
            3,
            3,
        ),
        ("(S (NP (PRP I)) (VP (VBD saw) (S (NP (PRP him)) (VP (VBG walking) (NP (DT the) (NN dog))))))", 4, 4),
        # They take what is asked for an adverbial clause; it is the object of *ask*.
        (
            "(S (CC And) (VP (VB ask) (NP (DT the) (NN teacher)) (SBAR (IN if) (S (NP (PRP I)) (VP (MD could) "
            "(VP (VB feed) (NP (DT the) (NN bunny)) (NP (DT some) (NNS carrots))))))))",
            5,
            3,
        ),
        (
            "(SBAR (IN Because) (S (NP (NP (DT the) (NNS ones)) (SBAR (WHNP (WP who)) (S (VP (VBP are) "
            "(ADJP (JJ afraid)))))) (VP (VBP are) (ADJP (JJ surprised)))))",
            6,
            6,
        ),
        (
            "(S (NP (PRP It)) (VP (VBZ is) (SBAR (IN because) (S (NP (DT the) (NN teacher)) (VP (VBD told) "
            "(NP (PRP her)) (SBAR (IN that) (S (NP (EX there)) (VP (VBD was) (NP (DT a) (NN bunny))))))))))",
            7,
            7,
        ),
    ],
)
def test_d_level_of_published_examples(text, published, ours):
    assert embedding.d_level(tree(text)) == ours
    assert (published == ours) is (published not in {1, 5}), "where they differ is said above"


HE_RAN = "(S (NP (PRP he)) (VP (VBD ran)))"
MAIN = "(S (NP (PRP I)) (VP (VBD sat) {}))"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        # One clause in two nodes.
        (MAIN.format(f"(SBAR (IN so) (SBAR (IN that) {HE_RAN}))"), 5),
        (MAIN.format(f"(SBAR (IN as) (SBAR (IN if) {HE_RAN}))"), 5),
        (MAIN.format(f"(SBAR (SBAR (IN because) {HE_RAN}))"), 5),
        (MAIN.format(f"(SBAR (SBAR (IN because) {HE_RAN}) {HE_RAN})"), 5),
        # Two that are joined, of which the first counts; one in the other; two in the sentence.
        (MAIN.format(f"(SBAR (SBAR (IN because) {HE_RAN}) (CC and) (SBAR (IN because) {HE_RAN}))"), 5),
        (MAIN.format(f"(SBAR (IN because) (SBAR (IN if) {HE_RAN}) {HE_RAN})"), 7),
        (MAIN.format(f"(SBAR (IN because) {HE_RAN}) (SBAR (IN until) {HE_RAN})"), 7),
        # Subordinators of several words, in the clause or before it.
        (MAIN.format(f"(SBAR (RB even) (IN though) {HE_RAN})"), 5),
        (MAIN.format(f"(SBAR (ADVP (RB even) (WRB when)) {HE_RAN})"), 5),
        (MAIN.format(f"(SBAR (ADVP (RB just)) (IN because) {HE_RAN})"), 5),
        (MAIN.format(f"(SBAR (NP (CD two) (NNS days)) (IN before) {HE_RAN})"), 5),
        (MAIN.format(f"(PP (IN in) (NN order)) (SBAR (IN that) {HE_RAN})"), 5),
        (MAIN.format(f"(ADVP (RB now)) (SBAR (IN that) {HE_RAN})"), 5),
        (MAIN.format(f"(PP (IN except) (SBAR (IN that) {HE_RAN}))"), 5),
        (MAIN.format(f"(ADVP (ADVP (RB as) (RB soon)) (SBAR (IN as) {HE_RAN}))"), 5),
        (MAIN.format(f"(ADVP (RB as) (RB long) (SBAR (IN as) {HE_RAN}))"), 5),
        (f"(S (SBAR (RB even) (IN if) {HE_RAN}) (NP (PRP I)) (VP (VBP sit)))", 5),
        # What is no adverbial clause stays none.
        (MAIN.format(f"(ADVP (RB as) (RB fast) (SBAR (IN as) {HE_RAN}))"), 4),
        (f"(S (NP (PRP I)) (VP (VBP know) (ADVP (RB now)) (SBAR (IN that) {HE_RAN})))", 3),
        (f"(S (NP (PRP I)) (VP (VBP wonder) (SBAR (RB even) (IN if) {HE_RAN})))", 3),
        (f"(S (NP (PRP I)) (VP (VBP know) (SBAR (RB just) (WP what) {HE_RAN})))", 3),
        (f"(S (NP (PRP I)) (VP (VBP am) (ADJP (RB so) (JJ happy) (SBAR (IN that) {HE_RAN}))))", 3),
    ],
)
def test_one_subordinate_clause_counts_once_and_by_its_subordinator(text, level):
    assert embedding.d_level(tree(text)) == level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        # As the shipped parser brackets it, with and without what joins nothing.
        (f"(S (SBAR (IN because) {HE_RAN}) (. .))", 0),
        (f"(FRAG (CC and) (SBAR (IN because) {HE_RAN}) (. .))", 0),
        (f"(S (INTJ (UH well)) (ADVP (RB only)) (SBAR (IN if) {HE_RAN}) (. .))", 0),
        (f"(S (SBAR (IN as) (SBAR (IN if) {HE_RAN})) (. .))", 0),
        (f"(S (SBAR (RB even) (IN though) {HE_RAN}) (. .))", 0),
        (
            "(S (SBAR (IN because) (S (NP (PRP he)) (VP (VBD knew) (SBAR (S (NP (PRP it)) (VP (VBD fell))))))) (. .))",
            3,
        ),
        (
            "(S (SBAR (IN Because) (S (NP (NP (DT the) (NNS ones)) (SBAR (WHNP (WP who)) (S (VP (VBP are) "
            "(ADJP (JJ afraid)))))) (VP (VBP are) (ADJP (JJ surprised))))) (. .))",
            6,
        ),
        (f"(S (NP (DT the) (NN man)) (SBAR (IN because) {HE_RAN}))", 5),
        ("(SBAR (IN because) (S (NP (PRP he)) (VP (VBD fell))))", 0),
        ("(SBAR (IN because) (S (NP (PRP he)) (VP (VBD knew) (SBAR (S (NP (PRP it)) (VP (VBD rained)))))))", 3),
    ],
)
def test_a_subordinate_clause_alone_is_rated_as_the_clause_in_it(text, level):
    assert embedding.d_level(tree(text)) == level
