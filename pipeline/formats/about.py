"""What is known of a transcript from elsewhere: the manifest's row and the run's settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...data_schemas.language import base_language
from .english import is_english
from .languages import UNKNOWN
from .source import Notes


@dataclass(frozen=True, slots=True)
class About:
    """The participant's label and the language as the manifest gives them, and the language of the run."""

    participant: str | None = None
    language: str | None = None
    otherwise: str | None = None

    def spoken(self, own: str | None, texts: Iterable[str], notes: Notes) -> str | None:
        """The language a transcript is read by.

        Parameters
        ----------
        own : str or None
            What the file itself names.
        texts : iterable of str
            What is said; read only where nothing names a language.
        notes : Notes

        Returns
        -------
        str or None
            The manifest's, else the file's own, else the run's. None where nothing names one, and English is
            assumed; `UNKNOWN` where what is said cannot be English.
        """
        named = self.language or own or self.otherwise
        if self.language and own and base_language(own) != base_language(self.language):
            notes.add(f"The transcript names the language {own}; the manifest's, {self.language}, was followed")
        if named is not None:
            return named
        if is_english(texts) is False:
            notes.add(
                "No language is named and the words are not English: measures of one language are missing until the "
                "manifest's column language, or --language, names it"
            )
            return UNKNOWN
        notes.add("No language is named; English was assumed")
        return None
