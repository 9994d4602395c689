"""How usual the participant's sequences of parts of speech are."""

from __future__ import annotations

from ...data_schemas.feature import Example
from ...data_schemas.sample import Parse
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.examples import parse_of

EXAMPLE = (
    parse_of("the/DET/det/2/DT dog/NOUN/nsubj/3/NN slept/VERB/root/0/VBD"),
    parse_of("yes/INTJ/root/0/UH"),
)
"""Tags DT NN VBD and UH: four tags and two ends."""


@feature(
    name="syntactic.pos_cross_entropy",
    unit="bits/tag",
    low=0,
    high=None,
    needs={"utterances": 5},
    definition="-sum of log2 P(tag | the two before) over all words and ends of utterances / their number: Penn tags "
    "under a trigram model of 144,000 words of meetings (AMI), tagged by the same parser, Witten-Bell smoothing; "
    "higher is less usual.",
    citation="roark2011 carletta2007 witten1991",
    example=Example(
        {"tokens_by_utterance": EXAMPLE},
        3.525662282510952,
        1e-9,
        "from the shipped counts by plain loops (tests/test_tags.py)",
    ),
    invariances=unchanged_by_all_but("word_order"),
    languages=frozenset(["en"]),
    settings={"table": "tags.npz", "smoothing": "Witten-Bell"},
)
def pos_cross_entropy(tokens_by_utterance: tuple[Parse, ...]) -> Value:
    from .tag_model import load

    model = load()
    tags = [[token.tag for token in parse] for parse in tokens_by_utterance]
    return ratio([model.bits(sequence) for sequence in tags], [len(sequence) + 1 for sequence in tags], what="tags")
