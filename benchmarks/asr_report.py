"""Tables of what benchmarks/asr.py has measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asr_scoring import Score

Kept = Mapping[str, Any]


def tables(kept: Kept) -> str:
    """Everything kept, as Markdown."""
    lines = ["# Recognition", ""]
    for title, text, part, rows in (
        ("What to put before a window", STRATEGIES, "strategies", _strategies),
        ("What lalia writes", ACCURACY, "accuracy", _accuracy),
        ("Words where nobody speaks, and speech lost", INVENTION, "invention", _invention),
        ("Languages", LANGUAGES, "languages", _languages),
        ("Speed", SPEED, "speed", _speed),
    ):
        mine = {key.split("|", 1)[1]: value for key, value in kept.items() if key.split("|")[0] == part}
        if mine:
            lines += [f"## {title}", "", text, ""]
            for key in sorted(mine, key=lambda key: (key.split("|")[0] != "tiny.en", key)):
                model, engine = key.split("|")
                lines += [f"### {model}, {engine}", "", *rows(mine[key]), ""]
    return "\n".join(lines).rstrip() + "\n"


STRATEGIES = (
    "One decoding with a prompt before every window, and (+ none) the union with a second one that has none. "
    "Spontaneous: 3 recordings of 2 speakers, 80 s, 10 fillers. Long: the same as one file of 82 s. Clips: one "
    "speaker's exercises with cut-offs, laughter and an odd name, 111 s. Read: 10 recordings of 3 readers, 73 s. Per "
    "group: word error rate with everything said counted; fillers kept of those said, and invented; repeats kept; "
    "fragments kept."
)
ACCURACY = (
    "WER of everything said (verbatim) and, after Whisper's normaliser and without fillers, fragments and repeats, of "
    "the rest (clean). Marked: words with [?], and how many of the wrong words carry it. CPU: processor seconds a "
    "second of sound, in one thread but for those with *. What else the machine did counts too: the same decoding by "
    "openai-whisper took 0.4 to 4.4, so that engines are compared under Speed only."
)
INVENTION = (
    "Ten seconds of sound without speech; synthetic speech of known words within silence, noise and other sounds. "
    "`plain` and `prompted` are the library's own transcription in its defaults, without and with the filler prompt; "
    "`lalia` is verbatim, two decodings. Cells: words added + wrong + lost; `loop` where the text repeats itself. "
    "Where others babble at 10 dB or less, words added are mostly theirs."
)
LANGUAGES = "A scene told by a synthetic voice. Detected with its probability; the mean probability of the words."
SPEED = (
    "One process, the recordings taken in turn by every way; one thread. Real-time factor by the clock (with other "
    "work on the machine) and of the processor. Voice activity and word times are included."
)


def _strategies(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"| prompt | {' | '.join(found)} |"
    yield f"|---|{'---|' * len(found)}"
    for prompt in next(iter(found.values())):
        yield f"| {prompt} | {' | '.join(_brief(Score(**group[prompt])) for group in found.values())} |"


def _brief(s: Score) -> str:
    parts = [f"{_percent(s.errors, s.words)}"]
    if s.fillers:
        parts.append(f"{s.kept}/{s.fillers} fillers")
    if s.invented:
        parts.append(f"{s.invented} invented")
    if s.repeats:
        parts.append(f"{s.repeats_kept}/{s.repeats} repeats")
    if s.fragments:
        parts.append(f"{s.fragments_kept}/{s.fragments} fragments")
    return ", ".join(parts)


def _accuracy(found: Mapping[str, Any]) -> Iterator[str]:
    heads = "speech, mode|WER verbatim|WER clean|fillers kept|precision|repeats|fragments|marked|wrong words marked|CPU"
    yield f"| {heads.replace('|', ' | ')} |"
    yield f"|---|{'---|' * 9}"
    for name, values in found.items():
        s = Score(**{key: value for key, value in values.items() if key not in ("cpu", "threads")})
        cells = [
            _percent(s.errors, s.words),
            _percent(s.clean_errors, s.clean_words),
            f"{s.kept}/{s.fillers}",
            _percent(s.kept, s.kept + s.invented),
            f"{s.repeats_kept}/{s.repeats}",
            f"{s.fragments_kept}/{s.fragments}",
            f"{s.marked}/{s.words}",
            f"{s.wrong_marked}/{s.wrong}",
            f"{values['cpu']:.3f}{'' if 'threads' in values else ' *'}",
        ]
        yield f"| {name} | {' | '.join(cells)} |"


def _invention(found: Mapping[str, Any]) -> Iterator[str]:
    # A way that was added later may not be measured on every recording yet.
    ways = [way for way in ("plain", "prompted", "lalia") if any(way in counts for counts in found.values())]
    yield f"| recording | words | {' | '.join(ways)} |"
    yield f"|---|---|{'---|' * len(ways)}"
    for name, counts in found.items():
        cells = [_invented(counts[way]) if way in counts else "-" for way in ways]
        yield f"| {name} | {next(iter(counts.values()))['words']} | {' | '.join(cells)} |"
    sums = [_summed([counts[way] for counts in found.values() if way in counts], len(found)) for way in ways]
    yield f"| all | {sum(next(iter(counts.values()))['words'] for counts in found.values())} | {' | '.join(sums)} |"


def _invented(counts: Mapping[str, Any]) -> str:
    return f"{counts['added']} + {counts['wrong']} + {counts['lost']}{', loop' if counts['loop'] else ''}"


def _summed(measured: Sequence[Mapping[str, Any]], of: int) -> str:
    added, wrong, lost, loop, fillers = (
        sum(int(counts[key]) for counts in measured) for key in ("added", "wrong", "lost", "loop", "fillers")
    )
    which = "" if len(measured) == of else f" (in {len(measured)} recordings)"
    return f"{added} + {wrong} + {lost}, {loop} loops, {fillers} fillers{which}"


def _languages(found: Mapping[str, Any]) -> Iterator[str]:
    yield "| spoken | detected | probability | mean probability of words | flagged |"
    yield "|---|---|---|---|---|"
    for voice, f in found.items():
        sure = "-" if f["probability"] is None else f"{f['probability']:.2f}"
        yield f"| {voice} | {f['detected']} | {sure} | {f['mean']:.2f} | {'yes' if f['flagged'] else 'no'} |"


def _speed(groups: Mapping[str, Any]) -> Iterator[str]:
    (found,) = groups.values()
    first = found["openai-whisper, greedy"]
    yield "| way | real-time factor, clock | processor | times faster (processor) | WER clean | WER verbatim |"
    yield f"|---|{'---|' * 5}"
    for name, f in found.items():
        s = Score(**f["score"])
        cells = [
            f"{f['wall'] / f['seconds']:.3f}",
            f"{f['cpu'] / f['seconds']:.3f}",
            f"{first['cpu'] / f['cpu']:.1f}",
            _percent(s.clean_errors, s.clean_words),
            _percent(s.errors, s.words),
        ]
        yield f"| {name} | {' | '.join(cells)} |"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
