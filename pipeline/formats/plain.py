"""Words and sentences of text that follows no convention of annotation, by simple rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ...data_schemas.transcript import Kind, ParticipantChoice, Speaker, Transcript, Utterance, Word
from . import chat_in_text, chat_words, detect
from .participant import INTERVIEWER_CODES, INTERVIEWERS, choose
from .remarks import NOISES, PAUSES, UNINTELLIGIBLE, noise_name
from .source import Notes, Source

MARKS = {".": ".", "!": "!", "?": "?", "...": "+...", "…": "+..."}
"""Punctuation that ends a sentence, and the CHAT terminator that stands for it."""

_TOKEN = re.compile(r"\[[^\]]*\]|\{[^}]*\}|<[^<>\s]*>|\([^()]*\)|\S+")
_SENTENCE_END = re.compile(r"(?<=[.?!…])[\"'”’)\]]*\s+(?=\S)")
_CLOSED = re.compile(r"(?<=[.?!…])[\"'”’)\]]*$")
# An abbreviation, or a mark in brackets: CHAT's pause (.) and stress [!].
_GOES_ON = re.compile(
    r"(?:^|\s)(?:Mrs?|Ms|Dr|Prof|St|Jr|Sr|vs|etc|e\.g|i\.e|[A-Z])\.[\"'”’)\]]*$|\(\.{1,3}\)$|\[(?:=?!{1,2}|\?)\]$"
)
# Runs are tried from their start only: a million full stops and a letter would take quadratic time.
_FINAL = re.compile(r"((?<!\.)\.{2,}|…|(?<![.?!])[.?!]+)[\"'”’)\]]*$")
_OUTER = re.compile(r"^[^\w\[{<(&'’]+|(?<![^\w\]}>)'’-])[^\w\]}>)'’-]+$")
_QUOTED = re.compile(r"^['’](.+?)['’]$")
_MFA = re.compile(r"<(cutoff|hes)-([^<>]+)>")


def utterances(
    text: str, speaker: str, language: str | None = None, notes: Notes | None = None, line: int | None = None
) -> tuple[Utterance, ...]:
    """Sentences of `text` as utterances without times; fillers, fragments and repetitions marked by rule."""
    found = []
    for sentence in sentences(text):
        words = detect.mark(events(sentence, notes, line), language)
        if words:
            found.append(Utterance(speaker=speaker, words=words, terminator=terminator(sentence)))
    return tuple(found)


def sentences(text: str) -> list[str]:
    """Split at `.`, `?`, `!` followed by white space, and at line ends; not after initials, titles and pauses."""
    found: list[str] = []
    for line in text.splitlines():
        start = 0
        for cut in _SENTENCE_END.finditer(line):
            # Longer than any abbreviation; the whole line again at each stop would take quadratic time.
            if not _GOES_ON.search(line[max(start, cut.start() - 8) : cut.end()].rstrip()):
                found.append(line[start : cut.end()].strip())
                start = cut.end()
        found.append(line[start:].strip())
    return [sentence for sentence in found if sentence]


def ends_sentence(text: str) -> bool:
    """Whether a sentence ends with `text`, by the rule of `sentences`."""
    cut = _CLOSED.search(text)
    return cut is not None and not _GOES_ON.search(text[max(0, cut.start() - 8) :])


def terminator(sentence: str) -> str:
    """The CHAT terminator for how a sentence ends; a full stop where it ends without a mark."""
    match = _FINAL.search(sentence.rstrip())
    if match is None:
        return "."
    mark = match[1]
    if mark.startswith("..") or mark == "…":
        return "+..."
    return "?" if "?" in mark else mark[0]


def events(text: str, notes: Notes | None = None, line: int | None = None) -> tuple[Word, ...]:
    """Words and bracketed remarks of one sentence, without edge punctuation; with CHAT's marks, what those say.

    Parameters
    ----------
    text : str
    notes : Notes, optional
        Where marks of CHAT are noted, with `line`.
    line : int, optional
    """
    spaced = re.sub(r"—|–|--+", " ", text)
    if chat_in_text.MARKS.search(spaced):
        return tuple(_trimmed(chat_in_text.events(spaced, Notes() if notes is None else notes, line)))
    return tuple(word for token in _TOKEN.findall(spaced) for word in _event(token))


def _event(token: str) -> Sequence[Word]:
    cut = _MFA.fullmatch(token)
    if cut is not None:
        # The aligner's marks name the word that was meant: cut off, or drawn out in hesitation.
        if cut[1] == "cutoff":
            return [Word(text=cut[2], kind=Kind.FRAGMENT, target=cut[2], codes=(token,))]
        return [Word(text=cut[2], codes=(token,))]
    if token[0] in "[{<(" and token[-1] in "]})>":
        return _remark(token)
    word = _bare(token)
    if not any(c.isalnum() for c in word):
        return []
    if word.lower() in ("xxx", "xx", "yyy"):
        return [Word(text="xxx", kind=Kind.UNINTELLIGIBLE)]
    return [Word(text=word)]


def _bare(token: str) -> str:
    return _QUOTED.sub(r"\1", _OUTER.sub("", token))


def _trimmed(words: Sequence[Word]) -> Iterator[Word]:
    """Words that were said, without edge punctuation, and other events as they are."""
    for word in words:
        if word.kind not in chat_words.SAID:
            yield word
        elif any(c.isalnum() for c in _bare(word.text)):
            yield word.model_copy(update={"text": _bare(word.text)})


def _remark(token: str) -> Sequence[Word]:
    inside = token[1:-1].strip().lower()
    if inside in UNINTELLIGIBLE:
        return [Word(text="xxx", kind=Kind.UNINTELLIGIBLE)]
    if inside in PAUSES:
        return [Word(text="(.)", kind=Kind.PAUSE)]
    if token[0] == "(" and not NOISES.fullmatch(inside):
        return [word for part in token[1:-1].split() for word in _event(part)]
    name = noise_name(inside)
    return [Word(text=name, kind=Kind.NONVERBAL)] if name else []


def keeps_fillers(found: Sequence[Utterance]) -> bool:
    """Whether any utterance holds a filler: the mark of a verbatim transcript.

    A doubled word is none: one slips into the cleanest text, where no filler would mean that fillers were left out.
    """
    return any(word.kind is Kind.FILLER for utterance in found for word in utterance.words)


ASSUMED = "PAR"
"""Code of the only speaker of a transcript that names none."""


def assembled(
    kind: str,
    labels: Sequence[str],
    found: Sequence[Utterance],
    source: Source,
    participant: str | None,
    *,
    language: str | None = None,
    roles: Mapping[str, str] | None = None,
    assumed: bool = False,
) -> Transcript:
    """The transcript of utterances read from a format that annotates nothing.

    Parameters
    ----------
    kind : str
        `Transcript.source`.
    labels : sequence of str
        Speakers in order; `roles` gives those that are known.
    assumed : bool
        Whether the file names no speaker, so that one was assumed.
    """
    known = dict(roles or {})
    speakers = tuple(Speaker(code=label, role=known.get(label) or role_of(label)) for label in labels)
    code, choice = choose(speakers, found, participant)
    if assumed and participant is None:
        choice = ParticipantChoice.ASSUMED
        source.notes.add("The transcript names no speakers; one speaker, the participant, was assumed")
    return Transcript(
        source=kind,
        language=language,
        verbatim=keeps_fillers(found),
        speakers=speakers,
        participant=code,
        participant_choice=choice,
        utterances=tuple(found),
        notes=source.notes.told(),
        sha256=source.sha256,
    )


_ROLES = {
    "Participant": {"participant", "par", "patient", "subject", "pt", "client", "sub"},
    "Target_Child": {"chi", "child", "target_child"},
    "Investigator": INTERVIEWERS | {code.lower() for code in INTERVIEWER_CODES},
}


def role_of(label: str) -> str:
    """The CHAT role that a speaker's label names, digits ignored; Unidentified for any other."""
    plain_label = re.sub(r"[\d\s_]+$", "", label.strip().lower())
    return next((role for role, labels in _ROLES.items() if plain_label in labels), "Unidentified")
