"""all-MiniLM-L6-v2, and BERTs like it: mean of the last layer's token vectors, without a length limit.

References
----------
.. [1] Reimers, Gurevych (2019). Sentence-BERT: sentence embeddings using Siamese BERT-networks. EMNLP-IJCNLP.
.. [2] Wang et al. (2020). MiniLM: deep self-attention distillation. NeurIPS.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...data_schemas.result import ModelUse
from ...data_schemas.sample import Embeddings

WINDOW = 254
"""Word pieces read at once: the 256 the model was trained to read, less the two that mark start and end."""

BATCH = 32

Chunk = tuple[int, ...]


class MiniLM:
    """The model and its tokeniser.

    Parameters
    ----------
    folder : Path
        Holds ``config.json``, ``model.safetensors`` and ``tokenizer.json``.
    language : str
        ISO 639-1 code.
    use : ModelUse
        What provenance says of it.
    device : {"cpu", "cuda"}
    window : int
        Word pieces read at once, without the two marks.
    """

    def __init__(self, folder: Path, language: str, use: ModelUse, device: str = "cpu", window: int = WINDOW) -> None:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer
        from transformers import BertConfig, BertModel

        self.language = language
        self.use = use
        self._window = window
        self._device = device
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._start, self._end, self._unknown = (
            self._tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]", "[UNK]")
        )
        config = BertConfig.from_json_file(str(folder / "config.json"))
        self.dimension = int(config.hidden_size)
        self._model = BertModel(config, add_pooling_layer=False)
        weights = load_file(str(folder / "model.safetensors"))
        kept = {k: v for k, v in weights.items() if not k.startswith("pooler.") and not k.endswith("position_ids")}
        self._model.load_state_dict(kept, strict=True)
        self._model.eval().to(device)

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts of any length.

        A text longer than the model reads at once is cut into stretches of `window` word pieces, and the vectors of the
        stretches are averaged, weighted by their pieces: nothing is left out.

        Parameters
        ----------
        texts : sequence of str

        Returns
        -------
        ndarray of float32, shape (texts, d)
            Rows of unit length; a zero row for a text without a word piece the model knows (empty, emoji alone).
        """
        chunks = [self._chunks(text) for text in texts]
        # Each stretch is embedded once, so that the same words give the same bits.
        pooled = self._pooled(sorted({chunk for found in chunks for chunk in found}, key=lambda c: (len(c), c)))
        rows = np.zeros((len(texts), self.dimension), dtype=np.float64)
        for row, found in zip(rows, chunks, strict=True):
            for chunk in found:
                row += len(chunk) * pooled[chunk]
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)

    def _chunks(self, text: str) -> list[Chunk]:
        # Lone surrogates cannot be encoded; they stand for no character.
        text = text.encode("utf-8", "ignore").decode("utf-8")
        pieces = self._tokenizer.encode(text, add_special_tokens=False).ids
        if all(piece == self._unknown for piece in pieces):
            return []
        return [tuple(pieces[start : start + self._window]) for start in range(0, len(pieces), self._window)]

    def _pooled(self, chunks: list[Chunk]) -> dict[Chunk, Any]:
        """Mean token vector of each stretch; batches hold stretches of one length, so nothing is padded."""
        import torch

        pooled: dict[Chunk, Any] = {}
        start = 0
        with torch.inference_mode():
            while start < len(chunks):
                batch = [c for c in chunks[start : start + BATCH] if len(c) == len(chunks[start])]
                start += len(batch)
                ids = torch.tensor([[self._start, *chunk, self._end] for chunk in batch], device=self._device)
                hidden = self._model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
                pooled.update(zip(batch, hidden.mean(dim=1).double().cpu().numpy(), strict=True))
        return pooled
