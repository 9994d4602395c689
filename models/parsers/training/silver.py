"""Trees for text that nobody has annotated: parsed by teachers too large to ship, kept where the teachers agree.

Run as ``python -m lalia.models.parsers.training.silver --data ../shared/data --treebank GUM --teachers FOLDER FOLDER
--out FILE``. The shipped parser learns from these trees beside the treebank's: they show it far more talk than the
treebank has, bracketed by models that read the context of a word (McClosky, Charniak & Johnson 2006; Kim & Rush 2016).
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from ....data_schemas.result import ModelUse
from ....data_schemas.transcript import Utterance
from ....pipeline.files import write_whole
from ....pipeline.formats.plain import utterances
from ...monet.train_text import SOURCES, unpunctuated
from .. import load
from ..bracketing import score
from ..shift_reduce import ShiftReduceParser
from ..train import lines
from .treebank import Pair, documents

SHARES = {
    "AMI meetings": 0.40,
    "Switchboard sample (NLTK)": 0.14,
    "UD English ESLSpok": 0.03,
    "COCO captions 2017 val": 0.06,
    "MASC": 0.17,
    "Inaugural and State of the Union addresses": 0.07,
    "Film reviews and subjectivity (Pang and Lee)": 0.11,
    "Genesis, World English Bible": 0.02,
}
"""Of the utterances drawn, how many come from each source of `train_text`, mostly talk."""

WORDS = (3, 60)
"""Words of an utterance that is drawn: shorter ones have little structure, longer ones take long to learn from."""

AGREED = 0.9
"""Labelled bracket F1 of two teachers' trees from which one is kept."""


class Teacher(ShiftReduceParser):
    """A parser as `train` keeps it, with the transformer below it."""

    def __init__(self, folder: Path) -> None:
        from stanza.models.common.foundation_cache import FoundationCache
        from stanza.models.constituency.trainer import Trainer

        self.language = "en"
        self.use = ModelUse(role="constituency", name="teacher", sha256="", licence="", source="")
        given = {"wordvec_pretrain_file": str(folder / "vectors.pt")}
        self._model = Trainer.load(str(folder / "constituency.pt"), given, False, FoundationCache()).model
        self._model.eval()


def barred(treebank: Path) -> set[str]:
    """Sentences of the treebank's development and test documents, unpunctuated and in lower case."""
    found = set()
    for part in ("dev", "test", "test2"):
        for document in documents(treebank, part):
            for tree in document.trees:
                found.add(unpunctuated(" ".join(leaf.word for leaf in tree.leaves())).lower())
    return found


def drawn(data: Path, treebank: Path, count: int, seed: int) -> Iterator[Utterance]:
    """Utterances as the line hears them, of each source its share, each text once, half begun with a small letter."""
    draw, seen = random.Random(seed), barred(treebank)  # noqa: S311 - which text is drawn is no secret
    for source in SOURCES:
        if source.name not in SHARES:
            continue
        texts = [text for document in source.read(data) for text in document]
        draw.shuffle(texts)
        left = round(SHARES[source.name] * count)
        for found in itertools.chain.from_iterable(utterances(text, "PAR", "en") for text in texts):
            key = " ".join(word.text for word in found.words).lower()
            if left and WORDS[0] <= len(found.words) <= WORDS[1] and key not in seen:
                seen.add(key)
                left -= 1
                yield _begun(found, small=draw.random() < 0.5)


def _begun(found: Utterance, *, small: bool) -> Utterance:
    first = found.words[0]
    if not small or first.text == "I" or first.text.startswith(("I'", "I’")):
        return found
    text = first.text[0].lower() + first.text[1:]
    return found.model_copy(update={"words": (first.model_copy(update={"text": text}), *found.words[1:])})


def agreed(teachers: Sequence[ShiftReduceParser], said: Sequence[Utterance]) -> Iterator[Pair]:
    """The first teacher's trees, where every other teacher brackets the utterance nearly alike."""
    parses = [parse for parse in load("en-core-web-sm").parse(said) if parse]
    first, *others = (teacher.parse(parses) for teacher in teachers)
    for parse, tree, *rest in zip(parses, first, *others, strict=True):
        if all(score(tree, other).f1 >= AGREED for other in rest):
            yield Pair("silver", tree, parse)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--treebank", type=Path, required=True)
    parser.add_argument("--teachers", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=60_000)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    said = list(drawn(given.data, given.treebank, given.count, seed=0))
    kept = list(lines(agreed([Teacher(folder) for folder in given.teachers], said)))
    write_whole(given.out, "\n".join(kept))
    print(f"{len(said):,} utterances, {len(kept):,} trees kept")


if __name__ == "__main__":
    main()
