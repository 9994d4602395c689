"""The embedded Monet: its vectors against people's judgements, its grammar, its experts, its speed.

Run from the repository root: ``python benchmarks/monet.py [--folder WEIGHTS] [--pairs 500]``. It prints and writes
benchmarks/results/monet.md and docs/models/monet_experts.md. The open corpora in ../shared/data are needed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import monet_scoring as scoring
import monet_speed
import numpy as np
from lalia.models import embedders
from lalia.models.monet.embedded import load, read_folder
from lalia.models.monet.reader import Reader
from lalia.models.monet.train_text import ami, unpunctuated

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / ".." / "shared" / "data"
RESULT = ROOT / "benchmarks" / "results" / "monet.md"
EXPERTS = ROOT / "docs" / "models" / "monet_experts.md"
SHOWN = 20


def others(keep: Path | None) -> dict[str, list[float]]:
    """Rank correlations of TF-IDF and of the teacher for every set; kept in a file, for they do not change."""
    if keep is not None and keep.exists():
        return dict(json.loads(keep.read_text("utf-8")))
    teacher = embedders.load("minilm", "cpu")
    found = {
        name: [scoring.spearman(pairs, scoring.tfidf), scoring.spearman(pairs, teacher.embed)]
        for name, pairs in scoring.similarity_sets(DATA / "sts_semeval").items()
    }
    if keep is not None:
        keep.write_text(json.dumps(found), "utf-8")
    return found


def similarity(reader: Reader, known: dict[str, list[float]]) -> Iterator[str]:
    """Table of every STS set."""
    ways = ("TF-IDF", "Monet", "MiniLM")
    yield "| set | pairs | " + " | ".join(ways) + " |"
    yield "|---" * (2 + len(ways)) + "|"
    found: dict[str, list[float]] = {}
    for name, pairs in scoring.similarity_sets(DATA / "sts_semeval").items():
        plain, teacher = known[name]
        found[name] = [plain, scoring.spearman(pairs, lambda texts: reader.read(texts).vectors), teacher]
        yield f"| {name} | {len(pairs)} | " + " | ".join(f"{value:.3f}" for value in found[name]) + " |"
    table = np.array(list(found.values()))
    years = [
        np.array([row for name, row in found.items() if name.startswith(year)]).mean(axis=0)
        for year in ("2012", "2013", "2014")
    ]
    means = table.mean(axis=0)
    yield "| **mean of sets** | | " + " | ".join(f"**{value:.3f}**" for value in means) + " |"
    yield "| mean of years | | " + " | ".join(f"{value:.3f}" for value in np.mean(years, axis=0)) + " |"
    yield ""
    yield f"Monet reaches {100 * means[1] / means[2]:.1f} % of its teacher's mean (aim: at least 92 %)."


def grammar(reader: Reader, most: int) -> Iterator[str]:
    """Table of Zorro's paradigms."""
    yield "| paradigm | pairs | % right |"
    yield "|---|---|---|"
    found = []
    for name, pairs in scoring.paradigms(DATA / "zorro" / "sentences", most).items():
        found.append(100 * scoring.preferred(pairs, reader))
        yield f"| {name} | {len(pairs)} | {found[-1]:.1f} |"
    yield f"| **mean** | | **{np.mean(found):.1f}** |"
    yield ""
    yield "Chance is 50; the aim was 65. BabyBERTa, of 8.5 M parameters, reaches 80 after 5 M words said to children."


def speed(reader: Reader, threads: Sequence[int]) -> Iterator[str]:
    """Words a second beside MiniLM and a dense transformer."""
    texts = [unpunctuated(text) for document in ami(DATA, validation=True) for text in document]
    yield from monet_speed.speed(
        reader, [text for text in dict.fromkeys(texts) if len(text.split()) > 3][:400], threads
    )


def experts(reader: Reader) -> tuple[list[str], list[str]]:
    """Summary of the experts' use, and the page of twenty."""
    heard, seen, told = _meetings(validation=True), _captions(), _gum()
    use = scoring.ExpertUse(reader, _worth_reading([*dict.fromkeys(heard), *seen[::25], *told]))
    rows = ["| router of layer | dead experts | evenness of load | effective number | ambiguity | active a token |"]
    rows.append("|---|---|---|---|---|---|")
    for router, found in enumerate(use.summary()):
        rows.append(
            f"| {router * reader.model.config.moe_groups} | {100 * found['dead']:.1f} % | {found['entropy']:.3f} "
            f"| {found['effective']:,.0f} of {reader.model.config.experts:,} | {found['ambiguity']:.3f} "
            f"| {found['active']:.0f} |"
        )
    rows += [
        "",
        f"On {use.tokens:,} tokens: held-out AMI, captions, and GUM's conversations, interviews and vlogs.",
    ]
    draw = np.random.default_rng(20)
    alive = [(r, int(e)) for r in range(use.routers) for e in np.flatnonzero(use.active[r] >= 25)]
    drawn = [alive[k] for k in sorted(draw.choice(len(alive), SHOWN, replace=False))]
    # Read for the contexts: what an expert stands for shows in the few places where it acts most.
    wide = _worth_reading(dict.fromkeys([*heard, *_meetings(validation=False), *seen, *told]))
    found, pieces = scoring.contexts(reader, wide, drawn)
    page = [
        f"Drawn among the experts that acted at least 25 times on {use.tokens:,} word pieces of held-out text. Shown "
        f"is where each acts most, and how much, among {pieces:,} pieces of AMI meetings, COCO captions (most of both "
        "are texts it learnt from) and GUM's conversations, interviews and vlogs; once for each pair of a word and the "
        "word before it.",
        "",
    ]
    for router, expert in drawn:
        page += [f"### Router {router}, expert {expert} = ({expert // use.side}, {expert % use.side})", ""]
        page += [*(f"- {score:.2f} {context}" for score, context in found[router, expert]), ""]
    return rows, page


def _meetings(*, validation: bool) -> list[str]:
    return [unpunctuated(text) for document in ami(DATA, validation=validation) for text in document]


def _captions() -> list[str]:
    read = json.loads((DATA / "coco_captions_pictures" / "captions_val2017.json").read_text("utf-8"))["annotations"]
    return [unpunctuated(row["caption"]) for row in read]


def _worth_reading(texts: Iterable[str]) -> list[str]:
    return [text.lower() for text in texts if len(text.split()) > 2]


def _gum() -> Sequence[str]:
    folder = DATA / "gum_constituency" / "const"
    found = []
    for path in sorted(folder.glob("GUM_*")):
        if path.stem.split("_")[1] in ("conversation", "interview", "vlog"):
            text = path.read_text("utf-8")
            found += [" ".join(part.split()) for part in _leaves(text)]
    return found


def _leaves(text: str) -> Iterator[str]:
    import re

    for tree in re.split(r"\n(?=\()", text):
        yield unpunctuated(" ".join(re.findall(r"\s([^\s()]+)\)", tree)))


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, help="a folder that export wrote; the shipped weights without it")
    parser.add_argument("--keep", type=Path, help="where the other embedders' figures are kept between runs")
    parser.add_argument("--pairs", type=int, default=500, help="pairs of each Zorro paradigm")
    parser.add_argument("--only-experts", action="store_true", help="write the page of twenty experts and nothing else")
    parser.add_argument("--only-speed", action="store_true", help="measure speed anew and leave the rest of the report")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="with how many to measure speed")
    given = parser.parse_args()
    if not (DATA / "sts_semeval").is_dir():
        sys.exit("The open corpora in ../shared/data are needed: STS, Zorro, AMI, captions, GUM.")
    reader = read_folder(given.folder) if given.folder else load("monet", "cpu")
    if given.only_speed:
        before, _, rest = RESULT.read_text("utf-8").partition("## Speed\n\n")
        after = rest[rest.index("## ") :]
        RESULT.write_text(f"{before}## Speed\n\n" + "\n".join([*speed(reader, given.threads), "", after]), "utf-8")
        return
    lines = ["# The embedded Monet, measured", ""]
    use, page = experts(reader)
    EXPERTS.write_text("\n".join(["# Twenty experts, drawn at random", "", *page]), "utf-8")
    if given.only_experts:
        print("\n".join(use))
        return
    for title, part in (
        ("Sentence similarity (Spearman)", similarity(reader, others(given.keep))),
        ("Grammatical minimal pairs (Zorro)", grammar(reader, given.pairs)),
        ("Speed", speed(reader, given.threads)),
        ("Use of experts", iter(use)),
    ):
        lines += [f"## {title}", ""]
        for line in part:
            print(line, flush=True)
            lines.append(line)
        lines.append("")
    RESULT.write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main()
