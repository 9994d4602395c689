"""How a result was made, as lists of names and values: files, transcript, models, settings, software."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...data_schemas import Assessment, AudioSummary, ModelUse, ParticipantChoice, Transcript
from . import plain, shown

_DIGEST = re.compile("[0-9a-f]{64}")

Facts = tuple[tuple[str, str], ...]

_ELSEWHERE = frozenset(["inputs", "features", "models", "started", "finished", "counts"])
"""Parts of provenance.json that are too long for a page, or shown in their own place."""


@dataclass(frozen=True, slots=True)
class Made:
    """What stands under "How this was made"."""

    audio: Facts
    transcript: Facts
    models: tuple[ModelUse, ...]
    key: str


def made(assessment: Assessment) -> Made:
    """Origin of one recording's numbers."""
    return Made(_audio(assessment.audio), _transcript(assessment.transcript), assessment.models, assessment.key)


def problems(assessment: Assessment) -> tuple[str, ...]:
    """Everything a reader must know before the numbers, worst first, in plain sentences."""
    audio, said = assessment.audio, assessment.transcript
    told = []
    if audio is None:
        told.append("There is no audio: only what can be read from the transcript was measured.")
    else:
        told += [plain.FLAGS[flag] for flag in audio.flags]
    if said is None:
        return (*told, "There is no transcript: only what can be heard in the sound was measured.")
    if not said.utterances:
        told.append("The transcript is empty: no words were found.")
    if said.participant_choice in plain.UNSURE_CHOICES:
        told.append(plain.CHOICES[said.participant_choice])
    if said.utterances:
        told += _how_written(said)
    return (*told, *(_sentence(note) for note in _warnings(said)))


def _how_written(said: Transcript) -> list[str]:
    told = []
    by = said.model or said.engine
    if by and said.sha256 is not None:
        told.append(
            f"The transcript was given; it was first made by {by}. Whether a person checked it is not recorded."
        )
    elif by:
        told.append("The words were recognised by a machine and were not checked by a person.")
    if not said.verbatim:
        told.append("The transcript does not keep every filler and false start, so hesitation is not counted.")
    return told


def _warnings(said: Transcript) -> list[str]:
    """Notes that bear on the numbers and are not told in other words already."""
    notes = []
    for note in said.notes:
        if note.startswith(plain.OF_FORMAT):
            continue
        if said.participant_choice is ParticipantChoice.ASSUMED and plain.ONE_SPEAKER.search(note):
            if not note.startswith("The manifest names"):
                continue
            # That the manifest's name came to nothing is said nowhere else.
            note = note.partition(":")[0]
        notes.append(note)
    return notes


def run_facts(provenance: Mapping[str, object]) -> tuple[tuple[str, Facts], ...]:
    """Settings, software and the rest of a run's provenance, by section; nested records become dotted names."""
    sections: list[tuple[str, Facts]] = []
    single: list[tuple[str, str]] = []
    for name, value in provenance.items():
        if name in _ELSEWHERE or value is None:
            continue
        if isinstance(value, Mapping):
            sections.append((_heading(name), tuple(_flat(value))))
        else:
            single.append((_heading(name), _text(value)))
    return (("Run", tuple(single)), *sections) if single else tuple(sections)


def run_models(provenance: Mapping[str, object]) -> tuple[ModelUse, ...]:
    """Models of a run, where its provenance lists them."""
    listed = provenance.get("models")
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        return ()
    return tuple(ModelUse.model_validate(use) for use in listed)


def times(provenance: Mapping[str, object]) -> Facts:
    """When the run began and ended, as its provenance says."""
    return tuple((name, str(provenance[name])) for name in ("started", "finished") if provenance.get(name))


def _audio(audio: AudioSummary | None) -> Facts:
    if audio is None:
        return ()
    channels = f"{audio.native_channels} in the file"
    if audio.native_channels > 1:
        channels += ", mixed into one" if audio.channel is None else f", number {audio.channel + 1} taken"
    return (
        ("Duration", f"{audio.duration:.3f} s"),
        ("Sample rate", f"{shown.number(audio.rate, 0)} Hz"),
        ("Channels", channels),
        ("Container and codec", f"{audio.container}, {audio.codec}"),
        ("SHA-256, first 12", shown.short(audio.sha256)),
    )


def _transcript(said: Transcript | None) -> Facts:
    if said is None:
        return ()
    language = plain.language(said.language)
    if said.language_probability is not None:
        language += f" (recognised with probability {said.language_probability:.2f})"
    facts = [("Made from", said.source)]
    facts += [(name, value) for name, value in (("Engine", said.engine), ("Model", said.model)) if value]
    facts += [
        ("Language", language),
        ("Keeps fillers and false starts", "yes" if said.verbatim else "no"),
        ("Participant", plain.CHOICES[said.participant_choice]),
    ]
    notation = [_sentence(note) for note in said.notes if note.startswith(plain.OF_FORMAT)]
    if notation:
        facts.append(("Notation of the file", " ".join(notation)))
    return (*facts, ("SHA-256, first 12", shown.short(said.sha256))) if said.sha256 else tuple(facts)


def _flat(record: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    for name, value in record.items():
        if isinstance(value, Mapping):
            facts += _flat(value, f"{above}{name}.")
        else:
            facts.append((f"{above}{name}", _text(value)))
    return facts


def _text(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return shown.short(value) + "…" if isinstance(value, str) and _DIGEST.fullmatch(value) else str(value)


def _heading(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _sentence(note: str) -> str:
    note = note.strip()
    return note if note.endswith((".", "!", "?")) else note + "."
