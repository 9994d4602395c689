"""Word vectors for the constituency model: MiniLM's input embeddings, reduced by principal components."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

DIMENSIONS = 100
SPREAD = 0.4
"""Standard deviation of the vectors' entries."""


def reduced(words: Iterable[str], dimensions: int = DIMENSIONS) -> tuple[list[str], npt.NDArray[np.float16]]:
    """Vectors of MiniLM's whole words and of `words`, in lower case.

    A word of several pieces gets the mean of their vectors. The components are those of all the words together.

    Returns
    -------
    list of str, ndarray of float16, shape (words, dimensions)
    """
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    from ...registry import locate

    folder = locate("minilm")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    table = load_file(str(folder / "model.safetensors"))["embeddings.word_embeddings.weight"].astype(np.float64)
    whole = [word for word in tokenizer.get_vocab() if word[0] not in "#[" and word.isascii()]
    every = sorted({*whole, *(word.lower() for word in words)})
    rows = np.stack([table[found.ids].mean(axis=0) if (found := _pieces(tokenizer, word)).ids else table[100]
                     for word in every])  # fmt: skip
    rows -= rows.mean(axis=0)
    _, axes = np.linalg.eigh(rows.T @ rows)
    kept = rows @ axes[:, ::-1][:, :dimensions]
    return every, (kept * (SPREAD / kept.std())).astype(np.float16)


def _pieces(tokenizer: Any, word: str) -> Any:
    return tokenizer.encode(word, add_special_tokens=False)


def save(words: list[str], vectors: npt.NDArray[np.float16], path: Path) -> None:
    """Write vectors in Stanza's format: its four special rows (padding, unknown, empty, root) come first."""
    import torch
    from stanza.models.common.pretrain import PretrainedWordVocab

    special = np.zeros((4, vectors.shape[1]), dtype=np.float16)
    rows = torch.from_numpy(np.concatenate([special, vectors]))
    vocabulary = PretrainedWordVocab(words, lang="en")
    torch.save({"vocab": vocabulary.state_dict(), "emb": rows}, path)
