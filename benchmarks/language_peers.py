"""Other tools for `benchmarks/language.py`: each prepared once, then run on a text. None is a dependency of lalia."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lalia.models.registry import locate
from lalia.pipeline.formats import plain

Work = Callable[[], object]


def descriptives(text: str) -> Work:
    """TextDescriptives: the components that load (quality does not, with today's confection)."""
    import textdescriptives

    nlp = _piped("descriptive_stats readability dependency_distance pos_proportions coherence information_theory")
    # Most of it is worked out when it is asked for.
    return lambda: textdescriptives.extract_dict(nlp(text))


def described(text: str) -> Work:
    """TextDescriptives on a text that is parsed already: the three components of which lalia has the like."""
    import textdescriptives

    parsed = _piped("descriptive_stats dependency_distance pos_proportions")(text)
    return lambda: textdescriptives.extract_dict(parsed)


def _piped(components: str) -> Any:
    import spacy

    nlp = spacy.load(locate("en-core-web-sm"))
    for name in components.split():
        nlp.add_pipe(f"textdescriptives/{name}")
    return nlp


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

BOTH: dict[str, tuple[Callable[[str], Work], str]] = {
    "TextDescriptives, three components": (
        described,
        "lexical.word_count lexical.type_count lexical.ttr lexical.mean_word_length lexical.mean_syllables "
        "lexical.noun_rate lexical.verb_rate lexical.auxiliary_rate lexical.adjective_rate lexical.adverb_rate "
        "lexical.pronoun_rate lexical.determiner_rate lexical.adposition_rate lexical.conjunction_rate "
        "lexical.interjection_rate lexical.numeral_rate lexical.proper_noun_rate syntactic.utterance_count "
        "syntactic.mlu_words syntactic.utterance_length_sd syntactic.dependency_distance_mean",
    ),
    "LexicalRichness, 11 indices": (
        richness,
        "lexical.ttr lexical.root_ttr lexical.corrected_ttr lexical.log_ttr lexical.maas_a2 lexical.yule_k "
        "lexical.simpson_d lexical.mtld lexical.hdd_42 lexical.mattr_50 lexical.msttr_50",
    ),
    "TAALED, all indices": (
        taaled,
        "lexical.ttr lexical.root_ttr lexical.log_ttr lexical.maas_a2 lexical.mattr_50 lexical.msttr_50 "
        "lexical.hdd_42 lexical.mtld lexical.mtld_wrap",
    ),
}
"""Tools with what lalia measures of the same kind, once the text is parsed."""
