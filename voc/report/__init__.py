"""The report for people: one context, written as a web page, Markdown and a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from voc.types import Issue


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
            sections of plug-ins.

    Raises:
        VocError: a section of a plug-in is not installed, or fails.
    """
    from voc.report.context import build_report
    from voc.report.html import render_html
    from voc.report.markdown import render_markdown
    from voc.report.sections import SectionContext, chosen, with_sections
    from voc.report.xlsx import write_workbook

    report, words = build_report(issues, feedback, segments, run)
    if chosen(run):
        context = SectionContext(issues, feedback, segments, run, report, words.code)
        report = with_sections(report, context)
    (folder / "report.html").write_bytes(render_html(report, words).encode())
    (folder / "report.md").write_bytes(render_markdown(report, words).encode())
    write_workbook(folder / "issues.xlsx", report, issues, words)
