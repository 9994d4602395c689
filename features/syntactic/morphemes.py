"""Mean length of utterance in morphemes, told from the parser's tags."""

from __future__ import annotations

from ...data_schemas.feature import Example
from ..estimates import Value, mean
from ..invariances import unchanged_by_all_but
from ..registry import feature


@feature(
    name="syntactic.mlu_morphemes",
    unit="morphemes",
    low=0,
    high=None,
    needs={"utterances": 5},
    version=2,
    definition="Mean morphemes per utterance by Brown's rules: each word as transcribed is one (compounds, gonna, "
    "let's, plurals without a singular such as scissors, and irregular forms too), and one more for each regular "
    "plural or third-person -s, regular -ed, -ing or -in' of a verb, possessive 's and contracted word ('s, 'll, n't). "
    "No fillers, fragments or retraced material. With --match clan: CLAN's rules.",
    citation="brown1973",
    example=Example({"morpheme_counts": (4, 6, 2)}, 4, 1e-12, "12 morphemes in 3 utterances"),
    invariances=unchanged_by_all_but(),
    languages=frozenset(["en"]),
)
def mlu_morphemes(morpheme_counts: tuple[int, ...]) -> Value:
    return mean(morpheme_counts)
