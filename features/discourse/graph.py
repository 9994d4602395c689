"""Speech graphs after Mota et al.: successive words as a directed multigraph, in windows of 30 words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..estimates import Value
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.walks import WINDOW, Walks, walks_of
from . import walks as count

Numbers = npt.NDArray[Any]
PLACES = np.arange(WINDOW)
SHUFFLES = 100
BATCH = 64
"""Windows whose shuffles are measured together: large enough for speed, small enough for 1 MB arrays."""
SLICE = 256
"""Windows whose structure is measured together: their matrices take 2 MB each."""

EXAMPLE = walks_of(
    "the dog saw the cat and the cat saw the dog and then the dog sat by "
    "the cat and the cat sat by the dog and then they slept".split()
)
"""Thirty words, ten of them different: one window with 29 edges."""


def _spec(name: str, unit: str, definition: str, expect: float, **more: Any) -> FeatureSpec:
    fields: dict[str, Any] = {
        "why": "counted by hand in the list of 29 edges",
        "citation": "mota2012 mota2014",
        "changed_by": ("word_order", "utterance_order"),
    }
    fields |= more
    return FeatureSpec(
        name=f"discourse_graph.{name}",
        unit=unit,
        low=0,
        high=None,
        needs={"words": WINDOW},
        definition=f"{definition} Directed multigraph of successive words within a turn; mean over windows of "
        f"{WINDOW} words, step 1.",
        citation=fields["citation"],
        example=Example({"word_walks": EXAMPLE}, expect, 1e-9, fields["why"]),
        invariances=unchanged_by_all_but(*fields["changed_by"]),
        settings={"window_words": WINDOW},
    )


NETWORKX = "equal to networkx on the same edges"


@family(
    _spec("nodes", "count", "N, distinct words.", 10),
    _spec("edges", "count", "E, pairs of successive words.", 29, changed_by=("utterance_order",)),
    _spec("repeated_edges", "count", "RE: sum over ordered pairs of words of the edges beyond the first.", 13),
    _spec(
        "parallel_edges",
        "count",
        "PE: edges between two different words of which the reverse also occurs, each counted.",
        0,
    ),
    _spec("loops_1", "count", "L1: trace A, words said twice in a row.", 0),
    _spec("loops_2", "count", "L2: (trace A^2 - sum of A_ii^2) / 2, closed walks over two different words.", 0),
    _spec("loops_3", "count", "L3: trace B^3 / 3 with B = A without its diagonal, closed walks over three words.", 48),
    _spec("lcc", "nodes", "Nodes in the largest weakly connected component (its size).", 10),
    _spec("lsc", "nodes", "Nodes in the largest strongly connected component (its size).", 8),
    _spec("average_total_degree", "degree", "2 E / N.", 5.8),
    _spec("density", "ratio", "E / (N (N - 1)).", 29 / 90),
    _spec("diameter", "edges", "Longest shortest path between connected words, directions ignored.", 5, why=NETWORKX),
    _spec(
        "average_shortest_path",
        "edges",
        "Mean shortest path over connected pairs of words, directions ignored.",
        94 / 45,
        why=NETWORKX,
    ),
    _spec(
        "clustering_coefficient",
        "ratio",
        "Mean local clustering of the simple undirected graph; a word with fewer than two neighbours counts 0.",
        0.25,
        why=NETWORKX,
    ),
)
def structure(word_walks: Walks) -> dict[str, Value]:
    # Slice by slice: a matrix of every window at once would be 7 kB a word, several times over.
    firsts = range(0, len(word_walks), SLICE)
    parts = [_per_window(word_walks.nodes[at : at + SLICE].T, word_walks.linked[at : at + SLICE].T) for at in firsts]
    return {
        f"discourse_graph.{name}": _mean(np.concatenate([np.asarray(part[name], np.float64) for part in parts]))
        for name in parts[0]
    }


def _per_window(nodes: Numbers, linked: Numbers) -> dict[str, Numbers]:
    matrix = count.adjacency(nodes, linked)
    weak, strong = count.component_sizes(nodes, linked)
    words = nodes.max(axis=0) + 1
    edges = linked.sum(axis=0)
    return {
        "nodes": words,
        "edges": edges,
        "repeated_edges": count.repeated(nodes, linked),
        "lcc": weak,
        "lsc": strong,
        "average_total_degree": 2 * edges / words,
        "density": np.divide(edges, words * (words - 1), where=words > 1, out=np.full(len(words), np.nan)),
        **_loops(matrix),
        **_paths(matrix, words),
    }


def _mean(values: Numbers) -> Value:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else Missing(Reason.UNDEFINED, "every window repeats one word")


def _loops(matrix: npt.NDArray[np.int8]) -> dict[str, Numbers]:
    itself = np.diagonal(matrix, axis1=1, axis2=2)
    # Single precision is exact: no count comes near 2^24.
    others = matrix.astype(np.float32)
    others[:, PLACES, PLACES] = 0
    reverse = others.transpose(0, 2, 1)
    return {
        "parallel_edges": (others * (reverse > 0)).sum(axis=(1, 2)),
        "loops_1": itself.sum(axis=1),
        "loops_2": (others * reverse).sum(axis=(1, 2)) / 2,
        "loops_3": ((others @ others) * reverse).sum(axis=(1, 2)) / 3.0,
    }


def _paths(matrix: npt.NDArray[np.int8], words: npt.NDArray[np.int64]) -> dict[str, Numbers]:
    simple = matrix > 0
    simple |= simple.transpose(0, 2, 1)
    simple[:, PLACES, PLACES] = False
    length = count.distances(simple)
    length[length == count.FAR] = 0
    pairs = np.count_nonzero(length, axis=(0, 1))
    total = length.sum(axis=(0, 1), dtype=np.int64)
    joined = simple.astype(np.float32)
    degree = joined.sum(axis=2, dtype=np.float64)
    corners = degree * (degree - 1)
    triangles = ((joined @ joined) * joined).sum(axis=2)
    local = np.divide(triangles, corners, where=corners > 0, out=np.zeros(degree.shape))
    return {
        "diameter": length.max(axis=(0, 1)),
        "average_shortest_path": np.divide(total, pairs, where=pairs > 0, out=np.full(len(total), np.nan)),
        "clustering_coefficient": local.sum(axis=1) / words,
    }


def _z_spec(name: str, expect: float | Reason, why: str) -> FeatureSpec:
    return FeatureSpec(
        name=f"discourse_graph.{name}_z",
        unit="z",
        low=None,
        high=None,
        needs={"words": WINDOW},
        definition=f"{name} of a window against {SHUFFLES} seeded shuffles of its words, in their standard "
        "deviations; mean over windows in which shuffling changes anything. One unbroken turn is always one weak "
        "component, so lcc_z needs windows that span turns.",
        citation="mota2017",
        example=Example({"word_walks": EXAMPLE}, expect, 1e-6, why),
        invariances=unchanged_by_all_but("word_order", "utterance_order"),
        settings={"window_words": WINDOW, "shuffles": SHUFFLES, "seed": 0},
    )


@family(
    _z_spec("lcc", Reason.UNDEFINED, "one walk stays connected however its words are shuffled"),
    _z_spec("lsc", -4.792844242430937, "the shuffles drawn with NumPy's PCG64 from seed 0; mean and SD by plain loops"),
    _z_spec(
        "repeated_edges",
        5.196763733995878,
        "the shuffles drawn with NumPy's PCG64 from seed 0; mean and SD by plain loops",
    ),
)
def against_chance(word_walks: Walks) -> dict[str, Value]:
    order = np.argsort(np.random.default_rng(0).random((SHUFFLES, WINDOW)), axis=1)
    nodes, linked = word_walks.nodes.T.astype(np.int16), word_walks.linked.T
    batches = [slice(at, at + BATCH) for at in range(0, len(word_walks), BATCH)]
    moments = [_shuffled(nodes[:, batch], linked[:, batch], order) for batch in batches]
    found: dict[str, Value] = {}
    for name, own in _sizes(nodes, linked).items():
        mean, spread = np.concatenate([part[name] for part in moments], axis=1)
        # Not a number where the shuffles of a window are all alike.
        scores = np.divide(own - mean, spread, where=spread > 0, out=np.full(len(own), np.nan))
        known = scores[np.isfinite(scores)]
        undefined = Missing(Reason.UNDEFINED, "shuffling changes no window")
        found[f"discourse_graph.{name}_z"] = float(known.mean()) if len(known) else undefined
    return found


def _shuffled(nodes: Numbers, linked: Numbers, order: npt.NDArray[np.intp]) -> dict[str, Numbers]:
    """Mean and standard deviation (n - 1) over the shuffles of each window, shape (2, windows)."""
    windows = nodes.shape[1]
    # Every window in one order, then every window in the next.
    mixed = _sizes(nodes[order.T].reshape(WINDOW, -1), np.tile(linked, SHUFFLES))
    by_window = {name: np.ascontiguousarray(sizes.reshape(SHUFFLES, windows).T) for name, sizes in mixed.items()}
    return {name: np.array([size.mean(axis=1), size.std(axis=1, ddof=1)]) for name, size in by_window.items()}


def _sizes(nodes: Numbers, linked: Numbers) -> dict[str, Numbers]:
    weak, strong = count.component_sizes(nodes, linked)
    return {"lcc": weak, "lsc": strong, "repeated_edges": count.repeated(nodes, linked)}
