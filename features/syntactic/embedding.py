"""The developmental level of a sentence: which kind of embedding it holds, and whether it holds more than one.

Levels are those of Rosenberg and Abbeduto as Covington and others revised them:

0. simple sentences, questions, fragments; semi-auxiliaries (going to, have to, used to, supposed to) count as such
1. infinitive or -ing complement with the subject of the main clause ("try to brush her hair")
2. coordination: sentences, verb, adjective and adverb phrases, and noun phrases as subjects ("John and Mary left")
3. relative clause on a noun that is not the subject; finite clause as object ("she knew that he was angry")
4. non-finite complement with a subject of its own ("I want you to go"); comparative with an object of comparison
5. adverbial clauses ("if it does not rain"), finite or not
6. relative clause on the subject; clause as subject ("the man who came left")
7. more than one embedding (levels 1, 3 to 6) in a sentence

An utterance that is nothing but a subordinate clause ("because he fell", "and only if it rains") is rated as the
clause in it. Nominalisations, which the scale has at 3 and 6, are not told from other nouns. Complements are told from
adjuncts by form alone: an infinitive right after its verb is a complement, after a prepositional phrase an adjunct.

References
----------
.. [1] Rosenberg, Abbeduto (1987). Indicators of linguistic competence in the peer group conversational behavior of
   mildly retarded adults. Applied Psycholinguistics 8.
.. [2] Covington, He, Brown, Naci, Brown (2006). How complex is that sentence? A proposed revision of the Rosenberg and
   Abbeduto D-Level scale. CASPR Research Report 2006-01, University of Georgia.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...data_schemas.feature import Example
from ...data_schemas.tree import ROOT, Tree
from ..estimates import Value, mean
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.branches import FINITE, VERBS, Branches
from ..views.trees import trees_of
from .subordinators import CLAUSES, begins_adverbial, first_word, is_adverbial, subordinator

COORDINATED = frozenset(["S", "SINV", "SQ", "SBAR", "VP", "ADJP", "ADVP"])

LOOSE = frozenset(["ADVP", "CC", "INTJ", "PRN", "RB", "UH"])
"""What beside a subordinate clause makes no sentence of it: *and* because he fell."""

SEMI = frozenset("going gon gonna have has had having used supposed ought got able about need needs needed".split())
"""Words that make a semi-auxiliary with a following infinitive, *need* among them."""

ADJUNCT = frozenset("by without after before while since when upon on despite until instead for from".split())
"""Prepositions whose -ing clause is an adjunct and no complement."""


def d_level(tree: Tree) -> int:
    """Level of one utterance, 0 to 7."""
    branches = Branches(tree)
    found = list(embeddings(branches))
    if len(found) > 1:
        return 7
    return max([*found, 2 if is_coordinated(branches) else 0])


def embeddings(tree: Branches) -> Iterator[int]:
    """Level of each embedded clause: 1, or 3 to 6."""
    for index, node in enumerate(tree.nodes):
        if not node.children or _is_conjunct(tree, index) or _is_part(tree, index):
            continue
        if node.label == "SBAR":
            level = _of_sbar(tree, index)
        elif node.label == "S":
            level = _of_bare(tree, index)
        elif node.label == "VP" and tree.above(index) == "NP" and tree.before(index):
            level = _on_noun(tree, tree.parent[index])
        elif node.label == "VP" and tree.above(index) == "VP" and tree.label(tree.head(index)) == "TO":
            # Some trees hang an infinitive on its verb without a clause between.
            level = _controlled(tree, index)
        else:
            level = _of_comparison(tree, index)
        if level:
            yield level


def _is_conjunct(tree: Branches, index: int) -> bool:
    """Whether a clause is the second or later of several joined ones, or holds only such: the first one counts."""
    same = tree.above(index) == tree.label(index)
    if same and tree.label(index) in tree.labels_of(tree.before(index)):
        return True
    children = tree.labels_of(tree.children[index])
    return children.count(tree.label(index)) > 1


def _is_part(tree: Branches, index: int) -> bool:
    """Whether an SBAR right under another makes one clause with it: (SBAR so (SBAR that he fell))."""
    if not tree.label(index) == tree.above(index) == "SBAR":
        return False
    sisters = tree.labels_of(tree.children[tree.parent[index]])
    return sisters.count("SBAR") == 1 and (sisters[0] == "SBAR" or CLAUSES.isdisjoint(sisters))


def _is_whole(tree: Branches, index: int) -> bool:
    """Whether a clause is all that was said, but for what joins nothing that is there."""
    while tree.above(index) in {"S", "FRAG"}:
        if not LOOSE.issuperset(tree.labels_of(tree.before(index) + tree.after(index))):
            return False
        index = tree.parent[index]
    return tree.above(index) == ROOT


def _of_sbar(tree: Branches, index: int) -> int:
    if _is_whole(tree, index):
        return 0
    above, first = tree.above(index), subordinator(tree, index)
    if first == "than" or (first == "as" and above in {"ADJP", "ADVP", "NP"}):
        return 4
    if above == "NP" and tree.before(index):
        return _on_noun(tree, tree.parent[index])
    if above in CLAUSES:
        return _beside_clause(tree, index, first)
    if is_adverbial(tree, index, first):
        return 5
    return 3


def _beside_clause(tree: Branches, index: int, first: str) -> int:
    """A clause that is a sister of subject and predicate: subject, adverbial, or the main clause's object put first."""
    after = tree.labels_of(tree.after(index))
    subject = "VP" in after and "NP" not in after and "NP" not in tree.labels_of(tree.before(index))
    if subject and (first in {"when", "if"} or not begins_adverbial(first)):
        return 6
    if "VP" not in after and "VP" not in tree.labels_of(tree.before(index)):
        # The predicate is no verb phrase: a fragment with a clause.
        return 5 if begins_adverbial(first) else 3
    return 5 if begins_adverbial(first) or first.endswith("ever") else 3


def _on_noun(tree: Branches, phrase: int) -> int:
    """6 for what modifies the subject of the whole sentence, 3 for what modifies any other noun."""
    at = phrase
    while tree.above(at) in {"NP", "PP"}:
        at = tree.parent[at]
    clause = tree.parent[at]
    whole = clause >= 0 and tree.above(clause) == "SBAR" and _is_whole(tree, tree.parent[clause])
    main = clause >= 0 and tree.label(clause) in CLAUSES and (whole or tree.above(clause) in {ROOT, "S", "SBARQ"})
    return 6 if main and "VP" in tree.labels_of(tree.after(at)) else 3


def _of_bare(tree: Branches, index: int) -> int:
    """A clause without a word that introduces it."""
    above = tree.above(index)
    if above in {ROOT, "SBAR", "SBARQ", "SINV", "PRN", "FRAG", "INTJ", "X"}:
        return 0
    children = tree.labels_of(tree.children[index])
    verbs = [child for child in tree.children[index] if tree.label(child) == "VP"]
    if not verbs:
        return 0
    if above == "NP" and tree.before(index):
        return _on_noun(tree, tree.parent[index])
    finite = tree.is_finite(index)
    subject = "NP" in children[: children.index("VP")]
    if above in CLAUSES:
        return _bare_beside_clause(tree, index, finite)
    if finite:
        return 3
    if subject:
        return 4
    return _controlled(tree, index)


def _bare_beside_clause(tree: Branches, index: int, finite: bool) -> int:
    after, before = tree.labels_of(tree.after(index)), tree.labels_of(tree.before(index))
    if finite or "S" in before or "S" in after:
        # Sentences in a row, or speech put before its verb.
        return 0 if "CC" in before + after or "VP" not in after else 3
    return 6 if "VP" in after and "NP" not in after and "NP" not in before else 5


def _controlled(tree: Branches, index: int) -> int:
    """A non-finite clause without a subject."""
    above = tree.above(index)
    before = tree.before(index)
    sisters = tree.labels_of(before)
    if above == "PP":
        return 5 if before and tree.word(before[0]) in ADJUNCT else 1
    if above == "ADJP":
        return 0 if any(tree.word(sister) in SEMI for sister in before) else 1
    if any(tree.word(sister) in SEMI for sister in before[-1:]) and _is_infinitive(tree, index):
        return 0
    if "NP" in sisters:
        return 4
    return 5 if "PP" in sisters or above not in {"VP", "NP", "SQ"} else 1


def _is_infinitive(tree: Branches, index: int) -> bool:
    phrases = [index, *tree.children[index]]
    return any(tree.label(phrase) == "VP" and tree.label(tree.head(phrase)) == "TO" for phrase in phrases)


def _of_comparison(tree: Branches, index: int) -> int:
    """A phrase that begins with *than*, or with *as* below an adjective or adverb."""
    if tree.label(index) != "PP":
        return 0
    first = first_word(tree, index)
    return 4 if first == "than" or (first == "as" and tree.above(index) in {"ADJP", "ADVP"}) else 0


def is_coordinated(tree: Branches) -> bool:
    """Whether sentences, verbs, adjectives or adverbs are joined, or noun phrases that are a subject."""
    for index in tree.all({"CC"}):
        phrase = tree.parent[index]
        if not (tree.before(index) and tree.after(index)):
            continue
        if tree.label(phrase) in COORDINATED and _joins(tree, index):
            return True
        subject = tree.above(phrase) in CLAUSES and "VP" in tree.labels_of(tree.after(phrase))
        if tree.label(phrase) == "NP" and subject:
            return True
    return False


def _joins(tree: Branches, index: int) -> bool:
    """Whether what stands before and after a conjunction is of one kind: "and he left" joins nothing."""
    before, after = tree.before(index)[-1], tree.after(index)[0]
    kinds = [_kind(tree.label(node)) for node in (before, after)]
    return kinds[0] == kinds[1] or tree.label(before) == tree.label(after)


def _kind(label: str) -> str:
    if label in CLAUSES:
        return "S"
    return "V" if label in VERBS | FINITE or label == "VP" else label[:2]


EXAMPLE = trees_of(
    "(S (NP (NNP John)) (VP (VBD left)))"
    "(S (NP (PRP she)) (VP (VBD tried) (S (VP (TO to) (VP (VB run))))))"
    "(S (NP (NP (NNP John)) (CC and) (NP (NNP Mary))) (VP (VBD left)))"
    "(S (NP (PRP she)) (VP (VBD knew) (SBAR (IN that) (S (NP (PRP he)) (VP (VBD left))))))"
    "(S (NP (PRP I)) (VP (VBP want) (S (NP (PRP you)) (VP (TO to) (VP (VB go))))))"
)
"""Levels 0, 1, 2, 3 and 4."""


@feature(
    name="syntactic.d_level_mean",
    version=3,
    unit="level",
    low=0,
    high=7,
    needs={"word_trees": 5},
    languages=frozenset(["en"]),
    definition="Mean developmental level (0 simple to 7 several embeddings) of utterances, read off constituency "
    "trees by rule. Subordinators of several words (even though, so that) are one; an utterance that is nothing but a "
    "subordinate clause is rated as that clause; nominalisations are not told from other nouns.",
    citation="rosenberg1987 covington2006",
    example=Example({"word_trees": EXAMPLE}, 2.0, 1e-12, "levels 0, 1, 2, 3, 4"),
    invariances=unchanged_by_all_but("word_order"),
)
def d_level_mean(word_trees: tuple[Tree, ...]) -> Value:
    return mean([d_level(tree) for tree in word_trees])
