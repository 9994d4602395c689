"""A recording's transcript: windows decoded twice where every word counts, and each checked for loops and gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...data_schemas import Audio, LaliaError, ModelUse, ParticipantChoice, Speaker, Transcript
from . import spoken_language, words
from .engine import Engine
from .listening import Listener, Told
from .settling import FILLERS_PROMPT, Settler
from .times import Bias
from .windows import Window, samples, windows


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
        self._engine, self.use, self._settler = engine, use, Settler(Listener(engine, bias))

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
        told = [Told(a, tongue.spoken or "en", verbatim) for a, tongue in zip(audios, tongues, strict=True)]
        jobs = [(mine, window) for mine, found in zip(told, packed, strict=True) for window in found]
        for group in _groups(jobs, self._engine.batch):
            self._listen(group)
        return tuple(self._written(mine, tongue) for mine, tongue in zip(told, tongues, strict=True))

    def _written(self, told: Told, tongue: spoken_language.Tongue) -> Transcript:
        notes = [*tongue.notes, *told.notes]
        if not told.audio.speech:
            notes.append("No speech was found, so nothing was transcribed.")
        marked = words.marked(told.words)
        notes += [*spoken_language.doubts(self._engine, self.use.name, told, tongue), *words.undivided(marked)]
        notes += words.doubts(marked)
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
            utterances=words.utterances(marked, told.language),
            notes=("One speaker is assumed: the recogniser does not tell voices apart.", *notes),
        )

    def _listen(self, group: Sequence[tuple[Told, Window]]) -> None:
        """Decode windows of one language together, and settle each on its own."""
        heard = self._engine.hear([samples(told.audio, window) for told, window in group])
        language, verbatim = group[0][0].language, group[0][0].verbatim
        plain = self._engine.decode(heard, language, None)
        prompted = self._engine.decode(heard, language, FILLERS_PROMPT) if verbatim else [None] * len(group)
        for (told, window), once, again in zip(group, plain, prompted, strict=True):
            self._settler.settle(told, window, once, again)


def _groups(jobs: Sequence[tuple[Told, Window]], size: int) -> Iterator[Sequence[tuple[Told, Window]]]:
    """Windows of one language, so many at once, in the order of the recordings."""
    for language in dict.fromkeys(told.language for told, _ in jobs):
        mine = [job for job in jobs if job[0].language == language]
        yield from (mine[first : first + size] for first in range(0, len(mine), size))
