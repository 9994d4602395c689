"""Morphemes of English words, by their Penn tags.

References
----------
.. [1] Brown (1973). A First Language. Harvard University Press, table 7: rules for counting morphemes.
.. [2] MacWhinney (2000). The CHILDES Project; CLAN's MLU as of February 2025 for the rules of `by_clan`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...data_schemas.sample import Parse, Sample, Token
from ...data_schemas.transcript import Transcript
from ..registry import view
from .catenatives import CATENATIVES
from .language import CLAN, counts, forms, is_measurable
from .tongues import is_foreign

IRREGULAR_S = frozenset(["be", "have", "do"])
"""Verbs whose third person is, for Brown, a form of its own (is, has, does)."""

WHOLE = frozenset([*CATENATIVES, "let's"])
"""Forms that parsers cut in two and speakers do not."""

PLURALIA = frozenset(
    "binoculars clothes goggles jeans knickers leggings overalls pajamas pants pliers pyjamas scissors shears shorts "
    "slacks thanks tights tongs trousers tweezers".split()
)
"""Plurals that have no singular: their -s is part of the stem."""

NO_VERBS = frozenset(
    "anythin' buildin' ceilin' clothin' darlin' durin' evenin' everythin' meetin' mornin' nothin' nuthin' puddin' "
    "somethin' stockin' weddin'".split()
)
"""Words in -in' that are no verbs; parsers take most that are for nouns."""

LEAST_CLIPPED = 4
"""Letters of *win'*: no verb in -in' is so short."""


@view(size=len, size_unit="utterances")
def morpheme_counts(sample: Sample, transcript: Transcript, parses: tuple[Parse, ...]) -> tuple[int, ...]:
    """Morphemes of each utterance that holds a word, by Brown's rules, or by CLAN's where that is asked for.

    Utterances marked as of another language are left out.
    """
    rule: Callable[[Sequence[Token]], int] = by_clan if sample.match == CLAN else by_brown
    found = []
    for utterance, parse in zip(transcript.of_participant, parses, strict=True):
        if is_measurable(utterance, sample.match) and not is_foreign(utterance):
            words = grouped(parse)
            replaced = len(forms(utterance, sample.match)) - len(forms(utterance, ""))
            found.append(sum(rule(tokens) for tokens in words.values()) + replaced)
    return tuple(count for count in found if count)


def grouped(parse: Parse) -> Mapping[int, list[Token]]:
    """Tokens of each word of the transcript, punctuation left out; the apostrophe of *walkin'* stays with it."""
    words: dict[int, list[Token]] = {}
    for token in parse:
        if counts(token):
            words.setdefault(token.word, []).append(token)
        elif _form(token) == "'" and token.word in words and _form(words[token.word][-1]).endswith("in"):
            last = words[token.word][-1]
            words[token.word][-1] = last.model_copy(update={"text": last.text + "'"})
    return words


def by_brown(tokens: Sequence[Token]) -> int:
    """Morphemes of one word as transcribed, which a parser may have cut into several tokens."""
    if "".join(map(_form, tokens)) in WHOLE:
        return 1
    # A clitic that stands alone is a word.
    clitics = min(sum(map(is_clitic, tokens)), len(tokens) - 1)
    return 1 + clitics + sum(is_inflected(token) for token in tokens)


def by_clan(tokens: Sequence[Token]) -> int:
    """Morphemes as CLAN's MLU counts them on a %mor tier: at most one beside the stem."""
    first, rest = tokens[0], tokens[1:]
    more = (
        any(token.tag in {"NNS", "NNPS", "POS"} and _form(token) not in PLURALIA for token in tokens)
        or any(map(is_clipped, tokens))
        or any(is_regular_past(token) or (token.tag == "VBG" and token.pos in {"VERB", "AUX"}) for token in tokens)
        or (first.pos == "AUX" and any(token.lemma.lower() == "not" or _form(token) == "n't" for token in rest))
        or (first.pos in {"NOUN", "PRON"} and any(token.pos == "AUX" for token in rest))
    )
    return 1 + int(more)


def is_clitic(token: Token) -> bool:
    """Whether a token is a contracted word: 's, 'll, n't."""
    form = _form(token)
    return form.startswith("'") or form == "n't"


def is_inflected(token: Token) -> bool:
    """Whether a word bears one of the endings that Brown counts."""
    form, lemma = _form(token), token.lemma.lower()
    if is_clipped(token):
        return True
    if is_clitic(token) or form == lemma or form.endswith("in'"):
        return False
    if token.tag in {"NNS", "NNPS"}:
        return form.endswith("s") and form not in PLURALIA
    if token.tag == "VBZ":
        return form.endswith("s") and lemma not in IRREGULAR_S
    if token.tag == "VBG":
        return token.pos in {"VERB", "AUX"} and form.endswith(("ing", "in"))
    return is_regular_past(token)


def is_clipped(token: Token) -> bool:
    """Whether a word is a verb whose -ing has lost its g (*goin'*)."""
    form = _form(token)
    return form.endswith("in'") and len(form) > LEAST_CLIPPED and form not in NO_VERBS


def is_regular_past(token: Token) -> bool:
    """Whether a past form or participle is made with -ed."""
    form, lemma = _form(token), token.lemma.lower()
    return token.tag in {"VBD", "VBN"} and form.endswith("ed") and form != lemma


def _form(token: Token) -> str:
    return token.text.lower().replace("’", "'")
