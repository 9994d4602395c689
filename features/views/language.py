"""Which utterances, tokens and words of a transcript count."""

from __future__ import annotations

from collections.abc import Sequence

from ...data_schemas.feature import Missing, Reason
from ...data_schemas.sample import Parse, Sample, Token
from ...data_schemas.transcript import Kind, Transcript, Utterance, Word
from ..registry import view
from .scripts import letters_apart, parted
from .tongues import foreign, is_foreign

SAID = frozenset([Kind.WORD, Kind.FILLER, Kind.FRAGMENT, Kind.REPEATED, Kind.REVISED])
"""Kinds that are words said aloud; unintelligible stretches, noises and pauses are not."""

CLAN = "clan"
"""Value of `Sample.match` that asks for CLAN's inclusion rules."""


@view(size=len, size_unit="utterances")
def utterances(transcript: Transcript) -> tuple[Utterance, ...]:
    """The participant's utterances that hold at least one word said, in order."""
    return tuple(u for u in transcript.of_participant if any(w.kind in SAID for w in u.words))


def _is_unread(sample: Sample) -> bool:
    return isinstance(sample.parses, Missing) and sample.parses.reason is Reason.WRONG_LANGUAGE


@view(size=len, size_unit="utterances")
def utterance_lengths(sample: Sample, utterances: tuple[Utterance, ...]) -> tuple[int, ...] | Missing:
    """Words of each utterance as transcribed (a contraction is one); utterances without a word are left out.

    By CLAN's rules utterances with an unintelligible stretch are left out too, and a replaced word (``gonna [: going
    to]``) is as many as its replacement. Missing where spaces do not part words.
    """
    found = [forms(utterance, sample.match) for utterance in utterances if is_measurable(utterance, sample.match)]
    return _untold(sample, found) or tuple(len(words) for words in found if words)


def is_measurable(utterance: Utterance, match: str) -> bool:
    """Whether an utterance counts in mean lengths: all do but, by CLAN's rules, those with xxx, yyy or www."""
    return match != CLAN or all(word.kind is not Kind.UNINTELLIGIBLE for word in utterance.words)


def forms(utterance: Utterance, match: str) -> list[str]:
    """Plain words of an utterance as transcribed, or as replaced where CLAN's rules are asked for."""
    plain = (word for word in utterance.words if word.kind is Kind.WORD)
    if match != CLAN:
        return [word.text for word in plain]
    # CLAN reads [: ] and leaves [:: ], an error's target, aside.
    return [
        form
        for word in plain
        for form in (word.target.split() if word.target and "[::]" not in word.codes else [word.text])
    ]


def spoken(utterance: Utterance) -> str:
    """The utterance's plain words joined by a space: what is embedded.

    Fillers, fragments and retraced material are set aside, and so is the punctuation around words, which tells of
    the transcriber and not of the speaker.
    """
    words = (word.text.strip(' \t\n.,;:!?"“”„«»()[]…') for word in utterance.words if word.kind is Kind.WORD)
    return " ".join(word for word in words if word)


@view(size=len, size_unit="utterances")
def sentences(transcript: Transcript, parses: tuple[Parse, ...]) -> tuple[Parse, ...]:
    """Parses of the participant's utterances that hold at least one word, punctuation left in.

    Utterances marked as of another language (``[- spa]``) are left out: the parser does not read it.
    """
    both = zip(transcript.of_participant, parses, strict=True)
    return tuple(parse for said, parse in both if any(map(counts, parse)) and not is_foreign(said))


@view(size=len, size_unit="utterances")
def tokens_by_utterance(sentences: tuple[Parse, ...]) -> tuple[Parse, ...]:
    """`sentences` without punctuation, heads renumbered; what hung on punctuation hangs on its nearest word above."""
    return tuple(subparse(parse, [i for i, token in enumerate(parse) if counts(token)]) for parse in sentences)


@view(size=len, size_unit="utterances")
def english_by_utterance(transcript: Transcript, parses: tuple[Parse, ...]) -> tuple[Parse, ...]:
    """Parses without punctuation and without words marked as of another language, where a word is left."""
    kept = []
    for utterance, parse in zip(transcript.of_participant, parses, strict=True):
        away = foreign(utterance)
        kept.append(subparse(parse, [i for i, token in enumerate(parse) if counts(token) and token.word not in away]))
    return tuple(parse for parse in kept if parse)


@view(size=len, size_unit="trees")
def dependency_trees(tokens_by_utterance: tuple[Parse, ...]) -> tuple[Parse, ...]:
    """One parse for each root: an utterance that holds two sentences gives two trees."""
    return tuple(tree for parse in tokens_by_utterance for tree in _trees(parse))


@view(size=len, size_unit="words")
def tokens(parses: tuple[Parse, ...]) -> tuple[Token, ...]:
    """The participant's tokens: words only, no punctuation; contractions split as the parser splits them."""
    return tuple(token for parse in parses for token in parse if counts(token))


@view(size=lambda found: sum(map(len, found)), size_unit="words")
def words_by_utterance(sample: Sample, transcript: Transcript) -> tuple[tuple[str, ...], ...] | Missing:
    """Words of each of the participant's utterances, in order: no fillers, fragments and retraced material.

    They are the tokens of `tokens`. Where the parser does not read the language they are the words as transcribed,
    parted at spaces, without the punctuation around them: a contraction is one. Missing where spaces do not part
    words.
    """
    parses = sample.parses
    if not isinstance(parses, Missing):
        return tuple(tuple(token.text for token in parse if counts(token)) for parse in parses)
    if not _is_unread(sample):
        # Words of a language that a parser reads are its tokens: others beside them could not be compared.
        return parses
    found = tuple(tuple(parted(forms(utterance, ""))) for utterance in transcript.of_participant)
    return _untold(sample, found) or found


def _untold(sample: Sample, found: Sequence[Sequence[str]]) -> Missing | None:
    """Why words of a language without a parser cannot be told from one another; None where they can."""
    if not _is_unread(sample):
        return None
    language = getattr(sample.transcript, "language", None) or sample.recording.language
    why = letters_apart((form for words in found for form in words), language)
    return None if why is None else Missing(Reason.WRONG_LANGUAGE, why)


@view(size=len, size_unit="words")
def words(sample: Sample, transcript: Transcript, words_by_utterance: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Words of `words_by_utterance` without regard to case.

    By CLAN's rules they are the words as transcribed, contractions whole and replacements in place.
    """
    found = words_by_utterance
    if sample.match == CLAN:
        found = tuple(tuple(forms(utterance, CLAN)) for utterance in transcript.of_participant)
    return tuple(form.casefold() for utterance in found for form in utterance)


@view(size=len, size_unit="words")
def words_said(utterances: tuple[Utterance, ...]) -> tuple[Word, ...]:
    """Everything the participant said as transcribed, with fillers, fragments, repeated and revised words."""
    return tuple(word for utterance in utterances for word in utterance.words if word.kind in SAID)


def counts(token: Token) -> bool:
    """Whether a token is a word: no punctuation or symbol by its tag, and a letter or digit in its form."""
    # Parsers tag an emoji as a name.
    return token.pos not in {"PUNCT", "SPACE", "SYM"} and any(map(str.isalnum, token.text))


def roots_of(parse: Parse) -> list[int]:
    """Index of the root above each token; a root is its own head.

    A cycle, which no parser makes but a file may hold, ends at the token where it was noticed.
    """
    root = [-1] * len(parse)
    for start in range(len(parse)):
        path: list[int] = []
        at = start
        while root[at] < 0 and parse[at].head != at and len(path) <= len(parse):
            path.append(at)
            at = parse[at].head
        top = root[at] if root[at] >= 0 else at
        root[at] = top
        for step in path:
            root[step] = top
    return root


def subparse(parse: Parse, keep: Sequence[int]) -> Parse:
    """The tokens of `parse` at `keep` (ascending), each hanging on its nearest kept ancestor.

    A token with no kept ancestor becomes a root.
    """
    position = {old: new for new, old in enumerate(keep)}
    above: dict[int, int | None] = {}
    kept = []
    for new, old in enumerate(keep):
        head = _kept_above(parse, old, position, above)
        place, token = new if head is None else position[head], parse[old]
        # Most hang where they hung, and copies are dear.
        kept.append(token if token.head == place else token.model_copy(update={"head": place}))
    return tuple(kept)


def _kept_above(parse: Parse, old: int, position: dict[int, int], above: dict[int, int | None]) -> int | None:
    path: list[int] = []
    at = parse[old].head
    previous = old
    while at != previous and at not in position and at not in above and len(path) <= len(parse):
        path.append(at)
        previous, at = at, parse[at].head
    found = None if at == previous or at not in position else at
    if at in above:
        found = above[at]
    above.update(dict.fromkeys(path, found))
    return found


def _trees(parse: Parse) -> list[Parse]:
    members: dict[int, list[int]] = {}
    for index, root in enumerate(roots_of(parse)):
        members.setdefault(root, []).append(index)
    if len(members) == 1:
        return [parse]
    return [subparse(parse, indices) for indices in members.values()]
