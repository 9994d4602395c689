"""Who is taken for the participant: never one whose role is to ask, unless the manifest says so."""

from __future__ import annotations

import pytest
from lalia.data_schemas import Code, LaliaError
from lalia.tests.chat_text import HEAD

ASKS = "*INV:\twhat do you see in this picture ?\n*INV:\tand what else ?\n"


def chosen(chat, participants: str, lines: str, label: str | None = None) -> tuple[str, str]:
    found = chat(f"@Begin\n@Participants:\t{participants}\n{lines}@End\n", participant=label)
    return found.participant, found.participant_choice.value


@pytest.mark.parametrize(
    "who",
    [
        "INV Investigator", "EXA Examiner", "DOC Doctor", "SP1 Interviewer", "CLI Clinician", "INV Speaker",
        "INT Unidentified", "EXA1 Adult", "INV Investigator, INV2 Investigator", "INV Investigator, MOT Mother",
    ],
)  # fmt: skip
def test_where_only_those_speak_who_ask_nobody_is_the_participant(chat, who):
    lines = ASKS.replace("INV", who.split()[0])
    with pytest.raises(LaliaError, match="participant_speaker") as caught:
        chosen(chat, who, lines)
    assert caught.value.code is Code.BAD_TRANSCRIPT
    assert "picture" not in str(caught.value)
    assert chosen(chat, who, lines, who.split()[0]) == (who.split()[0], "manifest")


@pytest.mark.parametrize("code", ["INV", "INT", "EXA"])
def test_a_code_tells_nothing_where_the_role_does(chat, code):
    assert chosen(chat, f"{code} Participant", ASKS.replace("INV", code)) == (code, "role")
    assert chosen(chat, f"{code} Mother", ASKS.replace("INV", code)) == (code, "only_speaker")


def test_one_who_asks_is_not_the_participant_for_having_more_words(chat):
    both = f"{ASKS}*ANN:\ta boy .\n"
    assert chosen(chat, "INV Investigator, ANN Other", both) == ("ANN", "role")
    three = f"{both}*BEN:\ttwo old boys .\n"
    assert chosen(chat, "INV Investigator, ANN Other, BEN Other", three) == ("BEN", "most_words")
    assert chosen(chat, "INV Investigator, ANN Other", both, "inv") == ("INV", "manifest")


def test_a_participant_who_says_nothing_is_still_the_participant(chat):
    assert chosen(chat, "INV Investigator, PAR Participant", ASKS) == ("PAR", "role")


def test_the_same_holds_for_labels_of_plain_text(reading):
    with pytest.raises(LaliaError, match="participant_speaker"):
        reading("a.txt", "Interviewer: What do you see?\nInterviewer: And then?\n")
    transcript = reading("a.txt", "Interviewer: What do you see in it?\nAnna: A boy.\nAnna: Yes.\n")
    assert (transcript.participant, transcript.participant_choice.value) == ("Anna", "role")


def test_headers_alone_name_nobody(chat):
    assert chat(f"{HEAD}{ASKS}*PAR:\tyes .\n@End\n").participant == "PAR"
