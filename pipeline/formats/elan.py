"""ELAN annotation files (.eaf): the alignable tiers that have no parent, one speaker each."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ...data_schemas.transcript import Transcript, Utterance
from . import detect, languages, plain
from .about import About
from .source import Notes, Source, bad_transcript


def read(source: Source, about: About) -> Transcript:
    """Read an ELAN file; a tier's PARTICIPANT, or else its name, is the speaker.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT when it is no ELAN file, holds no aligned annotation with words, or `about.participant` is none
        of the speakers.
    """
    document = _document(source.text)
    slots = {slot.get("TIME_SLOT_ID"): slot.get("TIME_VALUE") for slot in document.iter("TIME_SLOT")}
    tiers = _tiers(document, source.notes)
    said = (_text(annotation) for _, annotations in tiers for annotation in annotations)
    language = about.spoken(_own_language(document), said, source.notes)
    found = [
        utterance
        for speaker, annotations in tiers
        for annotation in annotations
        for utterance in _utterance(annotation, speaker or plain.ASSUMED, slots, language, source.notes)
    ]
    if not found:
        raise bad_transcript("An ELAN file must hold at least one aligned annotation with words", "none", "Check it")
    labels = list(dict.fromkeys(utterance.speaker for utterance in found))
    found.sort(key=lambda utterance: (utterance.start or 0.0, labels.index(utterance.speaker)))
    source.notes.add("ELAN utterances have no word times")
    assumed = not any(speaker for speaker, _ in tiers)
    return plain.assembled("elan", labels, found, source, about.participant, language=language, assumed=assumed)


def _tiers(document: ElementTree.Element, notes: Notes) -> list[tuple[str, list[ElementTree.Element]]]:
    """Speaker, empty where none is named, and annotations of each tier that holds some and depends on no other."""
    tiers = []
    for tier in document.iter("TIER"):
        if tier.get("PARENT_REF"):
            notes.add("Tiers that depend on another tier were not read")
        elif annotations := list(tier.iter("ALIGNABLE_ANNOTATION")):
            tiers.append(((tier.get("PARTICIPANT") or tier.get("TIER_ID") or "").strip(), annotations))
    return tiers


def _own_language(document: ElementTree.Element) -> str | None:
    """The language that all tiers without a parent name; None where they name none or several."""
    named = {tier.get("LANG_REF") for tier in document.iter("TIER") if not tier.get("PARENT_REF")}
    only = named.pop() if len(named) == 1 else None
    return languages.short(only) if only else None


def _text(annotation: ElementTree.Element) -> str:
    return annotation.findtext("ANNOTATION_VALUE") or ""


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
    annotation: ElementTree.Element,
    speaker: str,
    slots: dict[str | None, str | None],
    language: str | None,
    notes: Notes,
) -> list[Utterance]:
    text = _text(annotation)
    words = detect.mark(plain.events(text, notes), language)
    if not words:
        return []
    marks = [slots.get(annotation.get(name)) for name in ("TIME_SLOT_REF1", "TIME_SLOT_REF2")]
    start, end = (int(mark) / 1000 if mark and mark.isascii() and mark.isdigit() else None for mark in marks)
    if start is None or end is None or end < start:
        notes.add("Annotations without both times were read without times")
        start = end = None
    return [Utterance(speaker=speaker, words=words, start=start, end=end, terminator=plain.terminator(text))]
