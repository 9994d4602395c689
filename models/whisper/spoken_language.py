"""Which language a recording is in: given, detected over several windows, or the only one a model knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...data_schemas import Audio, LaliaError, base_language
from .engine import Engine
from .listening import Told
from .windows import Window, samples

WINDOWS = 4
"""Windows listened to at most, spread over the recording: one alone may hold a greeting in another language."""

SURE = 0.5
"""Probability of the likeliest language below which the choice is noted as uncertain."""

FOREIGN = 0.68
"""Mean probability of a recording's words below which a model of one language may be hearing another. tiny.en gives
0.32-0.63 to synthetic speech in eight other languages, 0.87 to the same voice in English, 0.88-0.90 to spontaneous
English, and 0.76 to cut-off words and an odd name."""

ENOUGH = 5
"""Words, taken or refused, from which their mean probability says something."""

_GIVE = "If another language is spoken, give it (`language` of the manifest or the settings)"


@dataclass(frozen=True, slots=True)
class Tongue:
    """`spoken` is what the engine is told (None: nothing to listen to), `recorded` what the transcript says.

    `assumed` where nobody gave it and the model, which knows no other, could not detect it.
    """

    spoken: str | None
    recorded: str | None
    probability: float | None = None
    notes: tuple[str, ...] = ()
    assumed: bool = False


def settle(engine: Engine, model: str, audio: Audio, packed: Sequence[Window], given: str | None) -> Tongue:
    """The language of a recording.

    Parameters
    ----------
    engine : Engine
    model : str
        Its model's name, for messages.
    audio : Audio
    packed : sequence of Window
        The windows of the recording.
    given : str or None
        As the manifest or the settings say: a tag (``fr-CA``), ISO 639-1 or -3; None to find out.

    Raises
    ------
    LaliaError
        When a multilingual model does not know the language.
    """
    known = engine.languages
    asked = base(given) if given else None
    if len(known) == 1:
        if asked in (None, known[0]):
            return Tongue(known[0], known[0], assumed=asked is None)
        note = (
            f"The recording is in {given}, but {model} knows {known[0]} only: its words cannot be trusted. "
            "Choose a multilingual model."
        )
        return Tongue(known[0], given, notes=(note,))
    if asked is None:
        return _detected(engine, audio, packed)
    if asked not in known:
        raise LaliaError(
            f"The language of a recording must be one that {model} knows", repr(given), "Use another model"
        )
    return Tongue(asked, asked)


def doubts(engine: Engine, model: str, told: Told, tongue: Tongue) -> tuple[str, ...]:
    """What must be said of the language of a recording once it was heard, words that were refused included.

    A model of one language can hardly believe its own words in another; one of many is asked for the language where
    more words were refused than taken.
    """
    if tongue.notes:
        return ()
    believed = [word.raw.probability for word in (*told.words, *told.refused)]
    mean = float(np.mean(believed)) if len(believed) >= ENOUGH else 1.0
    if len(engine.languages) > 1:
        if mean >= FOREIGN or len(told.refused) <= len(told.words):
            return ()
        return (
            f"What is heard is very unsure (mean probability {mean:.2f}): the speech may not be "
            f"{_name(told.language)}, or the recording is poor. {_GIVE}.",
        )
    name = _name(engine.languages[0])
    if mean < FOREIGN:
        return (
            f"The words are very unsure (mean probability {mean:.2f}): the speech may not be {name}, "
            f"which is all {model} knows, or the recording is poor. {_GIVE}, and choose a multilingual model.",
        )
    if not (tongue.assumed and told.audio.speech):
        return ()
    return (f"{model} knows {name} only: that the speech is {name} was not detected.",)


def base(language: str) -> str:
    """Whisper's code for a language tag: the part before the region; ISO 639-3 codes of its commonest languages."""
    code = base_language(language)
    return _ISO_639_3.get(code, code)


def _detected(engine: Engine, audio: Audio, packed: Sequence[Window]) -> Tongue:
    if not packed:
        return Tongue(None, None)
    total: dict[str, float] = {}
    weights = 0.0
    for index in sorted({round(at) for at in np.linspace(0, len(packed) - 1, min(WINDOWS, len(packed)))}):
        window = packed[index]
        (found,) = engine.detect(engine.hear([samples(audio, window)]))
        weights += window.voiced
        for code, probability in found.items():
            total[code] = total.get(code, 0.0) + window.voiced * probability
    language = _likeliest(total)
    probability = min(1.0, max(0.0, total[language] / weights))
    note = f"The language is uncertain: {language} is the likeliest, with a probability of {probability:.2f}."
    return Tongue(language, language, probability, (note,) if probability < SURE else ())


def _likeliest(total: Mapping[str, float]) -> str:
    return max(sorted(total), key=lambda code: total[code])


def _name(code: str) -> str:
    return "English" if code == "en" else code


_ISO_639_3 = {
    "eng": "en", "deu": "de", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "nld": "nl", "cmn": "zh", "zho": "zh",
    "ell": "el", "jpn": "ja", "rus": "ru", "dan": "da", "swe": "sv", "nor": "no", "fin": "fi", "pol": "pl", "tur": "tr",
    "kor": "ko", "ara": "ar", "hin": "hi", "heb": "he", "ces": "cs", "hun": "hu", "cat": "ca", "ron": "ro",
}  # fmt: skip
