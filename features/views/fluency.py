"""What a participant answers in a fluency task, told from what is said about the task."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...data_schemas.feature import Missing, Reason
from ...data_schemas.recording import LIST_TASKS, Recording, Task
from ...data_schemas.sample import Parse, Token
from ...data_schemas.transcript import Kind, Transcript, Utterance
from ..fluency.lists import LISTS, Members, category, plurals
from ..fluency.phonemic import families
from ..fluency.proper import NAMES, NUMBERS, WORDS_TOO
from ..fluency.questions import asking_from
from ..fluency.spelling import corrected
from ..registry import view

LONGEST = 5
"""Words of the longest name joined."""

COMMENTS = frozenset(
    "animal answer bit bunch category example gosh god goodness guess heaven idea kind letter lot mind minute moment "
    "name one other part rest second sort stuff thing time type word".split()
)
"""Nouns that talk about the task; never a response where responses are told by word class."""

CLAUSAL = frozenset(["VERB", "AUX", "PART", "ADP"])
"""After a bare noun these show that it belongs to a clause ("time is up", "my mother used to")."""

PHRASAL = CLAUSAL | {"PRON", "DET"}
"""After a word with the letter these show a phrase ("find another one", "for me")."""

LINKS = frozenset(["CCONJ", "INTJ", "DET"])
"""What may stand before a response: "and a dog", "oh rabbit"."""

SPEAKER, TELLING = frozenset(["i", "i've"]), frozenset(["said", "say", "mentioned", "had"])
"""Words that together, before a member, speak about it."""

CAPITALS = 1 / 4
"""Share of capitals among words inside utterances up to which a capital tells a name; headings and lists have more."""


@dataclass(frozen=True, slots=True)
class Response:
    """One response.

    Attributes
    ----------
    name : str
        Listed name or lemma, lower-cased: equal names are the same response.
    start : float or None
        Onset of its first word in seconds.
    valid : bool or None
        Whether it belongs to the category or follows the rule; None when there is no list to tell.
    groups : frozenset of str
        Subcategories; empty when none is known.
    misspelt : str or None
        Form as written where it was taken for a misspelling of the name.
    """

    name: str
    start: float | None = None
    valid: bool | None = None
    groups: frozenset[str] = frozenset()
    misspelt: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """All responses in order, what was asked for, whether a list or rule says which are right.

    `end` is when the participant's last timed word ends, in seconds.
    """

    given: tuple[Response, ...]
    asked: str
    ruled: bool
    end: float | None = None

    @property
    def accepted(self) -> tuple[Response, ...]:
        """Responses that are no intrusion."""
        return tuple(response for response in self.given if response.valid is not False)


@dataclass(frozen=True, slots=True)
class _Said:
    """A word with its parse: `pos` of its first token, that token's lemma.

    `capital` is whether it begins with a capital that tells something: inside an utterance, in a transcript with case.
    """

    form: str
    lemma: str
    pos: str
    start: float | None
    capital: bool = False


@view(size=lambda answers: len(answers.given), size_unit="responses")
def answers(recording: Recording, transcript: Transcript, parses: tuple[Parse, ...]) -> Answers | Missing:
    """The responses of a semantic or letter fluency task.

    Plain words count, and those that a rule marked as repeated: "sea lion lion" is two animals. Fillers, fragments and
    what a transcriber marked as retraced ("rat [//] squirrel") are set aside, and so is a clause that asks something.
    Members of a listed category are responses wherever else they stand, except after "I said"; other nouns where they
    stand bare, in no clause. In a letter task, bare words with the letter and other bare nouns are responses.

    Missing when the recording does not say what was asked for, or the participant said nothing.
    """
    if recording.task not in LIST_TASKS:
        return Missing(Reason.WRONG_TASK, f"not a fluency task: {recording.task}")
    field = "category" if recording.task is Task.SEMANTIC_FLUENCY else "letter"
    asked = (getattr(recording, field) or "").strip().lower()
    if not asked:
        return Missing(Reason.UNDEFINED, f"the recording's {field} is not given")
    mine = transcript.of_participant
    if not any(word.kind is Kind.WORD for utterance in mine for word in utterance.words):
        return Missing(Reason.TOO_SHORT, "no word by the participant")
    cased = _has_case(mine)
    heard = [_said(utterance, parse, cased) for utterance, parse in zip(mine, parses, strict=True)]
    letter = asked if field == "letter" else ""
    given: list[Response] = []
    for utterance, said in zip(mine, _singular(heard) if letter else heard, strict=True):
        if utterance.terminator.startswith("?"):
            said = said[: asking_from([word.form for word in said], letter)]
        given += _by_letter(said, letter) if letter else _by_category(said, asked, _is_recognised(transcript))
    ends = [word.end for utterance in mine for word in utterance.words if word.end is not None]
    ruled = bool(letter) or category(asked) in LISTS
    return Answers(tuple(given), asked, ruled, max(ends, default=None))


def _is_recognised(transcript: Transcript) -> bool:
    """Whether a recogniser wrote the words: it writes no misspellings, but words that were not understood."""
    return transcript.engine is not None or transcript.source == "whisper"


def _has_case(utterances: Sequence[Utterance]) -> bool:
    inside = [
        word.text
        for utterance in utterances
        for word in [word for word in utterance.words if word.kind is Kind.WORD][1:]
        if word.text[:1].isalpha() and not re.match(r"I\b", word.text)
    ]
    return bool(inside) and sum(text[0].isupper() for text in inside) <= CAPITALS * len(inside)


def _said(utterance: Utterance, parse: Parse, cased: bool) -> list[_Said]:
    first: dict[int, Token] = {}
    for token in parse:
        first.setdefault(token.word, token)
    found: list[_Said] = []
    copies: dict[str, tuple[str, str]] = {}
    # From the end: only the last copy of a repeated word is parsed.
    for index, word in reversed(list(enumerate(utterance.words))):
        form = re.sub(r"[-_+\s]+", " ", word.text.lower().replace("’", "'")).strip(" .,;:!?\"'")
        if form and (word.kind is Kind.WORD or (word.kind is Kind.REPEATED and word.detected)):
            parsed = first.get(index)
            lemma, pos = copies.get(form, (form, "X")) if parsed is None else (parsed.lemma.lower(), parsed.pos)
            copies[form] = lemma, pos
            found.append(_Said(form, lemma, pos, word.start, cased and word.text[:1].isupper()))
    if found:
        # Every utterance may begin with a capital.
        found[-1] = replace(found[-1], capital=False)
    return found[::-1]


def _singular(heard: Sequence[Sequence[_Said]]) -> list[list[_Said]]:
    """Plurals that the parser took for names, and so has no lemma for, under the noun where that was said too."""
    lemmas = dict.fromkeys(word.lemma for said in heard for word in said)
    singular = {many: one for one in lemmas for many in plurals(one)}
    return [
        [replace(word, lemma=singular.get(word.lemma, word.lemma)) if word.pos == "PROPN" else word for word in said]
        for said in heard
    ]


def _by_category(said: Sequence[_Said], asked: str, recognised: bool) -> list[Response]:
    name = category(asked)
    listed = LISTS.get(name)
    talk = COMMENTS | {asked, *name.split()}
    found, taken = ({}, set()) if listed is None else _members(said, name, listed, recognised)
    for place, word in enumerate(said):
        noun = word.pos in {"NOUN", "PROPN"} and word.lemma not in talk
        known = listed is not None and word.form in listed.forms
        if place not in taken and noun and not known and _bare(said, place, taken, CLAUSAL):
            found[place] = Response(word.lemma, word.start, None if listed is None else False)
            taken.add(place)
    return [found[place] for place in sorted(found)]


def _members(
    said: Sequence[_Said], asked: str, listed: Members, recognised: bool
) -> tuple[dict[int, Response], set[int]]:
    """Members of a listed category by the place of their first word, and the places of all their words."""
    written = [word.form for word in said]
    meant = written if recognised else [corrected(form, asked) or form for form in written]
    found: dict[int, Response] = {}
    taken: set[int] = set()
    at, speaker, telling = 0, -1, -1
    begun = 0  # where talk since the last member begins
    while at < len(said):
        length = next((n for n in range(LONGEST, 0, -1) if _joined(meant, at, n) in listed.forms), 0)
        # "I already said dog", "have I said dog": a member is spoken about, not given.
        if length and min(speaker, telling) < begun:
            name = listed.forms[_joined(meant, at, length)]
            form = _joined(written, at, length)
            misspelt = None if form == _joined(meant, at, length) else form
            found[at] = Response(name, said[at].start, True, listed.groups[name], misspelt)
            taken.update(range(at, at + length))
            begun = at + length
        speaker = at if written[at] in SPEAKER else speaker
        telling = at if written[at] in TELLING else telling
        at += max(1, length)
    return found, taken


def _joined(forms: Sequence[str], at: int, length: int) -> str:
    return " ".join(forms[at : at + length]) if at + length <= len(forms) else ""


def _by_letter(said: Sequence[_Said], letter: str) -> list[Response]:
    found, taken = [], {place for place, word in enumerate(said) if word.form.startswith(letter)}
    for place, word in enumerate(said):
        fits = place in taken
        noun = word.pos in {"NOUN", "PROPN"} and word.lemma not in COMMENTS
        if not (fits or noun) or not _bare(said, place, taken, PHRASAL if fits else CLAUSAL):
            continue
        valid = fits and _is_word(word)
        found.append(Response(word.lemma, word.start, valid, families(word.form)))
        taken.add(place)
    return found


def _is_word(word: _Said) -> bool:
    """Whether a form is a word, no number and no name; a name that is a word too is a word."""
    parts = word.form.removesuffix("'s").split(" ")
    if not word.form.replace("'", "").replace(" ", "").isalpha() or NUMBERS.issuperset(parts) or parts[-1] in NAMES:
        return False
    if not word.capital or parts[-1] in WORDS_TOO:
        return True
    from ..lexical.norm_table import load

    # What people rated is a word; rated brands and feasts are among the names above.
    return parts[-1] in load().measured


def _bare(said: Sequence[_Said], at: int, taken: set[int], after: frozenset[str]) -> bool:
    """Whether only links stand between a word and the response (or start) before it, and no clause follows."""
    before = at - 1
    while before >= 0 and before not in taken and said[before].pos in LINKS:
        before -= 1
    begins = before < 0 or before in taken
    follows = said[at + 1] if at + 1 < len(said) else None
    return begins and (follows is None or at + 1 in taken or follows.pos not in after)
