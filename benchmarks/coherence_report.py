"""The report of benchmarks/coherence.py: dose and response, the smallest dose, and what length alone decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from report import table
from scipy.stats import rankdata, spearmanr

CORPORA = {"GUM": None, "AMI": "ami", "COCO": "coco"}
ALL = "all"
UNSEEN = "GUM"
"""The corpus that no embedder of lalia's was taught on."""
DRAWS, SEED = 1000, 4
_TAUGHT = (
    "**The embedded Monet was taught on most of those of AMI and COCO**: on 83 of the 86 meetings of this half (all "
    "but IB4001, IS1008c and IS1009b) and on all captions. Of GUM it learnt nothing, so tables of GUM alone stand "
    "beside those of all."
)
Rows = Sequence[dict[str, Any]]
Floats = npt.NDArray[np.float64]


def markdown(found: dict[str, Rows]) -> str:
    """The whole report."""
    parts = ["# Does coherence fall when coherence falls?"]
    for name, rows in found.items():
        parts += of_embedder(name, rows)
    parts.insert(1, _introduction(next(iter(found.values()))))
    return "\n\n".join(parts) + "\n"


def _introduction(rows: Rows) -> str:
    whole = [row for row in rows if row["kind"] == "none"]
    counts = {corpus: sum(_in(row, corpus) for row in whole) for corpus in CORPORA}
    told = ", ".join(f"{count} of {corpus}" for corpus, count in counts.items())
    return (
        f"Made by `python benchmarks/coherence.py` from {len(whole)} stretches of 20-30 utterances: {told}; texts "
        f"that no reference was made from. {_TAUGHT}\n\n"
        "**Dose and response**: the Spearman correlation of dose (none and three) and score in each document, "
        "averaged; 1 is a score that rises with every dose, -1 one that falls. In brackets the AUC with which the "
        "score tells untouched documents from those with the smallest dose, within each corpus and averaged: 0.5 "
        "tells nothing, below it the score falls. A dash: the mean correlation is not told from 0 (95 % interval over "
        "documents).\n\n"
        "**Length**: correlation over documents of the score and the logarithm of the mean words of an utterance, "
        "corpus (for GUM the genre) taken out, with its 95 % interval."
    )


def of_embedder(name: str, rows: Rows) -> list[str]:
    """The section of one embedder."""
    features = list(rows[0]["scores"])
    features = [feature for feature in features if any(row["scores"][feature] is not None for row in rows)]
    kinds = list(dict.fromkeys(row["kind"] for row in rows if row["kind"] != "none"))
    by_document: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_document.setdefault(row["document"], []).append(row)
    documents = list(by_document.values())
    gum = [rows for rows in documents if _in(rows[0], UNSEEN)]
    whole = [row for row in rows if row["kind"] == "none"]
    lengths = [
        [f"`{_short(feature)}`", *(_length(whole, feature, corpus) for corpus in (*CORPORA, ALL))]
        for feature in features
    ]
    return [
        f"## {name}",
        *_doses("### Dose and response", documents, features, kinds),
        *(_doses(f"### Dose and response, {UNSEEN} alone", gum, features, kinds) if len(gum) < len(documents) else []),
        "### Length",
        table(["", *CORPORA, ALL], lengths),
    ]


def _doses(title: str, documents: Sequence[Rows], features: Sequence[str], kinds: Sequence[str]) -> list[str]:
    body = [[f"`{_short(feature)}`", *(_response(documents, feature, kind) for kind in kinds)] for feature in features]
    return [title, table(["", *kinds], body)]


def _short(feature: str) -> str:
    return feature.partition(".")[2]


def _in(row: dict[str, Any], corpus: str) -> bool:
    if corpus == ALL:
        return True
    only = CORPORA[corpus]
    return row["corpus"] == only if only else row["corpus"] not in CORPORA.values()


def _response(documents: Sequence[Rows], feature: str, kind: str) -> str:
    found, smallest = [], min(row["dose"] for row in documents[0] if row["kind"] == kind)
    before: dict[str, list[float]] = {corpus: [] for corpus in CORPORA}
    after: dict[str, list[float]] = {corpus: [] for corpus in CORPORA}
    for rows in documents:
        mine = [row for row in rows if row["kind"] in ("none", kind) and row["scores"][feature] is not None]
        corpus = next(corpus for corpus in CORPORA if _in(rows[0], corpus))
        for row in mine:
            if row["dose"] in (0.0, smallest):
                (after if row["dose"] else before)[corpus].append(row["scores"][feature])
        if len(mine) < 4:
            continue
        scores = np.round([row["scores"][feature] for row in mine], 9)
        doses = [row["dose"] for row in mine]
        # A score that no dose moves does not respond.
        found.append(float(spearmanr(doses, scores).statistic) if np.ptp(scores) else 0.0)
    if len(found) < 10:
        return "too few"
    values = np.array(found)
    draws = np.random.default_rng(SEED).integers(0, len(values), (DRAWS, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    auc = np.mean([_auc(before[corpus], after[corpus]) for corpus in CORPORA if before[corpus] and after[corpus]])
    told = f"{values.mean():.2f}" if low > 0 or high < 0 else "-"
    return f"{told} ({auc:.2f})"


def _auc(before: Sequence[float], after: Sequence[float]) -> float:
    """Share of pairs in which the spoilt document scores higher, ties counting half."""
    ranks = rankdata([*before, *after])
    m, n = len(before), len(after)
    return float((ranks[m:].sum() - n * (n + 1) / 2) / (m * n))


def _length(whole: Rows, feature: str, corpus: str) -> str:
    mine = [row for row in whole if _in(row, corpus) and row["scores"][feature] is not None]
    if len(mine) < 10:
        return "too few"
    groups = np.array([row["corpus"] for row in mine])
    scores = _within(np.array([row["scores"][feature] for row in mine]), groups)
    if not np.ptp(scores) > 1e-9:
        return "constant"
    lengths = _within(np.log([row["words"] for row in mine]), groups)
    draws = np.random.default_rng(SEED).integers(0, len(mine), (DRAWS, len(mine)))
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = np.nanquantile([_correlation(scores[d], lengths[d]) for d in draws], [0.025, 0.975])
        return f"{_correlation(scores, lengths):.2f} ({low:.2f} to {high:.2f})"


def _within(values: Floats, groups: npt.NDArray[np.str_]) -> Floats:
    return np.asarray(values - np.array([values[groups == group].mean() for group in groups]))


def _correlation(one: Floats, other: Floats) -> float:
    return float(np.corrcoef(one, other)[0, 1])
