"""Tables as columns of cells: read from CSV or taken from a data frame, with empty cells as None."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...data_schemas import Code, LaliaError

Floats = npt.NDArray[np.float64]

MAX_BYTES = 1024**3
"""10,000 recordings by 400 features is 40 MB."""

_ABSENT = frozenset({"", "na", "n/a", "<na>", "nan", "nat", "null"})
"""How spreadsheets, R and pandas write an empty cell."""

_DELIMITERS = ",;\t"


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Columns of equal length; a cell is text, a number or None."""

    name: str
    columns: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def texts(self, column: str) -> list[str | None]:
        """Cells as text; whole numbers without a decimal point."""
        return [_text(cell) for cell in self.columns[column]]

    def numbers(self, column: str) -> Floats:
        """Cells as floats, NaN where empty.

        Raises
        ------
        LaliaError
            When a cell holds text or an infinite number.
        """
        found = np.empty(len(self))
        for row, cell in enumerate(self.columns[column]):
            found[row] = math.nan if cell is None else _number(cell)
            if math.isinf(found[row]) or (cell is not None and math.isnan(found[row])):
                what = "an infinite number" if math.isinf(found[row]) else "text"
                raise LaliaError(
                    f"Column {column} of the {self.name} must hold finite numbers or empty cells",
                    f"{what} in data row {row + 1}",
                    "Correct the cell, or leave the column out",
                )
        return found


def table(source: str | Path | Any, name: str) -> Table:
    """A CSV file, a pandas data frame or a mapping of columns as a `Table`.

    Parameters
    ----------
    source : path, DataFrame or mapping
    name : str
        What errors call it.

    Raises
    ------
    LaliaError
        When it cannot be read, has no rows, or has a column twice.
    """
    if isinstance(source, Table):
        return source
    if isinstance(source, str | Path):
        return _read(Path(source), name)
    names = [str(column) for column in source]
    _check(names, name)
    columns = {str(column): [_plain(cell) for cell in source[column]] for column in source}
    return _filled(Table(name, columns))


def _read(path: Path, name: str) -> Table:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LaliaError(f"The {name} must be at most 1 GB", "a larger file", "Split it")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise LaliaError(
            f"The {name} must be a readable CSV file",
            type(error).__name__,
            "Check the path",
            code=Code.MISSING_FILE,
        ) from None
    except UnicodeDecodeError:
        raise LaliaError(f"The {name} must be UTF-8 text", "other bytes", "Save it as CSV UTF-8") from None
    header = text.partition("\n")[0]
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=header.count)))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    names = [cell.strip() for cell in rows[0]] if rows else []
    _check(names, name)
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(names):
            raise LaliaError(
                f"Every row of the {name} must have {len(names)} cells",
                f"{len(row)} in data row {number}",
                "Correct the row",
            )
    cells = zip(*rows[1:], strict=True) if len(rows) > 1 else ([] for _ in names)
    return _filled(Table(name, dict(zip(names, ([_cell(c) for c in column] for column in cells), strict=True))))


def _check(names: Sequence[str], name: str) -> None:
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise LaliaError(f"The {name} must have each column once", f"twice {', '.join(twice)}", "Remove one of them")


def _filled(made: Table) -> Table:
    if not len(made):
        raise LaliaError(f"The {made.name} must have at least one row", "none", "Add the rows")
    return made


def _cell(text: str) -> str | None:
    text = text.strip()
    return None if text.casefold() in _ABSENT else text


def _plain(value: Any) -> Any:
    # Data frames write an absent value as NaN, NaT or NA; none of them equals itself.
    if value is None:
        return None
    same = value == value
    if not isinstance(same, bool | np.bool_) or not same:
        return None
    return _cell(value) if isinstance(value, str) else value


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return math.nan


def _text(cell: Any) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        cell = int(cell)
    return str(cell)
