"""What our language measures cost, beside other tools on the same text.

One process, one thread, one text (Alice in Wonderland, chapter I, 1,081 words, repeated for longer ones): CPU seconds
per 1,000 words and the highest memory, for our parse, our measures without and with the graphs compared with shuffles,
and for TextDescriptives, LexicalRichness, TAALED, LFTK and OpenWillis where they can be imported. `--peers FOLDER` adds
the site-packages they were installed in; none is a dependency.

Run from the repository root with OMP_NUM_THREADS=1; it prints and writes benchmarks/results/language.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lalia.data_schemas import Parse, Recording, Sample, Transcript, Utterance
from lalia.features import FEATURES, Views, evaluate
from lalia.models import parsers
from lalia.pipeline.formats import plain
from language_peers import BOTH, TOOLS

ROOT = Path(__file__).resolve().parents[1]
TEXT = ROOT.parent / "shared" / "reference" / "language_values" / "reftext.txt"
RESULT = ROOT / "benchmarks" / "results" / "language.md"
FAMILIES = ("lexical", "syntactic", "discourse_graph", "fluency")
LENGTHS = (1_000, 3_000, 10_000, 30_000, 100_000)
RECORDING = Recording(recording_id="r", participant_id="p", path="r.wav")


def cpu(work: Callable[[], object]) -> tuple[float, object]:
    """CPU seconds of some work, and what it gives."""
    started = time.process_time()
    made = work()
    return time.process_time() - started, made


def memory() -> int:
    """Highest resident set so far in MiB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def sample_of(utterances: Sequence[Utterance], parses: Sequence[Parse]) -> Sample:
    """A sample of text without sound, trees or embeddings."""
    said = Transcript(source="text", language="en", verbatim=True, utterances=tuple(utterances))
    return Sample(recording=RECORDING, transcript=said, parses=tuple(parses))


def ours(text: str, words: int) -> dict[str, float]:
    """Our own costs on about so many words: utterances of the text over and over."""
    names = [name for name, each in FEATURES.items() if each.spec.family in FAMILIES]
    graphs = [name for name in names if name.startswith("discourse_graph.")]
    once = plain.utterances(text, "PAR", "en")
    size = sum(len(utterance.words) for utterance in once)
    said = [utterance for _ in range(-(-words // size)) for utterance in once]
    seen, kept = 0, []
    for utterance in said:
        if seen < words:
            kept.append(utterance)
            seen += len(utterance.words)
    parser = parsers.load("en-core-web-sm")
    parse, parses = cpu(lambda: parser.parse(kept))
    sample = sample_of(kept, parses)  # type: ignore[arg-type]
    rest, _ = cpu(lambda: evaluate(sample, [name for name in names if name not in graphs], views=Views(sample)))
    graph, _ = cpu(lambda: evaluate(sample, graphs, views=Views(sample)))
    return {"words": seen, "parse": parse, "measures": rest, "graphs": graph, "memory": memory()}


def compared(text: str) -> list[str]:
    """Rows of the other tools, best of three runs each."""
    words, rows = len(text.split()), []
    for name, prepare in TOOLS.items():
        try:
            work = prepare(text)
            seconds = min(cpu(work)[0] for _ in range(1 if "LFTK" in name else 3))
        except Exception as error:  # a tool that does not load, or fails, is a row that says so
            rows.append(f"| {name} | not run: {type(error).__name__}, {str(error)[:90]} | |")
        else:
            rows.append(f"| {name} | {1000 * seconds / words:.2f} | {memory()} |")
    return rows


def side_by_side(text: str) -> list[str]:
    """Rows of the tools and of our features of the same kind, the parse apart; best of five runs each."""
    said = plain.utterances(text, "PAR", "en")
    sample = sample_of(said, parsers.load("en-core-web-sm").parse(said))
    rows = []
    for name, (prepare, features) in BOTH.items():
        try:
            theirs = prepare(text)
            theirs()
        except Exception as error:  # as above
            rows.append(f"| {name} | not run: {type(error).__name__}, {str(error)[:90]} | |")
            continue
        found = [cpu(theirs)[0] for _ in range(5)]
        own = [cpu(lambda f=features: evaluate(sample, f.split(), views=Views(sample)))[0] for _ in range(6)][1:]
        rows.append(f"| {name} | {1000 * min(found):.1f} | {1000 * min(own):.1f} |")
    return rows


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, help="site-packages with the other tools")
    parser.add_argument("--longest", type=int, default=LENGTHS[-1])
    given = parser.parse_args()
    if not TEXT.is_file():
        raise SystemExit("The text must lie in ../shared/reference/language_values. Found none.")
    text = TEXT.read_text("utf-8")
    ours(text, 500)  # imports and models, which are paid once
    rows = [ours(text, words) for words in LENGTHS if words <= given.longest]
    lines = ["| words | parse | measures | graphs | all | share of the parse | MiB |", "|---" * 7 + "|"]
    for row in rows:
        parts = [1000 * row[part] / row["words"] for part in ("parse", "measures", "graphs")]
        cells = [f"{part:.2f}" for part in (*parts, sum(parts))]
        share = f"{100 * parts[0] / sum(parts):.0f} %"
        lines.append("| " + " | ".join([f"{row['words']:,.0f}", *cells, share, str(row["memory"])]) + " |")
    if given.peers:
        sys.path.append(str(given.peers))
    others = ["| tool | CPU s per 1,000 words | MiB, process so far |", "|---" * 3 + "|", *compared(text)]
    shared = ["| tool | CPU ms | the like of lalia, CPU ms |", "|---" * 3 + "|", *side_by_side(text)]
    report = "\n\n".join(
        [
            "# What language measures cost",
            str(__doc__).split("\n\n")[1],
            "CPU seconds per 1,000 words (`time.process_time`, one thread); constituency trees apart. Intervals, a "
            "thousand bootstrap draws each, are part of the measures.",
            "\n".join(lines),
            "## Other tools, 1,081 words",
            "\n".join(others),
            "What both measure, of a text that is parsed already (LexicalRichness cuts it into words itself); lalia's "
            "intervals are part of its time.",
            "\n".join(shared),
        ]
    )
    RESULT.write_text(report + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
