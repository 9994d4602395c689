"""Speech graphs equal networkx and brute force on random walks."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Missing
from lalia.features.discourse import graph, walks
from lalia.features.views.walks import WINDOW, walks_of

nx = pytest.importorskip("networkx")

TEXTS = st.lists(st.sampled_from([f"w{i}" for i in range(12)]), min_size=WINDOW, max_size=WINDOW)
TURNS = st.lists(st.booleans(), min_size=WINDOW, max_size=WINDOW)


def _graph(words, turns):
    made = nx.MultiDiGraph()
    made.add_nodes_from(words)
    made.add_edges_from((words[i], words[i + 1]) for i in range(len(words) - 1) if turns[i] == turns[i + 1])
    return made


def _expected(words, turns):
    made = _graph(words, turns)
    simple = nx.Graph(made)
    simple.remove_edges_from(list(nx.selfloop_edges(simple)))
    edges = Counter((a, b) for a, b in made.edges())
    lengths = [d for source, to in nx.all_pairs_shortest_path_length(simple) for target, d in to.items() if d]
    n, e = made.number_of_nodes(), made.number_of_edges()
    return {
        "nodes": n,
        "edges": e,
        "repeated_edges": sum(times - 1 for times in edges.values()),
        "parallel_edges": sum(times for (a, b), times in edges.items() if a != b and (b, a) in edges),
        "loops_1": sum(times for (a, b), times in edges.items() if a == b),
        "loops_2": sum(times * edges.get((b, a), 0) for (a, b), times in edges.items() if a < b),
        "loops_3": sum(
            edges.get((a, b), 0) * edges.get((b, c), 0) * edges.get((c, a), 0)
            for a, b, c in permutations(sorted(set(words)), 3)
        )
        / 3,
        "lcc": max(len(c) for c in nx.weakly_connected_components(made)),
        "lsc": max(len(c) for c in nx.strongly_connected_components(made)),
        "average_total_degree": 2 * e / n,
        "density": e / (n * (n - 1)),
        "diameter": max(lengths, default=0),
        "average_shortest_path": np.mean(lengths) if lengths else None,
        "clustering_coefficient": nx.average_clustering(simple),
    }


@settings(max_examples=60, deadline=None, derandomize=True)
@given(words=TEXTS, cuts=TURNS)
def test_equal_to_networkx(words, cuts):
    turns = np.cumsum(cuts).tolist()
    if len(set(words)) == 1:
        return
    found = graph.structure(walks_of(words, turns))
    for name, value in _expected(words, turns).items():
        if value is not None:
            # Both are exact counts or one division of them.
            assert found[f"discourse_graph.{name}"] == pytest.approx(value, abs=1e-9), name


def test_z_by_plain_loops():
    words = graph.EXAMPLE.nodes[0]
    order = np.argsort(np.random.default_rng(0).random((graph.SHUFFLES, WINDOW)), axis=1)

    def size(sequence):
        made = nx.DiGraph((int(a), int(b)) for a, b in pairwise(sequence))
        return max(len(c) for c in nx.strongly_connected_components(made))

    shuffled = [size(words[o]) for o in order]
    z = (size(words) - np.mean(shuffled)) / np.std(shuffled, ddof=1)
    assert graph.against_chance(graph.EXAMPLE)["discourse_graph.lsc_z"] == pytest.approx(z, abs=1e-9)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(words=TEXTS, cuts=TURNS)
def test_z_across_turns_by_networkx(words, cuts):
    turns = np.cumsum(cuts)
    order = np.argsort(np.random.default_rng(0).random((graph.SHUFFLES, WINDOW)), axis=1)

    def sizes(sequence):
        made = nx.DiGraph(_graph(sequence, turns))
        edges = Counter((a, b) for a, b, near in zip(sequence, sequence[1:], np.diff(turns) == 0, strict=False) if near)
        return (
            max(len(c) for c in nx.weakly_connected_components(made)),
            max(len(c) for c in nx.strongly_connected_components(made)),
            sum(times - 1 for times in edges.values()),
        )

    own, shuffled = np.array(sizes(words)), np.array([sizes([words[k] for k in mixed]) for mixed in order])
    found = graph.against_chance(walks_of(words, turns.tolist()))
    for k, name in enumerate(("lcc", "lsc", "repeated_edges")):
        spread = shuffled[:, k].std(ddof=1)
        value = found[f"discourse_graph.{name}_z"]
        if spread == 0:
            assert isinstance(value, Missing)
        else:
            assert value == pytest.approx((own[k] - shuffled[:, k].mean()) / spread, abs=1e-9), name


def test_perseveration_is_measured():
    found = graph.structure(walks_of(["the"] * 40))
    assert found["discourse_graph.nodes"] == 1
    assert found["discourse_graph.loops_1"] == WINDOW - 1
    assert found["discourse_graph.repeated_edges"] == WINDOW - 2
    assert found["discourse_graph.lsc"] == 1


def test_distances_are_far_between_components():
    edges = np.zeros((1, WINDOW, WINDOW), bool)
    edges[0, 0, 1] = True
    length = walks.distances(edges)[..., 0]
    assert length[1, 0] == 1
    assert length[0, 2] == walks.FAR
