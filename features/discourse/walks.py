"""Counting in many small directed multigraphs at once.

Each graph has at most `WINDOW` nodes and is given as a walk. Walks lie side by side, shape (WINDOW, graphs): a step of
every walk is one operation on neighbouring memory. Sets of nodes are kept as bits of an integer, so that the
transitive closure of thousands of graphs is a few array operations (Warshall's algorithm on bit rows).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..views.walks import WINDOW

Counts = npt.NDArray[np.int64]
Nodes = npt.NDArray[np.integer[Any]]
Linked = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint32]

_PLACES = np.arange(WINDOW, dtype=np.uint32)
_ONE = np.uint32(1)

FAR = 60
"""More than any distance; twice as much is still a short integer."""


def adjacency(nodes: Nodes, linked: Linked) -> npt.NDArray[np.int8]:
    """How often each edge occurs, shape (graphs, WINDOW, WINDOW)."""
    graphs = nodes.shape[1]
    found = np.zeros(graphs * WINDOW**2, np.int8)
    cells = np.arange(graphs) * WINDOW**2 + nodes[:-1].astype(np.intp) * WINDOW + nodes[1:]
    for cell, on in zip(cells, linked, strict=True):
        found[cell] += on
    return found.reshape(graphs, WINDOW, WINDOW)


def bits_of(nodes: Nodes) -> Bits:
    """Each node as the one bit of a set."""
    return np.left_shift(_ONE, nodes.astype(np.uint32))


def bits_of_walks(nodes: Nodes, linked: Linked) -> tuple[Bits, Bits]:
    """Edges of each walk as bits, forward and backward, shape (nodes, graphs), without the matrix between."""
    used, graphs = int(nodes.max()) + 1, nodes.shape[1]
    forward, backward = np.zeros((2, used * graphs), np.uint32)
    cells, bits = nodes.astype(np.intp) * graphs + np.arange(graphs), bits_of(nodes)
    following, leading = np.where(linked, bits[1:], 0), np.where(linked, bits[:-1], 0)
    for place in range(len(linked)):
        forward[cells[place]] |= following[place]
        backward[cells[place + 1]] |= leading[place]
    return forward.reshape(used, graphs), backward.reshape(used, graphs)


def closure(rows: Bits) -> Bits:
    """Which nodes can be reached from each, itself included; nodes along the first axis."""
    reach = rows | (_ONE << _PLACES[: len(rows), None])
    through = np.empty_like(reach)
    signed = through.view(np.int32)
    for middle in range(len(rows)):
        # All ones where the node reaches `middle`, for its bit is drawn out over the others as a sign.
        np.left_shift(reach, np.uint32(31 - middle), out=through)
        np.right_shift(signed, 31, out=signed)
        np.bitwise_and(through, reach[middle], out=through)
        np.bitwise_or(reach, through, out=reach)
    return reach


def largest(members: Bits) -> Counts:
    """Size of the largest set in each graph."""
    sizes: Counts = np.bitwise_count(members).max(axis=0).astype(np.int64)
    return sizes


def component_sizes(nodes: Nodes, linked: Linked) -> tuple[Counts, Counts]:
    """Nodes in the largest weakly and in the largest strongly connected component of each graph."""
    broken = ~linked.all(axis=0)
    if not broken.any():
        return _in_one_walk(bits_of(nodes))
    weak, strong = np.empty((2, nodes.shape[1]), np.int64)
    weak[~broken], strong[~broken] = _in_one_walk(bits_of(nodes[:, ~broken]))
    forward, backward = bits_of_walks(nodes[:, broken], linked[:, broken])
    weak[broken] = largest(closure(forward | backward))
    strong[broken] = largest(closure(forward) & closure(backward))
    return weak, strong


def _in_one_walk(bits: Bits) -> tuple[Counts, Counts]:
    """The same of unbroken walks, in linear time.

    All of a walk hangs together. It comes back over a place when a word from before is said after it: there and back
    again is one component. So strong components are the stretches between places that no word stands on both sides of.
    """
    before, after = _running(np.bitwise_or, bits), _running(np.bitwise_or, bits[::-1])[::-1]
    said = np.bitwise_count(before)
    # Words of earlier stretches do not come again, so that differences of what was said at their ends are sizes.
    ended = said.copy()
    ended[:-1] *= (before[:-1] & after[1:]) == 0
    done = _running(np.maximum, ended)
    sizes = np.maximum(ended[1:], done[:-1]) - done[:-1]
    return said[-1].astype(np.int64), np.maximum(ended[0], sizes.max(axis=0)).astype(np.int64)


def _running(join: np.ufunc, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What all values up to each place give; step by step for all graphs, several times as quick as `accumulate`."""
    found = values.copy()
    for place in range(1, len(values)):
        join(found[place - 1], values[place], out=found[place])
    return found


def repeated(nodes: Nodes, linked: Linked) -> Counts:
    """Edges beyond the first between each ordered pair of nodes."""
    # An unlinked place gets a code of its own, so that it never counts as a repetition.
    own = (WINDOW**2 + np.arange(WINDOW - 1, dtype=np.int16))[:, None]
    codes = np.where(linked, nodes[:-1].astype(np.int16) * np.int16(WINDOW) + nodes[1:].astype(np.int16), own)
    found = np.zeros(nodes.shape[1], np.uint8)
    for place in range(1, len(codes)):
        found += (codes[:place] == codes[place]).any(axis=0)
    return found.astype(np.int64)


def distances(edges: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    """Shortest path lengths of undirected graphs (Floyd-Warshall), `FAR` where there is no path; graphs come last."""
    joined = np.ascontiguousarray(np.moveaxis(edges | edges.transpose(0, 2, 1), 0, -1))
    length = np.where(joined, np.int8(1), np.int8(FAR))
    length[_PLACES, _PLACES] = 0
    for middle in range(WINDOW):
        np.minimum(length, length[:, middle, None] + length[None, middle], out=length)
    return length
