"""Words that are denied: what is said not to be there, or not to happen.

Rules over a parse, in the relations of either parser. Negation reaches from the word it stands by to what hangs on
that, and definiteness decides how far: whoever *isn't holding the ladder* has a ladder, while nobody who *doesn't see
a dog* has told of one.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...data_schemas.sample import Parse, Token
from .language import counts

_DENYING = frozenset(["no", "not", "n't", "never", "neither", "nor"])
_DENYING_RELATIONS = frozenset(["advmod", "det", "cc", "cc:preconj"])
_NOBODY = frozenset(["nobody", "nothing", "none", "neither", "no-one"])
_SUBJECTS = frozenset(["nsubj", "nsubj:pass"])

_OBJECTS = frozenset(["obj", "iobj", "xcomp:pred"])
_BY_ITSELF = frozenset(["amod", "compound", "nummod"])
"""Relations of words that are denied as a part of what is denied: no ice cream."""

_DEFINITE = frozenset("the this that these those both my your his her its our their".split())
_SEEKING = frozenset("see find spot notice".split())
"""What a describer fails to do with a thing that is not in the picture, be it *the* thing: I can't see the dog."""

_DOUBTING = frozenset(
    "think believe suppose guess imagine reckon expect say mean seem appear look let make help want".split()
)
"""Verbs that carry their negation over to the clause below them: I don't think there is a dog. What nobody notices is
the case all the same, and a clause below any other verb is mostly the next sentence, which no stop parts from it."""

_ASKING = frozenset(["if", "whether"])
_SPEAKERS = frozenset(["i", "we", "you"])
_FINITE = frozenset(["VBZ", "VBD", "VBP"])


def affirmed(parse: Parse) -> Iterator[tuple[int, Token]]:
    """Tokens that are words and are not denied, with their places."""
    said = _Denials(parse)
    for index, token in enumerate(parse):
        if counts(token) and not said.is_denied(index):
            yield index, token


class _Denials:
    """What an utterance denies.

    Parameters
    ----------
    parse : Parse
    """

    def __init__(self, parse: Parse) -> None:
        self._parse = parse
        self._below: list[list[int]] = [[] for _ in parse]
        for index, token in enumerate(parse):
            if token.head != index:
                self._below[token.head].append(index)
        self._denied = set(self._direct())
        # Whatever nobody, or no boy, does is not done.
        self._denied |= {
            token.head for index, token in enumerate(parse) if token.dep in _SUBJECTS and self._is_nobody(index)
        }

    def is_denied(self, index: int) -> bool:
        """Whether negation reaches the token."""
        seen: set[int] = set()
        while index not in seen:
            if index in self._denied:
                return True
            seen.add(index)
            if not self._is_reached(index):
                return False
            index = self._parse[index].head
        return False

    def _direct(self) -> Iterator[int]:
        """Tokens by which a denying word stands."""
        for index, token in enumerate(self._parse):
            lemma = token.lemma.lower()
            if lemma == "without":
                # In Universal Dependencies it hangs on its noun as `case` or on its verb as `mark`.
                yield token.head if token.dep in {"case", "mark"} else index
            elif lemma in _DENYING and token.dep in _DENYING_RELATIONS and token.head != index:
                yield from self._denied_by(index)

    def _denied_by(self, index: int) -> Iterator[int]:
        before, after = self._parse[index], self._parse[index + 1 : index + 2]
        if any(token.lemma.lower() in {"only", "just", "even"} for token in after):
            return
        # In `on the ladder, not the dog` the word before is what *not* hangs on, and the one after what it denies.
        later = [k for k in self._below[before.head] if k > index and self._parse[k].dep in {"appos", "conj"}]
        if before.head < index and later and self._parse[before.head].pos in {"NOUN", "PROPN", "PRON"}:
            yield later[0]
        else:
            yield before.head

    def _is_nobody(self, index: int) -> bool:
        return index in self._denied or self._parse[index].lemma.lower() in _NOBODY

    def _is_reached(self, index: int) -> bool:
        """Whether what denies a token's head denies the token."""
        token, head = self._parse[index], self._parse[self._parse[index].head]
        if token.dep in _BY_ITSELF:
            return True
        if token.dep == "conj":
            return self._is_joined(index)
        if token.dep == "xcomp":
            return True
        if token.dep == "ccomp":
            doubted = head.lemma.lower() in _DOUBTING and not self._asks(index)
            return doubted or self._seeks_in_vain(token.head)
        if token.dep in _OBJECTS or (token.dep in _SUBJECTS and self._is_there(token.head)):
            return token.dep == "xcomp:pred" or not self._is_definite(index) or self._seeks_in_vain(token.head)
        return self._is_prepositional(index)

    def _is_joined(self, index: int) -> bool:
        token = self._parse[index]
        mine = [self._parse[k] for k in self._below[index]]
        between = (self._parse[k] for k in self._below[token.head] if token.head < k < index)
        if any(other.lemma.lower() == "but" for other in (*between, *mine)):
            return False
        # Joined verbs share a negation only where they share its auxiliary: he isn't running or jumping.
        own = token.tag in _FINITE or any(other.dep in {*_SUBJECTS, "expl"} for other in mine)
        return not (own and token.pos in {"VERB", "AUX"}) and not self._is_definite(index)

    def _is_prepositional(self, index: int) -> bool:
        """Whether negation passes a preposition: no sign of a dog, not at any dog, without a dog."""
        token, head = self._parse[index], self._parse[self._parse[index].head]
        name = head.lemma.lower()
        if name == "without":
            return token.dep == "advcl" or not self._is_definite(index)
        if token.dep in {"nmod", "obl"} and token.pos == "ADP":
            objects = [k for k in self._below[index] if self._parse[k].dep == "pobj"]
            return any(self._passes(k, token) for k in objects)
        return token.dep == "pobj" and self._passes(index, head)

    def _passes(self, index: int, preposition: Token) -> bool:
        any_of = any(self._parse[k].lemma.lower() == "any" for k in self._below[index])
        of_nothing = preposition.lemma.lower() == "of" and preposition.dep == "nmod"
        return any_of or (of_nothing and not self._is_definite(index))

    def _is_there(self, verb: int) -> bool:
        """Whether a verb says that something is there; Universal Dependencies makes that its subject."""
        return any(self._parse[k].dep == "expl" for k in self._below[verb])

    def _is_definite(self, index: int) -> bool:
        """Whether a noun is one that listeners are taken to know: the, this, his, a name."""
        if self._parse[index].pos in {"PROPN", "PRON"}:
            return True
        mine = (self._parse[k] for k in self._below[index])
        return any(other.lemma.lower() in _DEFINITE or other.dep == "nmod:poss" for other in mine)

    def _seeks_in_vain(self, verb: int) -> bool:
        """Whether the speaker says that something was not to be seen."""
        if self._parse[verb].lemma.lower() not in _SEEKING:
            return False
        doers = [self._parse[k] for k in self._below[verb] if self._parse[k].dep in _SUBJECTS]
        if doers:
            return any(doer.text.lower() in _SPEAKERS for doer in doers)
        # `couldn't find the dog` leaves the speaker out; `doesn't seem to see the dog` has a doer further up.
        return self._parse[verb].dep == "root"

    def _asks(self, clause: int) -> bool:
        return any(self._parse[k].lemma.lower() in _ASKING for k in self._below[clause])
