"""What the constituency model is told of each token besides its form: one symbol, made from spaCy's parse.

The symbol joins the Penn tag, the dependency relation and where the head lies. A dependency parse settles most
attachments, and it is at hand already, so a small model that reads it brackets as well as a large one that does not.
"""

from __future__ import annotations

from ...data_schemas.sample import Parse


def clue(parse: Parse, index: int) -> str:
    """Symbol of one token, such as ``NN|nsubj|>`` (its head is the next token).

    ``=`` a root, ``>`` and ``<`` a head beside it on the right and left, ``>>`` and ``<<`` one further away.
    """
    token = parse[index]
    distance = token.head - index
    arrow = "=" if distance == 0 else (">" if distance > 0 else "<") * min(abs(distance), 2)
    return f"{safe(token.tag)}|{token.dep}|{arrow}"


def safe(tag: str) -> str:
    """A tag that may stand in bracketed text; spaCy gives none to a token it knows nothing of."""
    return {"": "XX", "(": "-LRB-", ")": "-RRB-"}.get(tag, tag)
