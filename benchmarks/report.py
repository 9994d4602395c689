"""The Markdown of a benchmark's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

MIB = 1024**2


def markdown(found: Mapping[str, Any]) -> str:
    """Tables of time by stage, memory by stage and start-up."""
    machine, rows = found["machine"], found["lengths"]
    load = machine["load_before"]
    busy = "" if load is None else f" Load average before the run: {load:.1f}."
    parts = [
        "# What the line costs",
        f"lalia {found['lalia']}, Python {found['python']}, Whisper {found['model']}. "
        f"{machine['cores']} cores, {machine['processor']}, {machine['system']}, no GPU used.{busy}",
        f"Speech: {', '.join(found['recordings'])}, joined with gaps and repeated; no transcript given. "
        "Each length in a fresh process, imports and loading of models included.",
        "## Time",
        "Real-time factor: seconds of work for a second of recording. By the clock / by the processor "
        "(over all cores, so it may be the larger).",
        time_table(rows),
        *further(rows),
        "## Memory",
        "MiB at the highest point. Anonymous memory is what no file backs; it is looked at every 0.2 s. The resident "
        "set also counts pages of mapped recordings, models and libraries, which the system takes back when it needs "
        "them.",
        memory_table(rows),
        "## Start",
        table(["", "s"], [[f"`{name}`", f"{seconds:.2f}"] for name, seconds in found["start_up"].items()]),
        "Median of 5 fresh processes.",
    ]
    return "\n\n".join(parts) + "\n"


def time_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Real-time factor by stage and length."""
    head = ["Stage", *(f"{row['minutes']:g} min" for row in rows)]
    body = [[stage, *(_factor(row["stages"][stage], row["seconds"]) for row in rows)] for stage in rows[0]["stages"]]
    total = [
        _factor({"wall": row["wall"], "cpu": sum(stage["cpu"] for stage in row["stages"].values())}, row["seconds"])
        for row in rows
    ]
    return table(head, [*body, ["**all**", *total], ["words", *(f"{row['words']:,}" for row in rows)]])


def _factor(spent: Mapping[str, float], seconds: float) -> str:
    return f"{spent['wall'] / seconds:.3f} / {spent['cpu'] / seconds:.3f}"


def further(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Whether cost is linear: what each further minute costs between two lengths."""
    told = []
    for short, long in pairwise(sorted(rows, key=lambda row: row["seconds"])):
        more = (long["seconds"] - short["seconds"]) / 60
        wall = (long["wall"] - short["wall"]) / more
        used = [sum(stage["cpu"] for stage in row["stages"].values()) for row in (short, long)]
        told.append(
            f"From {short['minutes']:g} to {long['minutes']:g} minutes, a further minute takes {wall:.1f} s "
            f"({(used[1] - used[0]) / more:.1f} s of the processor)."
        )
    return [" ".join(told)] if told else []


def memory_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """High-waters by length, and anonymous memory by stage."""
    head = ["", *(f"{row['minutes']:g} min" for row in rows)]
    stages = [
        [f"anonymous in {stage}", *(_mib(row["anonymous_by_stage"].get(stage)) for row in rows)]
        for stage in rows[0]["stages"]
    ]
    body = [
        ["**anonymous**", *(_mib(row["anonymous"]) for row in rows)],
        ["**resident set**", *(_mib(row["resident"]) for row in rows)],
        ["resident set of the decoder's process", *(_mib(row["child"]) for row in rows)],
        *stages,
    ]
    return table(head, body)


def _mib(size: float | None) -> str:
    return "" if size is None else f"{size / MIB:,.0f}"


def table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A Markdown table; every column but the first is aligned right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
