"""From what Whisper writes to typed words and utterances."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ...data_schemas import Kind, TimeSource, Utterance, Word, base_language
from ...pipeline.formats.detect import RESPONSES, mark
from .placed import Placed

PARTICIPANT = "PAR"

PAUSE = 1.0
"""Seconds of silence that end an utterance where the recogniser wrote no full stop: long for a pause within a clause
(Campione & Véronis 2002 call 1 s and more long), so few clauses are cut."""

UNDIVIDED = 25
"""Words at most without any punctuation: a longer run holds several sentences. Of the sentences of the test recordings
that end in a full stop the longest without a comma has 24 (read), of the spontaneous ones 19."""

BREAK = 0.5
"""Seconds of silence that end an utterance in such a run, as in a TextGrid without utterances."""

FILLERS = frozenset("ah ahm er erm hm hmm hmmm mm mmm uh uhh uhm um umm".split())
"""Filled pauses. What answers (``uh-huh``, ``mhm``, ``huh``) or exclaims (``oh``, ``eh``) is a word."""

ELSEWHERE = frozenset(["er", "um"])
"""Of these, words of other languages: a pronoun and a preposition in German, an article in Portuguese."""

UNSURE = "[?]"
"""CHAT's code for a best guess: on words that two decodings differ on, and on those below `LEAST`."""

LEAST = 0.5
"""Probability below which a word is marked. With disagreement this marks a tenth of the words of clear spontaneous
speech, among them 8 of 18 wrong ones, and half of those of muddled speech, among them 67 of 107 (tiny.en and base)."""

_ABBREVIATIONS = frozenset("mr mrs ms dr prof st sr jr vs etc e.g i.e a.m p.m u.s".split())
_EDGE = re.compile(r"^[^\w'%$€£&+-]+|[^\w'%$€£&+-]+$")
_STOP = re.compile(r"(\.\.\.|…|[.?!。？！]+)[\"'”’)\]]*$")
_STOPS = ".,;:?!…。，？！：；"
_TRAILING_OFF = "+..."
_TERMINATORS = {"?": "?", "？": "?", "!": "!", "！": "!"}


@dataclass(frozen=True, slots=True)
class _Heard:
    """A word, how it ends its sentence if it does, and whether it bears any punctuation."""

    word: Word
    ends: str | None
    stopped: bool


def marked(words: Iterable[Placed]) -> list[Placed]:
    """The words, those of low probability marked as unsure too."""
    return [Placed(word.raw, word.span, word.unsure or word.raw.probability < LEAST) for word in words]


def doubts(words: Sequence[Placed]) -> tuple[str, ...]:
    """How many words are unsure, if any."""
    unsure = sum(word.unsure for word in words)
    if not unsure:
        return ()
    return (f"Unsure words, marked [?] in the transcript: {unsure} of {len(words)}.",)


def undivided(words: Iterable[Placed]) -> tuple[str, ...]:
    """How often the recogniser wrote on without punctuation, if it did: mean length of utterance suffers."""
    count = sum(_is_undivided(group) for group in _sentences(words, None))
    if not count:
        return ()
    return (
        f"Stretches of more than {UNDIVIDED} words that the recogniser wrote without punctuation: {count}. Utterances "
        f"there end at pauses of {BREAK} s, so that they may hold several sentences or a part of one.",
    )


def utterances(words: Iterable[Placed], language: str | None = None) -> tuple[Utterance, ...]:
    """Typed words in utterances, cut after sentence-final punctuation and at pauses of at least `PAUSE`.

    Where the recogniser wrote more than `UNDIVIDED` words without punctuation they are cut at pauses of `BREAK` too,
    but not after a filler or what is said again.

    Parameters
    ----------
    words : iterable of Placed
        As recognised, with times in seconds of the recording, in order.
    language : str or None
        That the words are in; None means English. Repetitions and self-corrections are marked as in every transcript
        that does not annotate them (`pipeline.formats.detect`).

    Returns
    -------
    tuple of Utterance
        All by `PARTICIPANT`. Text keeps its case, apostrophes and hyphens; other punctuation is dropped, and the
        sentence's own ends up as its terminator (``+...`` where it trails off). Unsure words carry `UNSURE`.
    """
    found: list[Utterance] = []
    ended = True
    for group in _sentences(words, language):
        before, ended = ended, group[-1].ends not in (None, _TRAILING_OFF)
        typed = _typed(group, language, answers=before and ended)
        found += [_utterance(part) for part in _parts(typed, _is_undivided(group))]
    return tuple(found)


def _sentences(words: Iterable[Placed], language: str | None) -> list[list[_Heard]]:
    groups: list[list[_Heard]] = []
    for item in (found for word in words if (found := _heard(word, language)) is not None):
        if not groups or groups[-1][-1].ends not in (None, _TRAILING_OFF) or _gap(groups[-1][-1], item) >= PAUSE:
            groups.append([])
        groups[-1].append(item)
    return groups


def _is_undivided(group: Sequence[_Heard]) -> bool:
    return len(group) > UNDIVIDED and not any(item.stopped for item in group[:-1])


def _parts(group: list[_Heard], divide: bool) -> list[list[_Heard]]:
    """The words as they are, or cut at pauses that stand after plain words."""
    parts = [group[:1]]
    for before, item in pairwise(group):
        if divide and before.word.kind is Kind.WORD and _gap(before, item) >= BREAK:
            parts.append([])
        parts[-1].append(item)
    return parts


def is_filler(text: str) -> bool:
    """Whether a word is a filled pause."""
    return text.lower() in FILLERS


def _heard(placed: Placed, language: str | None) -> _Heard | None:
    raw, span = placed.raw, placed.span
    text = raw.text.strip()
    bare = _bare(text)
    if not any(character.isalnum() for character in bare):
        return None
    word = Word(
        text=bare.rstrip("-"),
        kind=_kind(bare, language),
        start=round(span.start, 3),
        end=max(round(span.end, 3), round(span.start, 3) + 0.001),
        probability=min(1.0, max(0.0, raw.probability)),
        times=TimeSource.ENGINE,
        detected=bare.endswith("-"),
        codes=(UNSURE,) if placed.unsure else (),
    )
    return _Heard(word, _terminator(text, bare), text[-1] in _STOPS)


def _bare(text: str) -> str:
    """Without punctuation at its edges; a hyphen at the end stays: it marks a word cut off."""
    bare = _EDGE.sub("", text.replace("’", "'").replace("—", "-").replace("–", "-")).lstrip("-+&")
    if len(bare) > 1 and bare[0] == bare[-1] == "'":
        bare = bare[1:-1]
    return bare


def _kind(bare: str, language: str | None) -> Kind:
    if bare.endswith("-"):
        return Kind.FRAGMENT
    english = base_language(language or "en") == "en"
    return Kind.FILLER if is_filler(bare) and (english or bare.lower() not in ELSEWHERE) else Kind.WORD


def _terminator(text: str, bare: str) -> str | None:
    found = _STOP.search(text)
    if found is None:
        return None
    mark = found.group(1)
    if mark in ("...", "…"):
        return _TRAILING_OFF
    name = bare.lower().rstrip(".")
    if mark == "." and (name in _ABBREVIATIONS or (len(name) == 1 and name.isalpha() and name != "i")):
        return None
    return _TERMINATORS.get(mark[-1], ".")


def _gap(before: _Heard, after: _Heard) -> float:
    end, start = before.word.end, after.word.start
    return 0.0 if end is None or start is None else start - end


def _typed(group: Sequence[_Heard], language: str | None, *, answers: bool) -> list[_Heard]:
    """The words of a sentence with those marked that are said again or otherwise; *Mm.* as a whole one is a word."""
    words = [item.word for item in group]
    hesitates = words[0].kind is Kind.FILLER and RESPONSES.fullmatch(words[0].text.lower())
    if answers and len(words) == 1 and hesitates:
        return [replace(group[0], word=words[0].model_copy(update={"kind": Kind.WORD}))]
    typed = mark(words, language)
    return [replace(item, word=word) for item, word in zip(group, typed, strict=True)]


def _utterance(group: Sequence[_Heard]) -> Utterance:
    return Utterance(
        speaker=PARTICIPANT,
        words=tuple(item.word for item in group),
        start=group[0].word.start,
        end=group[-1].word.end,
        terminator=group[-1].ends or ".",
    )
