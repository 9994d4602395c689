"""Training of the shipped constituency model with Stanza's own trainer.

Run ``python -m lalia.models.parsers.train --treebank FOLDER --out FOLDER``; the folder of the treebank is GUM's, with
``splits.md`` and ``const``. Everything is seeded; documents are those of `treebank.OPEN_GENRES` alone.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...pipeline.files import write_whole
from .bracketing import score
from .bridge import given, taken
from .training.treebank import OPEN_GENRES, Pair, documents, pairs

SIZES = {
    "hidden_size": 192,
    "num_lstm_layers": 1,
    "delta_embedding_dim": 50,
    "tag_embedding_dim": 64,
    "transition_embedding_dim": 20,
    "transition_hidden_size": 20,
    "pattn_num_layers": 0,
    "lattn_d_proj": 0,
    "train_batch_size": 32,
    "eval_batch_size": 128,
    "learning_rate": 0.0015,
    "learning_weight_decay": 0.0001,
}

SEED = 20

NO_TRANSFORMER = "none"

TRANSFORMERS: dict[str, tuple[str, ...]] = {
    NO_TRANSFORMER: (),
    "frozen": (),
    "tuned": ("--bert_finetune", "--bert_learning_rate", "0.06"),
}
"""What may lie below the parser: nothing, as in what ships, or, in a teacher, MiniLM as it is or tuned with it.

The rate is a share of the parser's own.
"""


@dataclass
class _Result:
    f1: float
    treeF1: tuple[float, ...] = ()  # noqa: N815 - Stanza's name
    kbestF1: float | None = None  # noqa: N815

    def HasField(self, name: str) -> bool:  # noqa: N802
        return getattr(self, name) is not None


class Evaluator(AbstractContextManager["Evaluator"]):
    """Labelled bracket F1 in the place of Stanza's, which needs Java."""

    def __exit__(self, *_: object) -> None:
        return None

    def process(self, results: Sequence[Any]) -> _Result:
        """F1 in per cent of parsed development trees."""
        from ...data_schemas.sample import Token

        matched = total = 0
        for result in results:
            gold, test = result.gold, result.predictions[0].tree
            tags = [leaf.label.partition("|")[0] for leaf in gold.yield_preterminals()]
            parse = tuple(Token(text="_", lemma="_", pos="X", tag=tag, dep="dep", head=0) for tag in tags)
            found = score(taken(gold, parse), taken(test, parse))
            matched += 2 * found.matched
            total += found.gold + found.test
        return _Result(100 * matched / max(total, 1))


class Linear:
    """A learning rate that falls in a straight line to a twentieth, step by epoch.

    Stanza's scheduler waits for plateaus, which a short training never reaches.
    """

    def __init__(self, optimizer: Any, epochs: int) -> None:
        self._groups = optimizer.param_groups
        self._first = [group["lr"] for group in self._groups]
        self._epochs = epochs
        self._done = 0

    def step(self, _score: float) -> None:
        """One epoch has ended."""
        self._done += 1
        share = max(1 - self._done / self._epochs, 0.05)
        for group, rate in zip(self._groups, self._first, strict=True):
            group["lr"] = rate * share

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"done": self._done, "first": self._first}


def lines(found: Iterable[Pair]) -> Iterator[str]:
    """Gold trees as bracketed text, with the words and tags the model will be given."""
    for pair in found:
        # A root above a bare word is beyond Stanza's transitions.
        if [bool(child.children) for child in pair.tree.children] != [True]:
            continue
        made = {}
        for node in reversed(list(pair.tree.nodes())):
            if node.is_leaf:
                word, tag = given(pair.parse, node.token)
                made[id(node)] = f"({tag} {word})"
            else:
                made[id(node)] = f"({node.label} {' '.join(made[id(child)] for child in node.children)})"
        yield made[id(pair.tree)]


def prepare(treebank: Path, out: Path) -> None:
    """Write ``train.txt`` and ``dev.txt``: each training tree once as recognisers write it and once with its commas."""
    from . import load

    parser = load("en-core-web-sm")
    kept = [document for document in documents(treebank, "train") if document.genre in OPEN_GENRES]
    chosen = [document for document in documents(treebank, "dev") if document.genre in OPEN_GENRES]
    train = [
        *pairs(kept, parser, punctuation=0.0, lower=0.5, seed=SEED),
        *pairs(kept, parser, punctuation=1.0, lower=0.0, seed=SEED),
    ]
    dev = pairs(chosen, parser, punctuation=0.0, lower=0.5, seed=SEED)
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / "dev.txt", "\n".join(lines(dev)))
    write_whole(out / "train.txt", "\n".join(lines(train)))


def arguments(
    out: Path, epochs: int, epoch_size: int, *, seed: int = SEED, transformer: str = NO_TRANSFORMER
) -> dict[str, Any]:
    """Stanza's settings; `transformer` is what lies below the parser, one of `TRANSFORMERS`."""
    from stanza.models import constituency_parser

    from ..registry import locate

    below = ["--no_bert_model"] if transformer == NO_TRANSFORMER else ["--bert_model", str(locate("minilm"))]
    given_args = [
        "--mode", "train", "--lang", "en", "--shorthand", "en_lalia", "--save_dir", str(out),
        "--save_name", "constituency.pt", "--wordvec_pretrain_file", str(out / "vectors.pt"), "--no_multistage",
        "--optim", "adamw", "--epochs", str(epochs), "--oracle_initial_epoch", "3",
        "--epoch_size", str(epoch_size), "--seed", str(seed),
        "--save_each_start", "1", "--save_each_name", "epoch_%03d.pt", "--no_save_each_optimizer",
        *below, "--cpu", "--no_strict_check_constituents", "--no_check_valid_states", *TRANSFORMERS[transformer],
    ]  # fmt: skip
    for name, value in SIZES.items():
        given_args += [f"--{name}", str(value)]
    return constituency_parser.parse_args(given_args)  # type: ignore[no-any-return]


def train(
    out: Path,
    epochs: int,
    epoch_size: int,
    *,
    silver: Path | None = None,
    silver_size: int = 0,
    seed: int = SEED,
    transformer: str = NO_TRANSFORMER,
) -> None:
    """Train on the folder's ``train.txt``, keeping every epoch and, as ``constituency.pt``, the best by development F1.

    A training that was stopped goes on after its last whole epoch, its learning rate falling to the new end from
    where it was.

    Parameters
    ----------
    epochs, epoch_size : int
        An epoch is so many trees of ``train.txt``, and `silver_size` of the file `silver` beside them.
    """
    from stanza.models.common import utils
    from stanza.models.common.foundation_cache import FoundationCache
    from stanza.models.constituency import parser_training
    from stanza.models.constituency.parse_tree import Tree
    from stanza.models.constituency.tree_reader import read_treebank

    from .training import vectors

    gold = parser_training.remove_duplicate_trees(read_treebank(str(out / "train.txt")), "train")
    dev = read_treebank(str(out / "dev.txt"))
    more = read_treebank(str(silver)) if silver else []
    if not (out / "vectors.pt").is_file():
        vectors.save(*vectors.reduced(Tree.get_unique_words([*gold, *more])), out / "vectors.pt")
    args = arguments(out, epochs, epoch_size, seed=seed, transformer=transformer)
    args["silver_epoch_size"] = silver_size
    utils.set_random_seed(seed)
    logging.getLogger("stanza.constituency.trainer").setLevel(logging.INFO)
    cache = FoundationCache()
    made = parser_training.build_trainer(args, gold, dev, more, cache, None)
    trainer, sequences, silver_sequences, transitions = made
    trainer.scheduler = Linear(trainer.optimizer, epochs - trainer.epochs_trained)
    parser_training.iterate_training(
        args, trainer, gold, sequences, transitions, dev, more, silver_sequences, cache, Evaluator()
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--treebank", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--epoch-size", type=int, default=4000)
    parser.add_argument("--silver", type=Path, help="trees that `training.silver` made")
    parser.add_argument("--silver-size", type=int, default=4000)
    parser.add_argument("--transformer", choices=TRANSFORMERS, default=NO_TRANSFORMER)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    if not (chosen.out / "train.txt").is_file():
        prepare(chosen.treebank, chosen.out)
    train(
        chosen.out,
        chosen.epochs,
        chosen.epoch_size,
        silver=chosen.silver,
        silver_size=chosen.silver_size,
        seed=chosen.seed,
        transformer=chosen.transformer,
    )


if __name__ == "__main__":
    main()
