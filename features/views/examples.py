"""Small parses written by hand, for worked examples and tests."""

from __future__ import annotations

from ...data_schemas.sample import Parse, Token


def parse_of(text: str) -> Parse:
    """A parse from ``form/POS[/relation/head[/tag[/morph[/lemma]]]]`` items; heads count from 1, as in CoNLL-U.

    A head of 0 or none makes a token its own head, a root; a lemma that is not given is the lower-cased form.

    >>> [token.head for token in parse_of("she/PRON/nsubj/2 sang/VERB/root/0")]
    [1, 1]
    """
    return tuple(_token(item.split("/"), index) for index, item in enumerate(text.split()))


def _token(fields: list[str], index: int) -> Token:
    form, pos, dep, head, tag, morph, lemma, *_ = fields + [""] * 6
    return Token(
        text=form,
        lemma=lemma or form.lower(),
        pos=pos,
        tag=tag,
        dep=dep or "dep",
        head=int(head) - 1 if head not in ("", "0") else index,
        morph=morph,
        word=index,
    )
