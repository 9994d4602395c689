"""Filling the templates: one page a recording, and the page that lists them."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ... import __version__
from ...data_schemas import Assessment, Code, Rejected
from ..files import private_folder, write_whole
from . import made, measures, plain, shown, transitions, turns
from .figure import figure
from .panels import panels

TEMPLATES = Path(__file__).resolve().parent / "templates"

TABLES = (
    ("features.csv", "one row a recording, one column a measure"),
    ("features_long.csv", "one row a recording and measure, with unit, interval and the reason where it is missing"),
    ("data_dictionary.json", "what each column means"),
    ("recordings.csv", "one row a recording, with quality flags and where the words come from"),
    ("scores.csv", "scores of composites and risk models, or why they refuse"),
    ("scores_by_participant.csv", "the same by person and session; change only beyond measurement error"),
    ("errors.csv", "what could not be assessed, and why"),
    ("provenance.json", "inputs, versions, models and settings"),
)
"""Files of a run that the first page points to, beside the folder of transcripts."""

UPWARD = 3
"""Folders a link to the audio may climb. A file farther off is not near the report: the link would tell of
folders the reader has nothing to do with, and break when the report is moved."""

_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), "\ufffd")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the first page."""

    recording_id: str
    participant_id: str
    task: str
    duration: str
    words: str
    flags: int
    measured: int
    total: int
    file: str


def write(
    out: Path,
    assessments: Sequence[Assessment],
    rejected: Sequence[Rejected],
    provenance: Mapping[str, object],
    audio: Mapping[str, Path] | None,
) -> Path:
    """Write every page of a run and remove those of recordings that are no longer in it."""
    folder = private_folder(out / "report")
    facts = made.run_facts(provenance)
    entries = []
    # One at a time: a large run's assessments are read from disk as they are asked for.
    for assessment in assessments:
        entry = _entry(assessment)
        source = (audio or {}).get(assessment.recording.recording_id)
        link = None if source is None else near(source, folder)
        write_whole(folder / entry.file, recording_page(assessment, facts=facts, index="index.html", audio=link))
        entries.append(entry)
    index = folder / "index.html"
    write_whole(index, index_page(entries, rejected, provenance))
    kept = {index.name, *(entry.file for entry in entries)}
    for path in folder.glob("*.html"):
        # A page of a recording that left the run would outlive the person's consent.
        if path.name not in kept:
            path.unlink()
    return index


def recording_page(
    assessment: Assessment,
    *,
    facts: tuple[tuple[str, made.Facts], ...] = (),
    index: str | None = None,
    audio: str | None = None,
) -> str:
    """The page of one recording.

    Parameters
    ----------
    assessment : Assessment
    facts : tuple
        Sections of the run's provenance.
    index, audio : str, optional
        Relative addresses of the first page and of the sound file.
    """
    drawing, said = assessment.drawing, assessment.transcript
    drawn = figure(drawing, said) if drawing is not None and drawing.duration > 0 else None
    return _page(
        "recording.html.j2",
        a=assessment,
        rec=assessment.recording,
        task=plain.task(assessment.recording.task),
        language=plain.language((said.language if said else None) or assessment.recording.language),
        duration=shown.length(assessment.audio.duration if assessment.audio else None),
        words=turns.participant_words(said),
        problems=made.problems(assessment),
        figure=drawn,
        panels=panels(drawing) if drawing is not None else (),
        spoken=turns.spoken(said) if said else None,
        transitions=transitions.steps(assessment),
        families=measures.families(assessment),
        scores=measures.scores(assessment.scores),
        made=made.made(assessment),
        facts=facts,
        index=index,
        audio=audio,
    )


def index_page(entries: Sequence[Entry], rejected: Sequence[Rejected], provenance: Mapping[str, object]) -> str:
    """The first page: what was assessed, what was not, where the tables are."""
    refused = [(item, plain.found(plain.CODES, Code, item.code) or item.code) for item in rejected]
    return _page(
        "index.html.j2",
        entries=entries,
        participants=len({entry.participant_id for entry in entries}),
        rejected=refused,
        tables=TABLES,
        facts=made.run_facts(provenance),
        models=made.run_models(provenance),
        times=made.times(provenance),
    )


def file_name(recording_id: str) -> str:
    """Name of a recording's page; an identifier cannot start with '_', so the one clash there is has a way out."""
    return "_index.html" if recording_id.casefold() == "index" else f"{recording_id}.html"


def near(source: Path, folder: Path) -> str | None:
    """Relative address of a sound file from the report's folder, or None when it is not near it."""
    try:
        way = Path(os.path.relpath(source.resolve(), folder.resolve()))
    except ValueError:  # another drive
        return None
    if not source.is_file() or way.parts.count(os.pardir) > UPWARD:
        return None
    return quote(way.as_posix())


def _entry(assessment: Assessment) -> Entry:
    rec, said = assessment.recording, turns.participant_words(assessment.transcript)
    values = assessment.features.values
    return Entry(
        recording_id=rec.recording_id,
        participant_id=rec.participant_id,
        task=plain.task(rec.task),
        duration=shown.length(assessment.audio.duration if assessment.audio else None),
        words="none" if said is None else str(said),
        flags=len(assessment.audio.flags) if assessment.audio else 0,
        measured=sum(value.value is not None for value in values),
        total=len(values),
        file=file_name(rec.recording_id),
    )


def _page(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(values) + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_printable,
    )
    style, script = (_asset(name) for name in ("style.css", "script.js"))
    environment.globals.update(
        style=style,
        script=script,
        # Nothing may be fetched, run or sent but what this page itself holds, and the recording beside it.
        policy="; ".join(
            (
                "default-src 'none'",
                f"style-src 'sha256-{_digest(style)}'",
                f"script-src 'sha256-{_digest(script)}'",
                "media-src 'self' file: blob:",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
            )
        ),
        version=__version__,
        scope=plain.SCOPE,
        no_score=plain.NO_SCORE,
        unvalidated=plain.UNVALIDATED,
        score_note=plain.SCORE_NOTE,
    )
    environment.filters.update(short=shown.short, address=quote, clock=shown.clock, bounds=shown.bounds)
    return environment


def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8").strip()


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _printable(value: Any) -> Any:
    # Control characters are no part of HTML; markup made by the templates themselves is a subclass of str.
    return value.translate(_CONTROL) if type(value) is str else value
