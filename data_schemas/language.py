"""Language codes."""

from __future__ import annotations


def base_language(code: str) -> str:
    """The language of a code without its region, in lower case.

    >>> base_language("en-GB"), base_language("PT")
    ('en', 'pt')
    """
    return code.partition("-")[0].strip().lower()
