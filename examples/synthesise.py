"""Speak the example transcripts, so that there are recordings whose every word time and pause is known.

The voice is eSpeak NG (GPL-3), loaded from the package espeakng-loader. It is a tool of the examples only; lalia
neither imports nor ships it. API: https://github.com/espeak-ng/espeak-ng/blob/1.52.0/src/include/espeak-ng/speak_lib.h
"""

from __future__ import annotations

import ctypes
import io
import re
import subprocess
import sys
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from lalia.data_schemas import Kind, LaliaError, Recording, TimeSource, Transcript, Utterance, Word
from lalia.pipeline.files import write_whole
from lalia.pipeline.formats import read, write_chat

HERE = Path(__file__).resolve().parent
TRANSCRIPTS = HERE / "transcripts"
RECORDINGS = HERE / "recordings"

RATE = 22_050
"""Samples a second; eSpeak NG's own rate."""

BETWEEN = 0.6
"""Seconds of silence before, between and after utterances."""

CLOSURE = 0.08
"""Seconds that silence inside a stretch of words lasts at most: the closure of a stop consonant."""

UNMEASURED = {"(.)": 0.3, "(..)": 0.6, "(...)": 0.9}
"""Seconds planted for pauses that the transcript does not measure."""

SYNTHETIC = "synthetic speech by eSpeak NG of talk invented for lalia; no real person"
"""Written into every transcript made here."""

NOISE_DBFS = -60.0
"""Root mean square of the room noise, re full scale."""

_SEED = 20_240
_QUIET = 33  # 16-bit steps: the level of the room noise, in which anything fainter is lost


@dataclass(frozen=True)
class Voice:
    """Name by eSpeak NG, words a minute, and pitch on its scale of 0 to 100."""

    name: str
    rate: int
    pitch: int


VOICES = {
    "male": (Voice("en-us", 140, 42), Voice("en-gb+f1", 160, 58)),
    "female": (Voice("en-us+f1", 140, 55), Voice("en-gb", 160, 45)),
}
"""By the participant's sex: the voices of the participant and of everybody else."""

_ID = re.compile(r"^@ID:\t\w+\|[^|]*\|PAR\|(\d*)[^|]*\|(female|male|)\|", re.MULTILINE)


class _Name(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Name),
    ]


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
_SYNCHRONOUS, _DONT_EXIT, _UTF8, _WORD, _END = 2, 0x8000, 1, 1, 0
_RATE_PARAMETER, _PITCH_PARAMETER = 1, 3


class Espeak:
    """The synthesiser. It keeps a state from one text to the next: the same texts in order give the same samples."""

    def __init__(self) -> None:
        try:
            import espeakng_loader
        except ImportError:
            raise LaliaError(
                "espeakng-loader must be installed to speak the examples", "none", 'Run `pip install "lalia[examples]"`'
            ) from None
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT)
        if rate != RATE:
            raise LaliaError(f"eSpeak NG must speak at {RATE} Hz", f"{rate}", "Install espeakng-loader 0.2.4")
        # Breath and tremor are random; the seed makes them the same each time.
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
        self._callback = _CALLBACK(self._take)
        self._library.espeak_SetSynthCallback(self._callback)
        self._blocks: list[bytes] = []
        self._words: dict[int, int] = {}
        self._voice: Voice | None = None

    def _take(self, samples: object, count: int, events: Sequence[_Event]) -> int:
        if samples and count > 0:
            self._blocks.append(ctypes.string_at(samples, 2 * count))  # type: ignore[arg-type]
        at = 0
        while events[at].type != _END:
            if events[at].type == _WORD:
                self._words.setdefault(events[at].text_position - 1, events[at].sample)
            at += 1
        return 0

    def say(self, text: str, voice: Voice) -> tuple[np.ndarray, dict[int, int]]:
        """Speak `text`.

        Returns
        -------
        samples : ndarray of int16, shape (n,)
        words : dict
            From the place of a word's first character in `text` to the sample at which it begins.
        """
        if voice != self._voice:
            self._library.espeak_SetVoiceByName(voice.name.encode())
            self._library.espeak_SetParameter(_RATE_PARAMETER, voice.rate, 0)
            self._library.espeak_SetParameter(_PITCH_PARAMETER, voice.pitch, 0)
            self._voice = voice
        self._blocks, self._words = [], {}
        data = text.encode() + b"\0"
        failed = self._library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, _UTF8, None, None)
        if failed or not self._blocks:
            raise LaliaError("eSpeak NG must speak every stretch of words", "nothing heard", "Check its installation")
        return np.frombuffer(b"".join(self._blocks), dtype="<i2"), dict(self._words)


@dataclass
class _Track:
    """The recording as it grows."""

    parts: list[np.ndarray]
    length: int = 0

    def add(self, samples: np.ndarray) -> None:
        self.parts.append(samples)
        self.length += len(samples)

    def silence(self, seconds: float) -> None:
        self.add(np.zeros(round(seconds * RATE), dtype="<i2"))


def speak(transcript: Transcript, espeak: Espeak, sex: str = "male") -> tuple[np.ndarray, Transcript]:
    """A transcript as speech.

    Utterances are spoken stretch by stretch from pause to pause; between stretches stands silence of exactly the
    pause's length, and no other is longer than `CLOSURE`.

    Returns
    -------
    samples : ndarray of int16, shape (n,), at `RATE`
        With room noise of `NOISE_DBFS`.
    transcript : Transcript
        The one given, with times on utterances and on every word that is spoken.
    """
    track = _Track([])
    track.silence(BETWEEN)
    timed = []
    for utterance in transcript.utterances:
        voice = VOICES[sex][utterance.speaker != transcript.participant]
        timed.append(_utterance(utterance, voice, track, espeak))
        track.silence(BETWEEN)
    speech = np.concatenate(track.parts)
    noise = np.random.default_rng(_SEED).normal(scale=32_768 * 10 ** (NOISE_DBFS / 20), size=len(speech))
    heard = np.clip(np.rint(speech + noise), -32_768, 32_767).astype("<i2")
    return heard, transcript.model_copy(update={"utterances": tuple(timed)})


def _utterance(utterance: Utterance, voice: Voice, track: _Track, espeak: Espeak) -> Utterance:
    words = list(utterance.words)
    stretches = list(_stretches(words))
    for number, (indices, pause) in enumerate(stretches):
        if indices:
            last = number == len(stretches) - 1
            mark = ("?" if "?" in utterance.terminator else ".") if last else ","
            _stretch(words, indices, mark, voice, track, espeak)
        track.silence(pause)
    times = [(word.start, word.end) for word in words if word.start is not None]
    span = {"start": times[0][0], "end": times[-1][1]} if times else {}
    return utterance.model_copy(update={"words": tuple(words), **span})


def _stretches(words: Sequence[Word]) -> Iterator[tuple[list[int], float]]:
    """Places of the words spoken without a pause between, and the seconds of silence that follow them."""
    indices: list[int] = []
    for at, word in enumerate(words):
        if word.kind is Kind.PAUSE:
            yield indices, UNMEASURED.get(word.text, 0.3) if word.duration is None else word.duration
            indices = []
        elif _spelt(word):
            indices.append(at)
    if indices:
        yield indices, 0.0


def _spelt(word: Word) -> str:
    """What to say for an event; laughter and other noises cannot be said."""
    if word.kind is Kind.NONVERBAL:
        return ""
    if word.kind is Kind.UNINTELLIGIBLE:
        return "mumuh"
    return "".join(c if c.isalnum() or c in "'’-" else " " for c in word.text).replace("’", "'").strip()


def _stretch(words: list[Word], indices: Sequence[int], mark: str, voice: Voice, track: _Track, espeak: Espeak) -> None:
    """Speak the words at `indices` and set their times in `words`."""
    texts = [_spelt(words[at]) for at in indices]
    places = np.cumsum([0, *(len(text) + 1 for text in texts[:-1])]).tolist()
    samples, events = espeak.say(" ".join(texts) + mark, voice)
    lost = next((n for n, place in enumerate(places) if n and place not in events), 0)
    if lost:
        # Some pairs ("of the") are one entry of the pronouncing dictionary and get one event: say them apart.
        _stretch(words, indices[:lost], ",", voice, track, espeak)
        _stretch(words, indices[lost:], mark, voice, track, espeak)
        return
    kept = _kept(samples)
    # A word begins at the first sample kept of what the synthesiser says is its first.
    edges = [0, *(int(kept[: events[place]].sum()) for place in places[1:]), int(kept.sum())]
    for at, begin, stop in zip(indices, edges[:-1], edges[1:], strict=True):
        times = {"start": (track.length + begin) / RATE, "end": (track.length + stop) / RATE}
        words[at] = words[at].model_copy(update={**times, "times": TimeSource.GIVEN})
    track.add(samples[kept])


def _kept(samples: np.ndarray) -> np.ndarray:
    """Which samples of a stretch to keep: none before its first sound or after its last, and no breath in between.

    The synthesiser pauses for 0.15 s inside long clauses; of any silence, only `CLOSURE` is left.
    """
    loud = np.flatnonzero(np.abs(samples.astype(int)) > _QUIET)
    kept = np.zeros(len(samples), dtype=bool)
    kept[loud[0] : loud[-1] + 1] = True
    longest = round(CLOSURE * RATE)
    for at in np.flatnonzero(np.diff(loud) > longest + 1):
        kept[loud[at] + 1 + longest : loud[at + 1]] = False
    return kept


def write(source: Path, folder: Path) -> tuple[Path, Path]:
    """Speak a transcript file into ``synthetic_<name>.wav`` and ``.cha`` in `folder`.

    The same bytes come out each time only where this is the first that the process speaks; see `synthesise`.
    """
    name = f"synthetic_{source.stem}"
    person = _ID.search(source.read_text("utf-8"))
    age, sex = person.groups() if person else ("", "")
    samples, timed = speak(read(source), Espeak(), sex or "male")
    timed = timed.model_copy(update={"notes": (*timed.notes, SYNTHETIC)})
    held = io.BytesIO()
    with wave.open(held, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples.tobytes())
    about = {"age": float(age) if age else None, "sex": sex or None}
    recording = Recording(recording_id=name, participant_id=name, path=f"{name}.wav", **about)
    audio, transcript = folder / f"{name}.wav", folder / f"{name}.cha"
    write_whole(audio, held.getvalue())
    write_whole(transcript, write_chat(timed, recording))
    return audio, transcript


def synthesise(sources: Sequence[Path] | None = None, folder: Path = RECORDINGS) -> tuple[Path, ...]:
    """Speak transcripts, each in a process of its own, so that no text leaves a trace in the next.

    Parameters
    ----------
    sources : sequence of Path, optional
        CHAT files; by default those of `TRANSCRIPTS`.
    folder : Path

    Returns
    -------
    tuple of Path
        The sound files.

    Raises
    ------
    LaliaError
        When a transcript cannot be read or spoken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spoken = []
    for source in sorted(TRANSCRIPTS.glob("*.cha")) if sources is None else sources:
        command = [sys.executable, __file__, str(source), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            told = done.stderr.strip().splitlines()
            raise LaliaError(f"{source.name} must be spoken", told[-1] if told else "no reason", "Correct it")
        spoken.append(folder / f"synthetic_{source.stem}.wav")
    return tuple(spoken)


def main(arguments: Sequence[str]) -> int:
    try:
        if arguments:
            write(Path(arguments[0]), Path(arguments[1]))
        else:
            for path in synthesise():
                print(path.name)
    except LaliaError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
