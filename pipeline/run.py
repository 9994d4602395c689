"""The whole line on one screen: a located recording in, its assessment out, or the reason there is none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..data_schemas import (
    Assessment,
    Audio,
    AudioSummary,
    Code,
    LaliaError,
    Missing,
    ModelUse,
    Rejected,
    Sample,
    Settings,
    Transcript,
)
from ..data_schemas.sample import LANGUAGE_MODEL
from ..features import Views
from .agreement import compared
from .align import align, is_aligned
from .annotate import annotate
from .channels import apart, hushed
from .check import check
from .decode import decode
from .draw import draw, least_coherent
from .ingest import Located
from .measure import measure
from .predict import predict
from .speakers import CHANNELS, assign
from .transcribe import transcribe_all

STAGES = ("decode", "check", "transcribe", "align", "speakers", "annotate", "measure", "predict", "draw")


class Stopped(BaseException):
    """Whoever is told of the stages has raised `error`: that ends the run, and is no fault of the recording."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class Clock:
    """Which stage is running, and the seconds each has taken so far.

    Parameters
    ----------
    listen : callable, optional
        Told the name of each stage as it begins; what it raises is raised as `Stopped`.
    """

    def __init__(self, listen: Callable[[str], None] | None = None) -> None:
        self.stage = STAGES[0]
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self._listen = listen

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Count what happens within the context as time of `stage`."""
        self.stage = stage
        if self._listen is not None:
            try:
                self._listen(stage)
            except Exception as error:
                raise Stopped(error) from error
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - begun


def assess_one(
    item: Located, settings: Settings, *, key: str = "", clock: Clock | None = None
) -> Assessment | Rejected:
    """Take one recording through every stage.

    Parameters
    ----------
    item : Located
        The recording with its files, as the ingest stage found them.
    settings : Settings
    key : str
        Content hash the assessment is filed under; empty outside a run.
    clock : Clock, optional
        Collects the seconds spent in each stage. They are no part of the result, which is the same bits
        every time.

    Returns
    -------
    Assessment or Rejected
        Never raises for a bad recording: the stage, the code and the message say what was wrong with it.
    """
    clock = clock or Clock()
    ready = prepared(item, settings, clock)
    return ready if isinstance(ready, Rejected) else completed(ready, settings, key=key, clock=clock)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A recording that was decoded and checked; `beside` is the other speaker's channel, where it has one."""

    item: Located
    audio: Audio
    beside: Audio | None


Said = tuple[Transcript, Transcript | None]
"""What was said in a recording, and in the channel beside."""


def prepared(item: Located, settings: Settings, clock: Clock) -> Prepared | Rejected:
    """Decode and check a recording."""
    try:
        with clock("decode"):
            audio = decode(item, settings.limits)
        with clock("check"):
            return Prepared(item, *apart(item, check(audio), settings))
    except Exception as error:  # one recording must not end the batch
        return rejection(item.recording.recording_id, clock.stage, error)


def said(recordings: Sequence[Prepared], settings: Settings) -> list[Said]:
    """What is said in recordings: their transcripts, or what is recognised, all of them heard together."""
    heard = [(one.item, one.audio if one.beside is None else hushed(one.audio)) for one in recordings]
    others = [(one.item, hushed(one.beside)) for one in recordings if one.beside is not None]
    found = transcribe_all([*heard, *others], settings)
    rest = iter(found[len(heard) :])
    return [(words, None if one.beside is None else next(rest)) for one, words in zip(recordings, found, strict=False)]


def completed(
    ready: Prepared, settings: Settings, *, key: str, clock: Clock, words: Said | None = None
) -> Assessment | Rejected:
    """Take a prepared recording through the other stages; `words` where they have been recognised with others'."""
    item, audio, beside = ready.item, ready.audio, ready.beside
    try:
        with clock("transcribe"):
            transcript, other = words or said([ready], settings)[0]
        with clock("align"):
            transcript = compared(align(transcript, audio, settings, item.recording.language), audio)
            if other is not None and beside is not None:
                other = align(other, beside, settings, item.recording.language)
        with clock("speakers"):
            transcript = assign(transcript, audio, item, settings, other=other)
        with clock("annotate"):
            sample = annotate(item, audio, transcript, settings)
        with clock("measure"):
            views = Views(sample)
            features = measure(sample, seed=settings.seed, views=views)
        with clock("predict"):
            scores = predict(features, sample, settings)
        with clock("draw"):
            drawing = draw(sample, views)
            transitions = least_coherent(sample, views)
            models = models_used(item, transcript, sample, settings)
    except Exception as error:  # one recording must not end the batch
        return rejection(item.recording.recording_id, clock.stage, error)
    return Assessment(
        key=key,
        recording=item.recording,
        audio=summary(audio),
        transcript=transcript,
        features=features,
        scores=scores,
        drawing=drawing,
        transitions=transitions,
        models=models,
    )


def summary(audio: Audio) -> AudioSummary:
    """What is kept of the audio: everything but the samples."""
    return AudioSummary(
        sha256=audio.sha256,
        duration=audio.duration,
        rate=audio.rate,
        native_channels=audio.native_channels,
        channel=audio.channel,
        container=audio.container,
        codec=audio.codec,
        speech=audio.speech,
        flags=audio.flags,
    )


def models_used(item: Located, transcript: Transcript, sample: Sample, settings: Settings) -> tuple[ModelUse, ...]:
    """The models that took part in this recording; a given transcript needed no recogniser, whoever made it."""
    from ..models import aligners, diarisers, embedders, parsers, registry, whisper
    from ..models.monet import embedded

    used = [registry.use("silero-vad", "vad")]
    if item.transcript is None and transcript.engine is not None:
        used.append(whisper.load(settings.model, settings.engine, settings.device).use)
    if transcript.diariser not in (None, CHANNELS):
        used.extend(diarisers.load(settings.diariser, settings.device).use)
    if is_aligned(transcript):
        used.append(aligners.load(settings.aligner).use)
    if not isinstance(sample.parses, Missing):
        used.append(parsers.load(settings.parser).use)
    if not isinstance(sample.trees, Missing):
        used.append(parsers.load_constituency(settings.constituency).use)
    if not isinstance(sample.embeddings, Missing):
        used.append(embedders.load(settings.embedder, settings.device).use)
    if not isinstance(sample.routing, Missing):
        used.append(embedded.use(settings.language_model, LANGUAGE_MODEL))
    return tuple(used)


def rejection(recording_id: str, stage: str, error: Exception) -> Rejected:
    """What to tell the user of an exception; only our own errors' words are passed on, for others may quote data."""
    if not isinstance(error, LaliaError):
        error = _unexpected(stage, error)
    return Rejected(recording_id=recording_id, stage=stage, code=error.code, message=str(error))


def _unexpected(stage: str, error: Exception) -> LaliaError:
    kind = type(error).__name__
    if isinstance(error, OSError | MemoryError) or "out of memory" in str(error).lower():
        return LaliaError(
            f"The computer must have disk, memory and files at hand in the {stage} stage",
            kind,
            "Free disk space or memory and run again; finished recordings are kept",
            code=Code.MACHINE_FAULT,
        )
    return LaliaError(
        f"The {stage} stage must give a result or name what is wrong",
        f"{kind} ({_place(error)})",
        "Run `lalia doctor`; if it finds nothing, report this line as a defect",
        code=Code.STAGE_FAILED,
    )


def _place(error: Exception) -> str:
    # The last line of ours on the way to the fault: enough to find it, and it holds nothing of the recording.
    package = Path(__file__).resolve().parent.parent
    place, trace = "unknown place", error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(package) and "site-packages" not in file.relative_to(package).parts:
            place = f"{file.relative_to(package).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
