"""Splits that never put a speaker on both sides, and the checks that prove it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ...data_schemas import LaliaError
from .examples import Examples
from .table import Floats

Rows = npt.NDArray[np.intp]
Split = tuple[Rows, Rows]

STRATA = 5
"""Equal parts into which severities are cut so that every fold sees the whole range."""

ALIKE = 0.01
"""Two recordings whose standardised features differ by less than this (root mean square, in standard deviations)
are taken for one: measuring the same speech again after another encoding moves single features by more."""

FEWEST_SHARED = 10
"""Features that vary continuously and are measured in both: with fewer, equal values happen by chance."""

_BLOCK = 512


def grouped(made: Examples, folds: int, seed: int) -> list[Split]:
    """Folds by person, each with its share of every class or of every fifth of the severities.

    Parameters
    ----------
    made : Examples
    folds : int
        Fewer when the smallest class has fewer people.
    seed : int

    Returns
    -------
    list of (train, test)
        Row numbers.
    """
    people, inverse = np.unique(made.people, return_inverse=True)
    strata = _strata(made, inverse, len(people))
    smallest = min(int(count) for count in np.bincount(strata) if count)
    folds = max(2, min(folds, smallest)) if made.by_class else max(2, min(folds, len(people)))
    rng = np.random.default_rng([seed, folds, len(people)])
    fold = np.empty(len(people), dtype=np.intp)
    dealt = 0
    for stratum in np.unique(strata):
        members = rng.permutation(np.flatnonzero(strata == stratum))
        # Dealt on from where the stratum before ended, so that folds differ by one person at most.
        fold[members] = (np.arange(len(members)) + dealt) % folds
        dealt += len(members)
    of_row = fold[inverse]
    splits = [(np.flatnonzero(of_row != k), np.flatnonzero(of_row == k)) for k in range(folds)]
    return [(train, test) for train, test in splits if len(test)]


def _strata(made: Examples, inverse: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
    mean = np.bincount(inverse, weights=made.y, minlength=count) / np.bincount(inverse, minlength=count)
    if made.by_class:
        return np.round(mean).astype(np.intp)
    edges = np.quantile(mean, np.linspace(0, 1, STRATA + 1)[1:-1])
    return np.searchsorted(edges, mean).astype(np.intp)


def by_site(made: Examples) -> list[Split]:
    """One site held out at a time; whoever was recorded at it is left out of the training rows too."""
    sites = np.array([cell or "" for cell in made.about.get("site", ())])
    names = sorted(set(sites.tolist()))
    if len(names) < 2 or "" in names:
        raise LaliaError(
            "Leaving one site out needs a site for every recording, and two or more of them",
            f"{len([name for name in names if name])} sites" + (" and empty cells" if "" in names else ""),
            "Fill the column site of the labels, or leave it out",
        )
    splits = []
    for name in names:
        test = np.flatnonzero(sites == name)
        train = np.flatnonzero((sites != name) & ~np.isin(made.people, made.people[test]))
        splits.append((train, test))
    return splits


def has_sites(made: Examples) -> bool:
    """Whether the labels name two sites or more."""
    return len({cell for cell in made.about.get("site", ()) if cell}) > 1


def apart(made: Examples, splits: list[Split]) -> Iterator[Split]:
    """The splits, each after the proof that no speaker is on both sides and both sides can be used.

    Raises
    ------
    LaliaError
        When a speaker is, or when the training side lacks a class.
    """
    for train, test in splits:
        shared = set(made.people[train].tolist()) & set(made.people[test].tolist())
        if shared:
            raise LaliaError(
                "No speaker may be on both sides of a split", f"{len(shared)} who are", "Report this as a defect"
            )
        if made.by_class and len(set(made.y[train].tolist())) < len(made.classes):
            raise LaliaError(
                "The training side of every split must hold every class",
                "one that does not",
                "Leave the site column out, or add people of that class at another site",
            )
        yield train, test


def refuse_duplicates(made: Examples) -> None:
    """Refuse the same audio under two speakers, told by its hash or by features that are all but equal.

    Raises
    ------
    LaliaError
        With the number of pairs, and no identifier.
    """
    pairs = _same_hash(made) or _alike(made)
    if pairs:
        raise LaliaError(
            "A recording must not stand under two speakers: one copy would test what the other taught",
            f"{pairs} pairs of recordings with the same sound, or features all but equal, under different speakers",
            "Keep one of each pair, or give both the same speaker",
        )


def _same_hash(made: Examples) -> int:
    seen: dict[str, set[str]] = {}
    for digest, person in zip(made.about.get("audio_sha256", ()), made.people.tolist(), strict=False):
        if digest:
            seen.setdefault(digest, set()).add(person)
    return sum(len(people) - 1 for people in seen.values())


def _alike(made: Examples) -> int:
    z, there = _continuous(made)
    if z.shape[1] < FEWEST_SHARED:
        return 0
    pairs = 0
    mask = there.astype(float)
    square = (z * z) * mask
    for start in range(0, len(z), _BLOCK):
        part = slice(start, start + _BLOCK)
        shared = mask[part] @ mask.T
        # |a - b|^2 over the features that both have
        gap = square[part] @ mask.T + mask[part] @ square.T - 2 * (z[part] @ z.T)
        close = (shared >= FEWEST_SHARED) & (gap <= ALIKE**2 * np.maximum(shared, 1))
        close &= made.people[part][:, None] != made.people[None, :]
        pairs += int(close.sum())
    return pairs // 2


def _continuous(made: Examples) -> tuple[Floats, npt.NDArray[np.bool_]]:
    there = np.isfinite(made.x)
    x = np.where(there, made.x, 0.0)
    # Counts repeat by chance; a column counts when most of its values are its own.
    keep = [
        column
        for column in range(x.shape[1])
        if there[:, column].sum() > 2 and len(np.unique(x[there[:, column], column])) > 0.5 * there[:, column].sum()
    ]
    x, there = x[:, keep], there[:, keep]
    count = np.maximum(there.sum(0), 1)
    mean = x.sum(0) / count
    sd = np.sqrt((np.where(there, x - mean, 0) ** 2).sum(0) / count)
    return np.where(there, (x - mean) / np.where(sd > 0, sd, 1), 0.0), there
