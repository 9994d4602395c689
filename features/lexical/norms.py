"""What the participant's words are rated on: concreteness, age of acquisition, valence and others."""

from __future__ import annotations

from ...data_schemas.feature import Example, FeatureSpec
from ...data_schemas.sample import Parse, Token
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.catenatives import written_out
from ..views.examples import parse_of
from .norm_table import HIGHEST, RATINGS, Floats, Norms, plain

RATED = frozenset(["NOUN", "VERB", "ADJ", "ADV"])
"""Open classes without proper nouns, which have no rating of their own."""

INFLECTED = frozenset(["VBD", "VBG", "VBN", "VBZ"])
"""Tags of verbs whose form may be another word: who *rose* is no flower. A plural that was rated apart, as *glasses*
were, means what it says."""

EXAMPLE = (
    parse_of("the/DET abbey/NOUN"),
    parse_of("abattoirs/NOUN/////abattoir near/ADP abbeys/NOUN/////abbey"),
)
"""Three rated words, abbey (twice) and abattoir, the latter two by their lemmas."""

_ABBEY = (5.906, 5.344, 3.324, 5.177, 5.781, 3.125)
_ABATTOIR = (5.455, 4.391, 2.382, 6.760, 2.864, 4.200)
_MEANING = {
    "concreteness": "1 abstract to 7 concrete",
    "imageability": "1 hard to 7 easy to picture",
    "familiarity": "1 unfamiliar to 7 familiar",
    "age_of_acquisition": "1 learnt at 0-2 years to 7 at 13 or more",
    "valence": "1 negative to 9 positive",
    "arousal": "1 calm to 9 exciting",
}


def _spec(rating: str, high: float, expect: float) -> FeatureSpec:
    return FeatureSpec(
        name=f"lexical.mean_{rating}",
        unit="rating",
        low=1,
        high=high,
        needs={"words": 50},
        definition=f"Mean {rating.replace('_', ' ')} ({_MEANING[rating]}) of content words (NOUN, VERB, ADJ, ADV): the "
        "Glasgow Norms' rating of the form (of an inflected verb, the lemma's first: rose is rise), else of the lemma, "
        "else one predicted from word vectors and form; norm_coverage says how many were measured. gonna is going; "
        "words marked as of another language are left out.",
        citation="scott2019",
        version=2,
        example=Example(
            {"english_by_utterance": EXAMPLE}, expect, 1e-9, "(2 abbey + abattoir) / 3 in the norms' table"
        ),
        invariances=unchanged_by_all_but(),
        languages=frozenset(["en"]),
        settings={"table": "norms.npz"},
    )


@family(
    *(
        _spec(rating, high, (2 * abbey + abattoir) / 3)
        for rating, high, abbey, abattoir in zip(RATINGS, HIGHEST, _ABBEY, _ABATTOIR, strict=True)
    ),
    FeatureSpec(
        name="lexical.norm_coverage",
        unit="ratio",
        low=0,
        high=1,
        needs={"words": 50},
        definition="Content words (NOUN, VERB, ADJ, ADV) whose form or lemma has a measured rating in the Glasgow "
        "Norms / content words; the others' ratings are predicted. gonna is going; words marked as of another language "
        "are left out.",
        citation="scott2019",
        version=2,
        example=Example({"english_by_utterance": EXAMPLE}, 1.0, 0, "abbey and abattoir are in the norms"),
        invariances=unchanged_by_all_but(),
        languages=frozenset(["en"]),
        settings={"table": "norms.npz"},
    ),
)
def word_ratings(english_by_utterance: tuple[Parse, ...]) -> dict[str, Value]:
    from .norm_table import load

    norms = load()
    by_utterance = [
        [_rated(norms, token) for token in written_out(parse) if token.pos in RATED] for parse in english_by_utterance
    ]
    counts = [len(found) for found in by_utterance]
    values: dict[str, Value] = {
        f"lexical.mean_{rating}": ratio(
            [sum(float(ratings[column]) for ratings, _ in found) for found in by_utterance],
            counts,
            what="content words",
        )
        for column, rating in enumerate(RATINGS)
    }
    measured = [sum(is_measured for _, is_measured in found) for found in by_utterance]
    values["lexical.norm_coverage"] = ratio(measured, counts, what="content words")
    return values


def _rated(norms: Norms, token: Token) -> tuple[Floats, bool]:
    lemma = plain(token.lemma)
    # A measured form with a regular ending is the verb itself, and better than what is predicted of its lemma.
    regular = token.text.lower().endswith(("ed", "ing", "s"))
    if token.tag in INFLECTED and (lemma in norms.measured or (lemma in norms.predicted and not regular)):
        return norms.of(token.lemma, token.lemma)
    return norms.of(token.text, token.lemma)
