"""Words that run together in speech (*gonna*), which parsers cut into pieces that are no words (*gon*, *na*)."""

from __future__ import annotations

from itertools import groupby

from ...data_schemas.sample import Parse, Token

CATENATIVES = {
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "gotta": ("got", "to"),
    "hafta": ("have", "to"),
    "oughta": ("ought", "to"),
    "sposta": ("supposed", "to"),
    "lemme": ("let", "me"),
    "gimme": ("give", "me"),
    "dunno": ("do n't", "know"),
    "kinda": ("kind", "of"),
    "sorta": ("sort", "of"),
}
"""What each piece is that such a form is cut into."""


def written_out(parse: Parse) -> Parse:
    """The parse with the pieces of such forms as the words they are (*going*, *to*); all else as it was."""
    found: list[Token] = []
    for word, group in groupby(parse, key=lambda token: token.word):
        pieces = tuple(group)
        whole = CATENATIVES.get("".join(token.text.lower() for token in pieces), ()) if word >= 0 else ()
        if len(pieces) == len(whole):
            pieces = tuple(t.model_copy(update={"text": form}) for t, form in zip(pieces, whole, strict=True))
        found += pieces
    return tuple(found)
