"""Which disfluencies a transcript keeps, so that none of a kind means that there was none.

A transcriber who writes no fragment may have heard many. What counts as evidence differs by kind: a doubled word slips
into the cleanest text, a filler does not.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...data_schemas.feature import Missing, Reason
from ...data_schemas.language import base_language
from ...data_schemas.sample import Sample
from ...data_schemas.transcript import Kind, Transcript
from ..registry import view

RULED = frozenset(["text", "textgrid", "elan", "captions", "whisper"])
"""`Transcript.source` of what annotates no disfluency: all of them are marked by rule."""

RETRACED = frozenset([Kind.REPEATED, Kind.REVISED])


@view()
def unkept(sample: Sample, transcript: Transcript) -> Mapping[Kind, Missing]:
    """Kinds of disfluency that the transcript does not keep, and why; whoever of its speakers they would be of.

    Fillers are kept in CHAT and in other transcripts that say they are verbatim; where they are marked by rule, one
    must be there, but in English that lalia's recogniser was asked to write them in. Retracings are kept with fillers;
    no rule finds them outside English. Fragments are kept in CHAT, and wherever one is; a recogniser drops most, so
    that in its words one must be a person's mark.
    """
    marked = [word for utterance in transcript.utterances for word in utterance.words if word.kind is not Kind.WORD]
    seen, by_person = {word.kind for word in marked}, {word.kind for word in marked if not word.detected}
    language = base_language(transcript.language or sample.recording.language or "en")
    ruled, recognised = transcript.source in RULED, transcript.engine is not None or transcript.source == "whisper"
    told = not ruled or language == "en"
    found: dict[Kind, Missing] = {}
    if not (transcript.verbatim and (told or Kind.FILLER in seen)):
        clean = Missing(Reason.NOT_VERBATIM, "the transcript does not keep fillers and false starts")
        found |= dict.fromkeys([Kind.FILLER, *RETRACED], clean)
    elif not (told or by_person & RETRACED):
        why = f"repetitions and revisions are told by rule in en alone, got {language}"
        found |= dict.fromkeys(RETRACED, Missing(Reason.WRONG_LANGUAGE, why))
    if Kind.FRAGMENT not in (by_person if recognised else seen) and (ruled or recognised or not transcript.verbatim):
        why = "recognisers write few fragments" if recognised else "no fragment is marked in the transcript"
        found[Kind.FRAGMENT] = Missing(Reason.NOT_VERBATIM, why)
    return found
