"""How much is said in the time, by words."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import NOT_MEASURED, Example, FeatureSpec, Missing
from ...data_schemas.transcript import Word
from .. import published
from ..estimates import Estimate, Numbers, Value, extreme, mean, pooled
from ..invariances import unchanged_by_all_but
from ..registry import family
from ..views.speech import PAUSE, Run, TimedWord
from .pauses import SAID, Talk

FOURTEEN = tuple(Word(text="so") for _ in range(14))
COUNTS = "Words are words said, repeated and revised ones with them; fillers and fragments do not count."

ROWS = {
    "pause_word_ratio": (
        "ratio", "Silent pauses of at least 0.25 s / words. " + COUNTS, "roark2011", 2 / 14, "2 pauses, 14 words",
    ),
    "standardised_phonation_time": (
        "s/word", "phonation_time / words. " + COUNTS, "singh2001", 6 / 14, "6 s, 14 words",
    ),
    "standardised_pause_rate": (
        "words/pause", "Words / silent pauses of at least 0.25 s. " + COUNTS, "roark2011", 7, "14 words, 2 pauses",
    ),
    "verbal_rate": ("words/s", "Words / speech_duration. " + COUNTS, "roark2011", 14 / 8, "14 words, 8 s"),
    "speech_rate_words": ("words/min", "60 x words / speech_duration. " + COUNTS, "roark2011", 105, "60 x 14 / 8"),
}  # fmt: skip

RUN_ROWS = {
    "run_length_mean": ("Mean words between silent pauses of at least 0.25 s. " + COUNTS, 14 / 3, "(4 + 8 + 2) / 3"),
    "run_length_max": ("Most words between two silent pauses of at least 0.25 s. " + COUNTS, 8, "of 4, 8 and 2"),
}


@family(
    *(
        FeatureSpec(
            name=f"timing.{name}",
            unit=unit,
            low=0,
            high=None,
            needs={"speech": 5},
            definition=definition,
            citation=citation,
            example=Example({"runs": SAID, "counted_words": FOURTEEN}, expect, 1e-12, why),
            invariances=unchanged_by_all_but(),
            settings={"minimum_pause_s": PAUSE},
            repeatability=published.SPEECH_RATE if name == "speech_rate_words" else NOT_MEASURED,
        )
        for name, (unit, definition, citation, expect, why) in ROWS.items()
    )
)
def word_rates(runs: tuple[Run, ...], counted_words: tuple[Word, ...]) -> dict[str, Value]:
    talk, total = Talk(runs), len(counted_words)
    paused = (talk.silent > 0).astype(float)

    def over(top: Numbers, bottom: Numbers, scale: float = 1.0) -> Value:
        made = pooled([top, bottom], lambda a, b: scale * a / b, n=total)
        # Words without times belong to no run, so runs cannot be drawn again.
        timed = total == talk.words.sum()
        return made if timed or isinstance(made, Missing) else Estimate(made.value, total, 0)

    words = talk.words if total == talk.words.sum() else np.full(len(runs), total / max(1, len(runs)))
    return {
        "timing.pause_word_ratio": over(paused, words),
        "timing.standardised_phonation_time": over(talk.spoken, words),
        "timing.standardised_pause_rate": over(words, paused),
        "timing.verbal_rate": over(words, talk.whole),
        "timing.speech_rate_words": over(words, talk.whole, 60),
    }


@family(
    *(
        FeatureSpec(
            name=f"timing.{name}",
            unit="words",
            low=0,
            high=None,
            needs={"speech": 5},
            definition=definition,
            citation="goldmaneisler1968",
            example=Example({"runs": SAID, "word_times": (TimedWord(0, 0.2),)}, expect, 1e-12, why),
            invariances=unchanged_by_all_but(),
            settings={"minimum_pause_s": PAUSE},
        )
        for name, (definition, expect, why) in RUN_ROWS.items()
    )
)
def run_lengths(runs: tuple[Run, ...], word_times: tuple[TimedWord, ...]) -> dict[str, Value]:
    lengths = Talk(runs).words
    return {"timing.run_length_mean": mean(lengths), "timing.run_length_max": extreme(lengths, np.max)}
