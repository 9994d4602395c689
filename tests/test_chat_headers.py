"""What the headers of a CHAT file tell is kept, and written again."""

from __future__ import annotations

import pytest
from lalia.data_schemas import Recording, Speaker, Transcript
from lalia.pipeline.formats import read, write_chat
from lalia.tests.chat_text import RECORDING

UNKNOWN = Recording(recording_id="rec-1", participant_id="p1", path="Jane_Doe.wav")
HEAD = """@UTF8
@Begin
@Languages:\teng
@Participants:\tPAR Jane Participant, INV Investigator
@Options:\tCA, heritage
@ID:\teng|ADReSS|PAR|71;03.|female|ProbableAD|White,MC|Participant|12|18|
@ID:\teng|ADReSS|INV|||||Investigator|||
"""
LINES = "*INV:\tyes ?\n*PAR:\tno .\n@End\n"


def headers(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(("@Options", "@ID"))]


def test_what_is_read_is_written_again(chat):
    transcript = chat(HEAD + LINES)
    assert transcript.options == ("CA", "heritage")
    assert transcript.speakers == (
        Speaker(
            code="PAR", role="Participant", corpus="ADReSS", age="71;03.", sex="female", group="ProbableAD",
            ses="White,MC", education="12", custom="18",
        ),
        Speaker(code="INV", role="Investigator", corpus="ADReSS"),
    )  # fmt: skip
    written = write_chat(transcript, UNKNOWN)
    assert headers(written) == headers(HEAD)
    assert "Jane" not in written
    again = chat(written)
    assert (again.speakers, again.options) == (transcript.speakers, transcript.options)


def test_the_manifest_goes_before_the_file(chat):
    written = write_chat(chat(HEAD + LINES), RECORDING)
    assert "@ID:\teng|ADReSS|PAR|67;06.|female|ProbableAD|White,MC|Participant|12|18|" in written
    assert "@ID:\teng|ADReSS|INV|||||Investigator|||" in written


def test_what_is_not_known_stays_empty(chat):
    written = write_chat(chat("@Begin\n@Participants:\tPAR Participant\n*PAR:\tyes .\n@End\n"), UNKNOWN)
    assert "@ID:\tund|lalia|PAR|||||Participant|||" in written
    assert "@Options" not in written


@pytest.mark.parametrize("line", ["@ID:\teng|x|PAR", "@ID:\trubbish", "@ID:\teng|x||||||Participant|||"])
def test_headers_that_say_nothing_are_noted_by_line(chat, line):
    transcript = chat(f"@Begin\n@Languages:\teng\n@Participants:\tPAR Participant\n{line}\n*PAR:\tyes .\n@End\n")
    assert "@ID lines that name no speaker of CHAT's ten fields were skipped (line 4)." in transcript.notes
    assert transcript.speakers == (Speaker(code="PAR", role="Participant"),)


def test_fields_cannot_break_the_line_they_are_written_on(chat):
    speaker = Speaker(code="PAR", role="Participant", group="a|b\n*PAR:\tno .", custom="\x15", age="7;", corpus="")
    transcript = chat(HEAD + LINES).model_copy(update={"speakers": (speaker,), "options": ("CA\n@End", "", "bullets")})
    written = write_chat(transcript, UNKNOWN)
    assert "@ID:\teng|lalia|PAR|7;||a_b *PAR: no .||Participant|||" in written
    assert "@Options:\tbullets\n" in written


def test_older_json_transcripts_are_read(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(
        '{"source": "chat", "language": "en", "speakers": [{"code": "PAR", "role": "Participant"}],'
        ' "utterances": [{"speaker": "PAR", "words": [{"text": "yes"}]}]}'
    )
    transcript: Transcript = read(path)
    assert (transcript.options, transcript.speakers[0].group) == ((), None)
