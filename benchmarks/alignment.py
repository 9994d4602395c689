"""How exact word times and pauses are: those of forced alignment beside those of the recognisers.

    python benchmarks/alignment.py                 everything at hand, about ten minutes of one core
    python benchmarks/alignment.py known --only story    only this part of these recordings; the rest stays

Parts: known (text known); tiny, base, pytorch (text recognised); noise; wrong (another text); unsaid (words put in);
spelling (no dictionary); speed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import word_times as wt
from lalia.data_schemas import Kind, Settings, TimeSource, Transcript, Word
from lalia.pipeline.align import align

RESULTS = Path(__file__).resolve().parent / "results"
SETTINGS = Settings()
OLD = (("en-us", 140, 42), ("en-gb+f1", 160, 58), ("en-us+f1", 140, 55), ("en-gb", 160, 45))
"""Voices of the examples, which some constants were chosen on."""

NEW = (("en-us+m3", 150, 40), ("en-gb+f2", 165, 60), ("en-gb-scotland+m5", 150, 50), ("en-us+f4", 170, 50))
"""Voices that nothing was chosen on."""

MINUTES = ("2", "10", "60")
UNTIMED = 10
"""Minutes up to which a text without times is measured too."""

PUT_IN, TRUSTED, RIGHT = "put in", 0.5, 0.1
"""The code that marks a word nobody says; the confidence from which a word is trusted here; seconds from the truth."""

VOICES = {"examples' voices": OLD, "other voices": NEW}

Rows = list[str]


MADE, HEARD = ", synthetic, ", ("acoustic_corpus", "cold_corpus", "chat demo")


def names() -> list[str]:
    """Everything at hand: synthetic speech in two sets of voices, and real recordings."""
    stems = sorted(path.stem for path in (wt.ROOT / "examples" / "transcripts").glob("*.cha"))
    made = [f"{stem}{MADE}{which}" for which in VOICES for stem in stems]
    return [*made, *(HEARD if wt.SHARED.is_dir() else ())]


@cache
def _made(which: str) -> dict[str, wt.Known]:
    return {known.name: known for known in wt.synthetic(VOICES[which])}


@cache
def _heard() -> dict[str, wt.Known]:
    return {known.name: known for known in (*wt.forced(), wt.chat())}


def recording(name: str) -> wt.Known:
    stem, made, which = name.partition(MADE)
    return _made(which)[stem] if made else _heard()[name]


def _aligned(known: wt.Known, text: Transcript) -> Transcript:
    return align(text, known.audio, SETTINGS, "en")


def known_text(name: str, known: wt.Known) -> Rows:
    """Text known."""
    alone = _aligned(known, wt.without_times(known.truth))
    rows = [f"| {name}; no times | {wt.compare(known, alone).row()} |"]
    if "synthetic" in name:
        bounded = _aligned(known, wt.without_times(known.truth, utterances=True))
        rows.append(f"| {name}; bounds of utterances | {wt.compare(known, bounded).row()} |")
    return rows


def tiny(name: str, known: wt.Known) -> Rows:
    """Text recognised by tiny.en: the recogniser's own times, its constant lateness taken off, and the alignment's."""
    return _recognised(name, known, "tiny.en", "ctranslate2")


def base(name: str, known: wt.Known) -> Rows:
    """The same by base."""
    return _recognised(name, known, "base", "ctranslate2")


def pytorch(name: str, known: wt.Known) -> Rows:
    """The same by tiny.en with the PyTorch engine."""
    return _recognised(name, known, "tiny.en", "openai-whisper")


def _recognised(name: str, known: wt.Known, model: str, engine: str) -> Rows:
    from lalia.models import registry, whisper

    if model not in {weights.name for weights in registry.installed()} or "examples" in name:
        return []
    text = whisper.load(model, engine, "cpu").transcribe(known.audio, language="en", verbatim=True)
    return [
        f"| {name}: own times | {wt.compare(known, text).row()} |",
        f"| {name}: aligned | {wt.compare(known, _aligned(known, text)).row()} |",
    ]


def noise(name: str, known: wt.Known) -> Rows:
    """Text known, no times, in pink noise."""
    rows = []
    for decibels in (20, 10, 5, 0) if "other" in name else ():
        mixed = wt.noisy(known, decibels)
        text = _aligned(mixed, wt.without_times(mixed.truth))
        rows.append(f"| {name}, {decibels} dB | {wt.compare(mixed, text).row()} |")
    return rows


def wrong(name: str, known: wt.Known) -> Rows:
    """The text of the next recording, no times: how many words are believed to be there."""
    every = names()
    other = recording(every[(every.index(name) + 1) % len(every)])
    result = _aligned(known, wt.without_times(other.truth))
    words = [word for word in wt.words_of(result) if word.kind in wt.HELD]
    believed = sum(word.times is TimeSource.ALIGNED for word in words)
    return [f"| {name} | {believed} of {len(words)} |"]


def unsaid(name: str, known: wt.Known) -> Rows:
    """Words that nobody says put into the text, one in sixteen, no times: how many are trusted, beside those said."""
    random = np.random.default_rng(0)
    others = [word.text for word in wt.words_of(known.truth) if word.kind is Kind.WORD]
    utterances = []
    for utterance in known.truth.utterances:
        words: list[Word] = []
        for word in utterance.words:
            if random.random() < 1 / 16:
                words.append(Word(text=str(random.choice(others)), codes=(PUT_IN,)))
            words.append(word)
        utterances.append(utterance.model_copy(update={"words": tuple(words)}))
    text = wt.without_times(known.truth.model_copy(update={"utterances": tuple(utterances)}))
    found = [word for word in wt.words_of(_aligned(known, text)) if word.kind in wt.HELD]
    true = [word for word in wt.words_of(known.truth) if word.kind in wt.HELD]
    said = [word for word in found if PUT_IN not in word.codes]
    put_in = [word.alignment or 0.0 for word in found if PUT_IN in word.codes]
    right = [
        one.alignment or 0.0
        for one, two in zip(said, true, strict=True)
        if one.start is not None and two.start is not None and abs(one.start - two.start) <= RIGHT
    ]
    apart = np.mean([(b > a) + 0.5 * (b == a) for a in put_in for b in right]) if put_in else float("nan")
    wrong_ones, right_ones = (f"{sum(s >= TRUSTED for s in part)} of {len(part)}" for part in (put_in, right))
    return [f"| {name} | {wrong_ones} | {right_ones} | {apart:.3f} |"]


def spelling(name: str, known: wt.Known) -> Rows:
    """As if no word were in the dictionary: every pronunciation by rules from its letters; no times."""
    from lalia.models import aligners
    from lalia.models.aligners import pocketsphinx as made
    from lalia.models.aligners.dictionary import Dictionary

    aligner = aligners.load("pocketsphinx")
    assert isinstance(aligner, made.PocketSphinx)
    say = aligner._say
    try:
        aligner._say = made.Pronouncer(Dictionary(Path("/dev/null")), made.Letters())
        return [f"| {name} | {wt.compare(known, _aligned(known, wt.without_times(known.truth))).row()} |"]
    finally:
        aligner._say = say


def speed(minutes: str) -> Rows:
    """Seconds of the processor and memory, each length in a process of its own, on one thread."""
    command = [sys.executable, __file__, "--measure", minutes]
    # A thread of the linear algebra that waits for another counts as work.
    alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, env=alone, capture_output=True, text=True, check=True)
    words, memory, *spent = json.loads(done.stdout.splitlines()[-1])
    cells = [f"{seconds:.1f} | {seconds / float(minutes):.2f}" for seconds in spent] + ["– | –"]
    return [f"| {minutes} | {words} | {cells[0]} | {cells[1]} | {memory:.0f} |"]


def measure(minutes: float) -> None:
    """Print words, MiB that aligning took at most, and processor seconds with bounds of utterances and without."""
    from lalia.models import aligners

    first = next(wt.synthetic(OLD[2:]))
    seconds = first.audio.duration
    times = round(minutes * 60 / seconds)
    speech = tuple(
        type(span)(span.start + n * seconds, span.end + n * seconds)
        for n in range(times)
        for span in first.audio.speech or ()
    )
    audio = replace(first.audio, samples=np.tile(first.audio.samples, times), speech=speech)
    utterances = tuple(
        utterance.model_copy(update={"start": utterance.start + n * seconds, "end": utterance.end + n * seconds})
        for n in range(times)
        for utterance in wt.without_times(first.truth, utterances=True).utterances
        if utterance.start is not None and utterance.end is not None
    )
    text = first.truth.model_copy(update={"utterances": utterances})
    aligners.load("pocketsphinx")
    align(first.truth, first.audio, SETTINGS, "en")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent = []
    for given in (text, wt.without_times(text)) if minutes <= UNTIMED else (text,):
        begun = time.process_time()
        align(given, audio, SETTINGS, "en")
        spent.append(time.process_time() - begun)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([len(wt.words_of(text)), (after - before) / 1024, *spent]))


PARTS: dict[str, Callable[[str, wt.Known], Rows]] = {
    "known": known_text, "tiny": tiny, "base": base, "pytorch": pytorch, "noise": noise, "wrong": wrong,
    "unsaid": unsaid, "spelling": spelling,
}  # fmt: skip

HEADS = {
    "wrong": ("recording", "words believed"),
    "unsaid": (
        "recording", "trusted, of words not said", "trusted, of words said and found within 0.1 s", "pairs told apart"
    ),
    "speed": (
        "minutes of speech", "words", "s, bounds of utterances", "a minute", "s, no times", "a minute",
        "peak memory above the loaded model and recording, MiB",
    ),
}  # fmt: skip

ABOUT = """# Word times and pauses

Made by `python benchmarks/alignment.py`. Errors are found less true. Words count as wrong where they are not found, or
not recognised. A pause is a gap of at least 250 ms between two words, found where it overlaps a true one by half.

Synthetic speech (eSpeak NG, the transcripts in `examples/transcripts`, with planted pauses and fillers) has exact
times; a word's end inside a phrase is the start of the next. The TextGrids of acoustic_corpus and cold_corpus are the
output of the Montreal Forced Aligner, the `%wor` tier of the CHAT demonstration that of another program: agreement,
not truth.
"""


def _table(part: str, rows: Iterable[str]) -> str:
    head = HEADS.get(part, ("recording", *wt.HEAD.split(" | ")))
    title = str(speed.__doc__ if part == "speed" else PARTS[part].__doc__).rstrip(".")
    return "\n".join([f"## {title}", "", f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows, ""])


def _write(tables: dict[str, dict[str, str]]) -> None:
    (RESULTS / "alignment.json").write_text(json.dumps(tables, indent=1, ensure_ascii=False) + "\n", "utf-8")
    found = [_table(part, tables[part].values()) for part in (*PARTS, "speed") if tables.get(part)]
    (RESULTS / "alignment.md").write_text("\n".join([ABOUT, *found]), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", help="which parts to do; all when none is named")
    parser.add_argument("--only", default="", help="recordings whose names hold this; for speed, minutes")
    parser.add_argument("--measure", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        measure(options.measure)
        return
    path = RESULTS / "alignment.json"
    tables: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    if not wt.SHARED.is_dir():
        print("The recordings under ../shared/data are absent: only synthetic speech is measured.")
    for part in options.parts or (*PARTS, "speed"):
        for name in (name for name in (MINUTES if part == "speed" else names()) if options.only in name):
            rows = speed(name) if part == "speed" else PARTS[part](name, recording(name))
            print(part, *rows, sep="\n", flush=True)
            tables.setdefault(part, {}).update({row.split(" | ")[0]: row for row in rows})
            _write(tables)


if __name__ == "__main__":
    main()
