"""How long and how common the participant's words are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec
from ...data_schemas.sample import Parse
from ..estimates import Value, pooled, ratio
from ..invariances import unchanged_by_all_but
from ..registry import family, feature
from ..views.catenatives import written_out
from ..views.examples import parse_of
from .word_classes import OPEN

RARE = 3.5
"""Zipf frequency below which a word counts as rare: less than about 3 in a million words."""

README = (parse_of("the/DET word/NOUN frequency/NOUN"), parse_of("zipf/NOUN"))
"""Words whose Zipf frequencies wordfreq's own documentation prints: 5.26, 4.36 and 1.49."""


@feature(
    name="lexical.mean_word_length",
    unit="characters",
    low=1,
    high=None,
    needs={"words": 50},
    definition="Mean letters per word (Unicode letters; marks, digits and apostrophes are none); words without a "
    "letter are left out.",
    citation="fraser2016",
    example=Example(
        {"words_by_utterance": (("she", "does", "n't"), ("sing", "2"), ())},
        (3 + 4 + 2 + 4) / 4,
        1e-12,
        "letters of she, does, n't, sing; 2 has none",
    ),
    invariances=unchanged_by_all_but(),
)
def mean_word_length(words_by_utterance: tuple[tuple[str, ...], ...]) -> Value:
    letters = [[sum(map(str.isalpha, form)) for form in words] for words in words_by_utterance if words]
    return ratio(
        [sum(counts) for counts in letters],
        [sum(count > 0 for count in counts) for counts in letters],
        what="words with a letter",
    )


def _zipf_spec(
    name: str, unit: str, high: float | None, definition: str, expect: float, tolerance: float, why: str
) -> FeatureSpec:
    return FeatureSpec(
        name=f"lexical.{name}",
        unit=unit,
        low=0,
        high=high,
        needs={"words": 50},
        definition=definition,
        citation="speer2022",
        example=Example({"english_by_utterance": README}, expect, tolerance, why),
        invariances=unchanged_by_all_but(),
        languages=frozenset(["en"]),
        version=2,
        settings={"wordlist": "wordfreq en best", "rare_below": RARE},
    )


@family(
    _zipf_spec(
        "mean_zipf_frequency",
        "zipf",
        8,
        "Mean Zipf frequency (log10 of occurrences in a billion words) of the forms of content words (NOUN, PROPN, "
        "VERB, ADJ, ADV), each token counted; gonna is going. Words in no list are left out, and those marked as of "
        "another language.",
        (5.26 + 4.36 + 1.49) / 3,
        1e-9,
        "word 5.26, frequency 4.36, zipf 1.49, as wordfreq's documentation prints them",
    ),
    _zipf_spec(
        "low_frequency_rate",
        "ratio",
        1,
        "Content words with a Zipf frequency below 3.5, or in no list, over content words; gonna is going, and words "
        "marked as of another language are left out.",
        1 / 3,
        1e-12,
        "zipf, of three content words",
    ),
)
def zipf_frequency_rates(english_by_utterance: tuple[Parse, ...]) -> dict[str, Value]:
    by_utterance = [_zipf_of(parse) for parse in english_by_utterance]
    listed = [[zipf for zipf in found if zipf > 0] for found in by_utterance]
    return {
        "lexical.mean_zipf_frequency": ratio(
            [sum(found) for found in listed], [len(found) for found in listed], what="listed content words"
        ),
        "lexical.low_frequency_rate": ratio(
            [sum(zipf < RARE for zipf in found) for found in by_utterance],
            [len(found) for found in by_utterance],
            what="content words",
        ),
    }


@feature(
    name="lexical.sd_zipf_frequency",
    unit="zipf",
    low=0,
    high=None,
    needs={"words": 50},
    version=2,
    definition="Standard deviation (n - 1) of the Zipf frequencies of content words, chosen and looked up as for "
    "mean_zipf_frequency; words in no list are left out. The interval resamples utterances.",
    citation="speer2022",
    example=Example(
        {"english_by_utterance": README},
        1.9689167919,
        1e-9,
        "by hand: mean 3.7033, squared deviations 2.4232, 0.4312, 4.8989, over two",
    ),
    invariances=unchanged_by_all_but(),
    languages=frozenset(["en"]),
    settings={"wordlist": "wordfreq en best"},
)
def sd_zipf_frequency(english_by_utterance: tuple[Parse, ...]) -> Value:
    listed = [[zipf for zipf in _zipf_of(parse) if zipf > 0] for parse in english_by_utterance]
    every = [zipf for found in listed for zipf in found]
    # Sums of squares about the mean keep their digits, and a spread is the same about any point.
    about = sum(every) / max(len(every), 1)
    counts = [len(found) for found in listed]
    sums = [sum(zipf - about for zipf in found) for found in listed]
    squares = [sum((zipf - about) ** 2 for zipf in found) for found in listed]
    return pooled([counts, sums, squares], _deviation, n=len(every), what="listed content words less one")


def _deviation(n: Any, total: Any, squares: Any) -> Any:
    return np.sqrt(np.maximum(squares - total**2 / n, 0) / (n - 1))


def _zipf_of(tokens: Parse) -> list[float]:
    from wordfreq import zipf_frequency

    return [zipf_frequency(token.text.lower(), "en") for token in written_out(tokens) if token.pos in OPEN]
