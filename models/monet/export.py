"""Turn a training checkpoint into the folder that is shipped.

Run as ``python -m lalia.models.monet.export --run FOLDER --data FOLDER``: it writes the weights into the package and
their hashes into the registry's table. With ``--out FOLDER`` it writes elsewhere and leaves the table alone.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from pathlib import Path
from typing import Any

import torch

from ..registry import sha256

HERE = Path(__file__).with_name("embedded_weights")


def export(state: dict[str, Any], tokenizer: Path, out: Path) -> dict[str, str]:
    """Write config.json, model.safetensors and tokenizer.json; SHA-256 by file comes back.

    Weights are kept in float16, the routers' statistics in float32.
    """
    from safetensors.torch import save_file

    out.mkdir(parents=True, exist_ok=True)
    kept = {}
    for name, value in state["model"].items():
        bare = name.removeprefix("monet.")
        exact = bare.endswith(("running_mean", "running_var")) or value.dtype == torch.int64
        kept[bare] = (value if exact else value.half()).contiguous()
    save_file(kept, str(out / "model.safetensors"), metadata={"format": "pt"})
    extra = {
        "embedding_layer": state["settings"]["embedding_layer"],
        "embedding_width": state["settings"]["teacher_width"],
    }
    (out / "config.json").write_text(json.dumps({**state["config"], **extra}, indent=1) + "\n", "utf-8")
    shutil.copyfile(tokenizer, out / "tokenizer.json")
    return {path.name: sha256(path) for path in sorted(out.iterdir())}


def pin(files: dict[str, str], size: int) -> None:
    """Write hashes and size into the entry of ``models/weights.py``."""
    table = Path(__file__).parents[1] / "weights.py"
    text = table.read_text("utf-8")
    start = text.index('        name="monet",')
    entry = text[start : text.index("    Weights(", start)]
    made = re.sub(r"size=\d+", f"size={size}", entry)
    for name, value in files.items():
        made = re.sub(rf'"{re.escape(name)}": "[0-9a-f]*"', f'"{name}": "{value}"', made)
    table.write_text(text.replace(entry, made), "utf-8")


def main() -> None:
    """Export and say what the registry must hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    state = torch.load(given.run / "latest.pt", map_location="cpu", weights_only=True)
    out = given.out or HERE
    files = export(state, given.data / "tokenizer.json", out)
    size = sum((out / name).stat().st_size for name in files)
    if given.out is None:
        pin(files, size)
    for name, value in files.items():
        print(f"{value}  {name}")
    print(f"{size:,} bytes; {state['progress']}")


if __name__ == "__main__":
    main()
