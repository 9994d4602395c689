"""Make the reference values behind the length-adjusted coherence and its neighbours: features/semantic/references.npz.

Open talk: the first half (by text) of the AMI meetings and of GUM's court hearings, interviews and vlogs, whose texts
are CC BY; for topics also that half of the COCO captions (CC BY 4.0). See coherence_text.py. For each of lalia's
embedders: a regression of the cosine of neighbouring utterances on their words, and a curve of what their order adds
(`coherence_first_z`) on their number and words. For the Monet: a line of surprisal on
Zipf frequency, from GUM alone, which it was not taught on; and the experts that stand for topics, with their words.

Run from the repository root; about three CPU minutes. `--report` tells what was made. Raise the version of the features
whose values it changes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import coherence_text
import numpy as np
import numpy.typing as npt
from coherence_text import OPEN_GENRES, Document
from lalia.data_schemas import Missing
from lalia.data_schemas.sample import LANGUAGE_MODEL
from lalia.features.semantic.coherence import coherence_first_z
from lalia.features.semantic.reference_table import TABLE, Floats, References, length_terms, order_terms
from lalia.features.views.content import CONTENT
from lalia.features.views.meaning import shuffled_first, unit_rows
from lalia.models import embedders
from lalia.models.monet import embedded
from lalia.models.monet.reader import Reader

EMBEDDERS = ("monet", "minilm")
STRETCHES = 250
"""Stretches of AMI that are read: each of the corpora then has a like number of utterances of every length."""

AMI_WEIGHT = 0.35
"""Weight of an AMI pair (or stretch) beside one of GUM: there are eight times as many."""

FEWEST, LEAST_RATIO, CONTENT_SHARE = 20, 3.0, 0.9
"""A topic expert is used in at least so many stretches; its use differs between stretches by at least so many times
what differences between the utterances of one explain (an F ratio); at least this share of it is on content words."""

PARTS = (10, 30, 60, 120)
"""Utterances of the parts on which it is learnt how much order adds to coherence in few utterances and in many."""

WORDS, RAREST, PRIOR = 5, 5, 10
"""Words told of an expert, how often a word must occur to be one, and the occurrences without use added to each."""


def documents() -> list[Document]:
    """The first half of every open corpus."""
    return [
        *coherence_text.gum(held_out=False, genres=OPEN_GENRES),
        *coherence_text.ami(held_out=False, most=STRETCHES),
        *coherence_text.coco(held_out=False),
    ]


def long_stretches() -> list[Document]:
    """The same talk in stretches of up to the longest of `PARTS`."""
    most = STRETCHES * coherence_text.SIZE // PARTS[-1]
    return [
        *coherence_text.gum(held_out=False, genres=OPEN_GENRES, size=PARTS[-1]),
        *coherence_text.ami(held_out=False, most=most, size=PARTS[-1]),
    ]


def talk(found: Sequence[Document]) -> list[Document]:
    """Without the captions, five of which tell of one photo."""
    return [document for document in found if document.corpus != "coco"]


def embedded_talk(found: Sequence[Document], name: str) -> list[tuple[Floats, list[int], float]]:
    """For each document the vectors of its utterances that have one, their words, and the document's weight."""
    texts = sorted({said.text for document in found for said in document.said})
    vectors = dict(zip(texts, embedders.load(name, "cpu").embed(texts), strict=True))
    made = []
    for document in found:
        kept = [said for said in document.said if np.any(vectors[said.text])]
        rows = np.array([vectors[said.text] for said in kept], dtype=np.float64)
        made.append((rows, [said.length for said in kept], AMI_WEIGHT if document.corpus == "ami" else 1.0))
    return made


def cosine_regression(talk: Sequence[tuple[Floats, list[int], float]]) -> Floats:
    """Coefficients of `length_terms`."""
    terms = [length_terms(lengths[:-1], lengths[1:]) for _, lengths, _ in talk]
    cosines = [(rows[:-1] * rows[1:]).sum(axis=1) for rows, _, _ in talk]
    weights = [np.full(len(lengths) - 1, weight) for _, lengths, weight in talk]
    return _weighted(np.concatenate(terms), np.concatenate(cosines), np.concatenate(weights))


def order_curve(talk: Sequence[tuple[Floats, list[int], float]]) -> Floats:
    """Exponent and coefficients of `References.expected_first_z`, from stretches cut into parts of all `PARTS`."""
    lengths, found, weights = [], [], []
    for rows, words, weight in talk:
        units = unit_rows(rows)
        for part in _parts(len(words)):
            z = coherence_first_z(units[part], shuffled_first(units[part]))
            if not isinstance(z, Missing):
                lengths.append(words[part])
                found.append(z.value)
                # Many short parts weigh no more than the few long ones.
                weights.append(weight * len(words[part]))
    values, importance = np.array(found), np.array(weights)
    fits = []
    for power in np.arange(0.3, 1.2, 0.01):
        terms = np.array([order_terms(one, power) for one in lengths])
        line = _weighted(terms, values, importance)
        fits.append((float(importance @ (values - terms @ line) ** 2), power, *line))
    return np.array(min(fits)[1:])


def _parts(length: int) -> list[slice]:
    starts = ((at, size) for size in PARTS for at in range(0, length, size))
    return [slice(at, at + size) for at, size in starts if min(size, length - at) >= 2 * size / 3]


def _weighted(terms: Floats, values: Floats, weights: Floats) -> Floats:
    root = np.sqrt(weights)
    return np.asarray(np.linalg.lstsq(terms * root[:, None], values * root, rcond=None)[0])


def surprisal_line(found: Sequence[Document], reader: Reader) -> Floats:
    """Intercept and slope of a word's bits on its Zipf frequency."""
    from wordfreq import zipf_frequency

    texts = sorted({said.text for document in found if document.corpus != "ami" for said in document.said})
    rows = [
        (zipf, bits)
        for text, words in zip(texts, reader.read(texts, surprisal=True).surprisal, strict=True)
        for word, bits in zip(text.split(), words, strict=True)
        if bits is not None and (zipf := zipf_frequency(word.lower(), "en")) > 0
    ]
    zipf, bits = np.array(rows).T
    slope, intercept = np.polyfit(zipf, bits, 1)
    return np.array([intercept, slope])


@dataclass
class Use:
    """What experts did: on which words, and how much in each utterance.

    `by_word` has a row a content word and one more, the last, for all others; shape (words + 1, experts). `names` says
    which words are proper nouns or hold more than letters: they count as content, but tell nothing of a topic.
    """

    words: list[str]
    names: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.int64]
    by_word: npt.NDArray[np.float32]
    shares: npt.NDArray[np.float32]
    sizes: Floats
    document: npt.NDArray[np.int64]


def expert_use(found: Sequence[Document], reader: Reader) -> Use:
    """Read every utterance once, expert by expert."""
    import torch
    from lalia.models.monet.attention import Packed

    said = [(k, one) for k, document in enumerate(found) for one in document.said]
    words_said = [
        (form.lower(), t) for _, one in said for form, t in zip(one.forms, one.tokens, strict=True) if _open(t)
    ]
    content = sorted({form for form, _ in words_said})
    plain = {form for form, tokens in words_said if tokens[0].pos != "PROPN"}
    number = {word: k for k, word in enumerate(content)}
    config = reader.model.config
    by_word = np.zeros((len(content) + 1, config.routers * config.experts), np.float32)
    shares = np.zeros((len(said), config.routers * config.experts), np.float32)
    counts = np.zeros(len(content) + 1, np.int64)
    encoded = reader.pieces.encode([one.text for _, one in said])
    room = reader.window - 1
    for place, ((_, one), pieces) in enumerate(zip(said, encoded, strict=True)):
        ids = pieces.ids[:room]
        if not ids:
            continue
        words = [
            number[form.lower()] if _open(tokens) else -1
            for form, tokens in zip(one.forms, one.tokens, strict=True)
            for _ in form.split()
        ]
        rows = np.array([words[word] for word in pieces.words[:room]])
        np.add.at(counts, rows, 1)
        with torch.inference_mode():
            tokens = torch.tensor([[reader.pieces.start, *ids]])
            out = reader.model(tokens, packed=Packed([len(ids) + 1]))
        gates = []
        for left, right in out.routing:
            pairs = torch.bmm(left[0, 1:].transpose(1, 2), right[0, 1:]) / left.shape[2]
            gates.append(pairs.flatten(1))
        acted = torch.cat(gates, dim=1).numpy()
        np.add.at(by_word, rows, acted)
        shares[place] = acted.mean(axis=0)
    sizes = np.array([len(one.forms) for _, one in said], dtype=np.float64)
    names = np.array([word not in plain or not word.isalpha() for word in content])
    return Use(content, names, counts, by_word, shares, sizes, np.array([k for k, _ in said]))


def _open(tokens: Sequence[Any]) -> bool:
    return bool(tokens) and tokens[0].pos in CONTENT


def topic_experts(use: Use) -> tuple[npt.NDArray[np.int32], Floats, list[str]]:
    """Experts that stand for topics, their mean shares, and their words."""
    ratio, used = evenness(use)
    mass = use.by_word.sum(axis=0)
    content = 1 - use.by_word[-1] / np.maximum(mass, 1e-9)
    chosen = np.flatnonzero((used >= FEWEST) & (ratio >= LEAST_RATIO) & (content >= CONTENT_SHARE))
    base = (use.sizes @ use.shares / use.sizes.sum())[chosen]
    common = np.flatnonzero((use.counts[:-1] >= RAREST) & ~use.names)
    words = []
    for expert in chosen:
        # A mean over few occurrences is drawn towards nothing, or the rarest words would always come first.
        weight = use.by_word[common, expert] / (use.counts[common] + PRIOR)
        best = common[np.argsort(-weight, kind="stable")[:WORDS]]
        words.append(" ".join(use.words[k] for k in best if use.by_word[k, expert] > 0))
    return chosen.astype(np.int32), base, words


def evenness(use: Use) -> tuple[Floats, npt.NDArray[np.int64]]:
    """F ratio of each expert's use between and within stretches, and in how many stretches it was used."""
    groups, total = int(use.document.max()) + 1, use.sizes.sum()
    means = np.zeros((groups, use.shares.shape[1]))
    for k in range(groups):
        mine = use.document == k
        means[k] = use.sizes[mine] @ use.shares[mine] / use.sizes[mine].sum()
    weight = np.bincount(use.document, use.sizes)
    grand = weight @ means / total
    between = weight @ (means - grand) ** 2
    within = use.sizes @ use.shares.astype(np.float64) ** 2 - total * grand**2 - between
    freedom = groups - 1, len(use.document) - groups
    return (between / freedom[0]) / np.maximum(within / freedom[1], 1e-15), (means > 0).sum(axis=0)


def make() -> None:
    """Write the table."""
    import torch

    torch.set_num_threads(1)
    found, at_length = documents(), long_stretches()
    arrays: dict[str, Any] = {}
    for name in EMBEDDERS:
        sha = embedders.load(name, "cpu").use.sha256
        arrays[f"cosine:{sha}"] = cosine_regression(embedded_talk(talk(found), name))
        arrays[f"order:{sha}"] = order_curve(embedded_talk(at_length, name))
    reader, sha = embedded.load("monet", "cpu"), embedded.use("monet", LANGUAGE_MODEL).sha256
    arrays[f"surprisal:{sha}"] = surprisal_line(talk(found), reader)
    experts, base, words = topic_experts(expert_use(found, reader))
    arrays |= {f"experts:{sha}": experts, f"base:{sha}": base.astype(np.float32), f"words:{sha}": "\n".join(words)}
    np.savez_compressed(TABLE, **arrays)
    print(f"{TABLE.name}: {TABLE.stat().st_size / 1024:.0f} KiB, {len(experts)} topic experts")


def curves() -> None:
    """Write the curves of `coherence_first_z` anew, and leave all else as it is."""
    import torch

    torch.set_num_threads(1)
    with np.load(TABLE, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file}
    at_length = long_stretches()
    for name in EMBEDDERS:
        arrays[f"order:{embedders.load(name, 'cpu').use.sha256}"] = order_curve(embedded_talk(at_length, name))
    np.savez_compressed(TABLE, **arrays)


def report() -> None:
    """Print the regressions and some of the experts."""
    with np.load(TABLE, allow_pickle=False) as file:
        for name in file:
            if name.startswith(("cosine", "order", "surprisal")):
                print(name[:24], np.round(file[name], 4))
        table = References(file)
    for sha in (embedders.load("monet", "cpu").use.sha256,):
        topics = table.topics(sha)
        assert topics is not None
        for k in np.random.default_rng(0).permutation(len(topics.experts))[:25]:
            print(int(topics.experts[k]), f"{topics.base[k]:.2e}", " ".join(topics.words[k]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--report", action="store_true", help="only tell what the table holds")
    parser.add_argument("--curves", action="store_true", help="only the curves of coherence_first_z anew")
    chosen = parser.parse_args()
    coherence_text.present()
    if chosen.curves:
        curves()
    elif not chosen.report:
        make()
    report()


if __name__ == "__main__":
    main()
