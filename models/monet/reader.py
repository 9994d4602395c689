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
from .usage import NO_EXPERTS, Experts, Kept, Sums, joined, unused

TOKENS = 1024
"""Tokens read at once: their states stay in a processor's cache."""

SCORED = 256
"""Tokens whose next pieces are foretold at once: large enough for the processor, small enough for its memory."""

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
        not know, or without any. Empty when not asked for.
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
    watched : ndarray of int64, optional
        Experts, rising, whose use is kept however small it is: those that others will ask about.
    """

    def __init__(
        self,
        model: Monet,
        pieces: Pieces,
        projection: nn.Linear | None = None,
        layer: int | None = None,
        watched: Experts = NO_EXPERTS,
    ) -> None:
        self.model, self.pieces, self.projection, self.layer, self.watched = model, pieces, projection, layer, watched
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
        found = self._found(self.pieces.encode(different), surprisal, routing)
        chosen = [found[place[text]] for text in texts]
        return Reading(
            self._vectors(chosen),
            tuple(text.surprisal() for text in chosen) if surprisal else (),
            joined([text.kept for text in chosen], self.model.config) if routing else None,
        )

    def _found(self, encoded: Sequence[Encoded], surprisal: bool, routing: bool) -> list[_Text]:
        texts = [_Text(found, self.model.config) for found in encoded]
        # By length, and the windows of a text one after another, so that few texts are unfinished at a time.
        order = sorted(range(len(texts)), key=lambda k: (len(encoded[k].ids), encoded[k].ids, k))
        windows = [window for number in order for window in self._windows(number, encoded[number])]
        for batch in _batches(windows):
            self._take(batch, texts, surprisal, routing)
        return texts

    def _take(self, batch: list[_Window], texts: list[_Text], surprisal: bool, routing: bool) -> None:
        """Read a batch into its texts; what is large is gone before the next one."""
        states, pooled, gates = self._run(batch, surprisal or (routing and self._last_router_above()))
        bits = self._bits(states, batch) if surprisal else None
        end = 0
        for window in batch:
            end += len(window.ids)
            fresh = slice(end - window.fresh, end)
            text = texts[window.text]
            text.total += pooled[fresh].sum(axis=0)
            if bits is not None:
                np.add.at(text.bits, text.words(window), bits[fresh])
            if routing and text.encoded.known:
                text.use = text.use or Sums(self.model.config)
                text.use.add([(one[0, fresh], other[0, fresh]) for one, other in gates])
                if window.first + window.fresh == len(text.encoded.ids):
                    text.kept, text.use = text.use.kept(self.watched), None

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
    def _bits(self, states: Tensor, batch: list[_Window]) -> Array:
        """Bits of every piece of a batch given those before it; a window's start mark has those of nothing, 0."""
        ids = torch.tensor([number for window in batch for number in window.ids], device=states.device)
        starts = torch.tensor([len(window.ids) for window in batch], device=states.device).cumsum(0)[:-1]
        foretold = torch.ones(len(ids), dtype=torch.bool, device=states.device)
        foretold[0] = foretold[starts] = False
        bits = torch.zeros(len(ids), dtype=torch.float64, device=states.device)
        for places in torch.split(foretold.nonzero()[:, 0], SCORED):
            # Filled up: how a product of matrices rounds depends on how many rows it has; in one thread, on that alone.
            before = functional.pad(states[places - 1], (0, 0, 0, SCORED - len(places)))
            logits = self.model.logits(before)[: len(places)].float()
            bits[places] = functional.cross_entropy(logits, ids[places], reduction="none").double()
        return np.asarray(bits.cpu().numpy() / math.log(2))

    @torch.inference_mode()
    def _vectors(self, texts: Sequence[_Text]) -> npt.NDArray[np.float32]:
        rows = np.array([text.total / max(len(text.encoded.ids), 1) for text in texts])
        rows = rows.reshape(len(texts), self.model.config.hidden_size)
        if self.projection is not None:
            weight, bias = (part.double().cpu().numpy() for part in (self.projection.weight, self.projection.bias))
            rows = rows @ weight.T + bias
        known = np.array([text.encoded.known for text in texts], bool).reshape(-1, 1)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        rows = np.where(known, rows / np.where(lengths > 0, lengths, 1.0), 0.0)
        return np.asarray(rows, dtype=np.float32)


class _Text:
    """What is found of a text, window by window."""

    def __init__(self, encoded: Encoded, config: MonetConfig) -> None:
        self.encoded = encoded
        self.total = np.zeros(config.hidden_size)
        self.bits = np.zeros(encoded.count)
        self.use: Sums | None = None
        self.kept: Kept = unused(config)

    def words(self, window: _Window) -> list[int]:
        """Word of each new piece of a window."""
        return list(self.encoded.words[window.first : window.first + window.fresh])

    def surprisal(self) -> tuple[float | None, ...]:
        """Bits of each word."""
        read = set(self.encoded.words) - self.encoded.unknown_words
        return tuple(float(bits) if word in read else None for word, bits in enumerate(self.bits))


def _batches(windows: list[_Window]) -> Iterator[list[_Window]]:
    """Some thousand tokens at a time, in the order given."""
    batch: list[_Window] = []
    size = 0
    for window in windows:
        if batch and size + len(window.ids) > TOKENS:
            yield batch
            batch, size = [], 0
        batch.append(window)
        size += len(window.ids)
    if batch:
        yield batch
