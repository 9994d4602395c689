"""Noun, verb and prepositional phrases: how many, how long, and how much of the talk they hold.

References
----------
.. [1] Chae, Nenkova (2009). Predicting the fluency of text with shallow structural features. EACL.
.. [2] Fraser, Meltzer, Rudzicz (2016). Linguistic features identify Alzheimer's disease in narrative speech.
   J. Alzheimer's Disease 49(2).
"""

from __future__ import annotations

from ...data_schemas.feature import Example, FeatureSpec
from ...data_schemas.tree import Tree
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.trees import trees_of

KINDS = {"np": ("NP", "noun phrase"), "vp": ("VP", "verb phrase"), "pp": ("PP", "prepositional phrase")}

EXAMPLE = trees_of(
    "(S (NP (DT the) (NN boy)) (VP (VBZ is) (VP (VBG standing) (PP (IN on) (NP (DT a) (NN stool))))) (. .))"
    "(S (NP (PRP she)) (VP (VBZ has) (NP (NP (DT a) (NN cup)) (PP (IN of) (NP (NN tea))))) (. .))"
)
"""Thirteen words. NP: the boy, a stool; she, a cup of tea, a cup, tea. VP: is …, standing …; has …. PP: on …; of ….

Words in NP 2 + 2 + 1 + 4; in VP 5 + 5; in PP 3 + 2. Outermost: 4 NP, 2 VP, 2 PP.
"""


def counted(tree: Tree, label: str) -> tuple[int, int, int]:
    """Phrases of one label, those not inside another of the same label, and words inside any."""
    phrases = outer = inside = 0
    waiting = [(tree, False)]
    while waiting:
        node, within = waiting.pop()
        if node.is_leaf:
            inside += within
        elif node.label == label:
            phrases += 1
            outer += not within
            within = True
        waiting.extend((child, within) for child in node.children)
    return phrases, outer, inside


def _specs() -> list[FeatureSpec]:
    expect = {"np": (6, 4, 9), "vp": (3, 2, 10), "pp": (2, 2, 5)}
    found = []
    for short, (label, name) in KINDS.items():
        phrases, outer, inside = expect[short]
        for kind, unit, high, value, definition, why in (
            ("rate", "per 100 words", None, 100 * phrases / 13, f"{label} nodes per 100 words, nested ones too.",
             f"{phrases} in thirteen words"),
            ("length", "words", None, inside / outer, f"Mean words of a {name} that is not inside another.",
             f"{inside} words in {outer} outermost"),
            ("share", "ratio", 1, inside / 13, f"Words inside a {name} / words.", f"{inside} of thirteen words"),
        ):  # fmt: skip
            found.append(
                FeatureSpec(
                    name=f"syntactic.{short}_{kind}",
                    unit=unit,
                    low=0,
                    high=high,
                    needs={"word_trees": 5},
                    languages=frozenset(["en"]),
                    definition=f"{definition} Counted in constituency trees without punctuation.",
                    citation="chae2009 fraser2016" if kind == "rate" else "chae2009",
                    example=Example({"word_trees": EXAMPLE}, value, 1e-9, why),
                    invariances=unchanged_by_all_but("word_order"),
                )
            )
    return found


@family(*_specs())
def phrase_measures(word_trees: tuple[Tree, ...]) -> dict[str, Value]:
    lengths = [len(tree.leaves()) for tree in word_trees]
    found: dict[str, Value] = {}
    for short, (label, name) in KINDS.items():
        phrases, outer, inside = zip(*(counted(tree, label) for tree in word_trees), strict=True)
        found[f"syntactic.{short}_rate"] = ratio(phrases, lengths, 100, what="words")
        found[f"syntactic.{short}_length"] = ratio(inside, outer, what=f"{name}s")
        found[f"syntactic.{short}_share"] = ratio(inside, lengths, what="words")
    return found
