"""A start for the token embeddings: the vectors whose plain mean comes nearest to the teacher's sentence vectors.

Ridge regression of sentence vectors, on their first principal axes, on the shares of word pieces, stopped early. It
draws to what the teacher makes of each piece read alone, the longer the rarer the piece; and a piece that is not among
the commonest gets at least a certain length, for regression leaves what it has seldom seen too short. That length and
what counts as common were chosen on the training files of STS 2012, which are in no test.

Run as ``python -m lalia.models.monet.train_start --data FOLDER [--refit RUN]``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

SHORTEST = 5
"""Pieces of the texts fitted on; in shorter ones a common word alone must be as long as a whole text."""

COMMON, LEAST = 3000, 2.8
"""Pieces seen less often than this in the texts are made at least this long."""


def principal(vectors: Array, width: int) -> Array:
    """First `width` principal directions about the origin, shape (width, d), rows orthonormal."""
    wide = vectors.astype(np.float32)
    _, axes = np.linalg.eigh((wide.T @ wide).astype(np.float64))
    return np.ascontiguousarray(axes[:, ::-1][:, :width].T)


def conjugate_gradients(product: Any, right: Array, start: Array, rounds: int) -> Array:
    """Solve product(x) = right for all columns at once, from `start`."""
    x = start.copy()
    residual = right - product(x)
    direction, energy = residual.copy(), (residual**2).sum(axis=0)
    for _ in range(rounds):
        ahead = product(direction)
        stride = energy / np.maximum((direction * ahead).sum(axis=0), 1e-20)
        x += stride * direction
        residual -= stride * ahead
        after = (residual**2).sum(axis=0)
        direction = residual + (after / np.maximum(energy, 1e-20)) * direction
        energy = after
    return x


def fit(ids: Array, lengths: Array, targets: Array, prior: Array, ridge: float = 0.03, rounds: int = 12) -> Array:
    """Vectors of word pieces, shape (pieces, width), whose mean over a text is nearest to its target.

    Parameters
    ----------
    ids, lengths : ndarray of int
        Word pieces of all texts end to end, and how many each has.
    targets, prior : ndarray, shapes (texts, width) and (pieces, width)
    """
    from scipy.sparse import csr_array

    starts = np.concatenate([[0], np.cumsum(lengths)])
    shares = np.repeat(1.0 / lengths, lengths).astype(np.float32)
    uses = csr_array((shares, ids.astype(np.int64), starts), shape=(len(lengths), len(prior)))
    back = uses.T.tocsr()

    def product(x: Array) -> Array:
        return np.asarray(back @ (uses @ x)) + ridge * x

    off = np.asarray(back @ (targets - np.asarray(uses @ prior)))
    return prior + conjugate_gradients(product, off, np.zeros_like(prior), rounds)


def lengthened(table: Array, counts: Array) -> Array:
    """Pieces seen less often than `COMMON` made at least `LEAST` long."""
    lengths = np.linalg.norm(table, axis=1)
    factor = np.where(counts < COMMON, np.maximum(LEAST / np.maximum(lengths, 0.3), 1.0), 1.0)
    return np.asarray(table * factor[:, None], np.float32)


def start_from(folder: Path, width: int) -> dict[str, Array]:
    """The table and the axes it is on, from what `train_data` has made so far."""
    from wordfreq import zipf_frequency

    lengths = np.load(folder / "lengths.npy")
    ready = np.flatnonzero((np.load(folder / "done.npy", mmap_mode="r")[:] > 0) & (lengths >= SHORTEST))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    ids = np.load(folder / "ids.npy", mmap_mode="r")
    vectors = np.load(folder / "teacher.npy", mmap_mode="r")[ready].astype(np.float32)
    axes = principal(vectors, width).astype(np.float32)
    used = np.concatenate([ids[starts[k] : starts[k + 1]] for k in ready])
    pieces = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    zipf = np.array([zipf_frequency(piece.removeprefix("##"), "en") for piece in sorted(pieces, key=pieces.get)])
    alone = np.load(folder / "piece_vectors.npy").astype(np.float32) @ axes.T
    prior = alone * np.clip(0.32 * (7.5 - zipf), 0.2, None)[:, None].astype(np.float32)
    table = fit(used, lengths[ready], vectors @ axes.T, prior)
    return {"table": lengthened(table, np.bincount(used, minlength=len(table))), "axes": axes}


def refit(run: Path, before: Array, after: Array) -> None:
    """Move the embedding of a training under way by the difference of two starts on the same axes."""
    import torch

    state = torch.load(run / "latest.pt", map_location="cpu", weights_only=True)
    scale = 0.7 / float(np.sqrt((before**2).mean()))
    state["model"]["monet.model.embed_tokens.weight"] += torch.from_numpy(scale * (after - before))
    torch.save(state, run / "latest.pt")


def main() -> None:
    """Fit the start on the vectors made so far."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument(
        "--refit", type=Path, help="a training that began from an earlier start, to be moved to this one"
    )
    given = parser.parse_args()
    path = given.data / "start.npz"
    earlier = dict(np.load(path)) if given.refit else None
    found = start_from(given.data, given.width)
    if earlier is not None:
        # Principal axes of other texts are turned a little; the model keeps those it began with.
        found = {
            "table": (found["table"] @ (found["axes"] @ earlier["axes"].T)).astype(np.float32),
            "axes": earlier["axes"],
        }
        refit(given.refit, earlier["table"], found["table"])
    np.savez(path, table=found["table"], axes=found["axes"])


if __name__ == "__main__":
    main()
