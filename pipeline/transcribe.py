"""The transcript of a recording: the one that came with it, else the recogniser's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..data_schemas import Audio, ParticipantChoice, Recording, Settings, Speaker, Task, TimeSource, Transcript, Word
from .ingest import Located

WORDLESS = frozenset([Task.SUSTAINED_VOWEL, Task.DDK])
"""Tasks without words: a recogniser can only invent some."""

READ = frozenset([Task.READING])
"""Tasks in which fillers are rare, so the recogniser is not asked for them."""


_OUTDATED = ("%wor tiers that do not match", "Times of ", "Words and the voice that was heard ")
"""Beginnings of notes that a correction outdates: lines whose words were changed need not fit the times under them, and
where words lie is found and said anew."""

SHORTEST = 0.15
"""Seconds of speech in the whole recording below which a recogniser can only invent: a short word lasts as long."""


def transcribe(item: Located, audio: Audio, settings: Settings) -> Transcript:
    """Take the transcript given with a recording, or recognise the speech in it.

    Parameters
    ----------
    item : Located
        With `transcript` set, that file is read, and `participant_speaker` of the manifest names the participant in
        it; of a `corrected` one the word times are only where the alignment begins to search. The language is the
        manifest's, else the file's own, else that of `settings`.
    audio : Audio
        Checked: `speech` is set.
    settings : Settings
        Which recogniser, and whether verbatim: ``auto`` asks for fillers in every task but reading.

    Returns
    -------
    Transcript
        Empty, with a note, for tasks without words (vowel, ddk) and where nobody speaks, or for less than `SHORTEST`.

    Raises
    ------
    LaliaError
        What `pipeline.formats.read` and `models.whisper.load` raise.
    """
    return transcribe_all([(item, audio)], settings)[0]


def is_heard(item: Located) -> bool:
    """Whether the words of a recording are the recogniser's to find."""
    return item.transcript is None and item.recording.task not in WORDLESS


def transcribe_all(pairs: Sequence[tuple[Located, Audio]], settings: Settings) -> list[Transcript]:
    """Transcripts of several recordings, as `transcribe` would give each; their windows go to the recogniser together.

    Raises
    ------
    LaliaError
        For the first of them that `transcribe` would raise for.
    """
    ready = {n: found for n, pair in enumerate(pairs) if (found := _unasked(*pair, settings)) is not None}
    for verbatim in (True, False):
        asked = [
            n for n, (item, _) in enumerate(pairs)
            if n not in ready and _verbatim(item.recording.task, settings) is verbatim
        ]  # fmt: skip
        if asked:
            ready.update(zip(asked, _recognised([pairs[n] for n in asked], settings, verbatim), strict=True))
    return [ready[n] for n in range(len(pairs))]


def _recognised(pairs: Sequence[tuple[Located, Audio]], settings: Settings, verbatim: bool) -> Iterator[Transcript]:
    from ..models import whisper

    languages = [item.recording.language or settings.language for item, _ in pairs]
    recogniser = whisper.load(settings.model, settings.engine, settings.device)
    told = recogniser.transcribe_all([audio for _, audio in pairs], languages=languages, verbatim=verbatim)
    for (item, _), transcript in zip(pairs, told, strict=True):
        if item.recording.participant_speaker is None:
            yield transcript
        else:
            note = "The manifest names a speaker, but without a transcript no voice has a name."
            yield transcript.model_copy(update={"notes": (*transcript.notes, note)})


def _unasked(item: Located, audio: Audio, settings: Settings) -> Transcript | None:
    """The transcript where no recogniser is needed; else None."""
    if item.transcript is not None:
        given = _given(item.transcript, item.recording, settings)
        return _rough(given) if item.corrected else given
    if item.recording.task in WORDLESS:
        return _wordless(item.recording.task)
    voiced = sum(span.end - span.start for span in audio.speech or ())
    if 0 < voiced < SHORTEST:
        return _unheard(f"There is {voiced:.2f} s of speech, too little for a word: no recogniser was used.")
    return None


def _given(path: Path, recording: Recording, settings: Settings) -> Transcript:
    from .formats import read

    transcript = read(
        path, participant=recording.participant_speaker, language=recording.language, otherwise=settings.language
    )
    timed = any(word.start is not None for utterance in transcript.utterances for word in utterance.words)
    if timed or settings.aligner != "none":
        return transcript
    note = "The transcript given has no word times, so measures of timing that need them are missing."
    return transcript.model_copy(update={"notes": (*transcript.notes, note)})


def _rough(transcript: Transcript) -> Transcript:
    """Word times that a program found before somebody corrected the words count as the recogniser's."""
    utterances = tuple(
        utterance.model_copy(
            update={"words": tuple(word.model_copy(update=_rough_times(word)) for word in utterance.words)}
        )
        for utterance in transcript.utterances
    )
    notes = tuple(note for note in transcript.notes if not note.startswith(_OUTDATED))
    return transcript.model_copy(update={"utterances": utterances, "notes": notes})


def _rough_times(word: Word) -> dict[str, object]:
    return {"times": None if word.start is None else TimeSource.ENGINE, "phones": (), "alignment": None}


def _wordless(task: Task | None) -> Transcript:
    name = "vowel" if task is Task.SUSTAINED_VOWEL else "syllable repetition"
    return _unheard(f"The task is a {name}, without words: no recogniser was used.")


def _unheard(note: str) -> Transcript:
    return Transcript(
        source="none",
        speakers=(Speaker(code="PAR", role="Participant"),),
        participant_choice=ParticipantChoice.ASSUMED,
        notes=(note,),
    )


def _verbatim(task: Task | None, settings: Settings) -> bool:
    return settings.verbatim == "on" or (settings.verbatim == "auto" and task not in READ)
