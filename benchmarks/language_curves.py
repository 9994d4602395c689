"""How language measures move with the length of the sample and with recognition errors.

Speakers of the Switchboard sample (telephone talk, fillers and false starts annotated) with at least 820 words each.

Length: a measure on a speaker's first 25, 50, 100, 200 and 400 words (whole utterances until the number is reached),
against the same measure on the speaker's next 400 words, which share nothing with them. Bias is the mean difference, in
standard deviations between speakers at 400 words; r is the correlation between the two over speakers.

Noise: the first 400 words as a recogniser would write them: bare words, in which disfluencies are marked by rule.
Words are changed at rates of 5, 10, 20 and 30 % (6 in 10 for a word drawn from all that was said, 2 in 10 left out,
2 in 10 put in), and at 20 % by one kind of change alone; and all fillers and fragments are left out. Shift is the mean
difference from the unchanged bare words, in standard deviations between speakers; r is over speakers.

Run from the repository root; about four CPU minutes. It writes docs/validation/language_curves.md and two SVG plots.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import switchboard
from curve_plots import length_plot, noise_plot
from lalia.data_schemas import Kind, Missing, Recording, Sample, Transcript, Utterance, Word
from lalia.features import FEATURES, Views, measured
from lalia.models import parsers
from lalia.pipeline.formats import detect

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "validation"
FAMILIES = ("lexical", "syntactic", "discourse_graph")
LENGTHS = (25, 50, 100, 200, 400)
LEAST = 820
RATES = (0.05, 0.10, 0.20, 0.30)
MIX = (0.6, 0.2, 0.2)
CONDITIONS = {
    **{f"{rate:.0%} mixed": (rate, MIX) for rate in RATES},
    "20% substituted": (0.2, (1.0, 0.0, 0.0)),
    "20% deleted": (0.2, (0.0, 1.0, 0.0)),
    "20% inserted": (0.2, (0.0, 0.0, 1.0)),
}
RECORDING = Recording(recording_id="r", participant_id="p", path="r.wav")
Numbers = Mapping[str, float]


def speakers() -> list[Transcript]:
    """A transcript for each speaker with enough words."""
    found = [switchboard.transcript(call, code) for call in switchboard.calls() for code in "AB"]
    return [said for said in found if words_in(said.of_participant) >= LEAST]


def words_in(utterances: Sequence[Utterance]) -> int:
    """Plain words of some utterances."""
    return sum(word.kind is Kind.WORD for utterance in utterances for word in utterance.words)


def cut(said: Transcript, start: int, length: int) -> tuple[Transcript, slice]:
    """The part of a call in which the participant says `length` words after `start`, and where its parses are."""
    kept, seen, mine, first, last = [], 0, 0, None, 0
    for utterance in said.utterances:
        own = utterance.speaker == said.participant
        if seen >= start and seen < start + length:
            kept.append(utterance)
            if own:
                first = mine if first is None else first
                last = mine + 1
        if own:
            mine += 1
            seen += words_in([utterance])
    return said.model_copy(update={"utterances": tuple(kept)}), slice(first or 0, last)


def measure(sample: Sample) -> dict[str, float]:
    """Every language measure that has a value, whatever its `needs` say."""
    views, made, found = Views(sample), {}, {}
    for name, each in FEATURES.items():
        if each.spec.family not in FAMILIES:
            continue
        given = [views[view] for view in each.views]
        if any(isinstance(value, Missing) for value in given):
            continue
        if each.function not in made:
            try:
                with np.errstate(all="ignore"):
                    made[each.function] = each.function(*given)
            except (ZeroDivisionError, ValueError, IndexError):  # too short for it: that is what is asked here
                made[each.function] = None
        value = made[each.function]
        value = value.get(name) if isinstance(value, dict) else value
        if value is not None and not isinstance(value, Missing):
            result = measured(each.spec, value if isinstance(value, (int, float)) else float(value))
            if not isinstance(result, Missing):
                found[name] = result.value
    return found


def lengths(said: Transcript) -> dict[str, dict[str, float]]:
    """Measures of each length and of the 400 words after."""
    parses = parsers.load("en-core-web-sm").parse(said.of_participant)
    found = {}
    for label, start, length in [*((str(n), 0, n) for n in LENGTHS), ("next 400", LENGTHS[-1], LENGTHS[-1])]:
        part, place = cut(said, start, length)
        found[label] = measure(Sample(recording=RECORDING, transcript=part, parses=parses[place]))
    return found


def noises(said: Transcript, vocabulary: Sequence[str], seed: int) -> dict[str, dict[str, float]]:
    """Measures of the first 400 words as recognised without and with errors."""
    part, _ = cut(said, 0, LENGTHS[-1])
    found = {"": measure(recognised(part, 0.0, MIX, vocabulary, seed))}
    for label, (rate, mix) in CONDITIONS.items():
        found[label] = measure(recognised(part, rate, mix, vocabulary, seed))
    fluent = _each(part, lambda words: [word for word in words if word.kind not in {Kind.FILLER, Kind.FRAGMENT}])
    found["fillers dropped"] = measure(recognised(fluent, 0.0, MIX, vocabulary, seed))
    return found


def recognised(said: Transcript, rate: float, mix: Sequence[float], vocabulary: Sequence[str], seed: int) -> Sample:
    """Bare words with errors, disfluencies marked by rule."""
    rng = np.random.default_rng(seed)

    def heard(words: Sequence[Word]) -> list[Word]:
        forms: list[str] = []
        for word in words:
            drawn, other = rng.random(), vocabulary[int(rng.integers(len(vocabulary)))]
            if drawn >= rate:
                forms.append(word.text)
            elif drawn < rate * mix[0]:
                forms.append(other)
            elif drawn >= rate * (mix[0] + mix[1]):
                forms += [word.text, other]
        return list(detect.mark([Word(text=form) for form in forms], "en"))

    changed = _each(said, heard)
    parses = parsers.load("en-core-web-sm").parse(changed.of_participant)
    return Sample(recording=RECORDING, transcript=changed, parses=parses)


def _each(said: Transcript, change) -> Transcript:  # type: ignore[no-untyped-def]
    utterances = [
        u.model_copy(update={"words": tuple(change(u.words))}) if u.speaker == said.participant else u
        for u in said.utterances
    ]
    return said.model_copy(update={"utterances": tuple(utterances)})


def compare(found: Sequence[Mapping[str, Numbers]], label: str, other: str, scale: str) -> dict[str, tuple]:
    """For each measure: share of speakers with a value, mean difference in SD, correlation."""
    table = {}
    for name in sorted({name for each in found for name in each[scale]}, key=list(FEATURES).index):
        unit = np.std([each[scale][name] for each in found if name in each[scale]], ddof=1)
        pairs = np.array([(e[label][name], e[other][name]) for e in found if name in e[label] and name in e[other]])
        if len(pairs) < 5 or unit == 0:
            table[name] = (len(pairs) / len(found), None, None)
            continue
        flat = np.ptp(pairs, axis=0).min() == 0
        r = None if flat else float(np.corrcoef(pairs.T)[0, 1])
        table[name] = (len(pairs) / len(found), float((pairs[:, 0] - pairs[:, 1]).mean() / unit), r)
    return table


def enough(rows: Mapping[str, tuple]) -> str:
    """Smallest length from which on the bias stays within half a standard deviation, nine speakers in ten measured."""
    good = None
    for length in reversed(LENGTHS):
        share, bias, _ = rows[str(length)]
        if bias is None or share < 0.9 or abs(bias) > 0.5:
            break
        good = length
    return "-" if good is None else str(good)


def cell(row: tuple) -> str:
    """Bias and correlation."""
    share, bias, r = row
    if bias is None:
        return "-"
    told = f"{bias:+.2f} / " + ("-" if r is None else f"{r:.2f}")
    return told if share >= 0.9 else f"({told})"


def document(by_length: Sequence[Mapping[str, Numbers]], by_noise: Sequence[Mapping[str, Numbers]]) -> str:
    """The page."""
    grown = {str(n): compare(by_length, str(n), "next 400", "400") for n in LENGTHS}
    noisy = {label: compare(by_noise, label, "", "") for label in by_noise[0] if label}
    names = list(grown["400"])
    head = "| measure | " + " | ".join(map(str, LENGTHS)) + " | enough |\n" + "|---" * (len(LENGTHS) + 2) + "|"
    body = [
        f"| `{n}` | "
        + " | ".join(cell(grown[str(k)].get(n, (0, None, None))) for k in LENGTHS)
        + f" | {enough({str(k): grown[str(k)].get(n, (0, None, None)) for k in LENGTHS})} |"
        for n in names
    ]
    noise_head = "| measure | " + " | ".join(noisy) + " |\n" + "|---" * (len(noisy) + 1) + "|"
    noise_body = [
        f"| `{n}` | " + " | ".join(cell(rows.get(n, (0, None, None))) for rows in noisy.values()) + " |" for n in names
    ]
    OUT.joinpath("language_lengths.svg").write_text(length_plot(grown, LENGTHS), encoding="utf-8")
    OUT.joinpath("language_noise.svg").write_text(noise_plot(noisy, RATES), encoding="utf-8")
    parts = str(__doc__).split("\n\n")
    return (
        "\n\n".join(
            [
                "# Length and recognition errors: how language measures move",
                f"{parts[1]} {len(by_length)} speakers were used. Made by `benchmarks/language_curves.py`.",
                "## Length",
                parts[2] + "\n\nEach cell: bias / r. In brackets where fewer than nine speakers in ten have a value. "
                "*Enough*: the smallest length from which on the bias stays within half a standard deviation. r at "
                "400 words is the agreement of two samples of one person from one call: the ceiling for shorter ones.",
                "![Bias by length](language_lengths.svg)",
                head + "\n" + "\n".join(body),
                "## Recognition errors",
                parts[3] + "\n\nEach cell: shift / r.",
                "![Agreement with the unchanged words by word error rate](language_noise.svg)",
                noise_head + "\n" + "\n".join(noise_body),
            ]
        )
        + "\n"
    )


def vocabulary(found: Sequence[Transcript]) -> list[str]:
    """Every word said, as often as it was said: errors are drawn from it."""
    return [w.text for said in found for u in said.of_participant for w in u.words if w.kind is Kind.WORD]


def made(kept: Path | None, limit: int) -> Iterator[tuple[dict, dict]]:
    """Measures of each speaker; kept in a file, so that a long run can go on where it stopped."""
    everyone = speakers()
    found, words = everyone[:limit], vocabulary(everyone)
    done = json.loads(kept.read_text("utf-8")) if kept and kept.is_file() else []
    yield from done
    for seed, said in list(enumerate(found))[len(done) :]:
        pair = (lengths(said), noises(said, words, seed))
        done.append(pair)
        if kept:
            kept.write_text(json.dumps(done), encoding="utf-8")
        yield pair


def main() -> None:
    """Measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="file for what was measured so far")
    parser.add_argument("--speakers", type=int, default=32)
    given = parser.parse_args()
    if not switchboard.ARCHIVE.is_file():
        raise SystemExit("The Switchboard sample must lie in ../shared/data/nltk_corpora. Found none.")
    pairs = list(made(given.keep, given.speakers))
    OUT.mkdir(exist_ok=True)
    page = document([one for one, _ in pairs], [other for _, other in pairs])
    OUT.joinpath("language_curves.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
