"""ELAN annotation files (.eaf): the alignable tiers that have no parent, one speaker each."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ...data_schemas.transcript import Transcript, Utterance
from . import detect, plain
from .source import Source, bad_transcript


def read(source: Source, participant: str | None = None) -> Transcript:
    """Read an ELAN file; a tier's PARTICIPANT, or else its name, is the speaker.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT when it is no ELAN file, holds no aligned annotation with words, or `participant` is none
        of the speakers.
    """
    document = _document(source.text)
    slots = {slot.get("TIME_SLOT_ID"): slot.get("TIME_VALUE") for slot in document.iter("TIME_SLOT")}
    found: list[Utterance] = []
    for tier in document.iter("TIER"):
        if tier.get("PARENT_REF"):
            source.notes.add("Tiers that depend on another tier were not read")
            continue
        speaker = (tier.get("PARTICIPANT") or tier.get("TIER_ID") or "").strip() or plain.ASSUMED
        for annotation in tier.iter("ALIGNABLE_ANNOTATION"):
            found += _utterance(annotation, speaker, slots, source)
    if not found:
        raise bad_transcript("An ELAN file must hold at least one aligned annotation with words", "none", "Check it")
    labels = list(dict.fromkeys(utterance.speaker for utterance in found))
    found.sort(key=lambda utterance: (utterance.start or 0.0, labels.index(utterance.speaker)))
    source.notes.add("ELAN utterances have no word times")
    return plain.assembled("elan", labels, found, source, participant, assumed=labels == [plain.ASSUMED])


def _document(text: str) -> ElementTree.Element:
    must, do = "An .eaf file must be an ELAN annotation document", "Save it with ELAN"
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise bad_transcript(must + " without a DOCTYPE", "one with it", do)
    try:
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))  # noqa: S314 -- no DOCTYPE, so no entities
    except (ElementTree.ParseError, ValueError):
        raise bad_transcript(must, "no well-formed XML", do) from None
    if root.tag != "ANNOTATION_DOCUMENT":
        raise bad_transcript(must, "another kind of XML", do)
    return root


def _utterance(
    annotation: ElementTree.Element, speaker: str, slots: dict[str | None, str | None], source: Source
) -> list[Utterance]:
    text = annotation.findtext("ANNOTATION_VALUE") or ""
    words = detect.mark(plain.events(text))
    if not words:
        return []
    marks = [slots.get(annotation.get(name)) for name in ("TIME_SLOT_REF1", "TIME_SLOT_REF2")]
    start, end = (int(mark) / 1000 if mark and mark.isascii() and mark.isdigit() else None for mark in marks)
    if start is None or end is None or end < start:
        source.notes.add("Annotations without both times were read without times")
        start = end = None
    return [Utterance(speaker=speaker, words=words, start=start, end=end, terminator=plain.terminator(text))]
