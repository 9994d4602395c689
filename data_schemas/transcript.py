"""Who said what and when, with everything said kept as typed events."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from .base import Frozen


class Kind(StrEnum):
    """What an event is. Which kinds count is part of each feature's definition (see features.views)."""

    WORD = "word"
    FILLER = "filler"
    FRAGMENT = "fragment"
    REPEATED = "repeated"
    REVISED = "revised"
    UNINTELLIGIBLE = "unintelligible"
    NONVERBAL = "nonverbal"
    PAUSE = "pause"


class TimeSource(StrEnum):
    """Where an event's times come from.

    `given`: the transcript; `engine`: the recogniser; `aligned`: forced alignment with the audio; `snapped`: the
    recogniser's, moved to the nearest edge of energy where the alignment failed.
    """

    GIVEN = "given"
    ENGINE = "engine"
    ALIGNED = "aligned"
    SNAPPED = "snapped"


class Phone(Frozen):
    """A speech sound of a word: an ARPAbet symbol without stress (``AA``, ``CH``), with times in seconds."""

    text: str
    start: float = Field(ge=0)
    end: float = Field(ge=0)


class Word(Frozen):
    """One event: a word, or anything else of `Kind`.

    `repeated` and `revised` mark the material that is said again or corrected later (CHAT [/] and [//]);
    the final version is a plain word. `duration` is a transcriber's pause length in seconds (CHAT (2.3)),
    None for an unmeasured (.); `target` is the intended form of a word said otherwise (CHAT [: target]);
    `codes` keep what else the transcript's format says of the event, verbatim. `phones` are the sounds found by
    forced alignment, `alignment` how far its times are to be trusted (0 to 1).
    """

    text: str
    kind: Kind = Kind.WORD
    start: float | None = Field(default=None, ge=0)
    end: float | None = Field(default=None, ge=0)
    probability: float | None = Field(default=None, ge=0, le=1)
    times: TimeSource | None = None
    detected: bool = False
    duration: float | None = Field(default=None, ge=0)
    target: str | None = None
    codes: tuple[str, ...] = ()
    phones: tuple[Phone, ...] = ()
    alignment: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _times_in_order(self) -> Word:
        if (self.start is None) != (self.end is None):
            raise ValueError("a word must have both start and end, or neither")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"a word must not end before it starts. Got {self.start}-{self.end} s")
        return self


class Utterance(Frozen):
    """A stretch of talk by one speaker, as the transcript divides it."""

    speaker: str
    words: tuple[Word, ...]
    start: float | None = Field(default=None, ge=0)
    end: float | None = Field(default=None, ge=0)
    terminator: str = "."
    codes: tuple[str, ...] = ()


class Speaker(Frozen):
    """A speaker of the transcript; `code` is what utterances carry (PAR, INV, …).

    All but code and role are as the transcript gives them (CHAT ``@ID``), verbatim: `age` as ``67;06.``, `ses` the
    socio-economic status, `custom` whatever a corpus keeps there.
    """

    code: str
    role: str = "Unidentified"
    corpus: str | None = None
    age: str | None = None
    sex: str | None = None
    group: str | None = None
    ses: str | None = None
    education: str | None = None
    custom: str | None = None


class ParticipantChoice(StrEnum):
    """How the participant was told from the other speakers."""

    MANIFEST = "manifest"
    ROLE = "role"
    ONLY_SPEAKER = "only_speaker"
    MOST_WORDS = "most_words"
    ASSUMED = "assumed_one_speaker"


class Transcript(Frozen):
    """A whole recording's transcript.

    `source` names what made it (``chat``, ``textgrid``, ``text``, ``whisper``); `engine` and `model` the
    recogniser; `diariser` what told its speakers apart: ``channels``, ``embedded``, a pyannote pipeline, or None where
    nothing did or a given transcript does itself. `options` are those of a CHAT file (``CA``, ``heritage``). `notes`
    tell what a reader must know: lines skipped, speech left uncovered, times absent. `sha256` is that of the transcript
    file when one was given.
    """

    source: str
    language: str | None = None
    language_probability: float | None = Field(default=None, ge=0, le=1)
    engine: str | None = None
    model: str | None = None
    verbatim: bool = False
    speakers: tuple[Speaker, ...] = ()
    participant: str = "PAR"
    participant_choice: ParticipantChoice = ParticipantChoice.ASSUMED
    diariser: str | None = None
    options: tuple[str, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    notes: tuple[str, ...] = ()
    sha256: str | None = None

    @property
    def of_participant(self) -> tuple[Utterance, ...]:
        """The participant's utterances, in order."""
        return tuple(u for u in self.utterances if u.speaker == self.participant)
