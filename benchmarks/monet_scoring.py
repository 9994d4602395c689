"""How the embedded Monet is scored: sentence similarity, grammatical pairs, and its experts."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lalia.models.monet.reader import Reader
from lalia.models.monet.tokens import Encoded

Array = np.ndarray[Any, Any]
Embed = Callable[[Sequence[str]], Array]


def similarity_sets(folder: Path) -> dict[str, list[tuple[float, str, str]]]:
    """Test pairs of STS 2012-2014 with people's scores, by year and set; the training files of 2012 are left out."""
    found = {}
    for path in sorted(folder.glob("*/*.test.tsv")):
        rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line.count("\t") == 2]
        found[f"{path.parent.name} {path.name.removesuffix('.test.tsv')}"] = [
            (float(score), one, other) for score, one, other in rows if score
        ]
    return found


def tfidf(texts: Sequence[str]) -> Array:
    """Unit TF-IDF rows, weights fitted on the texts themselves."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    made = TfidfVectorizer(lowercase=True, sublinear_tf=True).fit_transform(texts)
    return np.asarray(made.toarray(), np.float32)


def spearman(pairs: Sequence[tuple[float, str, str]], embed: Embed) -> float:
    """Rank correlation of cosine and people's scores."""
    import scipy.stats

    rows = embed([one for _, one, _ in pairs] + [other for _, _, other in pairs])
    cosine = (rows[: len(pairs)] * rows[len(pairs) :]).sum(axis=1)
    return float(scipy.stats.spearmanr([score for score, _, _ in pairs], cosine).statistic)


def paradigms(folder: Path, most: int) -> dict[str, list[tuple[str, str]]]:
    """Zorro's minimal pairs (ungrammatical, grammatical), the same `most` of each paradigm every time."""
    found = {}
    for path in sorted(folder.glob("*.txt")):
        lines = path.read_text("utf-8").splitlines()
        pairs = list(zip(lines[::2], lines[1::2], strict=False))
        draw = np.random.default_rng(zlib.crc32(path.stem.encode()))
        chosen = draw.permutation(len(pairs))[:most]
        found[path.stem] = [pairs[k] for k in sorted(chosen)]
    return found


def preferred(pairs: Sequence[tuple[str, str]], reader: Reader) -> float:
    """Share of pairs whose grammatical sentence has fewer bits in all; a tie counts as half."""
    read = reader.read([text for pair in pairs for text in pair], surprisal=True)
    bits = np.array([sum(bits or 0.0 for bits in found) for found in read.surprisal]).reshape(-1, 2)
    return float(((bits[:, 1] < bits[:, 0]) + 0.5 * (bits[:, 1] == bits[:, 0])).mean())


def routed(
    reader: Reader, encoded: Sequence[Encoded]
) -> Iterator[tuple[list[tuple[int, int]], list[tuple[Array, Array]]]]:
    """Texts read in batches, shorter ones first.

    Yields
    ------
    list of (int, int)
        Text and piece of each row.
    list of (ndarray, ndarray)
        For each router the gates of both sides, shape (rows, heads, half-experts).
    """
    import torch
    from lalia.models.monet.attention import Packed

    room = reader.window - 1
    order = sorted((k for k, e in enumerate(encoded) if e.ids), key=lambda k: min(len(encoded[k].ids), room))
    for start in range(0, len(order), 128):
        chosen = order[start : start + 128]
        rows = [(reader.pieces.start, *encoded[k].ids[:room]) for k in chosen]
        with torch.inference_mode():
            ids = torch.tensor([[number for row in rows for number in row]])
            out = reader.model(ids, packed=Packed([len(row) for row in rows]))
        kept = np.concatenate([np.arange(len(row)) > 0 for row in rows])
        places = [(k, at) for k, row in zip(chosen, rows, strict=True) for at in range(len(row) - 1)]
        yield places, [(one[0].numpy()[kept], other[0].numpy()[kept]) for one, other in out.routing]


class ExpertUse:
    """What experts did on some text: how often each acted, and how much.

    Parameters
    ----------
    reader : Reader
    texts : sequence of str
    """

    def __init__(self, reader: Reader, texts: Sequence[str]) -> None:
        config = reader.model.config
        self.side, self.routers = config.moe_experts, config.routers
        self.tokens = 0
        self.load = np.zeros((self.routers, config.experts))
        self.active = np.zeros((self.routers, config.experts), np.int64)
        self.largest = np.zeros(self.routers)
        for _, gates in routed(reader, reader.pieces.encode(texts)):
            self._add(gates)

    def _add(self, gates: list[tuple[Array, Array]]) -> None:
        self.tokens += len(gates[0][0])
        for router, (one, other) in enumerate(gates):
            left, right = one.reshape(-1, self.side), other.reshape(-1, self.side)
            self.load[router] += (left.T @ right).reshape(-1)
            self.active[router] += (
                ((left > 0).astype(np.float32).T @ (right > 0).astype(np.float32)).reshape(-1).astype(int)
            )
            self.largest[router] += one.max(-1).mean(-1).sum() + other.max(-1).mean(-1).sum()

    def summary(self) -> list[dict[str, float]]:
        """For each router: dead experts, evenness of load, mean ambiguity, experts active a token."""
        found = []
        for router in range(self.routers):
            share = self.load[router] / self.load[router].sum()
            positive = share[share > 0]
            found.append(
                {
                    "dead": float((self.active[router] == 0).mean()),
                    "entropy": float(-(positive * np.log(positive)).sum() / np.log(len(share))),
                    "effective": float(np.exp(-(positive * np.log(positive)).sum())),
                    "ambiguity": float(1 - self.largest[router] / (2 * self.tokens)),
                    "active": float(self.active[router].sum() / self.tokens),
                }
            )
        return found


def contexts(
    reader: Reader, texts: Sequence[str], experts: Sequence[tuple[int, int]], most: int = 10
) -> tuple[dict[tuple[int, int], list[tuple[float, str]]], int]:
    """Where some experts act most: the gate, and the word in brackets; once for each pair of it and the word before.

    Returns
    -------
    dict of (router, expert) to list of (float, str)
        Strongest first.
    int
        How many pieces were read.
    """
    encoded, side = reader.pieces.encode(texts), reader.model.config.moe_experts
    best: dict[tuple[int, int], list[tuple[float, int, int]]] = {key: [] for key in experts}
    read = 0
    for places, gates in routed(reader, encoded):
        read += len(places)
        for router, expert in experts:
            one, other = (half[:, :, k] for half, k in zip(gates[router], divmod(expert, side), strict=True))
            scores = (one * other).sum(-1)
            strongest = np.argsort(-scores, kind="stable")[: 40 * most]
            mine = [(float(scores[k]), *places[k]) for k in strongest if scores[k] > 0]
            best[router, expert] = sorted(best[router, expert] + mine, reverse=True)[: 40 * most]
    return {key: _shown(found, texts, encoded)[:most] for key, found in best.items()}, read


def _shown(
    found: Sequence[tuple[float, int, int]], texts: Sequence[str], encoded: Sequence[Encoded]
) -> list[tuple[float, str]]:
    shown: list[tuple[float, str]] = []
    seen: set[tuple[str, ...]] = set()
    for score, text, at in found:
        words, word = texts[text].split(), encoded[text].words[at]
        near = tuple(words[max(word - 1, 0) : word + 1])
        if near not in seen:
            seen.add(near)
            around = [*words[max(word - 4, 0) : word], f"[{words[word]}]", *words[word + 1 : word + 3]]
            shown.append((score, " ".join(around).replace("|", "/")))
    return shown
