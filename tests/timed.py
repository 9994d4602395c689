"""Transcripts of words with given times, what was said in one, and whether a file is read at all."""

from __future__ import annotations

from pathlib import Path

from lalia.data_schemas import Code, LaliaError, Speaker, TimeSource, Transcript, Utterance, Word
from lalia.pipeline.formats import plain, read

Marks = list[tuple[float, float, str]]


def transcript_of(*utterances: tuple[str, Marks, str]) -> Transcript:
    """Words with times; each utterance lasts from its first to its last."""
    made = tuple(
        Utterance(
            speaker=speaker,
            words=tuple(Word(text=t, start=a, end=b, times=TimeSource.GIVEN) for a, b, t in marks),
            start=marks[0][0],
            end=marks[-1][1],
            terminator=terminator,
        )
        for speaker, marks, terminator in utterances
    )
    speakers = tuple(Speaker(code=c, role=plain.role_of(c)) for c in dict.fromkeys(u.speaker for u in made))
    return Transcript(source="whisper", speakers=speakers, utterances=made, participant=speakers[0].code)


def said(transcript: Transcript) -> list[str]:
    """The words of each utterance."""
    return [" ".join(word.text for word in utterance.words) for utterance in transcript.utterances]


def is_read_or_refused(path: Path, text: str) -> None:
    """Any text in a file of that name gives utterances or a clear error."""
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    refused = None
    try:
        assert read(path).utterances
    except LaliaError as error:
        refused = error.code
    assert refused in (None, Code.BAD_TRANSCRIPT, Code.EMPTY_FILE)
