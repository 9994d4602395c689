"""Which speaker of a transcript is the participant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set

from ...data_schemas.errors import LaliaError
from ...data_schemas.transcript import Kind, ParticipantChoice, Speaker, Utterance
from .source import bad_transcript

ROLES = frozenset(["participant", "target_child", "target_adult", "subject", "patient", "client"])
"""CHAT roles, in lower case, that name the person recorded."""

CODES = frozenset(["PAR", "CHI", "SUB"])
"""Codes that name the person recorded where the role only says Speaker, Unidentified or Adult."""

INTERVIEWERS = frozenset(
    "investigator interviewer examiner experimenter clinician researcher tester therapist psychologist doctor "
    "nurse".split()
)
"""Roles, in lower case, of those who ask: never taken for the person recorded unless the manifest names them."""

INTERVIEWER_CODES = frozenset(["INV", "INT", "EXA"])
"""Codes that name one who asks where the role says no more than Speaker, Unidentified or Adult."""

_VAGUE = frozenset(["speaker", "unidentified", "adult", "child"])


def choose(
    speakers: Sequence[Speaker], utterances: Sequence[Utterance], label: str | None = None
) -> tuple[str, ParticipantChoice]:
    """The participant's code and how it was chosen.

    Parameters
    ----------
    speakers : sequence of Speaker
        At least one; every speaker of `utterances` is among them.
    label : str or None
        What the manifest calls the participant in the transcript, case ignored.

    Returns
    -------
    code, choice
        In this order: the label; the only speaker whose role (or code) names the person recorded, those who
        say nothing counting only where nobody else fits; the only speaker, or the only one who is no interviewer
        by role (or code); the one with most words among those, the first in `speakers` where several have as many.

    Raises
    ------
    LaliaError
        BAD_TRANSCRIPT when `label` is no speaker of the transcript, or only interviewers speak: every measure, of
        the voice too, would be of the wrong person.
    """
    if label is not None:
        return _labelled(speakers, label), ParticipantChoice.MANIFEST
    talking = {utterance.speaker for utterance in utterances}
    named = [speaker.code for speaker in speakers if _named(speaker)]
    named = [code for code in named if code in talking] or named
    if len(named) == 1:
        return named[0], ParticipantChoice.ROLE
    candidates = named or [speaker.code for speaker in speakers if speaker.code in talking and not _asks(speaker)]
    if not candidates:
        raise _nobody(speakers)
    if len(candidates) == 1:
        told_apart = len(talking) > 1
        return candidates[0], ParticipantChoice.ROLE if told_apart else ParticipantChoice.ONLY_SPEAKER
    counts = Counter(u.speaker for u in utterances for word in u.words if word.kind is Kind.WORD)
    return max(candidates, key=lambda code: counts[code]), ParticipantChoice.MOST_WORDS


def _nobody(speakers: Sequence[Speaker]) -> LaliaError:
    known = ", ".join(f"{speaker.code} {speaker.role}" for speaker in speakers if _asks(speaker))
    return bad_transcript(
        "Somebody must speak who by role is no interviewer, or be named by participant_speaker",
        f"only {known}" if known else "nobody who speaks",
        "Name the participant in the manifest's column participant_speaker, or correct the roles",
    )


def _labelled(speakers: Sequence[Speaker], label: str) -> str:
    wanted = label.strip().lstrip("*").rstrip(":").casefold()
    for speaker in speakers:
        if speaker.code.casefold() == wanted:
            return speaker.code
    known = ", ".join(speaker.code for speaker in speakers)
    raise bad_transcript(
        "participant_speaker must be a speaker of the transcript", f"none by that name among {known}", "Correct it"
    )


def _named(speaker: Speaker) -> bool:
    return _is(speaker, ROLES, CODES)


def _asks(speaker: Speaker) -> bool:
    return _is(speaker, INTERVIEWERS, INTERVIEWER_CODES)


def _is(speaker: Speaker, roles: Set[str], codes: Set[str]) -> bool:
    role = speaker.role.lower()
    return role in roles or (role in _VAGUE and speaker.code.upper().rstrip("0123456789") in codes)
