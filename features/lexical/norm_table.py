"""Ratings of English words: measured where the Glasgow Norms have the word, else predicted, else told from spelling.

benchmarks/train_norms.py makes the table; benchmarks/results/norms.md says how well the predictions agree with
measured ratings of words left out.

References
----------
.. [1] Scott, Keitel, Becirspahic, Yao, Sereno (2019). The Glasgow Norms: ratings of 5,500 words on nine scales.
   Behavior Research Methods 51, 1258-1270. CC BY 4.0.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

TABLE = Path(__file__).with_name("norms.npz")

RATINGS = ("concreteness", "imageability", "familiarity", "age_of_acquisition", "valence", "arousal")
HIGHEST = (7.0, 7.0, 7.0, 7.0, 9.0, 9.0)
"""Ends of the scales; all begin at 1."""

HASHED = 4096
"""Places that letter sequences are spread over."""

Floats = npt.NDArray[np.float64]


def letters(word: str) -> tuple[npt.NDArray[np.int64], Floats]:
    """Places and amounts of a word's sequences of two to five letters, its ends marked; amounts of unit length."""
    marked = f"^{word}$"
    found = [marked[at : at + size] for size in range(2, 6) for at in range(len(marked) - size + 1)]
    places = np.array([zlib.crc32(part.encode()) % HASHED for part in found], dtype=np.int64)
    return places, np.full(len(places), 1 / np.sqrt(len(places)))


class Norms:
    """Ratings by word.

    Parameters
    ----------
    file : mapping of str to ndarray
        The arrays of ``norms.npz``.
    """

    def __init__(self, file: Mapping[str, Any]) -> None:
        self.measured = dict(zip(str(file["measured_words"]).split("\n"), file["measured"] / 1000, strict=True))
        made = file["low"] + file["step"] * file["predicted"]
        self.predicted = dict(zip(str(file["predicted_words"]).split("\n"), made, strict=True))
        self._spelled = file["spelled_scale"] * file["spelled"]
        self._constant = file["spelled_constant"]

    def of(self, form: str, lemma: str) -> tuple[Floats, bool]:
        """Ratings of a word in the order of `RATINGS`, and whether they were measured.

        The form comes before the lemma: "glasses" are rated apart from "glass".
        """
        forms = (plain(form), plain(lemma))
        for known, is_measured in ((self.measured, True), (self.predicted, False)):
            for name in forms:
                if name in known:
                    return self._inside(known[name]), is_measured
        places, amounts = letters(forms[0])
        return self._inside(amounts @ self._spelled[places] + self._constant), False

    @staticmethod
    def _inside(ratings: npt.NDArray[np.floating]) -> Floats:
        return np.asarray(np.clip(ratings, 1.0, HIGHEST), dtype=np.float64)


def plain(form: str) -> str:
    """A word in lower case without accents, hyphens and apostrophes: how the table writes it."""
    if form.isascii():
        return re.sub("[-'_]", "", form.lower())
    bare = "".join(char for char in unicodedata.normalize("NFKD", form.lower()) if not unicodedata.combining(char))
    return re.sub("[-'’_]", "", bare)


@functools.cache
def load() -> Norms:
    """The table that ships with lalia."""
    with np.load(TABLE, allow_pickle=False) as file:
        return Norms(file)
