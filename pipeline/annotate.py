"""From a transcript to the sample that features read: parses, embeddings, stimulus."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from ..data_schemas import (
    Audio,
    Code,
    LaliaError,
    Missing,
    Parse,
    Reason,
    Recording,
    Sample,
    Settings,
    Stimulus,
    Transcript,
    Utterance,
    base_language,
)
from ..data_schemas.sample import EMBEDDER, LANGUAGE_MODEL, Embeddings
from ..data_schemas.tree import Tree
from ..features.views.language import counts, spoken

if TYPE_CHECKING:
    from ..models.monet.reader import Reading
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
        is the `Missing` that says why: the rest of the sample stands. So is the transcript of a recogniser that
        does not know the language spoken.

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
    misheard = None if item.transcript is not None else _misheard(transcript, recording.language or settings.language)
    if misheard is not None:
        return Sample(
            recording=recording,
            audio=audio,
            transcript=misheard,
            parses=misheard,
            embeddings=misheard,
            trees=misheard,
            word_vectors=misheard,
            exchange_embeddings=misheard,
            routing=misheard,
            surprisal=misheard,
            stimulus=None if item.stimulus is None else read_stimulus(item.stimulus),
        )
    parses = _made("parses", lambda: _parses(utterances, language, settings))
    stimulus = None if item.stimulus is None else read_stimulus(item.stimulus)
    texts = [spoken(utterance) for utterance in utterances]
    reading = _made("routing", lambda: _reading(texts, language, settings))
    embeddings = _made("embeddings", lambda: _utterance_vectors(texts, reading, language, settings))
    return Sample(
        recording=recording,
        audio=audio,
        transcript=transcript,
        parses=parses,
        trees=_made("trees", lambda: _trees(parses, language, settings)),
        embeddings=embeddings,
        word_vectors=_made("word_vectors", lambda: _word_vectors(parses, stimulus, language, settings)),
        exchange_embeddings=_made("exchange_embeddings", lambda: _exchanges(transcript, language, settings)),
        prompt_embedding=_made("prompt_embedding", lambda: _prompt(recording.prompt, language, settings)),
        response_embeddings=_made(
            "response_embeddings", lambda: _responses(recording, transcript, parses, language, settings)
        ),
        routing=_of_reading(reading, "routing"),
        surprisal=_of_reading(reading, "surprisal"),
        match=settings.match,
        stimulus=stimulus,
        weights=_weights(embeddings, reading, settings),
    )


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


def _trees(parses: tuple[Parse, ...] | Missing, language: str | None, settings: Settings) -> tuple[Tree, ...] | Missing:
    from ..models import parsers

    if settings.constituency == parsers.NONE:
        return Missing(Reason.MODEL_ABSENT, "trees: the constituency setting is none")
    if isinstance(parses, Missing):
        if settings.constituency not in parsers.TREES:
            # An unknown name is the user's error, whatever became of the parses.
            parsers.load_constituency(settings.constituency)
        return parses
    wrong = _wrong_language(parsers.TREES.get(settings.constituency), language, "constituency parser")
    return wrong or parsers.load_constituency(settings.constituency).parse(parses)


def _utterance_vectors(
    texts: list[str], reading: Reading | Missing, language: str | None, settings: Settings
) -> Embeddings | Missing:
    from ..models import embedders

    if isinstance(reading, Missing) or not embedders.is_language_model(settings.embedder, settings.language_model):
        return _embeddings(texts, language, settings)
    # The same model has just read the same texts: these are the vectors it would give again, bit for bit.
    return reading.vectors


def _embeddings(texts: list[str], language: str | None, settings: Settings) -> Embeddings | Missing:
    from ..models import embedders

    wrong = _wrong_language(embedders.language(settings.embedder), language, "embedder")
    return wrong or embedders.load(settings.embedder, settings.device).embed(texts)


def _reading(texts: list[str], language: str | None, settings: Settings) -> Reading | Missing:
    from ..models.monet import embedded

    if settings.language_model == embedded.NONE:
        return Missing(Reason.MODEL_ABSENT, "routing: the language_model setting is none")
    wrong = _wrong_language("en", language, "language model")
    return wrong or embedded.load(settings.language_model, settings.device).read(texts, surprisal=True, routing=True)


def _weights(embeddings: Embeddings | Missing, reading: Reading | Missing, settings: Settings) -> dict[str, str]:
    """SHA-256 of the models that gave something, by role."""
    from ..models import embedders
    from ..models.monet import embedded

    found = {}
    if not isinstance(embeddings, Missing):
        found[EMBEDDER] = embedders.load(settings.embedder, settings.device).use.sha256
    if not isinstance(reading, Missing):
        found[LANGUAGE_MODEL] = embedded.use(settings.language_model, LANGUAGE_MODEL).sha256
    return found


def _of_reading(reading: Reading | Missing, part: str) -> Any:
    return reading if isinstance(reading, Missing) else getattr(reading, part)


def _word_vectors(
    parses: tuple[Parse, ...] | Missing, stimulus: Stimulus | None, language: str | None, settings: Settings
) -> dict[str, Embeddings] | Missing:
    if isinstance(parses, Missing):
        return parses
    words = {token.lemma.lower() for parse in parses for token in parse if counts(token)}
    words |= {word.lower() for unit in (stimulus.content_units if stimulus else ()) for word in unit.words}
    listed = sorted(words)
    made = _embeddings(listed, language, settings)
    return made if isinstance(made, Missing) else dict(zip(listed, made, strict=True))


def _exchanges(transcript: Transcript, language: str | None, settings: Settings) -> Embeddings | Missing:
    """Each turn of somebody else and the participant's turn after it, as rows of two."""
    turns = [
        (mine, " ".join(map(spoken, said)).strip())
        for mine, said in groupby(transcript.utterances, key=lambda u: u.speaker == transcript.participant)
    ]
    pairs = [(asked, answer) for (mine, asked), (_, answer) in pairwise(turns) if not mine]
    if not pairs:
        return Missing(Reason.NO_SECOND_SPEAKER, "nobody speaks before the participant")
    made = _embeddings([text for pair in pairs for text in pair], language, settings)
    return made if isinstance(made, Missing) else made.reshape(len(pairs), 2, -1)


def _prompt(prompt: str | None, language: str | None, settings: Settings) -> Embeddings | Missing:
    if not (prompt and prompt.strip()):
        return Missing(Reason.NO_PROMPT)
    made = _embeddings([prompt], language, settings)
    return made if isinstance(made, Missing) else made[0]


def _responses(
    recording: Recording,
    transcript: Transcript,
    parses: tuple[Parse, ...] | Missing,
    language: str | None,
    settings: Settings,
) -> Embeddings | Missing:
    from ..features.views.fluency import answers

    if isinstance(parses, Missing):
        return parses
    found = answers(recording, transcript, parses)
    if isinstance(found, Missing):
        return found
    return _embeddings([response.name for response in found.given], language, settings)


def _misheard(transcript: Transcript, stated: str | None) -> Missing | None:
    # A recogniser of one language writes words of it whatever is spoken: those are no words of the participant's.
    writes = transcript.language
    if transcript.engine is None or not stated or not writes or base_language(stated) == base_language(writes):
        return None
    return Missing(Reason.WRONG_LANGUAGE, f"the recogniser writes {writes}, the recording is in {stated}")


def _wrong_language(reads: str | None, language: str | None, what: str) -> Missing | None:
    if reads is None or language is None or base_language(language) == reads:
        return None
    return Missing(Reason.WRONG_LANGUAGE, f"the {what} reads {reads}, got {language}")
