"""Count part-of-speech trigrams of spontaneous speech, the reference model of `syntactic.pos_cross_entropy`.

The AMI meeting transcripts (CC BY 4.0) are read as plain text (fillers, fragments and repetitions set aside as in any
transcript) and tagged by lalia's own parser, so that model and sample speak of the same tags. Only counts of tag
trigrams are kept: features/syntactic/tags.npz. Run from the repository root; half a CPU minute.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from lalia.features.syntactic.tag_model import TABLE, TagModel
from lalia.features.views.language import counts
from lalia.models import parsers
from lalia.pipeline.formats import plain

ROOT = Path(__file__).resolve().parents[1]
MEETINGS = ROOT.parent / "shared" / "data" / "ami_transcripts" / "txt"
EVERY = 7
"""One meeting in seven, 144,000 words: three meetings left out cost 3.14 bits a tag, 3.17 with half as many words."""


def tagged(files: Sequence[Path]) -> Iterator[list[list[str]]]:
    """Penn tags of the words of each sentence, one list for each meeting."""
    parser = parsers.load("en-core-web-sm")
    for file in files:
        parses = parser.parse(plain.utterances(file.read_text("utf-8"), "PAR", "en"))
        sentences = [[token.tag for token in parse if counts(token)] for parse in parses]
        yield [sentence for sentence in sentences if sentence]


def count(sentences: Sequence[Sequence[str]]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Tags, trigrams as rows of their indices (0 is the boundary), and how often each occurs."""
    names = ["", *sorted({tag for sentence in sentences for tag in sentence})]
    place = {tag: index for index, tag in enumerate(names)}
    found: Counter[tuple[int, ...]] = Counter()
    for sentence in sentences:
        codes = [0, 0, *(place[tag] for tag in sentence), 0]
        found.update(zip(codes, codes[1:], codes[2:], strict=False))
    rows = sorted(found)
    return names, np.array(rows, np.uint8), np.array([found[row] for row in rows], np.int32)


def model_of(sentences: Sequence[Sequence[str]]) -> TagModel:
    """The model of some sentences, as it would be read from its file."""
    return TagModel(*count(sentences))


def main() -> None:
    """Train, say what held-out meetings cost, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TABLE)
    out = parser.parse_args().out
    if not MEETINGS.is_dir():
        raise SystemExit("The AMI transcripts must lie in ../shared/data/ami_transcripts. Found none.")
    meetings = list(tagged(sorted(MEETINGS.glob("*.txt"))[::EVERY]))
    seen, unseen = meetings[:-3], meetings[-3:]
    held_out = [sentence for meeting in unseen for sentence in meeting]
    for share in (0.25, 0.5, 1.0):
        some = [sentence for meeting in seen[: round(share * len(seen))] for sentence in meeting]
        made = model_of(some)
        bits = sum(made.bits(sentence) for sentence in held_out) / sum(len(sentence) + 1 for sentence in held_out)
        print(f"{sum(map(len, some)):,} words: {bits:.3f} bits a tag on {len(unseen)} meetings left out")
    names, rows, times = count([sentence for meeting in meetings for sentence in meeting])
    np.savez_compressed(out, names=np.array("\n".join(names)), rows=rows, times=times)
    print(f"{len(rows):,} trigrams of {times.sum():,}, {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
