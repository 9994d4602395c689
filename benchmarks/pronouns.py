"""How well the rules for pronouns without an antecedent agree with a reader: writes benchmarks/results/pronouns.md.

Stretches of six sentences, cut from the middle of GUM's court hearings, interviews and vlogs (../shared/data), so that
some pronouns have lost what they stand for. One reader labelled every third-person pronoun before the rules were run on
it: without an antecedent in the stretch, standing for nothing (it rains, it helps if), or neither. The rules were
mended on the first stretches and then run once on the fresh ones; what was corrected later (nouns that tell when, it is
said that) was found on sentences of neither. Only the labels are kept here, not the texts.

    python benchmarks/pronouns.py
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from coherence_text import DATA, OPEN_GENRES, present
from lalia.data_schemas import Recording, Sample, Transcript
from lalia.features.views.antecedents import HE, IT, PRONOUNS, SHE, THEY, third_persons
from lalia.models import parsers
from lalia.models.parsers.training.treebank import documents, utterance
from report import table

RESULT = Path(__file__).resolve().parent / "results" / "pronouns.md"
SENTENCES = 6
PEOPLE, THINGS = frozenset([HE, SHE]), frozenset([IT, THEY])

STRETCHES = (
    ("court_carpet", 22), ("court_equality", 8), ("court_equality", 22), ("interview_ants", 8), ("interview_ants", 22),
    ("interview_chomsky", 8), ("interview_chomsky", 22), ("interview_daly", 8), ("interview_daly", 22),
    ("interview_licen", 8), ("interview_mcguire", 8), ("vlog_appearance", 8), ("vlog_hiking", 8), ("vlog_hiking", 22),
    ("vlog_pregnant", 8), ("vlog_pregnant", 22), ("vlog_wine", 8), ("vlog_wine", 22), ("interview_cyclone", 8),
    ("interview_cyclone", 22), ("vlog_portland", 22), ("vlog_radiology", 8), ("vlog_radiology", 22),
    ("court_insanity", 8), ("court_insanity", 22), ("court_mitigation", 8), ("court_mitigation", 22),
    ("vlog_london", 8), ("vlog_studying", 22),
)  # fmt: skip
"""Texts, and the sentence at which a stretch of each begins."""

FRESH = (
    ("court_carpet", 30), ("court_property", 30), ("interview_ants", 15), ("interview_chomsky", 30),
    ("interview_daly", 15), ("interview_daly", 30), ("interview_dungeon", 15), ("interview_dungeon", 30),
    ("vlog_appearance", 30), ("vlog_pregnant", 15), ("vlog_wine", 30), ("interview_cyclone", 15),
    ("vlog_portland", 15), ("vlog_radiology", 15), ("vlog_radiology", 30), ("court_insanity", 15),
    ("court_insanity", 30), ("court_mitigation", 15), ("vlog_london", 15), ("vlog_studying", 30),
)  # fmt: skip
"""Stretches labelled and run once the rules were settled on the former."""

WITHOUT = frozenset(
    [
        1, 3, 49, 55, 56, 67, 91, 92, 108, 109, 110, 111, 112, 114, 120, 129, 130, 143, 144, 145, 146, 147, 150, 151,
        165, 170, 171, 174, 179, 180, 207, 233, 266, 267, 272, 273,
    ]
)  # fmt: skip
FOR_NOTHING = frozenset(
    [
        42, 46, 54, 60, 61, 113, 115, 181, 182, 200, 215, 218, 220, 223, 225, 226, 231, 232, 235, 240, 242, 244, 258,
        259, 269, 270,
    ]
)  # fmt: skip
"""Pronouns by their number, counted from 1 through all stretches."""


LABELS = {"A": "no antecedent", "N": "stands for nothing", "R": "has one"}


def verdicts(stretches: Sequence[tuple[str, int]], first: int) -> list[tuple[str, str, str]]:
    """Form, reader's label and rules' label of each pronoun, the first of which has the number `first`."""
    parser = parsers.load("en-core-web-sm")
    texts = {
        found.name.removeprefix("GUM_"): found
        for part in ("train", "dev", "test")
        for found in documents(DATA / "gum_constituency", part)
        if found.genre in OPEN_GENRES
    }
    made: list[tuple[str, str, str]] = []
    for name, start in stretches:
        trees = texts[name].trees[start : start + SENTENCES]
        said = tuple(utterance(tree, punctuation=False, lower=False, clean=True)[0] for tree in trees)
        parses = parser.parse(said)
        transcript = Transcript(source="text", language="en", utterances=said, participant=said[0].speaker)
        recording = Recording(recording_id="r", participant_id="p", path="r.wav", language="en")
        sample = Sample(recording=recording, transcript=transcript, parses=parses)
        found = {(p.utterance, p.token): "R" if p.resolved else "A" for p in third_persons(sample, transcript, parses)}
        for place, parse in enumerate(parses):
            for index, token in enumerate(parse):
                if token.text.lower() in PRONOUNS and token.pos in {"PRON", "DET"}:
                    number = first + len(made)
                    label = "A" if number in WITHOUT else "N" if number in FOR_NOTHING else "R"
                    made.append((token.text.lower(), label, found.get((place, index), "N")))
    return made


def compared(title: str, made: Sequence[tuple[str, str, str]]) -> list[str]:
    """A section of the report."""
    counts = Counter((read, ruled) for _, read, ruled in made)
    rows = [[LABELS[read], *(str(counts[read, ruled]) for ruled in LABELS)] for read in LABELS]
    scores = []
    for kind, forms in (("no antecedent", None), ("of he and she", PEOPLE), ("of it and they", THINGS)):
        pairs = [(read, ruled) for form, read, ruled in made if forms is None or PRONOUNS[form] in forms]
        scores.append([kind, *_agreement(pairs, "A")])
    scores.append([LABELS["N"], *_agreement([(read, ruled) for _, read, ruled in made], "N")])
    both = [(read, ruled) for _, read, ruled in made if "N" not in (read, ruled)]
    reader, rules = (sum(side == "A" for side in column) / len(both) for column in zip(*both, strict=True))
    return [
        f"## {title}: {len(made)} pronouns",
        "Reader (rows) and rules (columns):",
        table(["", *LABELS.values()], rows),
        table(["", "reader", "rules", "precision", "recall"], scores),
        f"Rate over the pronouns that both take to stand for something: reader {reader:.3f}, rules {rules:.3f}.",
    ]


def _agreement(pairs: Sequence[tuple[str, str]], label: str) -> list[str]:
    hit = sum(read == ruled == label for read, ruled in pairs)
    there, named = (sum(side == label for side in column) for column in zip(*pairs, strict=True))
    return [str(there), str(named), f"{hit}/{named}", f"{hit}/{there}"]


def main() -> None:
    """Write the tables."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    present()
    mended = verdicts(STRETCHES, 1)
    fresh = verdicts(FRESH, 1 + len(mended))
    parts = [
        "# Pronouns without an antecedent",
        "Made by `python benchmarks/pronouns.py`; one reader.",
        *compared("Fresh", fresh),
        *compared("On which the rules were mended", mended),
    ]
    RESULT.write_text("\n\n".join(parts) + "\n", "utf-8")
    print(RESULT.read_text("utf-8"))


if __name__ == "__main__":
    main()
