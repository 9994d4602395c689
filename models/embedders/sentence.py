"""Folders that sentence-transformers saved: read as all-MiniLM-L6-v2 is, or refused where that would be another model.

References
----------
.. [1] Reimers, Gurevych (2019). Sentence-BERT: sentence embeddings using Siamese BERT-networks. EMNLP-IJCNLP.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from ...data_schemas.errors import Code, LaliaError
from ...data_schemas.result import ModelUse
from ...data_schemas.sample import EMBEDDER
from ..monet.embedded import use_of
from ..monet.names import is_other, is_sentence_transformer, known
from .minilm import MiniLM

MARKS = 2
"""Pieces that stand before and after a text."""


def sentence_folder(name: str) -> Path | None:
    """The folder of that path where sentence-transformers saved it; None for anything else."""
    folder = Path(name).expanduser()
    return None if known(name) or is_other(name) or not is_sentence_transformer(folder) else folder


def load(folder: Path, device: str) -> MiniLM:
    """The model in a folder of sentence-transformers: a BERT whose last states are averaged.

    Raises
    ------
    LaliaError
        ``bad_model`` for another kind of model, or a file that is absent or cannot be read.
    """
    modules = _read(folder / "modules.json")
    try:
        window = _window(folder, modules)
        return MiniLM(folder, "", use(folder), device, window)
    except LaliaError:
        raise
    except Exception as error:  # each reader has its own kinds for a damaged file
        raise _bad(f"one that cannot be read ({type(error).__name__})") from None


def use(folder: Path, role: str = EMBEDDER) -> ModelUse:
    """What provenance keeps of it."""
    modules = _read(folder / "modules.json")
    paths = [str(module["path"]) for module in modules if isinstance(module, Mapping) and module.get("path")]
    return use_of(folder.absolute(), role, tuple(path for path in paths if Path(path).name == path))


def _window(folder: Path, modules: Any) -> int:
    """Word pieces the model reads at once, its marks left out; raises where the folder is not of this kind."""
    kinds = [str(module["type"]).rpartition(".")[2] for module in modules]
    if kinds[:2] != ["Transformer", "Pooling"] or kinds[2:] not in ([], ["Normalize"]) or modules[0]["path"]:
        raise _bad(f"the modules {', '.join(kinds)}")
    pooling = _read(folder / str(modules[1]["path"]) / "config.json")
    ways = sorted(name for name, chosen in pooling.items() if name.startswith("pooling_mode_") and chosen)
    if pooling.get("pooling_mode", "mean") != "mean" or ways not in (["pooling_mode_mean_tokens"], []):
        raise _bad(f"the pooling {pooling.get('pooling_mode') or ', '.join(ways)}")
    config = _read(folder / "config.json")
    if config.get("model_type") != "bert":
        raise _bad(f"a model of the type {config.get('model_type')}")
    reads = _read(folder / "sentence_bert_config.json", absent=dict)
    prompted = _read(folder / "config_sentence_transformers.json", absent=dict).get("default_prompt_name")
    if reads.get("do_lower_case") or prompted:
        raise _bad("texts that are to be changed before the tokenizer reads them")
    return int(min(reads.get("max_seq_length") or 512, config["max_position_embeddings"])) - MARKS


def _read(path: Path, absent: Callable[[], Any] | None = None) -> Any:
    if absent is not None and not path.is_file():
        return absent()
    try:
        return cast(Any, json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise _bad(f"{path.name} that cannot be read ({type(error).__name__})") from None


def _bad(got: str) -> LaliaError:
    return LaliaError(
        "A folder of sentence-transformers must hold a BERT whose last states are averaged, with model.safetensors and "
        "tokenizer.json",
        got,
        "Name another folder, or minilm",
        code=Code.BAD_MODEL,
    )
