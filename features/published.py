"""Repeatability that others have published, told in specs; none of it was measured with this code.

ICC: intraclass correlation. MDC95: the least change beyond measurement error with 95 % certainty, 1.96 x sqrt 2 x SEM.
"""

from __future__ import annotations

_DAYS = "28 healthy adults on 5 days, vowels and reading (Park & Stepp 2019)"
_DEVICES = (
    "by wired, smartphone's and Bluetooth microphone against a laboratory's (Phonetics and Speech Sciences 16(2), 49)"
)
_CAUTION = "Published, by other programs: "

F0 = f"{_CAUTION}ICC of F0, CPPS, shimmer and HNR 0.76-0.99, {_DAYS}; of vowels' F0 0.94, 0.94, 0.94 {_DEVICES}"
JITTER = f"{_CAUTION}ICC 0.67-0.74, {_DAYS}; of vowels 0.80, 0.62, 0.56 {_DEVICES}"
SHIMMER = f"{_CAUTION}ICC of F0, CPPS, shimmer and HNR 0.76-0.99, {_DAYS}; of vowels 0.78, 0.59, 0.27 {_DEVICES}"
HNR = f"{_CAUTION}ICC of F0, CPPS, shimmer and HNR 0.76-0.99, {_DAYS}"
CPPS = f"{_CAUTION}ICC of F0, CPPS, shimmer and HNR 0.76-0.99, {_DAYS}; of sentences 0.71, 0.84, 0.62 {_DEVICES}"
SPEECH_RATE = (
    f"{_CAUTION}MDC95 36.6 words/min, 147 people with ALS and 49 without, sentences read (Stipancic et al. 2018)"
)
