"""Clusters and switches: how responses of one subcategory follow each other."""

from __future__ import annotations

from collections.abc import Sequence

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..estimates import Value, count, mean
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.fluency import Answers, Response
from .responses import TASKS

EXAMPLE = Answers(
    tuple(
        Response(name, None, valid, frozenset(groups.split()))
        for name, groups, valid in [
            ("dog", "pets canines", True),
            ("cat", "pets felines", True),
            ("lion", "felines african", True),
            ("tiger", "felines african", True),
            ("zebra", "african equines", True),
            ("tractor", "", False),
            ("trout", "fish", True),
        ]
    ),
    "animals",
    True,
)
"""Clusters dog-cat, cat-lion-tiger, lion-tiger-zebra, tractor, trout: sizes 1, 2, 2, 0, 0 and four switches."""


def clusters(groups: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """First and last place of every cluster: a longest stretch of responses that all share a subcategory.

    Clusters may overlap; one inside another does not count. A response without a subcategory is a cluster alone.
    """
    found: list[tuple[int, int]] = []
    for first, shared in enumerate(groups):
        last, common = first, shared
        while last + 1 < len(groups) and common & groups[last + 1]:
            last += 1
            common = common & groups[last]
        if not found or last > found[-1][1]:
            found.append((first, last))
    return found


def _spec(name: str, unit: str, definition: str, expect: float, why: str) -> FeatureSpec:
    return FeatureSpec(
        name=f"fluency.{name}",
        unit=unit,
        low=0,
        high=None,
        definition=definition + " A cluster is a longest stretch of responses, errors and repetitions included, that "
        "all share a subcategory of lalia's list (animals, fruits, vegetables, supermarket) or, in a letter task, "
        "their first two letters, a rhyme or all but a vowel, by spelling; clusters may overlap, and one inside "
        "another does not count.",
        citation="troyer1997",
        example=Example({"answers": EXAMPLE}, expect, 1e-12, why),
        tasks=TASKS,
        version=3,
        languages=frozenset(["en"]),
        invariances=unchanged_by_all_but("word_order", "utterance_order"),
    )


@family(
    _spec(
        "mean_cluster_size",
        "words",
        "Mean over clusters of their length less one, so that a response alone is 0.",
        5 / 5,
        "(1 + 2 + 2 + 0 + 0) / 5",
    ),
    _spec("switch_count", "count", "Transitions between clusters, those of one response included.", 4, "five clusters"),
)
def clusters_and_switches(answers: Answers) -> dict[str, Value]:
    names = ("fluency.mean_cluster_size", "fluency.switch_count")
    if not answers.ruled:
        return dict.fromkeys(names, Missing(Reason.UNDEFINED, f"no list for {answers.asked[:40]!r}"))
    if not answers.given:
        return dict.fromkeys(names, Missing(Reason.UNDEFINED, "no responses"))
    found = clusters([response.groups for response in answers.given])
    return {
        "fluency.mean_cluster_size": mean([last - first for first, last in found]),
        "fluency.switch_count": count(len(found) - 1, len(answers.given)),
    }
