"""Lexical diversity that does not fall with the length of the sample: windows, segments, draws and factors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..invariances import unchanged_by_all_but
from ..registry import family, feature

WINDOWS = (10, 25, 50)
LEAST = {10: 100, 25: 25, 50: 50}
"""Words needed by window. A window of 10 gives values long before they settle: on 50 words they are a standard
deviation between speakers too low (docs/validation/language_curves.md)."""

FACTOR = 0.72
"""The type-token ratio a factor must fall below (McCarthy & Jarvis 2010, section MTLD)."""

PERIODIC = tuple(f"w{index % 20}" for index in range(120))
"""Twenty words said over and over: every window of 20 or more holds exactly 20 types."""

_ORDERED = unchanged_by_all_but("utterance_order", "word_order")


@family(
    *(
        FeatureSpec(
            name=f"lexical.mattr_{size}",
            unit="ratio",
            low=0,
            high=1,
            needs={"words": LEAST[size]},
            version=2 if size == 10 else 1,
            definition=f"Mean of types / {size} over all N - {size - 1} windows of {size} consecutive words.",
            citation="covington2010",
            example=Example(
                {"words": PERIODIC}, min(size, 20) / size, 1e-12, f"each window holds {min(size, 20)} types"
            ),
            invariances=_ORDERED,
            settings={"window": size},
        )
        for size in WINDOWS
    )
)
def moving_average_ttr(words: tuple[str, ...]) -> dict[str, float | Missing]:
    return {f"lexical.mattr_{size}": mattr(words, size) for size in WINDOWS}


def mattr(words: Sequence[str], size: int) -> float | Missing:
    """Mean type-token ratio of all windows of `size` words; a sum of integers, so exact."""
    if len(words) < size:
        return Missing(Reason.TOO_SHORT, f"words: needs {size}, got {len(words)}")
    counts = Counter(words[:size])
    types = len(counts)
    total = types
    for entering, leaving in zip(words[size:], words, strict=False):
        counts[entering] += 1
        types += counts[entering] == 1
        counts[leaving] -= 1
        types -= counts[leaving] == 0
        total += types
    return total / (size * (len(words) - size + 1))


@feature(
    name="lexical.msttr_50",
    unit="ratio",
    low=0,
    high=1,
    needs={"words": 100},
    definition="Mean type-token ratio of consecutive 50-word segments; words after the last full segment are dropped.",
    citation="johnson1944",
    example=Example({"words": PERIODIC}, 20 / 50, 1e-12, "both full segments hold 20 types"),
    invariances=_ORDERED,
    settings={"segment": 50},
)
def msttr_50(words: tuple[str, ...]) -> float:
    segments = [words[start : start + 50] for start in range(0, len(words) - 49, 50)]
    return sum(len(set(segment)) for segment in segments) / (50 * len(segments))


@feature(
    name="lexical.hdd_42",
    unit="ratio",
    low=0,
    high=1,
    needs={"words": 50},
    definition="Sum over types of the chance that the type is among 42 words drawn without replacement "
    "(hypergeometric), over 42: the expected type-token ratio of such a draw.",
    citation="mccarthy2010",
    example=Example(
        {"words": tuple(f"w{index}" for index in range(60))},
        1.0,
        1e-12,
        "of 60 different words any 42 are different; tolerance for 42 products",
    ),
    invariances=unchanged_by_all_but(),
    settings={"draw": 42},
)
def hdd_42(words: tuple[str, ...]) -> float:
    total = len(words)
    expected = 0.0
    for times, types in sorted(Counter(Counter(words).values()).items()):
        # P(never drawn) as a product of 42 ratios: exact to rounding, no factorials.
        drawn = np.arange(42)
        absent = float(np.prod(np.maximum(total - times - drawn, 0) / (total - drawn)))
        expected += types * (1 - absent)
    return min(expected / 42, 1.0)


@feature(
    name="lexical.mtld",
    unit="words",
    low=1,
    high=None,
    needs={"words": 100},
    definition="N over the number of factors, a factor being a run of words that ends when its type-token ratio "
    "falls below 0.72; the rest counts as (1 - its ratio) / (1 - 0.72) of a factor; forward and backward averaged. "
    "Missing when no word recurs: there is no factor then, not a length of 0.",
    citation="mccarthy2010",
    example=Example(
        {"words": PERIODIC},
        120 / 4,
        1e-12,
        "20 / 28 is the first ratio below 0.72: four factors of 28 words, and 8 words left whose ratio is 1",
    ),
    invariances=_ORDERED,
    settings={"threshold": FACTOR},
)
def mtld(words: tuple[str, ...]) -> float | Missing:
    forward, backward = _factors(words), _factors(reversed(words))
    if forward == 0 or backward == 0:
        return Missing(Reason.UNDEFINED, f"no word of {len(words)} recurs, so there is no factor")
    return (len(words) / forward + len(words) / backward) / 2


def _factors(words: Iterable[str]) -> float:
    factors = 0.0
    types: set[str] = set()
    length = 0
    for word in words:
        types.add(word)
        length += 1
        if len(types) / length < FACTOR:
            factors += 1
            types.clear()
            length = 0
    rest = (1 - len(types) / length) / (1 - FACTOR) if length else 0.0
    return factors + rest


@feature(
    name="lexical.mtld_wrap",
    unit="words",
    low=1,
    high=None,
    needs={"words": 100},
    version=2,
    definition="Mean length of the factor that starts at each word, the text wrapping round to its start; a factor "
    "ends when its type-token ratio falls below 0.72. Missing when the ratio of the whole text does not, for then a "
    "factor would have to count words twice.",
    citation="kyle2021",
    example=Example(
        {"words": PERIODIC}, 28.0, 1e-12, "20 / 28 is the first ratio below 0.72, from wherever one starts"
    ),
    invariances=_ORDERED,
    settings={"threshold": FACTOR},
)
def mtld_wrap(words: tuple[str, ...]) -> float | Missing:
    total = len(words)
    whole = len(set(words)) / total
    if whole >= FACTOR:
        return Missing(
            Reason.UNDEFINED, f"the type-token ratio of all {total} words is {whole:.3f}, not below {FACTOR}"
        )
    since = _since_last(words)
    started = np.arange(total)
    types = np.zeros(total, dtype=np.int64)
    lengths = 0
    # All factors grow together by one word a step; a word is new to a factor that began after its last occurrence.
    for length in range(1, total + 1):
        types += since[(started + length - 1) % total] >= length
        going = types / length >= FACTOR
        lengths += length * int(len(started) - going.sum())
        started, types = started[going], types[going]
        if len(started) == 0:
            break
    return lengths / total


def _since_last(words: Sequence[str]) -> npt.NDArray[np.int64]:
    """How many words back each word was last said, the text being a ring; its length for a word said once."""
    last: dict[str, int] = {}
    since = np.empty(len(words), dtype=np.int64)
    for turn in range(2):
        for index, word in enumerate(words, start=turn * len(words)):
            since[index % len(words)] = index - last.get(word, index - len(words))
            last[word] = index
    return since
