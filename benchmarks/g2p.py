"""Learn letter-to-sound rules from the pronouncing dictionary of PocketSphinx, measured on words held out.

Each letter of a word stands for no, one or two sounds; which, is found by expectation maximisation (hard counts) over
all ways of cutting the pronunciation up (Black, Lenzo & Pagel 1998). A rule gives a letter's sounds in a context of
letters beside it, and is kept only where it says something other than the rule for the next shorter context
(IGTree: Daelemans, van den Bosch & Weijters 1997). One word in ten, by checksum, is never learned from.

    python benchmarks/g2p.py            measures the shipped rules
    python benchmarks/g2p.py --learn    learns them anew (two minutes) and writes models/aligners/letters.txt.gz
"""

from __future__ import annotations

import argparse
import gzip
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lalia.models.aligners.dictionary import Dictionary
from lalia.models.aligners.letters import ORDER, RULES, Letters, contexts, held_out
from lalia.models.registry import locate

RESULTS = Path(__file__).resolve().parent / "results" / "g2p.md"
ROUNDS = 6
LEAST = 3
"""Times a context must have been seen for a rule of its own."""

Sounds = tuple[str, ...]
Chunk = tuple[str, ...]


def words(dictionary: Dictionary) -> Iterator[tuple[str, tuple[Sounds, ...]]]:
    """Words of letters and apostrophes only, with their pronunciations."""
    for word in dictionary:
        if len(word) > 1 and word.replace("'", "").isalpha() and word.isascii():
            yield word, dictionary[word]


def chunkings(word: str, sounds: Sounds, cost: dict[tuple[str, Chunk], float]) -> list[Chunk] | None:
    """The cheapest way to give each letter no, one or two sounds."""
    count, total = len(word), len(sounds)
    best = [[math.inf] * (total + 1) for _ in range(count + 1)]
    from_size = [[0] * (total + 1) for _ in range(count + 1)]
    best[0][0] = 0.0
    for at, letter in enumerate(word):
        for done in range(total + 1):
            if best[at][done] == math.inf:
                continue
            for size in range(min(3, total - done + 1)):
                price = best[at][done] + cost.get((letter, sounds[done : done + size]), 14.0)
                if price < best[at + 1][done + size]:
                    best[at + 1][done + size], from_size[at + 1][done + size] = price, size
    if best[count][total] == math.inf:
        return None
    found: list[Chunk] = []
    done = total
    for at in range(count, 0, -1):
        size = from_size[at][done]
        found.append(sounds[done - size : done])
        done -= size
    return found[::-1]


def aligned(pairs: Sequence[tuple[str, Sounds]]) -> list[tuple[str, list[Chunk]]]:
    """Every word with the sounds of each of its letters."""
    counts: Counter[tuple[str, Chunk]] = Counter()
    for word, sounds in pairs:  # where sounds would lie if letters were equally long
        for at, letter in enumerate(word):
            near = round(at * len(sounds) / len(word))
            counts[letter, sounds[near : near + 1]] += 1
        for letter in word:
            counts[letter, ()] += 1
    for _ in range(ROUNDS):
        totals: Counter[str] = Counter()
        for (letter, _), count in counts.items():
            totals[letter] += count
        cost = {key: -math.log(count / totals[key[0]]) for key, count in counts.items() if count > 0}
        found = [(word, chunks) for word, sounds in pairs if (chunks := chunkings(word, sounds, cost))]
        counts = Counter((letter, chunk) for word, chunks in found for letter, chunk in zip(word, chunks, strict=True))
    return found


def learned(examples: Iterable[tuple[str, list[Chunk]]]) -> dict[str, Chunk]:
    """Rules by context, each saying something other than the next shorter one that is kept."""
    tables: list[dict[str, Counter[Chunk]]] = [defaultdict(Counter) for _ in range(len(ORDER) + 1)]
    for word, chunks in examples:
        for at, chunk in enumerate(chunks):
            for depth, context in enumerate(contexts(word, at)):
                tables[depth][context][chunk] += 1
    rules: dict[str, Chunk] = {}
    for depth, table in enumerate(tables):
        for context, seen in sorted(table.items()):
            chunk, _ = max(seen.items(), key=lambda item: (item[1], item[0]))
            known = next((rules[context[:size]] for size in range(depth, 0, -1) if context[:size] in rules), None)
            if depth == 0 or (known != chunk and sum(seen.values()) >= LEAST):
                rules[context] = chunk
    return rules


def edits(said: Sequence[str], right: Sequence[str]) -> int:
    row = list(range(len(right) + 1))
    for i, one in enumerate(said, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(right, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (one != other))
    return row[-1]


def measured(letters: Letters, pairs: Sequence[tuple[str, tuple[Sounds, ...]]]) -> tuple[float, float]:
    """Phone error rate against the nearest pronunciation of the dictionary, and share of words without error."""
    wrong = total = whole = 0
    for word, pronunciations in pairs:
        said = letters(word)
        errors, length = min((edits(said, right), len(right)) for right in pronunciations)
        wrong, total, whole = wrong + errors, total + length, whole + (errors == 0)
    return wrong / total, whole / len(pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--learn", action="store_true")
    options = parser.parse_args()
    dictionary = Dictionary(locate("pocketsphinx") / "cmudict-en-us.dict")
    known = list(words(dictionary))
    kept = [(word, sounds) for word, sounds in known if held_out(word)]
    if options.learn:
        pairs = [(word, sounds[0]) for word, sounds in known if not held_out(word)]
        rules = learned(aligned(pairs))
        lines = "".join(f"{context} {' '.join(chunk)}\n" for context, chunk in sorted(rules.items()))
        RULES.write_bytes(gzip.compress(lines.encode(), mtime=0))
        print(f"{len(rules)} rules from {len(pairs)} words, {RULES.stat().st_size} bytes")
    letters = Letters(RULES)
    begun = time.process_time()
    errors, right = measured(letters, kept)
    spent = time.process_time() - begun
    text = (
        "# Letters to sounds\n\n"
        f"{len(letters)} rules; {len(kept)} words held out of the dictionary of PocketSphinx 5, by checksum.\n\n"
        "| measure | value |\n|---|---|\n"
        f"| phone error rate | {errors:.1%} |\n| words without error | {right:.1%} |\n"
        f"| time a word, with the comparison | {spent / len(kept) * 1e6:.0f} µs |\n\n"
        "Errors are edits to the nearest pronunciation of the dictionary, without stress. "
        "The words held out are mostly rare names; made again by `python benchmarks/g2p.py`.\n"
    )
    print(text)
    RESULTS.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
