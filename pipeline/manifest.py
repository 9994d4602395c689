"""Reading a manifest, CSV or Parquet, into rows of text: one row a recording."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ..data_schemas import Code, LaliaError, Recording

REQUIRED = ("recording_id", "participant_id", "path")
COLUMNS = tuple(Recording.model_fields)
SUFFIXES = frozenset([".csv", ".parquet"])

MAX_BYTES = 64 * 1024**2
"""A manifest of 100 000 recordings with long prompts stays well below."""

_DELIMITERS = ",;\t"  # spreadsheets write ; where the comma is the decimal mark


class Row(NamedTuple):
    """One row: its number in the file (the header is row 1), and its cells by column, None where empty."""

    number: int
    cells: Mapping[str, str | None]
    fault: str = ""


def read_rows(path: Path) -> tuple[Row, ...]:
    """Rows of a manifest, in order, blank lines left out.

    Raises
    ------
    LaliaError
        bad_manifest when the file as a whole cannot be used: unreadable, no rows, a required column absent,
        an unknown or repeated one.
    """
    if path.stat().st_size > MAX_BYTES:
        raise bad_manifest(f"The manifest must be at most {MAX_BYTES >> 20} MB", "a larger one", "Split it")
    rows = _parquet_rows(path) if path.suffix.lower() == ".parquet" else _csv_rows(path)
    if not rows:
        raise bad_manifest("A manifest must list at least one recording", "none", "Add one row for each recording")
    return rows


def bad_manifest(must: str, got: str, do: str) -> LaliaError:
    """An error of the manifest as a whole or of one row."""
    return LaliaError(must, got, do, code=Code.BAD_MANIFEST)


def _csv_rows(path: Path) -> tuple[Row, ...]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise bad_manifest(
            "A CSV manifest must be UTF-8 text", "other bytes", "Save it as 'CSV UTF-8' in your spreadsheet"
        ) from None
    header, _, _ = text.partition("\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=header.count), strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in line]) for line in reader]
    except csv.Error:
        raise bad_manifest(
            "A CSV manifest must be well formed", f"an error near line {reader.line_num}", "Check its quotes"
        ) from None
    lines = [(number, cells) for number, cells in lines if any(cells)]
    if not lines:
        return ()
    columns = lines[0][1]
    _check_columns(columns)
    return tuple(_csv_row(number, columns, cells) for number, cells in lines[1:])


def _csv_row(number: int, columns: list[str], cells: list[str]) -> Row:
    fault = "" if len(cells) == len(columns) else f"{len(cells)} cells under {len(columns)} columns"
    return Row(number, {name: cell or None for name, cell in zip(columns, cells, strict=False)}, fault)


def _parquet_rows(path: Path) -> tuple[Row, ...]:
    import pyarrow.parquet

    try:
        with path.open("rb") as stream:
            table = pyarrow.parquet.read_table(stream)
    except Exception as error:  # pyarrow raises many kinds
        raise bad_manifest(
            "A Parquet manifest must be readable", f"an error ({type(error).__name__})", "Write it again, or use CSV"
        ) from None
    _check_columns(table.column_names)
    return tuple(
        Row(number, {name: _text(value) for name, value in cells.items()})
        for number, cells in enumerate(table.to_pylist(), start=2)
    )


def _text(value: Any) -> str | None:
    if value is None or value != value:  # data frames write an absent number as NaN
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # and an integer column with absent cells as floating point
    return str(value).strip() or None


def _check_columns(columns: list[str]) -> None:
    absent = [name for name in REQUIRED if name not in columns]
    if absent:
        raise bad_manifest(
            f"A manifest must have the columns {', '.join(REQUIRED)}",
            f"none called {', '.join(absent)}",
            "Name the columns in the first row",
        )
    unknown = sorted({repr(name) for name in columns if name not in COLUMNS})
    if unknown:
        raise bad_manifest(
            f"A manifest may have only the columns {', '.join(COLUMNS)}",
            f"unknown columns {', '.join(unknown)}",
            "Rename or remove them",
        )
    repeated = sorted({name for name in columns if columns.count(name) > 1})
    if repeated:
        raise bad_manifest(
            "A manifest must have each column once", f"twice {', '.join(repeated)}", "Remove one of them"
        )


def to_recording(row: Row) -> Recording:
    """The row as a Recording.

    Raises
    ------
    LaliaError
        bad_manifest naming the columns at fault; cell contents are never repeated, they may be names.
    """
    if row.fault:
        raise bad_manifest(
            "A row must have one cell for each column", f"row {row.number} with {row.fault}", "Correct the row"
        )
    # Text that looks like a number (age, channel) becomes one here: cells carry no types.
    try:
        return Recording.model_validate(row.cells, strict=False)
    except ValidationError as error:
        faults = "; ".join(f"{item['loc'][0]}: {_rule(item)}" for item in error.errors(include_url=False))
        raise bad_manifest("Every cell must fit its column", f"row {row.number} with {faults}", "Correct it") from None


def _rule(item: Any) -> str:
    if item["loc"][0] in ("recording_id", "participant_id") and item["input"] is not None:
        return "must be 1-100 letters, digits, '_', '-' or '.', starting with a letter or digit"
    if item["input"] is None:
        return "must not be empty"
    return str(item["msg"]).replace("Input should", "should").replace("String should", "should")
