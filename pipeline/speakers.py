"""Who said what: words get the speaker whose channel or whose voice they are heard in.

In this order: the channel that the manifest names; the speakers of a transcript that was given; voices told apart by a
diariser. Where nothing proves a second speaker there is one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from ..data_schemas import (
    Audio,
    Code,
    Kind,
    LaliaError,
    ParticipantChoice,
    Settings,
    Span,
    Speaker,
    Task,
    Transcript,
    Utterance,
    Word,
)
from .ingest import Located

if TYPE_CHECKING:
    from ..models.diarisers import Turn

SHARED = frozenset([Task.INTERVIEW, Task.FREE_SPEECH, None])
"""Tasks in which another person may speak; in all others a second voice is taken for the participant's own."""

CHANNELS = "channels"
"""`Transcript.diariser` where each speaker has a channel."""

NEAR = 0.02
"""Seconds: overlaps with two speakers' turns that differ by less count as equal."""

MEASURED = (
    "In test conversations of two voices 6 % of the speech was missed, invented or given to the wrong one: "
    "check who said what."
)
"""For the notes of a transcript whose speakers were told apart by voice: benchmarks/results/speakers.md."""

ARISES = 10.0
"""Seconds of talk from which one voice is told to be checked for a second: what the network hears at once."""

_ASSUMED = re.compile(r"one speaker\b.*\bassumed", re.IGNORECASE)


def assign(
    transcript: Transcript, audio: Audio, item: Located, settings: Settings, *, other: Transcript | None = None
) -> Transcript:
    """Give every word its speaker; call it once words have their final times.

    Parameters
    ----------
    transcript : Transcript
    audio : Audio
        Checked.
    item : Located
        Its task tells whether another person may speak.
    settings : Settings
        ``diariser``: ``embedded``, ``none``, or the folder of a pyannote pipeline.
    other : Transcript, optional
        What is said on the channel that is not the participant's, see `channels.apart`.

    Returns
    -------
    Transcript
        Utterances end where the speaker changes and stand in order of time; those of different speakers may overlap.
        The participant is the one named by the manifest, else the one with most words.

    Raises
    ------
    LaliaError
        What `models.diarisers.load` raises for a folder that the user named. Where the embedded diariser's weights
        are not installed the transcript has one speaker, and a note says so.
    """
    if other is not None:
        return _by_channel(transcript, other, item.recording.task)
    if not _may_be_shared(transcript, item, settings):
        return transcript
    from ..models import diarisers
    from ..models.resample import to_16k

    try:
        diariser = diarisers.load(settings.diariser, settings.device)
    except LaliaError as error:
        if settings.diariser != diarisers.EMBEDDED or error.code is not Code.MODEL_ABSENT:
            raise
        return _noted(
            transcript,
            "Speakers were not told apart: the weights of the embedded diariser are not installed.",
        )
    turns = diariser.turns(to_16k(audio.samples, audio.rate), audio.speech or ())
    told = diariser.use[0].name if settings.diariser != diarisers.EMBEDDED else diarisers.EMBEDDED
    return _by_voice(transcript.model_copy(update={"diariser": told}), turns, item.recording.task)


def _may_be_shared(transcript: Transcript, item: Located, settings: Settings) -> bool:
    return (
        settings.diariser != "none"
        and item.recording.task in SHARED
        and item.recording.participant_channel is None
        and transcript.participant_choice is ParticipantChoice.ASSUMED
        and any(_timed(utterance) for utterance in transcript.utterances)
    )


def _timed(unit: Utterance | Word) -> Span | None:
    if unit.start is not None and unit.end is not None:
        return Span(unit.start, unit.end)
    times = [word for word in unit.words if word.start is not None] if isinstance(unit, Utterance) else []
    return Span(min(w.start or 0.0 for w in times), max(w.end or 0.0 for w in times)) if times else None


def _by_voice(transcript: Transcript, turns: Sequence[Turn], task: Task | None) -> Transcript:
    pieces = _pieces(transcript.utterances, turns) if turns else transcript.utterances
    names = list(dict.fromkeys(piece.speaker for piece in pieces))
    seconds = {name: sum(turn.end - turn.start for turn in turns if turn.speaker == name) for name in names}
    if len(names) < 2:
        # One voice is the answer wherever a second is not proven, so it must be checked too.
        unheard = sum(turn.end - turn.start for turn in turns if turn.speaker not in names)
        more = f" (another was, for {unheard:.1f} s, but not in words)" if unheard else ""
        asked = unheard or sum(seconds.values()) >= ARISES
        note = f"One voice was heard{more}, taken for the participant's.{f' {MEASURED}' if asked else ''}"
        return _noted(transcript, note, participant_choice=ParticipantChoice.ONLY_SPEAKER)
    words = Counter(piece.speaker for piece in pieces for word in piece.words if word.kind is Kind.WORD)
    participant = max(names, key=lambda name: words[name])
    speakers = _speakers(names, participant, task)
    heard = ", ".join(f"{speakers[name].code} {seconds[name]:.0f} s" for name in names)
    return _noted(
        transcript,
        f"{len(names)} voices were told apart by their sound ({heard}). {MEASURED}",
        utterances=tuple(u.model_copy(update={"speaker": speakers[u.speaker].code}) for u in pieces),
        speakers=tuple(speakers.values()),
        participant=speakers[participant].code,
        participant_choice=ParticipantChoice.MOST_WORDS,
    )


def _by_channel(own: Transcript, other: Transcript, task: Task | None) -> Transcript:
    speakers = _speakers(["own", "other"], "own", task)
    utterances = [
        utterance.model_copy(update={"speaker": speakers[side].code})
        for side, said in (("own", own), ("other", other))
        for utterance in said.utterances
    ]
    utterances.sort(key=lambda utterance: (_timed(utterance) or Span(0.0, 0.0)).start)
    notes = [f"Other channel: {note}" for note in other.notes if not _ASSUMED.search(note) and note not in own.notes]
    return _noted(
        own,
        "Each channel was transcribed by itself; what leaks from one to the other was left out.",
        *notes,
        utterances=tuple(utterances),
        speakers=tuple(speakers.values()),
        participant=speakers["own"].code,
        participant_choice=ParticipantChoice.MANIFEST,
        diariser=CHANNELS,
    )


def _speakers(names: Sequence[str], participant: str, task: Task | None) -> dict[str, Speaker]:
    """The participant is PAR; of two speakers in an interview the other is the investigator."""
    known = {participant: Speaker(code="PAR", role="Participant")}
    others = [name for name in names if name != participant]
    if len(others) == 1 and task is Task.INTERVIEW:
        known[others[0]] = Speaker(code="INV", role="Investigator")
    else:
        known |= {name: Speaker(code=f"SP{at}") for at, name in enumerate(others, start=2)}
    return {name: known[name] for name in names}


def _noted(transcript: Transcript, *notes: str, **changes: object) -> Transcript:
    """The transcript with changes and notes, less the recogniser's note that it tells no voices apart."""
    kept = transcript.notes if not changes else tuple(note for note in transcript.notes if not _ASSUMED.search(note))
    return transcript.model_copy(update={**changes, "notes": (*notes, *kept) if changes else (*kept, *notes)})


def _pieces(utterances: Sequence[Utterance], turns: Sequence[Turn]) -> tuple[Utterance, ...]:
    """Utterances cut where the speaker changes."""
    hearing = _Hearing(turns)
    pieces: list[Utterance] = []
    for utterance in utterances:
        labels = _labels(utterance, hearing, pieces[-1].speaker if pieces else hearing.names[0])
        runs = [
            (speaker, [word for _, word in run])
            for speaker, run in groupby(zip(labels, utterance.words, strict=True), key=lambda pair: pair[0])
        ]
        if len(runs) < 2:
            pieces.append(utterance.model_copy(update={"speaker": labels[0] if labels else hearing.last}))
            continue
        for at, (speaker, words) in enumerate(runs, start=1):
            timed = [word for word in words if word.start is not None]
            pieces.append(
                utterance.model_copy(
                    update={
                        "speaker": speaker,
                        "words": tuple(words),
                        "start": timed[0].start if timed else None,
                        "end": max(word.end or 0.0 for word in timed) if timed else None,
                        "terminator": utterance.terminator if at == len(runs) else ".",
                    }
                )
            )
    return tuple(pieces)


def _labels(utterance: Utterance, hearing: _Hearing, before: str) -> list[str]:
    """A speaker for each word; a word without times goes with the word before it, else with the next."""
    hearing.last = before
    timed = [_timed(word) for word in utterance.words]
    if not any(timed):
        whole = _timed(utterance)
        return [hearing.speaker(whole) if whole else before] * len(utterance.words)
    labels = [hearing.speaker(span) if span else None for span in timed]
    first = next(label for label in labels if label is not None)
    filled: list[str] = []
    for label in labels:
        filled.append(label or (filled[-1] if filled else first))
    return filled


class _Hearing:
    """Who is heard when; `last` is who was heard last, and goes on speaking where two are heard alike."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self.names = list(dict.fromkeys(turn.speaker for turn in turns))
        self.last = self.names[0]
        self._whose = np.array([self.names.index(turn.speaker) for turn in turns])
        self._starts = np.array([turn.start for turn in turns])
        self._ends = np.array([turn.end for turn in turns])

    def speaker(self, span: Span) -> str:
        """Whose turns the stretch lies in for the most part, else whose turn is nearest."""
        shared = np.minimum(self._ends, span.end) - np.maximum(self._starts, span.start)
        inside = np.bincount(self._whose, np.maximum(shared, 0.0), len(self.names))
        most = float(inside.max())
        if most > 0:
            alike = [self.names[at] for at in np.flatnonzero(inside > most - NEAR)]
        else:
            alike = [self.names[int(self._whose[int(np.argmax(shared))])]]
        self.last = self.last if self.last in alike else alike[0]
        return self.last
