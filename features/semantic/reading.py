"""How surprising words are to a language model, and which of its experts neighbouring utterances share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...data_schemas.feature import Example, Missing, Reason
from ..estimates import Estimate, Value, mean, ratio
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.meaning import Vectors

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
    invariances=unchanged_by_all_but(),
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
    invariances=unchanged_by_all_but(),
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
    invariances=unchanged_by_all_but("utterance_order"),
)
def monet_expert_overlap(half_expert_use: Vectors) -> Value:
    if len(half_expert_use) < 2:
        return Missing(Reason.UNDEFINED, f"utterances with words: needs 2, got {len(half_expert_use)}")
    shared = np.sqrt(half_expert_use[:-1] * half_expert_use[1:]).sum(axis=2).mean(axis=1)
    return mean(np.clip(shared, 0.0, 1.0))
