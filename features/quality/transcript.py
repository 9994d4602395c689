"""How far the transcript can be relied on."""

from __future__ import annotations

from ...data_schemas.feature import Example, Missing, Reason
from ...data_schemas.transcript import Transcript, Utterance, Word
from ..estimates import Estimate, count, mean, ratio
from ..invariances import unchanged_by_all_but
from ..registry import feature

UNSURE = 0.5
"""Word probability under which a word is doubtful."""

HEARD = (
    Word(text="a", probability=0.9, start=0.0, end=0.2),
    Word(text="cat", probability=0.9, start=0.2, end=0.5),
    Word(text="sat", probability=0.4),
    Word(text="down", probability=0.6, start=1.0, end=1.4),
)
TALK = Transcript(
    source="chat",
    utterances=(Utterance(speaker="PAR", words=HEARD), Utterance(speaker="INV", words=HEARD[:1])),
)


@feature(
    name="quality.transcript_confidence",
    unit="ratio",
    low=0,
    high=1,
    definition="Mean probability the recogniser gives the participant's words; missing where a transcript was given.",
    citation="radford2023",
    example=Example({"counted_words": HEARD}, 0.7, 1e-12, "(0.9 + 0.9 + 0.4 + 0.6) / 4"),
    invariances=unchanged_by_all_but(),
)
def transcript_confidence(counted_words: tuple[Word, ...]) -> Estimate | Missing:
    found = _probabilities(counted_words)
    return found if isinstance(found, Missing) else mean(found)


@feature(
    name="quality.low_confidence_share",
    unit="ratio",
    low=0,
    high=1,
    definition="Participant's words with a probability under 0.5 / those with a probability.",
    citation="radford2023",
    example=Example({"counted_words": HEARD}, 0.25, 1e-12, "one of four"),
    invariances=unchanged_by_all_but(),
    settings={"threshold": UNSURE},
)
def low_confidence_share(counted_words: tuple[Word, ...]) -> Estimate | Missing:
    found = _probabilities(counted_words)
    return found if isinstance(found, Missing) else ratio([p < UNSURE for p in found], [1] * len(found))


def _probabilities(words: tuple[Word, ...]) -> list[float] | Missing:
    found = [word.probability for word in words if word.probability is not None]
    return found or Missing(Reason.UNDEFINED, f"none of {len(words)} words has a probability")


@feature(
    name="quality.words_timed_share",
    unit="ratio",
    low=0,
    high=1,
    definition="Participant's words with start and end times / participant's words.",
    citation="radford2023",
    example=Example({"counted_words": HEARD}, 0.75, 1e-12, "three of four"),
    invariances=unchanged_by_all_but(),
)
def words_timed_share(counted_words: tuple[Word, ...]) -> Estimate | Missing:
    timed = [word.start is not None for word in counted_words]
    return ratio(timed, [1] * len(timed), what="words")


@feature(
    name="quality.speaker_count",
    unit="count",
    low=0,
    high=None,
    definition="Speakers who have at least one utterance in the transcript.",
    citation="macwhinney2000",
    example=Example({"transcript": TALK}, 2, 0, "PAR and INV"),
    invariances=unchanged_by_all_but(),
)
def speaker_count(transcript: Transcript) -> Estimate:
    return count(len({utterance.speaker for utterance in transcript.utterances}))
