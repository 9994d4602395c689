"""What `lalia features` and `lalia models` print."""

from __future__ import annotations

from ..data_schemas import FeatureSpec, LaliaError
from ..features import FEATURES, VIEWS, specs
from ..features.references import full


def features(name: str | None) -> None:
    """Print a table of the features whose names begin with `name`, or the card of the one so named."""
    known = specs()
    if name is not None and name in known:
        _card(known[name])
        return
    chosen = [spec for spec in known.values() if name is None or spec.name.startswith(name)]
    if not chosen:
        raise LaliaError(
            "The name must be a feature's, or the beginning of one",
            f"{name!r}{_near(str(name))}",
            "See `lalia features`",
        )
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("feature", "unit", "range", "definition"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "feature")
    for spec in chosen:
        table.add_row(spec.name, spec.unit, _range(spec), spec.definition)
    Console().print(table, markup=False)


def _near(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, specs(), n=3)
    return f"; near it are {', '.join(near)}" if near else ""


def _range(spec: FeatureSpec) -> str:
    low = "" if spec.low is None else f"{spec.low:g}"
    high = "" if spec.high is None else f"{spec.high:g}"
    return f"{low} .. {high}" if low or high else "any"


def _card(spec: FeatureSpec) -> None:
    needs = ", ".join(f"{size:g} {VIEWS[view].size_unit or view}" for view, size in spec.needs.items())
    kept = ", ".join(name for name, holds in spec.invariances.items() if holds)
    rows = {
        "feature": spec.name,
        "definition": spec.definition,
        "unit": spec.unit or "none",
        "range": _range(spec),
        "made from": ", ".join(FEATURES[spec.name].views),
        "needs": needs or "nothing more",
        "tasks": ", ".join(sorted(spec.tasks)) or "all",
        "languages": ", ".join(sorted(spec.languages)) or "all",
        "verbatim only": "yes" if spec.verbatim else "no",
        "unchanged by": kept or "none of those declared",
        "constants": ", ".join(f"{name} = {value}" for name, value in spec.settings.items()) or "none",
        "example": f"{spec.example.expect} within {spec.example.tolerance:g} ({spec.example.why})",
        "repeatability": spec.repeatability,
        "version": str(spec.version),
        "source": "\n               ".join(full(spec.citation)),
    }
    for name, value in rows.items():
        print(f"{name:<14} {value}")


def models() -> None:
    """Print every model known, and whether it is installed."""
    from rich.console import Console
    from rich.table import Table

    from ..models import cache, registry

    here = {found.name for found in registry.installed()}
    table = Table(box=None, pad_edge=False)
    for heading in ("model", "role", "installed", "MB", "licence", "from"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "model")
    for known in registry.WEIGHTS.values():
        size = f"{known.size / 1e6:.0f}"
        table.add_row(known.name, known.role, _yes(known.name in here), size, known.licence, known.package)
    for name, place in registry.HUB.items():
        table.add_row(name, "whisper", _yes(cache.folder(name).is_dir()), "", "MIT", f"huggingface.co/{place}")
    for name in registry.STANZA:
        place = "stanza, Stanford NLP"
        table.add_row(name, "constituency", _yes(cache.folder(name).is_dir()), "", "Apache-2.0", place)
    for name, place in registry.MONET.items():
        table.add_row(name, "embedder", _yes(cache.folder(name).is_dir()), "", "Apache-2.0", f"huggingface.co/{place}")
    Console().print(table, markup=False)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def fetch(name: str) -> None:
    """Install a model and say where it lies."""
    from ..models.fetch import fetch as bring

    print(f"{name} is installed, and its SHA-256 is as expected: {bring(name)}")


def verify(name: str | None) -> bool:
    """Check one model, or all that are installed; whether all is well.

    Raises
    ------
    LaliaError
        For a name that no model has.
    """
    from ..models import registry

    if name is None:
        results = registry.verify_all()
    elif name in {*registry.WEIGHTS, *registry.FETCHED}:
        results = {name: _fault(name)}
    else:
        raise LaliaError("The name must be a model's", repr(name), "See `lalia models list`")
    for known, error in results.items():
        print(f"{known}: {'SHA-256 as expected' if error is None else error}")
    return all(error is None for error in results.values())


def _fault(name: str) -> LaliaError | None:
    from ..models import registry

    try:
        registry.verify(name)
    except LaliaError as error:
        return error
    return None
