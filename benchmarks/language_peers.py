"""Other tools for `benchmarks/language.py`: each prepared once, then run on a text. None is a dependency of lalia."""

from __future__ import annotations

from collections.abc import Callable

from lalia.models.registry import locate
from lalia.pipeline.formats import plain

Work = Callable[[], object]


def descriptives(text: str) -> Work:
    """TextDescriptives: the components that load (quality does not, with today's confection)."""
    import spacy
    import textdescriptives  # noqa: F401

    nlp = spacy.load(locate("en-core-web-sm"))
    for name in ("descriptive_stats", "readability", "dependency_distance", "pos_proportions", "coherence",
                 "information_theory"):  # fmt: skip
        nlp.add_pipe(f"textdescriptives/{name}")
    return lambda: nlp(text)


def richness(text: str) -> Work:
    """LexicalRichness: the indices that need no draws."""
    from lexicalrichness import LexicalRichness

    def work() -> object:
        lex = LexicalRichness(text)
        return (lex.ttr, lex.rttr, lex.cttr, lex.Herdan, lex.Maas, lex.yulek, lex.simpsond, lex.mtld(), lex.hdd(),
                lex.mattr(50), lex.msttr(50))  # fmt: skip

    return work


def taaled(text: str) -> Work:
    """TAALED: everything."""
    from taaled import ld

    tokens = [word.text.lower() for word in plain.events(text)]
    return lambda: ld.lexdiv(tokens)


def lftk(text: str) -> Work:
    """LFTK: everything, parse included."""
    import lftk as tool
    import spacy

    nlp = spacy.load(locate("en-core-web-sm"))

    def work() -> object:
        extractor = tool.Extractor(docs=nlp(text))
        extractor.customize(stop_words=True, punctuations=False, round_decimal=6)
        return extractor.extract()

    return work


def openwillis(text: str) -> Work:
    """OpenWillis: only where it is installed with its models."""
    from openwillis.speech import speech_characteristics

    del text
    raise RuntimeError(f"{speech_characteristics.__name__} reads recogniser output, not text")


TOOLS: dict[str, Callable[[str], Work]] = {
    "TextDescriptives, six components, parse included": descriptives,
    "LexicalRichness, 11 indices": richness,
    "TAALED, all indices": taaled,
    "LFTK, 220 features, parse included": lftk,
    "OpenWillis": openwillis,
}
