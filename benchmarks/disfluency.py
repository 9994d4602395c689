"""How many of a transcriber's marks of disfluency the rules find in the bare words.

Gold marks: the Switchboard sample in NLTK's data (36 telephone calls, annotated by E. Shriberg and colleagues; Open
Content License), and the CHAT transcripts at hand. Marks are taken off, the words are given to `detect.mark`, and what
it marks is compared word by word. Rules were written while looking at the first half of the calls only.

Run from the repository root; it prints and writes benchmarks/results/disfluency.md.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from lalia.data_schemas import Kind, Word
from lalia.pipeline.formats import detect, read
from switchboard import Said, calls

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
RESULT = ROOT / "benchmarks" / "results" / "disfluency.md"
CHATS = (
    DATA / "audio_chat_demo" / "test.cha",
    ROOT.parent / "shared" / "reference" / "language_values" / "reftext_clinical.cha",
    *sorted((ROOT / "examples" / "transcripts").glob("*.cha")),
)


def chat(path: Path) -> Iterator[Said]:
    """Utterances of a CHAT transcript; cut-off words get the hyphen that plain text gives them."""
    kinds = {Kind.WORD, Kind.FILLER, Kind.FRAGMENT, Kind.REPEATED, Kind.REVISED}
    for utterance in read(path).utterances:
        yield [
            (word.text + "-" * (word.kind is Kind.FRAGMENT), Kind.REVISED if word.kind is Kind.REPEATED else word.kind)
            for word in utterance.words
            if word.kind in kinds
        ]


def compare(corpus: Sequence[Said]) -> dict[str, Counter[str]]:
    """Words that are hit, falsely marked and missed, by kind. Repetitions and revisions are one kind, retraced."""
    names = {Kind.FILLER: "fillers", Kind.FRAGMENT: "fragments", Kind.REPEATED: "retraced", Kind.REVISED: "retraced"}
    found: dict[str, Counter[str]] = {name: Counter() for name in (*names.values(), "any")}
    for said in corpus:
        marked = detect.mark([Word(text=form) for form, _ in said], "en")
        for (_, gold), word in zip(said, marked, strict=True):
            one, other = names.get(gold), names.get(word.kind)
            for name in set(names.values()):
                found[name][outcome(one == name, other == name)] += 1
            found["any"][outcome(one is not None, other is not None)] += 1
    return found


def outcome(gold: bool, marked: bool) -> str:
    """Which cell of the two-by-two table."""
    return ("hit" if marked else "missed") if gold else ("false" if marked else "none")


def row(name: str, part: str, cells: Counter[str]) -> str:
    """One row of the table."""
    gold, marked = cells["hit"] + cells["missed"], cells["hit"] + cells["false"]
    precision = f"{100 * cells['hit'] / marked:.1f}" if marked else "-"
    recall = f"{100 * cells['hit'] / gold:.1f}" if gold else "-"
    return f"| {part} | {name} | {gold:,} | {marked:,} | {precision} | {recall} |"


def main() -> None:
    """Compare, print, write."""
    if not DATA.is_dir():
        raise SystemExit("The Switchboard sample must lie in ../shared/data/nltk_corpora. Found none.")
    all_calls = calls()
    half = len(all_calls) // 2
    parts = {
        f"calls 1-{half} (rules written on these)": [said for call in all_calls[:half] for _, said in call],
        f"calls {half + 1}-{len(all_calls)} (held out)": [said for call in all_calls[half:] for _, said in call],
        "CHAT transcripts": [said for path in CHATS if path.is_file() for said in chat(path)],
    }
    lines = [
        "| text | kind | words marked by transcribers | by rule | precision % | recall % |",
        "|---|---|---|---|---|---|",
    ]
    for part, corpus in parts.items():
        words = sum(map(len, corpus))
        for name, cells in compare(corpus).items():
            lines.append(row(name, f"{part}, {words:,} words", cells))
    report = f"# Disfluencies found by rule\n\n{__doc__.split(chr(10) * 2)[1]}\n\n" + "\n".join(lines) + "\n"
    if "--dry" not in sys.argv:
        RESULT.write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
