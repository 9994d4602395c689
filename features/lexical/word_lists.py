"""Words of a kind, told by their form or tag: first person, possessives, deixis, vague words, discourse markers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...data_schemas.feature import Example, FeatureSpec
from ...data_schemas.sample import Parse, Token
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import family, feature
from ..views.examples import parse_of

FIRST_PERSON = "I me my mine myself"
DEICTIC = "this that these those here there now then"
NONSPECIFIC = "thing things thingy thingies thingamajig stuff something anything everything nothing whatnot"
INDEFINITE = (
    "some any someone somebody something somewhere somehow sometime anyone anybody anything anywhere everyone "
    "everybody everything everywhere nobody nothing nowhere none whatever whoever wherever"
)
POSSESSIVE_TAGS = "PRP$ WP$ POS"

EXAMPLE = (
    parse_of(
        "I/PRON/nsubj/2/PRP think/VERB/root/0/VBP this/DET/det/4/DT thing/NOUN/nsubj/5/NN was/AUX/ccomp/2/VBD "
        "Anna/PROPN/nmod:poss/8/NNP 's/PART/case/6/POS idea/NOUN/xcomp:pred/5/NN"
    ),
    parse_of(
        "the/DET/det/2/DT dog/NOUN/nsubj/8/NN that/PRON/nsubj/4/WDT bit/VERB/acl:relcl/2/VBD me/PRON/obj/4/PRP "
        "there/ADV/advmod/4/RB somehow/ADV/advmod/8/RB ate/VERB/root/0/VBD my/PRON/nmod:poss/10/PRP$ "
        "dinner/NOUN/obj/8/NN and/CCONJ/cc/12/CC ran/VERB/conj/8/VBD"
    ),
)
"""Twenty words."""

Test = Callable[[Token], bool]


def _among(forms: str) -> Test:
    known = frozenset(forms.lower().split())
    return lambda token: token.text.lower() in known


def _possessive(token: Token) -> bool:
    return token.tag in POSSESSIVE_TAGS.split() or "Poss=Yes" in token.morph.split("|")


class Row(NamedTuple):
    """One rate: which tokens count, how that is said, and what the example gives."""

    name: str
    counts: Test
    definition: str
    citation: str
    expect: float
    why: str
    settings: dict[str, float | str]


ROWS = (
    Row(
        "first_person_singular_rate",
        _among(FIRST_PERSON),
        "I, me, my, mine, myself per 100 words.",
        "pennebaker2003",
        15,
        "I, me, my in twenty words",
        {"forms": FIRST_PERSON},
    ),
    Row(
        "possessive_rate",
        _possessive,
        "Possessive pronouns and 's per 100 words: tokens tagged PRP$, WP$ or POS, or with the feature Poss=Yes.",
        "corcoran2018",
        10,
        "'s and my in twenty words",
        {"tags": POSSESSIVE_TAGS},
    ),
    Row(
        "wh_determiner_rate",
        lambda token: token.tag == "WDT",
        "that, what, which, whatever as determiners per 100 words: tokens with the Penn tag WDT, relative that and "
        "which among them.",
        "bedi2015",
        5,
        "relative 'that' in twenty words",
        {"tag": "WDT"},
    ),
    Row(
        "deictic_rate",
        # Forms that point are adverbs, determiners or pronouns; conjunction 'that' and existential 'there' do not.
        lambda token: _among(DEICTIC)(token) and token.tag in {"", "DT", "RB", "PDT", "PRP", "UH"},
        "this, that, these, those, here, there, now, then per 100 words, not as conjunction, relative pronoun or "
        "existential (Penn tags IN, WDT, EX).",
        "nicholas1985",
        10,
        "'this' and 'there' in twenty words; 'that' is a relative pronoun",
        {"forms": DEICTIC},
    ),
    Row(
        "nonspecific_noun_rate",
        _among(NONSPECIFIC),
        "thing(s), stuff, something, anything, everything, ... per 100 words; the forms are in the settings.",
        "berisha2015",
        5,
        "'thing' in twenty words",
        {"forms": NONSPECIFIC},
    ),
    Row(
        "indefinite_rate",
        _among(INDEFINITE),
        "Indefinite pronouns, determiners and adverbs per 100 words; the forms are in the settings.",
        "nicholas1985",
        5,
        "'somehow' in twenty words",
        {"forms": INDEFINITE},
    ),
)


def _spec(row: Row) -> FeatureSpec:
    return FeatureSpec(
        name=f"lexical.{row.name}",
        unit="per 100 words",
        low=0,
        high=100,
        needs={"words": 50},
        definition=row.definition,
        citation=row.citation,
        example=Example({"english_by_utterance": EXAMPLE}, row.expect, 1e-12, row.why),
        invariances=unchanged_by_all_but(),
        languages=frozenset(["en"]),
        settings=row.settings,
    )


@family(*(_spec(row) for row in ROWS))
def word_list_rates(english_by_utterance: tuple[Parse, ...]) -> dict[str, Value]:
    lengths = [len(parse) for parse in english_by_utterance]
    return {
        f"lexical.{row.name}": ratio(
            [sum(map(row.counts, parse)) for parse in english_by_utterance], lengths, 100, what="words"
        )
        for row in ROWS
    }


@feature(
    name="lexical.discourse_marker_rate",
    unit="per 100 words",
    low=0,
    high=100,
    needs={"words": 50},
    definition="you know, I mean, like (as marker), well, so per 100 words. 'you know' and 'I mean' count once each "
    "where the verb governs no object or clause; 'like' and 'well' where they are parsed as interjections, 'well' and "
    "'so' also where they open an utterance.",
    citation="schiffrin1987",
    example=Example(
        {
            "english_by_utterance": (
                parse_of(
                    "so/ADV/advmod/5 you/PRON/nsubj/3 know/VERB/parataxis/5 I/PRON/nsubj/5 fell/VERB/root/0 "
                    "like/INTJ/discourse/5 so/ADV/advmod/8 hard/ADV/advmod/5"
                ),
                parse_of("you/PRON/nsubj/2 know/VERB/root/0 my/PRON/nmod:poss/4 dog/NOUN/obj/2"),
            )
        },
        25,
        1e-12,
        "opening 'so', 'you know' and 'like' in twelve words; 'so hard' and 'you know my dog' do not count",
    ),
    invariances=unchanged_by_all_but("word_order"),
    languages=frozenset(["en"]),
    settings={"markers": "you know, I mean, like, well, so"},
)
def discourse_marker_rate(english_by_utterance: tuple[Parse, ...]) -> Value:
    return ratio(
        [_markers(parse) for parse in english_by_utterance],
        [len(parse) for parse in english_by_utterance],
        100,
        what="words",
    )


_COMPLEMENTS = frozenset(["obj", "iobj", "ccomp", "xcomp", "obl", "advcl"])


def _markers(parse: Parse) -> int:
    governs = {token.head for token in parse if token.dep in _COMPLEMENTS}
    forms = [token.text.lower() for token in parse]
    found = 0
    for index, (form, token) in enumerate(zip(forms, parse, strict=True)):
        before = forms[index - 1] if index else None
        if (before, form) in {("you", "know"), ("i", "mean")}:
            found += index not in governs
        elif form in {"like", "well"} and (token.pos == "INTJ" or token.dep == "discourse"):
            found += 1
        elif form in {"well", "so"}:
            found += index == 0
    return found
