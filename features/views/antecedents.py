"""Third-person pronouns of the participant, and whether something said before can be what they stand for.

Rules, no model: a pronoun has an antecedent when a noun, name or resolved pronoun that agrees with it was said in the
same utterance before it or in one of the utterances before. Agreement is of number, and of person or thing; gender
where the noun tells it. benchmarks/pronouns.py measures how often the rules find what a reader finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ...data_schemas.sample import Parse, Sample, Token
from ...data_schemas.transcript import Transcript
from ..registry import view
from .language import counts, spoken
from .person_nouns import ANIMALS, EITHER, FEMININE, GROUPS, MASCULINE

REACH = 3
"""Utterances before the pronoun's own in which an antecedent may lie; turns of others count."""

HE, SHE, IT, THEY = "he", "she", "it", "they"

PRONOUNS = {
    **dict.fromkeys(("he", "him", "his", "himself"), HE),
    **dict.fromkeys(("she", "her", "hers", "herself"), SHE),
    **dict.fromkeys(("it", "its", "itself"), IT),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves", "themself", "'em"), THEY),
}
ALL = frozenset(PRONOUNS.values())

COMMON = 6.0
"""Zipf frequency from which a word of another speaker is taken for a function word: those turns are not parsed."""

_INSIDE = frozenset(
    "compound amod nummod advmod discourse obl:npmod nmod:npmod obl:tmod nmod:tmod obl:unmarked".split()
)
"""Relations in which a noun names nothing that a pronoun could take up; the last five are of nouns that tell when or
how much (two years ago, that summer), of which each parser has its own."""

_WITHOUT_DOER = frozenset("seem rain snow hail".split())
_RAISING = _WITHOUT_DOER | frozenset("appear happen look sound turn matter take help hurt please".split())
_TIMES = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday spring summer autumn winter christmas easter".split()
)
_WEATHER = _TIMES | frozenset(
    "cold warm hot cool dark light late early sunny rainy windy cloudy overcast foggy icy humid snowy time morning "
    "evening noon midnight o'clock night".split()
)
_CLAUSES = frozenset(["ccomp", "xcomp", "csubj", "csubj:outer", "advcl"])
_ADDRESS = frozenset(["honor", "honour", "lord", "sir", "madam", "ma'am"])
_PREDICATES = frozenset(["xcomp:pred"])
_OPENING = frozenset(["to", "for", "that", "if", "whether"])
"""Words that open a clause for which *it* stands: it is good to be able, it is strange that."""
_STATED = frozenset(["that", "if", "whether"])
"""The same below a passive: it is said that. With *to*, *it* may be a thing: it was used to cut."""


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A third-person pronoun that stands for something: places of utterance and token, and whether it was found."""

    utterance: int
    token: int
    resolved: bool


@view(size=len, size_unit="pronouns")
def third_persons(sample: Sample, transcript: Transcript, parses: tuple[Parse, ...]) -> tuple[Pronoun, ...]:
    """The participant's third-person pronouns, in order; *it* that stands for nothing (it rains, it seems) left out.

    The prompt and what other speakers say may hold antecedents. Their words are not parsed: any word of theirs that is
    not among the commonest may be one of any kind, and so may each of their pronouns.
    """
    heard: list[set[str]] = [_of_others(sample.recording.prompt or "")]
    found = []
    mine = iter(enumerate(parses))
    for utterance in transcript.utterances:
        if utterance.speaker != transcript.participant:
            heard.append(_of_others(spoken(utterance)))
            continue
        place, parse = next(mine)
        if any(map(counts, parse)):
            said: set[str] = set()
            below = hanging(parse)
            before = set().union(*heard[-REACH:])
            for index, token in enumerate(parse):
                kind = _pronoun(token)
                if kind is None:
                    said |= _mention(parse, below, index)
                elif not (kind == IT and _stands_for_nothing(parse, below, index)):
                    resolved = kind in said or kind in before
                    found.append(Pronoun(place, index, resolved))
                    said |= {kind} if resolved else set()
            heard.append(said)
    return tuple(found)


def _pronoun(token: Token) -> str | None:
    return PRONOUNS.get(token.text.lower()) if token.pos in {"PRON", "DET"} else None


def hanging(parse: Parse) -> list[list[int]]:
    """Places of the tokens that hang on each token, roots on none."""
    below: list[list[int]] = [[] for _ in parse]
    for place, token in enumerate(parse):
        if token.head != place:
            below[token.head].append(place)
    return below


def _mention(parse: Parse, below: list[list[int]], index: int) -> set[str]:
    """Pronouns that can take up what a token names."""
    token = parse[index]
    lemma = token.lemma.lower()
    if token.pos == "PRON":
        return _of_pronoun(token, lemma)
    if token.pos not in {"NOUN", "PROPN"} or not counts(token) or token.dep in _INSIDE or lemma in _ADDRESS:
        return set()
    if token.dep in _PREDICATES and _speaks_or_hears(parse, below[token.head]):
        # I'm a doctor: the noun names somebody who is I or you.
        return set()
    # Two joined by `and` are named by the first of them.
    mine = [parse[place] for place in below[index]]
    joined = any(other.dep == "conj" and other.pos in {"NOUN", "PROPN"} for other in mine)
    plural = token.tag in {"NNS", "NNPS"} or "Number=Plur" in token.morph
    found = {THEY} if plural or joined or lemma in GROUPS else set()
    if plural:
        return found
    definite = any(other.lemma.lower() in {"the", "this", "that", "a"} for other in mine)
    return found | _of_noun(token, lemma, definite)


def _speaks_or_hears(parse: Parse, of_verb: list[int]) -> bool:
    return any(parse[place].dep == "nsubj" and parse[place].text.lower() in {"i", "you", "we"} for place in of_verb)


def _of_pronoun(token: Token, lemma: str) -> set[str]:
    if token.tag in {"DT", "WDT"} or lemma in {"this", "that", "something", "everything", "anything", "nothing"}:
        return {IT}
    if lemma in {"these", "those", "many", "some", "all", "both", "few"}:
        return {THEY}
    return {HE, SHE, THEY} if lemma in EITHER else set()


def _of_noun(token: Token, lemma: str, definite: bool) -> set[str]:
    if lemma in MASCULINE:
        return {HE}
    if lemma in FEMININE:
        return {SHE}
    if lemma in EITHER:
        return {HE, SHE, THEY}
    if lemma in ANIMALS:
        return {HE, SHE, IT}
    if token.pos != "PROPN" or lemma in _TIMES or lemma in GROUPS:
        return {IT}
    # The names of people take no article: the Constitution, the Louvre.
    return {IT, THEY} if definite else {HE, SHE, IT, THEY}


def _of_others(text: str) -> set[str]:
    from wordfreq import zipf_frequency

    found: set[str] = set()
    for word in text.lower().split():
        if word in PRONOUNS:
            found.add(PRONOUNS[word])
        elif word.isalpha() and zipf_frequency(word, "en") < COMMON:
            return set(ALL)
    return found


def _stands_for_nothing(parse: Parse, below: list[list[int]], index: int) -> bool:
    """Whether *it* is a mere subject: of weather and time, of seeming, or in place of a clause that follows."""
    token = parse[index]
    if token.text.lower() != "it":
        return False
    if token.dep == "expl":
        return True
    if token.dep == "nsubj:pass":
        return _clause_after(parse, below, index, {token.head}, _STATED)
    if token.dep != "nsubj":
        return False
    verb = parse[token.head]
    lemma = verb.lemma.lower()
    if lemma in _RAISING:
        return lemma in _WITHOUT_DOER or _clause_after(parse, below, index, {token.head})
    said = {place for place in below[token.head] if parse[place].dep in _PREDICATES}
    if lemma == "be" and any(_of_time(parse, place) for place in below[token.head]):
        return True
    if verb.pos == "ADJ":
        # As the object of `make it hard to see` it hangs on the adjective.
        said.add(token.head)
    elif lemma != "be":
        return False
    return bool(said) and _clause_after(parse, below, index, {token.head} | said)


def _clause_after(
    parse: Parse, below: list[list[int]], index: int, heads: set[int], opening: frozenset[str] = _OPENING
) -> bool:
    """Whether a clause that hangs on one of `heads` follows."""
    return any(
        place > index and place not in heads and parse[place].dep in _CLAUSES and _opened(parse, below[place], opening)
        for head in heads
        for place in below[head]
    )


def _of_time(parse: Parse, place: int) -> bool:
    """Whether what *it is* tells a time, weather or who speaks: it is cold, the fifth of May, me."""
    token = parse[place]
    if token.pos == "PRON" and token.dep in _PREDICATES:
        return token.lemma.lower() in {"i", "me", "we", "us"} or token.text.lower() in {"me", "us"}
    ordinal = token.text.lower().endswith(("first", "second", "third", "th"))
    following = (other.lemma.lower() for other in parse[place + 1 : place + 3] if ordinal)
    return token.lemma.lower() in _WEATHER or any(lemma in _TIMES for lemma in following)


def _opened(parse: Parse, of_clause: list[int], opening: frozenset[str]) -> bool:
    return any(parse[place].dep == "mark" and parse[place].text.lower() in opening for place in of_clause)


def of_utterances(pronouns: tuple[Pronoun, ...]) -> Iterator[tuple[int, int]]:
    """Pronouns of each utterance that holds one: how many, and how many without an antecedent."""
    for _, group in groupby(pronouns, key=lambda pronoun: pronoun.utterance):
        resolved = [pronoun.resolved for pronoun in group]
        yield len(resolved), resolved.count(False)
