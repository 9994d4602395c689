"""The report's pages are safe: hostile text is only text, nothing is asked for, nothing leaks, same bytes twice."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lalia.data_schemas import (
    Assessment,
    FeatureTable,
    Kind,
    Rejected,
    Utterance,
    Word,
)
from lalia.pipeline.report import page, render
from lalia.pipeline.report.pages import file_name, near
from lalia.tests import sampledata
from lalia.tests.reading import Reader, bare, value

HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</title></style></svg><b>",
    "{{ 7 * 7 }}{% raw %}",
    "a" * 400,
    "שלום עולם \u202e evil",
    "👩‍🚀🧠",
    "nul\x00 esc\x1b[31m",
    "&lt;b&gt;",
]


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return sampledata.assessment()


def test_pages_hold_no_address_and_ask_for_nothing(assessment, tmp_path):
    index = render(tmp_path, [assessment], sampledata.REJECTED, sampledata.PROVENANCE)
    for path in index.parent.iterdir():
        text = path.read_text("utf-8")
        assert not re.search(r"https?:|//\w", re.sub(r"<script>.*?</script>|<style>.*?</style>", "", text, flags=re.S))
        reader = Reader(text)
        (policy,) = reader.all("meta", **{"http-equiv": "Content-Security-Policy"})
        assert "default-src 'none'" in policy["content"]
        assert "unsafe" not in policy["content"]
        for element in reader.elements:
            assert not [name for name in element if name.startswith("on")]
            assert "style" not in element
            assert element["tag"] not in {"iframe", "object", "embed", "base", "form", "img"}
            for name in ("src", "href", "srcset", "action", "data"):
                assert not re.match(r"[a-z]+:(?!,$)|/", element.get(name) or "")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text, assessment, tmp_path):
    words = (Word(text=text, start=0.1, end=0.4, target=text), Word(text=text, kind=Kind.FILLER))
    said = assessment.transcript.model_copy(
        update={
            "utterances": (Utterance(speaker=text, words=words), Utterance(speaker="PAR", words=words)),
            "notes": (text,),
            "source": text,
            "model": text,
        }
    )
    hostile = assessment.model_copy(
        update={
            "transcript": said,
            "recording": assessment.recording.model_copy(update={"session": text}),
            "key": text,
            "models": tuple(m.model_copy(update={"name": text, "licence": text}) for m in assessment.models),
            "features": FeatureTable(
                recording_id="story-01", values=(value(value=None, reason=f"undefined: {text}"), value(f"odd.{text}"))
            ),
        }
    )
    rejected = [Rejected(recording_id=text, stage=text, code=text, message=text)]
    provenance = {"settings": {text: text}, text: text, "started": text}
    index = render(tmp_path, [hostile], rejected, provenance)
    calm = render(tmp_path / "calm", [assessment], sampledata.REJECTED, sampledata.PROVENANCE).parent
    known = set().union(*(tags(path) for path in calm.iterdir()))
    for path in index.parent.iterdir():
        assert tags(path) <= known
        whole = Reader(path.read_text("utf-8"))
        assert len(whole.all("script")) == (path.name != "index.html")
        cleaned = re.sub(r"[\x00-\x08\x0b-\x1f]", "\ufffd", text)
        assert cleaned in whole.all("body")[0]["text"]
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", path.read_text("utf-8"))


def tags(path: Path) -> set[str]:
    return {element["tag"] for element in Reader(path.read_text("utf-8")).elements}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_survives_as_text(text):
    html = page(bare(key=text))
    element = Reader(html).all("code")[-1]
    wanted = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", text)
    # The HTML standard reads a carriage return as a line feed; Python's parser keeps it.
    assert element["text"] == wanted


def test_same_arguments_same_bytes_and_no_path_or_time(assessment, tmp_path):
    for name in ("a", "b"):
        render(tmp_path / name, [assessment], sampledata.REJECTED, sampledata.PROVENANCE)
    for path in (tmp_path / "a" / "report").iterdir():
        text = path.read_bytes()
        assert text == (tmp_path / "b" / "report" / path.name).read_bytes()
        assert str(tmp_path).encode() not in text
        assert (b"2025-01-02T03:04:05Z" in text) == (path.name == "index.html")
    assert page(assessment) == page(assessment)


def test_no_identity_but_the_manifests(assessment):
    hidden = {"path": "smith_john.wav", "sex": "secret-sex", "age": 101.375, "prompt": "secret-prompt"}
    html = page(assessment.model_copy(update={"recording": assessment.recording.model_copy(update=hidden)}))
    for text in ("smith", "secret", "101.375"):
        assert text not in html


def test_files_are_private_and_pages_of_the_departed_go(assessment, tmp_path):
    other = sampledata.assessment("story-02")
    index = render(tmp_path, [assessment, other], [], {})
    assert {p.name for p in index.parent.iterdir()} == {"index.html", "story-01.html", "story-02.html"}
    render(tmp_path, [other], [], {})
    assert {p.name for p in index.parent.iterdir()} == {"index.html", "story-02.html"}
    assert stat.S_IMODE(index.parent.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in index.parent.iterdir())


def test_a_recording_called_index_does_not_replace_the_index(tmp_path):
    index = render(tmp_path, [bare("Index"), bare("a b".replace(" ", "é"))], [], {})
    hrefs = [e["href"] for e in Reader(index.read_text("utf-8")).all("a") if e["href"].endswith(".html")]
    assert hrefs == ["_index.html", "a%C3%A9b.html"]
    assert file_name("index") == "_index.html"
    assert (index.parent / "aéb.html").is_file()


def test_audio_is_linked_only_where_it_is_near(assessment, tmp_path):
    sound = tmp_path / "in" / "story 01#é.wav"
    sound.parent.mkdir()
    sound.write_bytes(b"RIFF")
    out = tmp_path / "out"
    index = render(out, [assessment], [], {}, {"story-01": sound})
    (player,) = Reader((index.parent / "story-01.html").read_text("utf-8")).all("audio")
    assert player["src"] == "../../in/story%2001%23%C3%A9.wav"
    assert near(sound, tmp_path / "a" / "b" / "c" / "d") is None
    assert near(tmp_path / "gone.wav", out / "report") is None
    render(out, [assessment], [], {})
    assert not Reader((index.parent / "story-01.html").read_text("utf-8")).all("audio")


def test_assessments_are_read_once_and_one_at_a_time(assessment, tmp_path):
    reads = []

    class Kept:
        def __len__(self):
            return 3

        def __getitem__(self, place):
            if place >= 3:
                raise IndexError
            reads.append(place)
            return bare(f"r{place}")

    render(tmp_path, Kept(), [], {})
    assert reads == [0, 1, 2]
