"""Which words of a parse express a proposition, by the rules published for CPIDR.

Words are propositions by their Penn tag; corrections then take back those that add none of their own [1]_. The rules
are stated on tags and on the parser's relations, so a value can differ from CPIDR's own by its tagger and by rules of
the programme that were never published as text.

References
----------
.. [1] Brown, Snodgrass, Kemper, Herman, Covington (2008). Automatic measurement of propositional idea density from
   part-of-speech tagging. Behavior Research Methods 40(2), 540-545.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...data_schemas.sample import Parse, Token

TAGS = frozenset("CC CD DT IN JJ JJR JJS PDT POS PRP$ RB RBR RBS TO VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB".split())
"""Penn tags that are propositions unless a correction says otherwise."""

ARTICLES = frozenset(["a", "an", "the"])
DEMONSTRATIVES = frozenset(["this", "that", "these", "those"])
LINKING = frozenset("appear be become feel get grow keep look remain seem smell sound stay taste turn".split())
"""Verbs that add nothing where an adjective or adverb is predicated of their subject."""

PREDICATED = frozenset("JJ JJR JJS RB RBR RBS IN".split())
AUXILIARY = frozenset(["aux", "aux:pass"])
PAIRS = {"either": "or", "neither": "nor", "both": "and"}
"""First halves of conjunctions in two parts; the pair is one proposition, counted at its second half."""

PHRASES = frozenset(
    [("as", "well", "as"), ("out", "of"), ("because", "of"), ("instead", "of"), ("such", "as"), ("so", "that"),
     ("as", "if"), ("as", "though"), ("even", "if"), ("even", "though"), ("rather", "than"), ("up", "to"),
     ("next", "to"), ("close", "to"), ("according", "to"), ("in", "order", "to"), ("in", "front", "of"),
     ("at", "last"), ("at", "least"), ("of", "course"), ("at", "all"), ("each", "other"), ("no", "one"),
     ("kind", "of"), ("sort", "of")]
)  # fmt: skip
"""Words that together are one connective, adverb or pronoun: one proposition at most."""

_BY_FIRST = {first: sorted(phrase for phrase in PHRASES if phrase[0] == first) for first, *_ in PHRASES}


def propositions(parse: Parse) -> int:
    """Number of propositions in a parse without punctuation."""
    # An utterance can be a hundred thousand words long: nothing here may look through all of it for each of them.
    following: dict[int, list[Token]] = {}
    for index, token in enumerate(parse):
        if token.head < index:
            following.setdefault(token.head, []).append(token)
    held = [_counts(parse, index, following.get(index, ())) for index in range(len(parse))]
    forms = [token.text.lower() for token in parse]
    last = {form: index for index, form in enumerate(forms)}
    for index, form in enumerate(forms):
        if form in PAIRS and last.get(PAIRS[form], -1) > index:
            held[index] = False
        for phrase in _BY_FIRST.get(form, ()):
            if tuple(forms[index : index + len(phrase)]) == phrase:
                once = any(held[index : index + len(phrase)])
                held[index : index + len(phrase)] = [once] + [False] * (len(phrase) - 1)
    return sum(held)


def words(parse: Parse) -> int:
    """Words as CPIDR counts them: other contractions are words of their own, n't and parts of a hyphenated are not."""
    count = 0
    for index, token in enumerate(parse):
        form = token.text.lower().replace("’", "'")
        inside = index > 0 and token.word == parse[index - 1].word and not form.startswith("'")
        count += not (inside or form == "n't")
    return count


def _counts(parse: Parse, index: int, following: Sequence[Token]) -> bool:
    token = parse[index]
    form = token.text.lower()
    if token.tag not in TAGS or form in ARTICLES:
        return False
    if token.tag.startswith("VB"):
        return not (token.dep in AUXILIARY or _links(parse[index], following))
    if token.tag == "TO":
        return token.dep not in {"mark", "aux"}
    if form in DEMONSTRATIVES and token.tag == "DT":
        return not _before_predicate(parse, index)
    # The first of "as big as" adds nothing to the second.
    return not (form == "as" and token.dep == "advmod")


def _links(verb: Token, following: Sequence[Token]) -> bool:
    """Whether a verb only links its subject with an adjective, adverb or preposition among its later dependents."""
    if verb.lemma.lower() not in LINKING:
        return False
    for token in following:
        if token.tag in PREDICATED:
            return verb.lemma.lower() == "be" or token.dep == "xcomp:pred"
        if token.dep.startswith(("xcomp:pred", "obj")):
            return False
    return False


def _before_predicate(parse: Parse, index: int) -> bool:
    """Whether a verb, modal or adverb follows, so that a demonstrative is a pronoun and no determiner."""
    return index + 1 < len(parse) and parse[index + 1].tag.startswith(("VB", "MD", "RB"))
