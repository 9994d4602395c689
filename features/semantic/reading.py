"""How surprising words are to a language model, and which of its experts neighbouring utterances share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Example, Missing, Reason
from ..estimates import Estimate, Value, mean, pooled, ratio
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.meaning import Vectors
from ..views.reading import affinity
from ..views.references import Bits

BITS = ((1.0, 3.0), (2.0, 6.0))
"""Two utterances of two words: mean 3 bits, squared deviations 4, 0, 1, 9."""

USE = np.array([[[1.0, 0.0]], [[0.5, 0.5]], [[0.0, 1.0]]])
"""Half-expert use of three utterances: neighbours share sqrt(0.5) each."""

_LEFT_OUT = "each utterance read alone from its start, words with a character the model does not know left out. "
_MODEL = "The model is named in provenance.json; values of two models are not comparable."


@feature(
    name="semantic.surprisal_mean",
    unit="bits/word",
    low=0,
    high=None,
    needs={"words": 50},
    languages=frozenset(["en"]),
    definition="Mean surprisal, -log2 p(word | words before it in the utterance), of the participant's words under the "
    f"Monet language model, summed over a word's pieces; {_LEFT_OUT}{_MODEL}",
    citation="park2025 hale2001",
    example=Example({"word_bits": BITS}, 3.0, 1e-12, "mean of 1, 3, 2 and 6"),
    invariances=unchanged_by_all_but("word_order"),
)
def surprisal_mean(word_bits: tuple[tuple[float, ...], ...]) -> Value:
    return ratio([sum(words) for words in word_bits], [len(words) for words in word_bits], what="words with bits")


@feature(
    name="semantic.surprisal_sd",
    unit="bits/word",
    low=0,
    high=None,
    needs={"words": 50},
    languages=frozenset(["en"]),
    definition="Standard deviation (n - 1) of the words' surprisal under the Monet language model; "
    + _LEFT_OUT
    + _MODEL,
    citation="park2025 hale2001",
    example=Example({"word_bits": BITS}, (14 / 3) ** 0.5, 1e-12, "squared deviations 4, 0, 1, 9 over three"),
    invariances=unchanged_by_all_but("word_order"),
)
def surprisal_sd(word_bits: tuple[tuple[float, ...], ...]) -> Estimate | Missing:
    sizes = np.array([len(words) for words in word_bits], dtype=np.float64)
    total = int(sizes.sum())
    if total < 2:
        return Missing(Reason.UNDEFINED, f"words with bits: needs 2, got {total}")
    sums = np.array([sum(words) for words in word_bits])
    squares = np.array([sum(bits * bits for bits in words) for words in word_bits])

    def replicate(draws: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        n = sizes[draws].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = (squares[draws].sum(axis=1) - sums[draws].sum(axis=1) ** 2 / n) / (n - 1)
            return np.asarray(np.sqrt(np.maximum(variance, 0.0)), dtype=np.float64)

    value = float(np.std([bits for words in word_bits for bits in words], ddof=1))
    return Estimate(value, total, len(word_bits), replicate)


@feature(
    name="semantic.perplexity",
    unit="index",
    low=1,
    high=None,
    needs={"words": 50},
    languages=frozenset(["en"]),
    definition="exp of the mean negative log-likelihood of a word, so 2 to the power of surprisal_mean, under the "
    "Monet language model: of words and not of its pieces, whose number depends on the model. It follows word "
    f"frequency closely (Cohen and Pakhomov 2020); {_LEFT_OUT}{_MODEL}",
    citation="wankerl2017 cohen2020 park2025",
    example=Example({"word_bits": BITS}, 8.0, 1e-9, "2 to the power of 3, the mean of 1, 3, 2 and 6"),
    invariances=unchanged_by_all_but("word_order"),
)
def perplexity(word_bits: tuple[tuple[float, ...], ...]) -> Value:
    return pooled(
        [[sum(words) for words in word_bits], [len(words) for words in word_bits]],
        lambda bits, words: np.exp2(bits / words),
        n=sum(map(len, word_bits)),
        what="words with bits",
    )


@feature(
    name="semantic.surprisal_frequency_residual",
    unit="bits/word",
    low=None,
    high=None,
    needs={"words": 50},
    languages=frozenset(["en"]),
    definition="Mean over words of their surprisal less what their Zipf frequency gives in open conversation (a line "
    "fitted by benchmarks/make_references.py): above 0 where words surprise more than rarity explains. Words in no "
    "frequency list are left out. Known for the Monet that comes with lalia only.",
    citation="cohen2020 speer2022 park2025",
    example=Example(
        {"bits_and_expected": (((1.0, 2.0), (3.0, 2.5)), ((2.0, 4.0), (6.0, 5.5)))},
        (-1 + 0.5 - 2 + 0.5) / 4,
        1e-12,
        "differences -1, 0.5, -2 and 0.5",
    ),
    invariances=unchanged_by_all_but("word_order"),
    settings={"table": "references.npz", "wordlist": "wordfreq en best"},
)
def surprisal_frequency_residual(bits_and_expected: Bits) -> Value:
    return ratio(
        [sum(bits - expected for bits, expected in words) for words in bits_and_expected],
        [len(words) for words in bits_and_expected],
        what="listed words",
    )


@feature(
    name="semantic.monet_expert_overlap",
    unit="cosine",
    low=0,
    high=1,
    needs={"utterances": 5, "words": 50},
    languages=frozenset(["en"]),
    definition="Mean over adjacent utterances of the Hellinger affinity, sum of sqrt(p q), of their use of the "
    "language model's half-experts, averaged over routers and sides: 1 when the same experts are used as much. It "
    f"follows the utterances' lengths. {_MODEL}",
    citation="park2025",
    example=Example({"half_expert_use": USE}, 0.5**0.5, 1e-12, "sqrt(0.5) between neighbours"),
    invariances=unchanged_by_all_but("utterance_order", "word_order"),
)
def monet_expert_overlap(half_expert_use: Vectors) -> Value:
    if len(half_expert_use) < 2:
        return Missing(Reason.UNDEFINED, f"utterances with words: needs 2, got {len(half_expert_use)}")
    return mean(affinity(half_expert_use[:-1], half_expert_use[1:]))
