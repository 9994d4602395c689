"""A model as a folder: JSON and safetensors only, every file hashed, nothing that can run code.

Loading refuses a folder whose hashes, feature versions or card do not match; there is no other way to read one. The
hashes tell of damage and of a card that belongs to other weights; against someone who rewrites the whole folder, keep
the digest that `save` returns and give it to `load`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ...data_schemas import Code, LaliaError, ModelCard
from .calibration import Calibration
from .learners import kind_of, learner_of
from .model import Model, Scope
from .nested import Fitted
from .novelty import Novelty
from .preparation import Preparation

FORMAT = 1
MANIFEST, CARD, CARD_TEXT, CHECKLIST, STRUCTURE, WEIGHTS = (
    "manifest.json",
    "card.json",
    "card.md",
    "tripod_ai.md",
    "model.json",
    "weights.safetensors",
)
FILES = (CARD, CARD_TEXT, CHECKLIST, STRUCTURE, WEIGHTS)

MOST_BYTES = 512 * 1024**2


def save(model: Model, folder: str | Path) -> str:
    """Write a model as a folder of its own and give its digest.

    Parameters
    ----------
    model : Model
    folder : path
        New, empty, or of an earlier bundle.

    Returns
    -------
    str
        SHA-256 of the manifest, which holds the hashes of all other files.

    Raises
    ------
    LaliaError
        When the folder holds anything else.
    """
    from safetensors.numpy import save as tensors

    from ...pipeline.files import private_folder, write_whole
    from .card import render
    from .tripod import checklist

    folder = private_folder(Path(folder))
    strange = sorted(path.name for path in folder.iterdir() if path.name not in (*FILES, MANIFEST))
    if strange:
        raise LaliaError("A model's folder must hold nothing else", f"{len(strange)} other files", "Choose another")
    (folder / MANIFEST).unlink(missing_ok=True)  # an interrupted write must not look whole
    contents: dict[str, bytes] = {
        STRUCTURE: _json(_structure(model)),
        WEIGHTS: tensors({name: np.ascontiguousarray(array) for name, array in _arrays(model).items()}),
    }
    card = model.card.model_copy(update={"sha256": {name: _sha(contents[name]) for name in (STRUCTURE, WEIGHTS)}})
    contents[CARD] = _json(card.model_dump(mode="json"))
    card = _card(contents)  # as it is read back, so that what is rendered now is what is rendered then
    contents[CARD_TEXT] = render(card, model.scope).encode()
    contents[CHECKLIST] = checklist(card, model.scope).encode()
    for name in FILES:
        write_whole(folder / name, contents[name])
    manifest = _json({"format": FORMAT, "files": {name: _sha(contents[name]) for name in FILES}})
    write_whole(folder / MANIFEST, manifest)
    return _sha(manifest)


def load(folder: str | Path, *, sha256: str | None = None) -> Model:
    """Read a model, or refuse.

    Parameters
    ----------
    folder : path
    sha256 : str, optional
        The digest that `save` gave; checked when given.

    Raises
    ------
    LaliaError
        ``bad_model`` when a file is absent, strange or not the one hashed, when the card is not of these weights or not
        the one rendered, or when a feature's definition has changed since.
    """
    folder = Path(folder)
    contents = _checked(folder, sha256)
    card, structure = _card(contents), _parsed(contents[STRUCTURE], STRUCTURE)
    try:
        model = _model(card, structure, contents[WEIGHTS])
    except LaliaError:
        raise
    except Exception as error:  # whatever a damaged file can raise; nothing of it is run
        raise _bad("The files of a model must fit each other", type(error).__name__) from None
    _check_card(model, structure, contents)
    _check_versions(card)
    return model


def digest(folder: str | Path) -> str:
    """SHA-256 of a bundle's manifest."""
    try:
        return _sha((Path(folder) / MANIFEST).read_bytes())
    except OSError as error:
        raise _bad("A model's folder must hold manifest.json", type(error).__name__) from None


def _checked(folder: Path, sha256: str | None) -> dict[str, bytes]:
    raw = _read(folder, MANIFEST)
    if sha256 is not None and _sha(raw) != sha256:
        raise _bad("A model must have the digest it is known by", "another")
    manifest = _parsed(raw, MANIFEST)
    if manifest.get("format") != FORMAT or set(manifest.get("files", {})) != set(FILES):
        raise _bad(f"A model must be of format {FORMAT} with the files {', '.join(FILES)}", "another")
    strange = {path.name for path in folder.iterdir()} - {*FILES, MANIFEST}
    if strange:
        raise _bad("A model's folder must hold nothing else", f"{len(strange)} other files")
    contents = {name: _read(folder, name) for name in FILES}
    for name, content in contents.items():
        if _sha(content) != manifest["files"][name]:
            raise _bad(f"{name} must be the file that was hashed", "another SHA-256")
    return contents


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    try:
        if path.is_symlink() or path.stat().st_size > MOST_BYTES:
            raise _bad(f"{name} must be a plain file of at most {MOST_BYTES >> 20} MB", "a link or a larger one")
        return path.read_bytes()
    except OSError as error:
        raise _bad(f"A model's folder must hold {name}", type(error).__name__) from None


def _card(contents: dict[str, bytes]) -> ModelCard:
    from pydantic import ValidationError

    try:
        card = ModelCard.model_validate_json(contents[CARD])
    except ValidationError as error:
        raise _bad("The model card must be whole", f"{error.error_count()} faults in it") from None
    if not (card.intended_use.strip() and card.out_of_scope.strip() and card.data.strip() and card.limits.strip()):
        raise _bad("The model card must say what the model is for and not for, its data and its limits", "a gap in it")
    for name in (STRUCTURE, WEIGHTS):
        if card.sha256.get(name) != _sha(contents[name]):
            raise _bad("The model card must be of these weights", f"another SHA-256 of {name}")
    return card


def _check_card(model: Model, structure: dict[str, Any], contents: dict[str, bytes]) -> None:
    from .card import render

    if (model.card.name, model.card.version) != (structure["name"], structure["version"]):
        raise _bad("Card and weights must be of one model", "two names or versions")
    if set(model.card.features) != set(model.names):
        raise _bad("The card must list the features of the model", "others")
    if render(model.card, model.scope).encode() != contents[CARD_TEXT]:
        raise _bad("card.md must say what card.json says", "a difference")


def _check_versions(card: ModelCard) -> None:
    from ...features import specs

    known = specs()
    changed = [name for name, version in card.features.items() if version and _version(known, name) != version]
    if changed:
        raise _bad(
            "Every feature must have the version that the model was trained on",
            f"{len(changed)} that differ, as {changed[0]}",
            "Train the model again on features of this version",
        )


def _version(known: Any, name: str) -> int:
    return known[name].version if name in known else 0


def _structure(model: Model) -> dict[str, Any]:
    return {
        "name": model.card.name,
        "version": model.card.version,
        "names": list(model.names),
        "scope": model.scope.model_dump(mode="json"),
        "learner": kind_of(model.fitted.learner),
        "bags": [kind_of(bag.learner) for bag in model.bags],
        "calibration": {"intercept": list(model.calibration.intercept), "slope": model.calibration.slope},
        "threshold": model.threshold,
        "gaps": model.gaps,
        "never_missing": list(model.never_missing),
    }


def _arrays(model: Model) -> dict[str, Any]:
    found = {f"novelty.{name}": array for name, array in model.novelty.arrays().items()}
    for prefix, fitted in _each(model.fitted, model.bags):
        found |= {f"{prefix}.preparation.{name}": array for name, array in fitted.preparation.arrays().items()}
        found |= {f"{prefix}.learner.{name}": array for name, array in fitted.learner.arrays().items()}
    return found


def _each(fitted: Fitted, bags: Iterable[Fitted]) -> Iterable[tuple[str, Fitted]]:
    yield "model", fitted
    for number, bag in enumerate(bags):
        yield f"bag{number:03d}", bag


def _model(card: ModelCard, structure: dict[str, Any], weights: bytes) -> Model:
    from safetensors.numpy import load as tensors

    arrays = tensors(weights)

    def part(prefix: str) -> dict[str, Any]:
        return {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}

    def fitted(prefix: str, kind: str) -> Fitted:
        return Fitted(Preparation.of(part(f"{prefix}.preparation.")), learner_of(kind, part(f"{prefix}.learner.")))

    calibration = structure["calibration"]
    return Model(
        card=card,
        scope=Scope.model_validate_json(json.dumps(structure["scope"])),
        names=tuple(structure["names"]),
        fitted=fitted("model", structure["learner"]),
        bags=tuple(fitted(f"bag{number:03d}", kind) for number, kind in enumerate(structure["bags"])),
        calibration=Calibration(tuple(calibration["intercept"]), calibration["slope"]),
        novelty=Novelty.of(part("novelty.")),
        threshold=structure["threshold"],
        gaps=structure["gaps"],
        never_missing=tuple(structure["never_missing"]),
    )


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True) + "\n").encode()


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _bad(f"{name} must be a JSON object", "something else")
    return found


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _bad(must: str, got: str, do: str = "Do not use it; take the model from its source again") -> LaliaError:
    return LaliaError(must, got, do, code=Code.BAD_MODEL)
