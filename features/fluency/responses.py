"""How many responses a fluency task brought, how common their words are, and how they spread over the time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ...data_schemas.recording import LIST_TASKS
from ..estimates import Estimate, Value, count, mean, spread
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.fluency import Answers, Response

TASKS = LIST_TASKS

EXAMPLE = Answers(
    (
        Response("dog", 1.0, True),
        Response("cat", 2.0, True),
        Response("dog", 4.0, True),
        Response("tractor", 8.0, False),
        Response("horse", 12.0, True),
    ),
    "animals",
    True,
    13.0,
)
"""Three animals, one of them again, and a tractor; gaps of 1, 2, 4 and 4 s from 1 s on, talk until 13 s."""

README = Answers(tuple(Response(name) for name in ("word", "frequency", "zipf", "word")), "words", False)
"""Words whose Zipf frequencies wordfreq's own documentation prints: 5.26, 4.36 and 1.49."""


def _spec(
    name: str, unit: str, high: float | None, definition: str, citation: str, *moved_by: str, **more: Any
) -> FeatureSpec:
    return FeatureSpec(
        name=f"fluency.{name}",
        unit=unit,
        low=0,
        high=high,
        definition=definition,
        citation=citation,
        tasks=TASKS,
        version=2,
        languages=frozenset(["en"]),
        # Names of two words, comments and bare words are told by their neighbours.
        invariances=unchanged_by_all_but("word_order", *moved_by),
        **more,
    )


def _count_spec(name: str, definition: str, expect: float, why: str) -> FeatureSpec:
    # Which words are names is told by their capitals too.
    example = Example({"answers": EXAMPLE}, expect, 0, why)
    return _spec(name, "count", None, definition, "troyer1997", "case", example=example)


@family(
    _count_spec(
        "correct_count",
        "Distinct responses that belong to the category (by lalia's lists: animals, fruits, vegetables, supermarket) "
        "or begin with the letter and are no number and no proper noun. Plurals and other spellings are one response "
        "with the name, and so, unless a recogniser wrote it, is a form that English does not have (by wordfreq) and "
        "that is within an edit or two of one listed name. Proper nouns are told by lalia's lists (people, places, "
        "peoples, languages, months, days, brands) and, where a transcript has case, by a capital inside an utterance; "
        "what is a common word too (rose, mark, turkey) counts, and so does a name that is in no list and has no such "
        "capital. A clause that asks something is left out. The whole recording counts: cut it at the time limit.",
        3,
        "dog, cat, horse",
    ),
    _count_spec(
        "repetition_count",
        "Responses given before, intrusions apart, by listed name or the parser's lemma; one given again at once is a "
        "repetition too, unless a transcriber marked it as a disfluency (CHAT [/]). In a category without a list every "
        "response counts as one of it.",
        1,
        "dog again",
    ),
    _count_spec(
        "intrusion_count",
        "Responses outside the category: bare nouns that are in no list of it; in a letter task proper nouns (told as "
        "in correct_count), numbers and bare nouns with another letter. Talk about the task is no response.",
        1,
        "tractor",
    ),
)
def response_counts(answers: Answers) -> dict[str, Value]:
    total, accepted = len(answers.given), answers.accepted
    distinct = len({response.name for response in accepted})
    unknown = Missing(Reason.UNDEFINED, f"no list for {answers.asked[:40]!r}")
    return {
        "fluency.correct_count": count(distinct, total) if answers.ruled else unknown,
        "fluency.repetition_count": count(len(accepted) - distinct, total),
        "fluency.intrusion_count": count(total - len(accepted), total) if answers.ruled else unknown,
    }


def _zipf_spec(name: str, high: float | None, definition: str, expect: float, why: str) -> FeatureSpec:
    return _spec(
        name,
        "zipf",
        high,
        definition + " of distinct responses, intrusions apart, by their singular or lemma; names of two words by "
        "wordfreq's rule for phrases; those in no word list are left out.",
        "lundin2020 speer2022",
        "case",
        example=Example({"answers": README}, expect, 1e-9, why),
        settings={"wordlist": "wordfreq en best"},
    )


@family(
    _zipf_spec(
        "mean_zipf_frequency",
        8,
        "Mean Zipf frequency (log10 of occurrences in a billion words)",
        (5.26 + 4.36 + 1.49) / 3,
        "word 5.26, frequency 4.36, zipf 1.49, as wordfreq's documentation prints them; word counts once",
    ),
    _zipf_spec(
        "sd_zipf_frequency",
        None,
        "Standard deviation (n - 1) of the Zipf frequency",
        float(np.std([5.26, 4.36, 1.49], ddof=1)),
        "numpy on the three values of wordfreq's documentation",
    ),
)
def response_frequencies(answers: Answers) -> dict[str, Value]:
    from wordfreq import zipf_frequency

    names = dict.fromkeys(response.name for response in answers.accepted)
    listed = [zipf for zipf in (zipf_frequency(name, "en") for name in names) if zipf > 0]
    return {"fluency.mean_zipf_frequency": mean(listed), "fluency.sd_zipf_frequency": spread(listed)}


def _time_spec(name: str, unit: str, high: float | None, definition: str, expect: float, why: str) -> FeatureSpec:
    return _spec(
        name,
        unit,
        high,
        definition,
        "lundin2023",
        example=Example({"answers": EXAMPLE}, expect, 1e-12, why),
    )


@family(
    _time_spec(
        "inter_response_mean",
        "s",
        None,
        "Mean time between the onsets of successive responses, repetitions and intrusions included.",
        11 / 4,
        "(1 + 2 + 4 + 4) / 4",
    ),
    _time_spec(
        "inter_response_sd",
        "s",
        None,
        "Standard deviation (n - 1) of the time between the onsets of successive responses, repetitions and "
        "intrusions included.",
        1.5,
        "deviations -1.75, -0.75, 1.25, 1.25: squares sum to 6.75, over 3",
    ),
    _time_spec(
        "first_quartile_share",
        "ratio",
        1,
        "Responses whose onset is in the first quarter of the time / all, repetitions and intrusions included; the "
        "time runs from the first response to the end of the participant's last word. Silence after it does not count.",
        3 / 5,
        "onsets at 1, 2 and 4 s lie in the 3 s after the first",
    ),
)
def response_times(answers: Answers) -> dict[str, Value]:
    onsets = np.sort([response.start for response in answers.given if response.start is not None])
    names = ("inter_response_mean", "inter_response_sd", "first_quartile_share")
    if len(onsets) < len(answers.given):
        untimed = Missing(Reason.NO_WORD_TIMES, f"{len(answers.given) - len(onsets)} of {len(answers.given)} responses")
        return {f"fluency.{name}": untimed for name in names}
    gaps = np.diff(onsets)
    return {
        "fluency.inter_response_mean": mean(gaps),
        "fluency.inter_response_sd": spread(gaps),
        "fluency.first_quartile_share": _early(onsets, answers.end),
    }


def _early(onsets: np.ndarray, end: float | None) -> Value:
    if len(onsets) < 2 or end is None:
        return Missing(Reason.UNDEFINED, f"responses: needs 2, got {len(onsets)}")
    # A quarter of a sum of binary fractions may come out a rounding short.
    quarter = onsets[0] + (end - onsets[0]) / 4 + 1e-9
    return Estimate(float(np.mean(onsets <= quarter)), len(onsets), 0)
