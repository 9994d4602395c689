"""From what Whisper writes to typed words and utterances."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...data_schemas import Kind, TimeSource, Utterance, Word
from .placed import Placed

PARTICIPANT = "PAR"

PAUSE = 1.0
"""Seconds of silence that end an utterance where the recogniser wrote no full stop: long for a pause within a clause
(Campione & Véronis 2002 call 1 s and more long), so few clauses are cut."""

FILLERS = frozenset("ah ahm er erm hm hmm hmmm mm mmm uh uhh uhm um umm".split())
"""Filled pauses. What answers (``uh-huh``, ``mhm``, ``huh``) or exclaims (``oh``, ``eh``) is a word."""

DOUBLES = frozenset(
    # Grammatical doubles: "that that is", "had had", "what it is is", "do do", "in in".
    "that had is was do did can will have her you "
    # Intensifiers and interjections said twice on purpose.
    "very really so much more many too long far big no yes yeah okay ok right well now there bye ha "
    # Said as words of their own when doubled: "bye bye", "night night", "knock knock", and figures: "two two".
    "night knock chop tick hush again zero one two three four five six seven eight nine ten".split()
)
"""Words whose immediate repetition is as often meant as not; a repetition of any other is marked as detected."""

UNSURE = "[?]"
"""CHAT's code for a best guess: on words that two decodings differ on, and on those below `LEAST`."""

LEAST = 0.5
"""Probability below which a word is marked. With disagreement this marks a tenth of the words of clear spontaneous
speech, among them 8 of 18 wrong ones, and half of those of muddled speech, among them 67 of 107 (tiny.en and base)."""

_ABBREVIATIONS = frozenset("mr mrs ms dr prof st sr jr vs etc e.g i.e a.m p.m u.s".split())
_EDGE = re.compile(r"^[^\w'%$€£&+-]+|[^\w'%$€£&+-]+$")
_STOP = re.compile(r"(\.\.\.|…|[.?!。？！]+)[\"'”’)\]]*$")
_TRAILING_OFF = "+..."
_TERMINATORS = {"?": "?", "？": "?", "!": "!", "！": "!"}


@dataclass(frozen=True, slots=True)
class _Heard:
    word: Word
    ends: str | None


def marked(words: Iterable[Placed]) -> list[Placed]:
    """The words, those of low probability marked as unsure too."""
    return [Placed(word.raw, word.span, word.unsure or word.raw.probability < LEAST) for word in words]


def doubts(words: Sequence[Placed]) -> tuple[str, ...]:
    """How many words are unsure, if any."""
    unsure = sum(word.unsure for word in words)
    if not unsure:
        return ()
    return (f"{unsure} of {len(words)} words are unsure; they are marked [?] in the transcript.",)


def utterances(words: Iterable[Placed]) -> tuple[Utterance, ...]:
    """Typed words in utterances, cut after sentence-final punctuation and at pauses of at least `PAUSE`.

    Parameters
    ----------
    words : iterable of Placed
        As recognised, with times in seconds of the recording, in order.

    Returns
    -------
    tuple of Utterance
        All by `PARTICIPANT`. Text keeps its case, apostrophes and hyphens; other punctuation is dropped, and the
        sentence's own ends up as its terminator (``+...`` where it trails off). Unsure words carry `UNSURE`.
    """
    heard = [found for word in words if (found := _heard(word)) is not None]
    groups: list[list[_Heard]] = []
    for item in heard:
        if not groups or groups[-1][-1].ends not in (None, _TRAILING_OFF) or _gap(groups[-1][-1], item) >= PAUSE:
            groups.append([])
        groups[-1].append(item)
    return tuple(_utterance(group) for group in groups)


def is_filler(text: str) -> bool:
    """Whether a word is a filled pause."""
    return text.lower() in FILLERS


def _heard(placed: Placed) -> _Heard | None:
    raw, span = placed.raw, placed.span
    text = raw.text.strip()
    bare = _bare(text)
    if not any(character.isalnum() for character in bare):
        return None
    word = Word(
        text=bare.rstrip("-"),
        kind=_kind(bare),
        start=round(span.start, 3),
        end=max(round(span.end, 3), round(span.start, 3) + 0.001),
        probability=min(1.0, max(0.0, raw.probability)),
        times=TimeSource.ENGINE,
        detected=bare.endswith("-"),
        codes=(UNSURE,) if placed.unsure else (),
    )
    return _Heard(word, _terminator(text, bare))


def _bare(text: str) -> str:
    """Without punctuation at its edges; a hyphen at the end stays: it marks a word cut off."""
    bare = _EDGE.sub("", text.replace("’", "'").replace("—", "-").replace("–", "-")).lstrip("-+&")
    if len(bare) > 1 and bare[0] == bare[-1] == "'":
        bare = bare[1:-1]
    return bare


def _kind(bare: str) -> Kind:
    if bare.endswith("-"):
        return Kind.FRAGMENT
    return Kind.FILLER if is_filler(bare) else Kind.WORD


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


def _utterance(group: Sequence[_Heard]) -> Utterance:
    words = _repeated([item.word for item in group])
    return Utterance(
        speaker=PARTICIPANT,
        words=tuple(words),
        start=words[0].start,
        end=words[-1].end,
        terminator=group[-1].ends or ".",
    )


def _repeated(words: Sequence[Word]) -> list[Word]:
    """Mark a word said again at once; fillers between do not matter, for "the um the" repeats too."""
    marked = list(words)
    last: int | None = None
    for index, word in enumerate(words):
        if word.kind is not Kind.WORD:
            last = last if word.kind is Kind.FILLER else None
            continue
        if last is not None and _same(words[last], word):
            marked[last] = words[last].model_copy(update={"kind": Kind.REPEATED, "detected": True})
        last = index
    return marked


def _same(first: Word, second: Word) -> bool:
    text = first.text.lower()
    return text == second.text.lower() and text not in DOUBLES
