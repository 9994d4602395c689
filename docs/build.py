"""Write what comes from the code and the bibliography: docs/features.md, docs/schemas/*.json, references.json."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from pathlib import Path

from lalia import data_schemas
from lalia.data_schemas import FeatureSpec, Frozen
from lalia.features import specs
from lalia.features.references import full, short

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bibliography import references

HERE = Path(__file__).resolve().parent
TYPES = ("Manifest", "Recording", "Rejected", "Transcript", "Stimulus", "Settings", "Assessment", "ModelCard", "Score")


def pages() -> dict[Path, str]:
    """Path and text of every generated page."""
    made = {HERE / "features.md": features_page()}
    for name in TYPES:
        kind: type[Frozen] = getattr(data_schemas, name)
        text = json.dumps(kind.model_json_schema(), indent=1, sort_keys=True, ensure_ascii=False)
        made[HERE / "schemas" / f"{name}.json"] = text + "\n"
    known = references(HERE / "references.bib")
    made[HERE.parent / "features" / "references.json"] = json.dumps(known, indent=1, ensure_ascii=False) + "\n"
    return made


def features_page() -> str:
    """Every feature by family, from its spec."""
    lines = [
        "# Features",
        "",
        "Made from the specs by `make docs`; do not edit. A value is missing, with a reason, below what it needs.",
        "Sources are listed in full [at the end](#references). Intervals are 95 % bootstrap intervals over the",
        'units named `n` in features_long.csv. Repeatability is a published figure or "not measured".',
    ]
    for name, group in groupby(specs().values(), key=lambda spec: spec.family):
        lines += ["", f"## {name}", "", "| feature | unit | range | needs | definition | source | version |"]
        lines.append("|---|---|---|---|---|---|---|")
        lines += [_row(spec) for spec in group]
    cited = {key for spec in specs().values() for key in spec.citation.split()}
    lines += ["", "## References", "", *(f"- {text}" for key in sorted(cited) for text in full(key))]
    return "\n".join(lines) + "\n"


def _row(spec: FeatureSpec) -> str:
    bounds = f"{'' if spec.low is None else f'{spec.low:g}'} – {'' if spec.high is None else f'{spec.high:g}'}"
    needs = [f"{name} ≥ {least:g}" for name, least in spec.needs.items()]
    needs += [f"task {' or '.join(sorted(spec.tasks))}"] if spec.tasks else []
    needs += [f"language {', '.join(sorted(spec.languages))}"] if spec.languages else []
    needs += ["verbatim transcript"] if spec.verbatim else []
    cells = [
        f"`{spec.name}`",
        spec.unit,
        bounds,
        "; ".join(needs),
        spec.definition,
        short(spec.citation),
        str(spec.version),
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(HERE.parent))
