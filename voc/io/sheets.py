"""Workbooks (xlsx, xlsm, xlsb, xls, ods) through python-calamine: one table a sheet."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from typing import Any

from voc.errors import USAGE, VocError
from voc.io.options import ReadOptions
from voc.io.sources import Blob
from voc.io.table import Table, find_header, unique_names
from voc.io.unpack import check_office, is_office
from voc.types import Rejected, Row

_RESAVE = "Open it in a spreadsheet program and save it as XLSX or CSV."


def read(blob: Blob, options: ReadOptions) -> Iterator[Table]:
    """The visible sheets that hold anything, in order; or the one that ``options.sheet`` names.

    Raises:
        VocError: the workbook is damaged, encrypted or far too large unpacked, or has no such sheet.
    """
    import python_calamine

    if is_office(blob):
        check_office(blob, options.max_unpacked_bytes)
    try:
        with python_calamine.CalamineWorkbook.from_path(str(blob.path)) as book:
            for name in _chosen(book, blob.name, options.sheet):
                rows = book.get_sheet_by_name(name).to_python()
                table = _table(blob, name, rows, options)
                if table is not None:
                    table.notes.extend(_others(book, name))
                    yield table
    except python_calamine.PasswordError as error:
        raise VocError(f"{blob.name} is protected by a password.", _RESAVE) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise VocError(f"{blob.name} is damaged, or not the workbook its extension says.", _RESAVE) from error


def _chosen(book: Any, file: str, wanted: str | None) -> list[str]:
    import python_calamine

    if wanted is None:
        visible = python_calamine.SheetVisibleEnum.Visible
        return [sheet.name for sheet in book.sheets_metadata if sheet.visible == visible]
    names: list[str] = book.sheet_names
    if wanted in names:
        return [wanted]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return [names[int(wanted) - 1]]
    near = difflib.get_close_matches(wanted, names, n=1)
    raise VocError(
        f"{file} has no sheet {wanted!r}.",
        f"Did you mean {near[0]!r}?" if near else f"Its sheets: {', '.join(map(repr, names[:20]))}.",
        USAGE,
    )


def _others(book: Any, name: str) -> list[str]:
    others = [other for other in book.sheet_names if other != name]
    return [f"Other sheets were not read: {', '.join(others[:10])} (--sheet chooses)."] if others else []


def _table(blob: Blob, name: str, raw: Sequence[Sequence[Any]], options: ReadOptions) -> Table | None:
    filled = [row for row in raw if any(cell != "" for cell in row)]
    if not filled:
        return None
    at = find_header([[_text(cell) for cell in row] for row in filled[:60]])
    width = max(len(row) for row in filled[: (at or 0) + 2000])
    header = [_text(cell) for cell in filled[at]] if at is not None else [""] * width
    columns, notes = unique_names(header, blob.name)
    if at:
        notes.append(f"Rows passed over above the header: {at}.")
    body = filled[0 if at is None else at + 1 :]

    def rows() -> Iterator[Row | Rejected]:
        for number, row in enumerate(body, 1):
            values = dict(zip(columns, map(_plain, row), strict=False))
            if any(isinstance(cell, str) and len(cell) > options.max_cell_chars for cell in row):
                reason = f"A cell has over {options.max_cell_chars:,} characters."
                yield Rejected(blob.name, number, "too_large", reason, {**values, **_cut(values)})
            else:
                yield Row(blob.name, number, values)

    return Table(columns, rows, sheet=name, notes=notes)


def _plain(cell: Any) -> Any:
    """A cell as people see it: nothing for an empty one, 5 for 5.0."""
    if cell == "":
        return None
    if isinstance(cell, time | timedelta):
        return str(cell)
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _text(cell: Any) -> str:
    return str(_plain(cell)) if cell != "" else ""


def _cut(values: dict[str, Any]) -> dict[str, Any]:
    return {name: cell[:10_000] for name, cell in values.items() if isinstance(cell, str)}
