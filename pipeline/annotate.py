"""From a transcript to the sample that features read: parses, embeddings, stimulus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from ..data_schemas import (
    Audio,
    Code,
    Kind,
    LaliaError,
    Missing,
    Parse,
    Reason,
    Sample,
    Settings,
    Stimulus,
    Transcript,
    Utterance,
)
from ..data_schemas.sample import Embeddings

if TYPE_CHECKING:
    from .ingest import Located

T = TypeVar("T")

STIMULUS_BYTES = 4 * 1024**2


def annotate(item: Located, audio: Audio, transcript: Transcript, settings: Settings) -> Sample:
    """Parse and embed what the participant said.

    Parameters
    ----------
    item : Located
        The recording; its prompt and stimulus are taken along.
    audio : Audio
    transcript : Transcript
    settings : Settings
        Names the parser, the embedder and the device.

    Returns
    -------
    Sample
        One parse and one embedding row for each of `transcript.of_participant`, in order. What a model cannot give
        is the `Missing` that says why: the rest of the sample stands.

    Raises
    ------
    LaliaError
        ``bad_manifest`` or ``missing_file`` for a stimulus that is named but cannot be read: the user gave it, so it
        is an error and not an absence. ``bad_setting`` for an unknown parser or embedder.
    MemoryError, RuntimeError
        When the machine runs out of memory, for that is worth another try.
    """
    recording = item.recording
    language = transcript.language or recording.language or settings.language
    utterances = transcript.of_participant
    return Sample(
        recording=recording,
        audio=audio,
        transcript=transcript,
        parses=_made("parses", lambda: _parses(utterances, language, settings)),
        embeddings=_made("embeddings", lambda: _embeddings([spoken(u) for u in utterances], language, settings)),
        prompt_embedding=_made("prompt_embedding", lambda: _prompt(recording.prompt, language, settings)),
        stimulus=None if item.stimulus is None else read_stimulus(item.stimulus),
    )


def spoken(utterance: Utterance) -> str:
    """The utterance's plain words joined by a space: what is embedded.

    Fillers, fragments and retraced material are set aside, and so is the punctuation around words, which tells of
    the transcriber and not of the speaker.
    """
    words = (word.text.strip(' \t\n.,;:!?"“”„«»()[]…') for word in utterance.words if word.kind is Kind.WORD)
    return " ".join(word for word in words if word)


def read_stimulus(path: Path) -> Stimulus:
    """What the participant was shown, from its JSON file.

    Raises
    ------
    LaliaError
        ``missing_file`` or ``bad_manifest``; the message names what must hold, not the file's content.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(STIMULUS_BYTES + 1)
    except OSError as error:
        raise LaliaError(
            "The stimulus file must be readable",
            type(error).__name__,
            "Correct the stimulus column",
            code=Code.MISSING_FILE,
        ) from None
    if len(content) > STIMULUS_BYTES:
        raise LaliaError(
            f"A stimulus file must hold at most {STIMULUS_BYTES:,} bytes",
            "a larger one",
            "Keep the picture in a file of its own",
            code=Code.BAD_MANIFEST,
        )
    try:
        return Stimulus.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole file"
        raise LaliaError(
            "A stimulus file must be JSON with stimulus_id, title and, where there are any, content_units",
            f"{first['type']} at {place}",
            "Correct the file; docs/schemas describe it",
            code=Code.BAD_MANIFEST,
        ) from None


def _made(view: str, make: Callable[[], T | Missing]) -> T | Missing:
    try:
        return make()
    except LaliaError as error:
        if error.code in {Code.MODEL_ABSENT, Code.BAD_MODEL}:
            return Missing(Reason.MODEL_ABSENT, f"{view}: {error.code}")
        if error.code is Code.BAD_SETTING:
            raise
        return Missing(Reason.VIEW_FAILED, f"{view}: {error.code}")
    except Exception as error:  # a model's failure must not take the acoustic measures with it
        if _machine_fault(error):
            raise
        # The kind alone: a message could quote the transcript.
        return Missing(Reason.VIEW_FAILED, f"{view}: {type(error).__name__}")


def _machine_fault(error: Exception) -> bool:
    # Too little memory now says nothing of the recording; written down as missing it would never be tried again.
    return isinstance(error, MemoryError) or "out of memory" in str(error).lower()


def _parses(utterances: tuple[Utterance, ...], language: str | None, settings: Settings) -> tuple[Parse, ...] | Missing:
    from ..models import parsers

    wrong = _wrong_language(parsers.LANGUAGES.get(settings.parser), language, "parser")
    return wrong or parsers.load(settings.parser).parse(utterances)


def _embeddings(texts: list[str], language: str | None, settings: Settings) -> Embeddings | Missing:
    from ..models import embedders

    wrong = _wrong_language(embedders.LANGUAGES.get(settings.embedder), language, "embedder")
    return wrong or embedders.load(settings.embedder, settings.device).embed(texts)


def _prompt(prompt: str | None, language: str | None, settings: Settings) -> Embeddings | Missing:
    if not (prompt and prompt.strip()):
        return Missing(Reason.NO_PROMPT)
    made = _embeddings([prompt], language, settings)
    return made if isinstance(made, Missing) else made[0]


def _wrong_language(reads: str | None, language: str | None, what: str) -> Missing | None:
    if reads is None or language is None or language.split("-")[0].lower() == reads:
        return None
    return Missing(Reason.WRONG_LANGUAGE, f"the {what} reads {reads}, got {language}")
