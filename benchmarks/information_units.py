"""How well mentions of content units are found, on six photographs with five captions each.

Run from the repository's root: ``python benchmarks/information_units.py``. It needs ``../shared``.

The lists of units were written from captions 1 and 2 of each photograph, with the very words used there and no
synonyms; captions 3 to 5, by other people, were judged by hand. So what the lists miss is what a study's own list
misses when it was written without seeing what speakers say, and what embeddings can add.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from lalia.data_schemas import ContentUnit, Kind, Stimulus, Utterance, Word
from lalia.features.views import units as matching
from lalia.models import embedders, parsers
from lalia.pipeline.annotate import read_stimulus

ROOT = Path(__file__).resolve().parent.parent
CAPTIONS = ROOT.parent / "shared" / "data" / "coco_captions_pictures" / "pictures.tsv"
MEETINGS = ROOT.parent / "shared" / "data" / "ami_transcripts" / "txt"
SAMPLES, LENGTH = 40, 150
RESULTS = ROOT / "benchmarks" / "results" / "information_units.md"
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)

UNITS = {
    "126107": "bird:bird big:big flies:fly sand:sand",
    "160012": "pizza:pizza,pie table:table woman:woman sits:sit",
    "183709": "people:people,person waits:wait crosses:cross street:street,road intersection:intersection looks:look "
    "light:light",
    "397133": "man:man kitchen:kitchen makes:make pizzas:pizza apron:apron oven:oven pans:pan bakeware:bakeware "
    "stands:stand",
    "423617": "road:road,street wet:wet traffic:traffic,busy taxi:taxi bus:bus goes:go",
    "577932": "woman:woman walks:walk man:man rides:ride bike:bike pink:pink street:street,city",
}
"""Units and their words, from captions 1 and 2."""

JUDGED = {
    "126107": ("bird flies sand", "bird big flies sand", "bird flies sand"),
    "160012": ("pizza", "pizza table", "pizza sits"),
    "183709": ("people intersection?", "people waits crosses intersection", "people crosses street"),
    "397133": ("man kitchen makes? pizzas?", "man stands oven kitchen", "pizzas makes man stands pans bakeware?"),
    "423617": ("bus goes wet road", "traffic wet", "traffic goes road"),
    "577932": ("walks street rides pink bike", "rides street bike? man?", "rides bike street"),
}
"""Units mentioned in captions 3, 4 and 5; those with a question mark are arguable and not scored."""

DENIALS = (
    ("There is no dog.", ""),
    ("I don't see a dog.", ""),
    ("The boy is not falling.", "boy"),
    ("A boy without a ladder.", "boy"),
    ("The dog never barks.", "dog"),
    ("Neither the boy nor the dog is there.", ""),
    ("I can't see the ladder but there is a boy.", "boy"),
    ("The boy is on the ladder, not the dog.", "boy ladder"),
)
DENIED_UNITS = "dog:dog boy:boy ladder:ladder falls:fall barks:bark"

FRESH_DENIALS = (
    ("there are not many plates", ""),
    ("I don't believe there's a kite", ""),
    ("there doesn't seem to be a dog", ""),
    ("we don't have a cat here", ""),
    ("the mother isn't looking at the boy", "mother boy"),
    ("nobody is watching the sink", "sink"),
    ("nobody is climbing", ""),
    ("the girl is not climbing the tree", "girl tree"),
    ("he hasn't got a ladder", ""),
    ("she has no cup", ""),
    ("the window isn't open and the curtain is wet", "window curtain wet"),
    ("I do not see any plates or cups", ""),
    ("the boy never falls", "boy"),
    ("it isn't a cat, it is a dog", "dog"),
    ("it's a dog not a cat", "dog"),
    ("that's the mother, not the girl", "mother"),
    ("the boy can't reach the cookie", "boy cookie"),
    ("the cat can't reach the bird", "cat bird"),
    ("there is nobody at the window", "window"),
    ("there was never a tree", ""),
    ("the stool has no back and the boy falls", "stool boy fall"),
    ("she doesn't mind that the sink is wet", "sink wet"),
    ("she hasn't noticed the water running", "water run"),
    ("I can't tell whether it is a boy", "boy"),
    ("the boy isn't wet", "boy"),
    ("no dog no cat", ""),
    ("I see no kite in the tree", "tree"),
    ("he stands there without his ladder", "ladder"),
    ("the dog is not in the water", "dog water"),
    ("the girl doesn't want a cookie", "girl"),
    ("the boy isn't only falling", "boy fall"),
    ("the mother doesn't wash her plates", "mother plate"),
    ("she doesn't look, but the boy falls", "boy fall"),
    ("the kite isn't in a tree", "kite tree"),
    ("I don't think the boy is falling", "boy"),
    ("I don't think the mother sees the boy", "mother boy"),
    ("we can't see a window", ""),
    ("there's a dog but no cat", "dog"),
    ("not a cat in sight", ""),
    ("hardly a bird is there", "bird"),
)
"""Written, by the rules' author, after the rules and before they were run on these."""

FRESH_NAMES = (
    "dog boy girl cat ladder water bird ice cream mother fall run jump cookie stool plate window curtain reach look "
    "wash kite tree climb sink wet cup"
)


EMBEDDERS = ("monet", "minilm")
"""The default, and the other."""

VECTORS: dict[str, dict[str, np.ndarray]] = {}
"""Vectors of the words met so far, by embedder."""


def stimulus(name: str, text: str) -> Stimulus:
    pairs = (item.split(":") for item in text.split())
    units = tuple(ContentUnit(name=unit, words=tuple(words.split(","))) for unit, words in pairs)
    return Stimulus(stimulus_id=name, title=name, content_units=units)


def told(text: str, shown: Stimulus, embedder: str) -> tuple[set[str], set[str]]:
    """Names of the units mentioned through lists, and of those mentioned at all."""
    spoken = Utterance(speaker="PAR", words=tuple(Word(text=word, kind=Kind.WORD) for word in text.split()))
    parses = parsers.load("en-core-web-sm").parse([spoken])
    words = sorted(
        {t.lemma.lower() for p in parses for t in p} | {w for unit in shown.content_units for w in unit.words}
    )
    vectors = VECTORS.setdefault(embedder, {})
    new = [word for word in words if word not in vectors]
    vectors.update(zip(new, embedders.load(embedder).embed(new), strict=True))
    found = matching.unit_mentions(shown, parses, vectors)
    names = [unit.name for unit in shown.content_units]
    return {names[m.unit] for m in found if m.listed}, {names[m.unit] for m in found}


def cases() -> list[tuple[str, Stimulus, set[str], set[str]]]:
    """Caption, stimulus, units mentioned, units not scored."""
    rows = {row["file"][6:12]: row for row in csv.DictReader(CAPTIONS.open(encoding="utf-8"), delimiter="\t")}
    made = []
    for name, judged in JUDGED.items():
        shown = stimulus(name, UNITS[name])
        for number, answer in enumerate(judged, start=3):
            unsure = {unit[:-1] for unit in answer.split() if unit.endswith("?")}
            made.append(
                (rows[name][f"caption{number}"], shown, set(answer.split()) - {f"{u}?" for u in unsure}, unsure)
            )
    return made


def score(found: list[set[str]], judged: list[tuple[set[str], set[str]]]) -> tuple[int, int, int, float, float]:
    """Units mentioned, found, wrongly found; recall and precision."""
    right = sum(len(names & truth) for names, (truth, _) in zip(found, judged, strict=True))
    wrong = sum(len(names - truth - unsure) for names, (truth, unsure) in zip(found, judged, strict=True))
    total = sum(len(truth) for truth, _ in judged)
    return total, right, wrong, right / total, right / max(right + wrong, 1)


def unrelated(embedder: str) -> list[str]:
    """Units of the market picture that talk about something else seems to mention."""
    shown = read_stimulus(ROOT / "examples" / "stimuli" / "market.json")
    lines = [f"Talk of something else: {SAMPLES} samples of {LENGTH} words from meetings about a remote control (AMI),"]
    lines += [f"set against the {len(shown.content_units)} units of the market picture.", ""]
    lines += ["| matched by | units that seem mentioned, mean of a sample |", "|---|---|"]
    texts = [path.read_text(encoding="utf-8").split() for path in sorted(MEETINGS.glob("*.txt"))[:SAMPLES]]
    chosen = matching.NEAR
    for limit in (None, 0.55, 0.6, 0.65, 0.7):
        matching.NEAR = 2.0 if limit is None else limit
        seems = [len(told(" ".join(words[200 : 200 + LENGTH]), shown, embedder)[1]) for words in texts]
        name = "lists alone" if limit is None else f"lists, or cosine ≥ {limit:g}"
        lines.append(f"| {name} | {np.mean(seems):.1f} |")
    matching.NEAR = chosen
    return lines


def section(embedder: str) -> list[str]:
    """What is found under one embedder, by threshold."""
    given = cases()
    judged = [(truth, unsure) for _, _, truth, unsure in given]
    lines = [
        f"## {embedder}",
        "",
        "| matched by | units mentioned | found | wrongly found | recall | precision |",
        "|---|---|---|---|---|---|",
    ]
    chosen = matching.NEAR
    for limit in (None, *THRESHOLDS):
        matching.NEAR = 2.0 if limit is None else limit
        found = [told(text, shown, embedder)[0 if limit is None else 1] for text, shown, _, _ in given]
        total, right, wrong, recall, precision = score(found, judged)
        name = "lists alone" if limit is None else f"lists, or cosine ≥ {limit:g}"
        lines.append(f"| {name} | {total} | {right} | {wrong} | {recall:.2f} | {precision:.2f} |")
    matching.NEAR = chosen
    return [*lines, "", *unrelated(embedder), ""]


def denials(title: str, sentences: Sequence[tuple[str, str]], units: str) -> list[str]:
    """How many sentences with something denied are understood, and which are not; listed words only."""
    shown = stimulus("denials", units)
    wrong = [text for text, answer in sentences if told(text, shown, EMBEDDERS[0])[0] != set(answer.split())]
    lines = [f"{title}: {len(sentences) - len(wrong)} of {len(sentences)} right.", ""]
    return [*lines, *(f"- Wrong: {text}" for text in wrong), *([""] if wrong else [])]


def main() -> int:
    if not CAPTIONS.exists():
        print("The captions are not here (../shared), so nothing can be measured.")
        return 1
    lines = ["# Information units", "", __doc__.split("\n\n", 2)[2].strip(), ""]
    lines += [f"The product takes a cosine of {matching.NEAR:g} under either embedder.", ""]
    for embedder in EMBEDDERS:
        lines += section(embedder)
    lines += ["## Denied words", "", "The rules' author wrote the sentences: speakers will find what he did not.", ""]
    lines += denials("The first sentences", DENIALS, DENIED_UNITS)
    lines += denials("Fresh ones", FRESH_DENIALS, " ".join(f"{name}:{name}" for name in FRESH_NAMES.split()))
    text = "\n".join(lines).rstrip() + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    np.seterr(all="raise")
    sys.exit(main())
