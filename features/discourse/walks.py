"""Counting in many small directed multigraphs at once.

Each graph has at most `WINDOW` nodes and is given as a walk. Sets of nodes are kept as bits of an integer, so
that the transitive closure of thousands of graphs is a few array operations (Warshall's algorithm on bit rows).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..views.walks import WINDOW

Counts = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint32]

_PLACES = np.arange(WINDOW, dtype=np.uint32)
_ONE = np.uint32(1)


def adjacency(nodes: Counts, linked: npt.NDArray[np.bool_]) -> Counts:
    """How often each edge occurs, shape (graphs, WINDOW, WINDOW)."""
    found = np.zeros((len(nodes), WINDOW, WINDOW), np.int64)
    graph = np.broadcast_to(np.arange(len(nodes))[:, None], linked.shape)
    np.add.at(found, (graph[linked], nodes[:, :-1][linked], nodes[:, 1:][linked]), 1)
    return found


def bits_of_walks(nodes: Counts, linked: npt.NDArray[np.bool_]) -> tuple[Bits, Bits]:
    """Edges of each walk as bit rows, forward and backward, without the matrix between."""
    forward = np.zeros((len(nodes), WINDOW), np.uint32)
    backward = np.zeros_like(forward)
    graph = np.arange(len(nodes))
    for place in range(WINDOW - 1):
        on = linked[:, place]
        at, to = nodes[on, place], nodes[on, place + 1]
        forward[graph[on], at] |= _ONE << to.astype(np.uint32)
        backward[graph[on], to] |= _ONE << at.astype(np.uint32)
    return forward, backward


def closure(rows: Bits) -> Bits:
    """Which nodes can be reached from each, itself included."""
    reach = rows | (_ONE << _PLACES)
    for middle in range(WINDOW):
        through = (reach >> np.uint32(middle)) & _ONE
        reach |= through * reach[:, middle : middle + 1]
    return reach


def largest(members: Bits) -> Counts:
    """Size of the largest set in each graph."""
    sizes: Counts = np.bitwise_count(members).max(axis=1).astype(np.int64)
    return sizes


def strong_size(forward: Bits, backward: Bits) -> Counts:
    """Nodes in the largest strongly connected component of each graph."""
    return largest(closure(forward) & closure(backward))


def weak_size(forward: Bits, backward: Bits) -> Counts:
    """Nodes in the largest weakly connected component of each graph."""
    return largest(closure(forward | backward))


def repeated(nodes: Counts, linked: npt.NDArray[np.bool_]) -> Counts:
    """Edges beyond the first between each ordered pair of nodes."""
    # An unlinked place gets a code of its own, so that it never counts as a repetition.
    own = WINDOW * WINDOW + np.arange(WINDOW - 1)
    codes = np.sort(np.where(linked, nodes[:, :-1] * WINDOW + nodes[:, 1:], own), axis=1)
    return np.asarray((codes[:, 1:] == codes[:, :-1]).sum(axis=1), dtype=np.int64)


def distances(edges: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Shortest path lengths of undirected graphs, infinite where there is no path (Floyd-Warshall)."""
    length = np.where(edges | edges.transpose(0, 2, 1), 1.0, np.inf)
    length[:, _PLACES, _PLACES] = 0
    for middle in range(WINDOW):
        np.minimum(length, length[:, :, middle, None] + length[:, middle, None, :], out=length)
    return length
