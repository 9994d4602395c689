"""Disfluencies: what a transcript keeps decides whether none of a kind means 0, and each mark counts once."""

from __future__ import annotations

import json

import pytest
from lalia.data_schemas import Kind, Missing, Reason, Recording, Sample, Transcript, Utterance, Word
from lalia.features import evaluate
from lalia.features.lexical import disfluency
from lalia.features.views.kept import unkept
from lalia.models import parsers

CLEAN = "The boy is standing on a stool and the girl is washing the dishes in the sink."
RATES = ("filler_rate", "repetition_rate", "revision_rate", "fragment_rate", "maze_rate")
UNREAD = Missing(Reason.WRONG_LANGUAGE, "the parser reads en")


def rates(said: Transcript, language: str = "en") -> dict:
    """Each disfluency rate by its short name: a number, or the reason it is missing."""
    sample = Sample(
        recording=Recording(recording_id="r", participant_id="p", path="r.wav", language=language),
        transcript=said,
        parses=parsers.load("en-core-web-sm").parse(said.of_participant) if language == "en" else UNREAD,
    )
    found = evaluate(sample, [f"lexical.{name}" for name in RATES])
    return {
        name.partition(".")[2]: result.reason if isinstance(result, Missing) else result.value
        for name, result in found.items()
    }


def whisper_json(*sentences: str) -> str:
    return json.dumps({"language": "en", "segments": [{"text": text, "start": 0, "end": 1} for text in sentences]})


# -- which kinds a transcript keeps -----------------------------------------------------------------------------


def test_a_clean_transcript_has_no_rates(reading):
    assert set(rates(reading("a.json", whisper_json(*[CLEAN] * 3))).values()) == {Reason.NOT_VERBATIM}


@pytest.mark.parametrize("odd", ["The the girl is laughing.", "The boy, I mean the girl is laughing."])
def test_one_repetition_does_not_make_a_clean_transcript_verbatim(reading, odd):
    said = reading("a.json", whisper_json(*[CLEAN] * 3, odd))
    assert any(word.detected for utterance in said.utterances for word in utterance.words)
    assert not said.verbatim
    assert set(rates(said).values()) == {Reason.NOT_VERBATIM}


def test_a_filler_shows_that_fillers_and_retracings_are_kept_but_not_fragments(reading):
    found = rates(reading("a.txt", f"{CLEAN}\n" * 3 + "Um and the the water is running.\n"))
    assert found["filler_rate"] == pytest.approx(100 * 1 / 58)
    assert found["repetition_rate"] == pytest.approx(100 * 1 / 58)
    assert found["maze_rate"] == pytest.approx(2 / 58)
    assert found["fragment_rate"] is Reason.NOT_VERBATIM


def test_a_filler_of_another_speaker_shows_it_too(reading):
    said = reading("a.txt", "INV: Um what is there?\n" + f"PAR: {CLEAN}\n" * 3)
    assert rates(said)["filler_rate"] == 0


def test_a_fragment_shows_that_fragments_are_kept_but_not_fillers(reading):
    found = rates(reading("a.txt", f"{CLEAN}\n" * 3 + "And the wa- water is running.\n"))
    assert found["fragment_rate"] == pytest.approx(100 * 1 / 57)
    assert found["filler_rate"] is Reason.NOT_VERBATIM


def test_chat_keeps_everything_by_convention(chat):
    lines = "*PAR:\tthe boy is standing on a stool and the girl is washing the dishes in the sink .\n" * 3
    assert rates(chat(lines)) == dict.fromkeys(RATES, 0)


def _recognised(*marked: Word, verbatim: bool = True, language: str = "en", engine: str | None = "x") -> Transcript:
    words = tuple(Word(text=form) for form in CLEAN.strip(".").split() * 2)
    return Transcript(
        source="whisper",
        engine=engine,
        language=language,
        verbatim=verbatim,
        utterances=(Utterance(speaker="PAR", words=(*words, *marked)),),
    )


def test_a_recogniser_asked_for_fillers_keeps_them_and_never_fragments():
    found = rates(_recognised(Word(text="wa", kind=Kind.FRAGMENT, detected=True)))
    assert found["filler_rate"] == found["repetition_rate"] == 0
    assert found["fragment_rate"] is Reason.NOT_VERBATIM, "it writes some of those that were said, not all"
    assert set(rates(_recognised(verbatim=False)).values()) == {Reason.NOT_VERBATIM}


def test_a_fragment_that_a_person_marked_counts_whoever_wrote_the_words():
    found = rates(_recognised(Word(text="wa", kind=Kind.FRAGMENT)))
    assert found["fragment_rate"] == pytest.approx(100 * 1 / 35)


def test_rules_of_english_find_nothing_in_another_language(reading):
    line = "Der Hund schläft im Garten unter dem alten Baum und träumt.\n"
    said = reading("a.txt", line * 4).model_copy(update={"language": "de", "verbatim": True})
    filled = said.model_copy(
        update={"utterances": (*said.utterances, Utterance(speaker="PAR", words=(Word(text="äh", kind=Kind.FILLER),)))}
    )
    assert rates(said, "de")["filler_rate"] is Reason.NOT_VERBATIM, "no sound of hesitation was seen"
    found = rates(filled, "de")
    assert found["filler_rate"] == pytest.approx(100 * 1 / 45)
    assert found["repetition_rate"] is found["maze_rate"] is Reason.WRONG_LANGUAGE


def test_what_is_not_kept_says_why(reading):
    said = reading("a.txt", f"Um {CLEAN}\n" * 3)
    sample = Sample(recording=Recording(recording_id="r", participant_id="p", path="r.wav"), transcript=said)
    why = unkept(sample, said)
    assert set(why) == {Kind.FRAGMENT}
    assert "fragment" in why[Kind.FRAGMENT].detail


# -- each mark of CHAT counts once ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "repetitions", "revisions"),
    [
        ("the [/] <the dog> [/] the dog ran .", 2, 0),
        ("<I want> [/] <I want to> [/] I want to go .", 2, 0),
        ("he [//] she [//] it went .", 0, 2),
        ("<the [/] the dog> [/] the dog ran .", 2, 0),
        ("<<a b> [/] a b c> [//] d .", 1, 1),
        ("<the dog (.)> [//] the cat .", 0, 1),
        ("<the &-uh> [/] the cat .", 1, 0),
        ("&-uh [/] &-uh I [/] &-um I .", 1, 0),
        ("no [x 3] .", 2, 0),
        ("<bye now> [x 3] .", 2, 0),
        ("no [x 3] [/] no .", 3, 0),
        ("<so you> [/-] I [///] we [/?] they left .", 0, 3),
        ("<the dog> [>] ran <the cat> [/] the cat .", 1, 0),
        ("the dog [/] dog > [//] ran .", 1, 1),
    ],
)
def test_every_retracing_of_chat_counts_once(chat, line, repetitions, revisions):
    (utterance,) = chat(f"*PAR:\t{line}\n").utterances
    assert (disfluency.repetitions(utterance.words), disfluency.revisions(utterance.words)) == (repetitions, revisions)
