"""Whether the models that a run needs are there, before anything of an earlier run is touched."""

from __future__ import annotations

from collections.abc import Sequence

from ..data_schemas import Settings, base_language
from ..models.choice import available_device
from .ingest import Located
from .transcribe import WORDLESS, is_heard


def check_models(items: Sequence[Located], settings: Settings) -> None:
    """Raise what the line would raise for every recording, before a run that is well is overwritten."""
    if not items:
        return
    from ..models import aligners, diarisers, embedders, parsers, registry
    from ..models.monet import embedded

    registry.locate("silero-vad")
    if any(map(is_heard, items)):
        _check_recogniser(settings)
    diarisers.check(settings.diariser)
    if settings.aligner not in (aligners.NONE, *aligners.LANGUAGES):
        aligners.load(settings.aligner)  # raises
    if settings.parser not in parsers.LANGUAGES:
        parsers.load(settings.parser)  # raises
    if settings.constituency not in (parsers.NONE, *parsers.TREES):
        parsers.load_constituency(settings.constituency)  # raises
    if settings.embedder not in embedders.LANGUAGES:
        embedders.load(settings.embedder)  # raises
    if settings.language_model not in (embedded.NONE, embedded.EMBEDDED, *registry.MONET):
        embedded.load(settings.language_model)  # raises
    spoken = [item for item in items if item.transcript is not None or item.recording.task not in WORDLESS]
    languages = {item.recording.language or settings.language for item in spoken}
    for name, reads in (
        (settings.aligner, aligners.LANGUAGES),
        (settings.parser, parsers.LANGUAGES),
        (settings.constituency, parsers.TREES),
        (settings.embedder, embedders.LANGUAGES),
        (settings.language_model, embedders.LANGUAGES),
    ):
        # Speech known to be of another language is not given to it.
        reader = reads.get(name)
        if reader and any(language is None or base_language(language) == reader for language in languages):
            registry.locate(name)


def _check_recogniser(settings: Settings) -> None:
    from ..models import registry, whisper

    known = registry.WEIGHTS.get(settings.model)
    checkpoint = registry.locate(settings.model).is_file()
    if (
        (known is not None and known.role != "whisper")
        or (checkpoint and settings.engine == "ctranslate2")
        or (settings.device == "cuda" and available_device() != "cuda")
    ):
        whisper.load(settings.model, settings.engine, settings.device)  # raises before it loads anything
