"""The report for people: one context, written as a web page, Markdown, a workbook and, if asked for, a PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from voc.report.view import Report
    from voc.report.words import Words
    from voc.types import Issue

PDF = "report.pdf"
"""The file, and the setting that asks for it."""


def write_reports(
    folder: Path,
    issues: Sequence[Issue],
    feedback: pd.DataFrame,
    segments: pd.DataFrame,
    run: Mapping[str, Any],
) -> None:
    """Write ``report.html``, ``report.md`` and ``issues.xlsx``; the same input gives the same bytes.

    Args:
        folder: an existing folder.
        issues: in rank order.
        feedback: one row a record, as in ``feedback.parquet``.
        segments: one row a segment, as in ``segments.parquet``.
        run: the content of ``run.json``; its ``report_language`` chooses the language, its settings the
            sections of plug-ins and whether ``report.pdf`` is written, too.

    Raises:
        VocError: a section of a plug-in is not installed, or fails; or there is no browser to print a PDF.
    """
    from voc.report.html import render_html
    from voc.report.markdown import render_markdown
    from voc.report.xlsx import write_workbook

    report, words = whole_report(issues, feedback, segments, run)
    (folder / "report.html").write_bytes(render_html(report, words).encode())
    (folder / "report.md").write_bytes(render_markdown(report, words).encode())
    write_workbook(folder / "issues.xlsx", report, issues, words)
    if (run.get("settings") or {}).get(PDF, {}).get("value"):
        from voc.report.pdf import find_browser, print_pdf

        print_pdf(folder / "report.html", folder / PDF, find_browser())


def whole_report(
    issues: Sequence[Issue], feedback: pd.DataFrame, segments: pd.DataFrame, run: Mapping[str, Any]
) -> tuple[Report, Words]:
    """Decide everything that a report says, the sections of plug-ins included.

    Raises:
        VocError: a section is not installed, or fails.
    """
    from voc.report.context import build_report
    from voc.report.sections import SectionContext, chosen, with_sections

    report, words = build_report(issues, feedback, segments, run)
    if chosen(run):
        context = SectionContext(issues, feedback, segments, run, report, words.code)
        report = with_sections(report, context)
    return report, words
