"""Lexical diversity: how varied the participant's words are, from counts of words and types."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ...data_schemas.sample import Token
from ..estimates import Estimate, count
from ..invariances import unchanged_by_all_but
from ..registry import family, feature
from ..views.examples import parse_of

ALICE = tuple("the cat sat on the mat and the dog sat too".split())
"""Eleven tokens, eight types, six of them once: the, 3; sat, 2."""


@feature(
    name="lexical.word_count",
    unit="count",
    low=0,
    high=None,
    definition="Participant's word tokens N: words only (no punctuation, fillers, fragments, retraced material); "
    "contractions split as the parser splits them. In a language that the parser does not read: the words as "
    "transcribed, parted at spaces.",
    citation="voleti2020",
    example=Example({"words": ALICE}, 11, 0, "a count"),
    invariances=unchanged_by_all_but(),
)
def word_count(words: tuple[str, ...]) -> Estimate:
    return count(len(words))


@feature(
    name="lexical.type_count",
    unit="count",
    low=0,
    high=None,
    definition="Distinct word forms V, case ignored; words as for word_count.",
    citation="voleti2020",
    example=Example({"words": ALICE}, 8, 0, "a count"),
    invariances=unchanged_by_all_but(),
)
def type_count(words: tuple[str, ...]) -> Estimate:
    return count(len(set(words)), len(words))


@feature(
    name="lexical.lemma_type_count",
    unit="count",
    low=0,
    high=None,
    definition="Distinct lemmas, lower-cased, as the parser gives them.",
    citation="voleti2020",
    example=Example(
        {"tokens": parse_of("Dogs/NOUN/////dog and/CCONJ a/DET dog/NOUN")},
        3,
        0,
        "a count: dog (twice), and, a",
    ),
    invariances=unchanged_by_all_but(),
    languages=frozenset(["en"]),
)
def lemma_type_count(tokens: tuple[Token, ...]) -> Estimate:
    return count(len({token.lemma.lower() for token in tokens}), len(tokens))


def _index(
    name: str,
    unit: str,
    high: float | None,
    definition: str,
    citation: str,
    expect: float,
    why: str,
    **more: Any,
) -> FeatureSpec:
    return FeatureSpec(
        name=f"lexical.{name}",
        unit=unit,
        low=0,
        high=high,
        needs={"words": 50},
        definition=definition,
        citation=citation,
        example=Example({"words": ALICE}, expect, 1e-12, why),
        invariances=unchanged_by_all_but(),
        **more,
    )


@family(
    _index(
        "ttr",
        "ratio",
        1,
        "V / N: distinct forms, case ignored, over tokens. Falls with N, so read it beside word_count.",
        "johnson1944",
        8 / 11,
        "eight types in eleven tokens",
    ),
    _index("root_ttr", "ratio", None, "V / sqrt(N).", "guiraud1954", 8 / 11**0.5, "closed form with V = 8, N = 11"),
    _index(
        "corrected_ttr", "ratio", None, "V / sqrt(2 N).", "carroll1964", 8 / 22**0.5, "closed form with V = 8, N = 11"
    ),
    _index(
        "log_ttr",
        "ratio",
        1,
        "ln V / ln N.",
        "herdan1960",
        math.log(8) / math.log(11),
        "closed form with V = 8, N = 11",
    ),
    _index(
        "maas_a2",
        "ratio",
        None,
        "(ln N - ln V) / (ln N)^2, natural logarithms; lower is more varied.",
        "maas1972",
        math.log(11 / 8) / math.log(11) ** 2,
        "closed form with V = 8, N = 11",
    ),
    _index(
        "brunet_w",
        "index",
        None,
        "N^(V^-0.165); lower is richer.",
        "brunet1978",
        11 ** (8**-0.165),
        "closed form with V = 8, N = 11",
        settings={"exponent": -0.165},
    ),
)
def type_token_indices(words: tuple[str, ...]) -> dict[str, float]:
    n, v = len(words), len(set(words))
    return {
        "lexical.ttr": v / n,
        "lexical.root_ttr": v / math.sqrt(n),
        "lexical.corrected_ttr": v / math.sqrt(2 * n),
        "lexical.log_ttr": math.log(v) / math.log(n),
        "lexical.maas_a2": (math.log(n) - math.log(v)) / math.log(n) ** 2,
        "lexical.brunet_w": n ** (v**-0.165),
    }


@family(
    _index(
        "yule_k",
        "index",
        None,
        "1e4 (sum of i^2 V_i - N) / N^2, V_i the number of types that occur i times; lower is more varied.",
        "yule1944",
        1e4 * (9 + 4 + 6 - 11) / 121,
        "one type three times, one twice, six once",
    ),
    _index(
        "simpson_d",
        "ratio",
        1,
        "sum over types of n_i (n_i - 1) / (N (N - 1)): the chance that two tokens drawn without replacement are the "
        "same word; lower is more varied.",
        "simpson1949",
        (6 + 2) / 110,
        "three 'the' give 6 ordered pairs, two 'sat' give 2, of 110",
    ),
    _index(
        "honore_r",
        "index",
        None,
        "100 ln N / (1 - V1 / V), V1 the types that occur once; missing when V1 = V; higher is richer.",
        "honore1979",
        100 * math.log(11) / (1 - 6 / 8),
        "six of eight types occur once",
    ),
    _index(
        "hapax_ratio",
        "ratio",
        1,
        "V1 / V: types that occur once over types.",
        "baayen2001",
        6 / 8,
        "six of eight types occur once",
    ),
    _index(
        "entropy",
        "bits",
        None,
        "-sum over types of p log2 p with p = n_i / N: Shannon entropy of the word distribution, no bias correction.",
        "shannon1948",
        math.log2(11) - (3 * math.log2(3) + 2) / 11,
        "log2 N minus the mean log2 count: (3 log2 3 + 2 log2 2) / 11",
    ),
)
def spectrum_indices(words: tuple[str, ...]) -> dict[str, float | Missing]:
    counts = Counter(words)
    n, v = len(words), len(counts)
    once = sum(times == 1 for times in counts.values())
    squares = sum(times * times for times in counts.values())
    return {
        "lexical.yule_k": 1e4 * (squares - n) / n**2,
        "lexical.simpson_d": (squares - n) / (n * (n - 1)),
        "lexical.honore_r": 100 * math.log(n) / (1 - once / v)
        if once < v
        else Missing(Reason.UNDEFINED, f"all {v} types occur once"),
        "lexical.hapax_ratio": once / v,
        # Subtracting from log2 N would leave -1e-16 for a single type, which is outside the range.
        "lexical.entropy": sum(times / n * math.log2(n / times) for times in sorted(counts.values())),
    }
