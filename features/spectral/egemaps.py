"""The 88 functionals of eGeMAPSv02, where the `opensmile` extra is installed.

openSMILE's licence (audEERING GmbH) allows private, research and educational use only. It is therefore no part of the
core, nothing else reads it, and these features exist only where somebody has chosen to install it.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...data_schemas.audio import Audio
from ...data_schemas.feature import Example, FeatureSpec, Missing, Reason
from ..invariances import unchanged_by_all_but
from ..registry import family, view
from ..views.blocks import between
from ..views.spans import Spans

INSTALLED = importlib.util.find_spec("opensmile") is not None

_VOICED = (
    "F0semitoneFrom27.5Hz", "jitterLocal", "shimmerLocaldB", "HNRdBACF", "logRelF0-H1-H2", "logRelF0-H1-A3",
    *(f"F{k}{what}" for k in (1, 2, 3) for what in ("frequency", "bandwidth", "amplitudeLogRelF0")),
    "alphaRatioV", "hammarbergIndexV", "slopeV0-500", "slopeV500-1500", "spectralFluxV",
    *(f"mfcc{k}V" for k in (1, 2, 3, 4)),
)  # fmt: skip
_CONTOUR = (
    "percentile20.0", "percentile50.0", "percentile80.0", "pctlrange0-2", "meanRisingSlope", "stddevRisingSlope",
    "meanFallingSlope", "stddevFallingSlope",
)  # fmt: skip
_OTHERS = ("loudness", "spectralFlux", *(f"mfcc{k}" for k in (1, 2, 3, 4)))
_UNVOICED = ("alphaRatioUV", "hammarbergIndexUV", "slopeUV0-500", "slopeUV500-1500", "spectralFluxUV")

NAMES = (
    *(f"{name}_sma3nz_{statistic}" for name in _VOICED for statistic in ("amean", "stddevNorm")),
    *(f"F0semitoneFrom27.5Hz_sma3nz_{statistic}" for statistic in _CONTOUR),
    *(f"{name}_sma3_{statistic}" for name in _OTHERS for statistic in ("amean", "stddevNorm")),
    *(f"loudness_sma3_{statistic}" for statistic in _CONTOUR),
    *(f"{name}_sma3nz_amean" for name in _UNVOICED),
    "loudnessPeaksPerSec", "VoicedSegmentsPerSec", "MeanVoicedSegmentLengthSec", "StddevVoicedSegmentLengthSec",
    "MeanUnvoicedSegmentLength", "StddevUnvoicedSegmentLength", "equivalentSoundLevel_dBp",
)  # fmt: skip
"""openSMILE's own names."""


def named(theirs: str) -> str:
    """Our name of one of openSMILE's: lower case, an underscore for what no identifier may hold."""
    return "spectral.egemaps_" + re.sub(r"\W", "_", theirs).lower()


def specs() -> list[FeatureSpec]:
    """One spec a functional."""
    plain = {name: float(place) for place, name in enumerate(NAMES)}
    return [
        FeatureSpec(
            name=named(name),
            unit="",
            low=None,
            high=None,
            needs={"speech": 5},
            definition=f"openSMILE's eGeMAPSv02 functional {name}, in its unit, of the stretches of the participant's "
            "speech put end to end. Its HNR saturates and depends on F0. Licence of openSMILE: private, research and "
            "educational use only.",
            citation="eyben2016",
            example=Example({"egemaps": plain}, plain[name], 0, "as openSMILE gives it"),
            # openSMILE's logarithms have floors, so that even ratios move a little with the gain.
            invariances=unchanged_by_all_but(*([] if "Segment" in name or name == "loudnessPeaksPerSec" else ["gain"])),
            settings={"feature_set": "eGeMAPSv02", "feature_level": "functionals"},
        )
        for name in NAMES
    ]


@view()
def egemaps(audio: Audio, heard: Spans) -> Mapping[str, float] | Missing:
    """The 88 functionals of the participant's speech, by openSMILE's names."""
    if not INSTALLED:
        return Missing(Reason.MODEL_ABSENT, "the opensmile extra is not installed")
    opensmile: Any = importlib.import_module("opensmile")
    parts = [between(audio, *span) for span in heard]
    joined = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
    if not len(joined) or not np.isfinite(joined).all() or not np.ptp(joined) > 0:
        return Missing(Reason.UNDEFINED, "no sound")
    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02, feature_level=opensmile.FeatureLevel.Functionals
    )
    return dict(zip(smile.feature_names, smile(joined, audio.rate).ravel().tolist(), strict=True))


def functionals(egemaps: Mapping[str, float]) -> dict[str, float | Missing]:
    """Values by our names."""
    return {
        named(name): value
        if np.isfinite(value := egemaps[name])
        else Missing(Reason.UNDEFINED, "openSMILE gave no number")
        for name in NAMES
    }


if INSTALLED:
    family(*specs())(functionals)
