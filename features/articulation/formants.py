"""Where and how widely the formants of the vowels lie."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..estimates import Value, pooled
from ..invariances import unchanged_by_all_but
from ..noise_limits import FORMANTS
from ..registry import family
from ..views.blocks import FRAME, Floats
from ..views.formants import CEILINGS, LOW_VOICE, NUMBER, PRE_EMPHASIS, WINDOW, Formants

HOW = (
    "over the vowel-like frames: the louder half of the voiced frames of the participant's speech, every 10 ms. Burg's "
)
HOW += "method, five formants below 5000 Hz if the median F0 is below 165 Hz (our own bound between men and women), "
HOW += "else 5500 Hz; not made for children's higher formants."

SETTINGS: dict[str, float | str] = {
    "time_step_s": FRAME,
    "window_s": WINDOW,
    "pre_emphasis_from_hz": PRE_EMPHASIS,
    "formants": NUMBER,
    "ceiling_hz": CEILINGS[0],
    "ceiling_of_high_voices_hz": CEILINGS[1],
    "high_voice_from_hz": LOW_VOICE,
    **FORMANTS.settings,
}

# Four frames in two runs: F1 500 to 800 Hz, F2 twice and F3 four times that.
RISING = Formants(
    np.outer([500.0, 600.0, 700.0, 800.0], [1.0, 2.0, 4.0]),
    np.array([0, 0, 0, 1]),
    np.array([0.0, 0.01, 0.02, 0.5]),
    np.full(4, 100.0),
)

STATISTICS = {
    "mean": ("Mean", 650.0, "the mean of 500, 600, 700 and 800 Hz"),
    "sd": ("Standard deviation (n - 1)", float((50_000 / 3) ** 0.5), "squares of 150, 50, 50, 150 Hz over 3"),
}


@family(
    *(
        FeatureSpec(
            name=f"articulation.f{number}_{suffix}",
            unit="Hz",
            low=0,
            high=None,
            needs=FORMANTS.needs(voiced=2),
            version=3,
            definition=f"{what} of F{number} {HOW}",
            citation="boersma2001",
            example=Example(
                {"formants": RISING}, expect * 2 ** (number - 1), 1e-6, f"{why}, times {2 ** (number - 1)}"
            ),
            invariances=unchanged_by_all_but(),
            settings=SETTINGS,
        )
        for number in (1, 2, 3)
        for suffix, (what, expect, why) in STATISTICS.items()
    )
)
def formant_distribution(formants: Formants) -> dict[str, Value]:
    if not len(formants.run):
        short = Missing(Reason.UNDEFINED, "no vowel-like frame has three formants")
        return {f"articulation.f{number}_{suffix}": short for number in (1, 2, 3) for suffix in STATISTICS}
    _, run = np.unique(formants.run, return_inverse=True)
    counts = np.bincount(run)
    found: dict[str, Value] = {}
    for column in range(3):
        hz = formants.hz[:, column]
        sums = [counts, np.bincount(run, hz), np.bincount(run, hz**2)]
        for suffix, statistic in (("mean", _mean), ("sd", _sd)):
            found[f"articulation.f{column + 1}_{suffix}"] = pooled(sums, statistic, n=len(hz), what="frames")
    return found


def _mean(count: Floats, total: Floats, square: Floats) -> Floats:
    return total / count


def _sd(count: Floats, total: Floats, square: Floats) -> Floats:
    # A constant formant may come out a rounding below nothing.
    return np.asarray(np.sqrt(np.maximum(square - total**2 / count, 0) / (count - 1)))
