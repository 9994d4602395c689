"""Train the embedded Monet: next tokens, and the teacher's sentence vectors.

Run as ``python -m lalia.models.monet.train --data FOLDER --out FOLDER --minutes 90``; started again with the same
folder it goes on where it stopped. The learning rate follows the clock, for the machine's speed is not known before: it
rises, stays, and falls to nothing over the last part of the time. ``before_decay.pt`` is kept, to go on from with more
minutes.
"""

from __future__ import annotations

import argparse
import copy
import csv
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .attention import Packed
from .config import MonetConfig
from .model import Layer
from .router import ambiguity, uniformity
from .sentence import SentenceMonet, pool
from .train_losses import Candidates, distillation, next_token

COLUMNS = (
    "step", "seconds", "tokens", "rate", "next_token", "teacher", "pairs", "uniformity", "ambiguity", "gradient",
)  # fmt: skip
Array = np.ndarray[Any, Any]

SHORT, SHORT_SHARE = 6, 0.15
"""Texts below this many word pieces are drawn this often; there are many, and little to learn from each."""

TURN = 200
"""Batches drawn at once; then the examples that have become ready join in."""

LOG_STEPS = 20
SAVE_SECONDS = 240


@dataclass
class Corpus:
    """The examples, on disc.

    Attributes
    ----------
    ids : ndarray of uint16
        Word pieces of all examples, end to end.
    lengths : ndarray of int
    teacher : ndarray of float16, shape (examples, width)
    done : ndarray of uint8
        Whether the teacher has read the example; may fill while training runs.
    """

    ids: Array
    lengths: Array
    teacher: Array
    done: Array
    starts: Array = field(init=False)

    def __post_init__(self) -> None:
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)])

    @classmethod
    def open(cls, folder: Path) -> Corpus:
        """What `train_data` made."""
        return cls(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("ids", "lengths", "teacher", "done")))

    def batches(self, tokens: int, seed: int, turn: int) -> list[Array]:
        """Example numbers of the batches of a turn, each sorted by length and of some `tokens` tokens."""
        draw = np.random.default_rng((seed, turn))
        ready = np.flatnonzero(self.done[:])
        chances = np.where(self.lengths[ready] < SHORT, SHORT_SHARE, 1.0)
        ready = draw.permutation(ready[draw.random(len(ready)) < chances])
        ends = np.cumsum(self.lengths[ready] + 1)
        cuts = np.searchsorted(ends, np.arange(1, TURN + 1) * tokens)
        parts = np.split(ready, cuts)[: min(TURN, int(ends[-1] // tokens) or 1)]
        return [part[np.argsort(self.lengths[part], kind="stable")] for part in parts if len(part)]


@dataclass
class Progress:
    """How far the training has come."""

    step: int = 0
    seconds: float = 0.0
    tokens: int = 0
    turn: int = 0
    batch: int = 0


def packed_batch(corpus: Corpus, chosen: Any, config: MonetConfig) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Inputs (1, tokens), the tokens to foretell, the lengths with the start mark, and the teacher's vectors."""
    rows = [corpus.ids[corpus.starts[k] : corpus.starts[k] + corpus.lengths[k]] for k in chosen]
    inputs = np.concatenate([np.concatenate([[config.bos_token_id], row]) for row in rows]).astype(np.int64)
    wanted = np.concatenate([np.concatenate([row, [config.eos_token_id]]) for row in rows]).astype(np.int64)
    lengths = torch.from_numpy(np.asarray(corpus.lengths[chosen], np.int64) + 1)
    teacher = torch.from_numpy(np.asarray(corpus.teacher[chosen], np.float32))
    return torch.from_numpy(inputs)[None], torch.from_numpy(wanted), lengths, teacher


def rate_at(share: float, step: int, settings: dict[str, Any]) -> float:
    """Factor on the learning rate after this share of the time."""
    warm = min((step + 1) / settings["warm_up_steps"], 1.0)
    left = (1.0 - share) / settings["decay_share"]
    return float(warm * min(1.0, max(left, 0.0)))


class Trainer:
    """The model in single precision, a copy of it in half that is run, and the optimiser.

    Parameters
    ----------
    settings : dict
        As in ``train_config.json``.
    data, out : Path
    """

    def __init__(self, settings: dict[str, Any], data: Path, out: Path) -> None:
        self.settings, self.out = settings, out
        self.corpus = Corpus.open(data)
        with np.load(data / "start.npz") as found:
            start, axes = torch.from_numpy(found["table"]), torch.from_numpy(found["axes"])
        self.config = MonetConfig.model_validate({**settings["model"], "vocab_size": len(start)})
        torch.manual_seed(settings["seed"])
        self.model = SentenceMonet(self.config, settings["teacher_width"], settings["embedding_layer"])
        with torch.no_grad():
            # So wide that the layers, at their start, add little to it: the mean state begins as the fitted mean.
            scale = 0.7 / start.square().mean().sqrt()
            self.model.monet.model.embed_tokens.weight.copy_(start * scale)
            self.model.monet.lm_head.weight.copy_(start * (0.02 * scale))
            self.model.projection.weight.copy_(axes.t())
            self.model.projection.bias.zero_()
            for layer in self.model.monet.model.layers:
                if isinstance(layer, Layer) and layer.routes:
                    for way in (layer.router.w1, layer.router.w2):
                        nn.init.normal_(way.weight, std=self.config.hidden_size**-0.5)
        self.half = copy.deepcopy(self.model.monet).to(torch.bfloat16)
        for name, buffer in self.half.named_buffers():
            if name.endswith(("mean", "var")):
                buffer.data = buffer.data.float()
        self.half.train()
        counts = np.bincount(self.corpus.ids, minlength=len(start)).astype(np.float64) + 1
        often = counts**0.75 / (counts**0.75).sum()
        self.chances = torch.from_numpy(1 - (1 - often) ** settings["drawn"]).float().clamp_min(1e-6)
        self.draw = torch.Generator().manual_seed(settings["seed"])
        self.optimiser = self._optimiser()
        self.progress = Progress()

    def _optimiser(self) -> torch.optim.Optimizer:
        fitted = [self.model.monet.model.embed_tokens.weight, *self.model.projection.parameters()]
        others = [p for p in self.model.parameters() if all(p is not other for other in fitted)]
        wide = [p for p in others if p.ndim > 1]
        groups = [
            {"params": wide, "weight_decay": self.settings["weight_decay"], "top": self.settings["rate"]},
            {"params": [p for p in others if p.ndim == 1], "weight_decay": 0.0, "top": self.settings["rate"]},
            {"params": fitted, "weight_decay": 0.0, "top": self.settings["embedding_rate"]},
        ]
        return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), fused=True)

    def step(self, chosen: Any, share: float) -> dict[str, float]:
        """One update on the examples chosen; the losses come back."""
        settings = self.settings
        ids, wanted, lengths, teacher = packed_batch(self.corpus, chosen, self.config)
        out = self.half(ids, packed=Packed(lengths.tolist()), all_hidden=True)
        losses = {
            "next_token": self._next_token(out.states[0], wanted, share),
            "uniformity": torch.stack([uniformity(r) for r in out.routing]).mean(),
            "ambiguity": torch.stack([ambiguity(r) for r in out.routing]).mean(),
        }
        ours = self.model.projection(pool(out.hidden[self.model.layer][0], lengths))
        losses["teacher"], losses["pairs"] = distillation(ours, teacher)
        first, last = settings["teacher_weight_first"], settings["teacher_weight_last"]
        total = (
            settings["next_token_weight"] * losses["next_token"]
            + (first + (last - first) * share) * losses["teacher"]
            + settings["pairs_weight"] * losses["pairs"]
            + settings["auxiliary_weight"] * (losses["uniformity"] + losses["ambiguity"])
        )
        total.backward()
        rate = rate_at(share, self.progress.step, settings)
        length = self._update(rate)
        self.progress.tokens += ids.shape[1]
        self.progress.step += 1
        found = {name: float(value.detach()) for name, value in losses.items()}
        return {**found, "rate": rate * settings["rate"], "gradient": length}

    def _next_token(self, states: Tensor, wanted: Tensor, share: float) -> Tensor:
        """Cross-entropy over all word pieces near the end of the time, over drawn ones before."""
        head = self.half.lm_head.weight
        if share > 1 - self.settings["whole_share"]:
            return next_token(states, head, wanted)
        drawn = torch.rand(len(head), generator=self.draw) < self.chances
        few = Candidates.draw(wanted, self.chances, drawn)
        return next_token(states, head[few.rows], few.wanted, few.offset)

    def _update(self, rate: float) -> float:
        run = dict(self.half.named_parameters())
        for name, parameter in self.model.monet.named_parameters():
            gradient = run[name].grad
            parameter.grad = None if gradient is None else gradient.float()
            run[name].grad = None
        length = nn.utils.clip_grad_norm_(self.model.parameters(), self.settings["clip"])
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["top"]
        self.optimiser.step()
        self.model.projection.zero_grad()
        with torch.no_grad():
            for name, parameter in self.model.monet.named_parameters():
                run[name].copy_(parameter)
        return float(length)

    def state(self) -> dict[str, Any]:
        """Everything needed to go on."""
        for mine, run in zip(self.model.monet.buffers(), self.half.buffers(), strict=True):
            mine.copy_(run)
        return {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "progress": vars(self.progress),
            "config": self.config.model_dump(),
            "settings": self.settings,
        }

    def save(self, name: str) -> None:
        """Write whole or not at all."""
        made = self.out / f".{name}"
        torch.save(self.state(), made)
        os.replace(made, self.out / name)

    def resume(self, path: Path) -> None:
        """Go on from a saved state."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.half.load_state_dict(self.model.monet.state_dict())
        self.optimiser.load_state_dict(state["optimiser"])
        self.progress = Progress(**state["progress"])

    def run(self, minutes: float) -> None:
        """Train until that much time has been spent in all, earlier runs included."""
        before, began = self.progress.seconds, time.monotonic()
        saved, kept = began, []
        decayed = (self.out / "before_decay.pt").exists()
        while self.progress.seconds < 60 * minutes:
            tokens, seed = self.settings["tokens_per_batch"], self.settings["seed"]
            batches = self.corpus.batches(tokens, seed, self.progress.turn)
            while self.progress.batch < len(batches) and self.progress.seconds < 60 * minutes:
                share = self.progress.seconds / (60 * minutes)
                if not decayed and share > 1 - self.settings["decay_share"]:
                    self.save("before_decay.pt")
                    decayed = True
                kept.append(self.step(batches[self.progress.batch], share))
                self.progress.batch += 1
                self.progress.seconds = before + time.monotonic() - began
                if self.progress.step % LOG_STEPS == 0:
                    self._log(kept)
                    kept = []
                if time.monotonic() - saved > SAVE_SECONDS:
                    self.save("latest.pt")
                    saved = time.monotonic()
            if self.progress.batch >= len(batches):
                self.progress.turn, self.progress.batch = self.progress.turn + 1, 0
        self.save("latest.pt")
        (self.out / "finished").write_text("yes", "utf-8")

    def _log(self, kept: list[dict[str, float]]) -> None:
        path = self.out / "curve.csv"
        fresh = not path.exists()
        means = {name: sum(row[name] for row in kept) / len(kept) for name in kept[0]}
        row = {**means, "step": self.progress.step, "seconds": self.progress.seconds, "tokens": self.progress.tokens}
        with path.open("a", newline="") as file:
            writer = csv.writer(file)
            if fresh:
                writer.writerow(COLUMNS)
            writer.writerow([f"{row[name]:.6g}" for name in COLUMNS])


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("train_config.json"))
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given.out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(json.loads(given.config.read_text("utf-8")), given.data, given.out)
    if (given.out / "latest.pt").exists():
        trainer.resume(given.out / "latest.pt")
    trainer.run(given.minutes)


if __name__ == "__main__":
    main()
