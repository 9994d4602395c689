"""Propositional idea density: how many propositions the participant's words carry."""

from __future__ import annotations

from ...data_schemas.feature import Example
from ...data_schemas.sample import Parse
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.examples import parse_of
from .proposition_rules import propositions, words

EXAMPLE = (
    parse_of(
        "the/DET/det/3/DT grey/ADJ/amod/3/JJ dog/NOUN/nsubj/4/NN was/AUX/root/0/VBD//be very/ADV/advmod/6/RB "
        "happy/ADJ/xcomp:pred/4/JJ"
    ),
    parse_of(
        "she/PRON/nsubj/3/PRP had/AUX/aux/3/VBD//have gone/VERB/root/0/VBN//go to/PART/mark/5/TO sleep/VERB/xcomp/3/VB"
    ),
)
"""Eleven words; grey, very, happy, gone and sleep are propositions."""


@feature(
    name="lexical.idea_density",
    unit="per word",
    low=0,
    high=1,
    needs={"words": 50},
    definition="Propositions / words by the CPIDR rules, restated on the parser's tags and relations: words tagged CC, "
    "CD, DT, IN, JJ*, PDT, POS, PRP$, RB*, TO, VB* or W*, less articles, auxiliaries, infinitival to, linking verbs "
    "before an adjective, adverb or preposition, pronominal this and that, first halves of paired conjunctions and all "
    "but one word of a set phrase. Fillers and repetitions are left out before; n't is no word of its own. Not equal "
    "to CPIDR's own output.",
    citation="brown2008",
    example=Example(
        {"tokens_by_utterance": EXAMPLE},
        5 / 11,
        1e-12,
        "grey, very, happy (was links), gone (had is auxiliary), sleep (to is infinitival), of eleven words",
    ),
    invariances=unchanged_by_all_but("word_order"),
    languages=frozenset(["en"]),
)
def idea_density(tokens_by_utterance: tuple[Parse, ...]) -> Value:
    return ratio(
        [propositions(parse) for parse in tokens_by_utterance],
        [words(parse) for parse in tokens_by_utterance],
        what="words",
    )
