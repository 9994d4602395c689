"""From the relations spaCy's English models emit to names of Universal Dependencies.

spaCy's English models follow the CLEAR scheme (ClearNLP). Features speak Universal Dependencies, so each relation
is renamed here and nowhere else. Only names change: in the trees a preposition still heads its object and a copula
its predicate, which is what dependency distance on this parser is defined over.

References
----------
.. [1] de Marneffe, Manning, Nivre, Zeman (2021). Universal Dependencies. Computational Linguistics 47(2).
.. [2] Choi, Palmer (2012). Guidelines for the CLEAR style constituent to dependency conversion. Technical report
   01-12, University of Colorado Boulder.
"""

from __future__ import annotations

RELATIONS = {
    "ROOT": "root",
    "acl": "acl",
    "acomp": "xcomp:pred",
    "advcl": "advcl",
    "advmod": "advmod",
    "agent": "obl:agent",
    "amod": "amod",
    "appos": "appos",
    "attr": "xcomp:pred",
    "aux": "aux",
    "auxpass": "aux:pass",
    "case": "case",
    "cc": "cc",
    "ccomp": "ccomp",
    "compound": "compound",
    "conj": "conj",
    "csubj": "csubj",
    "csubjpass": "csubj:pass",
    "dative": "iobj",
    "dep": "dep",
    "det": "det",
    "dobj": "obj",
    "expl": "expl",
    "intj": "discourse",
    "mark": "mark",
    "meta": "dep",
    "neg": "advmod",
    "nmod": "nmod",
    "npadvmod": "obl:npmod",
    "nsubj": "nsubj",
    "nsubjpass": "nsubj:pass",
    "nummod": "nummod",
    "oprd": "xcomp:pred",
    "parataxis": "parataxis",
    "pcomp": "advcl",
    "pobj": "pobj",
    "poss": "nmod:poss",
    "preconj": "cc:preconj",
    "predet": "det:predet",
    "prep": "obl",
    "prt": "compound:prt",
    "punct": "punct",
    "quantmod": "advmod",
    "relcl": "acl:relcl",
    "xcomp": "xcomp",
}
"""Relation of CLEAR to relation of Universal Dependencies.

``xcomp:pred`` is the predicate a copula governs ("is happy", "is a boy"), which in Universal Dependencies would
head the clause; it is no clause of its own. ``obl`` sits on the preposition and names what its phrase does;
``pobj`` is kept for the preposition's object, which has no relation of its own in Universal Dependencies.
"""

_NOMINAL = frozenset(["NOUN", "PROPN", "PRON", "NUM", "DET"])
_VERBAL = frozenset(["VERB", "AUX"])


def relation(dep: str, tag: str, pos: str, head_pos: str) -> str:
    """Name of a relation in Universal Dependencies.

    Parameters
    ----------
    dep : str
        Relation as spaCy gives it; one that is not in the table, and none, becomes ``dep``.
    tag, pos : str
        Penn and universal tag of the dependent.
    head_pos : str
        Universal tag of its head.

    Notes
    -----
    Four relations depend on more than their name: the infinitive's *to* is ``mark`` and not an auxiliary; a
    preposition below a nominal is ``nmod``; an indirect object introduced by *to* is ``obl``; the complement of a
    preposition is a clause only if it is a verb.
    """
    if dep == "aux" and tag == "TO":
        return "mark"
    if dep == "prep" and head_pos in _NOMINAL:
        return "nmod"
    if dep == "dative" and pos == "ADP":
        return "obl"
    if dep == "pcomp" and pos not in _VERBAL:
        return "pobj"
    return RELATIONS.get(dep, "dep")
