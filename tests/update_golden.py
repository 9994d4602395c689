"""The golden run: what assessing the example recordings gives, written down so that a change is seen.

``python -m lalia.tests.update_golden`` (or ``make golden``) writes it anew. Read the difference before keeping it:
every changed number needs a reason, and a changed definition a new ``version`` of its feature.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "examples" / "manifest.csv"
GOLDEN = ROOT / "tests" / "golden" / "examples.json"

TABLES = ("features.csv", "features_long.csv", "recordings.csv", "scores.csv", "errors.csv")

TOLD = ("language", "flags", "transcript", "model", "verbatim", "participant_choice", "notes")
"""Columns of recordings.csv that are the same on every computer."""


def absent() -> list[str]:
    """Recordings of the manifest that are not there; they are fetched and made by `make demo`."""
    with MANIFEST.open(encoding="utf-8", newline="") as source:
        return [row["path"] for row in csv.DictReader(source) if not (MANIFEST.parent / row["path"]).is_file()]


def observed(out: Path) -> dict[str, Any]:
    """Assess the examples into `out`, and say what a run of them looks like.

    Returns
    -------
    dict
        ``files``: every file but the ledger's, whose names are content hashes. ``tables``: for each CSV, its columns
        and the types pandas infers. ``recordings``: for each, the SHA-256 of its ``inputs``, the words a recogniser
        found (``heard``; None for a transcript given), what recordings.csv has ``told`` of it, and its ``features``.
    """
    from lalia.pipeline import assess_batch

    assess_batch(MANIFEST, out, progress=False)
    about = json.loads((out / "provenance.json").read_text("utf-8"))
    return {
        "files": sorted(path for path in _files(out) if not path.startswith(".ledger/")),
        "tables": {name: _types(out / name) for name in TABLES},
        "recordings": {
            item["recording_id"]: {
                "inputs": item["sha256"],
                "heard": _heard(out / "transcripts" / f"{item['recording_id']}.json"),
                "told": _told(out / "recordings.csv", item["recording_id"]),
                "features": _features(out / "features_long.csv", item["recording_id"]),
            }
            for item in about["inputs"]
        },
    }


def _files(out: Path) -> list[str]:
    return [path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()]


def _types(path: Path) -> dict[str, str]:
    import pandas as pd

    return {str(name): str(kind) for name, kind in pd.read_csv(path).dtypes.items()}


def _heard(path: Path) -> dict[str, Any] | None:
    # The words themselves are not written down: some of the recordings are of texts in copyright.
    transcript = json.loads(path.read_text("utf-8"))
    if transcript["engine"] is None:
        return None
    words = [word for utterance in transcript["utterances"] for word in utterance["words"]]
    told = "\n".join(f"{word['kind']} {word['text']}" for word in words)
    return {
        "words": hashlib.sha256(told.encode()).hexdigest(),
        "times": [[round(word["start"], 2), round(word["end"], 2)] for word in words if word["start"] is not None],
    }


def _rows(path: Path, recording_id: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return [row for row in csv.DictReader(source) if row["recording_id"] == recording_id]


def _told(path: Path, recording_id: str) -> dict[str, str]:
    return {name: row[name] for row in _rows(path, recording_id) for name in TOLD}


def _features(path: Path, recording_id: str) -> dict[str, dict[str, Any]]:
    return {row["feature"]: _value(row) for row in _rows(path, recording_id)}


def _value(row: dict[str, str]) -> dict[str, Any]:
    version = {"version": int(row["version"])}
    if row["status"] == "missing":
        return {"missing": row["reason"].partition(":")[0], **version}
    n = {"n": int(row["n"])} if row["n"] else {}
    bounds = {"interval": [float(row["ci_low"]), float(row["ci_high"])]} if row["ci_low"] else {}
    return {"value": float(row["value"]), **n, **bounds, **version}


def written(found: dict[str, Any]) -> str:
    """As JSON with one feature a line, so that a difference can be read."""
    text = json.dumps({**found, "recordings": None}, indent=1).removesuffix(" null\n}")
    parts = []
    for name, recording in found["recordings"].items():
        lines = [f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in recording["features"].items()]
        parts.append(
            f"  {json.dumps(name)}: {{\n"
            f'   "inputs": {json.dumps(recording["inputs"])},\n   "heard": {json.dumps(recording["heard"])},\n'
            f'   "told": {json.dumps(recording["told"])},\n'
            '   "features": {\n' + ",\n".join(lines) + "\n   }\n  }"
        )
    return text + " {\n" + ",\n".join(parts) + "\n }\n}\n"


def main() -> int:
    if gone := absent():
        print(f"The example recordings must be there. Got none at {gone[0]}. Run `make demo` first.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="lalia-golden-") as folder:
        found = observed(Path(folder) / "out")
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(written(found), "utf-8")
    print(f"{len(found['recordings'])} recordings written to {GOLDEN.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
