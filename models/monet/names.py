"""What a Monet may be called: the embedded one's name, a release's, its name on the hub, or the path of a folder."""

from __future__ import annotations

from pathlib import Path

from ..weights import HUB, MONET, STANZA, WEIGHTS

EMBEDDED = "monet"
"""Name of the one that comes with lalia."""

NONE = "none"


def known(name: str) -> str | None:
    """``monet`` or the release that a name stands for, in capitals or not; None for another name."""
    if name == EMBEDDED:
        return name
    releases = {hub.lower(): release for release, hub in MONET.items()} | {release: release for release in MONET}
    return releases.get(name.lower())


def is_other(name: str) -> bool:
    """Whether a name is that of a model of another kind, which no folder of that name replaces."""
    return name != EMBEDDED and (name in WEIGHTS or name in HUB or name in STANZA)


def is_sentence_transformer(folder: Path) -> bool:
    """Whether a folder holds what sentence-transformers saves."""
    return any((folder / file).is_file() for file in ("modules.json", "config_sentence_transformers.json"))


def checkpoint_folder(name: str) -> Path | None:
    """The folder of that path where it can be a Monet's: with ``config.json``, and none of sentence-transformers'."""
    if known(name) or is_other(name):
        return None
    folder = Path(name).expanduser()
    return folder if (folder / "config.json").is_file() and not is_sentence_transformer(folder) else None
