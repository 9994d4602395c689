"""Clauses and verb forms, read off Universal Dependencies relations and morphology."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...data_schemas.feature import Example, FeatureSpec
from ...data_schemas.sample import Parse, Token
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.examples import parse_of

SUBORDINATE = frozenset(["advcl", "acl", "ccomp", "csubj", "xcomp"])
"""Relations of subordinate clauses, with their subtypes (acl:relcl, csubj:pass) except xcomp:pred."""

SUBJECTS = frozenset(["nsubj", "csubj"])
VERBAL = frozenset(["VERB", "AUX"])

EXAMPLE = (
    parse_of(
        "the/DET/det/2 girl/NOUN/nsubj/6 who/PRON/nsubj/4 laughed/VERB/acl:relcl/2/VBD/Tense=Past|VerbForm=Fin "
        "is/AUX/aux/6/VBZ/Tense=Pres|VerbForm=Fin washing/VERB/root/0/VBG/Tense=Pres|VerbForm=Part "
        "plates/NOUN/obj/6 and/CCONJ/cc/9 cups/NOUN/conj/7"
    ),
    parse_of(
        "it/PRON/nsubj:pass/3 was/AUX/aux:pass/3/VBD/Tense=Past|VerbForm=Fin broken/VERB/root/0/VBN/VerbForm=Part "
        "when/ADV/advmod/6 he/PRON/nsubj/6 fell/VERB/advcl/3/VBD/Tense=Past|VerbForm=Fin"
    ),
    parse_of("a/DET/det/2 window/NOUN/root/0"),
    parse_of("stop/VERB/root/0/VB/VerbForm=Inf now/ADV/advmod/1 please/INTJ/discourse/1"),
)
"""Twenty words; clauses headed by washing, laughed, broken, fell, stop; finite: laughed, is, was, fell."""


def base(relation: str) -> str:
    """A relation without its subtype."""
    return relation.partition(":")[0]


def clausal_heads(parse: Parse) -> list[Token]:
    """Tokens that head a clause: a predicate in the place of a root, a conjunct, a parataxis or a subordinate clause.

    A predicate is a verb or auxiliary, or a token with a subject or copula of its own ("she happy", "it is late").
    Auxiliaries under their verb are none.
    """
    predicates = {token.head for token in parse if base(token.dep) in SUBJECTS or token.dep == "cop"}
    return [
        token
        for index, token in enumerate(parse)
        if _clausal_place(token, index) and (token.pos in VERBAL or index in predicates)
    ]


def _clausal_place(token: Token, index: int) -> bool:
    return token.head == index or subordinate(token) or base(token.dep) in {"conj", "parataxis"}


def subordinate(token: Token) -> bool:
    """Whether the token stands where a subordinate clause does."""
    return base(token.dep) in SUBORDINATE and token.dep != "xcomp:pred"


def has(token: Token, trait: str) -> bool:
    """Whether the token's morphology has a trait such as ``Tense=Past``."""
    return trait in token.morph.split("|")


def finite_verbs(parse: Parse) -> list[Token]:
    """Verbs and auxiliaries marked VerbForm=Fin, modals included."""
    return [token for token in parse if token.pos in VERBAL and has(token, "VerbForm=Fin")]


def _clauses(parse: Parse) -> int:
    return len(clausal_heads(parse))


def _subordinate(parse: Parse) -> int:
    return sum(map(subordinate, clausal_heads(parse)))


def _relative(parse: Parse) -> int:
    return sum(token.dep == "acl:relcl" for token in parse)


def _passive(parse: Parse) -> int:
    # A passive verb has a passive subject, a passive auxiliary or both: count the verb.
    return len({token.head for token in parse if token.dep in {"nsubj:pass", "csubj:pass", "aux:pass"}})


def _conjuncts(parse: Parse) -> int:
    return sum(base(token.dep) == "conj" for token in parse)


def _past(parse: Parse) -> int:
    return sum(has(token, "Tense=Past") for token in finite_verbs(parse))


def _finite(parse: Parse) -> int:
    return len(finite_verbs(parse))


def _progressive(parse: Parse) -> int:
    return sum(token.pos == "VERB" and token.tag == "VBG" for token in parse)


def _verbs(parse: Parse) -> int:
    return sum(token.pos == "VERB" for token in parse)


def _verbless(parse: Parse) -> int:
    return int(not finite_verbs(parse))


def _one(parse: Parse) -> int:
    del parse
    return 1


Count = Callable[[Parse], int]


class Row(NamedTuple):
    """One ratio of two counts in each utterance."""

    name: str
    unit: str
    high: float | None
    over: Count
    under: Count
    what: str
    definition: str
    citation: str
    expect: float
    why: str


_WORDS = ("per 100 words", None)

ROWS = (
    Row(
        "clauses_per_utterance",
        "ratio",
        None,
        _clauses,
        _one,
        "utterances",
        "Clausal heads / utterances with a word. A clausal head is a root, conjunct, parataxis or subordinate clause "
        "(advcl, acl, ccomp, csubj, xcomp) whose token is a verb or auxiliary, or has a subject or copula.",
        "demarneffe2021",
        5 / 4,
        "washing, laughed, broken, fell, stop in four utterances",
    ),
    Row(
        "subordinate_clause_ratio",
        "ratio",
        None,
        _subordinate,
        _clauses,
        "clauses",
        "Clausal heads that are advcl, acl, ccomp, csubj or xcomp / all clausal heads.",
        "demarneffe2021",
        2 / 5,
        "laughed and fell of five clauses",
    ),
    Row(
        "relative_clause_rate",
        *_WORDS,
        _relative,
        len,
        "words",
        "acl:relcl arcs per 100 words.",
        "demarneffe2021",
        5,
        "laughed, in twenty words",
    ),
    Row(
        "passive_rate",
        *_WORDS,
        _passive,
        len,
        "words",
        "Verbs with a passive subject or passive auxiliary (nsubj:pass, csubj:pass, aux:pass) per 100 words.",
        "demarneffe2021",
        5,
        "broken, in twenty words; its subject and auxiliary count once",
    ),
    Row(
        "coordination_rate",
        *_WORDS,
        _conjuncts,
        len,
        "words",
        "conj arcs per 100 words.",
        "demarneffe2021",
        5,
        "cups, in twenty words",
    ),
    Row(
        "past_tense_share",
        "ratio",
        1,
        _past,
        _finite,
        "finite verbs",
        "Finite verbs and auxiliaries with Tense=Past / finite verbs and auxiliaries (VerbForm=Fin, modals included).",
        "fraser2016",
        3 / 4,
        "laughed, was, fell of laughed, is, was, fell",
    ),
    Row(
        "progressive_share",
        "ratio",
        1,
        _progressive,
        _verbs,
        "verbs",
        "VERB tokens with the Penn tag VBG / VERB tokens.",
        "fraser2016",
        1 / 5,
        "washing of laughed, washing, broken, fell, stop",
    ),
    Row(
        "incomplete_utterance_rate",
        "ratio",
        1,
        _verbless,
        _one,
        "utterances",
        "Utterances with no finite verb (VerbForm=Fin) / utterances with a word.",
        "fraser2016",
        2 / 4,
        "'a window' and the imperative, whose form is the bare infinitive",
    ),
)


MORE: dict[str, dict[str, float]] = {"relative_clause_rate": {"words": 100}}
"""What a rate of something rare needs besides: 50 words seldom hold a relative clause at all, and the rate is more than
a standard deviation between speakers too low (docs/validation/language_curves.md)."""


def _spec(row: Row) -> FeatureSpec:
    return FeatureSpec(
        name=f"syntactic.{row.name}",
        unit=row.unit,
        low=0,
        high=row.high,
        needs={"utterances": 5, **MORE.get(row.name, {})},
        version=2 if row.name in MORE else 1,
        definition=row.definition,
        citation=row.citation,
        example=Example({"tokens_by_utterance": EXAMPLE}, row.expect, 1e-12, row.why),
        invariances=unchanged_by_all_but(),
        languages=frozenset(["en"]),
    )


@family(*(_spec(row) for row in ROWS))
def clause_measures(tokens_by_utterance: tuple[Parse, ...]) -> dict[str, Value]:
    return {
        f"syntactic.{row.name}": ratio(
            [row.over(parse) for parse in tokens_by_utterance],
            [row.under(parse) for parse in tokens_by_utterance],
            100 if row.unit == "per 100 words" else 1,
            what=row.what,
        )
        for row in ROWS
    }
