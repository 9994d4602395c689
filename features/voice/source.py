"""The glottal source: how the first harmonic stands against the second and against the third formant."""

from __future__ import annotations

import numpy as np

from ...data_schemas.feature import Example, FeatureSpec
from ..estimates import Value, ratio
from ..invariances import unchanged_by_all_but
from ..noise_limits import SOURCE
from ..registry import family
from ..views.acoustic import SPECTRUM_WINDOW
from ..views.harmonics import NEAR, Harmonics

HOW = (
    "the gain of the first two resonances taken off both (a digital resonator each, bandwidth by the formula of Hawks "
    "and Miller). Mean over the vowel-like frames: the louder half of the voiced frames with three formants, 40 ms "
    "Hann windows. F0, and so the second harmonic, must lie well below F1: doubtful for high voices and close vowels."
)

TWO = Harmonics(np.array([2.0, 4.0, 9.0]), np.array([20.0, 24.0, 31.0]), np.array([0, 0, 3]))

ROWS = {
    "h1_h2": (
        "Level of the first less that of the second harmonic, " + HOW,
        "iseli2007 hawks1995",
        5.0,
        "(2 + 4 + 9) / 3",
    ),
    "h1_a3": (
        "Level of the first harmonic less that of the strongest bin within 10 % of the third formant, "
        + HOW.replace("off both", "off both, and off the latter that of the third,"),
        "hanson1997 iseli2007 hawks1995",
        25.0,
        "(20 + 24 + 31) / 3",
    ),
}


@family(
    *(
        FeatureSpec(
            name=f"voice.{name}",
            unit="dB",
            low=None,
            high=None,
            needs=SOURCE.needs(voiced=2),
            definition=definition,
            citation=citation,
            example=Example({"harmonics": TWO}, expect, 1e-12, why),
            version=2,
            invariances=unchanged_by_all_but(),
            settings={"window_s": SPECTRUM_WINDOW, "near_third_formant": NEAR} | SOURCE.settings,
        )
        for name, (definition, citation, expect, why) in ROWS.items()
    )
)
def source_levels(harmonics: Harmonics) -> dict[str, Value]:
    run = np.unique(harmonics.run, return_inverse=True)[1]
    counts = np.bincount(run) if len(run) else np.zeros(0)
    return {
        f"voice.{name}": ratio(
            np.bincount(run, getattr(harmonics, name)) if len(run) else counts, counts, what="vowel-like frames"
        )
        for name in ROWS
    }
