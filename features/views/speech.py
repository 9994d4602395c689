"""When the participant speaks and pauses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...data_schemas.audio import Audio, Span
from ...data_schemas.feature import Missing, Reason
from ...data_schemas.recording import Task
from ...data_schemas.sample import Sample
from ...data_schemas.transcript import Kind, TimeSource, Transcript, Utterance, Word
from ..registry import view
from .language import SAID
from .spans import Spans, overlap, seconds, union, without

PAUSE = 0.25
"""Shortest silent pause in seconds (Goldman-Eisler 1968)."""

SHORT_PAUSE = 0.15
"""The same for the features that count short pauses too."""

SOUNDED = SAID | {Kind.UNINTELLIGIBLE}
"""Kinds during which the voice is heard as speech."""

COUNTED = frozenset([Kind.WORD, Kind.REPEATED, Kind.REVISED])
"""Kinds that count as words in rates: words said, without fillers and fragments."""


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A timed event of the participant: which of the participant's utterances, and its place in it."""

    start: float
    end: float
    kind: Kind = Kind.WORD
    utterance: int = 0
    index: int = 0

    @property
    def middle(self) -> float:
        """Seconds."""
        return (self.start + self.end) / 2


@dataclass(frozen=True, slots=True)
class Timeline:
    """Who speaks when.

    Attributes
    ----------
    mine, others : tuple of Span
        Speech of the participant and of everybody else.
    stretches : tuple of Span
        The participant's talk from first to last word, cut where somebody else speaks in between.
    words : tuple of TimedWord
        The participant's timed words, by time.
    sounds : tuple of Span or None
        Everything that is not silence; None when pauses cannot be told from speech.
    """

    mine: Spans
    others: Spans = ()
    stretches: Spans = ()
    words: tuple[TimedWord, ...] = ()
    sounds: Spans | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Talk between two pauses: its bounds, the pause that follows it (0 at the end of a stretch), its words."""

    start: float
    end: float
    pause: float = 0.0
    words: int = 0


@view(size=lambda timeline: seconds(timeline.mine), size_unit="s")
def timeline(sample: Sample) -> Timeline | Missing:
    """Who speaks when, from voice activity and the transcript's times, whichever there are.

    Where nobody but the participant speaks, the participant's speech is what either finds. Else it is what the
    transcript gives to the participant: voice activity cannot tell voices apart.
    """
    transcript = None if isinstance(sample.transcript, Missing) else sample.transcript
    audio = None if isinstance(sample.audio, Missing) else sample.audio
    if transcript is None and audio is None:
        return Missing(Reason.NO_AUDIO)
    active = None if audio is None or audio.speech is None else union(audio.speech)
    if transcript is None or {u.speaker for u in transcript.utterances} <= {transcript.participant}:
        return _one_speaker(transcript, active)
    return _several_speakers(transcript, active)


def _one_speaker(transcript: Transcript | None, active: Spans | None) -> Timeline | Missing:
    words = () if transcript is None else _timed(transcript.of_participant)
    if active is None and not words:
        return Missing(Reason.NO_WORD_TIMES, "and voice activity was not looked for")
    mine = union(active or (), _heard(transcript.of_participant if transcript else (), active))
    stretches = _trimmed(_from_to(words), mine) if words else _from_to(mine)
    return Timeline(mine, (), stretches, words, mine)


def _several_speakers(transcript: Transcript, active: Spans | None) -> Timeline | Missing:
    own = transcript.of_participant
    rest = tuple(u for u in transcript.utterances if u.speaker != transcript.participant)
    extents = union(extents_of(own))
    if not extents or not list(extents_of(rest)):
        return Missing(Reason.NO_WORD_TIMES, "several speakers, and no times to tell them apart")
    mine = union(_heard(own, active), overlap(extents, active or ()))
    others = union(_heard(rest, active), overlap(without(extents_of(rest), extents), active or ()))
    known = active is not None or all(_timed([u]) for u in (*own, *rest))
    sounds = union(active or (), mine, others) if known else None
    return Timeline(mine, others, _trimmed(_joined(extents, others), mine), _timed(own), sounds)


def _timed(utterances: Iterable[Utterance]) -> tuple[TimedWord, ...]:
    found = [
        TimedWord(word.start, word.end, word.kind, place, index)
        for place, utterance in enumerate(utterances)
        for index, word in enumerate(utterance.words)
        if word.kind in SOUNDED and word.start is not None and word.end is not None
    ]
    return tuple(sorted(found, key=lambda word: (word.middle, word.utterance, word.index)))


def _heard(utterances: Iterable[Utterance], active: Spans | None) -> Iterator[Span]:
    for utterance in utterances:
        untimed = True
        for word in utterance.words:
            if word.kind in SOUNDED and word.start is not None and word.end is not None:
                untimed = False
                yield from _word_heard(word, Span(word.start, word.end), active)
        if untimed and utterance.start is not None and utterance.end is not None:
            whole = Span(utterance.start, utterance.end)
            yield from [whole] if active is None else overlap([whole], active)


def _word_heard(word: Word, span: Span, active: Spans | None) -> Iterable[Span]:
    # Recognisers stretch words over the silence beside them: their times count in full only where
    # voice activity heard nothing of the word. Times given or aligned are believed.
    if active is None or word.times is not TimeSource.ENGINE:
        return [span]
    near = active[max(0, bisect_right(active, span) - 1) : bisect_right(active, (span.end, span.end))]
    return overlap([span], near) or [span]


def extents_of(utterances: Iterable[Utterance]) -> Iterator[Span]:
    """From first to last word of each utterance, or its own bounds where no word is timed; none where nothing is."""
    for utterance in utterances:
        words = _timed([utterance])
        if words:
            yield Span(min(w.start for w in words), max(w.end for w in words))
        elif utterance.start is not None and utterance.end is not None:
            yield Span(utterance.start, utterance.end)


def _from_to(items: Iterable[TimedWord] | Iterable[Span]) -> Spans:
    bounds = [(item.start, item.end) for item in items]
    if not bounds:
        return ()
    return (Span(min(start for start, _ in bounds), max(end for _, end in bounds)),)


def _joined(extents: Spans, others: Spans) -> Spans:
    joined: list[Span] = []
    for span in extents:
        if joined and not overlap([Span(joined[-1].end, span.start)], others):
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return tuple(joined)


def _trimmed(stretches: Spans, mine: Spans) -> Spans:
    return tuple(bounds for stretch in stretches for bounds in _from_to(overlap([stretch], mine)))


@view(size=seconds, size_unit="s")
def speech(timeline: Timeline) -> Spans:
    """The participant's speech: timed words and, where it can only be the participant's, voice activity."""
    return timeline.mine


@view(size=len, size_unit="timed words")
def word_times(timeline: Timeline) -> tuple[TimedWord, ...] | Missing:
    """The participant's timed words, fillers, fragments and unintelligible stretches, by time."""
    return timeline.words or Missing(Reason.NO_WORD_TIMES)


@view(size=len, size_unit="pauses")
def pauses(timeline: Timeline) -> Spans | Missing:
    """Silences of at least 250 ms inside the participant's talk; another speaker's turn is not a pause."""
    return _silences(timeline, PAUSE)


@view(size=len, size_unit="pauses")
def short_pauses(timeline: Timeline) -> Spans | Missing:
    """The same of at least 150 ms."""
    return _silences(timeline, SHORT_PAUSE)


def _silences(timeline: Timeline, least: float) -> Spans | Missing:
    if timeline.sounds is None:
        return Missing(Reason.NO_WORD_TIMES, "utterance times alone do not show pauses")
    silences = without(timeline.stretches, timeline.sounds)
    # Times in binary fractions of a second: a silence of just 250 ms may come out a rounding short.
    return tuple(silence for silence in silences if silence.end - silence.start >= least - 1e-9)


@view(size=len, size_unit="runs")
def runs(timeline: Timeline, pauses: Spans) -> tuple[Run, ...]:
    """The participant's talk cut at every pause, with the words whose middle lies in each run."""
    return _runs(timeline, pauses)


@view(size=len, size_unit="runs")
def short_runs(timeline: Timeline, short_pauses: Spans) -> tuple[Run, ...]:
    """The same, cut at every pause of at least 150 ms."""
    return _runs(timeline, short_pauses)


def _runs(timeline: Timeline, pauses: Spans) -> tuple[Run, ...]:
    spoken = without(timeline.stretches, pauses)
    lengths = {pause.start: pause.end - pause.start for pause in pauses}
    following = [lengths.get(run.end, 0.0) for run in spoken]
    middles = [word.middle for word in timeline.words if word.kind in COUNTED]
    until = [bisect_right(middles, run.end + pause / 2) for run, pause in zip(spoken, following, strict=True)]
    first = [0, *until[:-1]] if until else []
    until[-1:] = [len(middles)] if until else []
    return tuple(
        Run(run.start, run.end, pause, last - begun)
        for run, pause, begun, last in zip(spoken, following, first, until, strict=True)
    )


@view(size=len, size_unit="pauses")
def pause_neighbours(pauses: Spans, word_times: tuple[TimedWord, ...]) -> tuple[tuple[TimedWord, TimedWord], ...]:
    """The words before and after each pause that has both."""
    middles = [word.middle for word in word_times]
    places = [bisect_right(middles, (pause.start + pause.end) / 2) for pause in pauses]
    return tuple((word_times[at - 1], word_times[at]) for at in places if 0 < at < len(word_times))


@view(size=len, size_unit="words")
def counted_words(transcript: Transcript) -> tuple[Word, ...]:
    """Words the participant said: words, repeated and revised ones; no fillers, fragments or noises."""
    return tuple(word for u in transcript.of_participant for word in u.words if word.kind in COUNTED)


@view(size=len, size_unit="fillers")
def fillers(transcript: Transcript) -> tuple[Word, ...]:
    """The participant's filled pauses."""
    return tuple(word for u in transcript.of_participant for word in u.words if word.kind is Kind.FILLER)


@view(size=seconds, size_unit="s")
def heard(sample: Sample) -> Spans | Missing:
    """Where the participant's voice is looked for in the signal: the participant's speech, nobody else talking.

    All of a sustained vowel is looked at, since voice activity detectors are made for running speech.
    """
    if isinstance(sample.audio, Missing):
        return sample.audio
    whole: Audio = sample.audio
    if sample.recording.task is Task.SUSTAINED_VOWEL:
        return (Span(0.0, whole.duration),)
    found = timeline(sample)
    if isinstance(found, Missing):
        return found
    return overlap(without(found.mine, found.others), [Span(0.0, whole.duration)])
