"""One CHAT main line as typed events."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ...data_schemas.transcript import Kind, Word
from . import chat_marks as marks
from . import detect
from .source import Notes

SAID = frozenset([Kind.WORD, Kind.FILLER, Kind.FRAGMENT, Kind.REPEATED, Kind.REVISED])


@dataclass
class MainLine:
    """What a main line says: events, how it ends, its time marks in seconds.

    `codes` hold what belongs to no event: linkers, precodes and whatever precedes the first event, then
    postcodes (``[+ exc]``).
    """

    words: tuple[Word, ...]
    terminator: str | None
    codes: tuple[str, ...]
    start: float | None
    end: float | None


@dataclass
class _Event:
    text: str
    kind: Kind = Kind.WORD
    form: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    duration: float | None = None
    target: str | None = None

    def word(self) -> Word:
        codes = (*self.before, *self.form, *self.after)
        return Word(text=self.text, kind=self.kind, duration=self.duration, target=self.target, codes=codes)


def parse(text: str, line: int | None, notes: Notes) -> MainLine:
    """Read the text after ``*PAR:``.

    Marks that make no sense where they stand are dropped, or kept as codes, and noted at `line`.
    """
    return _Parser(line, notes).run(text)


class _Parser:
    """Walks the tokens of one line; `scope` is what the next bracketed code applies to."""

    def __init__(self, line: int | None, notes: Notes) -> None:
        self.line, self.notes = line, notes
        self.events: list[_Event] = []
        self.leading: list[str] = []
        self.postcodes: list[str] = []
        self.opening: list[str] = []
        self.groups: list[int] = []
        self.scope = (0, 0)
        self.terminator: str | None = None
        self.bullets: list[tuple[int, int]] = []

    def run(self, text: str) -> MainLine:
        for token in marks.TOKEN.findall(self._repaired(text)):
            self._handler(token)(token)
        self._close_groups()
        start = min((a for a, _ in self.bullets), default=None)
        end = max((b for _, b in self.bullets), default=None)
        return MainLine(
            words=tuple(event.word() for event in self.events),
            terminator=self.terminator,
            codes=(*self.leading, *self.postcodes),
            start=None if start is None else start / 1000,
            end=None if end is None else end / 1000,
        )

    def _repaired(self, text: str) -> str:
        closed = marks.without_unclosed(text)
        if closed != text:
            self._note("Codes in brackets that are never closed were skipped")
        lost = marks.LOST_BULLET.sub(rf" {marks.BULLET}\1{marks.BULLET}", closed)
        if lost != closed:
            self._note("Time marks without their control characters were read as time marks")
        apart = marks.GLUED_TERMINATOR.sub(r" \1", lost)
        if apart != lost:
            self._note("Utterance ends written against the last word were read as terminators")
        return apart

    def _handler(self, token: str) -> Callable[[str], None]:
        first = token[0]
        if first == marks.BULLET and len(token) > 1:
            return self._bullet
        if first == "[" and len(token) > 1:
            return self._bracketed
        if token in marks.SIMPLE_TERMINATORS or re.fullmatch(marks.TERMINATOR, token):
            return self._end
        if re.fullmatch(marks.LINKER, token):
            return self._code
        one = {"<": self._open, ">": self._close, "“": self._quote, "”": self._code, ",": self._code, ";": self._code}
        return one.get(token) or (self._pause if re.fullmatch(marks.PAUSE, token) else self._spoken)

    def _note(self, what: str) -> None:
        self.notes.add(what, self.line)

    def _add(self, event: _Event) -> None:
        event.before, self.opening = self.opening, []
        self.events.append(event)
        self.scope = (len(self.events) - 1, len(self.events))

    def _code(self, code: str) -> None:
        """Keep a mark that is no event: with the event before it, or with the utterance."""
        (self.events[-1].after if self.events else self.leading).append(code)

    def _bullet(self, token: str) -> None:
        mark = marks.TIME_MARK.search(token.strip(marks.BULLET).strip())
        if mark is None or int(mark[2]) < int(mark[1]):
            self._note("Time marks that could not be read were left out")
            return
        if self.bullets:
            self._note("Time marks inside an utterance give only its start and end")
        self.bullets.append((int(mark[1]), int(mark[2])))

    def _end(self, token: str) -> None:
        if self.terminator is not None:
            self._note("Utterances with more than one terminator keep the last")
        self.terminator = token

    def _open(self, token: str) -> None:
        if len(self.groups) == marks.MAX_DEPTH:
            self._note(f"Brackets '<' more than {marks.MAX_DEPTH} deep were left out")
            return
        self.groups.append(len(self.events))
        self.opening.append(token)

    def _quote(self, token: str) -> None:
        self.opening.append(token)

    def _close(self, token: str) -> None:
        if not self.groups:
            self._note("Brackets '>' that close nothing were left out")
            return
        start = self.groups.pop()
        if start == len(self.events):
            # Nothing was said inside, as in <0is> [/].
            self.opening.remove("<")
            self.scope = (start, start)
            return
        self.events[-1].after.append(token)
        self.scope = (start, len(self.events))

    def _close_groups(self) -> None:
        for start in self.groups:
            self._note("Brackets '<' that are never closed were left out")
            holder = next((e for e in self.events[start:] if "<" in e.before), None)
            (holder.before if holder else self.opening).remove("<")
        for code in self.opening:
            self._code(code)

    def _pause(self, token: str) -> None:
        self._add(_Event(token, Kind.PAUSE, duration=pause_seconds(token)))

    def _bracketed(self, token: str) -> None:
        code = " ".join(token.split()).replace("[ ", "[").replace(" ]", "]")
        start, end = self.scope
        if code.startswith("[+ "):
            self.postcodes.append(code)
        elif start == end:
            self._code(code)
        elif code in marks.RETRACING:
            for event in self.events[start:end]:
                if event.kind is Kind.WORD:
                    event.kind = marks.RETRACING[code]
            self.events[-1].after.append(code)
        elif count := marks.REPEAT_COUNT.fullmatch(code):
            self._copy(int(count[1]), code)
        elif not self._replace(code):
            self.events[-1].after.append(code)

    def _replace(self, code: str) -> bool:
        """Set the target of a single word; False where the code is none or stands on something else."""
        match = marks.REPLACEMENT.fullmatch(code)
        start, end = self.scope
        event = self.events[-1]
        if match is None or end - start != 1 or event.kind not in SAID or event.target is not None:
            return False
        event.target = match[2].strip()
        if match[1] == "::":
            event.form.append("[::]")
        return True

    def _copy(self, count: int, code: str) -> None:
        """``word [x 3]`` was said three times: the earlier copies become events of their own."""
        start, end = self.scope
        said = [event for event in self.events[start:end] if event.kind in SAID]
        if not 1 <= count <= marks.MAX_COPIES or not self.notes.may_make((count - 1) * len(said)):
            self._note(f"Repeat counts outside 1-{marks.MAX_COPIES}, or too many, were kept as codes only")
            count = 1
        copies = [
            replace(
                event,
                kind=Kind.REPEATED if event.kind is Kind.WORD else event.kind,
                before=[],
                form=[],
                after=[marks.MADE_COPY],
                target=None,
            )
            for _ in range(count - 1)
            for event in said
        ]
        self.events[-1].after.append(code)
        self.events[start:start] = copies
        self.scope = (start + len(copies), end + len(copies))

    def _spoken(self, token: str) -> None:
        if marks.OMITTED.fullmatch(token) or token[:2] in ("&*", "&{", "&}"):
            self._code(token)
            self.scope = (len(self.events), len(self.events))
            return
        event = _spoken_event(token)
        if event is not None:
            self._add(event)
        elif token in "[]" + marks.BULLET:
            self._note("Brackets and control characters that belong to nothing were left out")
        else:
            if any(c.isascii() for c in token.strip(":")):
                self._note("Marks that are no part of CHAT were kept as codes")
            self._code(token)


_PREFIXES = {"&=": Kind.NONVERBAL, "&-": Kind.FILLER, "&+": Kind.FRAGMENT, "&~": Kind.FRAGMENT}


def _spoken_event(token: str) -> _Event | None:
    """A word, filler, fragment or noise; None when nothing of it can be said."""
    if old := marks.OLD_PAUSE.fullmatch(token):
        return _Event(token, Kind.PAUSE, duration=float(old[1]) if old[1] else None)
    prefix = token[:2] if token[:2] in _PREFIXES else token[:1] if token[:1] == "&" else ""
    typed = token[len(prefix) :]
    if prefix == "&=":
        name = marks.noise_name(typed)
        return _Event(name, Kind.NONVERBAL, form=[marks.FORM + typed] * (name != typed)) if name else None
    special = marks.SPECIAL_FORM.search(typed)
    base = typed[: special.start()] if special else typed
    text = marks.plain_form(base)
    if not any(c.isalnum() for c in text):
        return None
    event = _Event(text, _PREFIXES.get(prefix, Kind.WORD))
    event.form = [marks.FORM + base] * (text != base) + ([special[0]] if special else [])
    if prefix == "&~":
        event.form.append(prefix)
    elif prefix == "&":
        # Older transcripts write fillers and fragments alike; they are written back in today's way.
        event.kind = Kind.FILLER if detect.HESITATIONS["en"].fullmatch(text.lower()) else Kind.FRAGMENT
    if special is not None and special[0] == "@fp":
        event.kind = Kind.FILLER
    elif not prefix and text in marks.UNTRANSCRIBED:
        event.kind = Kind.UNINTELLIGIBLE
    return event


def pause_seconds(token: str) -> float | None:
    """Length of ``(2.3)`` or ``(1:05.2)``; None for an unmeasured ``(.)``."""
    minutes, _, seconds = token.strip("()").rpartition(":")
    if not seconds.strip("."):
        return None
    return float(seconds) + 60 * int(minutes or 0)
