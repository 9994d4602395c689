"""The fourteen indices of Lu's Second Language Syntactic Complexity Analyzer.

Nine structures are counted in constituency trees and divided by one another. What counts, by Lu's definitions:

sentence (S)
    A tree with a word: here an utterance, as the transcript divides them.
clause (C)
    S, SINV or SQ with a finite verb phrase (headed by MD, VBD, VBP or VBZ, or coordinating one that is), itself headed
    by such a verb (as an SQ is by its auxiliary), or, right below the root, with an imperative; and a FRAG that is the
    whole tree and holds no clause.
dependent clause (DC)
    SBAR right above a finite clause.
T-unit (T)
    S, SBARQ, SINV or SQ right below the root, or to the right of another of these and below no SBAR or VP; and a FRAG
    that is the whole tree and holds no T-unit.
complex T-unit (CT)
    T-unit that holds a dependent clause.
verb phrase (VP)
    VP right below S, SINV or SQ, and the finite verb of an SQ without VP.
coordinate phrase (CP)
    ADJP, ADVP, NP or VP with a CC.
complex nominal (CN)
    NP not right below an NP that holds an adjective (JJ), possessive, PP, clause, gerund or apposition; nominal
    clauses before or below a VP; gerunds and infinitives as subjects.

Trees whose only phrase is an NP, PP or INTJ hold neither clause nor T-unit, as in Lu's tool; their words count.

References
----------
.. [1] Lu (2010). Automatic analysis of syntactic complexity in second language writing. Int. J. Corpus Linguistics 15.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...data_schemas.feature import Example, FeatureSpec
from ...data_schemas.tree import ROOT, Tree
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.branches import FINITE, Branches
from ..views.trees import trees_of

CLAUSES = frozenset(["S", "SINV", "SQ"])
UNITS = frozenset(["S", "SBARQ", "SINV", "SQ"])
NOMINAL = frozenset(["JJ", "POS", "PP", "S", "VBG"])
PHRASES = frozenset(["ADJP", "ADVP", "NP", "VP"])


def words(tree: Branches) -> int:
    """Words, contractions split as the parser splits them."""
    return sum(node.is_leaf for node in tree.nodes)


def sentences(tree: Branches) -> int:
    """One."""
    return int(words(tree) > 0)


def clauses(tree: Branches) -> int:
    """Clauses, dependent ones included."""
    finite = sum(map(tree.is_finite, tree.all(CLAUSES)))
    return finite or _fragment(tree)


def dependent_clauses(tree: Branches) -> int:
    """Finite dependent clauses."""
    return sum(_is_dependent(tree, index) for index in tree.all({"SBAR"}))


def _is_dependent(tree: Branches, index: int) -> bool:
    return any(tree.label(child) in CLAUSES and tree.is_finite(child) for child in tree.children[index])


def _t_units(tree: Branches) -> list[int]:
    return [
        index
        for index in tree.all(UNITS)
        if tree.above(index) == ROOT
        or (UNITS.intersection(tree.labels_of(tree.before(index))) and not tree.has_above(index, {"SBAR", "VP"}))
    ]


def t_units(tree: Branches) -> int:
    """T-units: main clauses with what belongs to them."""
    return len(_t_units(tree)) or _fragment(tree)


def _fragment(tree: Branches) -> int:
    """One where the whole tree is a FRAG."""
    return sum(tree.above(index) == ROOT for index in tree.all({"FRAG"}))


def complex_t_units(tree: Branches) -> int:
    """T-units with a dependent clause."""
    return sum(
        any(tree.label(below) == "SBAR" and _is_dependent(tree, below) for below in tree.below(index))
        for index in _t_units(tree)
    )


def verb_phrases(tree: Branches) -> int:
    """Verb phrases, finite and not."""
    phrases = sum(tree.above(index) in CLAUSES for index in tree.all({"VP"}))
    return phrases + sum(
        "VP" not in tree.labels_of(tree.children[index])
        for index in tree.all({"SQ"})
        for child in tree.children[index]
        if tree.label(child) in FINITE
    )


def coordinate_phrases(tree: Branches) -> int:
    """Phrases joined by a conjunction, clauses apart."""
    return sum("CC" in tree.labels_of(tree.children[index]) for index in tree.all(PHRASES))


def complex_nominals(tree: Branches) -> int:
    """Complex nominals of the three kinds."""
    phrases = sum(tree.above(index) != "NP" and _is_complex(tree, index) for index in tree.all({"NP"}))
    nominal_clauses = sum(_is_nominal_clause(tree, index) for index in tree.all({"SBAR"}))
    subjects = sum(_is_verbal_subject(tree, index) for index in tree.all({"S"}))
    return phrases + nominal_clauses + subjects


def _is_complex(tree: Branches, index: int) -> bool:
    return any(tree.label(below) in NOMINAL or _is_apposed(tree, below) for below in tree.below(index))


def _is_apposed(tree: Branches, index: int) -> bool:
    after = tree.labels_of(tree.after(index))
    return tree.label(index) == "NP" and "NP" in after and after[0] != "CC"


def _is_nominal_clause(tree: Branches, index: int) -> bool:
    head, children = tree.head(index), tree.children[index]
    asks = any(_is_question_phrase(tree, child) for child in children[:1])
    introduced = asks or (tree.label(head) == "IN" and tree.word(head) in {"that", "for"})
    if not (introduced or (children and tree.label(children[0]) == "S")):
        return False
    return tree.labels_of(tree.after(index))[:1] == ["VP"] or tree.above(index) == "VP"


def _is_question_phrase(tree: Branches, index: int) -> bool:
    """Whether a phrase asks or relates: WHNP, or, as some treebanks have it, an NP that begins with such a word."""
    if tree.label(index) == "WHNP":
        return True
    words = [tree.label(below) for below in tree.below(index) if tree.nodes[below].is_leaf]
    return tree.label(index) == "NP" and words[:1] in (["WP"], ["WDT"], ["WP$"])


def _is_verbal_subject(tree: Branches, index: int) -> bool:
    if tree.labels_of(tree.after(index))[:1] != ["VP"]:
        return False
    return any(
        tree.label(child) == "VP" and tree.label(tree.head(child)) in {"VBG", "TO"} for child in tree.children[index]
    )


Count = Callable[[Branches], int]


class Index(NamedTuple):
    """One structure over another."""

    name: str
    over: Count
    under: Count
    definition: str
    expect: float


EXAMPLE = trees_of(
    "(S (NP (DT the) (NN boy)) (VP (VBZ is) (VP (VBG standing) (PP (IN on) (NP (DT a) (NN stool))))) (. .))"
    "(S (S (NP (PRP he)) (VP (VBD fell))) (CC and) (S (NP (PRP she)) (VP (VBD laughed))) (. .))"
    "(S (NP (PRP I)) (VP (VBP think) (SBAR (IN that) (S (NP (PRP$ his) (JJ little) (NN sister)) (VP (VBZ wants) "
    "(S (VP (TO to) (VP (VB eat) (NP (NNS cookies) (CC and) (NN cake)))))))))  (. .))"
    "(S (VP (VB look)) (. .))"
    "(FRAG (RB not) (ADVP (RB really)) (. .))"
)
"""27 words, 5 sentences, 6 T-units (1, 2, 1, 1, 1), 7 clauses (1, 2, 2, 1, 1), 1 dependent, 1 complex T-unit,
7 verb phrases (1, 2, 3, 1, 0), 1 coordinate phrase, and 2 complex nominals (his little sister; that …)."""

INDICES = (
    Index("mls", words, sentences, "Words / sentences (MLS).", 27 / 5),
    Index("mlt", words, t_units, "Words / T-units (MLT).", 27 / 6),
    Index("mlc", words, clauses, "Words / clauses (MLC).", 27 / 7),
    Index("c_s", clauses, sentences, "Clauses / sentences (C/S).", 7 / 5),
    Index("vp_t", verb_phrases, t_units, "Verb phrases / T-units (VP/T).", 7 / 6),
    Index("c_t", clauses, t_units, "Clauses / T-units (C/T).", 7 / 6),
    Index("dc_c", dependent_clauses, clauses, "Dependent clauses / clauses (DC/C).", 1 / 7),
    Index("dc_t", dependent_clauses, t_units, "Dependent clauses / T-units (DC/T).", 1 / 6),
    Index("t_s", t_units, sentences, "T-units / sentences (T/S).", 6 / 5),
    Index("ct_t", complex_t_units, t_units, "Complex T-units / T-units (CT/T).", 1 / 6),
    Index("cp_t", coordinate_phrases, t_units, "Coordinate phrases / T-units (CP/T).", 1 / 6),
    Index("cp_c", coordinate_phrases, clauses, "Coordinate phrases / clauses (CP/C).", 1 / 7),
    Index("cn_t", complex_nominals, t_units, "Complex nominals / T-units (CN/T).", 2 / 6),
    Index("cn_c", complex_nominals, clauses, "Complex nominals / clauses (CN/C).", 2 / 7),
)


CLAUSAL = {clauses, dependent_clauses, complex_t_units}
"""Structures that changed when a clause's own verb had to be its head."""


def _spec(index: Index) -> FeatureSpec:
    return FeatureSpec(
        name=f"syntactic.l2sca_{index.name}",
        unit="ratio",
        low=0,
        high=None,
        needs={"word_trees": 5},
        version=2 if CLAUSAL & {index.over, index.under} else 1,
        languages=frozenset(["en"]),
        definition=f"{index.definition} Structures as Lu defines them, counted in constituency trees; a sentence is "
        "an utterance, contractions count as the parser splits them.",
        citation="lu2010",
        example=Example(
            {"word_trees": EXAMPLE}, index.expect, 1e-12, "counts of the five trees, as listed beside them"
        ),
        # Words and utterances are as many in any order.
        invariances=unchanged_by_all_but(*(["word_order"] if index.name != "mls" else [])),
    )


@family(*(_spec(index) for index in INDICES))
def l2sca_indices(word_trees: tuple[Tree, ...]) -> dict[str, Value]:
    trees = [Branches(tree) for tree in word_trees]
    counted = {count: [count(tree) for tree in trees] for index in INDICES for count in (index.over, index.under)}
    return {
        f"syntactic.l2sca_{index.name}": ratio(
            counted[index.over], counted[index.under], what=index.under.__name__.replace("_", " ")
        )
        for index in INDICES
    }
