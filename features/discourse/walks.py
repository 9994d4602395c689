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
    """Edges of each walk as bits, forward and backward, shape (nodes, graphs), without the matrix between."""
    used = int(nodes.max()) + 1
    forward = np.zeros((used, len(nodes)), np.uint32)
    backward = np.zeros_like(forward)
    graph = np.arange(len(nodes))
    for place in range(nodes.shape[1] - 1):
        on = linked[:, place].astype(np.uint32)
        at, to = nodes[:, place], nodes[:, place + 1]
        forward[at, graph] |= on << to.astype(np.uint32)
        backward[to, graph] |= on << at.astype(np.uint32)
    return forward, backward


def closure(rows: Bits) -> Bits:
    """Which nodes can be reached from each, itself included; nodes along the first axis."""
    reach = rows | (_ONE << _PLACES[: len(rows), None])
    for middle in range(len(rows)):
        # All ones where the node reaches `middle`, so that a product is a bitwise and.
        through = np.negative((reach >> np.uint32(middle)) & _ONE)
        through &= reach[middle]
        reach |= through
    return reach


def largest(members: Bits) -> Counts:
    """Size of the largest set in each graph."""
    sizes: Counts = np.bitwise_count(members).max(axis=0).astype(np.int64)
    return sizes


def component_sizes(nodes: Counts, linked: npt.NDArray[np.bool_]) -> tuple[Counts, Counts]:
    """Nodes in the largest weakly and in the largest strongly connected component of each graph."""
    unbroken = linked.all(axis=1)
    weak, strong = nodes.max(axis=1) + 1, np.zeros(len(nodes), np.int64)
    strong[unbroken] = _strong_in_one_walk(nodes[unbroken])
    broken = ~unbroken
    if broken.any():
        forward, backward = bits_of_walks(nodes[broken], linked[broken])
        weak[broken] = largest(closure(forward | backward))
        strong[broken] = largest(closure(forward) & closure(backward))
    return weak, strong


def _strong_in_one_walk(nodes: Counts) -> Counts:
    """Largest strong component of unbroken walks, in linear time.

    A walk comes back over a place when a word from before is said after it: there and back again is one component. So
    components are the stretches between places that no word stands on both sides of, and their sizes the words that
    are said for the last time in them.
    """
    count, length = nodes.shape
    graph, places = np.arange(count), np.arange(length, dtype=np.int8)
    last = np.zeros((count, length), np.int8)
    for place in range(length):
        last[graph, nodes[:, place]] = place
    last = np.take_along_axis(last, nodes, axis=1)
    ends = np.maximum.accumulate(last, axis=1) == places
    ended = np.cumsum(last == places, axis=1, dtype=np.int8)
    until = np.maximum.accumulate(np.where(ends, ended, 0).astype(np.int8), axis=1)
    until[:, 1:] = until[:, :-1].copy()
    until[:, :1] = 0
    sizes: Counts = np.where(ends, ended - until, 0).max(axis=1, initial=0).astype(np.int64)
    return sizes


def repeated(nodes: Counts, linked: npt.NDArray[np.bool_]) -> Counts:
    """Edges beyond the first between each ordered pair of nodes."""
    # An unlinked place gets a code of its own, so that it never counts as a repetition.
    own = WINDOW * WINDOW + np.arange(WINDOW - 1)
    # Short integers are sorted by radix.
    codes = np.sort(np.where(linked, nodes[:, :-1] * WINDOW + nodes[:, 1:], own).astype(np.int16), axis=1)
    return np.asarray((codes[:, 1:] == codes[:, :-1]).sum(axis=1), dtype=np.int64)


def distances(edges: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Shortest path lengths of undirected graphs, infinite where there is no path (Floyd-Warshall)."""
    length = np.where(edges | edges.transpose(0, 2, 1), 1.0, np.inf)
    length[:, _PLACES, _PLACES] = 0
    for middle in range(WINDOW):
        np.minimum(length, length[:, :, middle, None] + length[:, middle, None, :], out=length)
    return length
