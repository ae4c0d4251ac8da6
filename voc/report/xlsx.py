"""Write the report as a workbook that an analyst can filter and sort; no cell ever runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from voc.report.plain import plain
from voc.report.view import Report, Table
from voc.report.words import Words
from voc.report.xlsx_tables import Sheet, driver_sheet, event_sheet, group_sheets, issue_sheet, quote_sheet
from voc.types import Issue

_FIXED = datetime(2000, 1, 1)
_SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
_LONGEST_NAME = 31
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 18},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#F1EEE6"},
    "text": {"text_wrap": True, "valign": "top"},
    "whole": {"num_format": "#,##0", "valign": "top"},
    "score": {"num_format": "0.0", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "change": {"num_format": "+0.00;-0.00;0.00", "valign": "top"},
    "chance": {"num_format": "0.000", "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
}


def write_workbook(path: Path, report: Report, issues: Sequence[Issue], words: Words) -> None:
    """Write the sheets Summary, Issues, Quotes and Data quality.

    Where they were asked for, the events and the segments get a sheet each, and so does every group
    of issues. Text is written as text: a cell that begins with ``=`` stays words. The file carries
    no time of its own, so that the same input gives the same bytes.
    """
    import xlsxwriter

    told = _told(report, issues)
    asked = [sheet for sheet in (event_sheet(issues, words), driver_sheet(issues, words)) if sheet.rows]
    with xlsxwriter.Workbook(str(path), dict(_SAFE)) as book:
        book.set_properties({"title": report.title, "created": _FIXED})
        writer = _Writer(book)
        _summary(writer, report, words)
        for sheet in (issue_sheet(words("excel.issues"), told, words), quote_sheet(issues, words), *asked):
            writer.sheet(sheet)
        writer.tables(
            words("excel.quality"), [*report.tables, report.settings, report.models], report.quality
        )
        for sheet in group_sheets(told, words):
            writer.sheet(sheet)


def _told(report: Report, issues: Sequence[Issue]) -> list[tuple[Issue, str]]:
    """Return each issue with its reason in words."""
    reasons = {view.rank: view.reason for view in (*report.problems, *report.likes)}
    return [(issue, reasons[issue.rank]) for issue in issues]


class _Writer:
    """Writes tables into sheets with frozen heads, filters, widths and number formats."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.styles = {name: book.add_format(dict(style)) for name, style in _STYLES.items()}

    def add(self, name: str) -> Any:
        """Add a sheet under a name that Excel takes and no other sheet has."""
        return self.book.add_worksheet(sheet_name(name, [sheet.name for sheet in self.book.worksheets()]))

    def sheet(self, table: Sheet) -> None:
        sheet = self.add(table.name)
        sheet.freeze_panes(1, 2)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.head, self.styles["head"])
        for line, row in enumerate(table.rows, 1):
            for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
                self.cell(sheet, line, place, value, column.style)
        sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.columns) - 1)
        sheet.repeat_rows(0)
        _print_setup(sheet)

    def cell(self, sheet: Any, line: int, place: int, value: Any, style: str) -> None:
        form = self.styles[style]
        if value is None:
            sheet.write_blank(line, place, None, form)
        elif isinstance(value, datetime):
            sheet.write_datetime(line, place, value.replace(tzinfo=None), form)
        elif isinstance(value, int | float):
            sheet.write_number(line, place, value, form)
        else:
            sheet.write_string(line, place, plain(value)[:32767], form)

    def tables(self, name: str, tables: Sequence[Table], sentences: Sequence[str]) -> None:
        sheet = self.add(name)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 4, 26)
        line = 0
        for sentence in sentences:
            sheet.write_string(line, 0, sentence)
            line += 1
        for table in tables:
            line = self._table(sheet, line + 1, table)
        _print_setup(sheet)

    def _table(self, sheet: Any, line: int, table: Table) -> int:
        if not table.rows:
            return line
        for offset, row in enumerate([(table.caption,), table.heads, *table.rows]):
            for place, text in enumerate(row):
                self.cell(sheet, line + offset, place, text, "head" if offset < 2 else "text")
        return line + len(table.rows) + 2


def sheet_name(name: str, taken: Sequence[str]) -> str:
    """Return the name nearest to this one that Excel takes: 31 characters, none of ``[]:*?/\\``, unique.

    >>> sheet_name("login / app: crash", ["Issues"]), sheet_name("issues", ["Issues"])
    ('login app crash', 'issues 2')
    """
    bare = " ".join(plain(name).translate(_NOT_IN_NAMES).split())[:_LONGEST_NAME].strip("' ")
    bare = bare if bare and bare.casefold() != "history" else f"{bare} 1".strip()
    used = {other.casefold() for other in taken}
    tries = (f"{bare[: _LONGEST_NAME - 4]} {number}" for number in range(2, len(used) + 3))
    return next(found for found in (bare, *tries) if found.casefold() not in used)


def _print_setup(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_paper(9)  # A4


def _summary(writer: _Writer, report: Report, words: Words) -> None:
    sheet = writer.add(words("excel.summary"))
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 110)
    sheet.hide_gridlines(2)
    facts = [(what, number) for number, what in report.facts] + [(words("mood.title"), report.mood)] * bool(
        report.facts
    )
    top = [(f"{issue.rank}. {issue.label}", issue.reason) for issue in report.top] or [("", report.message)]
    writer.cell(sheet, 0, 0, report.title, "title")
    writer.cell(sheet, 1, 0, report.dek, "whole")
    line = 3
    for head, rows in (("", facts), (words("top.title"), top), (words("method.title"), _method(words))):
        if head:
            writer.cell(sheet, line, 0, head, "head")
            line += 1
        for name, text in rows:
            writer.cell(sheet, line, 0, name, "text")
            writer.cell(sheet, line, 1, text, "text")
            line += 1
        line += 1
    _print_setup(sheet)


def _method(words: Words) -> list[tuple[str, str]]:
    return [(item["title"], item["text"]) for item in words.texts["method"]["items"].values()]
