"""How well the shipped constituency model brackets GUM's test documents, by genre, and what that does to the measures.

Gold trees are GUM's (github.com/amir-zeldes/gum), official test split, reddit apart. "Spoken" is what the line makes of
speech: fillers, cut-off words and repeats set aside, no punctuation inside the utterance, half of the utterances begun
with a small letter. "Written" keeps every word and every comma. Tokens, tags and relations are spaCy's in both, as at
run time; the gold trees are laid over them. Scores follow EVALB's rules (punctuation and the root do not count, ADVP
and PRT are one label).

Run from the repository root; it prints and writes benchmarks/results/constituency.md.
"""

from __future__ import annotations

import importlib.util
import resource
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lalia.data_schemas import Measured, Recording, Sample, Transcript, Tree, Utterance, Word
from lalia.data_schemas.brackets import write
from lalia.features import FEATURES, evaluate
from lalia.features.views.language import counts
from lalia.models import parsers, registry
from lalia.models.parsers.bracketing import EQUAL, PUNCTUATION, Score, score
from lalia.models.parsers.training.treebank import OPEN_GENRES, SPEECH_GENRES, Document, Pair, documents, pairs

ROOT = Path(__file__).resolve().parents[1]
GUM = ROOT.parent / "shared" / "data" / "gum_constituency"
RESULT = ROOT / "benchmarks" / "results" / "constituency.md"
MODEL = "lalia-gum"
DRAWS = 1000
SAMPLE = 500

STYLES = {
    "spoken": {"punctuation": 0.0, "lower": 0.5, "clean": True},
    "written": {"punctuation": 1.0, "lower": 0.0, "clean": False},
}

Scored = list[tuple[Pair, Tree, Score]]


def parsed(tests: Sequence[Document], style: str) -> tuple[Scored, float, int]:
    """Every test tree with the model's and their score; CPU seconds of the model alone; words."""
    found = list(pairs(tests, parsers.load("en-core-web-sm"), seed=1, **STYLES[style]))
    model = parsers.load_constituency(MODEL)
    begun = time.process_time()
    trees = model.parse([pair.parse for pair in found])
    seconds = time.process_time() - begun
    words = sum(counts(token) for pair in found for token in pair.parse)
    return [(p, tree, score(p.tree, tree)) for p, tree in zip(found, trees, strict=True)], seconds, words


def total(scores: Iterable[Score]) -> Score:
    """Sum of scores."""
    return sum(scores, Score())


def interval(scores: Sequence[Score]) -> tuple[float, float]:
    """95 % percentile bootstrap interval of F1 over trees, seeded."""
    table = np.array([(s.matched, s.gold + s.test) for s in scores], dtype=float)
    draws = np.random.default_rng(0).integers(0, len(table), (DRAWS, len(table)))
    sums = table[draws].sum(axis=1)
    low, high = np.quantile(2 * sums[:, 0] / sums[:, 1], [0.025, 0.975])
    return 100 * float(low), 100 * float(high)


def row(name: str, scored: Scored, note: str) -> str:
    """One row of the table."""
    scores = [s for _, _, s in scored]
    whole = total(scores)
    low, high = interval(scores)
    words = sum(counts(token) for pair, _, _ in scored for token in pair.parse)
    return (
        f"| {name} | {note} | {whole.trees} | {words:,} | {100 * whole.precision:.1f} | {100 * whole.recall:.1f} | "
        f"**{100 * whole.f1:.1f}** | {low:.1f} – {high:.1f} | {100 * whole.exact / whole.trees:.0f} |"
    )


def table(scored: Scored) -> list[str]:
    """F1 by genre and for groups of genres."""
    lines = [
        "| genre | seen in training | trees | words | precision | recall | F1 | 95 % | exact % |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    genres = sorted({pair.genre for pair, _, _ in scored}, key=lambda g: (g not in SPEECH_GENRES, g))
    for genre in genres:
        own = [item for item in scored if item[0].genre == genre]
        lines.append(row(genre, own, "yes" if genre in OPEN_GENRES else "no"))
    for name, members in (
        ("speech genres together", set(SPEECH_GENRES)),
        ("other genres together", set(genres) - set(SPEECH_GENRES)),
        ("all", set(genres)),
    ):
        lines.append(row(name, [item for item in scored if item[0].genre in members], ""))
    return lines


def sample(found: Sequence[Pair], trees: Sequence[Tree]) -> Sample:
    """One document as a sample, with one set of trees."""
    said = tuple(Utterance(speaker="PAR", words=tuple(Word(text=t.text) for t in p.parse)) for p in found)
    return Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav"),
        transcript=Transcript(source="text", language="en", utterances=said),
        parses=tuple(pair.parse for pair in found),
        trees=tuple(trees),
    )


def measures(scored: Scored) -> list[str]:
    """Each measure on gold and on the model's trees, document by document."""
    names = [name for name, known in FEATURES.items() if "word_trees" in known.views]
    values: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for document in sorted({pair.document for pair, _, _ in scored}):
        own = [(pair, tree) for pair, tree, _ in scored if pair.document == document]
        found = [pair for pair, _ in own]
        gold = evaluate(sample(found, [pair.tree for pair in found]), names)
        ours = evaluate(sample(found, [tree for _, tree in own]), names)
        for name in names:
            right, test = gold[name], ours[name]
            if isinstance(right, Measured) and isinstance(test, Measured):
                values[name].append((right.value, test.value))
    lines = ["| measure | documents | mean, gold | mean, model | median error % | r |", "|---|---|---|---|---|---|"]
    for name, found_values in values.items():
        right, test = np.array(found_values).T
        error = np.median(np.abs(test - right) / np.where(right > 0, right, np.nan))
        r = np.corrcoef(right, test)[0, 1]
        lines.append(
            f"| `{name}` | {len(right)} | {right.mean():.3f} | {test.mean():.3f} | {100 * error:.1f} | {r:.2f} |"
        )
    return lines


def agreement(scored: Scored) -> str:
    """Whether the PyPI package PYEVALB, where it is installed, counts the same brackets."""
    if importlib.util.find_spec("PYEVALB") is None:
        return "The package PYEVALB is not installed; the comparison with it was not run."
    from PYEVALB import parser, scorer

    picked = [item for item in scored if item[2].gold and item[2].test][:SAMPLE]
    same = sets = 0
    for pair, tree, ours in picked:
        gold, test = (parser.create_from_bracket_string(bare(found)) for found in (pair.tree, tree))
        theirs = scorer.Scorer().score_trees(gold, test)
        # Its brackets include the root and are a set when they are matched.
        counted = (theirs.matched_brackets - 1, theirs.gold_brackets - 1, theirs.test_brackets - 1)
        same += counted == (ours.matched, ours.gold, ours.test)
        sets += counted[0] < ours.matched
    return (
        f"The package PYEVALB counts the same brackets (matched, gold, test) in {same} of {len(picked)} trees; in "
        f"{sets} it matches fewer, since it takes a chain of equal brackets for one."
    )


def bare(tree: Tree) -> str:
    """A tree without punctuation and with PRT as ADVP, which PYEVALB does not do by itself."""
    made: dict[int, Tree | None] = {}
    for node in reversed(list(tree.nodes())):
        if node.is_leaf:
            made[id(node)] = None if node.label in PUNCTUATION else node
            continue
        children = tuple(child for below in node.children if (child := made[id(below)]) is not None)
        made[id(node)] = Tree(EQUAL.get(node.label, node.label), children) if children else None
    return write(made[id(tree)] or tree)


def main() -> None:
    """Parse, score, print, write."""
    if not GUM.is_dir():
        raise SystemExit("GUM's trees must lie in ../shared/data/gum_constituency. Found none.")
    tests = documents(GUM, "test")
    begun = time.process_time()
    parsers.load_constituency(MODEL)
    load = time.process_time() - begun
    spoken, seconds, words = parsed(tests, "spoken")
    written, _, _ = parsed(tests, "written")
    known = registry.WEIGHTS[MODEL]
    lines: list[Any] = [
        "# Constituency trees",
        "",
        str(__doc__).split("\n\n")[1].replace("\n", " "),
        "",
        f"Model `{MODEL}`, {known.size / 1e6:.1f} MB, SHA-256 of its files {known.sha256[:12]}….",
        "",
        "## Labelled bracket F1 on GUM test, as spoken",
        "",
        *table(spoken),
        "",
        "## The same, as written",
        "",
        *table(written),
        "",
        agreement(written),
        "",
        "## Measures on the model's trees and on gold trees",
        "",
        "Each test document, as spoken, measured twice. r is Pearson's over documents; the median error is of the "
        "documents' absolute relative differences.",
        "",
        *measures(spoken),
        "",
        "## Cost",
        "",
        f"{1000 * seconds / words:.2f} CPU-s per 1,000 words on one thread, {words:,} words, spaCy's parse apart; "
        f"loading takes {load:.1f} CPU-s; largest resident size of the whole process "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB.",
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
