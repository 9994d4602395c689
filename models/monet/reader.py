"""What a Monet makes of texts: a vector, its experts' use, and each word's surprisal.

A text is read in windows that overlap, so every token is read exactly once as new and, past the first window, with at
least half a window of what came before it in view: nothing is cut off. Windows of one length are read together, without
padding, so a text's values do not depend on what it is read with.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...data_schemas.sample import Routing
from .attention import Packed
from .config import MonetConfig
from .model import Masks, Monet
from .router import Routing as Gates
from .tokens import Encoded, Pieces

TOKENS = 1024
"""Tokens read at once: their states stay in a processor's cache."""

KEPT = 256
"""Experts kept for each text and router: those used most."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """What was found in some texts.

    Attributes
    ----------
    vectors : ndarray of float32, shape (texts, d)
        Unit rows; a zero row for a text without a piece the model knows.
    surprisal : tuple of tuple of float or None
        Bits of each white-space separated word, summed over its pieces; None for a word with a piece the model does
        not know. Empty when not asked for.
    routing : Routing or None
        Use of experts, when asked for.
    """

    vectors: npt.NDArray[np.float32]
    surprisal: tuple[tuple[float | None, ...], ...]
    routing: Routing | None


@dataclass(frozen=True)
class _Window:
    text: int
    ids: tuple[int, ...]
    first: int
    fresh: int


class Reader:
    """A Monet and its tokeniser, reading texts.

    Parameters
    ----------
    model : Monet
        In ``eval()``.
    pieces : Pieces
    projection : nn.Linear, optional
        From the mean state to the vector; the mean state itself without one.
    layer : int, optional
        Layers read before the mean is taken; with None the mean is of the states after the last norm.
    """

    def __init__(
        self, model: Monet, pieces: Pieces, projection: nn.Linear | None = None, layer: int | None = None
    ) -> None:
        self.model, self.pieces, self.projection, self.layer = model, pieces, projection, layer
        self.window = min(model.config.max_position_embeddings, 2048)
        self.dimension = projection.out_features if projection is not None else model.config.hidden_size
        self._device = model.lm_head.weight.device
        self._masks: Masks | None = None

    def without(self, experts: Iterable[int]) -> Reader:
        """A reader of the same model in which some experts are removed, exactly (knowledge removal).

        Parameters
        ----------
        experts : iterable of int
            Numbers as in `Routing.experts`; an expert of a router is removed in all layers that the router serves.
        """
        config = self.model.config
        allowed = torch.ones(config.routers, config.experts, dtype=torch.bool)
        allowed.view(-1)[torch.tensor(sorted(set(experts)), dtype=torch.long)] = False
        side = config.moe_experts
        other = copy.copy(self)
        other._masks = {
            layer: allowed[layer // config.moe_groups].view(side, side).to(self._device)
            for layer in range(config.num_hidden_layers)
        }
        return other

    def read(self, texts: Sequence[str], *, surprisal: bool = False, routing: bool = False) -> Reading:
        """Read texts of any number and length.

        Parameters
        ----------
        texts : sequence of str
        surprisal, routing : bool
            Whether to find them too; the vector alone needs fewer layers.

        Notes
        -----
        Surprisal is -log2 p of each piece given what precedes it in its text, the start mark included, summed over a
        word's pieces [1]_. The first word's is its surprisal at the start of a text. What ends a text is not counted.

        References
        ----------
        .. [1] Levy (2008). Expectation-based syntactic comprehension. Cognition 106.
        """
        # Each text is read once, in an order of its own, so that the same words give the same bits.
        different = sorted(set(texts), key=lambda text: (len(text), text))
        place = {text: number for number, text in enumerate(different)}
        found = self._sums(self.pieces.encode(different), surprisal, routing)
        chosen = [found[place[text]] for text in texts]
        return Reading(
            self._vectors(chosen),
            tuple(text.surprisal() for text in chosen) if surprisal else (),
            _joined([text.use for text in chosen if text.use is not None], self.model) if routing else None,
        )

    def _sums(self, encoded: Sequence[Encoded], surprisal: bool, routing: bool) -> list[_Sums]:
        sums = [_Sums(found, self.model.config, routing) for found in encoded]
        windows = [window for number, found in enumerate(encoded) for window in self._windows(number, found)]
        whole = surprisal or (routing and self._last_router_above())
        for batch in _batches(windows):
            states, pooled, gates = self._run(batch, whole)
            end = 0
            for window in batch:
                end += len(window.ids)
                fresh = slice(end - window.fresh, end)
                text = sums[window.text]
                text.total += pooled[fresh].sum(axis=0)
                if text.use is not None:
                    text.use.add([(one[0, fresh], other[0, fresh]) for one, other in gates])
                if surprisal:
                    bits = self._bits(states[fresh.start - 1 : end - 1], window.ids[-window.fresh :])
                    np.add.at(text.bits, list(text.encoded.words[window.first : window.first + window.fresh]), bits)
        return sums

    def _windows(self, number: int, found: Encoded) -> Iterator[_Window]:
        room = self.window - 1
        step = room - room // 2
        at = 0
        while at < len(found.ids):
            context = 0 if at == 0 else room // 2
            fresh = min(room if at == 0 else step, len(found.ids) - at)
            ids = (self.pieces.start, *found.ids[at - context : at + fresh])
            yield _Window(number, ids, at, fresh)
            at += fresh

    def _last_router_above(self) -> bool:
        config = self.model.config
        return self.layer is not None and (config.routers - 1) * config.moe_groups >= self.layer

    @torch.inference_mode()
    def _run(self, batch: list[_Window], whole: bool) -> tuple[Tensor, Array, tuple[Gates, ...]]:
        ids = torch.tensor([[number for window in batch for number in window.ids]], device=self._device)
        packed = Packed([len(window.ids) for window in batch])
        depth = None if whole or self.layer is None else self.layer
        out = self.model(ids, packed=packed, all_hidden=self.layer is not None, depth=depth, masks=self._masks)
        pooled = out.states[0] if self.layer is None else out.hidden[self.layer][0]
        return out.states[0], pooled.double().cpu().numpy(), out.routing

    @torch.inference_mode()
    def _bits(self, states: Tensor, wanted: tuple[int, ...]) -> Array:
        logits = self.model.logits(states).float()
        targets = torch.tensor(wanted, device=logits.device)
        nats = functional.cross_entropy(logits, targets, reduction="none")
        return np.asarray(nats.double().cpu().numpy() / math.log(2))

    @torch.inference_mode()
    def _vectors(self, texts: Sequence[_Sums]) -> npt.NDArray[np.float32]:
        rows = np.array([text.total / max(len(text.encoded.ids), 1) for text in texts])
        rows = rows.reshape(len(texts), self.model.config.hidden_size)
        if self.projection is not None:
            weight, bias = (part.double().cpu().numpy() for part in (self.projection.weight, self.projection.bias))
            rows = rows @ weight.T + bias
        known = np.array([text.encoded.known for text in texts], bool).reshape(-1, 1)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        rows = np.where(known, rows / np.where(lengths > 0, lengths, 1.0), 0.0)
        return np.asarray(rows, dtype=np.float32)


class _Sums:
    """Running sums of a text."""

    def __init__(self, encoded: Encoded, config: MonetConfig, routing: bool) -> None:
        self.encoded = encoded
        self.total = np.zeros(config.hidden_size)
        self.bits = np.zeros(max(encoded.words, default=-1) + 1)
        self.use = _Use(config) if routing else None

    def surprisal(self) -> tuple[float | None, ...]:
        """Bits of each word."""
        return tuple(None if word in self.encoded.unknown_words else float(bits) for word, bits in enumerate(self.bits))


class _Use:
    """Running sums of a text's gates."""

    def __init__(self, config: MonetConfig) -> None:
        self.tokens = 0
        self.pairs = np.zeros((config.routers, config.moe_experts, config.moe_experts), np.float32)
        self.halves = np.zeros((config.routers, 2, config.moe_experts))

    def add(self, gates: list[Gates]) -> None:
        """Add some tokens, (tokens, H, n) for each side of each router."""
        self.tokens += gates[0][0].shape[0]
        for router, (one, other) in enumerate(gates):
            left, right = one.flatten(0, 1).float(), other.flatten(0, 1).float()
            self.pairs[router] += (left.t() @ right).cpu().numpy() / one.shape[1]
            self.halves[router, 0] += left.double().mean(0).cpu().numpy() * one.shape[0]
            self.halves[router, 1] += right.double().mean(0).cpu().numpy() * one.shape[0]

    def most(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Numbers and shares of the experts used most, by number."""
        numbers, shares = [], []
        size = self.pairs[0].size
        for router, table in enumerate(self.pairs):
            flat = table.reshape(-1) / max(self.tokens, 1)
            best = np.argsort(-flat, kind="stable")[:KEPT]
            best = np.sort(best[flat[best] > 0])
            numbers.append(best + router * size)
            shares.append(flat[best])
        return np.concatenate(numbers).astype(np.int32), np.concatenate(shares).astype(np.float32)


def _joined(use: list[_Use], model: Monet) -> Routing:
    config = model.config
    found = [text.most() for text in use]
    empty_ids, empty_shares = np.zeros(0, np.int32), np.zeros(0, np.float32)
    halves = [text.halves / max(text.tokens, 1) for text in use]
    return Routing(
        starts=np.concatenate([[0], np.cumsum([len(ids) for ids, _ in found])]).astype(np.int64),
        experts=np.concatenate([empty_ids, *(ids for ids, _ in found)]),
        shares=np.concatenate([empty_shares, *(shares for _, shares in found)]),
        halves=np.asarray(halves, np.float32).reshape(len(use), config.routers, 2, config.moe_experts),
    )


def _batches(windows: list[_Window]) -> Iterator[list[_Window]]:
    """Windows sorted by length, some thousand tokens at a time."""
    batch: list[_Window] = []
    size = 0
    for window in sorted(windows, key=lambda w: (len(w.ids), w.ids, w.text, w.first)):
        if batch and size + len(window.ids) > TOKENS:
            yield batch
            batch, size = [], 0
        batch.append(window)
        size += len(window.ids)
    if batch:
        yield batch
