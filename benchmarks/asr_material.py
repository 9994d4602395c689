"""Recordings with what is said in them: open clips of ../shared, joined to groups, and synthetic speech."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from lalia.data_schemas import Audio, Kind
from lalia.models.resample import RATE, to_16k
from lalia.models.vad import speech_spans
from lalia.pipeline.formats import read

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"

Sound = npt.NDArray[np.float32]

CLIPS = (
    "crossword", "cutoff", "cutoffprogressive", "hes", "laughter", "reallylong", "registershift", "surround",
    "thoughts", "uh", "uhuh", "youknow",
)  # fmt: skip
"""Short clips of one speaker who says a name of three odd words with fillers, cut-offs, repeats and laughter."""

FOREIGN = {
    "de": "Der Junge steht auf einem Hocker und greift nach den Keksen. Die Mutter spült das Geschirr, und das Wasser "
    "läuft über. Draußen vor dem Fenster ist ein schöner Garten mit vielen Blumen.",
    "fr": "Le garçon est debout sur un tabouret et il prend des biscuits. La mère fait la vaisselle et l'eau déborde. "
    "Devant la fenêtre il y a un beau jardin avec beaucoup de fleurs.",
    "es": "El niño está de pie sobre un taburete y coge las galletas. La madre lava los platos y el agua se derrama. "
    "Delante de la ventana hay un jardín bonito con muchas flores.",
    "it": "Il bambino sta in piedi su uno sgabello e prende i biscotti. La madre lava i piatti e l'acqua trabocca. "
    "Davanti alla finestra c'è un bel giardino con tanti fiori.",
    "nl": "De jongen staat op een kruk en pakt de koekjes. De moeder doet de afwas en het water stroomt over. "
    "Voor het raam is een mooie tuin met veel bloemen.",
    "pt": "O menino está de pé num banco e tira as bolachas. A mãe lava a louça e a água transborda. "
    "Em frente da janela há um jardim bonito com muitas flores.",
    "ru": "Мальчик стоит на табуретке и берёт печенье. Мать моет посуду, и вода льётся через край. "
    "За окном красивый сад, в котором много цветов.",
    "tr": "Çocuk bir taburenin üzerinde duruyor ve kurabiyeleri alıyor. Annesi bulaşıkları yıkıyor ve su taşıyor. "
    "Pencerenin önünde birçok çiçeği olan güzel bir bahçe var.",
    "en-us": "The boy is standing on a stool and he is reaching for the cookies. His mother is washing the dishes and "
    "the water is running over. Outside the window there is a garden with a path and some trees.",
}
"""A scene told in nine languages, by the name of the synthetic voice."""


@dataclass(frozen=True)
class Piece:
    """A recording at 16 kHz, and the words in it."""

    sound: Sound
    text: str

    @property
    def audio(self) -> Audio:
        """As the check stage gives it."""
        return Audio(samples=self.sound, rate=RATE, speech=speech_spans(self.sound, RATE))

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.sound) / RATE


def heard(path: Path) -> Sound:
    """A recording mixed down, at 16 kHz."""
    import soundfile

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return to_16k(np.ascontiguousarray(samples.mean(axis=1)), rate)


@functools.cache
def groups() -> dict[str, list[Piece]]:
    """Spontaneous speech short and long, clips full of disfluencies, and read speech; empty without ../shared."""
    if not SHARED.is_dir():
        return {}
    short = [_labelled("cold_corpus"), _labelled("acoustic_corpus"), _chat()]
    return {"spontaneous": short, "long": [joined(short)], "clips": [joined(_clips())], "read": [joined(_read())]}


def joined(pieces: Iterable[Piece]) -> Piece:
    """One recording of several, 0.7 s of faint noise after each."""
    random = np.random.default_rng(0)
    sounds, texts = [], []
    for piece in pieces:
        sounds += [piece.sound, (1e-3 * random.standard_normal(round(0.7 * RATE))).astype(np.float32)]
        texts.append(piece.text)
    return Piece(np.concatenate(sounds), " ".join(texts))


def _labelled(name: str) -> Piece:
    path = SHARED / "audio_mfa_labelled" / name
    return Piece(heard(path.with_suffix(".wav")), path.with_suffix(".lab").read_text("utf-8"))


def _chat() -> Piece:
    folder = SHARED / "audio_chat_demo"
    transcript = read(folder / "test.cha")
    kinds = (Kind.WORD, Kind.FILLER, Kind.FRAGMENT, Kind.REPEATED, Kind.REVISED)
    said = [word for utterance in transcript.utterances for word in utterance.words if word.kind in kinds]
    return Piece(heard(folder / "test.mp3"), " ".join(word.text for word in said))


def _clips() -> Iterable[Piece]:
    folder = SHARED / "audio_mfa_labelled"
    with (folder / "reference_transcripts.tsv").open(encoding="utf-8") as file:
        texts = {row["file"]: row["transcript"] for row in csv.DictReader(file, delimiter="\t")}
    for name in CLIPS:
        # Where a word is cut off is not in the reference; its first three letters stand for it.
        text = re.sub(r"<cutoff-(\w{3})\w*>", r"\1-", texts[f"mfa_{name}.flac"])
        yield Piece(heard(folder / f"mfa_{name}.flac"), re.sub(r"<hes-(\w+)>|\[laughter\]", r"\1", text))


def _read() -> Iterable[Piece]:
    for row in (SHARED / "audio_ljspeech" / "metadata.csv").read_text("utf-8").splitlines():
        name, _, text = row.split("|")
        yield Piece(heard(SHARED / "audio_ljspeech" / f"{name}.flac"), text)
    yield Piece(heard(SHARED / "audio_jfk" / "jfk.flac"), (SHARED / "audio_jfk" / "jfk.txt").read_text("utf-8"))
    name = SHARED / "audio_mfa_labelled" / "61-70968-0000"
    yield Piece(heard(name.with_suffix(".flac")), name.with_suffix(".lab").read_text("utf-8"))
