"""The report's plain words for everything that is a code elsewhere: flags, reasons, kinds, families, tasks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from ...data_schemas import Code, Flag, Kind, ParticipantChoice, Reason, Task
from ..formats.languages import UNKNOWN

Member = TypeVar("Member", bound=StrEnum)

SCOPE = "Speech and language measures for research. Not validated for clinical decisions; not a diagnosis."
NO_SCORE = "No risk model is installed; no score is computed."
UNVALIDATED = "The scores have no clinical validation."
SCORE_NOTE = (
    "A score says how far a recording is from norms, or how much it resembles the people a model was trained on; it is "
    "no diagnosis. A model that was not made for a recording refuses it. The interval tells of the model's own "
    "uncertainty, not of what it was never trained on."
)

FLAGS: Mapping[Flag, str] = {
    Flag.MIXED_DOWN: (
        "The file has several channels, and they were mixed into one. If one of them holds the participant alone, "
        "name it in the manifest."
    ),
    Flag.CHANNELS_APART: (
        "The two channels hold different sound, perhaps a speaker each. Mixed, the words recognised and all measures "
        "of voice and timing may be of both: name the participant's channel in the manifest."
    ),
    Flag.CLIPPED: (
        "The sound is clipped: its loudest moments are cut off. Measures of voice and intensity can be wrong."
    ),
    Flag.LOW_SNR: (
        "Background noise is high beside the speech. Measures of voice and of pauses, and the words recognised, "
        "are less certain."
    ),
    Flag.NARROW_BAND: (
        "Only low frequencies were recorded, as on a telephone line. Measures of voice quality cannot be compared "
        "with those of full-band recordings."
    ),
    Flag.SILENT: "The recording is silent, or so faint that it carries no voice.",
    Flag.LITTLE_SPEECH: "There is little speech in the recording. What could be measured rests on few words.",
    Flag.DC_OFFSET: "The signal is shifted away from zero (DC offset), which points to a fault in the recorder.",
    Flag.DEAD_CHANNEL: "A channel of the file holds no signal.",
    Flag.TRUNCATED: "The file ends earlier than it says it does. Only what could be read was measured.",
    Flag.HUM: (
        "The mains hum in the recording (50 or 60 Hz and multiples). Measures of low voices and of voice quality "
        "can be wrong."
    ),
}

REASONS: Mapping[Reason, str] = {
    Reason.TOO_SHORT: "Too little to measure",
    Reason.NO_AUDIO: "There is no audio",
    Reason.NO_TRANSCRIPT: "There is no transcript",
    Reason.NO_WORD_TIMES: "Times of the words are not known",
    Reason.NO_SECOND_SPEAKER: "Only one person speaks",
    Reason.NO_PROMPT: "What was asked is not known",
    Reason.NO_STIMULUS: "What was shown or told is not known",
    Reason.NOT_VERBATIM: "Needs a transcript that keeps fillers and false starts",
    Reason.WRONG_TASK: "Does not apply to this task",
    Reason.WRONG_LANGUAGE: "Does not apply to this language",
    Reason.UNDEFINED: "Not defined for this recording",
    Reason.MODEL_ABSENT: "A model it needs is not installed",
    Reason.TOO_NOISY: "The recording is too noisy",
    Reason.VIEW_FAILED: "Could not be computed",
}

CODES: Mapping[Code, str] = {
    Code.BAD_MANIFEST: "The manifest has a mistake",
    Code.UNSAFE_PATH: "The path leads out of the study's folder",
    Code.MISSING_FILE: "The file is missing or cannot be read",
    Code.UNSUPPORTED_FORMAT: "The file's format is not taken",
    Code.EMPTY_FILE: "The file is empty",
    Code.TOO_LARGE: "The file is too large",
    Code.TOO_LONG: "The recording is too long",
    Code.TOO_SHORT: "The recording is too short",
    Code.BAD_HEADER: "The file's header makes no sense",
    Code.CORRUPT: "The file is damaged",
    Code.BAD_SAMPLES: "The sound holds impossible values",
    Code.BAD_TRANSCRIPT: "The transcript cannot be read",
    Code.MODEL_ABSENT: "A model is not installed",
    Code.BAD_MODEL: "A model's files are not the right ones",
    Code.BAD_SETTING: "A setting cannot be used",
    Code.STAGE_FAILED: "A stage failed on it",
    Code.MACHINE_FAULT: "The machine failed on it",
}

KINDS: Mapping[Kind, str] = {
    Kind.WORD: "word",
    Kind.FILLER: "filler",
    Kind.FRAGMENT: "fragment",
    Kind.REPEATED: "said again after",
    Kind.REVISED: "corrected after",
    Kind.UNINTELLIGIBLE: "not understood",
    Kind.NONVERBAL: "sound or gesture",
    Kind.PAUSE: "pause",
}

CHOICES: Mapping[ParticipantChoice, str] = {
    ParticipantChoice.MANIFEST: "The manifest says who the participant is.",
    ParticipantChoice.ROLE: "The transcript says who the participant is.",
    ParticipantChoice.ONLY_SPEAKER: "There is one speaker, taken for the participant.",
    ParticipantChoice.MOST_WORDS: (
        "Nothing says who the participant is; the speaker with the most words was taken. Check this."
    ),
    ParticipantChoice.ASSUMED: (
        "Speakers were not told apart: everything said counts as the participant's. Check that nobody else speaks."
    ),
}


def language(code: str | None) -> str:
    """The language of what was said, or that it is not known."""
    return "could not be told" if code == UNKNOWN else code or "not stated"


UNSURE_CHOICES = frozenset([ParticipantChoice.MOST_WORDS, ParticipantChoice.ASSUMED])
"""Choices a reader must check; the others are told under how the report was made."""

ONE_SPEAKER = re.compile(r"one speaker\b.*\bassumed", re.IGNORECASE)
"""Notes that tell what `ParticipantChoice.ASSUMED` tells already."""

OF_FORMAT = (
    "Dependent tiers ",
    "Tiers ",
    "Marks that are no part of CHAT",
    "Brackets ",
    "Repeat counts ",
    "Utterances with more than one terminator",
    "Utterances without a terminator",
    "Utterance ends written against the last word",
    "Time marks without their control characters",
    "Main lines that say nothing",
    "Segments without text",
    "Control or invisible characters",
)
"""How notes begin that tell of a file's notation only: nothing that was said, nor when, is lost by them."""

TASKS: Mapping[Task, str] = {
    Task.PICTURE_DESCRIPTION: "picture description",
    Task.STORY_RECALL: "story recall",
    Task.SEMANTIC_FLUENCY: "semantic fluency",
    Task.LETTER_FLUENCY: "letter fluency",
    Task.INTERVIEW: "interview",
    Task.FREE_SPEECH: "free speech",
    Task.READING: "reading aloud",
    Task.SUSTAINED_VOWEL: "sustained vowel",
    Task.DDK: "diadochokinesis",
}

FAMILIES: Mapping[str, tuple[str, str]] = {
    "lexical": (
        "Words",
        "Which words are chosen: how many, how varied, how common, of which class. Contractions are split as the "
        "parser splits them (“don’t” into two), so the word count can differ from the words transcribed.",
    ),
    "syntactic": ("Grammar", "How words are built into clauses and utterances, from a dependency parse."),
    "semantic": (
        "Meaning",
        "How closely each utterance follows in meaning from those before it and from the topic.",
    ),
    "discourse_graph": (
        "Word graph",
        "The path of speech from word to word, drawn as a graph: recurrence and reach.",
    ),
    "fluency": ("Verbal fluency", "Words produced in a naming task: how many, in which clusters, with which errors."),
    "timing": ("Timing", "Pauses, pace and turns, from the times of words or of voice activity."),
    "prosody": ("Prosody", "Melody and loudness: how pitch and intensity vary over speech."),
    "voice": ("Voice", "Steadiness and clarity of the voice, from its periods and its spectrum."),
    "articulation": ("Articulation", "Movement and precision of speech sounds, from resonances and syllable timing."),
    "spectral": ("Spectrum", "The distribution of energy over frequency, summarised over speech."),
    "quality": ("Recording and transcript", "How good the material is that all other measures rest on."),
}
"""Heading and a sentence or two for each family of the catalogue."""

RUNNING_SPEECH = "Measured on running speech; published limits for sustained vowels do not apply."
TASK_UNKNOWN = "The task is not stated; published limits for sustained vowels apply to sustained vowels only."
"""Cautions beside measures of voice when the task is not, or may not be, a sustained vowel."""


def found(words: Mapping[Member, str], kind: type[Member], code: str) -> str | None:
    """Plain words for a code, or None for one that this version does not know."""
    try:
        return words[kind(code)]
    except ValueError:
        return None


def reason(text: str | None) -> tuple[str, str]:
    """Plain words and detail of a missing value's reason, as features_long.csv writes it.

    >>> reason("too_short: words: needs 50 words, got 31")
    ('Too little to measure', 'words: needs 50 words, got 31')
    """
    if not text:
        return "No reason was recorded", ""
    code, _, detail = text.partition(": ")
    words = found(REASONS, Reason, code)
    return (words, detail.replace("_", " ")) if words else (text, "")


def task(name: Task | None) -> str:
    """The task in plain words."""
    return "not stated" if name is None else TASKS[name]
