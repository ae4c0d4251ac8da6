"""Write the report as a workbook that an analyst can filter and sort; no cell ever runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from voc.report.issue_view import is_liked
from voc.report.plain import plain
from voc.report.view import Report, Table
from voc.report.words import Words
from voc.types import Issue

_FIXED = datetime(2000, 1, 1)
_SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 18},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#F1EEE6"},
    "text": {"text_wrap": True, "valign": "top"},
    "whole": {"num_format": "#,##0", "valign": "top"},
    "score": {"num_format": "0.0", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "change": {"num_format": "+0.00;-0.00;0.00", "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
}


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its head, its cell style and its width in characters."""

    head: str
    style: str
    width: int


def write_workbook(path: Path, report: Report, issues: Sequence[Issue], words: Words) -> None:
    """Write the sheets Summary, Issues, Quotes and Data quality.

    Text is written as text: a cell that begins with ``=`` stays words. The file carries no time of
    its own, so that the same input gives the same bytes.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), dict(_SAFE)) as book:
        book.set_properties({"title": report.title, "created": _FIXED})
        writer = _Writer(book)
        _summary(writer, report, words)
        writer.sheet(
            words("excel.issues"),
            _issue_columns(words),
            [_issue_row(i, v, words) for i, v in _told(report, issues)],
        )
        writer.sheet(words("excel.quotes"), _quote_columns(words), _quote_rows(issues, words))
        writer.tables(
            words("excel.quality"), [*report.tables, report.settings, report.models], report.quality
        )


def _told(report: Report, issues: Sequence[Issue]) -> list[tuple[Issue, str]]:
    """Return each issue with its reason in words."""
    reasons = {view.rank: view.reason for view in (*report.problems, *report.likes)}
    return [(issue, reasons[issue.rank]) for issue in issues]


class _Writer:
    """Writes tables into sheets with frozen heads, filters, widths and number formats."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.styles = {name: book.add_format(dict(style)) for name, style in _STYLES.items()}

    def sheet(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        sheet = self.book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 2)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.head, self.styles["head"])
        for line, row in enumerate(rows, 1):
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                self.cell(sheet, line, place, value, column.style)
        sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
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
        sheet = self.book.add_worksheet(name[:31])
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


def _print_setup(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_paper(9)  # A4


def _summary(writer: _Writer, report: Report, words: Words) -> None:
    sheet = writer.book.add_worksheet(words("excel.summary")[:31])
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


def _issue_columns(words: Words) -> list[Column]:
    low, high = words("excel.low"), words("excel.high")
    share, cost, ratio = words("table.negative"), words("table.cost"), words("excel.ratio")
    return [
        Column(words("table.rank"), "whole", 6),
        Column(words("table.issue"), "text", 30),
        Column(words("excel.group"), "text", 11),
        Column(words("table.priority"), "score", 9),
        Column(words("excel.reason"), "text", 46),
        Column(words("table.customers"), "whole", 11),
        Column(words("quality.share"), "share", 8),
        Column(words("excel.feedback"), "whole", 10),
        *(Column(head, "share", 10) for head in (share, f"{share}, {low}", f"{share}, {high}")),
        Column(words("table.trend"), "text", 16),
        *(Column(head, "score", 10) for head in (ratio, f"{ratio}, {low}", f"{ratio}, {high}")),
        *(Column(head, "change", 10) for head in (cost, f"{cost}, {low}", f"{cost}, {high}")),
        Column(words("table.cost_nps"), "change", 10),
        Column(words("table.intent"), "text", 18),
        Column(words("table.languages"), "text", 22),
        Column(words("excel.keywords"), "text", 28),
        Column(words("excel.first"), "date", 12),
        Column(words("excel.last"), "date", 12),
        Column(words("excel.quote"), "text", 60),
    ]


def _issue_row(issue: Issue, reason: str, words: Words) -> list[Any]:
    spoken = ", ".join(f"{words.name('languages', code)} {count}" for code, count in issue.languages.items())
    return [
        issue.rank,
        issue.label,
        words("excel.like" if is_liked(issue) else "excel.act"),
        issue.priority,
        reason,
        issue.authors,
        issue.share.estimate,
        issue.volume,
        *issue.negative_share,
        words.name("flags", issue.trend_flag),
        *(issue.trend_ratio or [None] * 3),
        *(issue.rating_impact or [None] * 3),
        issue.nps_impact.estimate if issue.nps_impact else None,
        words.name("intents", issue.top_intent),
        spoken,
        ", ".join(issue.keywords),
        issue.first_seen,
        issue.last_seen,
        issue.quotes[0].text if issue.quotes else None,
    ]


def _quote_columns(words: Words) -> list[Column]:
    return [
        Column(words("table.rank"), "whole", 6),
        Column(words("excel.label"), "text", 28),
        Column(words("excel.quote"), "text", 90),
        Column(words("quality.language"), "text", 12),
        Column(words("excel.sentiment"), "text", 11),
        Column(words("excel.date"), "date", 12),
        Column(words("excel.rating"), "score", 8),
        Column(words("excel.record"), "text", 18),
    ]


def _quote_rows(issues: Sequence[Issue], words: Words) -> list[list[Any]]:
    return [
        [
            issue.rank,
            issue.label,
            quote.text,
            words.name("languages", quote.language),
            words.name("sentiments", quote.sentiment),
            quote.created_at,
            quote.rating,
            quote.record_id,
        ]
        for issue in issues
        for quote in issue.quotes
    ]
