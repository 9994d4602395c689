"""The Python interface: one recording, or many, and their results as data frames.

>>> from lalia.pipeline import assess
>>> a = assess("talk.wav", task="interview")  # doctest: +SKIP
>>> a.features.loc["lexical.mattr_50"]  # doctest: +SKIP
>>> a.sample.explain_transition(0)  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from ..data_schemas import (
    Assessment,
    Audio,
    Code,
    LaliaError,
    Missing,
    Reason,
    Recording,
    Rejected,
    Sample,
    Score,
    Settings,
    Task,
    Transcript,
)
from ..data_schemas.tables import ERRORS, FEATURES_LONG, RECORDINGS, SCORES, Column, features_columns
from ..features import specs

if TYPE_CHECKING:
    import pandas as pd

    from .batch import Summary
    from .ingest import Located
    from .progress import Watch


@dataclass(frozen=True, eq=False, repr=False)
class Assessed:
    """What came of one recording; a notebook shows its report.

    Attributes
    ----------
    assessment : Assessment
        Everything that is kept, as one frozen record.
    located : Located
        The recording with its files, as it was assessed.
    settings : Settings
        Those it was assessed with.
    """

    assessment: Assessment
    located: Located
    settings: Settings

    @cached_property
    def features(self) -> pd.DataFrame:
        """Features in catalogue order, indexed by name: value, unit, status, reason, n, ci_low, ci_high, version."""
        import pandas as pd

        rows = [row.model_dump() for row in self.assessment.features.values]
        frame = pd.DataFrame(rows, columns=[column.name for column in FEATURES_LONG[1:]])
        return frame.astype({"value": "Float64", "n": "Int64", "ci_low": "Float64", "ci_high": "Float64"}).set_index(
            "feature"
        )

    @property
    def transcript(self) -> Transcript | None:
        """Who said what and when."""
        return self.assessment.transcript

    @property
    def scores(self) -> tuple[Score, ...]:
        """Scores of the composites and of the risk models installed, or why each refuses.

        One risk model comes with lalia. None of them is validated for clinical decisions.
        """
        return self.assessment.scores

    @cached_property
    def sample(self) -> Sample:
        """What the measures read of the words: parses, embeddings, use of experts; ``sample.explain_transition(0)``.

        It is read anew from the transcript when it is first asked for, by the models of the assessment, and has no
        audio: nothing of the recording is held for it.
        """
        from .annotate import annotate

        said, without = self.transcript, Missing(Reason.NO_AUDIO, "the sample of a finished assessment has no audio")
        if said is None:
            return Sample(self.located.recording, audio=without)
        silence = Audio(np.zeros(0, np.float32), 1)
        return replace(annotate(self.located, silence, said, self.settings), audio=without)

    def to_html(self) -> str:
        """The report of this recording: one self-contained page."""
        from .report import page

        return page(self.assessment)

    def _repr_html_(self) -> str:
        from html import escape

        # In a frame of its own, so that the page's styles and the notebook's leave each other alone.
        return (
            f'<iframe title="Report of {escape(self.assessment.recording.recording_id)}" '
            f'style="width:100%;height:720px;border:0" srcdoc="{escape(self.to_html())}"></iframe>'
        )

    def __repr__(self) -> str:
        values = self.assessment.features.values
        measured = sum(value.status == "ok" for value in values)
        name = self.assessment.recording.recording_id
        return f"<Assessed {name}: {measured} of {len(values)} features measured>"


@dataclass(frozen=True)
class BatchResult:
    """What came of a run.

    Attributes
    ----------
    out : Path
        The run's folder.
    summary : Summary
        Counts.
    """

    out: Path
    summary: Summary

    @cached_property
    def features(self) -> pd.DataFrame:
        """features.csv: one row a recording."""
        return self._table("features.csv", features_columns(specs().values()))

    @cached_property
    def features_long(self) -> pd.DataFrame:
        """features_long.csv: one row a recording and feature, with unit, interval and reason."""
        return self._table("features_long.csv", FEATURES_LONG)

    @cached_property
    def recordings(self) -> pd.DataFrame:
        """recordings.csv: one row a recording, with duration, quality flags and where the words come from."""
        return self._table("recordings.csv", RECORDINGS)

    @cached_property
    def scores(self) -> pd.DataFrame:
        """scores.csv: one row a recording and risk model."""
        return self._table("scores.csv", SCORES)

    @cached_property
    def errors(self) -> pd.DataFrame:
        """errors.csv: every rejected item, and why."""
        return self._table("errors.csv", ERRORS)

    @property
    def report(self) -> Path:
        """First page of the report."""
        return self.out / "report" / "index.html"

    def _table(self, name: str, columns: tuple[Column, ...]) -> pd.DataFrame:
        import pandas as pd

        kinds: dict[str, Any] = {"string": "str", "integer": "Int64", "number": "Float64"}
        types = {column.name: kinds[column.kind] for column in columns}
        return pd.read_csv(self.out / name, dtype=types, keep_default_na=False, na_values=[""])

    def __repr__(self) -> str:
        return f"<BatchResult: {self.summary.assessed} assessed, {self.summary.rejected} rejected>"


def assess(
    source: str | Path,
    *,
    task: Task | str | None = None,
    transcript: str | Path | None = None,
    stimulus: str | None = None,
    settings: Settings | None = None,
    **about: Any,
) -> Assessed:
    """Assess one recording.

    Parameters
    ----------
    source : str or Path
        Audio file. A transcript beside it with the same name is used.
    task : Task or str, optional
        What the participant was asked to do; some features depend on it.
    transcript : str or Path, optional
        Transcript to use instead, in any format of `pipeline.formats`.
    stimulus : str, optional
        What was shown or told: the path of a .json that describes it.
    settings : Settings, optional
        Defaults of `Settings` when None.
    **about
        Any other column of a manifest: participant_id, language, sex, age, prompt, participant_speaker,
        participant_channel, category, letter, session.

    Returns
    -------
    Assessed

    Raises
    ------
    LaliaError
        When the recording is rejected: what must hold, what was found, what to do.
    """
    from .ingest import Located, ingest
    from .keys import circumstances, input_hashes, unit_key
    from .run import assess_one

    settings = settings or Settings()
    path = _one_file(Path(source))
    intake = ingest(path, settings.limits)
    if intake.rejected:
        raise _as_error(intake.rejected[0])
    found = intake.items[0]
    given = None if transcript is None else _existing(Path(transcript), "transcript")
    shown = None if stimulus is None or not stimulus.endswith(".json") else _existing(Path(stimulus), "stimulus")
    changes = {
        "task": task,
        "stimulus": stimulus if shown is None else shown.name,
        "transcript": None if given is None else given.name,
        **about,
    }
    item = Located(_described(found.recording, changes), found.audio, given or found.transcript, shown)
    key = unit_key(item, input_hashes(item), circumstances(settings))
    result = assess_one(item, settings, key=key)
    if isinstance(result, Rejected):
        raise _as_error(result)
    return Assessed(result, item, settings)


def assess_batch(
    source: str | Path,
    out: str | Path,
    *,
    task: Task | str | None = None,
    transcripts: str | Path | None = None,
    settings: Settings | None = None,
    jobs: int = 1,
    progress: bool | Watch = True,
) -> BatchResult:
    """Assess a folder or manifest of recordings; finished ones are kept and not done again.

    Parameters
    ----------
    source : str or Path
        Folder of audio, manifest (.csv, .parquet) or one audio file.
    out : str or Path
        Folder of the run: new, empty, or of an earlier run.
    task : Task or str, optional
        Task of recordings for which the manifest names none.
    transcripts : str or Path, optional
        Folder of corrected transcripts, ``<recording_id>.cha`` and other formats. Only recordings that have one there
        are done again: no recogniser is used, their words are aligned and measured anew.
    settings : Settings, optional
    jobs : int
        Processes. A script that asks for more than one must call this below
        ``if __name__ == "__main__":``.
    progress : bool or callable
        Whether to show a bar, or what to call with each `Progress`.

    Returns
    -------
    BatchResult
        Rejected recordings are in its `errors`, with the reason.

    Raises
    ------
    LaliaError
        When the source or the folder as a whole cannot be used.
    """
    from contextlib import nullcontext

    from .batch import whole_run
    from .progress import bar

    shown = bar() if progress is True else nullcontext(progress or None)
    with shown as watch:
        summary = whole_run(
            Path(source),
            Path(out),
            settings or Settings(),
            task=None if task is None else _task(task),
            transcripts=None if transcripts is None else Path(transcripts),
            jobs=jobs,
            watch=watch,
        )
    return BatchResult(Path(out), summary)


def _task(task: Task | str) -> Task:
    try:
        return Task(task)
    except ValueError:
        raise LaliaError(f"task must be one of {', '.join(Task)}", repr(str(task)), "Correct it") from None


def _one_file(path: Path) -> Path:
    if path.suffix.lower() in {".csv", ".parquet"} or path.is_dir():
        raise LaliaError("`assess` takes one audio file", "a folder or manifest", "Use `assess_batch` for several")
    return path


def _existing(path: Path, what: str) -> Path:
    if not path.is_file():
        raise LaliaError(f"The {what} must be an existing file", "none there", "Check the name", code=Code.MISSING_FILE)
    return path.resolve()


def _described(recording: Recording, changes: Mapping[str, Any]) -> Recording:
    unknown = sorted(set(changes) - set(Recording.model_fields) | set(changes) & {"path", "recording_id"})
    if unknown:
        allowed = sorted(set(Recording.model_fields) - {"path", "recording_id"})
        raise LaliaError(f"A recording is described by {', '.join(allowed)}", ", ".join(unknown), "Correct the name")
    kept = {name: value for name, value in changes.items() if value is not None}
    try:
        return Recording(**{**recording.model_dump(), **kept})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise LaliaError(
            f"{'.'.join(str(part) for part in first['loc'])} must be valid", first["msg"], "Correct it"
        ) from None


def _as_error(item: Rejected) -> LaliaError:
    must, _, rest = item.message.partition(". Got ")
    got, _, do = rest.rpartition(". ")
    return LaliaError(must, got, do.removesuffix("."), code=Code(item.code))
