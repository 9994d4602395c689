"""Fetch and make the example recordings, assess them through the Prefect flow, and say where the results lie."""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import get
import synthesise
from lalia.data_schemas import LaliaError
from lalia.flows.embedded import run_embedded
from lalia.pipeline.progress import Progress

HERE = Path(__file__).resolve().parent
MANIFEST = HERE / "manifest.csv"
OUT = HERE / "out"


def demo(out: Path = OUT) -> int:
    """Run everything; the number of recordings that were rejected."""
    fetched = get.get()
    print(f"{len(fetched)} files fetched, {len(synthesise.synthesise())} transcripts spoken", flush=True)
    total = len(_rows(MANIFEST))
    run_embedded(MANIFEST, out, watch=lambda now: _tell(now, total))
    rejected = _rows(out / "errors.csv")
    print(f"{len(_rows(out / 'features.csv'))} of {total} recordings assessed")
    for row in rejected:
        print(f"rejected: {row['recording_id']} ({row['code']}): {row['message']}")
    print(f"features: {out / 'features.csv'}\nreport:   {out / 'report' / 'index.html'}")
    return len(rejected)


def _tell(now: Progress, total: int) -> None:
    print(f"{now.done} of {total} newly assessed", flush=True)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def main() -> int:
    begun = time.monotonic()
    try:
        rejected = demo()
    except LaliaError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"took {time.monotonic() - begun:.0f} s")
    return 1 if rejected else 0


if __name__ == "__main__":
    sys.exit(main())
