"""The CC0 animal-fluency lists of Lundin et al. (2020), from raw lists through lalia's own line to a feature table.

Shared by `benchmarks/risk.py` and `benchmarks/ship_fluency.py`. The lists themselves are not part of lalia.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from lalia.data_schemas import FeatureTable, Missing, Recording, Sample, Settings, Task
from lalia.features import Views
from lalia.features.views.fluency import answers
from lalia.models import embedders, parsers
from lalia.pipeline.annotate import spoken
from lalia.pipeline.formats import read
from lalia.pipeline.measure import measure

FOLDER = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "fluency_schizophrenia"
PUBLIC = "github.com/thelexiconlab/forager-analyses (commit 9e1120f), CC0 1.0; Lundin et al. 2020, Schizophr Bull Open"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def lists(folder: Path = FOLDER) -> dict[str, list[str]]:
    """Responses of each speaker, in order; the header row, where there is one, is left out."""
    found: dict[str, list[str]] = {}
    for line in (folder / "sz_data.txt").read_text("utf-8").splitlines():
        speaker, _, answer = line.strip().partition("\t")
        if answer and speaker.isdigit():
            found.setdefault(speaker, []).append(answer.strip())
    return found


def groups(folder: Path = FOLDER) -> dict[str, str]:
    """HC, SPD (schizotypal) or SZ for each labelled speaker, from the spreadsheet of codes."""
    with zipfile.ZipFile(folder / "diagnostic_group_codes.xlsx") as book:
        shared = [
            "".join(part.text or "" for part in item.iter(f"{_MAIN}t"))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{_MAIN}si")
        ]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = [list(_cells(row, shared)) for row in sheet.iter(f"{_MAIN}row")]
    return {speaker: group for speaker, group in rows[1:] if re.fullmatch(r"\d+", speaker)}


def _cells(row: Any, shared: list[str]) -> Iterator[str]:
    for cell in row.iter(f"{_MAIN}c"):
        value = cell.find(f"{_MAIN}v")
        text = "" if value is None or value.text is None else value.text
        yield shared[int(text)] if cell.get("t") == "s" else text


def sample(speaker: str, listed: list[str], scratch: Path, settings: Settings | None = None) -> Sample:
    """One response a line, as a transcript without times, parsed and embedded as the annotate stage does."""
    settings = settings or Settings()
    path = scratch / f"S{speaker}.txt"
    path.write_text("\n".join(listed) + "\n", "utf-8")
    transcript = read(path).model_copy(update={"language": "en"})
    path.unlink()
    said = transcript.of_participant
    recording = Recording(
        recording_id=f"S{speaker}",
        participant_id=f"S{speaker}",
        path="none.wav",
        task=Task.SEMANTIC_FLUENCY,
        category="animals",
        language="en",
    )
    parses = parsers.load(settings.parser).parse(said)
    embedder = embedders.load(settings.embedder)
    given = answers(recording, transcript, parses)
    names = [] if isinstance(given, Missing) else [response.name for response in given.given]
    return Sample(
        recording=recording,
        transcript=transcript,
        parses=parses,
        embeddings=embedder.embed([spoken(each) for each in said]),
        response_embeddings=embedder.embed(names),
    )


def features(scratch: Path, folder: Path = FOLDER, settings: Settings | None = None) -> list[FeatureTable]:
    """Every registered feature of every speaker; what needs sound or times is missing with its reason."""
    tables = []
    for speaker, listed in lists(folder).items():
        made = sample(speaker, listed, scratch, settings)
        tables.append(measure(made, seed=0, views=Views(made)))
    return tables
