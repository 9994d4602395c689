"""What a window's decodings come to: refused once and for all, or taken, rid of loops, and heard again in its gaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...data_schemas import Span
from .engine import Decoded
from .listening import UNCOVERED, Listener, Told
from .loops import looped, thinned, unlooped
from .merge import confirmed, shared_by_none, union
from .placed import Placed, in_order, wordless
from .times import SHORTEST
from .windows import Window, around, halves

FILLERS_PROMPT = "Um, uh, hmm, er, ah."
"""Put before every window of a verbatim transcript: a prompt that is only carried along is forgotten after 30 s.

Of four wordings that all keep 10 of 10 fillers of spontaneous speech this has the fewest word errors over tiny.en and
base: 19 of 408, the others 21-22 (benchmarks/results/asr.md)."""

SECOND_LOOK = 1.0
"""Seconds of voiced speech without a word that are worth hearing alone: about three words."""

HALVINGS = 2
"""How often a window that seems to loop is cut in two: a quarter of it holds once what is said every 7 s."""


class _Taken(NamedTuple):
    """Words of a window, and the speech they belong to: all of it but what was refused."""

    words: list[Placed]
    speech: tuple[Span, ...]


class Settler:
    """Decides on windows, one by one; what it refuses it does not hear again."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def settle(self, told: Told, window: Window, plain: Decoded, prompted: Decoded | None) -> None:
        """Add a window's words to the recording's, from one decoding or from two."""
        words = self._listener.through(told, window, None, plain)
        repeated: list[Placed] = []
        if prompted is not None:
            asked = self._listener.through(told, window, FILLERS_PROMPT, prompted)
            cut = unlooped(asked, words, window.speech), unlooped(words, asked, window.speech)
            loops = len(cut[0]) < len(asked), len(cut[1]) < len(words)
            if _refused(told, window, *cut):
                return
            if loops == (True, False):
                told.note(f"{_where(window)}: fillers may be missing; asked for them, the recogniser repeated itself.")
            if all(loops):
                repeated, _ = union(asked, words, window.speech)
            words, left_out = union(*cut, window.speech)
            if left_out and not repeated:
                told.note(f"{_where(window)}: words left out, as only one of two decodings has them: {left_out}.")
        suspect = bool(repeated) or looped(words, window.speech)
        taken = self._mended(told, window, words, repeated) if suspect else _Taken(words, window.speech)
        told.words += in_order(self._filled(told, taken), SHORTEST)

    def _filled(self, told: Told, taken: _Taken) -> list[Placed]:
        """Words, with those that a second look finds where there are none; what stays without is told."""
        words = list(taken.words)
        for gap in wordless(words, taken.speech, SECOND_LOOK):
            words += self._second_look(told, gap)
        for gap in wordless(words, taken.speech, UNCOVERED):
            told.note(
                f"{gap.start:.1f}-{gap.end:.1f} s: {gap.end - gap.start:.1f} s of speech or other sound have no words."
            )
        return words

    def _second_look(self, told: Told, gap: Span) -> list[Placed]:
        """Speech that got no words, heard alone; words of which the engine itself is unsure are not taken."""
        window = around(told.audio, gap)
        found = [word for word in self._listener.alone(told, window) if gap.start <= _middle(word.span) <= gap.end]
        return [] if looped(found, window.speech) else _in_doubt(found)

    def _mended(self, told: Told, window: Window, words: list[Placed], repeated: list[Placed]) -> _Taken:
        """The words of a window that seems to loop, as far as its parts have them too; where those loop, thinned.

        `repeated` is the union of both decodings before they were cut as loops; empty if they were not.
        """
        told.note(f"{_where(window)}: the recogniser may have repeated itself; check it against the recording.")
        # What recurs from one part to the other was said twice: each is heard without the other.
        parts = self._parts(told, window, HALVINGS)
        if parts is None:
            return _Taken(thinned(unlooped(words, (), window.speech)), window.speech)
        taken = [self._asked_too(told, part, plain) for part, plain in parts]
        heard = [word for part in taken for word in part.words]
        united, _ = union(confirmed(repeated or words, heard), heard, window.speech)
        return _Taken(_in_doubt(united), tuple(span for part in taken for span in part.speech))

    def _parts(self, told: Told, window: Window, times: int) -> list[tuple[Window, list[Placed]]] | None:
        """A window in parts that do not loop, each heard alone; None where a part loops however short it is."""
        if times == 0 or len(parts := halves(window)) == 1:
            return None
        done = []
        for part in parts:
            # Without the prompt: a prompt is what most loops start from.
            words = self._listener.alone(told, part)
            mine = self._parts(told, part, times - 1) if looped(words, part.speech) else [(part, words)]
            if mine is None:
                return None
            done += mine
        return done

    def _asked_too(self, told: Told, window: Window, plain: list[Placed]) -> _Taken:
        """The words of a part that does not loop, with what the recogniser hears there when asked for fillers."""
        if not told.verbatim:
            return _Taken(plain, window.speech)
        asked = self._listener.alone(told, window, FILLERS_PROMPT)
        if _refused(told, window, asked, plain):
            return _Taken([], ())
        united, _ = union(unlooped(asked, plain, window.speech), plain, window.speech)
        return _Taken(plain if looped(united, window.speech) else united, window.speech)


def _refused(told: Told, window: Window, asked: Sequence[Placed], plain: Sequence[Placed]) -> bool:
    """Whether neither decoding is to be believed; that is told."""
    if not shared_by_none(asked, plain):
        return False
    told.refuse(window, [*asked, *plain])
    told.note(f"{_where(window)}: what is heard may be no speech; two decodings share none of their words.")
    return True


def _in_doubt(words: Sequence[Placed]) -> list[Placed]:
    return [Placed(word.raw, word.span, unsure=True) for word in words]


def _middle(span: Span) -> float:
    return (span.start + span.end) / 2


def _where(window: Window) -> str:
    return f"{window.speech[0].start:.1f}-{window.speech[-1].end:.1f} s"
