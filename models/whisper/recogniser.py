"""A recording's transcript: windows decoded twice where every word counts, and each checked for loops and gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...data_schemas import Audio, LaliaError, ModelUse, ParticipantChoice, Span, Speaker, Transcript
from . import spoken_language, words
from .engine import Decoded, Engine, Heard
from .loops import looped, thinned, unlooped
from .merge import confirmed, shared_by_none, union
from .placed import Placed, in_order, wordless
from .times import SHORTEST, Bias, place
from .windows import Window, around, halves, rest, samples, windows

FILLERS_PROMPT = "Um, uh, hmm, er, ah."
"""Put before every window of a verbatim transcript: a prompt that is only carried along is forgotten after 30 s.

Of four wordings that all keep 10 of 10 fillers of spontaneous speech this has the fewest word errors over tiny.en and
base: 19 of 408, the others 21-22 (benchmarks/results/asr.md)."""

MIN_LOGPROB = -1.0
MAX_NO_SPEECH = 0.6
"""A window less sure of its words than the first and surer than the second that nobody speaks is not speech:
Whisper's own thresholds."""

UNCOVERED = 2.0
"""Seconds of voiced speech without a word that make a decoding suspect."""

SECOND_LOOK = 1.0
"""Seconds of voiced speech without a word that are worth hearing alone: about three words."""

HALVINGS = 2
"""How often a window that seems to loop is cut in two: a quarter of it holds once what is said every 7 s."""

_PROGRESS = 1.0
"""Seconds a decoding must have got through before the rest is decoded: less would not end."""

_CUT_OFF = 0.2
"""Seconds of speech after a sentence broken off that are worth decoding: a short word."""


@dataclass(slots=True)
class _Told:
    """A recording as far as it is transcribed: its words, and what a reader must know of them."""

    audio: Audio
    language: str
    verbatim: bool
    words: list[Placed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


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
            Keep fillers: each window is decoded a second time, asked for them, and what either heard is kept.

        Returns
        -------
        Transcript
            One speaker is assumed. Word times are in seconds of the recording, in order, without overlap. Words in
            doubt carry the code ``[?]`` of CHAT.

        Raises
        ------
        LaliaError
            When the model does not know the language, or `audio` was not checked.
        """
        return self.transcribe_all([audio], languages=[language], verbatim=verbatim)[0]

    def transcribe_all(
        self, audios: Sequence[Audio], *, languages: Sequence[str | None], verbatim: bool
    ) -> tuple[Transcript, ...]:
        """Transcripts of several recordings, whose windows go to the engine together: what fills a GPU.

        Parameters
        ----------
        audios : sequence of Audio
        languages : sequence of str or None
            As many.
        verbatim : bool
            As for `transcribe`, for all.

        Returns
        -------
        tuple of Transcript
            In the same order, each as `transcribe` would give it.
        """
        if any(audio.speech is None for audio in audios):
            raise LaliaError(
                "Audio must be checked before it is transcribed", "no voiced stretches", "Call check first"
            )
        packed = [windows(audio, audio.speech or ()) for audio in audios]
        tongues = [
            spoken_language.settle(self._engine, self.use.name, audio, found, given)
            for audio, found, given in zip(audios, packed, languages, strict=True)
        ]
        told = [_Told(a, tongue.spoken or "en", verbatim) for a, tongue in zip(audios, tongues, strict=True)]
        jobs = [(mine, window) for mine, found in zip(told, packed, strict=True) for window in found]
        for group in _groups(jobs, self._engine.batch):
            self._listen(group)
        return tuple(self._written(mine, tongue) for mine, tongue in zip(told, tongues, strict=True))

    def _written(self, told: _Told, tongue: spoken_language.Tongue) -> Transcript:
        notes = [*tongue.notes, *told.notes]
        if not told.audio.speech:
            notes.append("No speech was found, so nothing was transcribed.")
        marked = words.marked(told.words)
        notes += [*spoken_language.doubts(self._engine, marked, tongue), *words.doubts(marked)]
        return Transcript(
            source="whisper",
            language=tongue.recorded,
            language_probability=tongue.probability,
            engine=self._engine.name,
            model=self.use.name,
            verbatim=told.verbatim,
            speakers=(Speaker(code=words.PARTICIPANT, role="Participant"),),
            participant=words.PARTICIPANT,
            participant_choice=ParticipantChoice.ASSUMED,
            utterances=words.utterances(marked),
            notes=("One speaker is assumed: the recogniser does not tell voices apart.", *notes),
        )

    def _listen(self, group: Sequence[tuple[_Told, Window]]) -> None:
        """Decode windows of one language together, and settle each on its own."""
        heard = self._engine.hear([samples(told.audio, window) for told, window in group])
        language, verbatim = group[0][0].language, group[0][0].verbatim
        plain = self._engine.decode(heard, language, None)
        prompted = self._engine.decode(heard, language, FILLERS_PROMPT) if verbatim else [None] * len(group)
        for (told, window), once, again in zip(group, plain, prompted, strict=True):
            self._settle(told, window, once, again)

    def _settle(self, told: _Told, window: Window, plain: Decoded, prompted: Decoded | None) -> None:
        """The words of a window, from one decoding or from two."""
        found = self._through(told, window, None, plain)
        repeated: list[Placed] = []
        if prompted is not None:
            asked = self._through(told, window, FILLERS_PROMPT, prompted)
            cut = unlooped(asked, found, window.speech), unlooped(found, asked, window.speech)
            if len(cut[0]) < len(asked) and len(cut[1]) < len(found):
                repeated, _ = union(asked, found, window.speech)
            elif len(cut[0]) < len(asked):
                told.note(f"{_where(window)}: fillers may be missing; asked for them, the recogniser repeated itself.")
            if shared_by_none(*cut):
                told.note(f"{_where(window)}: what is heard may be no speech; two decodings share none of their words.")
                cut, repeated = ([], []), []
            found, left_out = union(*cut, window.speech)
            if left_out and not repeated:
                told.note(f"{_where(window)}: {left_out} words were left out: only one of two decodings has them.")
        found = self._mended(told, window, found, repeated)
        told.words += in_order(found, SHORTEST)

    def _mended(self, told: _Told, window: Window, found: list[Placed], repeated: list[Placed]) -> list[Placed]:
        """The words of a window, after another try where they look wrong.

        `repeated` is the union of both decodings before they were cut as loops; empty if they were not.
        """
        suspect = bool(repeated) or looped(found, window.speech)
        if suspect:
            cut = thinned(unlooped(found, (), window.speech))
            again = self._halved(told, window, repeated or found)
            found = cut if again is None else again
        for gap in wordless(found, window.speech, SECOND_LOOK):
            found += self._second_look(told, gap)
        if suspect:
            told.note(f"{_where(window)}: the recogniser may have repeated itself; check it against the recording.")
        for gap in wordless(found, window.speech, UNCOVERED):
            told.note(
                f"{gap.start:.1f}-{gap.end:.1f} s: {gap.end - gap.start:.1f} s of speech or other sound have no words."
            )
        return found

    def _halved(self, told: _Told, window: Window, found: list[Placed]) -> list[Placed] | None:
        """The words of a window that seems to loop as far as its parts have them too; None where the parts loop."""
        # What recurs from one part to the other was said twice: each is heard without the other.
        parts = self._parts(told, window, HALVINGS)
        if parts is None:
            return None
        heard = [word for part, words in parts for word in self._asked_too(told, part, words)]
        united, _ = union(confirmed(found, heard), heard, window.speech)
        return [Placed(word.raw, word.span, unsure=True) for word in united]

    def _parts(self, told: _Told, window: Window, times: int) -> list[tuple[Window, list[Placed]]] | None:
        """A window in parts that do not loop, each heard alone; None where a part loops however short it is."""
        if times == 0 or len(parts := halves(window)) == 1:
            return None
        done = []
        for part in parts:
            # Without the prompt: a prompt is what most loops start from.
            words = self._alone(told, part)
            mine = self._parts(told, part, times - 1) if looped(words, part.speech) else [(part, words)]
            if mine is None:
                return None
            done += mine
        return done

    def _asked_too(self, told: _Told, window: Window, plain: list[Placed]) -> list[Placed]:
        """The words of a window that does not loop, with what the recogniser hears there when asked for fillers."""
        if not told.verbatim:
            return plain
        asked = self._alone(told, window, FILLERS_PROMPT)
        if shared_by_none(asked, plain):
            return []
        united, _ = union(unlooped(asked, plain, window.speech), plain, window.speech)
        return plain if looped(united, window.speech) else united

    def _second_look(self, told: _Told, gap: Span) -> list[Placed]:
        """Speech that got no words, heard alone; words of which the engine itself is unsure are not taken."""
        window = around(told.audio, gap)
        found = [word for word in self._alone(told, window) if gap.start <= _middle(word.span) <= gap.end]
        if looped(found, window.speech):
            return []
        return [Placed(word.raw, word.span, unsure=True) for word in found]

    def _alone(self, told: _Told, window: Window, prompt: str | None = None) -> list[Placed]:
        (found,) = self._engine.decode(self._heard(told, window), told.language, prompt)
        return self._through(told, window, prompt, found)

    def _heard(self, told: _Told, window: Window) -> Heard:
        return self._engine.hear([samples(told.audio, window)])

    def _through(self, told: _Told, window: Window, prompt: str | None, found: Decoded) -> list[Placed]:
        """Words of a window; where the engine breaks off before the end of the speech, it hears the rest anew."""
        placed = self._placed(window, found)
        while (left := _left(window, found)) is not None:
            window = left
            (found,) = self._engine.decode(self._heard(told, window), told.language, prompt)
            placed += self._placed(window, found)
        return placed

    def _placed(self, window: Window, found: Decoded) -> list[Placed]:
        if found.no_speech > MAX_NO_SPEECH and found.logprob < MIN_LOGPROB:
            return []
        spans = place(found.words, window, self._bias)
        return [Placed(raw, span) for raw, span in zip(found.words, spans, strict=True)]


def _groups(jobs: Sequence[tuple[_Told, Window]], size: int) -> Iterator[Sequence[tuple[_Told, Window]]]:
    """Windows of one language, so many at once, in the order of the recordings."""
    for language in dict.fromkeys(told.language for told, _ in jobs):
        mine = [job for job in jobs if job[0].language == language]
        yield from (mine[first : first + size] for first in range(0, len(mine), size))


def _left(window: Window, found: Decoded) -> Window | None:
    """What is still to be decoded of a window, if anything."""
    if found.until is None or found.until < _PROGRESS or found.full:
        return None
    left = rest(window, found.until)
    least = _CUT_OFF if found.cut else UNCOVERED
    return left if left is not None and left.voiced >= least else None


def _middle(span: Span) -> float:
    return (span.start + span.end) / 2


def _where(window: Window) -> str:
    return f"{window.speech[0].start:.1f}-{window.speech[-1].end:.1f} s"
