"""CHAT files (.cha) as transcripts.

A file that breaks the rules gives what can be read, with notes of what was skipped and at which lines. CHAT is
verbatim by convention, so that the absence of fillers in it means that there were none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ...data_schemas.transcript import Kind, Speaker, Transcript, Utterance, Word
from . import chat_wor, chat_words, languages
from .about import About
from .chat_marks import BULLET
from .participant import choose
from .source import Notes, Source, bad_transcript

DETECTED_TIER = "%xdetected"
"""Our tier: positions, from 1, of the events of the line above that were marked by rule."""

CORPUS = "lalia"
"""Written as the corpus of speakers of whom the transcript names none, and read as none."""

_MAIN = re.compile(r"\*([^\s:]{1,40}):\s*(.*)", re.DOTALL)
_TIER = re.compile(r"(%[^\s:]{1,40}):\s*(.*)", re.DOTALL)
_HEADER = re.compile(r"@([^:\t]{1,60}):?\s*(.*)", re.DOTALL)
_SHOWN_BULLET = re.compile(r"•(\d{1,9}_\d{1,9})•")
_CODE = re.compile(r"[\w-]{1,40}")
_ID_FIELDS = ("corpus", "age", "sex", "group", "ses", "education", "custom")


class _Line(NamedTuple):
    number: int
    text: str


@dataclass
class _File:
    notes: Notes
    language: str | None = None
    roles: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    utterances: list[Utterance] = field(default_factory=list)
    edited: int | None = None
    is_chat: bool = False


def read(source: Source, about: About) -> Transcript:
    """Read a CHAT file.

    Parameters
    ----------
    source : Source
    about : About

    Returns
    -------
    Transcript
        Times in seconds; `source` is ``chat`` and `verbatim` True.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT when the file is no CHAT, has no utterance, or `about.participant` is none of its speakers.
    """
    file = _File(source.notes)
    ended = False
    for line in _logical(source):
        if ended:
            file.notes.add("Lines after @End were skipped", line.number)
        elif line.text.strip() == "@End":
            ended = True
        else:
            _take(file, line)
    _refuse_empty(file)
    if not ended:
        file.notes.add("The file has no @End; its last lines may be missing")
    speakers = _speakers(file)
    code, choice = choose(speakers, file.utterances, about.participant)
    return Transcript(
        source="chat",
        language=about.spoken(file.language, _said(file.utterances), file.notes),
        verbatim=True,
        speakers=speakers,
        participant=code,
        participant_choice=choice,
        options=file.options,
        utterances=tuple(file.utterances),
        notes=file.notes.told(),
        sha256=source.sha256,
    )


def _logical(source: Source) -> Iterator[_Line]:
    """Lines with their continuations, which start with white space, joined to them."""
    number, held = 0, ""
    for at, line in enumerate(source.lines, start=1):
        if line[:1] in ("\t", " ") and line.strip() and held:
            held += " " + line.strip()
            continue
        if held:
            yield _Line(number, held)
        number, held = at, _SHOWN_BULLET.sub(rf"{BULLET}\1{BULLET}", line.rstrip())
    if held:
        yield _Line(number, held)


def _take(file: _File, line: _Line) -> None:
    if (main := _MAIN.fullmatch(line.text)) and _CODE.fullmatch(main[1]):
        _utterance(file, main[1], main[2], line.number)
    elif tier := _TIER.fullmatch(line.text):
        _dependent(file, tier[1], tier[2], line.number)
    elif header := _HEADER.fullmatch(line.text):
        _header(file, header[1].strip(), header[2].strip(), line.number)
    else:
        file.notes.add("Lines that are no header, main line or dependent tier were skipped", line.number)


def _header(file: _File, name: str, value: str, number: int) -> None:
    file.is_chat = file.is_chat or name in ("UTF8", "Begin", "Participants", "Languages", "ID")
    if name == "Languages" and file.language is None:
        file.language = languages.short(re.split(r"[,\s]", value)[0])
    elif name == "Participants":
        for entry in value.split(","):
            # Code, name (optional, not kept: it may identify a person), role.
            parts = entry.split()
            if parts and _CODE.fullmatch(parts[0]):
                file.roles[parts[0]] = parts[-1] if len(parts) > 1 else "Unidentified"
    elif name == "Options":
        file.options += tuple(option.strip() for option in value.split(",") if option.strip())
    elif name == "ID":
        _person(file, [part.strip() for part in value.split("|")], number)


def _person(file: _File, fields: list[str], number: int) -> None:
    """Language, corpus, code, age, sex, group, SES, role, education, custom; what stands empty is not known."""
    if len(fields) < 8 or not _CODE.fullmatch(fields[2]):
        file.notes.add("@ID lines that name no speaker of CHAT's ten fields were skipped", number)
        return
    if fields[7]:
        file.roles.setdefault(fields[2], fields[7])
    corpus = "" if fields[1] == CORPUS else fields[1]
    named = dict(zip(_ID_FIELDS, (corpus, *fields[3:7], *fields[8:10]), strict=False))
    file.people.setdefault(fields[2], {name: value for name, value in named.items() if value})


def _utterance(file: _File, speaker: str, text: str, number: int) -> None:
    file.is_chat = True
    said = chat_words.parse(text, number, file.notes)
    if not said.words and not said.codes and said.terminator is None:
        file.notes.add("Main lines that say nothing were skipped", number)
        return
    if said.terminator is None:
        file.notes.add("Utterances without a terminator were given a full stop", number)
    file.utterances.append(
        Utterance(
            speaker=speaker,
            words=said.words,
            start=said.start,
            end=said.end,
            terminator=said.terminator or ".",
            codes=said.codes,
        )
    )


def _dependent(file: _File, tier: str, text: str, number: int) -> None:
    if tier not in ("%wor", DETECTED_TIER):
        file.notes.add(f"Dependent tiers {tier} were not read")
        return
    if not file.utterances:
        file.notes.add("Dependent tiers without a main line were skipped", number)
        return
    utterance = file.utterances[-1]
    if tier == "%wor":
        words = chat_wor.time(utterance.words, chat_wor.parse(text))
        if words is None:
            file.notes.add("%wor tiers that do not match their main line gave no word times", number)
            file.edited = len(file.utterances)
            return
    elif file.edited == len(file.utterances):
        return  # Somebody changed the line since the events on it were counted, and has seen what they are.
    else:
        words = _detected(utterance.words, text)
    file.utterances[-1] = utterance.model_copy(update={"words": words})


def _detected(words: tuple[Word, ...], positions: str) -> tuple[Word, ...]:
    """Events marked by rule carry no codes of their own: those on the line were made by writing it.

    A pause among them only says what the words' times say, and is left out.
    """
    marked = {int(position) for position in positions.split() if position.isascii() and position.isdigit()}
    return tuple(
        word.model_copy(update={"detected": True, "codes": ()}) if at in marked else word
        for at, word in enumerate(words, start=1)
        if at not in marked or word.kind is not Kind.PAUSE
    )


def _refuse_empty(file: _File) -> None:
    if not file.is_chat:
        raise bad_transcript(
            "A .cha file must hold CHAT headers (@Begin) and main lines (*PAR:)", "neither", "Check the file's format"
        )
    if not file.utterances:
        told = " ".join(file.notes.told())
        raise bad_transcript(
            "A CHAT file must hold at least one utterance (a line *PAR: ...)",
            f"none{'; ' + told.rstrip('.') if told else ''}",
            "Check that main lines start with * and a speaker's code",
        )


def _said(utterances: Iterable[Utterance]) -> Iterator[str]:
    return (word.text for utterance in utterances for word in utterance.words if word.kind in chat_words.SAID)


def _speakers(file: _File) -> tuple[Speaker, ...]:
    for utterance in file.utterances:
        if utterance.speaker not in file.roles:
            file.notes.add(f"Speaker {utterance.speaker} is not listed in @Participants")
            file.roles[utterance.speaker] = "Unidentified"
    return tuple(Speaker(code=code, role=role, **file.people.get(code, {})) for code, role in file.roles.items())
