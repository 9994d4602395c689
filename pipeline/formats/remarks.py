"""What stands in brackets in text that follows no convention of annotation."""

from __future__ import annotations

import re

UNINTELLIGIBLE = frozenset(
    ["xxx", "xx", "yyy", "unintelligible", "inaudible", "unk", "spn", "indiscernible", "unclear"]
)
"""Names of speech that was not understood, in brackets or alone (the first three)."""

PAUSES = frozenset(["pause", "silence", "long pause", "short pause"])

NOISES = re.compile(
    r"(laugh|chuckl|giggl|cough|sigh|sniff|breath|inhal|exhal|yawn|cries|crying|sob|noise|clear|groan|gasp|hum)\w*\b.*"
)
"""What a remark in round brackets must say to be a noise; other round brackets are text."""


def noise_name(inside: str) -> str:
    """The words of a remark, joined."""
    return "_".join(re.findall(r"[\w']+", inside))
