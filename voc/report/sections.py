"""Report sections of other packages: plain texts and tables that are escaped like everything else.

A section is made by a function ``(context: SectionContext) -> Section``. It says what is to be shown, never how:
no markup of it reaches a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from voc.plugins import REPORT_SECTIONS, Plugin, named
from voc.report.plain import plain
from voc.report.view import Report, Section, Table

if TYPE_CHECKING:
    import pandas as pd

    from voc.types import Issue

SETTING = "report.sections"


@dataclass(frozen=True)
class SectionContext:
    """What a section may tell of. Change nothing in it: it is what the other files are written from.

    Attributes:
        issues: in rank order, with their intervals, timelines and quotes.
        feedback: one row a record, as in ``feedback.parquet``: redacted, authors as pseudonyms.
        segments: one row a segment, as in ``segments.parquet``.
        run: the content of ``run.json``.
        report: the report as voc wrote it: every text decided.
        language: code of the report's language.
    """

    issues: Sequence[Issue]
    feedback: pd.DataFrame
    segments: pd.DataFrame
    run: Mapping[str, Any]
    report: Report
    language: str


def chosen(run: Mapping[str, Any]) -> list[str]:
    """Return the names of the sections that the settings of a run ask for."""
    return list((run.get("settings") or {}).get(SETTING, {}).get("value") or ())


def with_sections(report: Report, context: SectionContext) -> Report:
    """Return the report with the sections that the settings name, in their order.

    Raises:
        VocError: one is not installed, fails, or gives something else than a ``Section``.
    """
    plugins = [named(REPORT_SECTIONS, name) for name in chosen(context.run)]
    return replace(report, extra=tuple(_made(plugin, context) for plugin in plugins))


def _made(plugin: Plugin, context: SectionContext) -> Section:
    function = plugin.function()
    with plugin.at_work("failed to write its section"):
        section = function(context)
    if not isinstance(section, Section) or not all(isinstance(table, Table) for table in section.tables):
        raise plugin.unfit(
            f"it gave a {type(section).__name__} where a Section of texts and Tables was needed"
        )
    if isinstance(section.texts, str) or not plain(section.title):
        raise plugin.unfit("a Section needs a title and a list of texts")
    for table in section.tables:
        if any(len(row) != len(table.heads) for row in table.rows):
            raise plugin.unfit(
                f"a row of the table {plain(table.caption)!r} has more or fewer cells than heads"
            )
    return Section(
        plain(section.title), tuple(map(plain, section.texts)), tuple(map(_plain_table, section.tables))
    )


def _plain_table(table: Table) -> Table:
    """Make every cell plain text: a cell that calls itself safe markup (``Markup``) is escaped, too."""
    return Table(
        plain(table.caption),
        tuple(map(plain, table.heads)),
        tuple(tuple(map(plain, row)) for row in table.rows),
        plain(table.note),
        frozenset(table.numeric),
    )
