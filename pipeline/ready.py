"""Whether the models that a run needs are there, before anything of an earlier run is touched."""

from __future__ import annotations

from collections.abc import Sequence

from ..data_schemas import Settings
from .ingest import Located
from .transcribe import WORDLESS


def check_models(items: Sequence[Located], settings: Settings) -> None:
    """Raise what the line would raise for every recording, before a run that is well is overwritten."""
    if not items:
        return
    from ..models import embedders, parsers, registry

    registry.locate("silero-vad")
    if any(item.transcript is None and item.recording.task not in WORDLESS for item in items):
        _check_recogniser(settings)
    if settings.parser not in parsers.LANGUAGES:
        parsers.load(settings.parser)  # raises
    if settings.embedder not in embedders.LANGUAGES:
        embedders.load(settings.embedder)  # raises
    spoken = [item for item in items if item.transcript is not None or item.recording.task not in WORDLESS]
    languages = {item.recording.language or settings.language for item in spoken}
    for name, reads in ((settings.parser, parsers.LANGUAGES), (settings.embedder, embedders.LANGUAGES)):
        # Speech known to be of another language is not given to it.
        if any(language is None or language.split("-")[0].lower() == reads[name] for language in languages):
            registry.locate(name)


def _check_recogniser(settings: Settings) -> None:
    from ..models import registry, whisper

    known = registry.WEIGHTS.get(settings.model)
    checkpoint = registry.locate(settings.model).is_file()
    if (
        (known is not None and known.role != "whisper")
        or (checkpoint and settings.engine == "ctranslate2")
        or (settings.device == "cuda" and whisper.available_device() != "cuda")
    ):
        whisper.load(settings.model, settings.engine, settings.device)  # raises before it loads anything
