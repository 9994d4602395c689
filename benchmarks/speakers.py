"""How well speakers are told apart by voice: diarisation error, false splits, and who is taken for the participant.

Conversations are made from recordings of single speakers, see `conversations`; the telephone talk is a real one.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import conversations
from speaker_scoring import Error, diarisation_error, most_talk

HERE = Path(__file__).resolve().parent
COLLARS = (0.0, 0.25)
SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Item:
    """A recording to diarise: its group in the table, how many speak, and the truth."""

    group: str
    speakers: int
    talk: conversations.Conversation


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one: errors without and with a collar, and whether the main speaker was found."""

    item: Item
    errors: tuple[Error, ...]
    participant: bool
    seconds: float
    cpu: float


def items(voices: dict[str, list[conversations.Samples]], every: int) -> Iterator[Item]:
    """Every pair of voices, one condition each in turn; each voice alone; the styles of one man; whole recordings."""
    conditions = conversations.CONDITIONS
    for number, (one, other) in enumerate(itertools.permutations(voices, 2)):
        condition = conditions[(number // every) % 3]
        if number % every == 0:
            talk = conversations.conversation(
                f"{one} + {other}", voices[one], voices[other], number, condition, SECONDS
            )
            yield Item(f"two voices, {condition}", 2, talk)
    for number, name in enumerate(voices):
        condition = conditions[number % 3]
        yield Item("one voice", 1, conversations.monologue(name, voices[name], number, condition, SECONDS))
        if every == 1:
            condition = conditions[(number + 1) % 3]
            yield Item("one voice", 1, conversations.monologue(name, voices[name], 100 + number, condition, SECONDS))
    if styles := conversations.style_pieces():
        for number, condition in enumerate(conditions):
            talk = conversations.monologue(f"styles, {condition}", styles, number, condition, 60.0)
            yield Item("one man whispering, laughing, creaking, in falsetto", 1, talk)
    if (telephone := conversations.telephone()[1]) is not None:
        yield Item("real telephone talk", 2, telephone)
    if (synthetic := conversations.synthetic()) is not None:
        yield Item("synthetic interview (eSpeak NG)", 2, synthetic)


def outcome(item: Item, diariser: str) -> Outcome:
    """Diarise one and compare."""
    from lalia.models import diarisers
    from lalia.models.vad import speech_spans

    talk, loaded = item.talk, diarisers.load(diariser)
    duration = len(talk.samples) / conversations.RATE
    speech = speech_spans(talk.samples, conversations.RATE)
    begun = time.process_time()
    turns = loaded.turns(talk.samples, speech)
    cpu = time.process_time() - begun
    found = [(turn.speaker, turn.start, turn.end) for turn in turns]
    errors = tuple(diarisation_error(talk.truth, found, duration, collar) for collar in COLLARS)
    return Outcome(item, errors, _participant(talk.truth, found), duration, cpu)


def _participant(truth: Sequence[tuple[str, float, float]], found: Sequence[tuple[str, float, float]]) -> bool:
    """Whether most of what the one who speaks longest is found to say is the true main speaker's."""
    main, taken = most_talk(truth), most_talk(found)
    shared: dict[str, float] = {}
    for speaker, start, end in truth:
        shared[speaker] = shared.get(speaker, 0.0) + sum(
            max(0.0, min(end, other_end) - max(start, other_start))
            for name, other_start, other_end in found
            if name == taken
        )
    return bool(shared) and max(shared, key=lambda speaker: shared[speaker]) == main


def rate(errors: Sequence[Error], part: str | None = None) -> float:
    """Error over all recordings together, as a share of speech; of one part where it is named."""
    parts = (part,) if part else ("missed", "false", "confused")
    return sum(getattr(error, name) for error in errors for name in parts) / sum(error.speech for error in errors)


def table(outcomes: Sequence[Outcome]) -> str:
    """One row a group, in Markdown."""
    groups = list(dict.fromkeys(outcome.item.group for outcome in outcomes))
    all_two = [outcome for outcome in outcomes if outcome.item.group.startswith("two voices")]
    rows = [
        "| recordings | n | DER, collar 0.25 s | missed | false | wrong speaker | DER, no collar | right number of "
        "speakers | main speaker found |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, some in [(g, [o for o in outcomes if o.item.group == g]) for g in groups] + [
        ("**two voices, all**", all_two)
    ]:
        if not some:
            continue
        plain, collared = ([outcome.errors[at] for outcome in some] for at in range(2))
        right = sum(error.found == error.speakers for error in plain)
        main = f"{sum(o.participant for o in some)}/{len(some)}" if some[0].item.speakers > 1 else "–"
        parts = " | ".join(f"{100 * rate(collared, part):.1f} %" for part in ("missed", "false", "confused"))
        rows.append(
            f"| {name} | {len(some)} | {100 * rate(collared):.1f} % | {parts} | {100 * rate(plain):.1f} % | "
            f"{right}/{len(some)} | {main} |"
        )
    return "\n".join(rows)


def report(outcomes: Sequence[Outcome], diariser: str, every: int) -> str:
    """The whole page."""
    alone = [outcome for outcome in outcomes if outcome.item.speakers == 1]
    split = [outcome for outcome in alone if outcome.errors[0].found > 1]
    merged = [outcome for outcome in outcomes if outcome.item.speakers == 2 and outcome.errors[0].found == 1]
    seconds, cpu = sum(o.seconds for o in outcomes), sum(o.cpu for o in outcomes)
    voices = len({name for outcome in alone for name in [outcome.item.talk.name] if outcome.item.group == "one voice"})
    named = diariser if diariser == "embedded" else "FOLDER"
    lines = [
        "# Speakers told apart by voice",
        "",
        f"`python benchmarks/speakers.py --diariser {named} --every {every}`; {voices} voices, "
        f"{seconds / 60:.0f} minutes, {platform.machine()}, one thread.",
        "",
        table(outcomes),
        "",
        f"- **False splits**: {len(split)} of {len(alone)} recordings of one speaker were given a second"
        + (f" ({'; '.join(outcome.item.talk.name for outcome in split)})." if split else "."),
        f"- **Two taken for one**: {len(merged)} of {sum(o.item.speakers == 2 for o in outcomes)}"
        + (f" ({'; '.join(outcome.item.talk.name for outcome in merged)})." if merged else "."),
        f"- **Cost**: {60 * cpu / seconds:.1f} s of processor time a minute of recording (real-time factor "
        f"{cpu / seconds:.3f}), {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most with all "
        "recordings in memory.",
        "",
        "DER: missed, false and wrongly attributed speech as a share of all speech, overlaps included, over all "
        "recordings of a row together; the collar is left out before and after each boundary of the truth. The truth "
        "of the mixtures is voice activity of each piece before mixing, so that pauses under 0.35 s inside a piece "
        "count as speech.",
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--diariser", default="embedded", help="embedded, or the folder of a pyannote pipeline")
    parser.add_argument("--every", type=int, default=4, help="of the pairs of voices, take one in so many")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    given = parser.parse_args()
    voices = conversations.voices()
    if len(voices) < 3:
        print("../shared/data or examples/recordings is absent: too few voices to mix.", file=sys.stderr)
        return 1
    import torch

    torch.set_num_threads(1)
    outcomes = []
    for item in items(voices, given.every):
        done = outcome(item, given.diariser)
        outcomes.append(done)
        error = done.errors[1]
        print(
            f"{item.group:40} {item.talk.name:40} {100 * error.rate:5.1f} %  {error.found} of {error.speakers}",
            flush=True,
        )
    text = report(outcomes, given.diariser, given.every)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "speakers.md").write_text(text, "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
