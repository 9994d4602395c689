"""Recognition measured: words, fillers, repetitions, invented speech, languages and speed, for each engine and model.

What is measured is kept in results/asr.json, so that it can be interrupted; results/asr.md is written from it.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import asr_material as material
import asr_report
from asr_scoring import Score, score, tokens
from lalia.data_schemas import Audio, Kind, Transcript
from lalia.models import registry, whisper
from lalia.models.whisper.listening import Listener, Told
from lalia.models.whisper.loops import loops, unlooped
from lalia.models.whisper.merge import union
from lalia.models.whisper.placed import Placed, in_order
from lalia.models.whisper.settling import FILLERS_PROMPT
from lalia.models.whisper.times import NONE, SHORTEST
from lalia.models.whisper.windows import samples, windows
from lalia.tests import sounds

HERE = Path(__file__).resolve().parent

PROMPTS = {
    "none": None,
    "five fillers": "Um, uh, hmm, er, ah.",
    "three fillers, as hotwords": "um, uh, hmm",
    "sentence": "Um, I was, uh, I was going to, hmm, th- the shop, and, er, you know, I, I mean.",
    "fillers and starts": "Um, uh, hmm. I, I mean, th- the, er, you know, like, ah.",
}
"""What may be put before every window. Hotwords are the same to the engine as a prompt."""

THREADS = 1
"""Of either engine, so that processor time does not depend on the cores; what else the machine does still counts."""

Words = list[tuple[str, bool]]

Units = Iterator[tuple[str, Callable[[], Any]]]
"""What a part consists of, each measured and kept by itself."""


def written(transcript: Transcript) -> Words:
    """Words of a transcript with their marks; fragments get their hyphen back."""
    return [
        (word.text + ("-" if word.kind is Kind.FRAGMENT else ""), bool(word.codes))
        for utterance in transcript.utterances
        for word in utterance.words
    ]


def from_placed(words: Sequence[Placed]) -> Words:
    """The same of words that are not yet in utterances."""
    return [(word.raw.text, word.unsure) for word in words]


def strategies(model: str, _engine: str) -> Units:
    """Every prompt alone, and with the decoding that had none, on all recordings."""
    for group in material.groups():
        yield group, functools.partial(_strategies, model, group)


def _strategies(model: str, group: str) -> dict[str, Any]:
    ours = loaded(model, "ctranslate2")
    found: dict[str, Score] = {}
    for piece in material.groups()[group]:
        said: dict[str, Words] = {}
        for name, words in _decoded(ours, piece.audio):
            said.setdefault(name, []).extend(words)
        for name, words in said.items():
            found[name] = found.get(name, Score()) + score(words, piece.text)
    return {name: asdict(counts) for name, counts in found.items()}


def _decoded(ours: Any, audio: Audio) -> Iterator[tuple[str, Words]]:
    engine, told = ours._engine, Told(audio, "en", True)
    listener = Listener(engine, whisper.BIASES.get(ours.use.name, NONE))
    for window in windows(audio, audio.speech or ()):
        heard = engine.hear([samples(audio, window)])
        alone = {}
        for name, prompt in PROMPTS.items():
            (decoded,) = engine.decode(heard, "en", prompt)
            alone[name] = listener.through(told, window, prompt, decoded)
            yield name, from_placed(alone[name])
        plain = alone.pop("none")
        for name, asked in alone.items():
            cut = unlooped(asked, plain, window.speech), unlooped(plain, asked, window.speech)
            both, _ = union(*cut, window.speech)
            yield f"{name} + none", from_placed(in_order(both, SHORTEST))


def accuracy(model: str, engine: str) -> Units:
    """What lalia writes, with and without verbatim."""
    for group in ("spontaneous", "long", "read") if engine == "openai-whisper" else tuple(material.groups()):
        for verbatim in (True, False):
            name = f"{group}, {'verbatim' if verbatim else 'clean'}"
            yield name, functools.partial(_accuracy, model, engine, group, verbatim)


def _accuracy(model: str, engine: str, group: str, verbatim: bool) -> dict[str, Any]:
    ours = loaded(model, engine)
    total, begun, seconds = Score(), time.process_time(), 0.0
    for piece in material.groups()[group]:
        told = ours.transcribe(piece.audio, language="en", verbatim=verbatim)
        total, seconds = total + score(written(told), piece.text), seconds + piece.seconds
    return asdict(total) | {"cpu": (time.process_time() - begun) / seconds, "threads": THREADS}


@functools.cache
def loaded(model: str, engine: str) -> Any:
    """Lalia's recogniser on a CPU, in `THREADS` threads."""
    os.environ["LALIA_THREADS"] = str(THREADS)
    if engine == "openai-whisper":
        import torch

        torch.set_num_threads(THREADS)
    return whisper.load(model, engine, "cpu")


@functools.cache
def libraries_own(model: str, engine: str, prompt: str | None, timed: bool = False) -> Callable[[sounds.Sound], str]:
    """The library's own way from a 16 kHz signal to text, in its own defaults but for the prompt and word times."""
    if engine == "ctranslate2":
        from faster_whisper import WhisperModel

        theirs = WhisperModel(str(registry.locate(model)), device="cpu", compute_type="int8", local_files_only=True)

        def segments(sound: sounds.Sound) -> Any:
            return theirs.transcribe(sound, language="en", initial_prompt=prompt, word_timestamps=timed)[0]

        return lambda sound: "".join(segment.text for segment in segments(sound))
    import whisper as openai_whisper

    network = loaded(model, "openai-whisper")._engine.model
    options = {"language": "en", "initial_prompt": prompt, "fp16": False, "word_timestamps": timed}
    return lambda sound: str(openai_whisper.transcribe(network, sound, **options)["text"])


def invention(model: str, engine: str) -> Units:
    """Words where nobody speaks, and words lost and added where somebody does: the library's own way, and lalia."""
    for name, scene in _scenes():
        yield name, functools.partial(_invention, model, engine, scene)


def _invention(model: str, engine: str, scene: sounds.Scene) -> dict[str, Any]:
    theirs = {"plain": None, "prompted": FILLERS_PROMPT}
    sound = material.to_16k(scene.sound, scene.rate)
    said = {way: tokens(libraries_own(model, engine, prompt)(sound)) for way, prompt in theirs.items()}
    told = loaded(model, engine).transcribe(material.Piece(sound, "").audio, language="en", verbatim=True)
    said["lalia"] = tokens(" ".join(text for text, _ in written(told)))
    found = {way: _counts(words, scene.words) for way, words in said.items()}
    found["lalia"]["marked"] = sum(marked for _, marked in written(told))
    return found


def _scenes() -> Iterator[tuple[str, sounds.Scene]]:
    for name, make in sounds.WORDLESS.items():
        yield name, sounds.Scene(make(10.0), (), ())
    yield from sounds.scenes().items()
    for noise in sounds.NOISES:
        for snr in sounds.SNRS:
            yield f"speech in {noise} noise, {snr:.0f} dB", sounds.noisy(noise, snr)


def _counts(said: list[str], truth: Sequence[str]) -> dict[str, Any]:
    from asr_scoring import aligned

    pairs = aligned(said, truth)
    fillers = {"uh", "um", "hm"}
    return {
        "words": len(truth),
        "lost": sum(i is None for i, _ in pairs),
        "added": sum(j is None for _, j in pairs),
        "wrong": sum(i is not None and j is not None and said[i] != truth[j] for i, j in pairs),
        "fillers": sum(word in fillers for word in said),
        "loop": loops(" ".join(said)),
    }


def languages(model: str, engine: str) -> Units:
    """Synthetic speech in nine languages: what is detected, or how far an English model believes its words."""
    for voice, text in material.FOREIGN.items():
        yield voice, functools.partial(_language, model, engine, voice, text)


def _language(model: str, engine: str, voice: str, text: str) -> dict[str, Any]:
    sound = material.to_16k(sounds.espeak(text, voice), sounds.RATE)
    told = loaded(model, engine).transcribe(material.Piece(sound, text).audio, language=None, verbatim=False)
    words = [w for utterance in told.utterances for w in utterance.words if w.probability is not None]
    return {
        "detected": told.language,
        "probability": told.language_probability,
        "mean": sum(w.probability for w in words) / max(1, len(words)),
        "flagged": any("may not be" in note or "uncertain" in note for note in told.notes),
    }


def speed(model: str, _engine: str) -> Units:
    """Real-time factors and errors on the same speech in one process, taken in turn; word times are included."""
    yield "spontaneous", functools.partial(_speed, model)


def _speed(model: str) -> dict[str, Any]:
    theirs, ours = libraries_own(model, "openai-whisper", None, True), loaded(model, "ctranslate2")
    # Finding the speech is part of what is timed.
    ways: dict[str, Callable[[material.Piece], Words]] = {
        "openai-whisper, greedy": lambda piece: [(theirs(piece.sound), False)],
        "lalia": lambda piece: written(ours.transcribe(piece.audio, language="en", verbatim=False)),
        "lalia, verbatim": lambda piece: written(ours.transcribe(piece.audio, language="en", verbatim=True)),
        "lalia, verbatim, aligned": lambda piece: _aligned(ours, piece.audio),
    }
    found: dict[str, Any] = {}
    for piece in material.groups()["spontaneous"]:
        for name, run in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            words = run(piece)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            mine = found.setdefault(name, {"wall": 0.0, "cpu": 0.0, "seconds": 0.0, "score": Score()})
            mine["wall"], mine["cpu"] = mine["wall"] + wall, mine["cpu"] + cpu
            mine["seconds"], mine["score"] = mine["seconds"] + piece.seconds, mine["score"] + score(words, piece.text)
    return {name: mine | {"score": asdict(mine["score"])} for name, mine in found.items()}


def _aligned(ours: Any, audio: Audio) -> Words:
    from lalia.data_schemas import Settings
    from lalia.pipeline.align import align

    return written(align(ours.transcribe(audio, language="en", verbatim=True), audio, Settings()))


PARTS: dict[str, Callable[[str, str], Units]] = {
    "strategies": strategies,
    "accuracy": accuracy,
    "invention": invention,
    "languages": languages,
    "speed": speed,
}
_ENGINES = {"strategies": ("ctranslate2",), "speed": ("ctranslate2",)}
_NEEDS_SHARED = ("strategies", "accuracy", "speed")


def main() -> None:
    """Measure what is asked for and not kept yet, keep it, and write the tables of all that is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=tuple(PARTS), default=tuple(PARTS))
    parser.add_argument("--models", nargs="+", default=("tiny.en", "base"))
    parser.add_argument("--engines", nargs="+", choices=whisper.ENGINES, default=whisper.ENGINES)
    parser.add_argument("--anew", action="store_true", help="measure again what is kept")
    parser.add_argument("--budget", type=float, default=float("inf"), help="processor seconds after which to stop")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    asked = parser.parse_args()
    parts = [part for part in asked.parts if material.SHARED.is_dir() or part not in _NEEDS_SHARED]
    if len(parts) < len(asked.parts):
        print("The open recordings (../shared) are not here: only synthetic speech can be measured.")
    asked.out.mkdir(parents=True, exist_ok=True)
    jobs = itertools.product(parts, asked.models, asked.engines)
    for part, model, engine in jobs:
        if engine in _ENGINES.get(part, whisper.ENGINES) and not _measure(part, model, engine, asked):
            print("The budget is used up; run it again to go on.")
            raise SystemExit(3)
    print((asked.out / "asr.md").read_text("utf-8"))


def _measure(part: str, model: str, engine: str, asked: argparse.Namespace) -> bool:
    """One part for one model and engine; false where the budget ended before it did."""
    path = asked.out / "asr.json"
    for unit, measure in PARTS[part](model, engine):
        kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        mine = kept.setdefault(f"{part}|{model}|{engine}", {})
        if unit in mine and not asked.anew:
            continue
        if time.process_time() > asked.budget:
            return False
        mine[unit] = measure()
        path.write_text(json.dumps(kept) + "\n", encoding="utf-8")
        (asked.out / "asr.md").write_text(asr_report.tables(kept), encoding="utf-8")
        print(f"{part}, {model}, {engine}, {unit}: {time.process_time():.0f} s of processor time so far", flush=True)
    return True


if __name__ == "__main__":
    main()
