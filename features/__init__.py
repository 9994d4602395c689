"""Speech and language measures: pure functions with their specs, found by import.

>>> from lalia import features
>>> features.specs()["lexical.ttr"].unit
'ratio'
"""

from __future__ import annotations

import sys

from .compute import Views, evaluate, measured
from .estimates import Estimate
from .registry import FEATURES, VIEWS, Feature, View, discover, family, feature, specs, view

discover(sys.modules[__name__])

__all__ = [
    "FEATURES",
    "VIEWS",
    "Estimate",
    "Feature",
    "View",
    "Views",
    "evaluate",
    "family",
    "feature",
    "measured",
    "specs",
    "view",
]
