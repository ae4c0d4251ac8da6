"""What the workbook's sheets hold: columns with their heads, and rows of plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from voc.report.issue_view import is_liked
from voc.report.words import Words
from voc.types import Driver, EventEffect, Interval, Issue

Row = list[Any]


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its head, its cell style and its width in characters."""

    head: str
    style: str
    width: int


@dataclass(frozen=True)
class Sheet:
    """A table with a name; ``rows`` have a value for each column."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Row]


def issue_sheet(name: str, told: Sequence[tuple[Issue, str]], words: Words) -> Sheet:
    """Lay issues out, one a row.

    Args:
        name: of the sheet.
        told: each issue with its reason in words.
        words: the report's language.
    """
    rows = [[*_issue_row(i, reason, words), *_evidence_row(i)] for i, reason in told]
    return Sheet(name, [*_issue_columns(words), *_evidence_columns(words)], rows)


def group_sheets(told: Sequence[tuple[Issue, str]], words: Words) -> list[Sheet]:
    """Lay the issues of each group out on a sheet of its own; none where there are no groups."""
    names = dict.fromkeys(issue.group for issue, _ in told if issue.group)
    return [issue_sheet(name, [one for one in told if one[0].group == name], words) for name in names]


def event_sheet(issues: Sequence[Issue], words: Words) -> Sheet:
    """Lay out every issue before and after every event asked for; no rows where none was."""
    columns = [
        Column(words("excel.date"), "date", 12),
        Column(words("excel.event"), "text", 24),
        *_whose(words),
        Column(words("facts_of.verdict"), "text", 22),
        *_interval(words("facts_of.before"), "share", words),
        *_interval(words("facts_of.after"), "share", words),
        *_interval(words("facts_of.ratio"), "score", words),
        Column(words("excel.p"), "chance", 9),
    ]
    pairs = [(issue, effect) for issue in issues for effect in issue.events]
    pairs.sort(key=lambda pair: (pair[1].day, pair[1].name))
    return Sheet(words("facts_of.events"), columns, [_event_row(*pair, words) for pair in pairs])


def driver_sheet(issues: Sequence[Issue], words: Words) -> Sheet:
    """Lay out every segment compared with ``--by``, issue by issue; no rows where none was."""
    columns = [
        *_whose(words),
        Column(words("excel.column"), "text", 16),
        Column(words("excel.value"), "text", 22),
        Column(words("facts_of.verdict"), "text", 24),
        Column(words("excel.voices"), "whole", 10),
        Column(words("excel.of"), "whole", 10),
        *_interval(words("facts_of.rate"), "share", words),
        Column(words("excel.rest_voices"), "whole", 10),
        Column(words("excel.rest_of"), "whole", 10),
        Column(words("facts_of.rest"), "share", 10),
        *_interval(words("facts_of.ratio"), "score", words),
        Column(words("excel.p"), "chance", 9),
    ]
    rows = [_driver_row(issue, driver, words) for issue in issues for driver in issue.drivers]
    return Sheet(words("facts_of.drivers"), columns, rows)


def quote_sheet(issues: Sequence[Issue], words: Words) -> Sheet:
    """Lay out every quote with its issue and its record."""
    columns = [
        Column(words("table.rank"), "whole", 6),
        Column(words("excel.label"), "text", 28),
        Column(words("excel.quote"), "text", 90),
        Column(words("quality.language"), "text", 12),
        Column(words("excel.sentiment"), "text", 11),
        Column(words("excel.date"), "date", 12),
        Column(words("excel.rating"), "score", 8),
        Column(words("excel.record"), "text", 18),
    ]
    rows = [
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
    return Sheet(words("excel.quotes"), columns, rows)


def _interval(head: str, style: str, words: Words) -> list[Column]:
    low, high = words("excel.low"), words("excel.high")
    return [Column(text, style, 10) for text in (head, f"{head}, {low}", f"{head}, {high}")]


def _ends(interval: Interval | None) -> Sequence[float | None]:
    return interval or [None] * 3


def _whose(words: Words) -> list[Column]:
    return [Column(words("table.rank"), "whole", 6), Column(words("table.issue"), "text", 30)]


def _issue_columns(words: Words) -> list[Column]:
    return [
        *_whose(words),
        Column(words("excel.group"), "text", 11),
        Column(words("table.priority"), "score", 9),
        Column(words("excel.reason"), "text", 46),
        Column(words("table.customers"), "whole", 11),
        Column(words("quality.share"), "share", 8),
        Column(words("excel.feedback"), "whole", 10),
        *_interval(words("table.negative"), "share", words),
        Column(words("table.trend"), "text", 16),
        *_interval(words("excel.ratio"), "score", words),
        *_interval(words("table.cost"), "change", words),
        Column(words("table.cost_nps"), "change", 10),
        Column(words("table.intent"), "text", 18),
        Column(words("table.languages"), "text", 22),
        Column(words("excel.keywords"), "text", 28),
        Column(words("excel.first"), "date", 12),
        Column(words("excel.last"), "date", 12),
        Column(words("excel.quote"), "text", 60),
    ]


def _issue_row(issue: Issue, reason: str, words: Words) -> Row:
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
        *_ends(issue.trend_ratio),
        *_ends(issue.rating_impact),
        issue.nps_impact.estimate if issue.nps_impact else None,
        words.name("intents", issue.top_intent),
        spoken,
        ", ".join(issue.keywords),
        issue.first_seen,
        issue.last_seen,
        issue.quotes[0].text if issue.quotes else None,
    ]


def _evidence_columns(words: Words) -> list[Column]:
    return [
        Column(words("excel.theme"), "text", 24),
        Column(words("excel.recent"), "whole", 11),
        Column(words("excel.trend_p"), "chance", 9),
        *_interval(words("excel.cost_shared"), "change", words),
        *_interval(words("excel.cost_nps_shared"), "change", words),
        *_interval(words("excel.churn"), "share", words),
        Column(words("excel.repeats"), "whole", 10),
        Column(words("excel.mismatches"), "whole", 12),
        Column(words("excel.id"), "text", 12),
    ]


def _evidence_row(issue: Issue) -> Row:
    return [
        issue.group or None,
        issue.recent_authors,
        issue.trend_p,
        *_ends(issue.rating_impact_shared),
        *_ends(issue.nps_impact_shared),
        *_ends(issue.churn_share),
        issue.repeat_contacts,
        issue.mismatches,
        issue.issue_id,
    ]


def _event_row(issue: Issue, effect: EventEffect, words: Words) -> Row:
    return [
        datetime.combine(date.fromisoformat(effect.day), datetime.min.time()),
        effect.name,
        issue.rank,
        issue.label,
        words.name("verdicts", effect.verdict),
        *effect.before,
        *effect.after,
        *_ends(effect.ratio),
        effect.p,
    ]


def _driver_row(issue: Issue, driver: Driver, words: Words) -> Row:
    group = {"language": "languages", "intent": "intents"}.get(driver.column)
    return [
        issue.rank,
        issue.label,
        driver.column,
        words.name(group, driver.value) if group else driver.value,
        words.name("segment_verdicts", driver.verdict),
        driver.voices,
        driver.of,
        *driver.rate,
        driver.rest_voices,
        driver.rest_of,
        driver.rest_rate.estimate,
        *_ends(driver.ratio),
        driver.p,
    ]
