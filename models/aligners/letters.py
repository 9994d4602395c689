"""How a word that no dictionary has is said, by its letters.

A rule gives the sounds of a letter between others; the rule for the longest context that fits is taken. The rules are
learned from the dictionary of PocketSphinx (CMU Pronouncing Dictionary, BSD) by benchmarks/g2p.py, which measures
them on words held out.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

RULES = Path(__file__).with_name("letters.txt.gz")
"""Lines ``letter-and-context sounds``; the letters of the context in the order of `ORDER`."""

ORDER = (1, -1, 2, -2, 3, -3, 4, -4)
"""Places beside the letter, the most telling first: the next letter, the one before, and so on."""

EDGE = "#"


def contexts(word: str, at: int) -> Iterator[str]:
    """The letter at a place with no context, with the next letter, and so on to all of `ORDER`."""
    found = word[at]
    yield found
    for step in ORDER:
        place = at + step
        found += word[place] if 0 <= place < len(word) else EDGE
        yield found


def held_out(word: str) -> bool:
    """Whether a word of the dictionary was kept from the rules to test them: one in ten."""
    return zlib.crc32(word.encode()) % 10 == 0


class Letters:
    """The rules, ready to be applied."""

    def __init__(self, path: Path = RULES) -> None:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        pairs = (line.partition(" ") for line in lines)
        self._rules = {context: tuple(sounds.split()) for context, _, sounds in pairs}

    def __len__(self) -> int:
        return len(self._rules)

    def __call__(self, word: str) -> tuple[str, ...]:
        """Sounds of a word in lower case; characters without a rule are silent."""
        sounds: list[str] = []
        for at in range(len(word)):
            said: tuple[str, ...] = ()
            for context in contexts(word, at):
                said = self._rules.get(context, said)
            sounds += said
        return tuple(sounds)
