"""Sounds whose truth is known: synthetic speech, rooms, music, applause, coughs, breaths, and mixtures of them.

Everything is computed from seeds, so nothing but this file need be kept. The voice is eSpeak NG's.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from lalia.data_schemas import Span

Sound = npt.NDArray[np.float32]

RATE = 22_050
"""Samples a second; eSpeak NG's own rate."""

SNRS = (20.0, 10.0, 5.0, 0.0)
"""Decibels between the mean power of the speech, pauses left out, and that of the noise."""

TELLING = (
    "The boy is standing on a stool and he is reaching for the cookies.",
    "His mother is washing the dishes and the water is running over.",
    "Outside the window there is a garden with a path and some trees.",
    "I think that she is looking at something else at the moment.",
)
"""What the synthetic voice says: plain sentences, of words that any recogniser knows."""

LISTED = tuple(
    "the cat is on the mat|a boy is reaching for cookies|water is running over|the stool is falling|outside there is "
    "a garden|mother does not notice|people walk past|dogs bark at night|several birds sing|put it back".split("|")
)
"""Short phrases to be spliced with exact pauses."""


@functools.cache
def _speaker() -> tuple[ctypes.CDLL, int]:
    import espeakng_loader

    library = ctypes.cdll.LoadLibrary(espeakng_loader.get_library_path())
    return library, library.espeak_Initialize(2, 0, espeakng_loader.get_data_path().encode(), 0)


def espeak(text: str, voice: str = "en-us") -> Sound:
    """Text spoken by eSpeak NG at `RATE`, peak 0.5, cut to where it is within 40 dB of its loudest 5 ms.

    Raises ImportError without the package espeakng-loader, which the extra ``examples`` brings.
    """
    library, rate = _speaker()
    if rate != RATE:
        raise ValueError(f"eSpeak NG must speak at {RATE} Hz. Got {rate} Hz. Install espeakng-loader anew.")
    parts: list[npt.NDArray[np.int16]] = []

    def take(wave: object, count: int, _events: object) -> int:
        if count > 0:
            parts.append(np.ctypeslib.as_array(wave, (count,)).copy())  # type: ignore[call-overload]
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)(take)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice.encode()):
        raise ValueError(f"eSpeak NG must know the voice. Got {voice!r}. Name one of its voices.")
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, 0, 0, 1, None, None)  # 1: the text is UTF-8
    library.espeak_Synchronize()
    return _trimmed(np.concatenate(parts).astype(np.float32) / 32768)


def _trimmed(voice: Sound) -> Sound:
    size = RATE // 200
    level = np.sqrt(np.convolve(voice.astype(np.float64) ** 2, np.ones(size) / size, "same"))
    heard = np.flatnonzero(level > 0.01 * level.max())
    return (voice[heard[0] : heard[-1] + 1] * (0.5 / np.abs(voice).max())).astype(np.float32)


def level(sound: Sound) -> float:
    """Mean power, in dB re full scale, of what is not digital silence."""
    heard = sound[sound != 0].astype(np.float64)
    return 10 * float(np.log10(np.mean(heard**2))) if len(heard) else -np.inf


def at_level(sound: npt.NDArray[np.floating], decibels: float) -> Sound:
    """The sound at another mean power."""
    return (sound * 10 ** ((decibels - level(sound.astype(np.float32))) / 20)).astype(np.float32)


def silence(seconds: float) -> Sound:
    """Digital silence."""
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def white(seconds: float, seed: int = 0) -> Sound:
    """White noise at -20 dB."""
    return at_level(np.random.default_rng(seed).standard_normal(round(seconds * RATE)), -20)


def pink(seconds: float, seed: int = 0) -> Sound:
    """Noise with 3 dB less power per octave, at -20 dB: rooms and roads."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(round(seconds * RATE)))
    return at_level(
        np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(len(spectrum)))), round(seconds * RATE)), -20
    )


def babble(seconds: float, seed: int = 0) -> Sound:
    """Eight synthetic voices at once, at -20 dB."""
    random = np.random.default_rng(seed)
    total = np.zeros(round(seconds * RATE))
    for voice in ("en-us", "en-us+f1", "en-us+f2", "en-us+f3", "en-us+m2", "en-us+m3", "en-us+m5", "en-us+f4"):
        said = np.concatenate([espeak(LISTED[i], voice) for i in random.permutation(len(LISTED))])
        total += np.resize(np.roll(said, int(random.integers(len(said)))), len(total))
    return at_level(total, -20)


def tone(seconds: float, hertz: float = 440.0) -> Sound:
    """A sine at -13 dB."""
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def hum(seconds: float) -> Sound:
    """Mains hum of 50 Hz and its harmonics, with a faint hiss."""
    parts = sum(tone(seconds, 50.0 * k) / k for k in (1, 2, 3, 5))
    return at_level(parts + 0.01 * white(seconds, 3), -23)


def music(seconds: float, seed: int = 0) -> Sound:
    """Plucked chords with a melody above them: harmonics that decay, every half second."""
    random = np.random.default_rng(seed)
    total = np.zeros(round(seconds * RATE))
    scale = 220.0 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12]) / 12)
    for beat in range(int(seconds * 2)):
        first = beat * RATE // 2
        time = np.arange(min(2 * RATE, len(total) - first)) / RATE
        chord = [scale[0], scale[2], scale[4]] if beat % 4 < 2 else [scale[3], scale[5], scale[7]]
        for hertz in [*chord, 2 * float(random.choice(scale))]:
            for k in range(1, 7):
                total[first : first + len(time)] += np.exp(-time * (1.5 + k)) * np.sin(2 * np.pi * k * hertz * time) / k
    return at_level(total, -20)


def applause(seconds: float, seed: int = 0) -> Sound:
    """Two hundred claps a second, each 10 ms of filtered noise."""
    random = np.random.default_rng(seed)
    total = np.zeros(round(seconds * RATE) + RATE)
    clap = np.exp(-np.arange(RATE // 50) / (0.003 * RATE))
    for at in random.integers(0, round(seconds * RATE), round(200 * seconds)):
        total[at : at + len(clap)] += random.uniform(0.3, 1) * clap * random.standard_normal(len(clap))
    return at_level(total[: round(seconds * RATE)], -20)


def coughs(seconds: float, seed: int = 0) -> Sound:
    """A cough every 2 s in a quiet room: a burst of 60 ms, a breathy 200 ms, a voiced tail of 100 ms."""
    random = np.random.default_rng(seed)
    total = 1e-4 * random.standard_normal(round(seconds * RATE))
    cough = _cough(random)
    for at in range(RATE // 2, len(total) - len(cough), 2 * RATE):
        total[at : at + len(cough)] += cough
    return total.astype(np.float32)


def _cough(random: np.random.Generator) -> npt.NDArray[np.float64]:
    lengths = [round(seconds * RATE) for seconds in (0.06, 0.20, 0.10)]
    shape = np.concatenate([np.linspace(1, 0.5, lengths[0]), np.linspace(0.5, 0.15, lengths[1]), np.zeros(lengths[2])])
    noise = shape * _resonant(random.standard_normal(len(shape)), ((600, 200), (1500, 300), (3000, 600)))
    time = np.arange(lengths[2]) / RATE
    tail = np.sin(2 * np.pi * 140 * time) + 0.5 * np.sin(2 * np.pi * 280 * time) + 0.3 * np.sin(2 * np.pi * 560 * time)
    noise[-lengths[2] :] += 0.15 * np.abs(noise).max() * tail * np.linspace(1, 0, lengths[2])
    return 0.5 * noise / np.abs(noise).max()


def breaths(seconds: float, seed: int = 0) -> Sound:
    """Breathing in and out at -40 dB in a quiet room."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    shape = np.maximum(0, np.sin(2 * np.pi * time / 2)) ** 2
    noise = _resonant(random.standard_normal(len(time)), ((500, 500), (1600, 500), (2800, 800)))
    return (at_level(shape * noise, -40) + 1e-4 * random.standard_normal(len(time))).astype(np.float32)


def clicks(seconds: float, seed: int = 0) -> Sound:
    """Typing: irregular clicks of a few milliseconds."""
    random = np.random.default_rng(seed)
    total = 1e-4 * random.standard_normal(round(seconds * RATE) + RATE)
    click = np.exp(-np.arange(RATE // 100) / (0.001 * RATE))
    for at in np.cumsum(random.uniform(0.08, 0.4, round(4 * seconds))) * RATE:
        if at < seconds * RATE:
            total[int(at) : int(at) + len(click)] += (
                random.uniform(0.1, 0.4) * click * random.standard_normal(len(click))
            )
    return total[: round(seconds * RATE)].astype(np.float32)


def _resonant(noise: npt.NDArray[np.float64], peaks: tuple[tuple[float, float], ...]) -> npt.NDArray[np.float64]:
    hertz = np.fft.rfftfreq(len(noise), 1 / RATE)
    gain = sum(1 / (1 + ((hertz - centre) / width) ** 2) for centre, width in peaks)
    return np.asarray(np.fft.irfft(np.fft.rfft(noise) * gain, len(noise)))


NOISES: Mapping[str, Callable[[float, int], Sound]] = {"white": white, "pink": pink, "babble": babble}
"""What speech is mixed with."""

WORDLESS: Mapping[str, Callable[[float], Sound]] = {
    "digital silence": silence,
    "room noise": lambda seconds: at_level(pink(seconds, 5), -60),
    "white noise": white,
    "pink noise": pink,
    "tone": tone,
    "mains hum": hum,
    "music": music,
    "applause": applause,
    "coughs": coughs,
    "breaths": breaths,
    "typing": clicks,
}
"""Sounds in which nobody speaks."""


def mixed(speech: Sound, noise: Sound, snr: float) -> Sound:
    """Speech in noise `snr` dB below it; the mean power of speech is that of its samples above -60 dB."""
    loud = speech[np.abs(speech) > 1e-3]
    return (speech + at_level(noise[: len(speech)], level(loud if len(loud) else speech) - snr)).astype(np.float32)


@dataclass(frozen=True)
class Scene:
    """A recording made of known parts: its sound, the words said in order, and where they lie."""

    sound: Sound
    words: tuple[str, ...]
    speech: tuple[Span, ...]
    rate: int = RATE


def spliced(*parts: Sound | tuple[Sound, str], room: float = -70.0, seed: int = 7) -> Scene:
    """Sounds one after another in pink room noise of `room` dB; those given with their words are speech."""
    clock, sounds, words, spans = 0.0, [], [], []
    for part in parts:
        sound, text = part if isinstance(part, tuple) else (part, "")
        if text:
            words += text.lower().replace(".", "").split()
            spans.append(Span(clock, clock + len(sound) / RATE))
        sounds.append(sound)
        clock += len(sound) / RATE
    whole = np.concatenate(sounds)
    if np.isfinite(room):
        whole = whole + at_level(pink(len(whole) / RATE + 1, seed)[: len(whole)], room)
    return Scene(whole.astype(np.float32), tuple(words), tuple(spans))


def told(index: int, voice: str = "en-us") -> tuple[Sound, str]:
    """A sentence of `TELLING` as spoken, and its text."""
    return espeak(TELLING[index], voice), TELLING[index]


@functools.cache
def scenes() -> dict[str, Scene]:
    """Recordings in which recognisers are known to invent or to lose speech."""
    one, two, three = told(0), told(1), told(2)
    cough = coughs(2.0, 4)
    soft = [(at_level(sound, -55), text) for sound, text in (one, two, three)]
    return {
        "speech": spliced(silence(0.5), one, silence(0.8), two, silence(0.8), three, silence(0.5)),
        "speech, then 60 s of silence": spliced(silence(0.5), one, two, silence(60), room=-np.inf),
        "speech, then 60 s of room": spliced(silence(0.5), one, two, silence(60), room=-60),
        "two bursts, 20 s apart": spliced(silence(1), one, silence(20), two, silence(1), room=-60),
        "soft speech (-55 dB)": spliced(silence(0.5), soft[0], silence(0.8), soft[1], silence(0.8), soft[2], room=-80),
        "soft after loud": spliced(silence(0.5), one, silence(1.0), soft[1], silence(1.0), three, room=-80),
        "speech after 60 s of digital silence": spliced(silence(60), one, silence(0.8), two, room=-np.inf),
        "a cough within": spliced(silence(0.5), one, cough, two, cough, three, silence(0.5)),
        "speech after music": spliced(music(8.0), one, silence(0.5), two, silence(0.5)),
        "applause after speech": spliced(silence(0.5), one, silence(0.3), two, applause(8.0)),
    }


def noisy(noise: str, snr: float) -> Scene:
    """Three sentences with pauses, mixed with 20 s of one of `NOISES`."""
    clean = scene_of_three()
    return Scene(mixed(clean.sound, NOISES[noise](20.0, 11), snr), clean.words, clean.speech)


@functools.cache
def scene_of_three() -> Scene:
    """Three sentences, 1 s of silence between them, 2 s around: 17 s."""
    return spliced(silence(2), told(0), silence(1), told(1, "en-us+f2"), silence(1), told(2), silence(2), room=-np.inf)


def gaps(parts: Sequence[Sound], lengths: Sequence[float], rate: int = RATE) -> tuple[Sound, list[Span]]:
    """Parts in turn with exact gaps of digital silence between them, and where each part lies."""
    sounds, spans, at = [np.zeros(rate // 2, dtype=np.float32)], [], rate // 2
    for index, gap in enumerate([*lengths, 0.5]):
        part = parts[index % len(parts)]
        quiet = np.zeros(round(gap * rate), dtype=np.float32)
        spans.append(Span(at / rate, (at + len(part)) / rate))
        sounds += [part, quiet]
        at += len(part) + len(quiet)
    return np.concatenate(sounds), spans


def pauses(spans: Sequence[Span]) -> list[Span]:
    """What lies between stretches of speech."""
    return [Span(one.end, other.start) for one, other in itertools.pairwise(spans)]


def compared(truth: Sequence[Span], found: Sequence[Span]) -> tuple[float, npt.NDArray[np.float64], int]:
    """Recall of pauses (half overlapped), errors of their length in s, and pauses of 250 ms or more invented."""
    errors, used = [], set()
    for gap in truth:
        shared = [min(gap.end, other.end) - max(gap.start, other.start) for other in found]
        best = int(np.argmax(shared)) if shared else -1
        if best >= 0 and shared[best] > 0.5 * (gap.end - gap.start):
            used.add(best)
            errors.append((found[best].end - found[best].start) - (gap.end - gap.start))
    invented = [p for index, p in enumerate(found) if index not in used and p.end - p.start >= 0.25]
    return len(errors) / len(truth), np.array(errors), len(invented)
