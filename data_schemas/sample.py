"""A recording with everything the measures read: audio, transcript, parses, embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .audio import Audio
from .base import Frozen
from .feature import Missing, Reason
from .recording import Recording
from .transcript import Transcript
from .transition import Transition
from .tree import Tree


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

EMBEDDER, LANGUAGE_MODEL = "embedder", "language model"
"""Roles of the models whose weights a sample names."""

ABSENT_AUDIO = Missing(Reason.NO_AUDIO)
ABSENT_TRANSCRIPT = Missing(Reason.NO_TRANSCRIPT)
ABSENT_PROMPT = Missing(Reason.NO_PROMPT)


@dataclass(frozen=True, eq=False, slots=True)
class Routing:
    """How much each expert of a Monet was used by each utterance.

    The experts of one router are numbered n·i + j (i the bottom or left half, j the top or right one), those of router
    r from r·n² on. A share is the mean over the utterance's tokens and the router's heads of the expert's gate, so the
    shares of an utterance add up to at most 1 for each router; the experts used most are kept, and all that stand for a
    topic.

    Attributes
    ----------
    starts : ndarray of int64, shape (utterances + 1,)
        Utterance k has the entries from ``starts[k]`` to ``starts[k + 1]``.
    experts : ndarray of int32
        Expert of each entry, rising within an utterance.
    shares : ndarray of float32
    halves : ndarray of float32, shape (utterances, routers, 2, n)
        Use of every half-expert; each side adds up to 1, or to 0 for an utterance without words.
    """

    starts: npt.NDArray[np.int64]
    experts: npt.NDArray[np.int32]
    shares: npt.NDArray[np.float32]
    halves: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def used(self) -> npt.NDArray[np.bool_]:
        """Whether each utterance used any expert: those without words the model reads did not."""
        return np.asarray(self.halves.sum(axis=(1, 2, 3)) > 0)

    def taken(self, utterances: Sequence[int]) -> Routing:
        """The routing of some utterances, in the order asked for."""
        entries = [np.arange(self.starts[k], self.starts[k + 1]) for k in utterances]
        kept = np.concatenate([np.zeros(0, np.int64), *entries])
        return Routing(
            starts=np.concatenate([[0], np.cumsum([len(part) for part in entries])]).astype(np.int64),
            experts=self.experts[kept],
            shares=self.shares[kept],
            halves=self.halves[list(utterances)],
        )

    def of(self, utterance: int) -> dict[int, float]:
        """Share of each expert kept for an utterance."""
        entries = slice(int(self.starts[utterance]), int(self.starts[utterance + 1]))
        return dict(zip(map(int, self.experts[entries]), map(float, self.shares[entries]), strict=True))


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """The annotated sample that features are measured on.

    Attributes
    ----------
    parses : tuple of Parse, one per utterance of the participant, in order
        Words only: fillers, fragments and retraced material are set aside before parsing.
    trees : tuple of Tree, one per parse
        Constituency trees over the parses' tokens.
    embeddings : ndarray of float32, shape (utterances, d), rows of unit length or zero
        A zero row is an utterance without words.
    word_vectors : mapping of str to ndarray of float32, shape (d,)
        Unit or zero vector of each lower-cased lemma the participant said, and of the words in the stimulus's lists,
        embedded alone.
    prompt_embedding : ndarray of float32, shape (d,)
        The prompt, when there is one.
    exchange_embeddings : ndarray of float32, shape (exchanges, 2, d)
        Each turn of another speaker and the participant's turn that follows it, in order.
    response_embeddings : ndarray of float32, shape (responses, d)
        The responses of a fluency task, in the order of `features.views.fluency.answers`.
    routing : Routing, of as many utterances
        Use of the experts of `Settings.language_model` by each utterance's plain words.
    surprisal : tuple of tuple of float or None, one per utterance of the participant, in order
        Bits of each plain word given those before it in its utterance; None for a word that holds a character the
        language model does not know.
    match : {"none", "clan"}
        Whose inclusion rules views follow.
    weights : mapping of str to str
        SHA-256 of the models behind the fields, by role (`EMBEDDER`, `LANGUAGE_MODEL`): what a feature that compares
        with reference values has to know.
    """

    recording: Recording
    audio: Audio | Missing = ABSENT_AUDIO
    transcript: Transcript | Missing = ABSENT_TRANSCRIPT
    parses: tuple[Parse, ...] | Missing = ABSENT_TRANSCRIPT
    embeddings: Embeddings | Missing = ABSENT_TRANSCRIPT
    word_vectors: Mapping[str, Embeddings] | Missing = ABSENT_TRANSCRIPT
    prompt_embedding: Embeddings | Missing = ABSENT_PROMPT
    stimulus: Stimulus | None = None
    trees: tuple[Tree, ...] | Missing = ABSENT_TRANSCRIPT
    exchange_embeddings: Embeddings | Missing = ABSENT_TRANSCRIPT
    response_embeddings: Embeddings | Missing = ABSENT_TRANSCRIPT
    routing: Routing | Missing = ABSENT_TRANSCRIPT
    surprisal: tuple[tuple[float | None, ...], ...] | Missing = ABSENT_TRANSCRIPT
    match: str = "none"
    weights: Mapping[str, str] = field(default_factory=dict)

    def explain_transition(self, i: int) -> Transition | Missing:
        """Which experts of the language model utterance `i` and the next one share, and which are lost or new.

        Parameters
        ----------
        i : int
            The participant's utterances count from 0; those without words are passed over as the next one.

        Returns
        -------
        Transition or Missing
            Missing with its reason when the sample has no routing.

        Raises
        ------
        LaliaError
            When there is no such utterance with words, or none after it.
        """
        # Explaining reads tables that belong to the measures; a sample that is only carried about needs none of them.
        from ..features.semantic.transitions import explain

        return explain(self, i)
