"""A recording's transcript: windows decoded one by one, each checked for loops and for speech left out."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...data_schemas import Audio, LaliaError, ModelUse, ParticipantChoice, Span, Speaker, Transcript
from . import words as writing
from .engine import Decoded, Engine, RawWord
from .times import Bias, place
from .windows import Window, halves, rest, samples, windows

FILLERS_PROMPT = "Um, uh, hmm, er, ah."
"""Put before every window of a verbatim transcript. Measured on 10 fillers in 77 s of spontaneous speech: without it
none is written (tiny.en and base), with it all; on 54 s of read speech it invents none."""

MAX_COMPRESSION = 2.4
"""Text that zlib shrinks more than this is a loop (Radford et al. 2022, section 4.5)."""

MAX_IN_A_ROW = 5
"""As many repeats of one to four words in a row are a recogniser's loop; people say a phrase two to four times."""

MAX_RATE = 9.0
"""Words a second of voiced speech; the fastest talkers stay below 7."""

MIN_LOGPROB = -1.0
MAX_NO_SPEECH = 0.6
"""A window less sure of its words than the first and surer than the second that nobody speaks is not speech:
Whisper's own thresholds."""

UNCOVERED = 2.0
"""Seconds of voiced speech without a word that make a decoding suspect."""

_REACH = 0.5
"""Seconds around a word's times that count as covered: twice the worst bias of word times, and a breath."""


_PROGRESS = 1.0
"""Seconds a decoding must have got through before the rest is decoded: less would not end."""

_CUT_OFF = 0.2
"""Seconds of speech after a sentence broken off that are worth decoding: a short word."""

_LONG = 1.0
"""Seconds of speech that one word accounts for at most."""


@dataclass(frozen=True, slots=True)
class _Pass:
    """One window as transcribed, and what a reader must know of it."""

    words: tuple[tuple[RawWord, Span], ...]
    notes: tuple[str, ...] = ()


class Whisper:
    """A loaded recogniser.

    Parameters
    ----------
    engine : Engine
        A model on a device.
    use : ModelUse
        Which model, for provenance.
    bias : Bias
        Of this model's word times.
    """

    def __init__(self, engine: Engine, use: ModelUse, bias: Bias) -> None:
        self._engine, self.use, self._bias = engine, use, bias

    def transcribe(self, audio: Audio, *, language: str | None, verbatim: bool) -> Transcript:
        """What is said in the voiced stretches of a recording.

        Parameters
        ----------
        audio : Audio
            Checked: `speech` says where to listen; silence is never decoded.
        language : str or None
            ISO 639 code, or None to find out. A model of one language is used as it is, with a note where the
            recording's language is another.
        verbatim : bool
            Keep fillers.

        Returns
        -------
        Transcript
            One speaker is assumed. Word times are in seconds of the recording, in order, without overlap.

        Raises
        ------
        LaliaError
            When the model does not know the language, or `audio` was not checked.
        """
        if audio.speech is None:
            raise LaliaError(
                "Audio must be checked before it is transcribed", "no voiced stretches", "Call check first"
            )
        spoken, probability, notes = self._language(audio, language)
        heard: list[tuple[RawWord, Span]] = []
        for done in self._passes(audio, "en" if spoken is None else spoken, verbatim):
            heard += done.words
            notes += [note for note in done.notes if note not in notes]
        if not audio.speech:
            notes.append("No speech was found, so nothing was transcribed.")
        return Transcript(
            source="whisper",
            language=language if language and spoken != _base(language) else spoken,
            language_probability=probability,
            engine=self._engine.name,
            model=self.use.name,
            verbatim=verbatim,
            speakers=(Speaker(code=writing.PARTICIPANT, role="Participant"),),
            participant=writing.PARTICIPANT,
            participant_choice=ParticipantChoice.ASSUMED,
            utterances=writing.utterances(heard),
            notes=("One speaker is assumed: the recogniser does not tell voices apart.", *notes),
        )

    def _language(self, audio: Audio, given: str | None) -> tuple[str | None, float | None, list[str]]:
        known = self._engine.languages
        asked = _base(given) if given else None
        if len(known) == 1:
            if asked in (None, known[0]):
                return known[0], None, []
            return (
                known[0],
                None,
                [
                    f"The recording is in {given}, but {self.use.name} knows {known[0]} only: "
                    "its words cannot be trusted. Choose a multilingual model."
                ],
            )
        if asked is None:
            return self._detected(audio)
        if asked not in known:
            raise LaliaError(
                f"The language of a recording must be one that {self.use.name} knows", repr(given), "Use another model"
            )
        return asked, None, []

    def _detected(self, audio: Audio) -> tuple[str | None, float | None, list[str]]:
        packed = windows(audio, audio.speech or ())
        if not packed:
            return None, None, []
        language, probability = self._engine.detect(samples(audio, max(packed, key=_voiced)))
        return language, min(1.0, max(0.0, probability)), []

    def _passes(self, audio: Audio, language: str, verbatim: bool) -> Iterator[_Pass]:
        packed = windows(audio, audio.speech or ())
        prompt = FILLERS_PROMPT if verbatim else None
        for first in range(0, len(packed), self._engine.batch):
            group = packed[first : first + self._engine.batch]
            decoded = self._engine.decode([samples(audio, window) for window in group], language, prompt)
            for window, found in zip(group, decoded, strict=True):
                yield self._settled(audio, language, prompt, window, found)

    def _settled(self, audio: Audio, language: str, prompt: str | None, window: Window, found: Decoded) -> _Pass:
        """The decoding of a window, or a better one where it looks wrong."""
        tried = [self._heard(audio, language, prompt, window, found)]
        if prompt is not None and not _plausible(tried[-1], window):
            tried.append(self._heard(audio, language, None, window))
        if not _plausible(tried[-1], window) and len(parts := halves(window)) > 1:
            # Without the prompt: a prompt is what most loops start from.
            tried.append([pair for part in parts for pair in self._heard(audio, language, None, part)])
        best = min(tried, key=lambda words: (_looks_looped(words, window), round(_uncovered(words, window), 1)))
        return _Pass(tuple(best), tuple(_notes(tried, best, window, prompt is not None)))

    def _heard(
        self, audio: Audio, language: str, prompt: str | None, window: Window, found: Decoded | None = None
    ) -> list[tuple[RawWord, Span]]:
        """Words of a window; where the engine breaks off before the end of the speech, it hears the rest anew."""
        words: list[tuple[RawWord, Span]] = []
        left: Window | None = window
        while left is not None:
            found = found or self._engine.decode([samples(audio, left)], language, prompt)[0]
            words += self._placed(left, found)
            left, found = _left(left, found), None
        return words

    def _placed(self, window: Window, found: Decoded) -> list[tuple[RawWord, Span]]:
        if found.no_speech > MAX_NO_SPEECH and found.logprob < MIN_LOGPROB:
            return []
        return list(zip(found.words, place(found.words, window, self._bias), strict=True))


def _left(window: Window, found: Decoded) -> Window | None:
    """What is still to be decoded of a window, if anything."""
    if found.until is None or found.until < _PROGRESS or found.full:
        return None
    left = rest(window, found.until)
    least = _CUT_OFF if found.cut else UNCOVERED
    return left if left is not None and _voiced(left) >= least else None


def _plausible(words: Sequence[tuple[RawWord, Span]], window: Window) -> bool:
    return not _looks_looped(words, window) and _uncovered(words, window) < UNCOVERED


def _notes(
    tried: Sequence[object], best: Sequence[tuple[RawWord, Span]], window: Window, prompted: bool
) -> Iterator[str]:
    where = f"{window.speech[0].start:.1f}-{window.speech[-1].end:.1f} s"
    if prompted and best is not tried[0]:
        yield f"{where}: fillers may be missing; asked for them, the recogniser repeated itself or left speech out."
    if _looks_looped(best, window):
        yield f"{where}: the recogniser may have repeated itself; check these words against the recording."
    if (missed := _uncovered(best, window)) >= UNCOVERED:
        yield f"{where}: {missed:.1f} s of speech or other sound have no words."


def loops(text: str) -> bool:
    """Whether text repeats itself as recognisers do: it compresses too well, or one to four words recur in a row."""
    data = text.encode()
    if data and len(data) / len(zlib.compress(data)) > MAX_COMPRESSION:
        return True
    said = [word.strip(".,?!;:").lower() for word in text.split()]
    return any(_in_a_row(said, size) >= MAX_IN_A_ROW for size in range(1, 5))


def _in_a_row(said: Sequence[str], size: int) -> int:
    longest = run = 0
    for index in range(size, len(said)):
        run = run + 1 if said[index] == said[index - size] else 0
        longest = max(longest, run)
    return longest // size + 1 if longest >= size else 0


def _looks_looped(words: Sequence[tuple[RawWord, Span]], window: Window) -> bool:
    text = "".join(raw.text for raw, _ in words)
    return loops(text) or len(words) > max(3.0, MAX_RATE * _voiced(window))


def _uncovered(words: Sequence[tuple[RawWord, Span]], window: Window) -> float:
    """Longest voiced stretch, in seconds, that no word comes near."""
    longest = 0.0
    for voiced in window.speech:
        at = voiced.start
        for _, span in words:
            end = min(span.end, span.start + _LONG) + _REACH
            if end <= at or span.start - _REACH >= voiced.end:
                continue
            longest = max(longest, span.start - _REACH - at)
            at = max(at, end)
        longest = max(longest, voiced.end - at)
    return longest


def _voiced(window: Window) -> float:
    return sum(span.end - span.start for span in window.speech)


def _base(language: str) -> str:
    """Whisper's code for a language tag: the part before the region; ISO 639-3 codes of its commonest languages."""
    code = language.split("-")[0].lower()
    return _ISO_639_3.get(code, code)


_ISO_639_3 = {
    "eng": "en", "deu": "de", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "nld": "nl", "cmn": "zh", "zho": "zh",
    "ell": "el", "jpn": "ja", "rus": "ru", "dan": "da", "swe": "sv", "nor": "no", "fin": "fi", "pol": "pl", "tur": "tr",
    "kor": "ko", "ara": "ar", "hin": "hi", "heb": "he", "ces": "cs", "hun": "hu", "cat": "ca", "ron": "ro",
}  # fmt: skip
