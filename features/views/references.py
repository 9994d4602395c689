"""What ordinary talk of the same lengths, the same words or on any topic would give."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...data_schemas.feature import Missing, Reason
from ...data_schemas.sample import EMBEDDER, LANGUAGE_MODEL, Routing
from ...data_schemas.transcript import Transcript
from ..registry import view
from ..semantic.reference_table import load
from .language import spoken
from .meaning import Vectors

TOP = 3
"""Topic experts that stand for an utterance."""

Bits = tuple[tuple[tuple[float, float], ...], ...]


@view(size=len, size_unit="pairs")
def expected_cosines(vector_lengths: tuple[int, ...], weights: Mapping[str, str]) -> Vectors | Missing:
    """Cosine that ordinary talk of the same lengths gives each pair of neighbouring utterances."""
    lengths = np.asarray(vector_lengths, dtype=np.float64)
    found = load().expected_cosines(weights.get(EMBEDDER), lengths[:-1], lengths[1:])
    return _unknown("cosines", EMBEDDER) if found is None else found


@view()
def expected_first_z(vector_lengths: tuple[int, ...], weights: Mapping[str, str]) -> float | Missing:
    """What order adds to the coherence of ordinary talk in as many utterances of the same lengths, as a z."""
    found = load().expected_first_z(weights.get(EMBEDDER), np.asarray(vector_lengths, dtype=np.float64))
    return _unknown("coherence of ordinary order", EMBEDDER) if found is None else found


@view(size=lambda bits: sum(map(len, bits)), size_unit="words")
def bits_and_expected(
    transcript: Transcript, surprisal: tuple[tuple[float | None, ...], ...], weights: Mapping[str, str]
) -> Bits | Missing:
    """For each utterance the surprisal of its words and what their frequency would give; words in no list left out."""
    from wordfreq import zipf_frequency

    table, name, found = load(), weights.get(LANGUAGE_MODEL), []
    if table.expected_bits(name, np.zeros(0)) is None:
        return _unknown("surprisal", LANGUAGE_MODEL)
    for utterance, words in zip(transcript.of_participant, surprisal, strict=True):
        listed = [
            (bits, zipf)
            for word, bits in zip(spoken(utterance).split(), words, strict=True)
            if bits is not None and (zipf := zipf_frequency(word.lower(), "en")) > 0
        ]
        if listed:
            bits, zipf = (np.array(column) for column in zip(*listed, strict=True))
            expected = table.expected_bits(name, zipf)
            assert expected is not None
            found.append(tuple(zip(map(float, bits), map(float, expected), strict=True)))
    return tuple(found)


@view(size=len, size_unit="utterances")
def top_topics(routing: Routing, weights: Mapping[str, str]) -> tuple[frozenset[int], ...] | Missing:
    """The three topic experts that stand out most in each utterance that used any expert.

    An expert stands out by share x log(share / its share in ordinary talk); those used less than there do not.
    """
    topics = load().topics(weights.get(LANGUAGE_MODEL))
    if topics is None:
        return _unknown("topic experts", LANGUAGE_MODEL)
    found = []
    for utterance in range(len(routing)):
        entries = slice(int(routing.starts[utterance]), int(routing.starts[utterance + 1]))
        experts, shares = routing.experts[entries], routing.shares[entries].astype(np.float64)
        if not len(experts):
            continue
        at, known = topics.places(experts)
        at, experts, shares = at[known], experts[known], shares[known]
        weight = shares * np.log(shares / topics.base[at])
        best = np.argsort(-weight, kind="stable")[:TOP]
        found.append(frozenset(int(experts[k]) for k in best if weight[k] > 0))
    return tuple(found)


def _unknown(what: str, role: str) -> Missing:
    return Missing(Reason.MODEL_ABSENT, f"reference {what}: none for these weights of the {role}")
