"""Headers of a CHAT file as lalia writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ...data_schemas.recording import Recording
from ...data_schemas.transcript import Speaker, Transcript
from . import languages
from .chat_read import CORPUS, DETECTED_TIER
from .participant import ROLES


def headers(transcript: Transcript, recording: Recording, codes: Mapping[str, str], *, ruled: bool) -> Iterable[str]:
    """Lines before the first utterance.

    Parameters
    ----------
    transcript : Transcript
    recording : Recording
    codes : mapping of str to str
        The code that each speaker is written with.
    ruled : bool
        Whether events marked by rule are listed on tiers of ours.
    """
    language = languages.long(transcript.language or recording.language)
    known = {speaker.code: speaker for speaker in transcript.speakers}
    known = {code: known.get(code) or Speaker(code=code) for code in codes}
    roles = {code: _role(speaker.role) for code, speaker in known.items()}
    if roles[transcript.participant].lower() not in ROLES:
        roles[transcript.participant] = "Participant"
    yield "@UTF8"
    yield "@Begin"
    yield f"@Languages:\t{language}"
    yield "@Participants:\t" + ", ".join(f"{codes[code]} {role}" for code, role in roles.items())
    if options := [option for option in transcript.options if re.fullmatch(r"[\w-]{1,40}", option)]:
        yield "@Options:\t" + ", ".join(options)
    for code, speaker in known.items():
        corpus, *of_person, education, custom = _fields(speaker, recording if code == transcript.participant else None)
        fields = (language, corpus, codes[code], *of_person, roles[code], education, custom)
        yield f"@ID:\t{'|'.join(fields)}|"
    timed = any(utterance.start is not None for utterance in transcript.utterances)
    yield f"@Media:\t{recording.recording_id}, audio{'' if timed else ', unlinked'}"
    maker = " ".join(part for part in (transcript.source, transcript.engine, transcript.model) if part)
    yield f"@Comment:\twritten by lalia; source of the transcript: {_one_line(maker)}"
    if ruled:
        yield f"@Comment:\t{DETECTED_TIER} lists events, counted from 1, that a rule and not a person marked"
    for note in transcript.notes:
        yield f"@Comment:\tnote: {_one_line(note)}"


def _fields(speaker: Speaker, recording: Recording | None) -> list[str]:
    """Corpus, age, sex, group, SES, education and custom field; of the participant the manifest's go first."""
    age = (_age(recording.age) if recording else "") or speaker.age
    sex = (_sex(recording.sex) if recording else "") or speaker.sex
    given = (speaker.corpus, age, sex, speaker.group, speaker.ses, speaker.education, speaker.custom)
    first, *rest = (_one_line(field or "").replace("|", "_") for field in given)
    return [first or CORPUS, *rest]


def _role(role: str) -> str:
    return re.sub(r"\W+", "_", role).strip("_") or "Unidentified"


def _age(years: float | None) -> str:
    if years is None:
        return ""
    whole = int(years)
    return f"{whole};{int((years - whole) * 12):02}." if years != whole else f"{whole};"


def _sex(sex: str | None) -> str:
    return {"f": "female", "m": "male"}.get((sex or "").strip().lower()[:1], "")


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())
