"""How much each expert was used by a text: running sums over its tokens, and what of them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...data_schemas.sample import Routing
from .config import MonetConfig
from .router import Routing as Gates

KEPT = 256
"""Experts kept for each text and router: those used most, besides the ones asked for."""

Experts = npt.NDArray[np.int64]
"""Numbers as in `Routing.experts`, rising."""

NO_EXPERTS: Experts = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Kept:
    """What is kept of a text: shares of some experts, by number, and of every half-expert."""

    experts: npt.NDArray[np.int32]
    shares: npt.NDArray[np.float32]
    halves: npt.NDArray[np.float32]


class Sums:
    """Running sums of a text's gates; a table of all experts, so few should be held at a time."""

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

    def kept(self, watched: Experts) -> Kept:
        """The experts used most and, of `watched`, all that were used."""
        numbers, shares = [], []
        size = self.pairs[0].size
        for router, table in enumerate(self.pairs):
            flat = table.reshape(-1)
            used = np.flatnonzero(flat)
            share = flat[used] / max(self.tokens, 1)
            chosen = np.zeros(len(used), bool)
            chosen[np.argsort(-share, kind="stable")[:KEPT]] = True
            chosen |= np.isin(used + router * size, watched, assume_unique=True)
            numbers.append(used[chosen] + router * size)
            shares.append(share[chosen])
        return Kept(
            np.concatenate(numbers).astype(np.int32),
            np.concatenate(shares).astype(np.float32),
            np.asarray(self.halves / max(self.tokens, 1), np.float32),
        )


def unused(config: MonetConfig) -> Kept:
    """Of a text without a piece that the model knows."""
    halves = np.zeros((config.routers, 2, config.moe_experts), np.float32)
    return Kept(np.zeros(0, np.int32), np.zeros(0, np.float32), halves)


def joined(texts: Sequence[Kept], config: MonetConfig) -> Routing:
    """The routing of several texts."""
    empty = unused(config)
    return Routing(
        starts=np.concatenate([[0], np.cumsum([len(text.experts) for text in texts])]).astype(np.int64),
        experts=np.concatenate([empty.experts, *(text.experts for text in texts)]),
        shares=np.concatenate([empty.shares, *(text.shares for text in texts)]),
        halves=np.array([text.halves for text in texts], np.float32).reshape(len(texts), *empty.halves.shape),
    )
