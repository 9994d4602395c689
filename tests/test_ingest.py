"""From a folder or manifest to located recordings: what is taken, and what is refused with which code."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from lalia.data_schemas import Code, LaliaError, Limits, Task
from lalia.pipeline.containers import sniff
from lalia.pipeline.formats import SUFFIXES
from lalia.pipeline.formats.source import MAX_BYTES
from lalia.pipeline.ingest import ingest, legal_identifier

LIMITS = Limits(max_bytes=200_000)


def tone(path: Path, seconds: float = 0.5) -> Path:
    time = np.arange(round(seconds * 16_000)) / 16_000
    soundfile.write(path, 0.2 * np.sin(2 * np.pi * 220 * time), 16_000)
    return path


def manifest(folder: Path, *rows: str, header: str = "recording_id,participant_id,path") -> Path:
    path = folder / "manifest.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good recording, and a secret one beside it that nothing may reach."""
    (tmp_path / "outside").mkdir()
    tone(tmp_path / "outside" / "secret.wav")
    inside = tmp_path / "in"
    inside.mkdir()
    tone(inside / "good.wav")
    return inside


def _plant(folder: Path) -> dict[str, tuple[str, Code]]:
    """Hostile things in the folder: what a manifest calls each, and the code it must get."""
    outside = folder.parent / "outside"
    (folder / "up.wav").write_text("ffconcat version 1.0\nfile good.wav\n")
    (folder / "list.m3u8").write_text("#EXTM3U\ngood.wav\n")
    (folder / "text.wav").write_text("Dear colleague, the recording is attached.\n")
    (folder / "empty.wav").touch()
    (folder / "a_folder.wav").mkdir()
    os.mkfifo(folder / "pipe.wav")
    (folder / "link.wav").symlink_to(outside / "secret.wav")
    (folder / "links").symlink_to(outside)
    (folder / "ring.wav").symlink_to(folder / "ring.wav")
    tone(folder / "-x.wav")
    (folder / "adpcm.xyz").write_bytes(b"\x00\x01\x02\x03" * 30)
    tone(folder / "large.wav", 10)
    return {
        "ffconcat": ("up.wav", Code.UNSUPPORTED_FORMAT),
        "playlist": ("list.m3u8", Code.UNSUPPORTED_FORMAT),
        "text": ("text.wav", Code.UNSUPPORTED_FORMAT),
        "unknown-bytes": ("adpcm.xyz", Code.UNSUPPORTED_FORMAT),
        "zero-bytes": ("empty.wav", Code.EMPTY_FILE),
        "folder": ("a_folder.wav", Code.UNSUPPORTED_FORMAT),
        "this-folder": (".", Code.UNSUPPORTED_FORMAT),
        "pipe": ("pipe.wav", Code.UNSUPPORTED_FORMAT),
        "device": ("/dev/zero", Code.UNSAFE_PATH),
        "link-out": ("link.wav", Code.UNSAFE_PATH),
        "linked-folder": ("links/secret.wav", Code.UNSAFE_PATH),
        "ring": ("ring.wav", Code.MISSING_FILE),
        "dash": ("-x.wav", Code.UNSAFE_PATH),
        "up": ("../outside/secret.wav", Code.UNSAFE_PATH),
        "up-and-back": ("../in/good.wav", Code.UNSAFE_PATH),
        "absolute": (str(outside / "secret.wav"), Code.UNSAFE_PATH),
        "concat": ("concat:good.wav", Code.UNSAFE_PATH),
        "file-scheme": ("file:good.wav", Code.UNSAFE_PATH),
        "http": ("http://127.0.0.1/x.wav", Code.UNSAFE_PATH),
        "nul": ("good.wav\0.txt", Code.UNSAFE_PATH),
        "control": ("go\x1bod.wav", Code.UNSAFE_PATH),
        "missing": ("nothing.wav", Code.MISSING_FILE),
        "too-long-a-name": ("x" * 300 + ".wav", Code.MISSING_FILE),
        "large": ("large.wav", Code.TOO_LARGE),
    }


@pytest.mark.skipif(os.name != "posix", reason="links and pipes need POSIX")
def test_hostile_rows_are_refused_and_the_good_one_taken(folder):
    planted = _plant(folder)
    rows = [f'{name},p,"{path}"' for name, (path, _) in planted.items()]
    intake = ingest(manifest(folder, *rows, "good,p,good.wav"), LIMITS)

    assert {item.recording_id: item.code for item in intake.rejected} == {
        name: code.value for name, (_, code) in planted.items()
    }
    assert [item.audio for item in intake.items] == [(folder / "good.wav").resolve()]
    for item in intake.rejected:
        assert item.stage == "ingest"
        assert "secret" not in item.message
        assert str(folder) not in item.message


@pytest.mark.skipif(os.name != "posix", reason="links and pipes need POSIX")
def test_hostile_files_in_a_folder_are_refused_and_the_good_one_taken(folder):
    _plant(folder)
    os.mkdir(os.fsencode(folder) + b"/caf\xe9")  # a name that is no UTF-8
    tone(folder / "fine.wav").rename(os.fsencode(folder).decode() + "/caf\udce9/x.wav")
    intake = ingest(folder, LIMITS)
    codes = {item.recording_id: item.code for item in intake.rejected}
    assert codes == {
        "up": "unsupported_format",
        "list": "unsupported_format",
        "text": "unsupported_format",
        "empty": "empty_file",
        "pipe": "unsupported_format",
        "link": "unsafe_path",
        "links": "unsafe_path",
        "ring": "missing_file",
        "x": "unsafe_path",
        "large": "too_large",
        "caf_-x": "unsafe_path",
    }
    assert [item.recording.recording_id for item in intake.items] == ["good"]


def test_folder_is_searched_in_order_with_sidecars_and_legal_identifiers(folder):
    (folder / "site 1").mkdir()
    tone(folder / "site 1" / "Änna (2nd).WAV")
    tone(folder / "a.flac")
    (folder / "good.txt").write_text("hello")
    (folder / "good.TextGrid").write_text("x")
    (folder / "._good.wav").write_bytes(b"\0\5\x16\7")
    (folder / "notes.docx").write_bytes(b"PK")
    intake = ingest(folder, Limits())
    assert intake.rejected == ()
    assert [item.recording.recording_id for item in intake.items] == ["a", "good", "site_1-Änna_2nd"]
    good = intake.items[1]
    assert good.recording.participant_id == "good"
    assert good.transcript is not None
    assert good.transcript.name == "good.TextGrid"
    assert good.stimulus is None


def test_manifest_columns_become_fields(folder):
    (folder / "t.cha").write_text("@Begin\n@End\n")
    (folder / "picture.json").write_text("{}")
    header = "recording_id;participant_id;path;task;age;participant_channel;transcript;stimulus;session"
    path = manifest(
        folder,
        "r1;p1;good.wav;picture_description;71;0;t.cha;picture.json;",
        "r2;p1;good.wav;;;;;;2",
        header=header,
    )
    first, second = ingest(path, Limits()).items
    assert (first.recording.task, first.recording.age) == (Task.PICTURE_DESCRIPTION, 71)
    assert first.recording.session is None
    assert first.transcript == (folder / "t.cha").resolve()
    assert first.stimulus == (folder / "picture.json").resolve()
    assert (second.stimulus, second.recording.stimulus, second.recording.session) == (None, None, "2")


def test_parquet_manifest_equals_csv(folder):
    import pandas as pd

    frame = pd.DataFrame(
        {
            "recording_id": ["a", "b"],
            "participant_id": [7, 8],
            "path": ["good.wav"] * 2,
            "age": [70.5, None],
            "session": [1.0, None],
        }
    )
    frame.to_parquet(folder / "m.parquet")
    frame.to_csv(folder / "m.csv", index=False)
    from_parquet = ingest(folder / "m.parquet", Limits())
    assert [item.recording.participant_id for item in from_parquet.items] == ["7", "8"]
    assert from_parquet.items[1].recording.age is None
    assert from_parquet.items[0].recording.session == "1"
    by_csv = ingest(folder / "m.csv", Limits()).items
    assert [item.recording.age for item in by_csv] == [item.recording.age for item in from_parquet.items]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("x y,p,good.wav,,", "recording_id"),
        ("r,,good.wav,,", "participant_id: must not be empty"),
        ("r,p,good.wav,singing,", "picture_description"),
        ("r,p,good.wav,,old", "age"),
        ("r,p,good.wav,,200", "age"),
        ("r,p,good.wav", "3 cells under 5 columns"),
    ],
)
def test_bad_rows_are_refused_by_name_of_their_column(folder, row, says):
    path = manifest(folder, row, "fine,p,good.wav,,", header="recording_id,participant_id,path,task,age")
    intake = ingest(path, Limits())
    assert [item.code for item in intake.rejected] == ["bad_manifest"]
    assert says in intake.rejected[0].message
    assert len(intake.items) == 1


def test_equal_identifiers_are_all_refused(folder):
    intake = ingest(manifest(folder, "r1,p,good.wav", "R1,p,good.wav", "r2,p,good.wav"), Limits())
    assert [item.recording_id for item in intake.rejected] == ["r1", "R1"]
    assert [item.recording.recording_id for item in intake.items] == ["r2"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"recording_id,path\nr,good.wav\n", "none called participant_id"),
        (b"recording_id,participant_id,path,mood,Age\nr,p,good.wav,,\n", "'Age', 'mood'"),
        (b"recording_id,participant_id,path,path\nr,p,good.wav,\n", "twice path"),
        (b"recording_id,participant_id,path\n", "none"),
        (b"recording_id,participant_id,path\nr,J\xfcrgen,good.wav\n", "other bytes"),
        (b'recording_id,participant_id,path\nr,"p,good.wav\n', "line"),
        (b"", "none"),
    ],
)
def test_unusable_manifest_is_an_error_of_the_whole(folder, content, says):
    (folder / "m.csv").write_bytes(content)
    with pytest.raises(LaliaError) as caught:
        ingest(folder / "m.csv", Limits())
    assert caught.value.code is Code.BAD_MANIFEST
    assert says in str(caught.value)


def test_sources_that_hold_nothing(folder, tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    (tmp_path / "x.docx").write_bytes(b"PK\3\4" * 30)
    (tmp_path / "x.xlsx").write_bytes(b"PK\3\4" * 30)
    for source, code in [
        ("none", Code.MISSING_FILE),
        ("absent", Code.MISSING_FILE),
        ("x.parquet", Code.BAD_MANIFEST),
        ("x.docx", Code.UNSUPPORTED_FORMAT),
        ("x.xlsx", Code.BAD_MANIFEST),
    ]:
        with pytest.raises(LaliaError) as caught:
            ingest(tmp_path / source, Limits())
        assert caught.value.code is code


def test_single_file(folder):
    (folder / "good.cha").write_text("@Begin\n@End\n")
    intake = ingest(folder / "good.wav", Limits())
    assert intake.items[0].recording.recording_id == "good"
    assert intake.items[0].transcript == (folder / "good.cha").resolve()


def test_transcripts_are_checked_like_recordings(folder):
    (folder / "t.docx").write_bytes(b"PK")
    (folder / "empty.cha").touch()
    rows = ["a,p,good.wav,t.docx", "b,p,good.wav,empty.cha", "c,p,good.wav,../t.cha", "d,p,good.wav,none.cha"]
    intake = ingest(manifest(folder, *rows, header="recording_id,participant_id,path,transcript"), Limits())
    assert [item.code for item in intake.rejected] == [
        "bad_transcript",
        "bad_transcript",
        "unsafe_path",
        "missing_file",
    ]


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".TextGrid", ".VTT"])
def test_every_format_that_is_read_is_taken_from_manifests_and_from_beside_a_recording(folder, suffix):
    given = folder / f"good{suffix}"
    given.write_text("x")
    row = manifest(folder, f"r1,p1,good.wav,good{suffix}", header="recording_id,participant_id,path,transcript")
    for source in (row, folder, folder / "good.wav"):
        (item,) = ingest(source, Limits()).items
        assert item.transcript == given.resolve()


def test_a_transcript_of_another_kind_is_told_which_there_are(folder):
    (folder / "t.docx").write_bytes(b"PK")
    row = manifest(folder, "a,p,good.wav,t.docx", header="recording_id,participant_id,path,transcript")
    (item,) = ingest(row, Limits()).rejected
    assert ".cha, .textgrid, .json, .eaf, .vtt, .srt or .txt" in item.message


@pytest.mark.parametrize(("more", "codes"), [(0, []), (1, ["bad_transcript"])])
def test_a_transcript_may_be_as_large_as_the_readers_take(folder, more, codes):
    with (folder / "t.cha").open("wb") as file:
        file.truncate(MAX_BYTES + more)
    row = manifest(folder, "a,p,good.wav,t.cha", header="recording_id,participant_id,path,transcript")
    assert [item.code for item in ingest(row, Limits()).rejected] == codes


def test_identifiers_are_legal_whatever_the_name():
    assert legal_identifier("x" * 200) != legal_identifier("x" * 201)
    assert len(legal_identifier("x" * 200)) <= 100
    assert legal_identifier("...") == "recording"


def test_suffix_is_never_believed():
    assert sniff(b"RIFF\0\0\0\0AVI LIST") is None
    assert sniff(b"#EXTM3U\n") is None
    assert sniff(b"\xff\xfb\x90\x00").name == "mp3"  # MPEG 1 layer 3
    assert sniff(b"\xff\xf1\x50\x80").name == "aac"  # ADTS
    assert sniff(b"\xff\xfd\x90\x00") is None  # MPEG 1 layer 2
    assert sniff(b"") is None
