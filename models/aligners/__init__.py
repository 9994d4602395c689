"""Aligners: what was said and the sound of it in, when each word and speech sound was said out.

>>> from lalia.models import aligners
>>> aligner = aligners.load("pocketsphinx")  # doctest: +SKIP

Another aligner (the Montreal Forced Aligner, one by connectionist temporal classification) is one more entry of
`LANGUAGES` and one more class with `Aligner`'s members, which `_load` makes.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Protocol

from ...data_schemas.audio import Samples
from ...data_schemas.result import ModelUse
from ..choice import require_known
from .token import Aligned, Token, Window

NONE = "none"
"""The setting that leaves times as they are."""


class Aligner(Protocol):
    """What every aligner does."""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language it knows."""
        ...

    @property
    def use(self) -> ModelUse:
        """Which model it is, exactly."""
        ...

    def align(
        self, samples: Samples, tokens: Sequence[Token], window: Window | None = None
    ) -> tuple[Aligned | None, ...]:
        """Find where each token is said.

        Parameters
        ----------
        samples : ndarray of float32, shape (n,)
            Mono, at 16 kHz. Time and memory grow with samples times tokens: half a minute at a time is well.
        tokens : sequence of Token
            All that is said in the stretch, in order.
        window : Window, optional
            Where the stretch lies in the recording, and whether the text goes on after it.

        Returns
        -------
        tuple of (Aligned or None)
            One a token, in order, without overlap, inside the stretch; None for what has no sound or was not
            reached. All are None where the stretch is too short for the text.
        """
        ...


LANGUAGES = {"pocketsphinx": "en"}
"""Aligners by name, and the language each knows; known without loading anything."""


def load(name: str) -> Aligner:
    """The aligner of that name, loaded once per process.

    Raises
    ------
    LaliaError
        ``bad_setting`` for an unknown name; ``model_absent`` or ``bad_model`` when its weights are not installed
        or not the ones expected.
    """
    require_known(name, LANGUAGES, "An aligner", "aligner", f"or {NONE}")
    return _load(name)


@functools.cache
def _load(name: str) -> Aligner:
    from ..registry import locate, use
    from .pocketsphinx import PocketSphinx

    return PocketSphinx(locate(name), LANGUAGES[name], use(name, "aligner"))


__all__ = ["LANGUAGES", "NONE", "Aligned", "Aligner", "Token", "Window", "load"]
