"""A Monet as an embedder: the mean of its states, of a text of any length.

References
----------
.. [1] Park et al. (2025). Monet: mixture of monosemantic experts for transformers. ICLR.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...data_schemas.result import ModelUse
from ...data_schemas.sample import EMBEDDER, Embeddings
from ..monet import embedded


class MonetEmbedder:
    """The embedded Monet or another checkpoint.

    Parameters
    ----------
    name : str
        As `models.monet.embedded.load` takes it.
    device : {"cpu", "cuda"}
    language : str
        ISO 639-1 code.
    """

    def __init__(self, name: str, device: str, language: str = "en") -> None:
        self.language = language
        self.use: ModelUse = embedded.use(name, EMBEDDER)
        self._reader = embedded.load(name, device)
        self.dimension = self._reader.dimension

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """Unit rows of shape (texts, d), float32; a zero row for a text without a piece the model knows.

        A text longer than a window is read in windows that overlap by half: nothing is left out.
        """
        return self._reader.read(texts).vectors
