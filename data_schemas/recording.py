"""What is known of a recording before it is opened."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from .base import Frozen


class Task(StrEnum):
    """Elicitation tasks; which features apply depends on them."""

    PICTURE_DESCRIPTION = "picture_description"
    STORY_RECALL = "story_recall"
    SEMANTIC_FLUENCY = "semantic_fluency"
    LETTER_FLUENCY = "letter_fluency"
    INTERVIEW = "interview"
    FREE_SPEECH = "free_speech"
    READING = "reading"
    SUSTAINED_VOWEL = "sustained_vowel"
    DDK = "ddk"


LIST_TASKS = frozenset([Task.SEMANTIC_FLUENCY, Task.LETTER_FLUENCY])
"""Tasks answered by a list of words and not by talk."""


_IDENTIFIER = re.compile(r"[^\W_][\w.\-]{0,99}")


def _identifier(value: str) -> str:
    value = unicodedata.normalize("NFC", value)
    if not _IDENTIFIER.fullmatch(value) or value.endswith("."):
        raise ValueError(
            "an identifier must be 1-100 letters, digits, '_', '-' or '.', starting with a letter or digit. "
            f"Got {value!r}. Rename it; it becomes part of file names."
        )
    return value


Identifier = Annotated[str, AfterValidator(_identifier)]


class Recording(Frozen):
    """One row of a manifest.

    `path` and `transcript` are kept as the manifest gives them, relative to its root folder;
    only the ingest stage turns them into real paths, after checking that they stay inside it.
    """

    recording_id: Identifier
    participant_id: Identifier
    path: str = Field(min_length=1)
    session: str | None = None
    task: Task | None = None
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")
    sex: str | None = None
    age: float | None = Field(default=None, ge=0, le=130)
    education: float | None = Field(default=None, ge=0, le=40)
    transcript: str | None = None
    stimulus: str | None = None
    prompt: str | None = None
    participant_speaker: str | None = None
    participant_channel: int | None = Field(default=None, ge=0, le=7)
    category: str | None = None
    letter: str | None = Field(default=None, pattern=r"^[A-Za-z]$")


class Manifest(Frozen):
    """The recordings of one run; identifiers are unique."""

    recordings: tuple[Recording, ...]


class Rejected(Frozen):
    """An item that could not be assessed, and why; one row of errors.csv."""

    recording_id: str
    stage: str
    code: str
    message: str
