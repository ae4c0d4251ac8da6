"""What every format gives: named columns, and rows that can be read again from the start."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from voc.errors import VocError
from voc.io import names
from voc.io.options import MAX_COLUMNS
from voc.types import Rejected, Row


class NoRows(VocError):  # noqa: N818 - a fact about the input, which several files together may survive
    """A file without a single row: an error only when no other file has any."""


_VALUE = re.compile(r"[-+$€£¥₩]?\d[\d.,:/\s%+-]{0,40}([APap]\.?[Mm]\.?)?")


@dataclass(slots=True)
class Table:
    """One table of one file. ``rows()`` starts anew at each call; ``notes`` may grow while it runs."""

    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row | Rejected]]
    encoding: str | None = None
    dialect: str | None = None
    sheet: str | None = None
    path: str = ""
    """Where the rows are in a JSON document, such as ``data.reviews``."""
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Add a note once."""
        if text not in self.notes:
            self.notes.append(text)


def check_width(columns: int, file: str) -> None:
    """Refuse a table that is too wide to be feedback.

    Raises:
        VocError: there are more columns than a feedback export has.
    """
    if columns > MAX_COLUMNS:
        raise VocError(
            f"{file} has {columns:,} columns; the limit is {MAX_COLUMNS:,}.",
            "Check that it is a table of feedback, one row each, and that it was not transposed.",
        )


def unique_names(header: Sequence[str], file: str) -> tuple[tuple[str, ...], list[str]]:
    """Names for columns, blank ones as ``column_3``, repeated ones as ``name_2``; and what to note.

    Raises:
        VocError: there are more columns than a feedback export has.
    """
    check_width(len(header), file)
    taken: set[str] = set()
    repeated = []
    found = []
    for at, raw in enumerate(header, 1):
        name = base = str(raw).strip("\ufeff \t\r\n") or f"column_{at}"
        count = 1
        while name in taken:
            count += 1
            name = f"{base}_{count}"
        if name != base:
            repeated.append(f"{base!r} as {name!r}")
        taken.add(name)
        found.append(name)
    notes = [f"Repeated column names were numbered: {', '.join(repeated[:5])}."] if repeated else []
    return tuple(found), notes


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Where the header stands in the first rows of a table, or None when there is none.

    Lines above it (a report's title, the date of the export) have fewer cells than the table. A header
    has short, different names, no numbers or dates, and over a column of numbers or long text differs
    from what is below it.
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    if not filled:
        return None
    width = max(set(filled), key=lambda count: (filled.count(count), count))
    for at, row in enumerate(rows[:20]):
        if filled[at] == 0:
            continue
        if any(map(names.is_known, row)) and _is_header(row, rows[at + 1 :]):
            return at
        if filled[at] >= max(2, width * 0.6) or width == 1 or at == len(rows) - 1:
            return at if _is_header(row, rows[at + 1 :]) else None
    return None


def _is_header(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    if not cells or any(_is_value(cell) for cell in cells):
        return False
    if any(names.is_known(cell) for cell in cells):
        return True
    if len(cells) == 1:
        # A lone unknown word over words may be the first text: nothing that a customer said is a header.
        column = [cell for other in below for cell in other if cell.strip()]
        return sum(map(_is_value, column)) * 2 > len(column)
    if len(set(cells)) < len(cells):
        return False
    if max(map(len, cells)) > 200 or any(cell[-1] in ".!。！" for cell in cells):
        return False
    return _differs(row, below[:50])


def _differs(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether what stands below a cell is of another kind than the cell."""
    if not below:
        return True
    for at, cell in enumerate(row):
        column = [other[at].strip() for other in below if at < len(other) and other[at].strip()]
        if not column or not cell.strip():
            continue
        values = sum(map(_is_value, column))
        mean = sum(map(len, column)) / len(column)
        if values * 2 > len(column) or mean > 2 * len(cell) + 10:
            return True
        if len(set(column)) < len(column) * 0.7 and cell not in column:
            return True
    return False


def _is_value(cell: str) -> bool:
    """Numbers, dates and links stand in rows, never in a header."""
    return bool(_VALUE.fullmatch(cell)) or "://" in cell
