"""Where, in an utterance that ends as a question, the asking begins: what stands before it may be answers."""

from __future__ import annotations

from collections.abc import Sequence

QUESTION_WORDS = frozenset("what which who whose whom where when why how".split())
AUXILIARIES = frozenset(
    "is are was were am do does did have has had can could may might must shall should will would ain't isn't aren't "
    "wasn't weren't don't doesn't didn't haven't hasn't hadn't can't couldn't shouldn't won't wouldn't".split()
)
PRONOUNS = frozenset("i you he she it we they this that these those there something anything everything".split())
OPENERS = QUESTION_WORDS | AUXILIARIES | PRONOUNS
"""Words a clause that asks may begin with."""

LINKS = frozenset(
    "a an the any some other another else more many much of to in on for with about or not no already still just only "
    "me my your him her them us one".split()
)
"""Words that hold such a clause together."""


def asking_from(forms: Sequence[str], letter: str = "") -> int | None:
    """Where the clause begins that asks, at the end of an utterance with a question mark.

    It is followed backwards from its last opener over openers, links and single other words between these ("how many
    animals do I"), up to a question word or to where two or more other words stand together: "cat dog | what else is
    there", "what else is there lion tiger | did I say cow".

    Parameters
    ----------
    forms : sequence of str
        Words of the utterance in lower case.
    letter : str
        In a letter task the letter asked for: words with it ask for nothing alone ("who when why ?").

    Returns
    -------
    int or None
        None where nothing asks: a list with a rising tone ("dog ? cat ?").
    """
    heads = [form if form in AUXILIARIES else form.split("'")[0] for form in forms]
    begins = held = None
    for place in reversed(range(len(heads))):
        asks = heads[place] in OPENERS
        # What follows the last opener belongs to its clause.
        if not asks and (held is None or heads[place] not in LINKS):
            continue
        if held is not None and held - place > 2:
            break
        held = place
        begins = place if asks else begins
        if heads[place] in QUESTION_WORDS:
            break
    if begins is None or not any(_asks_alone(heads[place], letter) for place in range(begins, len(heads))):
        return None
    return begins


def _asks_alone(head: str, letter: str) -> bool:
    return head in OPENERS and not (letter and head.startswith(letter))
