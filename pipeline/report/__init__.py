"""The report: one self-contained HTML page a recording, and a first page that lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...data_schemas import Assessment, Rejected

__all__ = ["page", "render"]


def render(
    out: Path,
    assessments: Sequence[Assessment],
    rejected: Sequence[Rejected],
    provenance: Mapping[str, object],
    audio: Mapping[str, Path] | None = None,
) -> Path:
    """Write ``out/report/index.html`` and one page a recording; pages of an earlier run that left it go.

    The pages need no network and load nothing but, where it is near, the sound file they are about. The same
    arguments give the same bytes.

    Parameters
    ----------
    out : Path
        Folder of the run; ``report`` is made in it, private to its owner.
    assessments : sequence of Assessment
        Read once, in order, one at a time.
    rejected : sequence of Rejected
    provenance : mapping
        As in provenance.json; its time stamps are shown on the first page only.
    audio : mapping of recording_id to Path, optional
        Where the sound files are. One that can be reached from the report by climbing at most three folders
        is linked, relatively; without a link the reader can choose the file in the page.

    Returns
    -------
    Path
        The first page.
    """
    from .pages import write

    return write(out, assessments, rejected, provenance, audio)


def page(assessment: Assessment) -> str:
    """The page of one recording as HTML, without links to other files."""
    from .pages import recording_page

    return recording_page(assessment)
