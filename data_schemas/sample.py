"""A recording with everything the measures read: audio, transcript, parses, embeddings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .audio import Audio
from .base import Frozen
from .feature import Missing, Reason
from .recording import Recording
from .transcript import Transcript


class Token(Frozen):
    """One token of a parse, with Universal Dependencies tags and relations.

    `head` is the index of the head within the utterance (its own index for the root); `word` is the index
    into the utterance's `words` the token was cut from, or -1 for added punctuation.
    """

    text: str
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int
    morph: str = ""
    word: int = -1


class ContentUnit(Frozen):
    """One thing a picture shows: the names that count as mentioning it, and where it is.

    `box` is x, y, width, height as shares of the picture.
    """

    name: str
    words: tuple[str, ...]
    box: tuple[float, float, float, float] | None = None


class Stimulus(Frozen):
    """What the participant was shown or told."""

    stimulus_id: str
    title: str
    picture: str | None = None
    text: str | None = None
    content_units: tuple[ContentUnit, ...] = ()
    licence: str = ""


Parse = tuple[Token, ...]
Embeddings = npt.NDArray[np.float32]

ABSENT_AUDIO = Missing(Reason.NO_AUDIO)
ABSENT_TRANSCRIPT = Missing(Reason.NO_TRANSCRIPT)
ABSENT_PROMPT = Missing(Reason.NO_PROMPT)


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """The annotated sample that features are measured on.

    Attributes
    ----------
    parses : tuple of Parse, one per utterance of the participant, in order
        Words only: fillers, fragments and retraced material are set aside before parsing.
    embeddings : ndarray of float32, shape (utterances, d), rows of unit length or zero
        A zero row is an utterance without words.
    prompt_embedding : ndarray of float32, shape (d,)
        The prompt, when there is one.
    """

    recording: Recording
    audio: Audio | Missing = ABSENT_AUDIO
    transcript: Transcript | Missing = ABSENT_TRANSCRIPT
    parses: tuple[Parse, ...] | Missing = ABSENT_TRANSCRIPT
    embeddings: Embeddings | Missing = ABSENT_TRANSCRIPT
    prompt_embedding: Embeddings | Missing = ABSENT_PROMPT
    stimulus: Stimulus | None = None
