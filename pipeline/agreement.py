"""How far the times of words and voice activity, which pauses and rates rest on together, tell the same story."""

from __future__ import annotations

from collections.abc import Iterable

from ..data_schemas import Audio, Span, Transcript
from ..data_schemas.transcript import Utterance
from ..features.views.spans import overlap, seconds, union
from ..features.views.speech import SOUNDED

EDGE = 0.1
"""Seconds by which the edge of a word and that of the voice may differ."""

VOICED, WORDED = 0.9, 0.75
"""Shares of the time in words where a voice is heard, and of the voice that has words, below which they differ.

In recordings of speech they are 1.00 and 0.93 to 1.00; laughter and coughs, which are heard as voice, have no words.
"""


def compared(transcript: Transcript, audio: Audio) -> Transcript:
    """The same transcript, with a note that says how well its words agree with the voice that is heard.

    Only the participant's words are sought in the voice, since another channel may hold the others; but anybody's
    words account for it. Without timed words, or without any voice, there is nothing to compare.
    """
    own, voice = union(_words(transcript.of_participant)), union(audio.speech or ())
    if not own or not voice:
        return transcript
    voiced = seconds(overlap(own, _wider(voice))) / seconds(own)
    worded = seconds(overlap(voice, _wider(_words(transcript.utterances)))) / seconds(voice)
    told = f"{100 * voiced:.0f} % of the time in words has a voice, {100 * worded:.0f} % of the voice has words"
    if voiced < VOICED or worded < WORDED:
        note = f"Words and the voice that was heard differ: {told}. Check pauses and rates."
    else:
        note = f"Words and the voice that was heard agree: {told}."
    return transcript.model_copy(update={"notes": (*transcript.notes, note)})


def _words(utterances: Iterable[Utterance]) -> tuple[Span, ...]:
    return tuple(
        Span(word.start, word.end)
        for utterance in utterances
        for word in utterance.words
        if word.kind in SOUNDED and word.start is not None and word.end is not None
    )


def _wider(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(Span(span.start - EDGE, span.end + EDGE) for span in spans)
