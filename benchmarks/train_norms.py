"""Train the word ratings behind `lexical.mean_concreteness` and its neighbours: features/lexical/norms.npz.

Measured: the Glasgow Norms (Scott et al. 2019, CC BY 4.0), 5,553 entries; a word that was rated only in several senses
has the mean of them. Predicted: kernel ridge regression from MiniLM's vectors of the single word (its input embedding
and two layers) and its form (length, frequency, endings), for about 60,000 words of the CMU dictionary and of MiniLM's
vocabulary. Spelled: ridge regression from letter sequences, for every other word, trained on what the former gives.

Run from the repository root; about four CPU minutes. `--check` measures agreement on words left out, and writes
benchmarks/results/norms.md.
"""

from __future__ import annotations

import argparse
import csv
import re
import zipfile
from collections import Counter, defaultdict
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt
from lalia.features.lexical.norm_table import HASHED, RATINGS, TABLE, letters
from lalia.models.registry import locate

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
RESULT = ROOT / "benchmarks" / "results" / "norms.md"
LAYERS = (3, 6)
"""Hidden states read beside the input embedding: after the third layer and after the last."""

WIDTH, RIDGE, FORM = 0.1, 0.3, 0.15
"""Gamma of the kernel, its ridge, and the weight of a column of form; chosen on the folds of seed 0."""

RAREST = 2.0
"""Zipf frequency below which a word is left to its spelling."""

ENDINGS = (
    "ness ity tion sion ment ance ence ing ed ly al er or ist ism y ous ful less ive able ible ic age ure th dom hood "
    "ship s".split()
)
Floats = npt.NDArray[np.float64]


def measured() -> tuple[list[str], Floats]:
    """Words of the Glasgow Norms in lower case, and their ratings in the order of `RATINGS`."""
    plain: dict[str, list[list[float]]] = defaultdict(list)
    senses: dict[str, list[list[float]]] = defaultdict(list)
    with open(DATA / "norms_glasgow" / "glasgow_norms_means.csv", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            word, sense, _ = row["word"].partition(" (")
            rated = [float(row[f"{name}_mean"]) for name in RATINGS]
            (senses if sense else plain)[word.lower()].append(rated)
    words = sorted({*plain, *senses})
    return words, np.array([np.mean(plain.get(word) or senses[word], axis=0) for word in words])


def vocabulary(extra: list[str]) -> list[str]:
    """Words that get a prediction of their own."""
    from tokenizers import Tokenizer
    from wordfreq import zipf_frequency

    pieces = Tokenizer.from_file(str(locate("minilm") / "tokenizer.json")).get_vocab()
    found = {piece for piece in pieces if len(piece) > 1}
    with zipfile.ZipFile(DATA / "nltk_corpora" / "corpora" / "cmudict.zip") as archive:
        found |= {line.split()[0].lower() for line in archive.read("cmudict/cmudict").decode("latin-1").splitlines()}
    kept = {word for word in found if re.fullmatch("[a-z]+", word) and zipf_frequency(word, "en") >= RAREST}
    return sorted(kept | {word for word in extra if re.fullmatch("[a-z]+", word)})


def vectors(words: list[str]) -> npt.NDArray[np.float32]:
    """MiniLM's vectors of single words: input embedding, then `LAYERS`, each block of unit mean square."""
    import torch
    from safetensors.torch import load_file
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    folder = locate("minilm")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    model = BertModel(BertConfig.from_json_file(str(folder / "config.json")), add_pooling_layer=False).eval()
    weights = load_file(str(folder / "model.safetensors"))
    model.load_state_dict({k: v for k, v in weights.items() if "pooler" not in k and "position_ids" not in k})
    inputs = model.embeddings.word_embeddings.weight
    pieces = [tokenizer.encode(word).ids for word in words]
    found = np.zeros((1 + len(LAYERS), len(words), inputs.shape[1]), np.float32)
    # Words of as many pieces go together, so that nothing is padded.
    by_length = sorted(range(len(words)), key=lambda index: len(pieces[index]))
    with torch.inference_mode():
        for _, same in groupby(by_length, key=lambda index: len(pieces[index])):
            group = list(same)
            for at in range(0, len(group), 128):
                batch = group[at : at + 128]
                ids = torch.tensor([pieces[index] for index in batch])
                states = model(input_ids=ids, output_hidden_states=True).hidden_states
                found[0, batch] = inputs[ids[:, 1:-1]].mean(dim=1).numpy()
                for row, layer in enumerate(LAYERS, start=1):
                    found[row, batch] = states[layer][:, 1:-1].mean(dim=1).numpy()
    found -= found.mean(axis=1, keepdims=True)
    found /= np.sqrt((found**2).sum(axis=2).mean(axis=1))[:, None, None]
    return np.concatenate(list(found), axis=1)


def form(words: list[str]) -> Floats:
    """Frequency in writing and in meetings, length and endings, standardised."""
    from wordfreq import zipf_frequency

    spoken: Counter[str] = Counter()
    for file in sorted((DATA / "ami_transcripts" / "txt").glob("*.txt")):
        spoken.update(re.findall("[a-z]+", file.read_text("utf-8").lower()))
    rows = []
    for word in words:
        zipf = zipf_frequency(word, "en")
        numbers = [zipf, zipf**2, len(word), np.log(len(word)), np.log1p(spoken[word])]
        rows.append([*numbers, *(float(word.endswith(ending)) for ending in ENDINGS)])
    columns = np.array(rows)
    return np.asarray((columns - columns.mean(axis=0)) / (columns.std(axis=0) + 1e-9), dtype=np.float64)


def regress(train: Floats, ratings: Floats, others: Floats) -> Floats:
    """Kernel ridge regression (Gaussian kernel), ratings centred."""
    centre = ratings.mean(axis=0)
    weights = np.linalg.solve(_kernel(train, train) + RIDGE * np.eye(len(train)), ratings - centre)
    parts = [_kernel(others[at : at + 2000], train) @ weights + centre for at in range(0, len(others), 2000)]
    return np.concatenate(parts) if parts else np.zeros((0, ratings.shape[1]))


def _kernel(one: Floats, other: Floats) -> Floats:
    apart = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
    return np.asarray(np.exp(-WIDTH * np.maximum(apart, 0)), dtype=np.float64)


def spell(words: list[str], ratings: Floats, *, ridge: float = 3.0) -> Floats:
    """Weights of letter sequences, last row the constant; conjugate gradients on the normal equations."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import LinearOperator, cg

    rows, columns, values = [], [], []
    for index, word in enumerate(words):
        places, amounts = letters(word)
        rows += [index] * len(places)
        columns += places.tolist()
        values += amounts.tolist()
    matrix = csr_matrix((values, (rows, columns)), shape=(len(words), HASHED))
    centre = ratings.mean(axis=0)
    normal = LinearOperator(
        (matrix.shape[1],) * 2, matvec=lambda x: matrix.T @ (matrix @ x) + ridge * x, dtype=np.float64
    )
    solved = [cg(normal, matrix.T @ (ratings[:, k] - centre[k]), rtol=1e-5, maxiter=300)[0] for k in range(len(centre))]
    return np.vstack([np.stack(solved, axis=1), centre])


def write(out: Path) -> None:
    """Make the table."""
    words, ratings = measured()
    listed = vocabulary(words)
    space = np.concatenate([vectors(listed), FORM * form(listed)], axis=1).astype(np.float64)
    place = {word: index for index, word in enumerate(listed)}
    rated = [word for word in words if word in place]
    by_word = dict(zip(words, ratings, strict=True))
    train = np.array([place[word] for word in rated])
    known = np.array([by_word[word] for word in rated])
    predicted = regress(space[train], known, space)
    target = predicted.copy()
    target[train] = known
    spelled = spell(listed, target)
    others = [word for word in listed if word not in by_word]
    low = predicted.min(axis=0)
    step = (predicted.max(axis=0) - low) / 255
    scale = np.abs(spelled[:-1]).max(axis=0) / 127
    np.savez_compressed(
        out,
        measured_words=np.array("\n".join(words)),
        measured=np.round(ratings * 1000).astype(np.uint16),
        predicted_words=np.array("\n".join(others)),
        predicted=np.round((predicted[[place[word] for word in others]] - low) / step).astype(np.uint8),
        low=low,
        step=step,
        spelled=np.round(spelled[:-1] / scale).astype(np.int8),
        spelled_scale=scale,
        spelled_constant=spelled[-1],
    )
    print(f"{len(words):,} measured, {len(others):,} predicted, {out.stat().st_size:,} bytes")


def check() -> str:
    """Agreement with measured ratings of words left out, as Markdown."""
    words, ratings = measured()
    kept = [index for index, word in enumerate(words) if re.fullmatch("[a-z]+", word)]
    words, ratings = [words[index] for index in kept], ratings[kept]
    space = np.concatenate([vectors(words), FORM * form(words)], axis=1).astype(np.float64)
    # Other folds than those the constants were chosen on; a plural and its singular may not be torn apart.
    stem = [re.sub("(es|s|ing|ed)$", "", word)[:6] for word in words]
    groups = dict(zip(sorted(set(stem)), _folds(len(set(stem))), strict=True))
    fold = np.array([groups[name] for name in stem])
    by_vector, by_letter = np.zeros_like(ratings), np.zeros_like(ratings)
    for turn in range(10):
        out = fold == turn
        by_vector[out] = regress(space[~out], ratings[~out], space[out])
        weights = spell([word for word, left in zip(words, out, strict=True) if not left], ratings[~out])
        for index in np.flatnonzero(out):
            places, amounts = letters(words[index])
            by_letter[index] = amounts @ weights[places] + weights[-1]
    lines = [
        "# Word ratings predicted for words left out",
        f"{len(words):,} words of the Glasgow Norms (Scott et al. 2019), ten folds, words with the same first six "
        "letters (endings off) in one fold. Pearson's r between predicted and measured mean ratings, and the root mean "
        "square error in points of the scale. Spelling: from letter sequences alone, trained on the other nine folds "
        "(the shipped weights also learn from 57,000 predictions, so this is a lower bound).",
        "| rating | scale | r, vectors and form | RMSE | r, spelling alone |\n|---|---|---|---|---|",
    ]
    for column, name in enumerate(RATINGS):
        truth, made = ratings[:, column], by_vector[:, column]
        r, spelled = np.corrcoef(truth, made)[0, 1], np.corrcoef(truth, by_letter[:, column])[0, 1]
        error = np.sqrt(np.mean((truth - made) ** 2))
        scale = "1-9" if name in {"valence", "arousal"} else "1-7"
        lines[-1] += f"\n| {name.replace('_', ' ')} | {scale} | {r:.3f} | {error:.2f} | {spelled:.3f} |"
    return "\n\n".join(lines) + "\n"


def _folds(count: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(1).permutation(count) % 10


def main() -> None:
    """Write the table, or check what it rests on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TABLE)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    if not (DATA / "norms_glasgow").is_dir():
        raise SystemExit("The Glasgow Norms must lie in ../shared/data/norms_glasgow. Found none.")
    if given.check:
        report = check()
        RESULT.write_text(report, encoding="utf-8")
        print(report)
    else:
        write(given.out)


if __name__ == "__main__":
    main()
