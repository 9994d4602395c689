"""Transcripts as CHAT files.

What CHAT has a mark for is written with that mark; what was marked by rule is listed on a tier of ours
(``%xdetected``), and so are pauses that only the words' times tell. Recogniser's confidences and times of noises have
no place in CHAT, but that words in doubt bear ``[?]``: the JSON transcript keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from ...data_schemas.recording import Recording
from ...data_schemas.transcript import Kind, TimeSource, Transcript, Utterance, Word
from . import chat_marks as marks
from .chat_headers import headers
from .chat_read import DETECTED_TIER
from .chat_words import SAID

PAUSE_SECONDS = 0.25
"""A silence of at least this length between words is written as a pause: the usual bound of studies of pauses."""

TIMED = SAID | {Kind.UNINTELLIGIBLE}
"""Kinds listed on the %wor tier."""

_FOUND = frozenset([TimeSource.ALIGNED, TimeSource.SNAPPED])
_PREFIX = {Kind.FILLER: "&-", Kind.FRAGMENT: "&+", Kind.NONVERBAL: "&="}
_FORBIDDEN = re.compile(r"(?<!\d):|:(?!\d)|[\[\]<>“”\"()&*%^+@$,;„‡•\x00-\x1f\x7f-\x9f]")
_WRITTEN_CODE = re.compile(r"\[[^\[\]]*\]|[<>“”,;:]|&[*{}]\S+|0\S*|\+<|[^\w\s\[\]<>\x15]+")
_TERMINATORS = re.compile(rf"[.?!]|{marks.TERMINATOR}")


def write_chat(transcript: Transcript, recording: Recording) -> str:
    """CHAT text of a transcript.

    Parameters
    ----------
    transcript : Transcript
    recording : Recording
        Gives the identifier of the medium and, for the participant, age and sex, which go before the transcript's;
        never a name or path.

    Returns
    -------
    str
        Valid CHAT, one main line an utterance, with time marks in milliseconds and a %wor tier where words have
        times. Pauses stand where the transcript has them as events, and where words that lalia found in the sound, or
        whose times another format than CHAT gave, lie `PAUSE_SECONDS` or more apart.
    """
    codes = _speaker_codes(transcript)
    body = [
        line
        for utterance in transcript.utterances
        for line in _utterance(utterance, codes[utterance.speaker], keep_codes=transcript.source == "chat")
    ]
    ruled = any(line.startswith(DETECTED_TIER) for line in body)
    return "\n".join([*headers(transcript, recording, codes, ruled=ruled), *body, "@End", ""])


def _speaker_codes(transcript: Transcript) -> dict[str, str]:
    """For each speaker a code that CHAT takes: letters, digits, '_' and '-', all different."""
    spoken = [speaker.code for speaker in transcript.speakers]
    spoken += [utterance.speaker for utterance in transcript.utterances] + [transcript.participant]
    codes: dict[str, str] = {}
    for speaker in dict.fromkeys(spoken):
        base = speaker if re.fullmatch(r"[\w-]{1,40}", speaker) else re.sub(r"[^\w-]+", "_", speaker).strip("_")[:36]
        code, number = base or "SPK", 1
        while code in codes.values():
            number += 1
            code = f"{base or 'SPK'}{number}"
        codes[speaker] = code
    return codes


def _utterance(utterance: Utterance, code: str, *, keep_codes: bool) -> list[str]:
    believed = _FOUND if keep_codes else _FOUND | {TimeSource.GIVEN}
    words = tuple(_with_pauses(utterance.words, believed))
    written, timed, detected = _events(words, keep_codes=keep_codes)
    codes = [c for c in utterance.codes if keep_codes and _WRITTEN_CODE.fullmatch(c)]
    postcodes = [c for c in codes if c.startswith("[+ ")]
    terminator = utterance.terminator if _TERMINATORS.fullmatch(utterance.terminator) else "."
    main = [*(c for c in codes if c not in postcodes), *written, terminator, *postcodes]
    bullet = _bullet(utterance.start, utterance.end)
    lines = [f"*{code}:\t" + _joined([*main, bullet] if bullet else main)]
    if any(marks.BULLET in token for token in timed):
        lines.append(f"%wor:\t{' '.join(timed)} {terminator}")
    if detected:
        lines.append(f"{DETECTED_TIER}:\t" + " ".join(map(str, detected)))
    return lines


def _with_pauses(words: Sequence[Word], believed: Set[TimeSource]) -> Iterator[Word]:
    """The events of an utterance with the pauses between its words, marked as found by rule."""
    last: Word | None = None
    for word in words:
        sure = word.kind in TIMED and word.times in believed
        if sure and last is not None and last.end is not None and word.start is not None:
            silence = round(word.start - last.end, 2)
            if silence >= PAUSE_SECONDS:
                yield Word(text="", kind=Kind.PAUSE, duration=silence, detected=True)
        yield word
        # What has no times of its own may fill the gap.
        last = word if sure else None


def _events(words: Sequence[Word], *, keep_codes: bool) -> tuple[list[str], list[str], list[int]]:
    """Tokens of the main line, tokens of the %wor tier, and positions of what was marked by rule."""
    written: list[str] = []
    timed: list[str] = []
    detected: list[int] = []
    position = 0
    for word, before, after in zip(words, *_scopes(words, keep_codes=keep_codes), strict=True):
        copy = keep_codes and marks.MADE_COPY in word.codes
        token = _token(word, keep_codes=keep_codes)
        # The reader makes copies again from the count on their original, so they have a position but no token.
        position += 1 if copy or token else 0
        if copy or not token:
            written += [] if copy else [*before, *after]
            continue
        written += [*before, *token, *after]
        detected += [position] if word.detected else []
        if word.kind in TIMED:
            timed.append(f"{_typed(word, keep_codes=keep_codes)} {_bullet(word.start, word.end)}".strip())
    return written, timed, detected


def _scopes(words: Sequence[Word], *, keep_codes: bool) -> tuple[list[list[str]], list[list[str]]]:
    """Marks around retraced material that has none of its own: a run of the same word, or of one kind, at a time."""
    before: list[list[str]] = [[] for _ in words]
    after: list[list[str]] = [[] for _ in words]
    marked = _already_marked(words) if keep_codes else [False] * len(words)
    start = 0
    while start < len(words):
        end = start + 1
        kind = words[start].kind
        if kind in (Kind.REPEATED, Kind.REVISED) and not marked[start]:
            alike = (kind, words[start].detected)
            while end < len(words) and (words[end].kind, words[end].detected) == alike and not marked[end]:
                end += 1
            _enclose(words[start:end], before[start:end], after[start:end])
        start = end
    return before, after


def _enclose(run: Sequence[Word], before: Sequence[list[str]], after: Sequence[list[str]]) -> None:
    sign = "[/]" if run[0].kind is Kind.REPEATED else "[//]"
    if len({word.text.lower() for word in run}) == 1:
        for codes in after:
            codes.append(sign)
    else:
        before[0].append("<")
        after[-1] += [">", sign]


def _already_marked(words: Sequence[Word]) -> list[bool]:
    """Which words stand inside the scope of a retracing mark kept from the original."""
    marked = [False] * len(words)
    groups: list[int] = []
    for at, word in enumerate(words):
        scope = at
        for code in word.codes:
            if code == "<":
                groups.append(at)
            elif code == ">" and groups:
                scope = groups.pop()
            elif code in marks.RETRACING or code == marks.MADE_COPY:
                marked[scope : at + 1] = [True] * (at + 1 - scope)
    return marked


def _joined(tokens: Sequence[str]) -> str:
    """Tokens with one space between, but none inside the brackets of a group or a quotation."""
    line = ""
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        line += token
        if following and token not in marks.OPENING and following not in (">", "”"):
            line += " "
    return line


def _token(word: Word, *, keep_codes: bool) -> list[str]:
    """The event as CHAT writes it, with the codes kept from an original; empty when nothing of it can be written.

    That a word is in doubt is told whoever doubts it.
    """
    codes = [code for code in word.codes if keep_codes or code == marks.UNSURE]
    lead = next((at for at, code in enumerate(codes) if code not in marks.OPENING), len(codes))
    opening, rest = codes[:lead], codes[lead:]
    form, special, old, rest = _form_codes(rest)
    if word.kind is Kind.PAUSE:
        token = _pause(word)
    else:
        text = form if form is not None else _typed(word, keep_codes=keep_codes)
        prefix = "" if special == "@fp" else old or _PREFIX.get(word.kind, "")
        token = f"{prefix}{text}{special}" if text else ""
    if not token:
        return []
    if word.target and _target(word.target):
        sign = "::" if "[::]" in rest else ":"
        token += f" [{sign} {_target(word.target)}]"
    rest = [code for code in rest if code != "[::]" and _WRITTEN_CODE.fullmatch(code)]
    return [*opening, token, *rest]


def _form_codes(codes: list[str]) -> tuple[str | None, str, str, list[str]]:
    """The word as typed, its special form (@l), its prefix where that is an older one, and all other codes."""
    form: str | None = None
    special, old, rest = "", "", []
    for code in codes:
        if code.startswith(marks.FORM):
            form = code.removeprefix(marks.FORM)
        elif marks.SPECIAL_FORM.search(f"-{code}") and code[0] in "@$" and not special:
            special = code
        elif code == "&~":
            old = code
        else:
            rest.append(code)
    return form, special, old, rest


def _typed(word: Word, *, keep_codes: bool) -> str:
    """A word of a CHAT original needs no repair; any other does."""
    if keep_codes and not _FORBIDDEN.search(word.text) and not any(c.isspace() for c in word.text):
        return word.text
    return _plain(word)


def _plain(word: Word) -> str:
    """The word's text with nothing in it that CHAT would read as a mark."""
    if word.kind is Kind.UNINTELLIGIBLE:
        return word.text if word.text in marks.UNTRANSCRIBED else "xxx"
    if word.kind is Kind.NONVERBAL:
        return marks.noise_name(word.text)
    # A comma parts words in CHAT, even in 1,000.
    text = re.sub(r"(?<=\d),(?=\d)", "", word.text)
    text = "_".join(_FORBIDDEN.sub(" ", text).split()).strip(".?!…")
    # "0" alone says that nothing was said, and "0word" that a word was left out.
    text = "zero" if text == "0" else re.sub(r"^0+(?=[^\W\d_])", "", text)
    return text if any(c.isalnum() for c in text) else ""


def _target(target: str) -> str:
    return " ".join(re.sub(r"[\[\]\x00-\x1f\x7f-\x9f]", " ", target).split())


def _pause(word: Word) -> str:
    if re.fullmatch(marks.PAUSE, word.text) or marks.OLD_PAUSE.fullmatch(word.text):
        return word.text
    return "(.)" if word.duration is None else f"({word.duration:.3f}".rstrip("0").rstrip(".") + ")"


def _bullet(start: float | None, end: float | None) -> str:
    """A time mark in whole milliseconds, at least one long, as CHAT demands."""
    if start is None or end is None:
        return ""
    first = round(start * 1000)
    return f"{marks.BULLET}{first}_{max(round(end * 1000), first + 1)}{marks.BULLET}"
